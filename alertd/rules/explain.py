"""The condition tree of a rule for one event: the answer, the value seen and the text at each leaf.

    ✗ all
      ✓ title: lease
          title: “leases” 10-16
      ✗ text: supercomputer  — not in title or body

`explanation` puts round it what else decides: guards, the companies it was asked for, what came before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from alertd.model import Event, Evidence
from alertd.rules.logic import Node, Reading, Scope, Truth

SIGNS: dict[Truth, str] = {True: "✓", False: "✗", None: "?"}
SHOWN = 400
"""Characters of a label or of what was seen that one line shows; a list of terms may be endless."""


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


def tree_of(node: Node, reading: Reading, scope: Scope) -> Explained:
    """Evaluate every part of a condition, also those that no longer decide."""
    if node.children:
        parts = tuple(tree_of(child, reading, scope) for child in node.children)
        return Explained(node.label(), node.truth(reading, scope), children=parts)
    result = node.result(reading, scope)
    found = tuple(quoted(result.evidence, reading.event))
    return Explained(node.label(), result.truth, _seen(result.seen, result.path), result.evidence, found)


def _seen(seen: str, path: tuple[str, ...]) -> str:
    steps = " · ".join(path)
    return seen if steps in seen else f"{seen}: {steps}" if seen else steps


def deciding(tree: Explained) -> Iterator[Explained]:
    """Give the leaves that make a condition false or unknown, or true, a negated one with `not` before its label.

    Of an `all` that is false these are the parts that are false, of one that is true all of them; of an `any` the
    other way round.
    """
    if not tree.children:
        yield tree
    elif tree.label == "not":
        for leaf in deciding(tree.children[0]):
            yield Explained(f"not {leaf.label}", _turned(leaf.truth), leaf.seen, leaf.evidence, leaf.found)
    else:
        for child in tree.children:
            if child.truth is tree.truth:
                yield from deciding(child)


def _turned(truth: Truth) -> Truth:
    return None if truth is None else not truth


def leaves_true(tree: Explained) -> int:
    """Count the parts that are as the rule would have them: by this the nearest miss is found."""
    if not tree.children:
        return int(tree.truth is True)
    if tree.label == "not":
        return int(tree.truth is True)
    return sum(map(leaves_true, tree.children))


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
        text = getattr(event, field, "")
        text = text if isinstance(text, str) else ""
        words = ", ".join(f"“{one_line(text[start:end])}” {start}-{end}" for start, end in sorted(spans))
        lines.append(f"{field}: {words}" + (f" in “{one_line(around)}”" if field == "body" else ""))
    return lines


def one_line(text: str) -> str:
    """Put a text on one line, and end it where it gets endless."""
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else line[: SHOWN - 1] + "…"


def render(tree: Explained, indent: str = "") -> list[str]:
    """Write the tree as lines: a tick, a cross or a question mark, the condition, what it saw."""
    lines = [f"{indent}{said(tree)}"]
    lines += (f"{indent}    {found}" for found in tree.found)
    for child in tree.children:
        lines += render(child, indent + "  ")
    return lines


def said(tree: Explained) -> str:
    """Write one condition in one line."""
    seen = f"  — {one_line(tree.seen)}" if tree.seen else ""
    return f"{SIGNS[tree.truth]} {one_line(tree.label)}{seen}"
