"""Which companies and relations are known: the registrants under what the rules declare."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from alertd.asking.reach import Reach
from alertd.asking.warnings import Warn
from alertd.base.yaml import check, load_yaml
from alertd.companies.companies_file import CompaniesFile
from alertd.companies.declared import declare
from alertd.companies.model import Company, Relation
from alertd.companies.neighbours import Branch, Label
from alertd.companies.table import CompanyTable, load_registrants
from alertd.errors import ConfigError
from alertd.rules.files import Tree
from alertd.rules.walls import may_see


@dataclass(frozen=True, slots=True)
class Known:
    """Who is who, and where that is written."""

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


def look(rules: Path) -> Tree:
    """Read the files of a rules directory; none if it is not there."""
    tree = Tree(rules)
    if rules.is_dir():
        tree.look()
    return tree


def known_companies(tree: Tree, updated: Path | None, warn: Warn) -> tuple[CompanyTable, tuple[Relation, ...]]:
    """Put over the table of registrants what a rules directory declares. Raises ConfigError with every fault."""
    table = load_registrants(updated)
    if table.trouble:
        warn(f"{table.trouble}; the packaged table is used")
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


def company_row(company: Company) -> dict[str, Any]:
    """Give a company for machines."""
    found: dict[str, Any] = msgspec.to_builtins(company)
    return found


def branch_row(branch: Branch, label: Label) -> dict[str, Any]:
    """Give a branch as JSON: the relation as read from its nearer side, and what the tree says of it."""
    relation: dict[str, Any] = msgspec.to_builtins(branch.relation)
    return relation | {
        "label": label(branch.relation.of),
        "back": branch.back,
        "turned": branch.turned,
        "cycle": branch.cycle,
        "above": branch.above,
        "relations": [branch_row(one, label) for one in branch.branches],
    }
