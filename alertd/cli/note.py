"""`alertd note`: what an event means for a portfolio, each sentence with what it rests on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from alertd.base.clock import rfc3339, system_clock
from alertd.cli.connect import command_store, reach_of
from alertd.cli.events import EventReader
from alertd.cli.explain import content_of
from alertd.cli.output import (
    ConfigOption,
    JsonOption,
    fail,
    guarded,
    plain,
    print_json,
    quiet_logs,
    stdout,
    warn,
)
from alertd.cli.portfolio_names import no_portfolio
from alertd.cli.rules import RulesOption, loaded_rules
from alertd.enrich.enricher import Enricher
from alertd.errors import ConfigError, ParseFailed
from alertd.model import Event, Note
from alertd.notify.note_rows import note_rows
from alertd.research.exposure import gather
from alertd.research.facts_note import facts_note
from alertd.research.material import Earlier
from alertd.rules.book import Portfolio, RuleBook
from alertd.rules.match import Matcher
from alertd.rules.parties import parties_of
from alertd.rules.reported import SURE
from alertd.ruletests.stream import Stream

_ID = re.compile(r"ev_[a-z2-7]+")


@dataclass(frozen=True, slots=True)
class Noted:
    """A note for one portfolio."""

    portfolio: str
    note: Note
    alert: str = ""
    """The alert that carries it; empty of one that was written just now."""


def note(
    event: Annotated[
        str,
        typer.Argument(
            metavar="EVENT", help="A file of JSON, - for stdin, JSON itself, or the id of an event that was told of."
        ),
    ],
    portfolio: Annotated[
        str | None, typer.Argument(metavar="PORTFOLIO", help="For this one alone; else for each that it touches.")
    ] = None,
    hops: Annotated[int, typer.Option(min=0, max=2, help="How many relations away a company is still touched.")] = 1,
    rules: RulesOption = None,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Say what an event means for a portfolio, each sentence with its ground.

    Who gains, who loses, the risk, the horizon, what speaks against it. Every sentence shows what it rests on: words
    of the text, a declared relation, an earlier event, or a number. With an id, the notes are shown that its alerts
    carry. Otherwise the event is understood by the rules and the note is written now; of several lines the last is
    the event, and the earlier ones are what was before.
    """
    quiet_logs()
    if _ID.fullmatch(event):
        found = guarded(lambda: _stored(event, portfolio, config))
    else:
        found = _written(event, portfolio, hops, rules, config)
    if json:
        print_json([_document(one) for one in found], pretty=True)
        return
    for number, one in enumerate(found):
        if number:
            stdout().print()
        for line in _lines(one):
            stdout().print(plain(line))


# --- notes that alerts carry ----------------------------------------------------------------------------------


async def _stored(event: str, portfolio: str | None, config: Path | None) -> list[Noted]:
    async with command_store(reach_of(config)) as store:
        alerts = (await store.alerts_of([event])).get(event, [])
        states = [one.state for one in (await store.load_alerts(alerts)).values() if one.state is not None]
    there = [state.alert for state in states if portfolio in (None, state.alert.portfolio)]
    noted = [Noted(alert.portfolio, alert.note, alert.id) for alert in there if alert.note is not None]
    if not noted:
        if not there:
            fail(f"no alert{f' of {portfolio}' if portfolio else ''} is about {event}; alertd why {event} says more")
        fail(f"the alert {there[0].id} carries no note: nothing follows from its facts, or its rules want none")
    return noted


# --- notes that are written now -------------------------------------------------------------------------------


def _written(event: str, portfolio: str | None, hops: int, rules: Path | None, config: Path | None) -> list[Noted]:
    try:
        loaded = loaded_rules(rules, config)
    except ConfigError as error:
        fail(error)
    reader = EventReader.of(loaded)
    try:
        events = reader.timeline(content_of(event))
    except ParseFailed as error:
        fail(f"not an event: {error}")
    for remark in reader.remarks():
        warn(remark, "yellow")
    whose = _portfolios(loaded.book, portfolio)
    matcher = Matcher(loaded.book, understanding=Enricher.of(loaded.book.event_types, loaded.table))
    with Stream(matcher) as stream:
        understood = [stream.take(one).event for one in events]
    noted = [Noted(one.id, _note(matcher, understood, one, hops)) for one in whose]
    touching = [one for one in noted if any(said.holding is not None for said in one.note.statements)]
    return touching or noted[:1]


def _portfolios(book: RuleBook, name: str | None) -> Sequence[Portfolio]:
    found = [one for one in book.portfolios if name in (None, one.id, one.identity)]
    if not found:
        if name is None:
            fail("there are no portfolios")
        no_portfolio(name, [one.id for one in book.portfolios])
    return found


def _note(matcher: Matcher, events: Sequence[Event], portfolio: Portfolio, hops: int) -> Note:
    *before, last = [matcher.seen_by(event, portfolio.desk) for event in events]
    world = matcher.worlds.of(portfolio.desk)
    material = gather(
        last, portfolio.holdings.positions, world.graph, world.labels, hops=hops, earlier=_earlier(before, last)
    )
    return facts_note(material, rfc3339(system_clock()))


def _earlier(before: Sequence[Event], last: Event) -> Iterator[Earlier]:
    """Give the events of a timeline in which two of the last one's parties were parties already."""
    pairs = {frozenset(pair) for pair in combinations(parties_of(last), 2)}
    for event in before:
        sure = [found.type for found in event.event_types if found.confidence >= SURE]
        if sure and pairs & {frozenset(pair) for pair in combinations(parties_of(event), 2)}:
            yield Earlier(event.id, event.event_at, sure[0], event.title)


# --- what is shown --------------------------------------------------------------------------------------------


def _document(noted: Noted) -> Mapping[str, Any]:
    return {"portfolio": noted.portfolio, "alert": noted.alert or None, "note": msgspec.to_builtins(noted.note)}


def _lines(noted: Noted) -> Iterator[str]:
    note = noted.note
    yield f"{noted.portfolio}  what {note.event} means" + (f"  ({noted.alert})" if noted.alert else "")
    for row in note_rows(note):
        yield f"  {row.label:9} {row.text}"
        if row.quote:
            yield f"            “{row.quote}”"
