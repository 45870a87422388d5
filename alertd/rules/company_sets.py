"""Sets of companies under numbers: equal sets are one, and a company leads to the sets that hold it."""

from __future__ import annotations

from collections.abc import Iterable

_SMALL = 200
"""So few numbers are cheap to copy: they are joined, and what is asked of each is asked once."""


class CompanySets:
    """The sets in use, counted."""

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
                holding = self._holding.get(company)
                if holding is None:
                    self._holding[company] = {number}
                else:
                    holding.add(number)
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
        """Give the numbers of the sets that hold one of these companies: together in as few sets as is cheap."""
        found = [numbers for company in companies if (numbers := self._holding.get(company))]
        small = [numbers for numbers in found if len(numbers) <= _SMALL]
        if len(small) < 2:
            return found
        return [set().union(*small), *(numbers for numbers in found if len(numbers) > _SMALL)]

    def size(self, number: int) -> int:
        """Give how many companies a set has."""
        return len(self._sets[number])
