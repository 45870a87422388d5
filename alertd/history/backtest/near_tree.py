"""What keeps a condition from being true: the one part that fails, if it is one alone. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from alertd.rules.explain import Explained, tree_of
from alertd.rules.logic import Leaf, Node, Reading, Scope
from alertd.rules.tree import All, AnyOf, Not

MEASURES = frozenset(
    {"amount", "weight", "sentiment", "company-sentiment", "novelty", "facts", "sentiment_index", "volume_z"}
)
"""Tags of conditions that ask how much: the rest of the rule makes the event one of its kind."""


def ways(node: Node) -> list[Node]:
    """Give the ways in which a condition of several parts can hold: each an `all`."""
    if isinstance(node, AnyOf):
        return [way for part in node.children for way in ways(part)]
    return [node] if isinstance(node, All) else []


def parts(node: Node) -> Iterator[Node]:
    """Give the parts of an `all`, with those of another one inside it."""
    for child in node.children:
        if isinstance(child, All):
            yield from parts(child)
        else:
            yield child


def failing(node: Node, reading: Reading, scope: Scope) -> list[Node] | None:
    """Give the one part that keeps a condition from being true, none if it is true; None: there are several.

    Of an `any` of which nothing holds, the nearest part that is itself a group is taken; of one of leaves, the whole.
    """
    if not isinstance(node, All):
        if node.truth(reading, scope):
            return []
        if isinstance(node, AnyOf):
            groups = [part for part in node.children if isinstance(part, All)]
            for group in groups:
                if lacking := failing(group, reading, scope):
                    return lacking
            return [node] if len(groups) < len(node.children) else None
        return [node]
    found: list[Node] = []
    for part in node.children:
        lacking = failing(part, reading, scope)
        if lacking is None:
            return None
        found += lacking
        if len(found) > 1:
            return None
    return found


def leaves_true(node: Node, reading: Reading, scope: Scope) -> int:
    """Count the parts that are as the rule would have them: an `any` counts as one, or as its best `all`."""
    if isinstance(node, All):
        return sum(leaves_true(part, reading, scope) for part in node.children)
    return int(bool(node.truth(reading, scope)))


def measures(node: Node) -> bool:
    """Tell whether a condition asks how much of something there is."""
    return all(map(measures, node.children)) if node.children else tag_of(node) in MEASURES


def tag_of(node: Node) -> object:
    """Give the tag of a condition without parts; None of others."""
    return node.__struct_config__.tag if isinstance(node, Leaf) else None


def said_of(part: Node, reading: Reading, scope: Scope) -> tuple[Explained, ...]:
    """Give the leaves of the part that failed."""
    tree = tree_of(part, reading, scope)
    if isinstance(part, Not):
        inner = tree.children[0]
        seen = inner.seen or "; ".join(inner.found[:1])
        return (Explained(f"not {_named(inner)}", tree.truth, seen),)
    return tuple(_leaves(tree))


def _leaves(tree: Explained) -> Iterator[Explained]:
    if not tree.children:
        yield tree
    for child in tree.children:
        yield from _leaves(child)


def _named(tree: Explained) -> str:
    return tree.label if not tree.children else f"{tree.label} ({'; '.join(map(_named, tree.children))})"
