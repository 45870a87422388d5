"""What commands print: results on stdout, everything else on stderr; `--json` is one document or one line each."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import msgspec
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from alertd.errors import AlertdError, ConfigError

FINE = 0
FAULTS = 1
USAGE = 2

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config", "-c", help="The settings file.", show_default="./alertd.yaml, then ~/.config, then /etc"
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]

T = TypeVar("T")


def stdout() -> Console:
    """Give the console for results: colours on a terminal, plain text in a pipe."""
    return Console(file=sys.stdout, highlight=False, soft_wrap=not sys.stdout.isatty())


def stderr() -> Console:
    """Give the console for progress and errors."""
    return Console(file=sys.stderr, highlight=False, soft_wrap=True)


def plain(text: object) -> str:
    """Make text of a feed safe to print: no terminal escapes, no markup."""
    shown = "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in str(text))
    return escape(shown)


def print_json(value: object, *, pretty: bool = False) -> None:
    """Print a value as JSON: on one line, or indented for a document that people may read too."""
    data = msgspec.json.encode(value)
    sys.stdout.buffer.write((msgspec.json.format(data) if pretty else data) + b"\n")
    sys.stdout.buffer.flush()


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table; in a pipe nothing is cut off."""
    table = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(plain("" if cell is None else cell) for cell in row))
    stdout().print(table)


def fail(error: AlertdError | str, code: int = FAULTS) -> NoReturn:
    """Print an error for a person and leave. A ConfigError prints one line for each fault."""
    console = stderr()
    if isinstance(error, ConfigError):
        for fault in error.faults:
            console.print(plain(fault), style="red" if fault.severity == "error" else "yellow")
        count = sum(fault.severity == "error" for fault in error.faults)
        console.print(f"{count} fault{'' if count == 1 else 's'} found")
    else:
        console.print(f"[red]alertd:[/red] {plain(error)}")
    raise typer.Exit(code)


def guarded(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run a command's coroutine; our own errors become a line on stderr and exit code 1."""
    import asyncio

    try:
        return asyncio.run(work())
    except AlertdError as error:
        fail(error)
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def environment() -> Mapping[str, str]:
    """Give the process's environment. The command line is the one place that reads it."""
    return os.environ
