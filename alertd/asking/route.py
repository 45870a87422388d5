"""Whom an event would be told if it came now, when, and who would not be, and why."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from alertd.alerts.background import Background
from alertd.alerts.circumstances import NOTHING_KNOWN, Circumstances
from alertd.alerts.concern import Concern, raised
from alertd.alerts.decide import decide
from alertd.alerts.policy import ReceiverPolicy
from alertd.base.clock import rfc3339
from alertd.model import Decision, Event, Match, Severity, StoredAlert
from alertd.pipeline.standing import Standing
from alertd.rules.match import Matcher
from alertd.ruletests.stream import Stream
from alertd.store.redis import RedisStore

_NEW = StoredAlert(version=0, state=None)


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


@dataclass(frozen=True, slots=True)
class Coming:
    """An event as it would come, with what it would raise."""

    event: Event
    concerns: Sequence[Concern]


def coming(matcher: Matcher, given: Event, portfolios: Collection[str], desk: str | None) -> Coming:
    """Match an event for some portfolios; a desk gets it as it may see it."""
    with Stream(matcher) as stream:
        taken = stream.take(given)
    matches = [match for match in taken.matches if match.portfolio in portfolios]
    concerns = raised(taken.event, matches, matcher.portfolio)
    return Coming(matcher.seen_by(taken.event, desk) if desk else taken.event, concerns)


@dataclass(frozen=True, slots=True)
class Routing:
    """Decides as the daemon would."""

    receivers: Mapping[str, ReceiverPolicy]
    matcher: Matcher
    event: Event
    now: int

    async def decided(self, concerns: Sequence[Concern], store: RedisStore | None) -> list[Routed]:
        """Decide for each alert, as the daemon would if it were the first of its kind.

        Without a store what the daemon knows is not decided by. Raises StoreUnavailable.
        """
        standing = Standing(self.matcher, self.receivers)
        circumstances = NOTHING_KNOWN
        if store is not None:
            circumstances = await self._circumstances(standing, concerns, store)
        return [one for concern in concerns if (one := self._decide(concern, standing, circumstances)) is not None]

    async def _circumstances(
        self, standing: Standing, concerns: Sequence[Concern], store: RedisStore
    ) -> Circumstances:
        asked = [(self.event, concern, concern.subject) for concern in concerns]
        await standing.read(asked, {}, store, self.now)
        return standing.circumstances()

    def _decide(self, concern: Concern, standing: Standing, circumstances: Circumstances) -> Routed | None:
        background = Background(
            self.receivers,
            circumstances,
            standing.rules_of(concern, None),
            self.matcher.worlds.of(concern.portfolio.desk),
        )
        event = self.matcher.seen_by(self.event, concern.portfolio.desk)
        done = decide(_NEW, concern.matches, event, concern.portfolio, background, self.now, subject=concern.subject)
        if done.decision is None:
            return None
        return Routed(concern.portfolio.title, concern.matches, done.decision)
