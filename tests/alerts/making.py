"""Alerts decided step by step, for tests: events, matches, and a store of one alert that takes outcomes in."""

from __future__ import annotations

from typing import Any

import msgspec

from alertd.alerts.background import Background
from alertd.alerts.circumstances import Circumstances
from alertd.alerts.decide import decide
from alertd.alerts.outcome import Outcome
from alertd.alerts.policy import ReceiverPolicy
from alertd.base.clock import parse_rfc3339
from alertd.model import Alert, AlertState, Effects, Event, Match, Note, Severity, Silence, StoredAlert, Story, Told
from alertd.rules.book import Portfolio, Rule
from tests.rules.make import portfolio

NOW = parse_rfc3339("2026-03-02T11:00:00Z")
"""A Monday."""
MINUTE, HOUR = 60_000, 3_600_000


def event(name: str = "a", revision: int = 1, **fields: Any) -> Event:
    """Make an event of the story `st_s`."""
    title = fields.pop("title", f"Event {name}")
    sources = fields.pop("sources", 1)
    return Event(
        id=f"ev_{name}", source=f"wire-{name}", title=title, revision=revision,
        story=Story(id="st_s", sources=sources), **fields,
    )  # fmt: skip


def match(of: Event, rule: str = "rule-0", severity: Severity = "high", *receivers: str, **fields: Any) -> Match:
    """Make the match of a rule that holds for an event."""
    return Match(
        rule=rule, rule_hash="h", portfolio="desk-a", event=of.id, event_revision=of.revision, severity=severity,
        title=f"Rule {rule}", receivers=list(receivers), **fields,
    )  # fmt: skip


class Case:
    """One alert, the receivers that may be told of it, and what deciding rests on."""

    def __init__(
        self, *policies: ReceiverPolicy, own: tuple[str, ...] = ("desk",), rules: tuple[Rule, ...] = (),
        desk: str | None = None,
    ) -> None:  # fmt: skip
        made = portfolio("text: lease")
        self.portfolio: Portfolio = msgspec.structs.replace(made, receivers=own, desk=desk, rules=rules or made.rules)
        self.policies = {policy.id: policy for policy in policies or (ReceiverPolicy("desk"),)}
        self.silences: tuple[Silence, ...] = ()
        self.marks: dict[str, tuple[str, int]] = {}
        self.counts: dict[str, int] = {}
        self.stored = StoredAlert(version=0, state=None)
        self.now = NOW
        self.note: Note | None = None
        """What the next event means."""
        self.material: str | None = None
        """What a model may be shown of it."""

    def decide(self, event_: Event, *matches: Match) -> Outcome:
        """Decide, and change nothing."""
        circumstances = Circumstances(self.silences, dict(self.marks), dict(self.counts))
        rules = {rule.id: rule for rule in self.portfolio.rules}
        material = self.material
        background = Background(
            self.policies, circumstances, rules, note=lambda: self.note,
            material=(lambda: material) if material is not None else None,
        )  # fmt: skip
        return decide(self.stored, matches, event_, self.portfolio, background, self.now)

    def take(self, event_: Event, *matches: Match, after: int = 0) -> Outcome:
        """Decide some time later, and commit."""
        self.now += after
        outcome = self.decide(event_, *matches)
        if outcome.state is not None:
            self.stored = StoredAlert(version=self.stored.version + 1, state=outcome.state)
            self._take_in(outcome.effects)
        return outcome

    def change(self, **fields: Any) -> None:
        """Change the alert as an answer or a clock does."""
        alert = msgspec.structs.replace(self.alert, revision=self.alert.revision + 1, **fields)
        state = msgspec.structs.replace(self.state, alert=alert)
        self.stored = StoredAlert(version=self.stored.version + 1, state=state)

    def _take_in(self, effects: Effects) -> None:
        for count in effects.counts:
            self.counts[count.name] = self.counts.get(count.name, 0) + count.by
        for mark in effects.marks:
            self.marks[mark.name] = (mark.value, mark.until_ms)

    @property
    def state(self) -> AlertState:
        """The state as it is stored."""
        assert self.stored.state is not None
        return self.stored.state

    @property
    def alert(self) -> Alert:
        """The alert as it is stored."""
        return self.state.alert

    @property
    def lanes(self) -> dict[str, Told]:
        """What receivers know."""
        return self.state.told


def told(outcome: Outcome) -> dict[str, str]:
    """Say of each receiver that is told how: `fired!` is loud, `updated` is not."""
    return {
        one.receiver: one.message.type.removeprefix("alert.") + ("!" if one.message.loud else "")
        for one in outcome.deliveries
    }


def why(outcome: Outcome) -> dict[str, str]:
    """Give the reasons of those that are not told at once."""
    assert outcome.decision is not None
    return {name: text for name, text in outcome.decision.receivers.items() if not text.startswith("dl_")}
