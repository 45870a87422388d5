"""Hold every file of alertd/, Python and C, to its budget of lines. An exception is named here with its reason."""

from __future__ import annotations

import sys
from pathlib import Path

BUDGET = 300
SUFFIXES = {".py", ".c", ".h"}
EXCEPTIONS = {
    "alertd/model.py": "the types of the whole flow, read from top to bottom",
}


def count_lines(root: Path) -> dict[str, int]:
    """Give the lines of each file of Python or C under alertd/, by its path from the root."""
    files = sorted(path for path in (root / "alertd").rglob("*.*") if path.suffix in SUFFIXES)
    return {f.relative_to(root).as_posix(): len(f.read_text("utf-8").splitlines()) for f in files}


def faults(sizes: dict[str, int], exceptions: dict[str, str]) -> list[str]:
    """Say which files are over the budget, and which exceptions are not needed any more."""
    over = [
        f"{name}:{BUDGET + 1}:1: {lines} lines, the budget is {BUDGET}: split it, or name it in tools/budget.py"
        for name, lines in sizes.items()
        if lines > BUDGET and name not in exceptions
    ]
    stale = [
        f"tools/budget.py: {name} needs no exception: it "
        + (f"has {sizes[name]} lines" if name in sizes else "is gone")
        for name in exceptions
        if sizes.get(name, 0) <= BUDGET
    ]
    return over + stale


def main() -> int:
    """Print the faults; exit 1 if there are any."""
    found = faults(count_lines(Path(__file__).parents[1]), EXCEPTIONS)
    for fault in found:
        print(fault)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
