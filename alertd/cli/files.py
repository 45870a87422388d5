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
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text((package_files("alertd.cli") / "templates" / name).read_text("utf-8"), "utf-8")
        except OSError as error:
            fail(f"cannot write {target}: {error.strerror}")
        sys.stdout.write(f"wrote {target}\n")
    go = "" if directory == Path() else f"cd {quote(str(directory))} && "
    sys.stdout.write(f"Next: {go}alertd check, then alertd run\n")


def schema(
    name: Annotated[SchemaName, typer.Argument(metavar="WHICH", help="settings or portfolio.")] = SchemaName.settings,
) -> None:
    """Print the JSON Schema of a file, for editors.

    `alertd schema portfolio > rules/schema/portfolio.schema.json`, and the first line of a portfolio names it:
    # yaml-language-server: $schema=../schema/portfolio.schema.json
    """
    made: dict[str, Any]
    if name is SchemaName.settings:
        from alertd.settings import settings_schema

        made = settings_schema()
    else:
        from alertd.rules.portfolio_file import portfolio_schema

        made = portfolio_schema()
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(made), indent=2).decode() + "\n")
