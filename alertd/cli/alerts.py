"""`alertd alerts`: the alerts there are, or what each rule brought and what people thought of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

import typer

from alertd.alerts.by_rule import ByRule, RuleLine
from alertd.alerts.rows import Wanted, row
from alertd.base import suggest
from alertd.base.clock import system_clock
from alertd.cli.connect import Reach, command_store, reach_of
from alertd.cli.desk_view import DeskView
from alertd.cli.output import (
    USAGE,
    ConfigOption,
    DeskOption,
    JsonOption,
    ago,
    fail,
    guarded,
    print_json,
    print_table,
    stdout,
)
from alertd.cli.past_rules import Books
from alertd.cli.why_rule import since_ms
from alertd.model import AlertState, Severity
from alertd.store.redis import RedisStore

READ = 200
"""Alerts that are read at once."""
MOST = 20_000
"""Alerts that are looked through, the newest."""
Status = Literal["open", "acknowledged", "closed", "snoozed"]


def alerts(
    config: ConfigOption = None,
    json: JsonOption = False,
    portfolio: Annotated[str | None, typer.Option(metavar="ID", help="Only of this portfolio.")] = None,
    status: Annotated[Status | None, typer.Option(help="Only those that are so.")] = None,
    severity: Annotated[Severity | None, typer.Option(help="Only those at least so severe.")] = None,
    since: Annotated[
        str, typer.Option(metavar="WHEN", help="Only what changed since: so long ago (2h, 3d), or a date or time.")
    ] = "7d",
    desk: DeskOption = None,
    limit: Annotated[int, typer.Option(metavar="N", min=1, max=MOST, help="Show at most so many.")] = 50,
    by_rule: Annotated[
        bool, typer.Option("--by-rule", help="A line for each rule: alerts, sent, useful, noise, precision.")
    ] = False,
) -> None:
    """List alerts, the one that changed last first, or what each rule brought.

    Precision is the share of useful ones among the opinions that people gave (by alertd ack, buttons in Slack,
    links in mail). These are kept for 400 days, whatever --since says.
    """
    now = system_clock()
    try:
        begin = since_ms(since, now)
    except (ValueError, OverflowError):
        fail(f"--since takes a time such as 2h or 3d, a date, or a time with a zone, not {since}", USAGE)
    wanted = Wanted(portfolio=portfolio, status=status, severity=severity, now=now)

    async def listed() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        reach = reach_of(config)
        async with command_store(reach) as store:
            await _check_portfolio(store, reach, portfolio, desk)
            async for state in _states(store, begin, desk):
                if wanted.fits(state):
                    found.append(row(state))
                if len(found) == limit:
                    break
        return found

    async def ruled() -> list[RuleLine]:
        counts = ByRule()
        reach = reach_of(config)
        async with command_store(reach) as store:
            await _check_portfolio(store, reach, portfolio, desk)
            async for state in _states(store, begin, desk):
                if wanted.fits(state):
                    counts.add(state)
            for name, opinions in (await store.feedback(counts.portfolios)).items():
                counts.judge(name, opinions.values())
        return counts.lines()

    if by_rule:
        _show_rules(guarded(ruled), json=json)
    else:
        _show(guarded(listed), now, limit, json=json)


async def _check_portfolio(store: RedisStore, reach: Reach, name: str | None, desk: str | None) -> None:
    """End the command if neither the rules nor an alert, as far as the desk may see them, know a portfolio."""
    if name is None:
        return
    view = DeskView(desk, Books(reach), store.load_alerts)
    there = [one.id for one in view.books.today().book.portfolios if view.may_see(one.desk)]
    if name in there:
        return
    async for state in _states(store, 0, desk):
        if state.alert.portfolio == name:
            return
        there.append(state.alert.portfolio)
    near = suggest.closest(name, there)
    listed = ", ".join(list(dict.fromkeys(there))[:20]) or "none"
    fail(f"there is no portfolio {name}{f' (did you mean {near}?)' if near else f'; there are {listed}'}", USAGE)


async def _states(store: RedisStore, since: int, desk: str | None) -> AsyncIterator[AlertState]:
    """Give the alerts that changed since then, as a desk may see them, the one that changed last first."""
    ids = await store.alerts(since, MOST)
    for start in range(0, len(ids), READ):
        part = ids[start : start + READ]
        there = await store.load_alerts(part)
        for alert in part:
            state = there[alert].state
            if state is not None and (desk is None or state.desk in (None, desk)):
                yield state


def _show(rows: list[dict[str, Any]], now: int, limit: int, *, json: bool) -> None:
    if json:
        print_json(rows, pretty=True)
        return
    if not rows:
        stdout().print("no alerts")
        return
    print_table(
        "Alerts",
        ["alert", "severity", "status", "changed", "portfolio", "queued for", "title"],
        [
            [r["id"], r["severity"], _status(r, now), ago(r["updated_at"], now), r["portfolio"],
             ", ".join(r["told"]) or "-", r["title"]]
            for r in rows
        ],
    )  # fmt: skip
    if len(rows) == limit:
        stdout().print(f"these are the newest {limit}; --limit shows more", style="dim")


def _status(one: dict[str, Any], now: int) -> str:
    if one["status"] == "acknowledged":
        return f"acknowledged by {one['acknowledged_by']}"
    if one["status"] == "open" and one["snoozed_until"]:
        ahead = ago(one["snoozed_until"], now)
        return f"snoozed for {ahead.removeprefix('in ')}" if ahead.startswith("in ") else "snooze over"
    return str(one["status"])


def _show_rules(lines: list[RuleLine], *, json: bool) -> None:
    if json:
        print_json([line.as_json() for line in lines], pretty=True)
        return
    if not lines:
        stdout().print("no alerts")
        return
    print_table(
        "Rules",
        ["portfolio", "rule", "alerts", "sent", "useful", "noise", "precision"],
        [[one.portfolio, one.rule, one.alerts, one.sent, one.useful, one.noise, _precision(one)] for one in lines],
    )


def _precision(line: RuleLine) -> str:
    judged = line.useful + line.noise
    return f"{line.precision:.0%} ({line.useful} of {judged})" if line.precision is not None else "-"
