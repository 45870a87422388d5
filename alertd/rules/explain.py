"""Why a rule holds for an event or does not: the condition tree with the answer and the text at each leaf."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from alertd.model import Event, Evidence
from alertd.rules.book import Rule
from alertd.rules.logic import Node, Reading, Scope, Truth
from alertd.rules.world import World
from alertd.text.scan import TermScanner

_SIGNS: dict[Truth, str] = {True: "✓", False: "✗", None: "?"}


@dataclass(frozen=True, slots=True)
class Explained:
    """One condition with its answer; a leaf says what was seen, or shows the text."""

    label: str
    truth: Truth
    seen: str = ""
    evidence: tuple[Evidence, ...] = ()
    found: tuple[str, ...] = ()
    """The evidence, in lines."""
    children: tuple[Explained, ...] = ()


def explain(rule: Rule, event: Event) -> Explained:
    """Evaluate every part of a rule, also those that no longer decide."""
    scanner = TermScanner(rule.when.terms())
    reading = Reading(event, scanner.scan(event.title, event.body))
    condition = _explain(rule.when, reading, Scope(World()))
    label = f"{rule.id}: {rule.title} ({rule.severity})"
    return Explained(label, condition.truth, children=(condition,))


def _explain(node: Node, reading: Reading, scope: Scope) -> Explained:
    result = node.result(reading, scope)
    if node.children:
        return Explained(
            node.label(), result.truth, children=tuple(_explain(c, reading, scope) for c in node.children)
        )
    found = tuple(quoted(result.evidence, reading.event))
    return Explained(node.label(), result.truth, result.seen, result.evidence, found)


def quoted(evidence: Iterable[Evidence], event: Event) -> list[str]:
    """Put evidence into lines: the words found, with their places; for the body also what stands around them.

    `title: “leases” 10-16, “supercomputer” 27-40`, `body: “lease” 24-29 in “SpaceX has agreed to lease Colossus 1”`
    """
    groups: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for found in evidence:
        if found.end > found.start:
            groups.setdefault((found.field, found.quote), []).append((found.start, found.end))
    lines = []
    for (field, around), spans in groups.items():
        text: str = getattr(event, field, "")
        words = ", ".join(f"“{_line(text[start:end])}” {start}-{end}" for start, end in sorted(spans))
        lines.append(f"{field}: {words}" + (f" in “{_line(around)}”" if field == "body" else ""))
    return lines


def _line(text: str) -> str:
    return " ".join(text.split())


def render(tree: Explained) -> list[str]:
    """Write the tree as lines: a tick, a cross or a question mark, the condition, what it saw."""
    lines: list[str] = []
    _render(tree, 0, lines)
    return lines


def _render(tree: Explained, depth: int, lines: list[str]) -> None:
    indent = "  " * depth
    seen = f"  — {tree.seen}" if tree.seen else ""
    lines.append(f"{indent}{_SIGNS[tree.truth]} {tree.label}{seen}")
    lines += (f"{indent}    {found}" for found in tree.found)
    for child in tree.children:
        _render(child, depth + 1, lines)
