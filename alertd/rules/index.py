"""The index: finds the few rules that an event may concern without touching the others.

Each rule is posted once: under the keys of its cheapest required clause (what events have least often, by what was
seen so far), and there under the set of companies of which an event must name one. Equal sets are one. Its other
clauses are asked of the event's keys before its condition is. A rule that requires nothing stands under ALWAYS.

Where it is posted is another's work: dictionaries (`index_dictionaries.py`), or the compiled core (`index_core.py`).
Both give the same candidates.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from sys import intern

from alertd.rules.beside import state_clauses
from alertd.rules.frequency import Frequencies
from alertd.rules.logic import Key, Reading
from alertd.rules.slot import Candidacy, Slot

ALWAYS: Key = ""
"""What every event has."""
COMMON = 0.25
"""A clause that more events than this have is no better than ALWAYS."""
FAR_RARER = 2.0
"""So many times rarer a clause must be for a slot to be moved to it: what is learned goes up and down."""
NOWHERE = -1
"""The place of a rule that needs one of no companies: it never holds."""


class Index:
    """Slots by what an event must have."""

    narrow = True

    def __init__(self, frequencies: Frequencies | None = None) -> None:
        self._frequencies = frequencies if frequencies is not None else Frequencies()

    def add(self, slot: Slot) -> None:
        """Post a slot."""
        clauses, companies = _required(slot)
        best = self._cheapest(clauses)
        slot.checks = tuple(clause for clause in clauses if clause is not best)
        keys = (ALWAYS,) if best is None else tuple(best)
        place = NOWHERE if companies is not None and not companies else self.post(slot, keys, companies)
        slot.posting = (keys, place)

    def _cheapest(self, clauses: Collection[frozenset[Key]]) -> frozenset[Key] | None:
        shares = [(self._frequencies.of_any(clause), clause) for clause in clauses]
        share, best = min(shares, key=_share, default=(1.0, None))
        return best if share <= COMMON else None

    def remove(self, slot: Slot) -> None:
        """Take a slot out of where it was posted."""
        if slot.posting[1] != NOWHERE:
            self.unpost(slot)

    def settle(self, slot: Slot) -> bool:
        """Post a slot anew if another of its clauses is far rarer by now; whether it was."""
        keys, place = slot.posting
        if place == NOWHERE or not slot.checks:
            return False
        share = min(map(self._frequencies.of_any, slot.checks))
        if share > COMMON or share * FAR_RARER >= (1.0 if keys == (ALWAYS,) else self._frequencies.of_any(keys)):
            return False
        self.remove(slot)
        self.add(slot)
        return True

    def candidates(self, reading: Reading, keys: Collection[Key]) -> Iterable[Slot]:
        """Give each slot of which the event has a key, names a company, and meets the other clauses."""
        found = self.find(reading.companies, keys)
        self._frequencies.learn(keys)
        return found

    def post(self, slot: Slot, keys: tuple[Key, ...], companies: frozenset[str] | None) -> int:
        """Put a slot under keys, or ALWAYS, and under companies unless None; gives what `unpost` has to know."""
        raise NotImplementedError

    def unpost(self, slot: Slot) -> None:
        """Take a slot out of where `slot.posting` says."""
        raise NotImplementedError

    def find(self, companies: Collection[str], keys: Collection[Key]) -> list[Slot]:
        """Give each slot once that is posted under one of the keys and companies, and whose checks are met."""
        raise NotImplementedError

    def why(self, slot: Slot, reading: Reading, keys: Collection[Key]) -> Candidacy:
        """Say what an event has, or lacks, for a slot to be asked."""
        posted, place = slot.posting
        if place == NOWHERE:
            return Candidacy(False, "it needs a company of a list or of holdings that are empty")
        _, companies = _required(slot)
        if companies is not None and companies.isdisjoint(reading.companies):
            size = len(companies)
            needed = f"one of {size} companies, of which the event names none" if size > 1 else "a company not named"
            return Candidacy(False, f"it needs {needed}")
        present = {ALWAYS, *keys}
        for clause in (frozenset(posted), *slot.checks):
            if clause.isdisjoint(present):
                return Candidacy(False, f"it needs {_listed(clause)}, which the event does not have")
        if posted == (ALWAYS,):
            return Candidacy(
                True, "it is asked about every event" + (" on its companies" if companies is not None else "")
            )
        return Candidacy(True, f"the event has {_listed(present.intersection(posted))}")


def _share(item: tuple[float, frozenset[Key] | None]) -> float:
    return item[0]


def _required(slot: Slot) -> tuple[list[frozenset[Key]], frozenset[str] | None]:
    """Give what an event must have: of each clause a key, and one of the companies unless None."""
    try:
        state = state_clauses(slot.rule) if slot.rule is not None else ()
        clauses = [plain(clause) for clause in (*slot.when.clauses(), *state)]
        return list(dict.fromkeys(clauses)), slot.when.company_clause(slot.scope)
    except Exception:  # noqa: BLE001 a rule that raises here raises when it is asked, and is switched off then
        return [], None


def plain(clause: Iterable[Key]) -> frozenset[Key]:
    """Give a clause with the keys as the engines use them: words without `text:`.

    Equal keys are one object: what an event has is then found in an index without a look into the strings, which in
    a large book lie far apart in memory.
    """
    return frozenset([intern(key.removeprefix("text:")) for key in clause])


def _listed(keys: Collection[Key]) -> str:
    names = sorted(key if ":" in key else f"text:{key}" for key in keys)
    shown = ", ".join(f"`{name}`" for name in names[:5])
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return f"one of {shown}{more}" if len(names) > 1 else shown
