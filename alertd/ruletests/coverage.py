"""Which conditions the tests of a rule put to the proof.

Of each leaf it is noted whether it was true and whether it was false in a test, and whether it ever decided: the
rule's answer would have been another with this leaf turned round. A leaf that never decided could be taken away, and
no test would notice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from alertd.rules.explain import Explained
from alertd.rules.explanation import Explanation
from alertd.rules.logic import Node, Truth

Place = tuple[str | int, ...]
"""Where a leaf stands: `when`, `state` or a status, and the numbers of the parts on the way down."""
Lack = Literal["never asked", "never true", "never false", "never decided"]


@dataclass(slots=True)
class _Leaf:
    label: str
    true: bool = False
    false: bool = False
    unknown: bool = False
    decided: bool = False

    def lack(self) -> Lack | None:
        if not (self.true or self.false or self.unknown):
            return "never asked"
        if not self.true:
            return "never true"
        if not self.false:
            return "never false"
        return None if self.decided else "never decided"


@dataclass(frozen=True, slots=True)
class Gap:
    """A leaf that the tests do not prove."""

    label: str
    lack: Lack


@dataclass(slots=True)
class Covered:
    """The leaves of one rule or event type, and what the tests made of them."""

    leaves: dict[Place, _Leaf] = field(default_factory=dict)

    def expect(self, root: str, node: Node) -> None:
        """Say which leaves there are."""
        self.leaves |= {place: _Leaf(label) for place, label in _labels(node, (root,))}

    def expect_one(self, root: str, label: str) -> None:
        """Say that there is a condition that is not made of others."""
        self.leaves[root,] = _Leaf(label)

    def note(self, found: Explanation) -> None:
        """Take in what a rule said of one event of a test; one that was kept away from it proves nothing."""
        if found.guard:
            return
        for asked in found.asked:
            self._note(asked.label.removeprefix("status ") if not found.portfolio else "", asked.condition)
        for part in found.over_time:
            if part.asked:
                self._note("state", part.condition)

    def _note(self, root: str, tree: Explained) -> None:
        for path, leaf in _leaves(tree, ()):
            known = self.leaves.get((root or "when", *path))
            if known is None:
                continue
            known.true |= leaf.truth is True
            known.false |= leaf.truth is False
            known.unknown |= leaf.truth is None
            known.decided = known.decided or (_turned(tree, path) is True) is not (tree.truth is True)

    @property
    def total(self) -> int:
        """Count the leaves."""
        return len(self.leaves)

    def gaps(self) -> list[Gap]:
        """Give the leaves that are not proven, in the order in which they are written."""
        return [Gap(leaf.label, lack) for leaf in self.leaves.values() if (lack := leaf.lack())]


def _labels(node: Node, place: Place) -> Iterator[tuple[Place, str]]:
    if not node.children:
        yield place, node.label()
    for number, child in enumerate(node.children):
        yield from _labels(child, (*place, number))


def _leaves(tree: Explained, path: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], Explained]]:
    if not tree.children:
        yield path, tree
    for number, child in enumerate(tree.children):
        yield from _leaves(child, (*path, number))


def _turned(tree: Explained, path: tuple[int, ...]) -> Truth:
    """Answer for a tree in which one leaf says the opposite; one that was unknown is taken as true."""
    if not path:
        return not tree.truth
    first, *rest = path
    answers = [
        _turned(child, tuple(rest)) if number == first else child.truth for number, child in enumerate(tree.children)
    ]
    if tree.label == "not":
        return None if answers[0] is None else not answers[0]
    decisive = tree.label == "any"
    if decisive in answers:
        return decisive
    return None if None in answers else not decisive
