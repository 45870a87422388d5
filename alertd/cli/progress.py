"""A progress bar for long work: on stderr, on a terminal, and only while stdout goes elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from alertd.cli.output import stderr

STDIN = Path("-")
Advance = Callable[[int], None]


@contextmanager
def progress(what: str, total: int, *, silent: bool = False) -> Iterator[Advance]:
    """Show how far the work is; gives the function that says that so many more units are done.

    What is printed on stderr meanwhile appears above the bar. With `total` 0, or where it would be in the way, there
    is none. `silent`: nothing is printed on stdout meanwhile, so there it is never in the way.
    """
    if not total or not sys.stderr.isatty() or (sys.stdout.isatty() and not silent):
        yield lambda units: None
        return
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    # rich's own first column would act upon [markup] and :emoji: in a file's name
    named = TextColumn("{task.description}", style="progress.description", markup=False)
    columns = (named, BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=stderr(), transient=True, redirect_stdout=False) as bar:
        task = bar.add_task(what, total=total)
        yield lambda units: bar.advance(task, units)


def total_bytes(paths: Sequence[Path]) -> int:
    """Give the size of all files together; 0 if it is not known (stdin), so that there is no bar."""
    if STDIN in paths:
        return 0
    return sum(path.stat().st_size for path in paths if path.is_file())


def terminal_hint(paths: Sequence[Path]) -> None:
    """Tell a person that the command waits for what they type."""
    if STDIN in paths and sys.stdin.isatty():
        stderr().print("reading from the terminal; Ctrl-D ends, --help tells more", style="dim")
