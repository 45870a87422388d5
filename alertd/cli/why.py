"""`alertd why`: what became of something, and what a rule made of events, from the journal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

import msgspec
import typer

from alertd.base import suggest
from alertd.base.clock import system_clock
from alertd.cli.again import Again, names_of
from alertd.cli.connect import Reach, command_store, reach_of
from alertd.cli.desk_view import DeskView, owners_of
from alertd.cli.named_alerts import beginning, one_of
from alertd.cli.output import USAGE, ConfigOption, DeskOption, JsonOption, fail, guarded, plain, print_json, stdout
from alertd.cli.past_rules import Books
from alertd.cli.story import Asked, as_json, ids_of, story, under_way
from alertd.cli.why_now import alert_lines, receiver_lines, silence_lines, source_lines
from alertd.cli.why_rule import RuleAsked, tell_rule
from alertd.model import Delivery, JournalRecord, SourceState, event_from_dict
from alertd.store.redis import RedisStore
from alertd.store.types import ReceiverHealth

Line = tuple[str, JournalRecord]
MOST_LOOKED_AT = 1000
"""Alerts whose ids begin with what was typed, and of which is looked whether a desk may see them."""


def why(
    thing: Annotated[
        str | None,
        typer.Argument(metavar="[EVENT]", help="An event; or an alert, a delivery, a silence, a source, a receiver."),
    ] = None,
    portfolio: Annotated[
        str | None, typer.Argument(metavar="[PORTFOLIO]", help="Only this one, with the rules that did not hold.")
    ] = None,
    config: ConfigOption = None,
    json: JsonOption = False,
    full: Annotated[bool, typer.Option("--full", help="With every clock.")] = False,
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
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="With --rule: events that are listed.")] = 20,
) -> None:
    """Say what became of an event, and why.

    What matched, what was decided, what was sent to whom; of what nobody was told the rules that came nearest. With a
    portfolio each of its rules that did not hold, condition by condition, as the rules were then. Exit 1 if nothing
    is known of it.
    """
    if rule is not None:
        if thing is not None:
            fail("name either an EVENT or a --rule; of one event and one rule: alertd why EVENT PORTFOLIO", USAGE)
        tell_rule(RuleAsked(rule, of, since, limit, desk, json=json), config)
        return
    if thing is None:
        fail("name an EVENT, or a rule by --rule", USAGE)
    _tell(thing, portfolio or of, desk, config, json=json, full=full)


def _tell(thing: str, portfolio: str | None, desk: str | None, config: Any, *, json: bool, full: bool) -> None:
    async def work() -> _Found:
        reach = reach_of(config)
        async with command_store(reach) as store:
            view = DeskView(desk, Books(reach), store.load_alerts)
            return await _look(store, reach, await _whole(store, thing, view), view)

    found = guarded(work)
    thing = found.thing
    if not (found.lines or found.now):
        seen = f" for desk {desk}" if desk is not None else ""
        fail(
            f"nothing is known{seen} of {thing}: it was never seen here, or the journal reaches back to it no longer"
        )
    again = Again(found.view.books, found.view)
    if portfolio is not None:
        _check_portfolio(found, portfolio)
    if json:
        print_json(_document(found, again, portfolio), pretty=True)
        return
    of_one = (
        thing.startswith("ev_") or portfolio is not None
    )  # an alert's story would be long with each event's rules
    asked = Asked(thing, portfolio, again if of_one else None, full=full)
    console = stdout()
    for text in _lines(found, asked):
        console.print(plain(text))


@dataclass(slots=True)
class _Found:
    thing: str
    """What is meant: the whole id."""
    view: DeskView
    lines: list[Line]
    delivery: list[Delivery] = field(default_factory=list)
    """The deliveries that the story speaks of."""
    health: Mapping[str, ReceiverHealth] = field(default_factory=dict)
    """How the receivers of these do."""
    now: list[Any] = field(default_factory=list)
    """What is asked about, as it stands: an alert, a silence, a source, a receiver."""


def _lines(found: _Found, asked: Asked) -> Iterator[str]:
    now = system_clock()
    yield from story([record for _, record in found.lines], asked)
    for delivery in found.delivery:
        yield from under_way(delivery, asked, found.health.get(delivery.receiver, ReceiverHealth()), now)
    for tell in found.now:
        yield from tell(asked.full)


def _document(found: _Found, again: Again, portfolio: str | None) -> list[dict[str, Any]]:
    """Give the records as they are in the journal; with a portfolio, of each event also what its rules say."""
    rows = as_json(found.lines)
    for row in rows if portfolio is not None else ():
        if row["kind"] == "event" and "event" in row["data"]:
            said = again.explanations(event_from_dict(row["data"]["event"]), row["data"], str(portfolio))
            row["rules"] = [{k: v for k, v in _plain(one).items() if k != "understood"} for one in said]
    return rows


def _plain(value: Any) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(value)
    return found


# --- looking ------------------------------------------------------------------------------------------------------


async def _whole(store: RedisStore, thing: str, view: DeskView) -> str:
    """Give the whole id of an alert of which the beginning was typed, among those that the desk may see."""
    if not thing.startswith("al_"):
        return thing
    fitting = await beginning(store, thing)
    if view.desk is not None and thing not in fitting:
        there = await store.load_alerts(fitting[:MOST_LOOKED_AT])
        states = {name: found.state for name, found in there.items()}
        fitting = [name for name, state in states.items() if state is not None and view.sees_alert(state)]
    return one_of(thing, fitting) if fitting else thing


async def _look(store: RedisStore, reach: Reach, thing: str, view: DeskView) -> _Found:
    lines = dict(await store.trace(thing))
    related = ids_of(list(lines.items()))
    if thing.startswith("ev_"):  # its record names its alerts and deliveries: their own records tell the rest
        for other in related:
            lines |= {i: r for i, r in await store.trace(other) if _belongs(r, thing, related)}
    seen = {i: record for i, found in lines.items() if (record := await view.of(found)) is not None}
    if thing.startswith(("al_", "dl_", "si_")):  # a record may be for the desk, and not what it has to do with this
        seen = {i: record for i, record in seen.items() if thing in record.ids}
    visible = ids_of(list(seen.items())) if view.desk is not None else [thing, *related]
    deliveries = [await store.delivery(i) for i in dict.fromkeys(visible) if i.startswith("dl_")]
    now = await _now(store, reach, thing, view)
    health = await store.receiver_health() if deliveries else {}
    return _Found(thing, view, sorted(seen.items(), key=_order), [one for one in deliveries if one], health, now)


async def _now(store: RedisStore, reach: Reach, thing: str, view: DeskView) -> list[Any]:
    """Give what tells how the thing itself stands; nothing where it is not for the desk."""
    if thing.startswith("al_"):
        found = (await store.load_alerts([thing])).get(thing)
        state = found.state if found is not None else None
        return [lambda full: alert_lines(state, full=full)] if state is not None and view.sees_alert(state) else []
    if thing.startswith("si_"):
        now = system_clock()
        silences = [one for one in await store.silences(now) if one.id == thing and view.may_see(one.desk)]
        return [lambda _, one=one: silence_lines(one, now) for one in silences]
    if thing not in (owners := owners_of(reach)) or not view.may_see(owners[thing]):
        return []
    told: list[Any] = []
    if thing in {source.id for source in reach.sources}:
        source = await store.source_state(thing) or SourceState(source=thing)
        told.append(lambda _: source_lines(source))
    if thing in {receiver.id for receiver in reach.receivers}:
        health = (await store.receiver_health()).get(thing, ReceiverHealth())
        waiting = await store.waiting_in([thing])
        held = sum([len(await store.held(window.name)) for window in waiting])
        told.append(lambda _: receiver_lines(thing, health, waiting, held, system_clock()))
    return told


def _belongs(record: JournalRecord, event: str, related: Sequence[str]) -> bool:
    """Tell whether a record of an alert is about this event: the alert may be about others too."""
    if record.kind == "event":
        return event in record.ids
    return record.kind != "delivery" or record.data.get("delivery") in related


def _order(line: Line) -> tuple[str, int, int]:
    """Order by when something happened; it may be written down later than what came of it."""
    ms, _, sequence = line[0].partition("-")
    return line[1].at, int(ms), int(sequence or 0)


def _check_portfolio(found: _Found, name: str) -> None:
    """End the command if nobody knows a portfolio of this name, or it is not for the desk."""
    view, books = found.view, found.view.books
    records = [record.data for _, record in found.lines if record.kind == "event"]
    known = books.portfolio(name, records)
    if books.trouble is not None:
        fail(books.trouble)
    if name in names_of(records) or (known is not None and view.may_see(known.desk)):
        return
    there = [p.id for p in books.today().book.portfolios if view.may_see(p.desk)]
    near = suggest.closest(name, there)
    hint = f" (did you mean {near}?)" if near else f"; there are {', '.join(there[:20]) or 'none'}"
    fail(f"there is no portfolio {name}{hint}")
