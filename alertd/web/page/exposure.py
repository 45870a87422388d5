"""How holdings come to be touched, drawn as a tree: a named company, and below it what is related to it step by step.

    ● SpaceX +2.0 %                named, lessor
    ├─● NVDA +8.0 %                supplies SpaceX
    └─○ Crusoe                     leases to SpaceX
      └─● VRT +3.5 %               supplies Crusoe

A dot is larger the more is held, hollow where nothing is. Letters keep their size on every screen.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from alertd.base.html import Html, element
from alertd.model import TouchedHolding
from alertd.notify.holdings import labelled
from alertd.notify.plain import one_line
from alertd.rules.touched import SAID

MOST = 24
"""Rows that are drawn; of more it is said how many."""
_ROW, _STEP, _LEFT = 48, 22, 12
"""Height of a row, width of a step to the right, the middle of the first dot, in CSS pixels."""
_LABEL, _HOW = 26, 34
"""Characters that fit beside a dot on a phone."""
_VERBS = sorted(SAID.values(), key=len, reverse=True)


@dataclass(slots=True)
class Node:
    """A company in the tree."""

    label: str
    how: str = ""
    weight: float | None = None
    held: bool = False
    below: dict[str, Node] = field(default_factory=dict)


def exposure(holdings: Sequence[TouchedHolding], names: Mapping[str, str]) -> Html | None:
    """Draw it; None where no holding is touched over a relation. `names`: how companies are called in the ways."""
    if not any(one.path and not one.named for one in holdings):
        return None
    rows = list(_rows(_tree(holdings, names)))
    shown, drawn = rows[:MOST], list[Html]()
    feet: dict[int, int] = {}
    for number, (depth, _) in enumerate(shown):
        y = number * _ROW + _ROW // 2
        if depth:
            x = _LEFT + (depth - 1) * _STEP
            drawn.append(element("path", d=f"M{x} {feet[depth - 1]}V{y}H{x + _STEP}", class_="edge"))
        feet[depth] = y
    drawn += [_drawn(number, depth, node) for number, (depth, node) in enumerate(shown)]
    more = [element("p", f"{len(rows) - MOST} more are not drawn.", class_="small")] if len(rows) > MOST else []
    told = "; ".join(f"{node.label} {node.how}".strip() for _, node in shown)
    svg = element(
        "svg", element("title", f"How holdings are exposed: {told}"), *drawn,
        class_="tree", role="img", width="100%", height=str(len(shown) * _ROW),
    )  # fmt: skip
    return element("div", svg, *more)


def _tree(holdings: Iterable[TouchedHolding], names: Mapping[str, str]) -> dict[str, Node]:
    """Put the ways together: companies on several of them stand there once under the same one."""
    roots: dict[str, Node] = {}
    for one in sorted(holdings, key=lambda one: not one.named):
        if one.named:
            roots[names.get(one.company) or _name(one)] = _held(one, ", ".join(filter(None, ("named", one.role))))
            continue
        steps = [_step(text) for text in one.path]
        level = roots
        for number in range(len(steps) - 1, -1, -1):
            name = steps[number][1]
            how = " ".join(filter(None, steps[number + 1])) if number + 1 < len(steps) else "named"
            level = level.setdefault(name, Node(name, how)).below
        if steps:
            held = _held(one, one_line(" ".join(filter(None, steps[0]))))
            between = level.get(_name(one))  # others come over it
            level[_name(one)] = held if between is None else replace(held, below=between.below)
    return roots


def _held(one: TouchedHolding, how: str) -> Node:
    return Node(labelled(one), how, weight=one.weight, held=True)


def _name(one: TouchedHolding) -> str:
    return one_line(one.label or one.company, 80)


def _step(text: str) -> tuple[str, str]:
    """Take a step apart: `supplies SpaceX` -> (`supplies`, `SpaceX`)."""
    text = one_line(text, 80)
    verb = next((verb for verb in _VERBS if text.startswith(f"{verb} ")), "")
    return verb, text[len(verb) :].strip()


def _rows(level: dict[str, Node], depth: int = 0) -> Iterator[tuple[int, Node]]:
    for node in level.values():
        yield depth, node
        yield from _rows(node.below, depth + 1)


def _drawn(number: int, depth: int, node: Node) -> Html:
    x, y = _LEFT + depth * _STEP, number * _ROW + _ROW // 2
    size = 4 + 5 * math.sqrt(min(1.0, abs(node.weight) / 0.1)) if node.weight is not None else 5.0
    look = "hollow" if not node.held else "minus" if (node.weight or 0.0) < 0 else "plus"
    left = f"{x + 16}"
    return element(
        "g",
        element("title", f"{node.label} {node.how}".strip()),
        element("circle", cx=str(x), cy=str(y), r=f"{size:.1f}", class_=f"dot {look}"),
        element("text", one_line(node.label, _LABEL), x=left, y=f"{y - 3}", class_="label"),
        element("text", one_line(node.how, _HOW), x=left, y=f"{y + 14}", class_="how"),
    )
