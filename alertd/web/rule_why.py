"""`GET /v1/rules/PORTFOLIO/RULE/why`: what a rule made of the events since a time, as `alertd why --rule` says.

The rule is asked again about each, as it was then: that takes a while, so it is asked apart, and of very many events
it is told how far that came.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from alertd.asking.house import House
from alertd.asking.why_rule_asked import RuleWhyAsked
from alertd.model import Struct
from alertd.web.eyes import Eyes
from alertd.web.moments import gone_by
from alertd.web.operations import Asked, Nothing, Operation
from alertd.web.rules import NAMED, NOT_THERE, named_rule


class WhyOfRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of which events."""

    since: Annotated[str, msgspec.Meta(description="Decided since: a time with a zone, or so long ago: 2h.")] = "24h"
    limit: Annotated[int, msgspec.Meta(ge=1, le=1000, description="So many of each kind at most.")] = 20


class Counts(Struct, frozen=True, kw_only=True):
    """What it made of how many."""

    held: int
    nearly: int
    """One condition of several failed."""
    not_: int = msgspec.field(name="not")
    not_asked: int = msgspec.field(name="not asked")
    """A wall kept them from it, or it was out of its dates."""


class EventHeld(Struct, frozen=True, kw_only=True):
    """An event for which it held."""

    at: str
    event: str
    revision: int
    title: str
    reasons: list[str]
    """What was decided."""
    receivers: dict[str, str]
    """Receiver -> delivery, or why it got none."""


class EventMissed(Struct, frozen=True, kw_only=True):
    """An event for which it did not hold."""

    at: str
    event: str
    revision: int
    title: str
    group: Literal["nearly", "not", "not asked"]
    failing: int
    """Conditions that failed."""
    because: str


class RuleTold(Struct, frozen=True, kw_only=True):
    """What a rule made of events."""

    rule: str
    since: str
    until: str
    """How far the journal was read; empty: there is nothing since then."""
    more: bool
    """It took too long, and what came after `until` was not looked at: ask again with it as `since`."""
    counts: Counts
    held: list[EventHeld]
    """The newest, the last one last."""
    missed: list[EventMissed]
    """Those that came nearest, the nearest first."""


class RuleWhyRoutes:
    """What can be asked about a rule and many events."""

    def __init__(self, house: House) -> None:
        self._house = house

    def operations(self) -> list[Operation[Any, Any]]:
        """Give it."""
        return [
            Operation(
                name="tellWhyOfRule", method="GET", path="/v1/rules/{portfolio}/{rule}/why",
                summary="What a rule made of the events since a time: held, nearly held, or not, and why",
                does=self._why, query=WhyOfRule, body=Nothing, answer=RuleTold, fails={404: NOT_THERE},
                parameters=NAMED, slow=True,
            ),
        ]  # fmt: skip

    async def _why(self, asked: Asked[WhyOfRule, Nothing]) -> object:
        since = max(gone_by(asked.query.since, self._house.clock()), 0)
        portfolio, rule = await named_rule(Eyes(asked.caller, self._house), asked.path)
        return await self._house.apart.ask(
            RuleWhyAsked(asked.caller, portfolio.id, rule.id, since, asked.query.limit)
        )
