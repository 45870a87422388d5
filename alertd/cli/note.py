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
from alertd.cli.desk_view import DeskView
from alertd.cli.events import EventReader
from alertd.cli.explain import content_of
from alertd.cli.note_model import Answered, ToWrite, ask_models, models_of
from alertd.cli.output import (
    FAULTS,
    ConfigOption,
    DeskOption,
    JsonOption,
    fail,
    guarded,
    plain,
    print_json,
    quiet_logs,
    stdout,
    warn,
)
from alertd.cli.past_rules import Books
from alertd.cli.portfolio_names import no_portfolio
from alertd.cli.rules import RulesOption, loaded_rules
from alertd.enrich.enricher import Enricher
from alertd.errors import ConfigError, ParseFailed
from alertd.model import Event, Note, event_from_dict
from alertd.notify.note_rows import note_rows
from alertd.research.exposure import gather, gather_open
from alertd.research.facts_note import facts_note
from alertd.research.material import Earlier, Material
from alertd.rules.book import Portfolio, RuleBook
from alertd.rules.loaded import Loaded
from alertd.rules.match import Matcher
from alertd.rules.open_title import is_open
from alertd.rules.parties import parties_of
from alertd.rules.reported import SURE
from alertd.rules.walls import may_see
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
    model: Annotated[
        bool, typer.Option("--model", help="Let the models of the settings write it now, in their order.")
    ] = False,
    model_id: Annotated[
        str | None, typer.Option("--model-id", metavar="ID", help="Let this model write it now.")
    ] = None,
    desk: DeskOption = None,
    rules: RulesOption = None,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Say what an event means for a portfolio, each sentence with its ground.

    Who gains, who loses, the risk, the horizon, what speaks against it. Every sentence shows what it rests on: words
    of the text, a declared relation, an earlier event, or a number. With an id, the notes are shown that its alerts
    carry. Otherwise the event is understood by the rules and the note is written now; of several lines the last is
    the event, and the earlier ones are what was before.

    With --model a model is asked now, also about an event that was told of, and what it wrote is shown with what was
    dropped and why. It counts towards the day's budget, and nothing of it is kept or sent. Exit 1 if none wrote one.
    """
    quiet_logs()
    if model or model_id is not None:
        _show_asked(_asked(event, portfolio, hops, rules, config, desk, model_id), json=json)
        return
    if _ID.fullmatch(event):
        found = guarded(lambda: _stored(event, portfolio, config, desk))
    else:
        found = _written(_given(event, portfolio, rules, config, desk), hops)
    if json:
        print_json([_document(one) for one in found], pretty=True)
        return
    for number, one in enumerate(found):
        if number:
            stdout().print()
        for line in _lines(one):
            stdout().print(plain(line))


# --- notes that alerts carry ----------------------------------------------------------------------------------


async def _stored(event: str, portfolio: str | None, config: Path | None, desk: str | None) -> list[Noted]:
    reach = reach_of(config)
    async with command_store(reach) as store:
        view = DeskView(desk, Books(reach), store.load_alerts)
        alerts = (await store.alerts_of([event])).get(event, [])
        states = [one.state for one in (await store.load_alerts(alerts)).values() if one.state is not None]
    there = [state.alert for state in states if desk is None or view.sees_alert(state)]
    there = [alert for alert in there if portfolio in (None, alert.portfolio)]
    noted = [Noted(alert.portfolio, alert.note, alert.id) for alert in there if alert.note is not None]
    noted = [one for one in noted if desk is None or view.may_be_told(one.note.rights)]
    if not noted:
        if not there:
            whose = (f" of {portfolio}" if portfolio else "") + (f" for desk {desk}" if desk else "")
            fail(f"no alert{whose} is about {event}; alertd why {event} says more")
        fail(f"the alert {there[0].id} carries no note: nothing follows from its facts, or its rules want none")
    return noted


# --- notes that are written now -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Given:
    """An event that is understood, what was before it, and the portfolios it is asked about for."""

    matcher: Matcher
    events: Sequence[Event]
    """The last is the event."""
    whose: Sequence[Portfolio]


def _given(event: str, portfolio: str | None, rules: Path | None, config: Path | None, desk: str | None) -> Given:
    loaded = _loaded(rules, config)
    reader = EventReader.of(loaded)
    try:
        events = reader.timeline(content_of(event))
    except ParseFailed as error:
        fail(f"not an event: {error}")
    for remark in reader.remarks():
        warn(remark, "yellow")
    whose = _portfolios(loaded.book, portfolio, desk)
    matcher = Matcher(loaded.book, understanding=Enricher.of(loaded.book.event_types, loaded.table))
    with Stream(matcher) as stream:
        understood = [stream.take(one).event for one in events]
    return Given(matcher, understood, whose)


def _loaded(rules: Path | None, config: Path | None) -> Loaded:
    try:
        return loaded_rules(rules, config)
    except ConfigError as error:
        fail(error)


def _portfolios(book: RuleBook, name: str | None, desk: str | None) -> Sequence[Portfolio]:
    seen = [one for one in book.portfolios if may_see(desk, one.desk)]
    found = [one for one in seen if name in (None, one.id, one.identity)]
    if not found:
        if name is None:
            fail("there are no portfolios")
        no_portfolio(name, [one.id for one in seen])
    return found


def _written(given: Given, hops: int) -> list[Noted]:
    noted = [Noted(one.id, _note(given, one, hops)) for one in given.whose]
    touching = [one for one in noted if any(said.holding is not None for said in one.note.statements)]
    return touching or noted[:1]


def _note(given: Given, portfolio: Portfolio, hops: int) -> Note:
    *before, last = [given.matcher.seen_by(event, portfolio.desk) for event in given.events]
    world = given.matcher.worlds.of(portfolio.desk)
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


# --- notes that a model writes now ----------------------------------------------------------------------------


def _asked(
    event: str, portfolio: str | None, hops: int, rules: Path | None, config: Path | None, desk: str | None,
    model: str | None,
) -> list[Answered]:  # fmt: skip
    models = models_of(config, model)
    if _ID.fullmatch(event):
        book = _loaded(rules, config).book
        found = guarded(lambda: _journalled(event, config, desk))
        given = Given(Matcher(book), [found], _portfolios(book, portfolio, desk))
    else:
        given = _given(event, portfolio, rules, config, desk)
    known = {one.id: one for one in given.whose}
    noted = _written(given, hops)
    wanted = [ToWrite(one.portfolio, one.note, _open(given, known[one.portfolio])) for one in noted]
    return guarded(lambda: ask_models(config, models, wanted))


async def _journalled(name: str, config: Path | None, desk: str | None) -> Event:
    """Give the newest revision of an event of the journal, as it was understood."""
    reach = reach_of(config)
    async with command_store(reach) as store:
        view = DeskView(desk, Books(reach), store.load_alerts)
        found = [await view.of(record) for _, record in await store.trace(name) if record.kind == "event"]
    raw = [one.data["event"] for one in found if one is not None and one.data.get("event", {}).get("id") == name]
    if not raw:
        fail(f"nothing is known{f' for desk {desk}' if desk else ''} of {name}: the journal has no such event")
    return event_from_dict(raw[-1])


def _open(given: Given, portfolio: Portfolio) -> Material:
    """Gather what a model may be shown, as the daemon does."""
    *before, last = [given.matcher.seen_by(event, portfolio.desk) for event in given.events]
    world = given.matcher.worlds.of(None)
    open_before = [one for one in before if is_open(one)]
    return gather_open(last, world.graph, world.related, earlier=_earlier(open_before, last))


def _show_asked(found: Sequence[Answered], *, json: bool) -> None:
    if json:
        print_json([_answer_document(one) for one in found], pretty=True)
    for number, one in enumerate(found):
        if not json:
            if number:
                stdout().print()
            for line in _answer_lines(one):
                stdout().print(plain(line))
        if one.note is None:
            for model, why in one.why.items():
                warn(f"alertd: {one.portfolio}: {model} wrote no note: {why}")
    if any(one.note is None for one in found):
        raise typer.Exit(FAULTS)


def _answer_document(one: Answered) -> Mapping[str, Any]:
    note = msgspec.to_builtins(one.note) if one.note is not None else None
    dropped = [{"reason": reason, "detail": detail} for reason, detail in one.dropped]
    return {"portfolio": one.portfolio, "alert": None, "note": note, "model": one.model, "dropped": dropped,
            "not_written": dict(one.why)}  # fmt: skip


def _answer_lines(one: Answered) -> Iterator[str]:
    if one.note is not None:
        yield from _lines(Noted(one.portfolio, one.note))
    for model, why in one.why.items():
        if one.note is not None:
            yield f"  {'Asked':9} {model}: {why}"
    for reason, detail in one.dropped:
        yield f"  {'Dropped':9} {reason}" + (f": {detail}" if detail else "")


# --- what is shown --------------------------------------------------------------------------------------------


def _document(noted: Noted) -> Mapping[str, Any]:
    return {"portfolio": noted.portfolio, "alert": noted.alert or None, "note": msgspec.to_builtins(noted.note)}


def _lines(noted: Noted) -> Iterator[str]:
    note = noted.note
    yield f"{noted.portfolio}  what {note.event} means" + (f"  ({noted.alert})" if noted.alert else "")
    for row in note_rows(note):
        if row.text:  # a further quote of a statement has none of its own
            yield f"  {row.label:9} {row.text}"
        if row.quote:
            yield f"            “{row.quote}”"
