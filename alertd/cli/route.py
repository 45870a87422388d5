"""`alertd route`: whom an event would be told if it came now, when, who would not be, and why."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from alertd.alerts.background import Background
from alertd.alerts.circumstances import NOTHING_KNOWN, Circumstances
from alertd.alerts.concern import Concern, raised
from alertd.alerts.decide import decide
from alertd.alerts.policy import ReceiverPolicy
from alertd.alerts.severity import arithmetic
from alertd.app.link import Snapshot
from alertd.base.clock import parse_rfc3339, rfc3339, system_clock, to_datetime
from alertd.cli.connect import command_store, reach_from
from alertd.cli.given_event import event_given, snapshot_of_now
from alertd.cli.journal_text import outcome
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
from alertd.cli.why_rule import since_ms
from alertd.enrich.enricher import Enricher
from alertd.errors import StoreUnavailable
from alertd.model import Decision, Event, Match, Severity, StoredAlert
from alertd.pipeline.standing import Standing
from alertd.rules.explain import one_line
from alertd.rules.match import Matcher
from alertd.rules.walls import may_see
from alertd.ruletests.stream import Stream
from alertd.store.redis import RedisStore

_NEW = StoredAlert(version=0, state=None)
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
    with Stream(matcher) as stream:
        taken = stream.take(given)
    wanted = seen if portfolio is None else {portfolio}
    matches = [match for match in taken.matches if match.portfolio in wanted]
    work = _Routing(snapshot, matcher, matcher.seen_by(taken.event, desk) if desk else taken.event, now)
    routed = guarded(lambda: work.decided(raised(taken.event, matches, matcher.portfolio)))
    if json:
        print_json([one.document(now) for one in routed], pretty=True)
        return
    for text in work.lines(routed, len(wanted)):
        stdout().print(plain(text))


# --- what is asked about ------------------------------------------------------------------------------------------


def _time(at: str | None) -> int:
    if at is None:
        return system_clock()
    try:
        return since_ms(at, system_clock())
    except (ValueError, OverflowError):
        fail(f"--at takes a time with a zone, such as 2026-10-25T02:30:00Z, not {at}", USAGE)


# --- what would come of it ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Routed:
    """What would become of one alert."""

    title: str
    matches: Sequence[Match]
    decision: Decision

    def document(self, now: int) -> dict[str, Any]:
        """Give it for machines."""
        decision = self.decision
        rules: list[dict[str, Severity | str]] = [{"rule": m.rule, "severity": m.severity} for m in self.matches]
        return {
            "at": rfc3339(now), "portfolio": decision.portfolio, "alert": decision.alert, "reason": decision.reason,
            "detail": decision.detail, "rules": rules,
            "receivers": {r: "now" if what.startswith("dl_") else what for r, what in decision.receivers.items()},
        }  # fmt: skip


@dataclass(slots=True)
class _Routing:
    snapshot: Snapshot
    matcher: Matcher
    event: Event
    now: int
    known: bool = True
    """What the daemon knows was there to decide by."""

    async def decided(self, concerns: Sequence[Concern]) -> list[Routed]:
        """Decide for each alert, as the daemon would if it were the first of its kind."""
        standing = Standing(self.matcher, self.snapshot.receivers)
        circumstances = NOTHING_KNOWN
        try:
            async with command_store(reach_from(self.snapshot.settings)) as store:
                circumstances = await self._circumstances(standing, concerns, store)
        except StoreUnavailable:
            self.known = False
        return [one for concern in concerns if (one := self._decide(concern, standing, circumstances)) is not None]

    async def _circumstances(
        self, standing: Standing, concerns: Sequence[Concern], store: RedisStore
    ) -> Circumstances:
        asked = [(self.event, concern, concern.subject) for concern in concerns]
        await standing.read(asked, {}, store, self.now)
        return standing.circumstances()

    def _decide(self, concern: Concern, standing: Standing, circumstances: Circumstances) -> Routed | None:
        background = Background(
            self.snapshot.receivers,
            circumstances,
            standing.rules_of(concern, None),
            self.matcher.worlds.of(concern.portfolio.desk),
        )
        event = self.matcher.seen_by(self.event, concern.portfolio.desk)
        done = decide(_NEW, concern.matches, event, concern.portfolio, background, self.now, subject=concern.subject)
        if done.decision is None:
            return None
        return Routed(concern.portfolio.title, concern.matches, done.decision)

    # --- for people -------------------------------------------------------------------------------------------

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
