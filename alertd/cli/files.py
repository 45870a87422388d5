"""The files a user writes: `alertd init` begins them, `alertd schema` describes them to editors."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from enum import StrEnum
from importlib.resources import files as package_files
from pathlib import Path
from shlex import quote
from typing import Annotated, Any

import msgspec
import typer

from alertd.cli.output import USAGE, fail

_TEMPLATES = {"alertd.yaml": "alertd.yaml", "portfolio.yaml": "rules/portfolios/example.yaml"}
_SHOWN = 20
"""Files of which each is named; of more it is said how many."""


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
    examples: Annotated[
        bool,
        typer.Option("--examples", help="The rules that alertd ships instead: event types, companies, portfolios."),
    ] = False,
) -> None:
    """Write a commented alertd.yaml and a first portfolio to start from.

    Nothing that is there is overwritten, unless --force says so.
    """
    texts = {directory / target: text for target, text in _begun(examples=examples)}
    there = [str(target) for target in texts if target.exists()]
    if there and not force:
        named = f"{there[0]} and {len(there) - 1} more" if len(there) > 2 else " and ".join(there)
        fail(f"{named} {'are' if len(there) > 1 else 'is'} there already; --force overwrites", USAGE)
    for target, text in texts.items():
        _put(target, text, say=len(texts) <= _SHOWN)
    if len(texts) > _SHOWN:
        sys.stdout.write(f"wrote {directory / 'alertd.yaml'} and {len(texts) - 1} files in {directory / 'rules'}\n")
    go = "" if directory == Path() else f"cd {quote(str(directory))} && "
    sys.stdout.write(f"Next: {go}alertd check and alertd test, then alertd run\n")


def _begun(*, examples: bool) -> Iterator[tuple[str, str]]:
    """Give the files that a desk begins with: where each goes, and its text."""
    for name, target in _TEMPLATES.items():
        if target == "alertd.yaml" or not examples:
            yield target, (package_files("alertd.cli") / "templates" / name).read_text("utf-8")
    if examples:
        from alertd.demo.config import RULES

        for file in sorted(file for file in RULES.rglob("*") if file.suffix in (".yaml", ".json")):
            yield f"rules/{file.relative_to(RULES)}", file.read_text("utf-8")


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


def _put(target: Path, text: str, *, say: bool = True) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
    except OSError as error:
        fail(f"cannot write {target}: {error.strerror}")
    if say:
        sys.stdout.write(f"wrote {target}\n")
