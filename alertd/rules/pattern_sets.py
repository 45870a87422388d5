"""Rules by which only a pattern narrows anything: their patterns run over an event together.

A rule that asks for a rare word, a form, a company is found by that, and its patterns run last, one by one, over few
events. A rule that asks for a pattern and nothing else that is rare would run it over every event. So such patterns
stand in sets, each of which goes through a text once, and the index posts the rule under `regex:PATTERN`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import re2

from alertd.rules.logic import Key, Node, Reading
from alertd.rules.pattern import Pattern
from alertd.rules.tree import All, AnyOf

REGEX = "regex:"
TOGETHER = 128
"""Patterns of a set: it is compiled anew when one of them comes or goes, in a few milliseconds."""
_MAX_MEMORY = 8 << 20
"""Bytes for a set and the automaton that it grows while it runs."""


def pattern_clause(node: Node) -> frozenset[Key] | None:
    """Give keys of which an event must have one for a condition to be true, some of them patterns; None: no such."""
    found = _narrowest(node)
    return found if found is not None and any(map(is_pattern, found)) else None


def is_pattern(key: Key) -> bool:
    """Whether a key is a pattern."""
    return key.startswith(REGEX)


def _narrowest(node: Node) -> frozenset[Key] | None:
    if isinstance(node, Pattern):
        return frozenset([REGEX + pattern for pattern in node.any_of])
    if isinstance(node, All):
        return min((one for part in node.parts if (one := _narrowest(part)) is not None), key=len, default=None)
    if isinstance(node, AnyOf):
        found = [_narrowest(part) for part in node.parts]
        there = [one for one in found if one is not None]
        return frozenset().union(*there) if there and len(there) == len(found) else None
    return min(node.clauses(), key=len, default=None)


class PatternSets:
    """The patterns by which rules are found, counted."""

    def __init__(self) -> None:
        self._uses: dict[str, int] = {}
        self._set_of: dict[str, _Set] = {}
        self._sets: list[_Set] = []

    def add(self, key: Key) -> None:
        """Look for a pattern from now on; what is added twice is looked for until it is removed twice."""
        pattern = key.removeprefix(REGEX)
        self._uses[pattern] = self._uses.get(pattern, 0) + 1
        if pattern not in self._set_of:
            room = next((one for one in self._sets if len(one.patterns) < TOGETHER), None)
            if room is None:
                self._sets.append(room := _Set())
            room.add(pattern)
            self._set_of[pattern] = room

    def remove(self, key: Key) -> None:
        """Take one `add` back."""
        pattern = key.removeprefix(REGEX)
        self._uses[pattern] -= 1
        if self._uses[pattern]:
            return
        del self._uses[pattern]
        left = self._set_of.pop(pattern)
        left.remove(pattern)
        if not left.patterns:
            self._sets.remove(left)

    def uses(self) -> dict[str, int]:
        """Give the patterns, and how often each is needed."""
        return dict(self._uses)

    def take(self, uses: Mapping[str, int]) -> None:
        """Look for these from now on."""
        for pattern, count in uses.items():
            self.add(pattern)
            self._uses[pattern] += count - 1

    def keys(self, reading: Reading) -> set[Key]:
        """Give all patterns that an event has, and perhaps others, as keys."""
        if not self._sets:
            return set()
        texts = [raw for field in ("title", "body") if (raw := reading.utf8(field)[0])]
        return {REGEX + pattern for one in self._sets for text in texts for pattern in one.found(text)}


class _Set:
    """Patterns that go through a text together."""

    def __init__(self) -> None:
        self.patterns: list[str] = []
        self._compiled: re2.Set | None = None
        self._is_ready = False

    def add(self, pattern: str) -> None:
        self.patterns.append(pattern)
        self._is_ready = False

    def remove(self, pattern: str) -> None:
        self.patterns.remove(pattern)
        self._is_ready = False

    def found(self, text: bytes) -> Iterator[str]:
        """Give the patterns that stand in a text.

        The last of the set, which stands in every text, tells whether it ran to its end: RE2 gives nothing where its
        memory does not suffice, and then any of them may be there.
        """
        if not self._is_ready:
            self._compiled, self._is_ready = self._compile(), True
        there = self._compiled.Match(text) if self._compiled is not None else ()
        if len(self.patterns) not in there:
            return iter(self.patterns)
        return (self.patterns[number] for number in there if number < len(self.patterns))

    def _compile(self) -> re2.Set | None:
        options = re2.Options()
        options.log_errors = False
        options.max_mem = _MAX_MEMORY
        made = re2.Set.SearchSet(options)
        try:
            for pattern in [*self.patterns, ""]:
                made.Add(pattern.encode("utf-8"))
            made.Compile()
        except re2.error:  # together they are too much, or one that nobody checked is none
            return None
        return made
