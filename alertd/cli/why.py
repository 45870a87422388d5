"""`alertd why`: what became of something, from the journal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated

import msgspec
import typer

from alertd.base.clock import rfc3339
from alertd.cli.connect import Reach, command_store, reach_of
from alertd.cli.output import ConfigOption, JsonOption, fail, guarded, plain, print_json, stdout
from alertd.cli.rules import loaded_with
from alertd.cli.story import Asked, as_json, ids_of, story, under_way
from alertd.errors import ConfigError
from alertd.model import Delivery, JournalRecord, SourceState
from alertd.rules.book import Portfolio
from alertd.rules.explanation import Explainer
from alertd.store.redis import RedisStore

Line = tuple[str, JournalRecord]


def why(
    thing: Annotated[
        str, typer.Argument(metavar="EVENT", help="An event; or an alert, a delivery, a source, a receiver.")
    ],
    portfolio: Annotated[
        str | None, typer.Argument(metavar="PORTFOLIO", help="Only this one, with the rules that did not hold.")
    ] = None,
    config: ConfigOption = None,
    json: JsonOption = False,
    full: Annotated[bool, typer.Option("--full", help="With every clock.")] = False,
) -> None:
    """Say what became of an event, and why.

    What matched, what was decided, what was sent to whom. With a portfolio also each of its rules that did not hold,
    condition by condition. Exit 1 if nothing is known of it.
    """

    async def work() -> _Found:
        settings = reach_of(config)
        async with command_store(settings) as store:
            return await _look(store, settings, thing)

    found = guarded(work)
    if not (found.lines or found.source or found.delivery):
        fail(f"nothing is known of {thing}: it was never seen here, or the journal no longer reaches back to it")
    if json:
        print_json(as_json(found.lines), pretty=True)
        return
    rules, explainer = _portfolio(found, portfolio) if portfolio else (None, None)
    asked = Asked(thing, portfolio, rules, explainer, full=full)
    console = stdout()
    for text in story([record for _, record in found.lines], asked):
        console.print(plain(text))
    for delivery in found.delivery:
        for text in under_way(delivery, asked):
            console.print(plain(text))
    if found.source:
        console.print(plain(_source(found.source)))


@dataclass(slots=True)
class _Found:
    settings: Reach
    lines: list[Line]
    delivery: list[Delivery] = field(default_factory=list)
    """The deliveries that the story speaks of."""
    source: SourceState | None = None


async def _look(store: RedisStore, settings: Reach, thing: str) -> _Found:
    lines = dict(await store.trace(thing))
    related = ids_of(list(lines.items()))
    if thing.startswith("ev_"):  # its record names its alerts and deliveries: their own records tell the rest
        for other in related:
            lines |= {i: r for i, r in await store.trace(other) if _belongs(r, thing, related)}
    deliveries = [await store.delivery(i) for i in dict.fromkeys([thing, *related]) if i.startswith("dl_")]
    known = thing in {source.id for source in settings.sources}
    return _Found(
        settings,
        sorted(lines.items(), key=_order),
        [delivery for delivery in deliveries if delivery],
        (await store.source_state(thing) or SourceState(source=thing)) if known else None,
    )


def _belongs(record: JournalRecord, event: str, related: Sequence[str]) -> bool:
    """Tell whether a record of an alert is about this event: the alert may be about others too."""
    if record.kind == "event":
        return event in record.ids
    return record.kind != "delivery" or record.data.get("delivery") in related


def _order(line: Line) -> tuple[str, int, int]:
    """Order by when something happened; it may be written down later than what came of it."""
    ms, _, sequence = line[0].partition("-")
    return line[1].at, int(ms), int(sequence or 0)


def _portfolio(found: _Found, name: str) -> tuple[Portfolio | None, Explainer]:
    """Give a portfolio as it is today; None if it is only a memory. Ends the command if nobody knows it."""
    try:
        book = loaded_with(found.settings.rules, found.settings.state_dir).book
    except ConfigError as error:
        fail(error)
    portfolio = book.portfolio(name)
    decided = {d["portfolio"] for _, record in found.lines for d in record.data.get("decisions", [])}
    if portfolio is None and name not in decided:
        fail(f"there is no portfolio {name}; there are {', '.join(p.id for p in book.portfolios) or 'none'}")
    desks = {source.id: source.desk for source in found.settings.sources if source.desk is not None}
    return portfolio, Explainer(msgspec.structs.replace(book, source_desks=desks))


def _source(state: SourceState) -> str:
    last = f", last success {rfc3339(state.last_success_ms)}" if state.last_success_ms else ""
    error = f": {state.error}" if state.error else ""
    return (
        f"now  source {state.source} is {state.state}{error}; {state.polls} polls, {state.events} events,"
        f" {state.duplicates} duplicates in all; last read: {state.entries} entries, {state.rejected} rejected{last}"
    )
