"""`alertd route`: whom an event would be told if it came now, when, who would not be, and why."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from alertd.alerts.policy import ReceiverPolicy
from alertd.alerts.severity import arithmetic
from alertd.app.link import Snapshot
from alertd.asking.journal_text import outcome
from alertd.asking.moments import since_ms
from alertd.asking.route import Routed, Routing, coming
from alertd.base.clock import parse_rfc3339, rfc3339, system_clock, to_datetime
from alertd.cli.connect import command_store, reach_from
from alertd.cli.given_event import event_given, snapshot_of_now
from alertd.cli.output import (
    USAGE,
    ConfigOption,
    DeskOption,
    JsonOption,
    counted,
    fail,
    guarded,
    plain,
    print_json,
    quiet_logs,
    stdout,
)  # fmt: skip
from alertd.cli.portfolio_names import no_portfolio
from alertd.enrich.enricher import Enricher
from alertd.errors import StoreUnavailable
from alertd.model import Event
from alertd.rules.explain import one_line
from alertd.rules.match import Matcher
from alertd.rules.walls import may_see

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def route(
    event: Annotated[
        str,
        typer.Argument(metavar="EVENT", help="A file of JSON, -, JSON itself, or an id of the journal."),
    ],
    portfolio: Annotated[str | None, typer.Option("--portfolio", metavar="PORTFOLIO", help="Only this one.")] = None,
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="As if it came then (RFC 3339).", show_default="now")
    ] = None,
    config: ConfigOption = None,
    json: JsonOption = False,
    desk: DeskOption = None,
) -> None:
    """Say whom an event would be told, when, who would not be, and why.

    As if it came now, by the rules and receivers of the files; with a daemon that runs here also by its silences,
    cooldowns and counts. Nothing is sent and nothing is written down. An event of the journal is taken as if it came
    for the first time.
    """
    quiet_logs()
    snapshot, loaded = snapshot_of_now(config)
    now = _time(at)
    seen = {p.id for p in snapshot.book.portfolios if may_see(desk, p.desk)}
    if portfolio is not None and portfolio not in seen:
        no_portfolio(portfolio, sorted(seen))
    given = event_given(snapshot, loaded, event, desk)
    matcher = Matcher(snapshot.book, understanding=Enricher.of(loaded.book.event_types, loaded.table))
    wanted = seen if portfolio is None else {portfolio}
    found = coming(matcher, given, wanted, desk)
    work = Routing(snapshot.receivers, matcher, found.event, now)

    async def decided() -> tuple[list[Routed], bool]:
        try:
            async with command_store(reach_from(snapshot.settings)) as store:
                return await work.decided(found.concerns, store), True
        except StoreUnavailable:
            return await work.decided(found.concerns, None), False

    routed, known = guarded(decided)
    if json:
        print_json([one.document(now) for one in routed], pretty=True)
        return
    for text in _Telling(snapshot, found.event, now, known).lines(routed, len(wanted)):
        stdout().print(plain(text))


# --- what is asked about ------------------------------------------------------------------------------------------


def _time(at: str | None) -> int:
    if at is None:
        return system_clock()
    try:
        return since_ms(at, system_clock())
    except (ValueError, OverflowError):
        fail(f"--at takes a time with a zone, such as 2026-10-25T02:30:00Z, not {at}", USAGE)


# --- for people ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Telling:
    snapshot: Snapshot
    event: Event
    now: int
    known: bool
    """What the daemon knows was there to decide by."""

    def lines(self, routed: Sequence[Routed], portfolios: int) -> Iterator[str]:
        """Write it, an alert after the other."""
        yield f"“{one_line(self.event.title)}” at {rfc3339(self.now)}"
        if not self.known:
            yield "  no daemon runs here: its silences, cooldowns and counts are not known"
        for one in routed:
            yield from self._alert(one)
        silent = portfolios - len({one.decision.portfolio for one in routed})
        if silent:
            yield f"{counted(silent, 'portfolio has', 'portfolios have')} no rule that holds"

    def _alert(self, one: Routed) -> Iterator[str]:
        decision = one.decision
        yield f"{decision.portfolio}: {outcome(decision.reason)} ({decision.detail})"
        for match in one.matches:
            how = arithmetic(match)
            yield f"  rule {match.rule} ({match.severity}){f'; {how}' if how else ''}"
        for receiver, what in decision.receivers.items():
            told = "now" if what.startswith("dl_") else self._local(outcome(what), receiver, decision.portfolio)
            yield f"  {receiver}: {told}"

    def _local(self, text: str, receiver: str, portfolio: str) -> str:
        """Add to times what the clock of the receiver shows then."""
        zone = ZoneInfo(self._zone(receiver, portfolio))

        def shown(found: re.Match[str]) -> str:
            local = to_datetime(parse_rfc3339(found[0])).astimezone(zone)
            return f"{found[0]} = {local:%a %H:%M %Z}"

        return _TIME.sub(shown, text)

    def _zone(self, receiver: str, portfolio: str) -> str:
        policy: ReceiverPolicy | None = self.snapshot.receivers.get(receiver)
        if policy is not None and policy.quiet is not None:
            return policy.quiet.timezone
        if policy is not None and policy.digest is not None:
            return policy.digest.timezone
        found = self.snapshot.book.portfolio(portfolio)
        return found.timezone if found is not None else "UTC"
