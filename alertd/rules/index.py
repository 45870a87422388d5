"""The index: finds the few rules that an event may concern without touching the others.

    event keys (terms found, form, types…)      named companies
        |                                            |
        v                                            v
    key -> {company set -> [slots]}    &    company sets that hold one of them    ->  slots
    key -> [slots]                          (rules that need no company)          ->  slots

Each rule is posted once: under the keys of its cheapest required clause (the one that events have least often, by
what was seen so far), and there under the set of companies of which an event must name one. Equal sets are one. The
other clauses are asked of the event's keys before the condition is. A rule that requires nothing stands under ALWAYS.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from alertd.rules.frequency import Frequencies
from alertd.rules.logic import Key, Reading
from alertd.rules.slot import Candidacy, Slot

ALWAYS: Key = ""
"""What every event has."""
COMMON = 0.25
"""A clause that more events than this have is no better than ALWAYS."""
_NOWHERE = -1
"""The company set of a rule that needs one of no companies: it never holds."""


class CompanySets:
    """Numbers sets of companies, equal ones alike, and knows which of them hold a company."""

    def __init__(self) -> None:
        self._numbers: dict[frozenset[str], int] = {}
        self._sets: dict[int, frozenset[str]] = {}
        self._users: dict[int, int] = {}
        self._holding: dict[str, set[int]] = {}
        self._next = 0

    def add(self, companies: frozenset[str]) -> int:
        """Give the number of a set, one user more."""
        number = self._numbers.get(companies)
        if number is None:
            number = self._numbers[companies] = self._next
            self._next += 1
            self._sets[number] = companies
            self._users[number] = 0
            for company in companies:
                self._holding.setdefault(company, set()).add(number)
        self._users[number] += 1
        return number

    def remove(self, number: int) -> None:
        """One user less; a set without users is forgotten."""
        self._users[number] -= 1
        if self._users[number]:
            return
        companies = self._sets.pop(number)
        del self._users[number], self._numbers[companies]
        for company in companies:
            self._holding[company].discard(number)
            if not self._holding[company]:
                del self._holding[company]

    def holding(self, companies: Iterable[str]) -> list[set[int]]:
        """Give the numbers of the sets that hold one of these companies, as few sets of numbers."""
        found = [numbers for company in companies if (numbers := self._holding.get(company))]
        if len(found) < 2:
            return found
        small = [numbers for numbers in found if len(numbers) <= _SMALL]
        if len(small) < 2:
            return found
        return [set().union(*small), *(numbers for numbers in found if len(numbers) > _SMALL)]

    def size(self, number: int) -> int:
        """Give how many companies a set has."""
        return len(self._sets[number])


_SMALL = 200
"""So few sets are cheap to copy: they are joined, and a posting is asked once and not for each company."""


class Index:
    """Slots by what an event must have."""

    def __init__(self, frequencies: Frequencies | None = None) -> None:
        self._frequencies = frequencies if frequencies is not None else Frequencies()
        self._bound: dict[Key, dict[int, list[Slot]]] = {}
        self._wide: dict[Key, list[Slot]] = {}
        self._sets = CompanySets()

    def add(self, slot: Slot) -> None:
        """Post a slot."""
        clauses, companies = _required(slot)
        best = min(clauses, key=self._frequencies.of_any, default=None)
        if best is not None and self._frequencies.of_any(best) > COMMON:
            best = None
        keys = (ALWAYS,) if best is None else tuple(best)
        slot.checks = tuple(clause for clause in clauses if clause is not best)
        if companies is None:
            slot.posting = (keys, None)
            for key in keys:
                self._wide.setdefault(key, []).append(slot)
        elif not companies:
            slot.posting = ((), _NOWHERE)
        else:
            number = self._sets.add(companies)
            slot.posting = (keys, number)
            for key in keys:
                self._bound.setdefault(key, {}).setdefault(number, []).append(slot)

    def remove(self, slot: Slot) -> None:
        """Take a slot out of where it was posted."""
        keys, number = slot.posting
        if number == _NOWHERE:
            return
        for key in keys:
            if number is None:
                self._wide[key].remove(slot)
                if not self._wide[key]:
                    del self._wide[key]
                continue
            by_set = self._bound[key]
            by_set[number].remove(slot)
            if not by_set[number]:
                del by_set[number]
                if not by_set:
                    del self._bound[key]
        if number is not None:
            self._sets.remove(number)

    def candidates(self, reading: Reading, keys: Collection[Key]) -> Iterable[Slot]:
        """Give each slot of which the event has a key, names a company, and meets the other clauses."""
        found: dict[Slot, None] = {}
        active = self._sets.holding(reading.companies)
        bound, wide = self._bound.get, self._wide.get
        for key in (ALWAYS, *keys):
            by_set = bound(key)
            if by_set is not None:
                for numbers in active:
                    for number in by_set.keys() & numbers:
                        found.update(dict.fromkeys(by_set[number]))
            slots = wide(key)
            if slots is not None:
                found.update(dict.fromkeys(slots))
        self._frequencies.learn(keys)
        return [slot for slot in found if not any(clause.isdisjoint(keys) for clause in slot.checks)]

    def why(self, slot: Slot, reading: Reading, keys: Collection[Key]) -> Candidacy:
        """Say what an event has, or lacks, for a slot to be asked."""
        posted, number = slot.posting
        if number == _NOWHERE:
            return Candidacy(False, "it needs a company of a list or of holdings that are empty")
        if number is not None and not any(number in numbers for numbers in self._sets.holding(reading.companies)):
            size = self._sets.size(number)
            which = f"one of {size} companies" if size > 1 else "a company"
            return Candidacy(False, f"it needs {which} that the event does not name")
        present = {ALWAYS, *keys}
        for clause in (frozenset(posted), *slot.checks):
            if clause.isdisjoint(present):
                return Candidacy(False, f"it needs {_listed(clause)}, which the event does not have")
        if posted == (ALWAYS,):
            return Candidacy(
                True, "it is asked about every event" + (" on its companies" if number is not None else "")
            )
        return Candidacy(True, f"the event has {_listed(present.intersection(posted))}")


def _required(slot: Slot) -> tuple[list[frozenset[Key]], frozenset[str] | None]:
    """Give what an event must have: of each clause a key, and one of the companies unless None."""
    try:
        clauses = [frozenset(key.removeprefix("text:") for key in clause) for clause in slot.when.clauses()]
        return list(dict.fromkeys(clauses)), slot.when.company_clause(slot.scope)
    except Exception:  # noqa: BLE001 a rule that raises here raises when it is asked, and is switched off then
        return [], None


def _listed(keys: Collection[Key]) -> str:
    names = sorted(key if ":" in key else f"text:{key}" for key in keys)
    shown = ", ".join(f"`{name}`" for name in names[:5])
    return shown if len(names) <= 5 else f"one of {shown} and {len(names) - 5} more" if len(names) > 1 else shown
