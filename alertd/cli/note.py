"""`alertd note`: what an event means for a portfolio, each sentence with what it rests on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from alertd.asking.desk_view import DeskView
from alertd.asking.events import EventReader
from alertd.asking.named_alerts import newest_event
from alertd.asking.note_given import Given
from alertd.asking.notes import Noted, event_noted, notes_of, open_to_models, understood, written
from alertd.asking.past_rules import Books
from alertd.cli.connect import command_store, reach_of
from alertd.cli.explain import BY_ID, content_of
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
    told,
    warn,
)
from alertd.cli.portfolio_names import no_portfolio
from alertd.cli.rules import RulesOption, loaded_rules
from alertd.enrich.enricher import Enricher
from alertd.errors import ConfigError, ParseFailed
from alertd.model import Event, Row
from alertd.notify.note_rows import note_rows
from alertd.rules.book import Portfolio, RuleBook
from alertd.rules.loaded import Loaded
from alertd.rules.match import Matcher
from alertd.rules.walls import may_see

_ID = re.compile(r"ev_[a-z2-7]+")
_ALERT = re.compile(r"al_[a-z2-7]*")


def note(
    event: Annotated[
        str,
        typer.Argument(
            metavar="EVENT",
            help="A file of JSON, - for stdin, JSON itself, or the id of an event or alert that was told of.",
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
    dropped and why. It counts towards the day's budget unless the same was answered today, and nothing of it is sent.
    Exit 1 if none wrote one.
    """
    quiet_logs()
    if _ALERT.fullmatch(event) and not Path(event).exists():
        event, of = guarded(lambda: _newest(event, config, desk))
        portfolio = portfolio if portfolio is not None else of
    if model or model_id is not None:
        _show_asked(_asked(event, portfolio, hops, rules, config, desk, model_id), json=json)
        return
    if _ID.fullmatch(event):
        found = guarded(lambda: _stored(event, portfolio, config, desk))
    else:
        found = written(_given(event, portfolio, rules, config, desk), hops)
    if json:
        print_json([one.document() for one in found], pretty=True)
        return
    for number, one in enumerate(found):
        if number:
            stdout().print()
        for line in _lines(one):
            stdout().print(plain(line))


# --- what is asked for ----------------------------------------------------------------------------------------


async def _stored(event: str, portfolio: str | None, config: Path | None, desk: str | None) -> list[Noted]:
    reach = reach_of(config)
    async with command_store(reach) as store:
        return await notes_of(store, DeskView(desk, Books(reach, told), store.load_alerts), event, portfolio)


async def _newest(alert: str, config: Path | None, desk: str | None) -> tuple[str, str]:
    reach = reach_of(config)
    async with command_store(reach) as store:
        return await newest_event(store, DeskView(desk, Books(reach, told), store.load_alerts), alert)


async def _journalled(name: str, config: Path | None, desk: str | None) -> tuple[Event, list[Row]]:
    reach = reach_of(config)
    async with command_store(reach) as store:
        return await event_noted(store, DeskView(desk, Books(reach, told), store.load_alerts), name)


def _given(event: str, portfolio: str | None, rules: Path | None, config: Path | None, desk: str | None) -> Given:
    loaded = _loaded(rules, config)
    reader = EventReader.of(loaded)
    try:
        events = reader.timeline(content_of(event, BY_ID))
    except ParseFailed as error:
        fail(f"not an event: {error}")
    for remark in reader.remarks():
        warn(remark, "yellow")
    whose = _portfolios(loaded.book, portfolio, desk)
    understanding = Enricher.of(loaded.book.event_types, loaded.table)
    return understood(Matcher(loaded.book, understanding=understanding), events, whose)


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


# --- notes that a model writes now ----------------------------------------------------------------------------


def _asked(
    event: str, portfolio: str | None, hops: int, rules: Path | None, config: Path | None, desk: str | None,
    model: str | None,
) -> list[Answered]:  # fmt: skip
    models = models_of(config, model)
    if _ID.fullmatch(event):
        book = _loaded(rules, config).book
        found, past = guarded(lambda: _journalled(event, config, desk))
        desks = {one.id: one.desk for one in reach_of(config).sources if one.desk is not None}
        given = Given(Matcher(book), [found], _portfolios(book, portfolio, desk), past, desks)
    else:
        given = _given(event, portfolio, rules, config, desk)
    known = {one.id: one for one in given.whose}
    noted = written(given, hops)
    wanted = [ToWrite(one.portfolio, one.note, open_to_models(given, known[one.portfolio])) for one in noted]
    return guarded(lambda: ask_models(config, models, wanted))


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


def _lines(noted: Noted) -> Iterator[str]:
    note = noted.note
    yield f"{noted.portfolio}  what {note.event} means" + (f"  ({noted.alert})" if noted.alert else "")
    for row in note_rows(note):
        if row.text:  # a further quote of a statement has none of its own
            yield f"  {row.label:9} {row.text}"
        if row.quote:
            yield f"            “{row.quote}”"
