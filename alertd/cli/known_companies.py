"""Which companies and relations a command knows: the registrants under what the rules declare."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

from alertd.base.yaml import check, load_yaml
from alertd.cli.connect import Reach, reach_of
from alertd.cli.output import environment, fail, quiet_logs, warn
from alertd.cli.rules import HERE
from alertd.companies.companies_file import CompaniesFile
from alertd.companies.declared import declare
from alertd.companies.model import Relation
from alertd.companies.registrants import updated_file
from alertd.companies.table import CompanyTable, load_registrants
from alertd.errors import ConfigError
from alertd.rules.files import Tree
from alertd.rules.walls import may_see
from alertd.settings import find_config

RulesOption = Annotated[
    Path | None,
    typer.Option("--rules", metavar="DIR", help="The rules.", show_default="what the settings name, or ./rules"),
]
"""What `known_to` takes."""


@dataclass(frozen=True, slots=True)
class Known:
    """Who is who to a command, and where that is written."""

    table: CompanyTable
    relations: tuple[Relation, ...]
    rules: Path
    """The directory that was read, whether it is there or not."""
    settings: Reach | None
    """None: there are none, and none were asked for."""

    def seen_by(self, desk: str | None) -> Known:
        """Give what a desk may see of it; None: everything."""
        if desk is None:
            return self
        declared = {id_: one for id_, one in self.table.declared.items() if may_see(desk, one.desk)}
        others = {other: id_ for other, id_ in self.table.other_ids.items() if id_ in declared}
        relations = tuple(one for one in self.relations if may_see(desk, one.desk))
        return replace(self, table=self.table.with_declared(declared.values(), others), relations=relations)


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
        return Known(*known_companies(look(folder), updated), folder, settings)
    except ConfigError as error:
        fail(error)


def _settings(config: Path | None) -> Reach | None:
    try:
        path = find_config(config, environment())
    except ConfigError:  # there are none, and none were asked for: what is a ticker can be asked anywhere
        return None
    return reach_of(path)


def look(rules: Path) -> Tree:
    """Read the files of a rules directory; none if it is not there."""
    tree = Tree(rules)
    if rules.is_dir():
        tree.look()
    return tree


def known_companies(tree: Tree, updated: Path | None) -> tuple[CompanyTable, tuple[Relation, ...]]:
    """Put over the table of registrants what a rules directory declares. Raises ConfigError with every fault."""
    table = load_registrants(updated)
    if table.trouble:
        warn(f"{table.trouble}; the packaged table is used", "yellow")
    files, faults = [], []
    for file in tree.files.values():
        if file.folder == "companies" and file.content is not None:
            try:
                doc = load_yaml(file.content, file.name)
            except ConfigError as error:
                faults += error.faults
                continue
            made, found = check(CompaniesFile, doc)
            faults += found
            files += [(doc, made)] if made is not None else []
    table, relations, found = declare(table, files)
    faults += found
    if any(fault.severity == "error" for fault in faults):
        raise ConfigError(faults)
    return table, relations
