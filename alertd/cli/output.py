"""What commands print: results on stdout, everything else on stderr; `--json` is one document or one line each."""

from __future__ import annotations

import json
import logging
import os
import re
import signal
import sys
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import msgspec
import typer
from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from alertd.base.clock import parse_rfc3339
from alertd.base.users import closed_by, closed_words
from alertd.errors import AlertdError, ConfigError, Fault
from alertd.text.written import counted as counted

FAULTS = 1
USAGE = 2
INTERRUPTED = 130
LONGEST = 100
"""Characters of a headline in a table."""

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config", "-c", metavar="FILE", help="The settings file.",
        show_default="./alertd.yaml, then the user's, then the system's",
    ),
]  # fmt: skip
DeskOption = Annotated[
    str | None,
    typer.Option("--desk", metavar="DESK", help="Only what this desk may see.", show_default="everything"),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]

T = TypeVar("T")


class _Console(Console):
    """rich's console, but that a closed pipe is left to `main`."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def stdout() -> Console:
    """Give the console for results: colours on a terminal, plain text in a pipe, long lines left as they are.

    Without emoji, as everywhere: rich would make a picture of `:100:`, which is a line's number here.
    """
    return _Console(file=sys.stdout, highlight=False, emoji=False, soft_wrap=True)


def stderr() -> Console:
    """Give the console for progress and errors."""
    return _Console(file=sys.stderr, highlight=False, emoji=False, soft_wrap=True)


def printable(text: object) -> str:
    """Make text of a feed safe for a terminal: no escapes, no control characters."""
    return "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in str(text))


def plain(text: object) -> str:
    """Make text of a feed safe to print with a console: no terminal escapes, no markup."""
    return escape(printable(text))


def print_json(value: object, *, pretty: bool = False) -> None:
    """Print a value as JSON: on one line, or indented for a document that people may read too.

    On a terminal what would steer it is written as `\\u…`, which means the same.
    """
    data = msgspec.json.encode(value)
    data = msgspec.json.format(data) if pretty else data
    if sys.stdout.isatty():
        shown = (c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in data.decode())
        data = "".join(shown).encode()
    sys.stdout.buffer.write(data + b"\n")
    sys.stdout.buffer.flush()


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table: on a terminal long cells fold, but not ids; in a pipe every row is one whole line."""
    cells = [["" if cell is None else printable(cell) for cell in row] for row in rows]
    if sys.stdout.isatty():
        table = Table(
            title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, header_style="dim"
        )
        console = stdout()
        whole = _kept_whole(list(zip(columns, *cells, strict=True)), console.width)
        for number, column in enumerate(columns):
            table.add_column(column, overflow="fold", no_wrap=number in whole)
        for row in cells:
            table.add_row(*map(escape, row))
        console.print(table, soft_wrap=False)
        return
    widths = [max(map(cell_len, column)) for column in zip(columns, *cells, strict=True)]
    for line in ([title], columns, *cells):
        padded = (cell + " " * (width - cell_len(cell)) for cell, width in zip(line, widths, strict=False))
        stdout().print(escape("  ".join(padded).rstrip()))


_ID = re.compile(r"[a-z]{2}_[a-z0-9]{6,60}|-?")
"""What is marked with a double click, and copied; or nothing."""
_SHORT = 12
"""Columns of words at most so wide are not folded where there is room: the broken word would save little."""


def _kept_whole(columns: Sequence[Sequence[str]], width: int) -> set[int]:
    """Choose the columns that are not folded (head and cells of each are given): ids, then short ones, while a third
    of the terminal, whose width in cells is given, is left to the others.
    """
    widths = [max(map(cell_len, column)) for column in columns]
    ids = {i for i, (_, *cells) in enumerate(columns) if any(cells) and all(map(_ID.fullmatch, cells))}
    short = {i for i, one in enumerate(widths) if one <= _SHORT}
    whole: set[int] = set()
    left = width - 2 * len(columns)
    for i in [*sorted(ids), *sorted(short - ids, key=widths.__getitem__)]:
        if left - widths[i] >= width / 3:
            whole.add(i)
            left -= widths[i]
    return whole


def cut(text: object, most: int = LONGEST) -> str:
    """Cut a headline for a table; its whole text is in the command's JSON."""
    shown = printable(text)
    return shown if len(shown) <= most else f"{shown[: most - 1].rstrip()}…"


def ago(at: str | None, now: int) -> str:
    """Write how long ago a time was, or how far ahead it is, as a person would: `12 s ago`, `in 5 min`."""
    if not at:
        return ""
    seconds = (now - parse_rfc3339(at)) / 1000
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s")):
        if abs(seconds) >= 2 * size or unit == "s":
            number = f"{abs(seconds) / size:.0f} {unit}"
            break
    return f"{number} ago" if seconds >= 0 else f"in {number}"


def warn(text: object, style: str = "red") -> None:
    """Print one line for a person on stderr."""
    stderr().print(plain(text), style=style)


def fault_style(fault: Fault) -> str:
    """Give the colour of a fault."""
    return {"error": "red", "warning": "yellow"}.get(fault.severity, "dim")


def from_here(fault: Fault) -> Fault:
    """Name files below the working directory as seen from there, however they were named."""
    here = f"{Path.cwd()}/"
    return replace(
        fault,
        file=fault.file.removeprefix(here),
        message=fault.message.replace(here, ""),
        hint=fault.hint.replace(here, ""),
    )


def told(what: str | Fault) -> None:
    """Print a warning about what was asked on stderr: a line, or a fault of a file."""
    if isinstance(what, Fault):
        warn(from_here(what), fault_style(what))
    else:
        warn(what, "yellow")


def fail(error: AlertdError | str, code: int = FAULTS) -> NoReturn:
    """Print an error for a person and leave. A ConfigError prints one line for each fault."""
    if isinstance(error, ConfigError):
        for fault in error.faults:
            warn(from_here(fault), fault_style(fault))
        if (count := sum(fault.severity == "error" for fault in error.faults)) > 1:
            warn(f"{counted(count, 'fault')} found", "default")
    else:
        stderr().print(f"[red]alertd:[/red] {plain(error)}")
    raise typer.Exit(code)


def reason(error: AlertdError | OSError) -> str:
    """Say in words why something cannot be read."""
    return f"cannot be read: {error.strerror or error}" if isinstance(error, OSError) else str(error)


def guarded(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run a command's coroutine; our own errors become a line on stderr and exit code 1, Ctrl-C ends with 130."""
    import asyncio

    quiet_logs()
    # Not by cancelling, which Python 3.11 can lose: asyncio.wait_for, which redis-py writes with, swallows a
    # cancellation that comes together with its result (python/cpython#86296). Commands hold nothing to tidy up.
    signal.signal(signal.SIGINT, lambda *_: os._exit(INTERRUPTED))
    try:
        return asyncio.run(work())
    except AlertdError as error:
        fail(error)
    except PermissionError as error:
        closed(error)


def closed(error: PermissionError) -> NoReturn:
    """End the command where something is another user's, saying whose; else the error goes on.

    What a command reads without saying so itself lies in the state directory, which is the daemon's own.
    """
    found = closed_by(Path(os.fsdecode(error.filename))) if isinstance(error.filename, (str, bytes)) else None
    if found is None:
        raise error
    fail(closed_words(*found))


def quiet_logs() -> None:
    """Keep the log of what a command uses off the terminal: a command says itself what went wrong."""
    import structlog

    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
    )


def environment() -> Mapping[str, str]:
    """Give the process's environment. The command line is the one place that reads it."""
    return os.environ
