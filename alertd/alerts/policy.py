"""What deciding needs to know of a receiver."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from alertd.model import SEVERITIES, Severity
from alertd.rules.logic import Node
from alertd.text.scan import Term

CooldownBy = Literal["story", "company", "rule", "portfolio"]


@dataclass(frozen=True, slots=True)
class Fitting:
    """A condition of a receiver, compiled (`fits.fits` asks it)."""

    condition: Node
    types: frozenset[str] = frozenset()
    """The event types that it names: what a `role` in it is about."""
    terms: frozenset[Term] = field(default=frozenset(), repr=False)
    """What the text is scanned for: the terms of all receivers' conditions together, so that one scan serves all."""


@dataclass(frozen=True, slots=True)
class Cooldown:
    """After a message no other about the same for a while, unless it is louder."""

    by: CooldownBy
    for_s: float


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours in which alerts wait for a brief."""

    hours: str = ""
    """`22:00-06:30` on the wall clock; empty: only the days on which no exchange is open."""
    timezone: str = "UTC"
    calendars: tuple[str, ...] = ()
    """Exchanges (MIC): a day on which none of them trades is quiet from its beginning to its end."""
    release: Literal["brief", "drop"] = "brief"
    """`drop`: what came is only recorded."""
    expire_s: float = 64_800.0
    """Held for longer, an alert stands at the foot of the brief."""
    passes: Fitting | None = None
    """What does not wait for their end; None: nothing."""


@dataclass(frozen=True, slots=True)
class DigestTimes:
    """When a receiver that wants digests gets them."""

    at: tuple[str, ...]
    """`HH:MM`, one or more a day."""
    timezone: str = "UTC"
    days: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)
    """0 is Monday."""
    passes: Fitting | None = None
    """What is told at once; None: nothing."""


@dataclass(frozen=True, slots=True)
class Storm:
    """Beyond so many messages in a while, alerts fold."""

    at_most: int = 20
    per_s: float = 60.0
    every_s: float = 60.0
    """How often the folded ones go out."""


@dataclass(frozen=True, slots=True)
class Escalate:
    """Whom to tell when nobody acknowledged in time."""

    after_s: float
    to: tuple[str, ...]
    min_severity: Severity = "info"


@dataclass(frozen=True, slots=True)
class ReceiverPolicy:
    """One configured receiver, as far as deciding is concerned."""

    id: str
    mode: Literal["every", "latest"] = "latest"
    """`latest`: an unsent older message may be skipped (Slack, mail). `every`: each one, in order (webhooks)."""
    min_severity: Severity = "info"
    updates: Literal["material", "none", "all"] = "material"
    """Which later revisions of an alert it is told."""
    expire_s: float = 86_400.0
    """Seconds after which a message that could not be sent is given up."""
    accepts: Literal["public", "internal"] = "internal"
    """`public`: items of internal sources are not for it."""
    desk: str | None = None
    """Items of other desks' sources do not reach it."""
    covered: bool = False
    """It gets a daily line about what was seen for it, so that is counted."""
    leaves: bool = False
    """A machine of others reads its messages: they carry no text whose rights forbid to export it."""
    portfolios: frozenset[str] = frozenset()
    """It is told of these alone; none named: of all that name it."""
    event_types: frozenset[str] = frozenset()
    """It is told of events that report one of these; none named: of all."""
    only: Fitting | None = None
    """A condition that an alert must fulfil to be told here; None: none."""
    cooldown: Cooldown | None = None
    quiet: Quiet | None = None
    digest: DigestTimes | None = None
    storm: Storm | None = None
    group_s: float = 0.0
    """How long an alert waits for others to go out with it; a critical one never does."""
    escalate: Escalate | None = None
    show_weights: Literal["exact", "band", "none"] = "exact"
    note: Literal["off", "facts", "model"] = "facts"
    """What it wants to be told of what an event means."""
    notes_apart: bool = False
    """The note follows the alert as a message of its own, in its thread; else it stands in the alert's."""
    answered: bool = True
    """It is told when an alert that it knows is acknowledged or closed."""
    answers_wait: bool = False
    """A message about an answer disturbs: it waits for the end of quiet hours, and for the next digest."""


def severity_rank(severity: Severity) -> int:
    """Give the place of a severity in the order of loudness, from 0."""
    return SEVERITIES.index(severity)


def loudest(severities: Sequence[Severity]) -> Severity:
    """Give the loudest of at least one severity."""
    return max(severities, key=severity_rank)
