"""Draw how the cost of matching grows with the rules, from what `bench.compare` wrote.

    .venv/bin/python -m bench.growth FILE.json [FILE.json …] [--to docs/pictures]

Writes `growth-rate.svg`, `growth-p99.svg` and `growth-memory.svg`. Both axes are logarithmic, since engines differ by
factors of thousands. Where two files have the same size, the later one counts.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alertd.base.html import Html, element, style_sheet

Curves = dict[str, dict[int, float]]
"""Engine -> rules -> value."""
_WIDE, _HIGH = 760, 420
_LEFT, _RIGHT, _TOP, _FOOT = 74, 150, 46, 46
_NAME_HEIGHT = 15
_COLOURS = (
    "#0b5cab",
    "#d1600a",
    "#00745a",
    "#9a4a9c",
    "#6a5d00",
    "#b3003b",
    "#3d7cc9",
    "#6b7480",
    "#4a3ab0",
    "#7a4a1e",
)
"""Each has a contrast of at least 4.5 on white."""
_STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#515b66}.title{font-weight:600;font-size:14px;fill:#1d2125}"
    ".grid{stroke:#d5dae0}.axis{stroke:#515b66}.end{text-anchor:end}.middle{text-anchor:middle}"
    ".curve{fill:none;stroke-width:2;stroke-linejoin:round}"
)


@dataclass(frozen=True, slots=True)
class Axis:
    """A logarithmic axis over whole powers of ten."""

    first: int
    last: int
    start: float
    end: float

    @classmethod
    def over(cls, values: Sequence[float], start: float, end: float) -> Axis:
        """Make one on which all values find a place."""
        first, last = math.floor(math.log10(min(values)) + 1e-9), math.ceil(math.log10(max(values)) - 1e-9)
        return cls(first, max(last, first + 1), start, end)

    def place(self, value: float) -> float:
        """Give where a value stands."""
        return self.start + (math.log10(value) - self.first) / (self.last - self.first) * (self.end - self.start)

    def marks(self) -> list[float]:
        """Give the powers of ten."""
        return [10.0**power for power in range(self.first, self.last + 1)]


def draw(title: str, unit: str, curves: Curves) -> str:
    """Draw curves over the number of rules, each with its name at its end."""
    points = [(rules, value) for curve in curves.values() for rules, value in curve.items()]
    across = Axis.over([rules for rules, _ in points], _LEFT, _WIDE - _RIGHT)
    up = Axis.over([value for _, value in points], _HIGH - _FOOT, _TOP)
    drawn = [*_frame(title, unit, across, up)]
    ends = {name: up.place(curve[max(curve)]) for name, curve in curves.items()}
    heights = apart(ends, _TOP, _HIGH - _FOOT)
    for number, (name, curve) in enumerate(curves.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        dash = "" if number < len(_COLOURS) / 2 else "6 3"
        places = [(across.place(rules), up.place(value)) for rules, value in sorted(curve.items())]
        path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
        last = places[-1]
        drawn += [
            element("path", d=path, class_="curve", stroke=colour, stroke_dasharray=dash),
            *(element("circle", cx=f"{x:.1f}", cy=f"{y:.1f}", r="3", fill=colour) for x, y in places),
            element(
                "path",
                d=f"M{last[0] + 5:.1f} {last[1]:.1f}L{_WIDE - _RIGHT + 16} {heights[name]:.1f}",
                stroke=colour,
                stroke_width="0.6",
                fill="none",
            ),
            element("text", name, x=str(_WIDE - _RIGHT + 20), y=f"{heights[name] + 4:.1f}", style=f"fill:{colour}"),
        ]
    picture = element(
        "svg",
        element("title", f"{title}: {', '.join(curves)}"),
        style_sheet(_STYLE),
        element("rect", width="100%", height="100%", fill="#fff"),
        *drawn,
        xmlns="http://www.w3.org/2000/svg",
        width=str(_WIDE),
        height=str(_HIGH),
        role="img",
    )
    return f"{picture}\n"


def _frame(title: str, unit: str, across: Axis, up: Axis) -> list[Html]:
    foot, right = _HIGH - _FOOT, _WIDE - _RIGHT
    out = [
        element("text", title, x=str(_LEFT), y="20", class_="title"),
        element("text", unit, x=str(_LEFT), y="37"),
        element("text", "rules", x=str(right), y=str(_HIGH - 8), class_="end"),
    ]
    for mark in up.marks():
        y = f"{up.place(mark):.1f}"
        out.append(element("line", x1=str(_LEFT), x2=str(right), y1=y, y2=y, class_="grid"))
        out.append(element("text", _said(mark), x=str(_LEFT - 8), y=f"{up.place(mark) + 4:.1f}", class_="end"))
    for mark in across.marks():
        x = f"{across.place(mark):.1f}"
        out.append(element("line", x1=x, x2=x, y1=str(foot), y2=str(foot + 5), class_="axis"))
        out.append(element("text", _said(mark), x=x, y=str(foot + 20), class_="middle"))
    return out


def _said(mark: float) -> str:
    return f"{mark:,.0f}" if mark >= 1 else f"{mark:g}"


def apart(wanted: Mapping[str, float], top: float, foot: float) -> dict[str, float]:
    """Give names heights near the wanted ones, none over another."""
    ordered = sorted(wanted, key=lambda name: wanted[name])
    heights: dict[str, float] = {}
    least = top
    for name in ordered:
        heights[name] = max(wanted[name], least)
        least = heights[name] + _NAME_HEIGHT
    most = foot
    for name in reversed(ordered):
        heights[name] = min(heights[name], most)
        most = heights[name] - _NAME_HEIGHT
    return heights


def curves(rows: Sequence[Mapping[str, Any]], of: str, events: str | None = None) -> Curves:
    """Gather a column of the usual rules by engine."""
    found: Curves = {}
    for row in rows:
        if row["of"] == "usual" and row[of] != "" and row[of] > 0 and (events is None or row["events"] == events):
            found.setdefault(row["engine"], {})[row["rules"]] = row[of]
    return found


PICTURES = {
    "growth-rate": ("Events a second, one process", "normal events", "rows", "events/s", "normal"),
    "growth-p99": ("The slowest event in a hundred", "µs, normal events", "rows", "p99 us", "normal"),
    "growth-memory": (
        "What a rule takes",
        "bytes, all that its process grew by",
        "built",
        "bytes/rule",
        None,
    ),
}
"""Name -> title, unit, table, column, kind of events."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Read and draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--to", type=Path, default=Path("docs/pictures"), metavar="DIRECTORY")
    options = parser.parse_args(arguments)
    found: dict[str, list[Any]] = {"rows": [], "built": []}
    for file in options.files:
        read = json.loads(file.read_text("utf-8"))
        for name, rows in found.items():
            rows += read[name]
    for name, (title, unit, table, column, events) in PICTURES.items():
        if made := curves(found[table], column, events):
            file = options.to / f"{name}.svg"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(draw(title, unit, made), "utf-8")
            print(file)


if __name__ == "__main__":
    main()
