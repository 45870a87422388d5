"""What a report says, as frozen records: the JSON of `alertd report --json` is exactly these.

Times are RFC 3339 UTC, days are dates of the portfolio's time zone, lists `by_day` and `line` have one value for each
of `days`. What is not known is null, never zero.
"""

from __future__ import annotations

from alertd.model import Severity, Struct


class Tone(Struct, frozen=True, kw_only=True):
    """A sentiment index, in [-1, 1]."""

    now: float | None
    """At the end of the time."""
    before: float | None
    """At its beginning."""
    line: list[float | None]
    """At the end of each day."""


class Volume(Struct, frozen=True, kw_only=True):
    """How much news there was."""

    stories: int
    """Stories that began in the time; of a company with the first report that names it."""
    reports: int
    """Reports in the time, also of stories that began before."""
    by_day: list[int]
    """Stories that began on each day."""
    z30: float | None
    """Stories of the last 24 hours against the 30 days before, in standard deviations."""
    z90: float | None


class HoldingLine(Struct, frozen=True, kw_only=True):
    """A holding of today and the news about it."""

    company: str
    label: str
    weight: float | None
    """Share of the portfolio of today, negative for a short."""
    band: str = ""
    """In place of the weight, for receivers with `show_weights: band`."""
    tone: Tone
    """Of the news as it is written: bad news is negative, whoever holds what."""
    signed: float | None
    """The index of now as it is for who holds it: with a short the sign is the other one."""
    volume: Volume
    alerts: int
    """Alerts of the time that touch it."""


class TypeLine(Struct, frozen=True, kw_only=True):
    """An event type in the news about the holdings."""

    type: str
    stories: int
    """Stories that reported it: each counts once, on the day of the first report that says so."""
    by_day: list[int]


class Then(Struct, frozen=True, kw_only=True):
    """A holding that a story touched, with its weight of then."""

    label: str
    weight: float | None
    band: str = ""
    """In place of the weight, for receivers with `show_weights: band`."""
    path: list[str]
    """How it is near to what happened; empty where it is named."""


class StoryLine(Struct, frozen=True, kw_only=True):
    """A story that touched the portfolio."""

    story: str
    title: str
    """Of its newest report that may be shown; empty where none may."""
    url: str
    source: str
    first_at: str
    last_at: str
    reports: int
    sources: int
    """Independent ones, as they were counted when its reports came."""
    tone: float | None
    """Of its newest report."""
    alerts: list[str]
    severity: Severity | None
    """The loudest of its alerts."""
    holdings: list[Then]


class NearLine(Struct, frozen=True, kw_only=True):
    """A holding that is one or more relations away from the news."""

    company: str
    label: str
    weight: float | None
    """As it was when the last of the stories came."""
    band: str = ""
    """In place of the weight, for receivers with `show_weights: band`."""
    path: list[str]
    stories: int
    last_at: str
    title: str
    """Of the newest report."""


class AlertsOf(Struct, frozen=True, kw_only=True):
    """Alerts that were raised in the time; those that another carries on are counted there."""

    total: int
    by_severity: dict[Severity, int]
    by_day: dict[Severity, list[int]]
    told: int
    """Those of which somebody was told."""
    answered: int
    """Those that somebody acknowledged, judged or closed."""


class RuleOf(Struct, frozen=True, kw_only=True):
    """What a rule brought and what people thought of it."""

    rule: str
    title: str
    alerts: int
    told: int
    useful: int
    noise: int
    precision: float | None
    """Useful ones among those that were judged; null if nobody judged."""


class Percentiles(Struct, frozen=True, kw_only=True):
    """How long something took, in ms: the value that so large a share does not exceed (nearest rank)."""

    count: int
    p50: int | None = None
    p90: int | None = None
    p99: int | None = None


class SourceLatency(Struct, frozen=True, kw_only=True):
    """How fast a source's items came and were decided on."""

    source: str
    seen: Percentiles
    """From visible to seen."""
    decided: Percentiles
    """From seen to decided."""


class ReceiverLatency(Struct, frozen=True, kw_only=True):
    """How fast a receiver was told."""

    receiver: str
    delivered: Percentiles
    """From decided to delivered."""
    whole: Percentiles
    """From visible to delivered."""


class Latency(Struct, frozen=True, kw_only=True):
    """How long it took from the world to a person: of what came live."""

    seen: Percentiles
    decided: Percentiles
    delivered: Percentiles
    whole: Percentiles
    sources: list[SourceLatency]
    receivers: list[ReceiverLatency]
    left_out: dict[str, int]
    """Why something was not measured -> how many: `baseline`, `late`, `old`, `no_time`, `clock`, `held`."""


class Report(Struct, frozen=True, kw_only=True):
    """What a portfolio's news has been doing in a time."""

    v: int = 1
    portfolio: str
    title: str
    desk: str | None
    timezone: str
    since: str
    until: str
    made_at: str
    days: list[str]
    history_from: str | None
    """Since when there is a history; null: there is none."""
    history_until: str | None
    """How far it reached when the report was made."""
    holdings_as_of: str
    """When the positions of today were so; empty: they stand in the rules."""
    tone: Tone
    """Of the whole portfolio: the indices of the holdings, each weighted by its position."""
    tone_of: int
    """Holdings that count in `tone.now`."""
    volume: Volume
    """Of all holdings: a story that names several of them counts once."""
    holdings: list[HoldingLine]
    types: list[TypeLine]
    stories: list[StoryLine]
    near: list[NearLine]
    alerts: AlertsOf
    rules: list[RuleOf]
    latency: Latency
    notes: list[str]
    """What has to be known to read the numbers: what was not there, and what was counted how."""
