"""How proposed relations are shown: on the terminal, and as YAML in which everything is a comment."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from alertd.cli.output import counted, cut, plain, printable, stdout
from alertd.companies.table import CompanyTable
from alertd.history.proposals import Example, Proposal

HEAD = "## Proposed relations"
"""How each such file begins."""


def print_proposals(found: Sequence[Proposal], table: CompanyTable) -> None:
    """Print each with the stories that it rests on."""
    console = stdout()
    if not found:
        console.print("nothing is proposed")
    for one in found:
        names = f"{_called(one.company, table)} {one.type} of {_called(one.of, table)}"
        console.print(f"[bold]{plain(names)}[/bold] · {plain(_about(one))}")
        for example in one.examples:
            console.print(f"  [dim]{plain(_said(example))}[/dim]")


def as_yaml(found: Sequence[Proposal], table: CompanyTable, day: str) -> str:
    """Write a file of companies in which everything is a comment; without each line's first `# ` it is one."""
    return "\n".join([*_head(day), *(f"# {line}" for line in _file(found, table))]) + "\n"


def _head(day: str) -> Iterator[str]:
    yield f"{HEAD}, as `alertd companies suggest` found them in archived events on {day}. Nobody has looked at them."
    yield "## What you can stand for goes into a file of rules/companies/: without the `#`, with its strength, and"
    yield "## with a document as its source. `alertd check` says whether it is right."


def _file(found: Sequence[Proposal], table: CompanyTable) -> Iterator[str]:
    yield "relations:" if found else "relations: []"
    for one in found:
        yield f"  # {_about(one)}"
        yield from (f"  #   {_said(example)}" for example in one.examples)
        names = [json.dumps(_written(end, table)) for end in (one.company, one.of)]
        source = json.dumps(f"{counted(one.stories, 'story', 'stories')}; {_line(one.examples[0].event)}")
        yield f"  - {{company: {names[0]}, is: {one.type}, of: {names[1]}, since: {one.first}, source: {source}}}"


def _about(one: Proposal) -> str:
    parts = [counted(one.stories, "story", "stories")]
    parts.append(one.first if one.first == one.last else f"{one.first} to {one.last}")
    parts += [f"for desk {desk} alone" for desk in one.desks]
    parts += [f"declare `{company}` first" for company in one.undeclared]
    return " · ".join(parts)


def _said(example: Example) -> str:
    return f"{_line(example.event)} {example.day} {_line(example.type)} {example.status}: {cut(_line(example.title))}"


def _line(text: str) -> str:
    """Keep text of a feed on its line, without what a terminal or YAML would act upon."""
    return printable(" ".join(text.split()))


def _called(company: str, table: CompanyTable) -> str:
    known = table.get(company)
    return known.label if known is not None else company


def _written(company: str, table: CompanyTable) -> str:
    """Give how a file names a company: a registrant by its ticker, if that means it, and any other by its id."""
    if not company.startswith("cik-"):
        return company
    called = _called(company, table)
    known = table.resolve(called)
    return called if known is not None and known.id == company else company
