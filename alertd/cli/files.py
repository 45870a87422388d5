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
from alertd.cli.rules import SHIPPED

_TEMPLATES = {"alertd.yaml": "alertd.yaml", "portfolio.yaml": "rules/portfolios/example.yaml"}
_PORTFOLIOS = "portfolios"
"""The folder of the shipped rules that only `--examples` takes; the others hold what portfolios may ask for."""


class SchemaName(StrEnum):
    """What `schema` can describe."""

    settings = "settings"
    portfolio = "portfolio"
    event_type = "event-type"
    companies = "companies"
    list = "list"
    fragments = "fragments"
    backtest = "backtest"


def init(
    directory: Annotated[
        Path, typer.Argument(metavar="DIR", help="Where to write; made if it is not there.", file_okay=False)
    ] = Path(),
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that are there.")] = False,
    examples: Annotated[
        bool, typer.Option("--examples", help="With the portfolios that alertd ships, instead of a first one.")
    ] = False,
    library: Annotated[
        bool,
        typer.Option(
            "--library", help="Only what alertd ships for portfolios to ask for: event types, lists, companies…"
        ),
    ] = False,
) -> None:
    """Write a commented alertd.yaml, a first portfolio, and what it can ask for.

    That is alertd's event types with their lists, fragments and companies, from then on the desk's own. Nothing that
    is there is overwritten, unless --force says so.
    """
    begun = {} if library else dict(_begun(examples=examples))
    shared = dict(_shipped(portfolios=False))
    texts = {directory / target: text for target, text in (begun | shared).items()}
    there = [str(target) for target in texts if target.exists()]
    if there and not force:
        named = f"{there[0]} and {len(there) - 1} more" if len(there) > 2 else " and ".join(there)
        fail(f"{named} {'are' if len(there) > 1 else 'is'} there already; --force overwrites", USAGE)
    for target, text in texts.items():
        _put(target, text, say=str(target.relative_to(directory)) in begun)
    folders = ", ".join(sorted({Path(target).parts[1] for target in shared}))
    sys.stdout.write(f"wrote {len(shared)} files of {folders} in {directory / 'rules'}\n")
    go = "" if directory == Path() else f"cd {quote(str(directory))} && "
    sys.stdout.write(f"Next: {go}alertd check && alertd test && alertd run\n")


def _begun(*, examples: bool) -> Iterator[tuple[str, str]]:
    """Give the files that are a desk's own from the beginning: where each goes, and its text."""
    for name, target in _TEMPLATES.items():
        if target == "alertd.yaml" or not examples:
            yield target, (package_files("alertd.cli") / "templates" / name).read_text("utf-8")
    if examples:
        yield from _shipped(portfolios=True)


def _shipped(*, portfolios: bool) -> Iterator[tuple[str, str]]:
    """Give the shipped portfolios, or the files that these share."""
    for file in sorted(file for file in SHIPPED.rglob("*") if file.suffix in (".yaml", ".json")):
        place = file.relative_to(SHIPPED)
        if (place.parts[0] == _PORTFOLIOS) is portfolios:
            yield f"rules/{place}", file.read_text("utf-8")


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
        from alertd.app.schema import settings_schema

        made = settings_schema()
    elif name is SchemaName.backtest:
        from alertd.history.backtest.expect_file import expect_schema

        made = expect_schema()
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
