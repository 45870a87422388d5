"""`alertd check`: every fault of settings and rules at once, with its place."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from alertd.app.snapshot import all_faults
from alertd.cli.output import (
    FAULTS,
    ConfigOption,
    JsonOption,
    counted,
    environment,
    fault_style,
    from_here,
    plain,
    print_json,
    reason,
    stdout,
)
from alertd.errors import ConfigError, Fault
from alertd.rules.book import RuleBook
from alertd.rules.loader import FOLDERS, SKIPPED, load_portfolio, load_rules

_YAML = (".yaml", ".yml")
_ONLY_SETTINGS = re.compile(rb"^(?:state_dir|redis|smtp|web|sources|operator)\s*:", re.MULTILINE)
_ONLY_PORTFOLIO = re.compile(rb"^(?:portfolio|title)\s*:", re.MULTILINE)


class CheckFormat(StrEnum):
    """How `check` prints faults."""

    text = "text"
    json = "json"
    github = "github"


def check(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="PATH…", help="Settings files, portfolio files or folders of them; else the settings."
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

    Without a path: the settings file and the rules that it names. The faults are the result, so they are printed on
    stdout in every format. Exit 1 if there is one.
    """
    work = _Checking()
    if config is not None or not paths:
        work.settings(config)
    for path in paths or ():
        work.path(path)
    faults = sorted(dict.fromkeys(map(from_here, work.faults)))
    bad = [fault for fault in faults if strict or fault.severity == "error"]
    _print(faults, CheckFormat.json if json else format, work.counts, good=not bad)
    if bad:
        raise typer.Exit(FAULTS)


@dataclass(slots=True)
class _Checking:
    """Gathers the faults and counts what was looked at; a rules directory is read once, whoever names it."""

    faults: list[Fault] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    seen: set[Path] = field(default_factory=set)

    def path(self, path: Path) -> None:
        """Check what a path names: a file, a rules directory, or a folder of any of them."""
        if path.resolve() in self.seen:
            return
        if not path.is_dir():
            self._file(path)
        elif any((path / folder).is_dir() for folder in FOLDERS):
            self._rules(path)
        else:
            self._folder(path)

    def settings(self, path: Path | None) -> None:
        """Check a settings file and the rules that it names."""
        loaded, faults = all_faults(path, environment())
        self.faults += faults
        if loaded is None:
            if path is not None:
                self.seen.add((path.parent / "rules").resolve())
            return
        settings = loaded.snapshot.settings
        self.seen |= {loaded.path.resolve(), settings.rules.resolve()}
        self.counts += Counter(sources=len(settings.sources), receivers=len(settings.receivers))
        self._count(loaded.snapshot.book)

    def _rules(self, folder: Path) -> None:
        self.seen.add(folder.resolve())
        try:
            self._count(load_rules(folder).book)
        except ConfigError as error:
            self.faults += error.faults

    def _folder(self, folder: Path) -> None:
        self.seen.add(folder.resolve())
        try:
            inside = sorted(p for p in folder.iterdir() if not p.name.startswith("."))
        except OSError as error:
            self.faults.append(_whole(folder, reason(error)))
            return
        wanted = [p for p in inside if p.suffix.lower() in _YAML or (p.is_dir() and p.name not in SKIPPED)]
        for path in sorted(wanted, key=lambda p: p.is_dir()):  # files first: settings say which folder holds rules
            self.path(path)
        if not wanted:
            self.faults.append(replace(_whole(folder, "there is no YAML file in this directory"), severity="warning"))

    def _file(self, path: Path) -> None:
        self.seen.add(path.resolve())
        try:
            text = path.read_bytes()
            if _is_settings(path, text):
                self.settings(path)
                return
            portfolio = load_portfolio(text, str(path))
        except OSError as error:
            self.faults.append(_whole(path, reason(error)))
        except ConfigError as error:
            self.faults += error.faults
        else:
            self.counts += Counter(portfolios=1, rules=len(portfolio.rules))

    def _count(self, book: RuleBook) -> None:
        self.counts += Counter(portfolios=len(book.portfolios), rules=sum(1 for _ in book.rules()))


def _is_settings(path: Path, text: bytes) -> bool:
    """Tell a settings file from a portfolio, also when it is too broken to be read as YAML."""
    return path.stem == "alertd" or bool(_ONLY_SETTINGS.search(text) and not _ONLY_PORTFOLIO.search(text))


def _whole(path: Path, text: str) -> Fault:
    return Fault(str(path), 0, 0, text)


# --- printing -------------------------------------------------------------------------------------------------


def _print(faults: list[Fault], format: CheckFormat, counts: Counter[str], *, good: bool) -> None:
    if format is CheckFormat.json:
        print_json([{f: getattr(fault, f) for f in Fault.__slots__} for fault in faults], pretty=True)
    elif format is CheckFormat.github:
        for line in _annotations(faults):
            sys.stdout.write(f"{line}\n")
    else:
        console = stdout()
        for fault in faults:
            console.print(plain(fault), style=fault_style(fault))
        console.print(_summary(faults, counts, good=good))


def _summary(faults: list[Fault], counts: Counter[str], *, good: bool) -> str:
    errors = [fault.file for fault in faults if fault.severity == "error"]
    warnings = len(faults) - len(errors)
    warned = f", {counted(warnings, 'warning')}" if warnings else ""
    if errors:
        return f"{counted(len(errors), 'fault')} in {counted(len(set(errors)), 'file')}{warned}"
    names = (counted(count, name.removesuffix("s")) for name, count in counts.items())
    what = ", ".join(names) or "nothing to check"
    return f"fine: {what}{warned}" if good else f"not strictly fine: {what}{warned}"


def _annotations(faults: list[Fault]) -> Iterator[str]:
    """Write GitHub's workflow commands (docs.github.com, "Workflow commands", with their escapes)."""
    for fault in faults:
        text = fault.message + (f" ({fault.hint})" if fault.hint else "")
        place = f",line={fault.line},col={fault.column}" if fault.line else ""
        yield f"::{fault.severity} file={_escaped(fault.file, property=True)}{place}::{_escaped(text)}"


def _escaped(text: str, *, property: bool = False) -> str:
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return text.replace(":", "%3A").replace(",", "%2C") if property else text
