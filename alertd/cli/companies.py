"""`alertd companies`: which company is meant by a name, who stands how to it, a fresh table of registrants."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from alertd import __version__
from alertd.asking.companies import company_row
from alertd.base.clock import rfc3339, system_clock
from alertd.base.files import write_whole
from alertd.cli.companies_graph import graph
from alertd.cli.companies_suggest import suggest
from alertd.cli.connect import reach_of, settings_of
from alertd.cli.known_companies import RulesOption, known_to
from alertd.cli.output import (
    ConfigOption,
    JsonOption,
    counted,
    fail,
    guarded,
    plain,
    print_json,
    print_table,
    reason,
    stdout,
    warn,
)
from alertd.companies.model import INVERSE, Company, Relation
from alertd.companies.registrants import newest_registrants, updated_file, write_registrants
from alertd.companies.search import search as find
from alertd.companies.sec_answer import SEC_URL, Difference, compare, read_answer, refusal
from alertd.companies.table import CompanyTable
from alertd.errors import AlertdError, ConfigError, ParseFailed
from alertd.net.client import AddressPolicy, GetOptions, HttpClient

companies = typer.Typer(add_completion=False, no_args_is_help=True)
"""The commands of this file."""

TextArgument = Annotated[str, typer.Argument(metavar="TEXT", help="A ticker, CIK, id, name, or words of a name.")]


@companies.callback()
def _about() -> None:
    """Say which company is meant, and who is related to it; fetch a table."""


companies.command()(graph)
companies.command()(suggest)


# --- asking -------------------------------------------------------------------------------------------------------


@companies.command()
def show(
    text: TextArgument,
    exchange: Annotated[str, typer.Option(metavar="MIC", help="Where the ticker is traded.")] = "",
    rules: RulesOption = None,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Show the company that a ticker, CIK, id or name means in rules, and its relations.

    Exit 1 if it means none, or more than one.
    """
    known = known_to(rules, config)
    table = known.table
    company = table.resolve(text, exchange)
    if company is None:
        fail(f"no company is called {text}: {table.suggest(text, exchange)}")
    own = [r for r in known.relations if company.id in (r.company, r.of)]
    if json:
        print_json({**company_row(company), "relations": own}, pretty=True)
        return
    rows = {
        "id": company.id,
        "tickers": ", ".join(f"{x.ticker} ({x.exchange})" if x.exchange else x.ticker for x in company.listings),
        "aliases": ", ".join(company.aliases),
        "sector": company.sector or "",
        "desk": company.desk or "",
        "private": "yes" if company.private else "",
        "table": f"of {table.registrants.as_of}, {table.registrants.source}" if company.cik else "",
    }
    console = stdout()
    console.print(plain(company.name))
    for name, value in rows.items():
        if value:
            console.print(f"  {name:<9} {plain(value)}")
    for relation in own:
        console.print(f"  {'relation':<9} {plain(_said(relation, company, table))}")


@companies.command()
def search(
    text: TextArgument,
    limit: Annotated[int, typer.Option(metavar="N", help="Show at most so many.", min=1)] = 20,
    rules: RulesOption = None,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Find companies by the beginning of a ticker or of the words of a name.

    Declared companies come first, then the largest. Exit 1 if there is none.
    """
    table = known_to(rules, config).table
    found = find(table, text, limit + 1)
    if not found:
        fail(f"no company is found for {text}: {table.suggest(text)}")
    if json:
        print_json([company_row(company) for company in found[:limit]], pretty=True)
        return
    rows = [[c.id, ", ".join(x.ticker for x in c.listings[:4]), c.name, c.sector or ""] for c in found[:limit]]
    print_table("Companies", ["id", "tickers", "name", "sector"], rows)
    if len(found) > limit:
        warn("there are more; --limit shows them", "dim")


def _said(relation: Relation, company: Company, table: CompanyTable) -> str:
    """Say a relation from the side of one company."""
    forth = relation.company == company.id
    kind, other = (relation.type, relation.of) if forth else (INVERSE[relation.type], relation.company)
    known = table.get(other)
    since = f", since {relation.since}" if relation.since else ""
    until = f", until {relation.until}" if relation.until else ""
    strength = f", strength {relation.strength:g}" if relation.strength < 1 else ""
    source = f": {relation.source}" if relation.source else ""
    return f"{kind} of {known.label if known else other}{strength}{since}{until}{source}"


# --- updating -----------------------------------------------------------------------------------------------------


@companies.command()
def update(
    origin: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="FILE|URL", help="A copy of the SEC's list.", show_default="the SEC's own site"
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Take it though many companies are gone or moved.")] = False,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Fetch the SEC's list of companies with tickers, check it and put it in use.

    A list that is not whole, or in which many companies are missing or tickers mean others, is refused. A running
    daemon takes the new one when it next loads its rules.
    """
    try:
        settings = reach_of(config)
        target = updated_file(settings.state_dir)
        is_file = origin is not None and "://" not in origin
        data = Path(str(origin)).read_bytes() if is_file else _fetch(origin, config)
        found, odd = read_answer(data)
    except OSError as error:
        fail(f"{origin}: {reason(error)}")
    except ParseFailed as error:
        fail(f"{origin or SEC_URL}: {error}; the table in use stays")
    except AlertdError as error:
        fail(error)
    now, _ = newest_registrants(target)
    difference = compare(now, found)
    why = refusal(now, difference)
    if why and not force:
        fail(f"{origin or SEC_URL}: {why}; the table of {now.as_of} stays in use; --force takes this one")
    day = rfc3339(system_clock())[:10]
    write_whole(target, write_registrants(found, day, "SEC company tickers"))
    _show_update(difference, odd, target, json=json)


def _fetch(origin: str | None, config: Path | None) -> bytes:
    """Fetch the list. Raises ConfigError without a contact, FetchTemporary and FetchPermanent."""
    contact = settings_of(config).contact
    if origin is None and not contact:
        hint = "set `contact: desk-ops@example.com`, with your own address"
        raise ConfigError.at("alertd.yaml", "the SEC wants to know who fetches, and `contact` is missing", hint)
    agent = f"alertd/{__version__} {contact}".strip()
    # Whoever names an address on the command line may reach it; the SEC's redirects lead nowhere inside.
    options = GetOptions(accept="application/json", allow=AddressPolicy(private=origin is not None))

    async def work() -> bytes:
        async with HttpClient(user_agent=agent) as http:
            return (await http.get(origin or SEC_URL, options, system_clock())).body

    return guarded(work)


def _show_update(difference: Difference, odd: int, target: Path, *, json: bool) -> None:
    if json:
        print_json({"file": str(target), "left_out": odd, **msgspec.to_builtins(difference)}, pretty=True)
        return
    added, gone, moved = len(difference.added), len(difference.gone), len(difference.moved)
    changed = f"{added} new, {gone} gone, {counted(moved, 'ticker')} moved"
    left = f", {counted(odd, 'row')} left out" if odd else ""
    total = f"{counted(difference.companies, 'company', 'companies')}, {counted(difference.tickers, 'ticker')}"
    stdout().print(plain(f"{total}: {changed}{left}"))
    stdout().print(plain(f"written to {target}"))
