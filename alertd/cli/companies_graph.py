"""`alertd companies graph`: the declared relations around a company as a tree, as JSON, or for Graphviz."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from typing import Annotated

import msgspec
import typer
from rich.console import Console

from alertd.asking.companies import branch_row
from alertd.base.suggest import hint
from alertd.cli.known_companies import RulesOption, known_to
from alertd.cli.output import (
    USAGE,
    ConfigOption,
    DeskOption,
    JsonOption,
    fail,
    plain,
    print_json,
    printable,
    stdout,
)
from alertd.companies.model import INVERSE, Company, Relation, RelationType
from alertd.companies.neighbours import Branch, Label, around
from alertd.companies.table import CompanyTable


def graph(
    company: Annotated[str, typer.Argument(metavar="COMPANY", help="A ticker, CIK, id or name.")],
    hops: Annotated[int, typer.Option(metavar="N", min=1, max=2, help="1, or 2 for its neighbours' as well.")] = 1,
    types: Annotated[
        list[str] | None,
        typer.Option("--type", metavar="TYPE", help="Only what it is that to others: supplier. Repeatable."),
    ] = None,
    on: Annotated[
        str | None,
        typer.Option("--on", metavar="DATE", help="Only what holds on this day.", show_default="whatever the date"),
    ] = None,
    dot: Annotated[bool, typer.Option("--dot", help="Print it for Graphviz.")] = False,
    rules: RulesOption = None,
    config: ConfigOption = None,
    desk: DeskOption = None,
    json: JsonOption = False,
) -> None:
    """Show what a company is to others, by the relations that the rules declare.

    Exit 1 if the name means no company, or more than one.
    """
    if dot and json:
        fail("--dot and --json are two forms of the same: give one", USAGE)
    day = None if on is None else _day(on)
    wanted = [_type(name) for name in types or ()]
    known = known_to(rules, config).seen_by(desk)
    root = known.table.resolve(company)
    if root is None:
        fail(f"no company is called {company}: {known.table.suggest(company)}")
    label = label_of(known.table)
    branches = around(known.relations, root.id, label=label, hops=hops, types=wanted, on=day)
    if json:
        print_json({"company": root, "relations": [branch_row(one, label) for one in branches]}, pretty=True)
    elif dot:
        typer.echo("\n".join(dot_lines(root, branches, label)))
    else:
        _print_tree(stdout(), root, branches, label)


def label_of(table: CompanyTable) -> Label:
    """Give the function that says what people call a company."""

    def label(company: str) -> str:
        known = table.get(company)
        return known.label if known is not None else company

    return label


def _day(text: str) -> str:
    try:
        return datetime.date.fromisoformat(text).isoformat()
    except ValueError:
        fail(f"--on takes a date such as 2026-01-31, not {text}", USAGE)


def _type(text: str) -> RelationType:
    found = next((known for known in INVERSE if known == text), None)
    if found is None:
        fail(f"--type takes a relation, not {text}: {hint(text, INVERSE)}", USAGE)
    return found


# --- for people ---------------------------------------------------------------------------------------------------


def _print_tree(console: Console, root: Company, branches: Sequence[Branch], label: Label) -> None:
    called = "" if root.label == root.name else f" ({root.label})"
    console.print(f"[bold]{plain(root.name + called)}[/bold]")
    if not branches:
        console.print("no such relation is declared", style="dim")
    for line in _lines(branches, label, ""):
        console.print(line)


def _lines(branches: Sequence[Branch], label: Label, margin: str) -> Iterator[str]:
    for branch in branches:
        last = branch is branches[-1]
        yield f"[dim]{margin}{'└─ ' if last else '├─ '}[/dim]{_said(branch, label)}"
        yield from _lines(branch.branches, label, margin + ("   " if last else "│  "))


def _said(branch: Branch, label: Label) -> str:
    """Say a branch, as markup: what it is to whom, then the rest of what is declared, dimmed."""
    relation = branch.relation
    words = []
    if relation.strength < 1 or branch.back < 1:
        other = "" if branch.back == relation.strength else f" ({branch.back:g} the other way)"
        words.append(f"{relation.strength:g}{other}")
    words += [f"{word} {date}" for word, date in (("since", relation.since), ("until", relation.until)) if date]
    words += [" and ".join(relation.what)] if relation.what else []
    words += [f"desk {relation.desk}"] if relation.desk else []
    words += [relation.source] if relation.source else []
    words += ["turned round"] if branch.turned and INVERSE[relation.type] != relation.type else []
    words += ["cycle: one step from the first as well"] if branch.cycle else []
    words += ["unfolded above"] if branch.above else []
    rest = "".join(f" · {plain(_line(word))}" for word in words)
    return f"{relation.type} of {plain(_line(label(relation.of)))}[dim]{rest}[/dim]"


def _line(text: str) -> str:
    return " ".join(text.split())


# --- for machines -------------------------------------------------------------------------------------------------


def dot_lines(root: Company, branches: Sequence[Branch], label: Label) -> Iterator[str]:
    """Write a tree in the language of Graphviz: each company and each relation once, as it was declared."""
    stated = dict.fromkeys(_stated(branch) for branch in _all(branches))
    companies = dict.fromkeys([root.id, *(end for one in stated for end in (one.company, one.of))])
    yield f"digraph {_quoted(root.label)} {{"
    yield "  rankdir=LR; node [shape=box];"
    for company in companies:
        bold = ", style=bold" if company == root.id else ""
        yield f"  {_quoted(company)} [label={_quoted(label(company))}{bold}];"
    for one in stated:
        words = [one.type, *([f"{one.strength:g}"] if one.strength < 1 else [])]
        words += [f"{word} {date}" for word, date in (("since", one.since), ("until", one.until)) if date]
        about = f"[label={_quoted(' '.join(words))}, tooltip={_quoted(one.source or one.type)}]"
        yield f"  {_quoted(one.company)} -> {_quoted(one.of)} {about};"
    yield "}"


def _all(branches: Sequence[Branch]) -> Iterator[Branch]:
    for branch in branches:
        yield branch
        yield from _all(branch.branches)


def _stated(branch: Branch) -> Relation:
    one = branch.relation
    if not branch.turned:
        return one
    return msgspec.structs.replace(one, company=one.of, type=INVERSE[one.type], of=one.company)


def _quoted(text: str) -> str:
    """Quote text for Graphviz, to which a backslash says something in a label (`\\N` is the node's name)."""
    return '"' + printable(_line(text)).replace("\\", "\\\\").replace('"', '\\"') + '"'
