"""The plain way with a library that finds words: rules posted under their rarest clause, and asked by Python.

Rules without words are asked about every event. How rare words are is counted on the first events.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from alertd.model import Event
from alertd.text.scan import Term
from bench.peers.base import Way, World
from bench.peers.words import Search, ahocorasick_rs, hyperscan, keys, pyahocorasick
from bench.plain import Asked, Last, Plain, access

SEARCHES: dict[str, Callable[[Iterable[Term]], Search]] = {
    "ahocorasick_rs": ahocorasick_rs, "pyahocorasick": pyahocorasick, "hyperscan": hyperscan,
}  # fmt: skip


class Postings:
    """Rules under their words."""

    def __init__(self, world: World, name: str) -> None:
        rules = world.plains.rules
        self._search = SEARCHES[name](world.plains.terms())
        self._last = Last(rules)
        seen = Counter(word for event in world.warm for word in keys(self._search, event))
        self._posted: dict[str, list[Plain]] = {}
        self._always: list[Plain] = []
        for rule in rules:
            clause = access(rule, seen, len(world.warm))
            if clause is None:
                self._always.append(rule)
                continue
            for word in clause:
                self._posted.setdefault(word, []).append(rule)
        self.ways = {name: Way(self._ask, set)}

    def _ask(self, event: Event) -> list[int]:
        words, asked, posted = keys(self._search, event), Asked(event, self._last), self._posted.get
        found = {rule.number: rule for word in words for rule in posted(word, ())}
        held = [number for number, rule in found.items() if asked.holds(rule, words)]
        return held + [rule.number for rule in self._always if asked.holds(rule, words)]

    def stored(self) -> int | None:
        """Nothing elsewhere."""
        return None

    def close(self) -> None:
        """Nothing to end."""
