"""Why a rule holds for an event or does not: the condition tree with the answer and the text at each leaf."""

from __future__ import annotations

from dataclasses import dataclass

from alertd.model import Event, Evidence
from alertd.rules.book import Rule
from alertd.rules.logic import Node, Reading, Truth
from alertd.text.scan import TermScanner

_SIGNS: dict[Truth, str] = {True: "✓", False: "✗", None: "?"}


@dataclass(frozen=True, slots=True)
class Explained:
    """One condition with its answer; a leaf says what was seen, or shows the text."""

    label: str
    truth: Truth
    seen: str = ""
    evidence: tuple[Evidence, ...] = ()
    children: tuple[Explained, ...] = ()


def explain(rule: Rule, event: Event) -> Explained:
    """Evaluate every part of a rule, also those that no longer decide."""
    scanner = TermScanner(rule.when.terms())
    reading = Reading(event, scanner.scan(event.title, event.body))
    condition = _explain(rule.when, reading)
    label = f"{rule.id}: {rule.title} ({rule.severity})"
    return Explained(label, condition.truth, children=(condition,))


def _explain(node: Node, reading: Reading) -> Explained:
    result = node.evaluate(reading)
    if node.children:
        return Explained(node.label(), result.truth, children=tuple(_explain(c, reading) for c in node.children))
    return Explained(node.label(), result.truth, result.seen, result.evidence)


def render(tree: Explained) -> list[str]:
    """Write the tree as lines: a tick, a cross or a question mark, the condition, what it saw."""
    lines: list[str] = []
    _render(tree, 0, lines)
    return lines


def _render(tree: Explained, depth: int, lines: list[str]) -> None:
    indent = "  " * depth
    seen = f"  — {tree.seen}" if tree.seen else ""
    lines.append(f"{indent}{_SIGNS[tree.truth]} {tree.label}{seen}")
    for found in tree.evidence:
        if found.end > found.start:
            words = " ".join(found.quote.split())
            lines.append(f"{indent}    {found.field} {found.start}-{found.end}: “{words}”")
    for child in tree.children:
        _render(child, depth + 1, lines)
