"""The index: finds the few rules that an event may concern without touching the others.

    what the event has (words, form, types…)      the companies it names
        |                                              |
        v                                              v
    key -> numbers of company sets        &       numbers of the sets that hold one of them
                         `------------------------------'-> company set -> key -> slots
    key -> slots                                          (rules that need no company)

Each rule is posted once: under the keys of its cheapest required clause (what events have least often, by what was
seen so far), and there under the set of companies of which an event must name one. Equal sets are one. Its other
clauses are asked of the event's keys before its condition is. A rule that requires nothing stands under ALWAYS.

Most events concern few companies and few sets hold those, so nearly all words end at one `isdisjoint` of two sets
of numbers, which goes through the smaller one in C.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import chain
from sys import intern

from alertd.rules.beside import state_clauses
from alertd.rules.company_sets import CompanySets
from alertd.rules.frequency import Frequencies
from alertd.rules.logic import Key, Reading
from alertd.rules.slot import Candidacy, Slot

ALWAYS: Key = ""
"""What every event has."""
COMMON = 0.25
"""A clause that more events than this have is no better than ALWAYS."""
NOWHERE = -1
"""The company set of a rule that needs one of no companies: it never holds."""


class Index:
    """Slots by what an event must have."""

    narrow = True

    def __init__(self, frequencies: Frequencies | None = None) -> None:
        self._frequencies = frequencies if frequencies is not None else Frequencies()
        self._companies = CompanySets()
        self._sets: dict[Key, set[int]] = {}
        """Key -> the company sets under which something is posted with it."""
        self._bound: dict[int, dict[Key, list[Slot]]] = {}
        self._wide: dict[Key, list[Slot]] = {}

    def add(self, slot: Slot) -> None:
        """Post a slot."""
        clauses, companies = _required(slot)
        best = self._cheapest(clauses)
        keys = (ALWAYS,) if best is None else tuple(best)
        slot.checks = tuple(clause for clause in clauses if clause is not best)
        if companies is None:
            slot.posting = (keys, None)
            for key in keys:
                self._wide.setdefault(key, []).append(slot)
        elif not companies:
            slot.posting = ((), NOWHERE)
        else:
            number = self._companies.add(companies)
            slot.posting = (keys, number)
            by_key = self._bound.setdefault(number, {})
            for key in keys:
                slots = by_key.get(key)
                if slots is None:
                    by_key[key] = [slot]
                    self._sets.setdefault(key, set()).add(number)
                else:
                    slots.append(slot)

    def _cheapest(self, clauses: Collection[frozenset[Key]]) -> frozenset[Key] | None:
        shares = [(self._frequencies.of_any(clause), clause) for clause in clauses]
        share, best = min(shares, key=_share, default=(1.0, None))
        return best if share <= COMMON else None

    def remove(self, slot: Slot) -> None:
        """Take a slot out of where it was posted."""
        keys, number = slot.posting
        if number == NOWHERE:
            return
        for key in keys:
            by_key = self._wide if number is None else self._bound[number]
            by_key[key].remove(slot)
            if by_key[key]:
                continue
            del by_key[key]
            if number is not None:
                self._sets[key].discard(number)
                if not self._sets[key]:
                    del self._sets[key]
        if number is not None:
            if not self._bound[number]:
                del self._bound[number]
            self._companies.remove(number)

    def candidates(self, reading: Reading, keys: Collection[Key]) -> Iterable[Slot]:
        """Give each slot of which the event has a key, names a company, and meets the other clauses."""
        present = {ALWAYS, *keys}
        found = dict.fromkeys(chain.from_iterable(filter(None, map(self._wide.get, present))))
        posted, bound = self._sets.get, self._bound
        for active in self._companies.holding(reading.companies):
            nothing = active.isdisjoint
            for key, sets in [(key, sets) for key in present if (sets := posted(key)) and not nothing(sets)]:
                for number in sets & active:
                    found.update(dict.fromkeys(bound[number][key]))
        self._frequencies.learn(keys)
        return [slot for slot in found if not slot.checks or _meets(slot.checks, keys)]

    def why(self, slot: Slot, reading: Reading, keys: Collection[Key]) -> Candidacy:
        """Say what an event has, or lacks, for a slot to be asked."""
        posted, number = slot.posting
        if number == NOWHERE:
            return Candidacy(False, "it needs a company of a list or of holdings that are empty")
        if number is not None and not any(number in active for active in self._companies.holding(reading.companies)):
            size = self._companies.size(number)
            needed = f"one of {size} companies, of which the event names none" if size > 1 else "a company not named"
            return Candidacy(False, f"it needs {needed}")
        present = {ALWAYS, *keys}
        for clause in (frozenset(posted), *slot.checks):
            if clause.isdisjoint(present):
                return Candidacy(False, f"it needs {_listed(clause)}, which the event does not have")
        if posted == (ALWAYS,):
            return Candidacy(
                True, "it is asked about every event" + (" on its companies" if number is not None else "")
            )
        return Candidacy(True, f"the event has {_listed(present.intersection(posted))}")


def _share(item: tuple[float, frozenset[Key] | None]) -> float:
    return item[0]


def _meets(checks: Iterable[frozenset[Key]], keys: Collection[Key]) -> bool:
    for clause in checks:  # noqa: SIM110  asked most often of all: three times faster than `any`
        if clause.isdisjoint(keys):
            return False
    return True


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
