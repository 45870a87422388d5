"""Roaring bitmaps over the numbers of rules: by the words of their rarest clause, by company, by form or source.

What an event has and names is OR-ed within each of the three and AND-ed between them; Python asks what is left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from alertd.model import Event
from bench.peers.base import Way, World, need
from bench.peers.words import ahocorasick_rs, keys
from bench.plain import Asked, Last, access


class Roaring:
    """Bitmaps, and a library that finds words."""

    def __init__(self, world: World) -> None:
        self._bitmap = need("pyroaring").BitMap
        rules = self._rules = world.plains.rules
        self._search = ahocorasick_rs(world.plains.terms())
        self._last = Last(rules)
        seen = Counter(word for event in world.warm for word in keys(self._search, event))
        words: dict[str, list[int]] = {"": []}
        companies: dict[str, list[int]] = {"": []}
        origins: dict[str, list[int]] = {"": []}
        for rule in rules:
            for word in access(rule, seen, len(world.warm)) or ("",):
                words.setdefault(word, []).append(rule.number)
            for company in ("",) if rule.companies is None else rule.companies:
                companies.setdefault(company, []).append(rule.number)
            origins.setdefault(rule.origin, []).append(rule.number)
        self._words, self._companies, self._origins = (
            {key: self._bitmap(numbers) for key, numbers in found.items()} for found in (words, companies, origins)
        )
        self.ways = {"roaring": Way(self._ask, set)}

    def _ask(self, event: Event) -> list[int]:
        words, asked, rules = keys(self._search, event), Asked(event, self._last), self._rules
        found = (
            self._any(self._words, ("", *words))
            & self._any(self._companies, ("", *asked.companies))
            & self._any(self._origins, set(asked.origins))
        )
        return [number for number in found if asked.holds(rules[number], words)]

    def _any(self, bitmaps: dict[str, Any], asked: Iterable[str]) -> Any:
        return self._bitmap.union(*[one for key in asked if (one := bitmaps.get(key)) is not None])

    def stored(self) -> int | None:
        """Nothing elsewhere."""
        return None

    def close(self) -> None:
        """Nothing to end."""
