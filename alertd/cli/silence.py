"""`alertd silence`: hold alerts back for a while, with a reason and an end.

alertd silence add --portfolio ai --company nvda --for 2h --reason "earnings call"
alertd silence list
alertd silence end ID
"""

from __future__ import annotations

from typing import Annotated, Any, NoReturn
from zoneinfo import ZoneInfo

import msgspec
import typer

from alertd.alerts.silences import active_until
from alertd.alerts.silencing import MATCHERS, BadSilence, ended, may_touch, new_silence, record_of
from alertd.base import suggest
from alertd.base.clock import parse_rfc3339, system_clock
from alertd.cli.connect import command_store, reach_of
from alertd.cli.moments import show_weekly, to_come, weekly
from alertd.cli.output import (
    FAULTS,
    USAGE,
    ConfigOption,
    JsonOption,
    ago,
    fail,
    guarded,
    plain,
    print_json,
    print_table,
    stdout,
    warn,
)
from alertd.cli.person import clock_of, whoami
from alertd.cli.silence_names import Names
from alertd.model import Silence, Weekly
from alertd.store.redis import RedisStore

YEAR = "365d"
"""How long one that comes again each week lasts, unless it says."""
OwnDesk = Annotated[
    str | None,
    typer.Option("--desk", metavar="DESK", help="Only this desk's.", show_default="all, whoever they belong to"),
]
By = Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who says it.", show_default="you")]
Many = list[str] | None

silence = typer.Typer(add_completion=False, no_args_is_help=True)


@silence.callback()
def _about() -> None:
    """Hold alerts back for a while, with a reason and an end."""


@silence.command()
def add(
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; others will ask.")],
    config: ConfigOption = None,
    json: JsonOption = False,
    portfolio: Annotated[Many, typer.Option(metavar="ID", help="Alerts of this portfolio (repeatable).")] = None,
    rule: Annotated[Many, typer.Option(metavar="ID", help="That this rule raises (repeatable).")] = None,
    company: Annotated[
        Many, typer.Option(metavar="ID", help="About this company: id, ticker or name (repeatable).")
    ] = None,
    event_type: Annotated[Many, typer.Option(metavar="TYPE", help="About this event type (repeatable).")] = None,
    source: Annotated[Many, typer.Option(metavar="ID", help="Of items of this source (repeatable).")] = None,
    receiver: Annotated[Many, typer.Option(metavar="ID", help="Not told to this receiver (repeatable).")] = None,
    everything: Annotated[bool, typer.Option("--everything", help="All alerts; nothing else may be named.")] = False,
    last: Annotated[str | None, typer.Option("--for", metavar="TIME", help="So long: 30m, 2h, 3d.")] = None,
    until: Annotated[
        str | None, typer.Option(metavar="TIME", help="Until then: 18:00, mon 07:30, 2026-01-15 07:30.")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="It begins only then.", show_default="now")
    ] = None,
    every: Annotated[
        Many, typer.Option("--weekly", metavar="TIME", help='Only then, each week: "fri 16:00-18:00" (repeatable).')
    ] = None,
    timezone: Annotated[
        str | None, typer.Option(metavar="ZONE", help="Whose clock these are.", show_default="ours")
    ] = None,
    by: By = None,
    desk: OwnDesk = None,
) -> None:
    """Hold alerts back: what is named must fit, all of it; of each option one.

    What is silenced is taken down with its reason, and told to nobody. With --weekly it lasts for a year unless --for
    or --until says otherwise.
    """
    named = {
        "portfolios": portfolio, "rules": rule, "companies": company, "event_types": event_type,
        "sources": source, "receivers": receiver,
    }  # fmt: skip
    if everything == any(named.values()):
        fail("name what is held back (--portfolio, --rule, --company, …), or say --everything", USAGE)
    now = system_clock()
    starts, ends, weeks = _times(now, since, last, until, every or [], timezone)

    async def work() -> Silence:
        reach = reach_of(config)
        names = Names(reach, desk)
        names.own_desk()
        lists = {kind: getattr(names, kind)(given or []) for kind, given in named.items()}
        if names.faults:
            for fault in names.faults:
                warn(fault)
            raise typer.Exit(FAULTS)
        if names.trouble:
            warn(f"not checked against the rules, which cannot be read: {names.trouble}", "yellow")
        who = by or whoami()
        try:
            made = new_silence(
                author=who, reason=reason, starts_ms=starts, ends_ms=ends, now=now, weekly=weeks, desk=desk,
                all_desks=desk is None, **lists,
            )  # fmt: skip
        except BadSilence as error:
            fail(str(error), USAGE)
        async with command_store(reach) as store, store.replicated():
            await store.put_silence(made, record_of(made, "added", who, "cli", now), now)
        return made

    made = guarded(work)
    if json:
        print_json(made, pretty=True)
    else:
        stdout().print(f"{made.id}  {plain(_what(made))}, until {made.ends_at}")
        stdout().print(f"end it early with: alertd silence end {made.id}", style="dim")


@silence.command("list")
def list_(config: ConfigOption = None, json: JsonOption = False, desk: OwnDesk = None) -> None:
    """List the silences that are not over, with what each held back of late."""

    async def work() -> list[dict[str, Any]]:
        async with command_store(reach_of(config)) as store:
            now = system_clock()
            there = [one for one in await store.silences(now) if may_touch(one, desk, all_desks=desk is None)]
            return [await _row(store, one, now) for one in there]

    rows = guarded(work)
    if json:
        print_json(rows, pretty=True)
        return
    if not rows:
        stdout().print("nothing is silenced")
        return
    now = system_clock()
    print_table(
        "Silences",
        ["id", "state", "ends", "what", "held back", "by", "reason"],
        [
            [r["id"], r["state"], ago(r["ends_at"], now), r["what"], r["held_back"], r["author"], r["reason"]]
            for r in rows
        ],
    )


@silence.command()
def end(
    ids: Annotated[list[str], typer.Argument(metavar="ID...", help="Silences, or beginnings of ids that fit one.")],
    config: ConfigOption = None,
    json: JsonOption = False,
    by: By = None,
    desk: OwnDesk = None,
) -> None:
    """End silences now. What they held back is not told afterwards; the next news of it is."""

    async def work() -> list[Silence]:
        async with command_store(reach_of(config)) as store:
            now = system_clock()
            known = [one for one in await store.silences(now) if may_touch(one, desk, all_desks=desk is None)]
            over = [ended(_meant(word, known), now) for word in dict.fromkeys(ids)]
            async with store.replicated():
                for one in over:
                    await store.put_silence(one, record_of(one, "ended", by or whoami(), "cli", now), now)
            return over

    over = guarded(work)
    if json:
        print_json(over, pretty=True)
    for one in () if json else over:
        stdout().print(f"{one.id} is over: {plain(_what(one))}")


def _times(
    now: int, since: str | None, last: str | None, until: str | None, every: list[str], timezone: str | None
) -> tuple[int, int, list[Weekly]]:
    """Read when it begins, when it ends, and its times of the week."""
    if last and until:
        fail("say how long (--for) or until when (--until), not both", USAGE)
    if not (last or until or every):
        fail("a silence needs an end: --for 2h, or --until 18:00", USAGE)
    try:
        name = clock_of(timezone)
        zone = ZoneInfo(name)
        starts = to_come(since, now, zone) if since else now
        ends = to_come(until, now, zone) if until else to_come(last or YEAR, starts, zone)
        return starts, ends, [weekly(one, name) for one in every]
    except ValueError as error:
        fail(str(error), USAGE)


async def _row(store: RedisStore, one: Silence, now: int) -> dict[str, Any]:
    """Give what a list says of a silence. What it held back is counted among the newest 1,000 lines about it."""
    lines = [record for _, record in await store.trace(one.id)]
    if active_until(one, now) > now:
        state = "in force"
    else:
        state = "to come" if parse_rfc3339(one.starts_at) > now else "between its times"
    return {
        "id": one.id,
        "state": state,
        "ends_at": one.ends_at,
        "what": _what(one),
        "held_back": sum(record.kind != "silence" for record in lines),
        "author": one.author,
        "reason": one.reason,
        "silence": msgspec.to_builtins(one),
    }


def _what(one: Silence) -> str:
    """Say in words what a silence holds back."""
    named = {name: getattr(one, name) for name in MATCHERS if getattr(one, name)}
    words = "; ".join(f"{name.replace('_', ' ')} {', '.join(found)}" for name, found in named.items()) or "everything"
    if one.desk is not None:
        words += f"; desk {one.desk}"
    return "; ".join([words, *(show_weekly(when) for when in one.weekly)])


def _meant(word: str, known: list[Silence]) -> Silence:
    begin = word if word.startswith("si_") else f"si_{word}"
    found = [one for one in known if one.id.startswith(begin)]
    if len(found) == 1:
        return found[0]
    return _unclear(word, found, known)


def _unclear(word: str, found: list[Silence], known: list[Silence]) -> NoReturn:
    if found:
        fail(f"{word} is the beginning of {len(found)} silences: {', '.join(one.id for one in found[:5])}")
    hint = suggest.hint(word, [one.id for one in known])
    fail(f"no silence {word} that is not over" + (f"; {hint}" if hint else ""))
