"""What a compiled condition is, seen as a whole: its size, what it names, which of its parts need more than text."""

from __future__ import annotations

from collections.abc import Iterator

from alertd.rules.company_leaves import Mentions
from alertd.rules.filing import Filing
from alertd.rules.logic import Node
from alertd.rules.reader import OPERATORS
from alertd.rules.reported import Reports
from alertd.rules.tree import Not

_OTHERWISE = {"company-sentiment": "sentiment"}
"""Tag of a leaf -> its operator, where the two are not called the same."""


def walk(node: Node) -> Iterator[Node]:
    """Go through a condition and all inside it."""
    todo = [node]
    while todo:
        node = todo.pop()
        yield node
        todo.extend(reversed(node.children))


def asserted(node: Node) -> Iterator[Node]:
    """Go through a condition and all inside it that does not stand in a `not`."""
    todo = [node]
    while todo:
        node = todo.pop()
        if isinstance(node, Not):
            continue
        yield node
        todo.extend(reversed(node.children))


def types_named(node: Node) -> frozenset[str]:
    """Give the event types that it asks for outside `not`."""
    return frozenset(name for part in asserted(node) if isinstance(part, Reports) for name in part.any_of)


def names_form(node: Node) -> bool:
    """Whether it asks for a form outside `not`."""
    return any(isinstance(part, Filing) for part in asserted(node))


def size_of(node: Node) -> int:
    """Count the conditions."""
    return sum(1 for _ in walk(node))


def depth_of(node: Node) -> int:
    """Count the levels."""
    return 1 + max((depth_of(child) for child in node.children), default=0)


def needs_more_than_text(node: Node) -> str:
    """Name an operator in it that an event type cannot use; empty if there is none."""
    for part in walk(node):
        tag: str = type(part).__struct_config__.tag  # type: ignore[attr-defined]
        name = _OTHERWISE.get(tag, tag)
        if name in OPERATORS and OPERATORS[name].forbidden_in_event_types:
            return name
        if isinstance(part, Mentions) and part.who.holdings:
            return "mentions: holdings"
    return ""
