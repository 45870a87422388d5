"""What measurements have in common: percentiles, tables, the progress bar, and JSON for machines."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress

Cell = str | int | float
Row = dict[str, Cell]


def percentile(values: Sequence[float], share: float) -> float:
    """Give the value below which so large a share lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def print_table(title: str, rows: Sequence[Row]) -> None:
    """Print rows with the same keys, numbers to the right."""
    print(f"\n{title}")
    names = list(rows[0])
    written = [[_cell(row[name]) for name in names] for row in rows]
    widths = [max(len(name), *(len(cells[i]) for cells in written)) for i, name in enumerate(names)]
    numbers = [not isinstance(rows[0][name], str) for name in names]
    for cells in (names, *written):
        padded = [
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(cells, widths, numbers, strict=True)
        ]
        print("  " + "   ".join(padded).rstrip())


def _cell(value: Cell) -> str:
    if not isinstance(value, float):
        return f"{value:,}" if isinstance(value, int) else value
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


@contextmanager
def progress(what: str, total: int) -> Iterator[Callable[[str], None]]:
    """Show on a terminal how far the work is; gives the function that says that a step is done, and what is next."""
    if not sys.stderr.isatty():
        yield lambda step: None
        return
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda step: bar.update(task, advance=1, description=f"{what}: {step}")


@contextmanager
def settled() -> Iterator[None]:
    """Keep what was built before out of the garbage collector's rounds, as the daemon does after a load."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
