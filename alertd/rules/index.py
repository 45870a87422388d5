"""The index: finds the few rules that an event may concern without touching the others.

Each rule is posted once: under the keys of its cheapest required clause (what events have least often, by what was
seen so far), and there under the set of companies of which an event must name one. Equal sets are one. Its other
clauses are asked of the event's keys before its condition is. A rule that requires nothing stands under ALWAYS; one
that requires nothing but a pattern, under that (`pattern_sets.py`).

Where it is posted is another's work: dictionaries (`index_dictionaries.py`), or the compiled core (`index_core.py`).
Both give the same candidates.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from sys import intern

from alertd.rules.beside import state_clauses
from alertd.rules.frequency import Frequencies
from alertd.rules.keys import Keys
from alertd.rules.logic import Key, Reading
from alertd.rules.pattern_sets import PatternSets, is_pattern, pattern_clause
from alertd.rules.slot import Candidacy, Slot, Standing

ALWAYS: Key = ""
"""What every event has."""
EVERY = frozenset((ALWAYS,))
COMMON = 0.25
"""A clause that more events than this have is no better than ALWAYS."""
FAR_RARER = 2.0
"""So many times rarer a clause must be for a slot to be moved to it: what is learned goes up and down."""
NOWHERE = -1
"""The number of a slot that stands nowhere: it was removed, or needs one of no companies, and never holds."""


class Index:
    """Slots by what an event must have."""

    narrow = True

    def __init__(self, frequencies: Frequencies | None = None) -> None:
        self._frequencies = frequencies if frequencies is not None else Frequencies()
        self._patterns = PatternSets()

    def add(self, slot: Slot) -> None:
        """Post a slot."""
        clauses, companies = _required(slot)
        best = self._cheapest(clauses)
        keys = best or (_pattern_clause(slot) if companies is None else None) or EVERY
        for key in filter(is_pattern, keys):
            self._patterns.add(key)
        checks = tuple([clause for clause in clauses if clause is not best])
        nowhere = companies is not None and not companies
        slot.number = NOWHERE if nowhere else self.post(slot, (keys, checks), companies)

    def _cheapest(self, clauses: Collection[frozenset[Key]]) -> frozenset[Key] | None:
        shares = [(self._frequencies.of_any(clause), clause) for clause in clauses]
        share, best = min(shares, key=_share, default=(1.0, None))
        return best if share <= COMMON else None

    def remove(self, slot: Slot) -> None:
        """Take a slot out of where it was posted."""
        if slot.number == NOWHERE:
            return
        for key in filter(is_pattern, self.standing(slot)[0]):
            self._patterns.remove(key)
        self.unpost(slot)
        slot.number = NOWHERE

    def settle(self, slot: Slot) -> bool:
        """Post a slot anew if another of its clauses is far rarer by now; whether it was."""
        if slot.number == NOWHERE:
            return False
        keys, checks = self.standing(slot)
        share = min(map(self._frequencies.of_any, checks), default=1.0)
        asked_always = ALWAYS in keys or any(map(is_pattern, keys))
        if share > COMMON or share * FAR_RARER >= (1.0 if asked_always else self._frequencies.of_any(keys)):
            return False
        self.remove(slot)
        self.add(slot)
        return True

    def candidates(self, reading: Reading, keys: Keys) -> Iterable[Slot]:
        """Give each slot of which the event has a key, names a company, and meets the other clauses."""
        found = self.found(reading.companies, self.with_patterns(reading, keys))
        if self._frequencies.is_due():
            self._frequencies.learn(keys)
        return found

    def found(self, companies: Collection[str], keys: Keys) -> list[Slot]:
        """Give the same, and learn nothing."""
        return self.find(companies, keys.all())

    def with_patterns(self, reading: Reading, keys: Keys) -> Keys:
        """Give the keys of an event, and the patterns that it has of those by which rules are found."""
        patterns = self._patterns.keys(reading)
        return Keys(keys.found, patterns.union(keys.others)) if patterns else keys

    def post(self, slot: Slot, standing: Standing, companies: frozenset[str] | None) -> int:
        """Put a slot where it is to stand, and under companies unless None; gives a number for it."""
        raise NotImplementedError

    def unpost(self, slot: Slot) -> None:
        """Take a slot out of where it stands."""
        raise NotImplementedError

    def standing(self, slot: Slot) -> Standing:
        """Say where a slot was put."""
        raise NotImplementedError

    def find(self, companies: Collection[str], keys: Collection[Key]) -> list[Slot]:
        """Give each slot once that is posted under one of the keys and companies, and whose checks are met."""
        raise NotImplementedError

    def led_to_in_vain(self, at_most: int, turn: int) -> list[Slot]:
        """Give slots under the key that led to the most in vain since this was asked; of many each turn others.

        None if that is not known.
        """
        return []

    def why(self, slot: Slot, reading: Reading, keys: Keys) -> Candidacy:
        """Say what an event has, or lacks, for a slot to be asked."""
        if slot.number == NOWHERE:
            return Candidacy(False, "it needs a company of a list or of holdings that are empty")
        _, companies = _required(slot)
        if companies is not None and companies.isdisjoint(reading.companies):
            size = len(companies)
            needed = f"one of {size} companies, of which the event names none" if size > 1 else "a company not named"
            return Candidacy(False, f"it needs {needed}")
        posted, checks = self.standing(slot)
        present = {ALWAYS, *self.with_patterns(reading, keys)}
        for clause in (posted, *checks):
            if clause.isdisjoint(present):
                return Candidacy(False, f"it needs {_listed(clause)}, which the event does not have")
        if ALWAYS in posted:
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


def _pattern_clause(slot: Slot) -> frozenset[Key] | None:
    """Give patterns, or keys beside them, of which an event must have one."""
    try:
        clause = pattern_clause(slot.when)
    except Exception:  # noqa: BLE001 as above
        return None
    return plain(clause) if clause is not None else None


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
