"""Which companies and relations a command knows: the registrants under what the rules declare."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from alertd.asking.companies import Known, known_companies, look
from alertd.asking.reach import Reach
from alertd.cli.connect import reach_of
from alertd.cli.output import environment, fail, quiet_logs, told
from alertd.cli.rules import HERE
from alertd.companies.registrants import updated_file
from alertd.errors import ConfigError
from alertd.settings import find_config

RulesOption = Annotated[
    Path | None,
    typer.Option("--rules", metavar="DIR", help="The rules.", show_default="what the settings name, or ./rules"),
]
"""What `known_to` takes."""


def known_to(rules: Path | None, config: Path | None) -> Known:
    """Load the registrants under what the rules declare; without settings and rules the packaged table alone.

    Ends the command where that cannot be.
    """
    quiet_logs()
    updated = None
    try:
        if (settings := _settings(config)) is not None:
            updated, rules = updated_file(settings.state_dir), rules or settings.rules
        if rules is not None and not rules.is_dir():
            raise ConfigError.at(rules, "there is no such rules directory", "`alertd init` makes one")
        folder = rules or HERE
        return Known(*known_companies(look(folder), updated, told), folder, settings)
    except ConfigError as error:
        fail(error)


def _settings(config: Path | None) -> Reach | None:
    try:
        path = find_config(config, environment())
    except ConfigError:  # there are none, and none were asked for: what is a ticker can be asked anywhere
        return None
    return reach_of(path)
