"""`alertd check`: every fault of settings and rules at once, with its place."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from alertd.cli.checking import Checking
from alertd.cli.output import (
    FAULTS,
    ConfigOption,
    JsonOption,
    counted,
    fault_style,
    from_here,
    plain,
    print_json,
    printable,
    stdout,
)
from alertd.errors import Fault


class CheckFormat(StrEnum):
    """How `check` prints faults."""

    text = "text"
    json = "json"
    github = "github"


def check(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="PATH…", help="Settings, rules directories, files or folders in them; else the settings."
        ),
    ] = None,
    config: ConfigOption = None,
    format: Annotated[
        CheckFormat, typer.Option("--format", help="How to print; github makes annotations of a pull request.")
    ] = CheckFormat.text,
    json: JsonOption = False,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count as faults.")] = False,
) -> None:
    """Check settings and rules: every fault with file:line:column.

    Without a path: the settings file and the rules that it names. A warning is about what is right and yet hardly
    meant; a notice, about what may well be. All of them are the result, so they are printed on stdout in every
    format. Exit 1 if there is a fault.
    """
    work = Checking()
    if config is not None or not paths:
        work.settings(config)
    for path in paths or ():
        work.path(path)
    faults = sorted(dict.fromkeys(map(from_here, work.faults)))
    bad = [fault for fault in faults if fault.severity == "error" or (strict and fault.severity == "warning")]
    _print(faults, CheckFormat.json if json else format, work.counts, good=not bad)
    if bad:
        raise typer.Exit(FAULTS)


# --- printing -------------------------------------------------------------------------------------------------


def _print(faults: list[Fault], format: CheckFormat, counts: Counter[str], *, good: bool) -> None:
    if format is CheckFormat.json:
        print_json([{f: getattr(fault, f) for f in Fault.__slots__} for fault in faults], pretty=True)
    elif format is CheckFormat.github:
        for line in _annotations(faults):
            sys.stdout.write(f"{line}\n")
    else:
        _print_lines(faults)
        stdout().print(_summary(faults, counts, good=good))


def _print_lines(faults: list[Fault]) -> None:
    if not sys.stdout.isatty():  # the console takes its time, and there may be ten thousands
        sys.stdout.writelines(f"{printable(fault)}\n" for fault in faults)
        return
    console = stdout()
    for fault in faults:
        console.print(plain(fault), style=fault_style(fault))


def _summary(faults: list[Fault], counts: Counter[str], *, good: bool) -> str:
    errors = [fault.file for fault in faults if fault.severity == "error"]
    beside = Counter(fault.severity for fault in faults)
    more = "".join(f", {counted(beside[kind], kind)}" for kind in ("warning", "notice") if beside[kind])
    if errors:
        return f"{counted(len(errors), 'fault')} in {counted(len(set(errors)), 'file')}{more}"
    names = (counted(count, _ONE.get(name, name.removesuffix("s")), name) for name, count in counts.items() if count)
    what = ", ".join(names) or "nothing to check"
    return f"fine: {what}{more}" if good else f"not strictly fine: {what}{more}"


_ONE = {"companies": "company"}


def _annotations(faults: list[Fault]) -> Iterator[str]:
    """Write GitHub's workflow commands (docs.github.com, "Workflow commands", with their escapes)."""
    for fault in faults:
        text = fault.message + (f" [{fault.name}]" if fault.name else "") + (f" ({fault.hint})" if fault.hint else "")
        place = f",line={fault.line},col={fault.column}" if fault.line else ""
        yield f"::{fault.severity} file={_escaped(fault.file, property=True)}{place}::{_escaped(text)}"


def _escaped(text: str, *, property: bool = False) -> str:
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return text.replace(":", "%3A").replace(",", "%2C") if property else text
