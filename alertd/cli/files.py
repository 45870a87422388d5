"""The files a user writes: `alertd init` begins them, `alertd schema` describes them to editors."""

from __future__ import annotations

import sys
from enum import StrEnum
from importlib.resources import files as package_files
from pathlib import Path
from shlex import quote
from typing import Annotated, Any

import msgspec
import typer

from alertd.cli.output import USAGE, fail

_TEMPLATES = {"alertd.yaml": "alertd.yaml", "portfolio.yaml": "rules/portfolios/example.yaml"}


class SchemaName(StrEnum):
    """What `schema` can describe."""

    settings = "settings"
    portfolio = "portfolio"
    event_type = "event-type"
    companies = "companies"
    list = "list"
    fragments = "fragments"


def init(
    directory: Annotated[
        Path, typer.Argument(metavar="DIR", help="Where to write; made if it is not there.", file_okay=False)
    ] = Path(),
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that are there.")] = False,
) -> None:
    """Write a commented alertd.yaml and a first portfolio to start from.

    Nothing that is there is overwritten, unless --force says so.
    """
    targets = {name: directory / target for name, target in _TEMPLATES.items()}
    there = [str(target) for target in targets.values() if target.exists()]
    if there and not force:
        fail(f"{' and '.join(there)} {'are' if len(there) > 1 else 'is'} there already; --force overwrites", USAGE)
    for name, target in targets.items():
        _put(target, (package_files("alertd.cli") / "templates" / name).read_text("utf-8"))
    go = "" if directory == Path() else f"cd {quote(str(directory))} && "
    sys.stdout.write(f"Next: {go}alertd check and alertd test, then alertd run\n")


def schema(
    name: Annotated[
        SchemaName, typer.Argument(metavar="WHICH", help=", ".join(SchemaName) + ".")
    ] = SchemaName.settings,
    write: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write all of them there, as WHICH.schema.json.", file_okay=False),
    ] = None,
) -> None:
    """Print the JSON Schema of a file, for editors.

    `alertd schema --write rules/schema` keeps all of them beside the rules, and the first line of a portfolio names
    its own: # yaml-language-server: $schema=../schema/portfolio.schema.json
    """
    if write is None:
        sys.stdout.write(_schema(name))
        return
    for each in SchemaName:
        target = write / f"{each}.schema.json"
        _put(target, _schema(each))


def _schema(name: SchemaName) -> str:
    made: dict[str, Any]
    if name is SchemaName.settings:
        from alertd.settings import settings_schema

        made = settings_schema()
    else:
        from alertd.rules.schemas import SCHEMAS

        made = SCHEMAS[name]()
    return msgspec.json.format(msgspec.json.encode(made), indent=2).decode() + "\n"


def _put(target: Path, text: str) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
    except OSError as error:
        fail(f"cannot write {target}: {error.strerror}")
    sys.stdout.write(f"wrote {target}\n")
