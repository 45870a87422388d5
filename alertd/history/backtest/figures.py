"""What a backtest comes to, as it is printed, written as JSON and drawn. Days are UTC."""

from __future__ import annotations

from msgspec import field

from alertd.model import SEVERITIES, Severity, Struct


class Sample(Struct, frozen=True, kw_only=True):
    """One event for which a rule held, nearly held, or holds by one version of the rules alone."""

    at: str
    """When it was decided, RFC 3339."""
    event: str
    revision: int
    title: str
    url: str = ""
    source: str = ""
    severity: str = ""
    companies: tuple[str, ...] = ()
    """Labels of those for which the rule holds, the largest holding first."""
    evidence: tuple[str, ...] = ()
    """The source's own words, as far as its rights let them be shown."""
    grounds: tuple[str, ...] = ()
    """Why it held, as far as words of the text do not say it."""
    reason: str = ""
    """Of the decision."""
    told: dict[str, str] = field(default_factory=dict)
    """Receiver -> `now`, or the reason why not at once."""
    why: tuple[str, ...] = ()
    """Of a near miss: what failed. Of a difference: why the rule does not hold by the other rules."""


class NearFigures(Struct, frozen=True, kw_only=True):
    """A condition that alone kept a rule from holding."""

    condition: str
    events: int
    samples: tuple[Sample, ...] = ()


class BudgetFigures(Struct, frozen=True, kw_only=True):
    """What a rule's author expects (`expect: at_most 5 per day`), and what came."""

    at_most: int
    per: str
    worst: int
    """Alerts in the fullest window."""
    worst_at: str
    """When that window began."""
    over: int
    """Windows with more."""


class RuleFigures(Struct, frozen=True, kw_only=True):
    """What one rule of a portfolio brought."""

    portfolio: str
    rule: str
    title: str = ""
    severity: str = ""
    """As the rule says; `auto` where it leaves that to the event."""
    desk: str | None = None
    experimental: bool = False
    matches: int = 0
    """Events and revisions of events for which it held."""
    alerts: int = 0
    """That it raised or joined, each once."""
    raised: int = 0
    """Those of them that began with it, alone or together with others."""
    updates: int = 0
    """Further events that it brought to an alert that was there."""
    merged: int = 0
    """Of these alerts, those that another carried on, because their stories turned out to be one."""
    messages: int = 0
    """Messages at once, of the alerts that it was part of when the event came."""
    held: int = 0
    """Messages put off: to the end of quiet hours, to a digest, to a window."""
    untold: dict[str, int] = field(default_factory=dict)
    """Why receivers were not told -> how often."""
    days: dict[str, int] = field(default_factory=dict)
    """Day -> alerts, of days that have some."""
    per_day: float = 0.0
    p95: int = 0
    """Alerts on the fullest day but for one in twenty."""
    burst: int = 0
    """Most alerts within an hour."""
    burst_at: str = ""
    share: float = 0.0
    """Of all alerts."""
    budget: BudgetFigures | None = None
    useful: int = 0
    noise: int = 0
    """What people said of the same alerts then."""
    near: tuple[NearFigures, ...] = ()
    """The condition that failed most often first."""
    samples: tuple[Sample, ...] = ()
    failure: str = ""
    """What it raised: it was switched off from then on."""

    @property
    def precision(self) -> float | None:
        """Useful ones among those that were judged; None if nobody judged."""
        judged = self.useful + self.noise
        return self.useful / judged if judged else None


class PortfolioFigures(Struct, frozen=True, kw_only=True):
    """What the rules of one portfolio brought together."""

    portfolio: str
    title: str = ""
    desk: str | None = None
    rules: int = 0
    silent: int = 0
    """Rules that never held."""
    matches: int = 0
    alerts: int = 0
    updates: int = 0
    days: dict[str, int] = field(default_factory=dict)
    severities: dict[str, int] = field(default_factory=dict)
    """Severity with which alerts were raised -> alerts, the loudest first."""


class ReceiverFigures(Struct, frozen=True, kw_only=True):
    """What one receiver would have got."""

    receiver: str
    messages: int = 0
    """At once."""
    digests: int = 0
    """Messages about several alerts, or at the end of a wait."""
    listed: int = 0
    """Alerts that these told."""
    reminders: int = 0
    """What a clock or a person's answer brought about: escalations, alerts that come back; for machines, that one is
    closed."""
    held: int = 0
    untold: dict[str, int] = field(default_factory=dict)
    days: dict[str, int] = field(default_factory=dict)
    """Day -> messages of every kind."""


class PastFigures(Struct, frozen=True, kw_only=True):
    """What of the past there was to go by: without it, no alerts may mean no events."""

    events: int = 0
    revisions: int = 0
    """Of these, corrections, full texts and withdrawals."""
    first: str = ""
    last: str = ""
    decided: int = 0
    """Events that bring what the daemon decided then."""
    days: dict[str, int] = field(default_factory=dict)
    """Day -> events; every day of the time."""
    empty_days: tuple[str, ...] = ()
    """Days between the first and the last event of the past without any; at most 31 are named."""
    more_empty_days: int = 0
    skipped: dict[str, int] = field(default_factory=dict)
    """Why lines could not be taken -> how many."""
    no_text: int = 0
    """Events whose body is not kept any more, as their source's rights want it."""
    errors: int = 0
    """Events that could not be processed."""
    error: str = ""
    """The first of these."""
    warmed: int = 0
    """Events before the time that was asked about, for what rules over time remember."""
    near_every: int = 1
    """Of so many events one was looked at for near misses."""
    begins: str = ""
    """When what the archive holds begins, where that is after the beginning of the time that was asked about."""


class Heading(Struct, frozen=True, kw_only=True):
    """What was run, for the head of a report."""

    rules: str
    events: tuple[str, ...]
    against: str = ""
    enrich: str = "stored"
    people: bool = True
    made: str = ""
    """When, RFC 3339."""


class Summary(Struct, frozen=True, kw_only=True):
    """What a version of the rules made of the past."""

    rules_version: str
    since: str
    until: str
    days: float
    """Length of that time."""
    past: PastFigures
    matches: int
    alerts: int
    updates: int
    merged: int
    """Of these alerts, those that another carried on, because their stories turned out to be one."""
    rules: tuple[RuleFigures, ...]
    """The one with the most alerts first; also those that never held."""
    portfolios: tuple[PortfolioFigures, ...]
    receivers: tuple[ReceiverFigures, ...]
    by_day: dict[str, dict[str, int]]
    """Day -> severity -> alerts raised; every day of the time."""
    by_hour: dict[str, list[int]]
    """Day of the week -> alerts raised in each of its 24 hours."""
    differs: dict[str, int] = field(default_factory=dict)
    """Where events were understood afresh: what of them came out otherwise than stored -> events."""

    @property
    def silent(self) -> tuple[RuleFigures, ...]:
        """Rules that never held."""
        return tuple(rule for rule in self.rules if not rule.matches)

    @property
    def noisiest(self) -> tuple[RuleFigures, ...]:
        """Rules with alerts, the one with the most first."""
        return tuple(rule for rule in self.rules if rule.alerts)


class RuleDifference(Struct, frozen=True, kw_only=True):
    """How a rule's matches differ between two versions of the rules."""

    portfolio: str
    rule: str
    """As it is called now; of one that is gone, as it was."""
    was: str = ""
    """`portfolio/rule` by the other rules, where that is another name."""
    title: str = ""
    is_new: bool = False
    is_gone: bool = False
    edited: bool = False
    """Its definition is another one."""
    same: int = 0
    added: int = 0
    lost: int = 0
    changed: int = 0
    changes: dict[str, int] = field(default_factory=dict)
    """What changed of matches -> how often: severity, receivers, company, evidence."""
    alerts: int = 0
    alerts_before: int = 0
    lost_useful: int = 0
    """Of the lost matches, those in alerts that people called useful."""
    added_samples: tuple[Sample, ...] = ()
    lost_samples: tuple[Sample, ...] = ()
    changed_samples: tuple[Sample, ...] = ()


class ReceiverDifference(Struct, frozen=True, kw_only=True):
    """How many messages a receiver would get by each version."""

    receiver: str
    messages: int
    before: int


class Comparison(Struct, frozen=True, kw_only=True):
    """Two versions of the rules over the same past. `before` is of the other rules."""

    against: str
    """Which these are: a directory or a revision."""
    version_before: str
    same: int
    added: int
    lost: int
    changed: int
    alerts: int
    alerts_before: int
    told_otherwise: int
    """Events whose matches are the same, and of which other receivers, or the same otherwise, are told."""
    told_samples: tuple[Sample, ...]
    rules: tuple[RuleDifference, ...]
    """Those that differ, the one that differs most first."""
    receivers: tuple[ReceiverDifference, ...]
    by_day: dict[str, tuple[int, int]]
    """Day -> alerts raised by the rules and by the others."""


def severities_first(counts: dict[Severity, int]) -> dict[str, int]:
    """Put counts by severity in order, the loudest first."""
    return {name: counts[name] for name in reversed(SEVERITIES) if counts.get(name)}
