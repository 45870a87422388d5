"""Commands about the files a user writes: init, check, schema."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from importlib.resources import files as package_files
from itertools import chain
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from alertd.app.snapshot import all_faults
from alertd.cli.output import FAULTS, USAGE, ConfigOption, environment, fail, plain, print_json, stderr, stdout
from alertd.errors import ConfigError, Fault
from alertd.rules.loader import FOLDERS, load_portfolio, load_rules
from alertd.rules.portfolio_file import portfolio_schema
from alertd.settings import settings_schema

_TEMPLATES = {"alertd.yaml": "alertd.yaml", "portfolio.yaml": "rules/portfolios/example.yaml"}


class CheckFormat(StrEnum):
    """How `check` prints faults."""

    text = "text"
    json = "json"
    github = "github"


class SchemaName(StrEnum):
    """What `schema` can describe."""

    settings = "settings"
    portfolio = "portfolio"


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("init")(init)
    app.command("check")(check)
    app.command("schema")(schema)


def init(
    directory: Annotated[Path, typer.Argument(help="Where to write.", file_okay=False)] = Path(),
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that are there.")] = False,
) -> None:
    """Write a commented alertd.yaml and a first portfolio to start from. Nothing that is there is overwritten."""
    targets = {name: directory / target for name, target in _TEMPLATES.items()}
    there = [target for target in targets.values() if target.exists()]
    if there and not force:
        fail(f"{', '.join(map(str, there))} is there already; --force overwrites it", USAGE)
    for name, target in targets.items():
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text((package_files("alertd.cli") / "templates" / name).read_text("utf-8"), "utf-8")
        except OSError as error:
            fail(f"cannot write {target}: {error.strerror}")
        stdout().print(f"wrote {plain(target)}")
    where = "" if directory == Path() else f" --config {directory / 'alertd.yaml'}"
    stdout().print(f"Next: alertd check{where}, then alertd run{where}", soft_wrap=True)


def check(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Settings files, portfolio files or directories of them.", exists=True)
    ] = None,
    config: ConfigOption = None,
    format: Annotated[CheckFormat, typer.Option("--format", help="How to print.")] = CheckFormat.text,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count as faults.")] = False,
) -> None:
    """Check settings and rules. Every fault of every file, as file:line:column; exit 1 if there is one."""
    counts: dict[str, int] = {}
    found = (
        chain.from_iterable(_check_path(path, counts) for path in paths) if paths else _check_config(config, counts)
    )
    faults = list(dict.fromkeys(found))
    _print_faults(sorted(faults), format, counts)
    if any(strict or fault.severity == "error" for fault in faults):
        raise typer.Exit(FAULTS)


def _check_config(path: Path | None, counts: dict[str, int]) -> Iterator[Fault]:
    loaded, faults = all_faults(path, environment())
    if loaded is not None:
        book, settings = loaded.snapshot.book, loaded.snapshot.settings
        counts["sources"], counts["receivers"] = len(settings.sources), len(settings.receivers)
        counts["portfolios"] = counts.get("portfolios", 0) + len(book.portfolios)
        counts["rules"] = counts.get("rules", 0) + sum(1 for _ in book.rules())
    yield from faults


def _check_path(path: Path, counts: dict[str, int]) -> Iterator[Fault]:
    """Check what a path names: a settings file, a portfolio file, a rules directory, or a folder of any of them."""
    try:
        if path.is_file():
            if path.stem.startswith("alertd"):
                yield from _check_config(path, counts)
            else:
                portfolio = load_portfolio(path.read_bytes(), str(path))
                counts["portfolios"] = counts.get("portfolios", 0) + 1
                counts["rules"] = counts.get("rules", 0) + len(portfolio.rules)
            return
        if any((path / folder).is_dir() for folder in FOLDERS):
            book = load_rules(path)
            counts["portfolios"] = counts.get("portfolios", 0) + len(book.portfolios)
            counts["rules"] = counts.get("rules", 0) + sum(1 for _ in book.rules())
            return
    except ConfigError as error:
        yield from error.faults
        return
    except OSError as error:
        yield Fault(str(path), 0, 0, f"cannot be read: {error.strerror}")
        return
    inside = sorted(p for p in path.iterdir() if p.suffix in (".yaml", ".yml") or (p.is_dir() and p.name[0] != "."))
    if not inside and not counts:
        yield Fault(str(path), 0, 0, "there is no YAML file in this directory", severity="warning")
    for entry in inside:
        yield from _check_path(entry, counts)


def _print_faults(faults: list[Fault], format: CheckFormat, counts: dict[str, int]) -> None:
    errors = sum(fault.severity == "error" for fault in faults)
    if format is CheckFormat.json:
        print_json([{f: getattr(fault, f) for f in Fault.__slots__} for fault in faults], pretty=True)
        return
    if format is CheckFormat.github:
        for fault in faults:
            text = str(fault.message) + (f" ({fault.hint})" if fault.hint else "")
            message = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
            typer.echo(f"::{fault.severity} file={fault.file},line={fault.line},col={fault.column}::{message}")
        return
    console = stderr()
    for fault in faults:
        console.print(plain(fault), style="red" if fault.severity == "error" else "yellow")
    what = ", ".join(f"{count} {name if count != 1 else name.removesuffix('s')}" for name, count in counts.items())
    if errors:
        console.print(f"{errors} fault{'' if errors == 1 else 's'} found")
    else:
        warned = f", {len(faults)} warning{'' if len(faults) == 1 else 's'}" if faults else ""
        stdout().print(f"fine: {what or 'nothing to check'}{warned}")


def schema(
    name: Annotated[SchemaName, typer.Argument(help="Which file.")] = SchemaName.settings,
    config: ConfigOption = None,
) -> None:
    """Print the JSON Schema of alertd.yaml or of a portfolio file, for editors."""
    made: dict[str, Any] = settings_schema() if name is SchemaName.settings else portfolio_schema()
    typer.echo(msgspec.json.format(msgspec.json.encode(made), indent=2).decode())
