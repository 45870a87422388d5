"""`alertd alerts`: the alerts there are and were, searched and chosen, or what each rule brought."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

import typer

from alertd.alerts.by_rule import ByRule, RuleLine
from alertd.asking.alert_rows import MOST, Asked, changed_since, rows_of, sendings
from alertd.asking.desk_view import DeskView, load_nothing
from alertd.asking.kept import Kept
from alertd.asking.past_rules import Books
from alertd.asking.reach import Reach
from alertd.base.clock import system_clock
from alertd.cli.alert_names import check_names
from alertd.cli.alerts_text import Sendings, show
from alertd.cli.connect import command_store, reach_of
from alertd.cli.kept import kept_of, store_or_kept
from alertd.cli.output import (
    USAGE,
    ConfigOption,
    DeskOption,
    JsonOption,
    fail,
    guarded,
    print_json,
    print_table,
    stdout,
    told,
)
from alertd.cli.past_time import past_time
from alertd.cli.portfolio_names import no_portfolio
from alertd.history.projection.query import AlertFilter
from alertd.history.projection.search import NotSearchable, expression
from alertd.model import AlertState, Severity
from alertd.rules.walls import may_see
from alertd.store.redis import RedisStore

LIST_SINCE = "7d"
Status = Literal["open", "acknowledged", "closed", "snoozed"]
Sort = Literal["relevance", "time"]


def alerts(
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="WORD…", help='Search: words, "a phrase", begin*; all have to stand there.'),
    ] = None,
    config: ConfigOption = None,
    json: JsonOption = False,
    portfolio: Annotated[str | None, typer.Option(metavar="ID", help="Only of this portfolio.")] = None,
    status: Annotated[Status | None, typer.Option(help="Only those that are so.")] = None,
    severity: Annotated[Severity | None, typer.Option(help="Only those at least so severe.")] = None,
    rule: Annotated[str | None, typer.Option(metavar="RULE", help="Only those for which this rule held.")] = None,
    company: Annotated[
        str | None, typer.Option(metavar="ID", help="Only about this company: an id, a ticker or a holding's label.")
    ] = None,
    event_type: Annotated[
        str | None, typer.Option("--type", metavar="TYPE", help="Only those with an event that reports this.")
    ] = None,
    source: Annotated[str | None, typer.Option(metavar="ID", help="Only those with an event from there.")] = None,
    receiver: Annotated[str | None, typer.Option(metavar="ID", help="Only those that it was told of.")] = None,
    since: Annotated[
        str | None,
        typer.Option(
            metavar="WHEN", help="Only what changed since: so long ago (2h, 3d), or a date or time.",
            show_default="7d; of a search, all there is",
        ),
    ] = None,
    until: Annotated[str | None, typer.Option(metavar="WHEN", help="Only what was first raised before.")] = None,
    desk: DeskOption = None,
    limit: Annotated[int, typer.Option(metavar="N", min=1, max=MOST, help="Show at most so many.")] = 50,
    sort: Annotated[
        Sort | None,
        typer.Option(help="Of a search: what fits best first, or what changed last.", show_default="relevance"),
    ] = None,
    by_rule: Annotated[
        bool, typer.Option("--by-rule", help="A line for each rule: alerts, sent, useful, noise, precision.")
    ] = False,
) -> None:  # fmt: skip
    """List or search alerts, or say what each rule brought.

    A list has the one that changed last first. What is searched: titles, what changed, the words that rules held for,
    companies, rules; as far back as the archive reaches. Precision is the share of useful ones among the opinions
    that people gave (by alertd ack, buttons in Slack, links in mail); these are kept for 400 days, whatever --since
    says.
    """
    now, text = system_clock(), " ".join(words or [])
    begin = past_time("--since", since or (None if text else LIST_SINCE), now)
    end = past_time("--until", until, now)
    _check_words(text, by_rule=by_rule, sort=sort)
    wanted = AlertFilter(
        portfolio=portfolio, status=status, severity=severity, since_ms=begin, until_ms=end, rule=rule,
        company=company, event_type=event_type, source=source, receiver=receiver, now_ms=now,
    )  # fmt: skip
    asked = Asked(wanted, text, sort or "relevance", limit, desk)

    async def listed() -> tuple[list[dict[str, Any]], Sendings]:
        reach = reach_of(config)
        kept = kept_of(reach, desk)
        async with store_or_kept(reach, kept) as store:
            await _check_portfolio(store, kept, reach, portfolio, desk)
            rows = await rows_of(asked, store, kept)
            if not rows:
                await check_names(asked, reach, store, kept)
            return rows, await sendings(rows, store) if store is not None and not json else {}

    async def ruled() -> list[RuleLine]:
        counts = ByRule()
        reach = reach_of(config)
        live = asked.live()
        async with command_store(reach) as store:
            await _check_portfolio(store, Kept(told), reach, portfolio, desk)
            async for state in _states(store, begin or 0, desk):
                if live.fits(state):
                    counts.add(state)
            for name, opinions in (await store.feedback(counts.portfolios)).items():
                counts.judge(name, opinions.values())
            if not counts.portfolios:
                await check_names(asked, reach, store, Kept(told))
        return counts.lines()

    if by_rule:
        _show_rules(guarded(ruled), json=json)
    else:
        rows, sent = guarded(listed)
        show(rows, asked, now, sent, json=json)


def _check_words(text: str, *, by_rule: bool, sort: Sort | None) -> None:
    """End the command if what was typed cannot be searched for."""
    if text and by_rule:
        fail("--by-rule counts all alerts that fit its options: leave the words out", USAGE)
    if sort is not None and not text:
        fail("--sort is for a search; a list has what changed last first", USAGE)
    if text:
        try:
            expression(text)
        except NotSearchable as error:
            fail(str(error), USAGE)


async def _check_portfolio(
    store: RedisStore | None, kept: Kept, reach: Reach, name: str | None, desk: str | None
) -> None:
    """End the command if neither the rules nor an alert, as far as the desk may see them, know a portfolio."""
    if name is None:
        return
    view = DeskView(desk, Books(reach, told), store.load_alerts if store is not None else load_nothing)
    there = [one.id for one in view.books.today().book.portfolios if view.may_see(one.desk)]
    there += kept.history.portfolios() if kept.history is not None else []
    if name in there:
        return
    if store is not None:
        async for state in _states(store, 0, desk):
            if state.alert.portfolio == name:
                return
            there.append(state.alert.portfolio)
    no_portfolio(name, there)


async def _states(store: RedisStore, since: int, desk: str | None) -> AsyncIterator[AlertState]:
    """Give the alerts that changed since then, as a desk may see them, the one that changed last first."""
    async for state in changed_since(store, since):
        if may_see(desk, state.desk):
            yield state


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
