"""`alertd why`: what became of something, and what a rule made of events, from the journal."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated, Any

import msgspec
import typer

from alertd.asking.again import Again, names_of
from alertd.asking.past_rules import Books
from alertd.asking.story import Asked, as_json, story, under_way
from alertd.asking.why_look import Found, Looking
from alertd.asking.why_now import standing_lines
from alertd.base.clock import system_clock
from alertd.cli.connect import reach_of
from alertd.cli.kept import kept_of, store_or_kept
from alertd.cli.output import (
    FAULTS,
    USAGE,
    ConfigOption,
    DeskOption,
    JsonOption,
    fail,
    guarded,
    plain,
    print_json,
    stdout,
    told,
)
from alertd.cli.portfolio_names import no_portfolio
from alertd.cli.why_rule import RuleAsked, tell_rule
from alertd.errors import HistoryUnavailable
from alertd.history.projection.query import utf8
from alertd.history.projection.read import EventHit
from alertd.history.projection.search import NotSearchable, expression
from alertd.model import event_from_dict
from alertd.rules.explain import one_line
from alertd.store.types import ReceiverHealth


def why(
    thing: Annotated[
        str | None,
        typer.Argument(
            metavar="[EVENT]",
            help="An event; or an alert, a delivery, a silence, a source, a receiver. Several words: of a headline.",
        ),
    ] = None,
    portfolio: Annotated[
        str | None, typer.Argument(metavar="[PORTFOLIO]", help="Only this one, with the rules that did not hold.")
    ] = None,
    config: ConfigOption = None,
    json: JsonOption = False,
    full: Annotated[bool, typer.Option("--full", help="With every clock, and messages as they were sent.")] = False,
    desk: DeskOption = None,
    rule: Annotated[
        str | None, typer.Option("--rule", metavar="RULE", help="What this rule made of the events, instead.")
    ] = None,
    of: Annotated[
        str | None, typer.Option("--portfolio", metavar="PORTFOLIO", help="Whose rule, where several have it.")
    ] = None,
    since: Annotated[
        str, typer.Option("--since", metavar="WHEN", help="With --rule: so long ago (2h, 3d), or a date or time.")
    ] = "24h",
    limit: Annotated[
        int, typer.Option("--limit", min=1, max=1000, help="With --rule, or words: events that are listed.")
    ] = 20,
) -> None:
    """Say what became of an event, and why.

    What matched, what was decided, what was sent to whom; of what nobody was told the rules that came nearest. With a
    portfolio each of its rules that did not hold, condition by condition, as the rules were then. Exit 1 if nothing
    is known of it. As far back as the archive reaches, also while no daemon runs. Words of a headline list the events
    that have them, to be asked about.
    """
    if rule is not None:
        if thing is not None:
            fail("name either an EVENT or a --rule; of one event and one rule: alertd why EVENT PORTFOLIO", USAGE)
        tell_rule(RuleAsked(rule, of, since, limit, desk, json=json), config)
        return
    if thing is None:
        fail("name an EVENT, or a rule by --rule", USAGE)
    thing = utf8(thing)
    if any(c.isspace() for c in thing):  # no id has a space
        _list_events(thing, desk, config, limit, json=json)
        return
    _tell(thing, portfolio or of, desk, config, json=json, full=full)


def _tell(thing: str, portfolio: str | None, desk: str | None, config: Any, *, json: bool, full: bool) -> None:
    async def work() -> Found:
        reach = reach_of(config)
        kept = kept_of(reach)
        async with store_or_kept(reach, kept) as store:
            return await Looking(reach, store, kept, desk, Books(reach, told)).find(thing)

    found = guarded(work)
    thing = found.thing
    if not (found.lines or found.now):
        if _is_word(thing):
            fail(_word_hint(thing, desk))
        seen = f" for desk {desk}" if desk is not None else ""
        fail(
            f"nothing is known{seen} of {thing}: it was never seen here, or the journal reaches back to it no longer"
        )
    again = Again(found.view.books, found.view)
    if portfolio is not None:
        _check_portfolio(found, portfolio)
    if json:
        print_json(_document(found, again, portfolio, full=full), pretty=True)
        return
    of_one = (
        thing.startswith("ev_") or portfolio is not None
    )  # an alert's story would be long with each event's rules
    asked = Asked(thing, portfolio, again if of_one else None, full=full)
    console = stdout()
    for text in _lines(found, asked):
        console.print(plain(text))


_OF_AN_ID = re.compile(r"[a-z]{2}_.*")


def _is_word(thing: str) -> bool:
    """Tell what looks like a word of a headline from an id: of that nobody can say that it was never seen."""
    try:
        expression(thing)
    except NotSearchable:
        return False
    return not _OF_AN_ID.fullmatch(thing)


def _word_hint(thing: str, desk: str | None) -> str:
    """Say how to search for a word."""
    only = f" --desk {shlex.quote(desk)}" if desk is not None else ""
    return (
        f"headlines are searched from two words on: alertd why{only} {shlex.quote(f'{thing} …')}; alerts from one:"
        f" alertd alerts{only} {shlex.quote(thing)}"
    )


def _list_events(words: str, desk: str | None, config: Any, limit: int, *, json: bool) -> None:
    """List the events whose headlines have these words."""
    try:
        expression(words)
    except NotSearchable as error:
        fail(str(error), USAGE)

    async def work() -> list[EventHit]:
        kept = kept_of(reach_of(config), desk)
        if kept.history is None:
            raise HistoryUnavailable(f"headlines cannot be searched: {kept.trouble}; name an event by its id")
        return kept.history.events(words, limit)

    hits = guarded(work)
    if not hits:
        fail(f"no headline has these words: {words}")
    if json:
        print_json([asdict(hit) for hit in hits], pretty=True)
        return
    for hit in hits:
        revision = f", revision {hit.revision}" if hit.revision > 1 else ""
        stdout().print(plain(f"{hit.at}  {hit.event}{revision} from {hit.source} “{one_line(hit.title)}”"))


def _lines(found: Found, asked: Asked) -> Iterator[str]:
    now = system_clock()
    yield from story([record for _, record in found.lines], asked)
    if found.carried:
        yield f"{found.thing} carries on {', '.join(found.carried)}, whose records are among these"
    for delivery in found.delivery:
        yield from under_way(delivery, asked, found.health.get(delivery.receiver, ReceiverHealth()), now)
    for standing in found.now:
        yield from standing_lines(standing, now, full=asked.full)


def _document(found: Found, again: Again, portfolio: str | None, *, full: bool) -> list[dict[str, Any]]:
    """Give the records as they are in the journal; with a portfolio, of each event also what its rules say."""
    rows = as_json(found.lines, full=full)
    for row in rows if portfolio is not None else ():
        if row["kind"] == "event" and "event" in row["data"]:
            said = again.explanations(event_from_dict(row["data"]["event"]), row["data"], str(portfolio))
            row["rules"] = [{k: v for k, v in _plain(one).items() if k != "understood"} for one in said]
    return rows


def _plain(value: Any) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(value)
    return found


def _check_portfolio(found: Found, name: str) -> None:
    """End the command if nobody knows a portfolio of this name, or it is not for the desk."""
    view, books = found.view, found.view.books
    records = [record.data for _, record in found.lines if record.kind == "event"]
    known = books.portfolio(name, records)
    if books.trouble is not None:
        fail(books.trouble)
    if name in names_of(records) or (known is not None and view.may_see(known.desk)):
        return
    no_portfolio(name, (p.id for p in books.today().book.portfolios if view.may_see(p.desk)), FAULTS)
