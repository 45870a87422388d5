"""`alertd`: one command line, one file for each group of commands."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from alertd import __version__
from alertd.cli import ask, files, filters, run, send

app = typer.Typer(
    name="alertd",
    help="Watches news and filings and tells a desk what matters, within seconds, once, with the evidence.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(value: bool) -> None:
    if value:
        typer.echo(f"alertd {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print it.")] = False,
) -> None:
    pass


for group in (run, files, filters, ask, send):
    group.register(app)


def main() -> None:
    """Run the command line."""
    try:
        app()
    except BrokenPipeError:
        # `alertd tail | head`: the reader has had enough. Python would complain again when it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
