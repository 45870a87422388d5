"""Measure how well events are understood: `python -m bench.quality [part …] [--json] [--wrong]`.

The figures of docs/quality.md come from here. Parts that need corpora which are not there say so.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from dataclasses import asdict

from bench.quality.measured import SHARED, Goal, Measured
from bench.report import Row, print_table, progress

PARTS = {
    "companies": "Companies in text",
    "tone": "Sentiment",
    "types": "Event types",
    "roles": "Parties, roles and status",
    "stories": "Stories",
    "money": "Money",
    "notes": "Research notes",
    "note_models": "Research notes that a model writes",
}


def main() -> None:
    """Measure, and print every table with its goals; what falls short stands at the end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"{', '.join(PARTS)}; all if none is named")
    parser.add_argument("--json", action="store_true", help="print one JSON document instead of tables")
    parser.add_argument("--wrong", action="store_true", help="print what came out wrong, where the text may be shown")
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    found: dict[str, Measured] = {}
    names = options.parts or list(PARTS)
    with progress("measuring", len(names)) as done:
        for name in names:
            done(name)
            found[name] = importlib.import_module(f"bench.quality.{name}").measure(SHARED)
    if options.json:
        print(json.dumps({name: _document(measured) for name, measured in found.items()}, indent=1))
        return
    for name, measured in found.items():
        _show(PARTS[name], measured, wrong=options.wrong)
    _close(found)


def _document(measured: Measured) -> dict[str, object]:
    goals = [asdict(goal) | {"met": goal.met} for goal in measured.goals]
    return {
        "goals": goals,
        "tables": [{"title": t, "rows": r} for t, r in measured.tables],
        "missing": measured.missing,
    }


def _show(title: str, measured: Measured, *, wrong: bool) -> None:
    print(f"\n== {title}")
    for table, rows in measured.tables:
        if rows:
            print_table(table, rows)
    if measured.goals:
        print_table("goals", [_row(goal) for goal in measured.goals])
    for line in measured.missing:
        print(f"\nnot measured: {line}")
    if wrong and measured.wrong:
        print("\n" + "\n".join(measured.wrong))


def _row(goal: Goal) -> Row:
    return {
        "figure": goal.what,
        "measured": f"{goal.figure:.3f}",
        "goal": f"{'≤' if goal.at_most else '≥'} {goal.goal:g}",
        "cases": f"{goal.of:,}" if goal.of else "",
        "": "met" if goal.met else "MISSED",
    }


def _close(found: dict[str, Measured]) -> None:
    goals = [goal for measured in found.values() for goal in measured.goals]
    short = [goal for goal in goals if not goal.met]
    print(f"\n{len(goals) - len(short)} of {len(goals)} goals are met." + (" What falls short:" if short else ""))
    for goal in short:
        print(f"  {goal.what}: {goal.figure:.3f}, wanted {'≤' if goal.at_most else '≥'} {goal.goal:g}")
    if any(measured.missing for measured in found.values()):
        print("Some parts were not measured; see above.", file=sys.stderr)


if __name__ == "__main__":
    main()
