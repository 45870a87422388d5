"""What the projection reads of a record's data: only the fields it keeps, checked, whoever wrote the archive."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct

Count = Annotated[int, Meta(ge=0, le=2**53)]
Id = Annotated[str, Meta(min_length=1, max_length=300)]


class Named(Struct, frozen=True):
    """A company that an event names."""

    id: Id
    name: str = ""
    ticker: str | None = None
    relevance: float = 1.0
    sentiment: float | None = None
    role: str | None = None


class Reported(Struct, frozen=True):
    """An event type that an event reports."""

    type: Id
    confidence: float = 1.0
    status: str = "announced"


class Tone(Struct, frozen=True):
    """Of a whole event."""

    score: float
    confidence: float = 1.0


class InStory(Struct, frozen=True):
    """The story as it was when the event came."""

    id: Id
    novelty: float = 1.0
    sources: Count = 1


class RightsPart(Struct, frozen=True):
    """What limits whom may be told."""

    receivers: list[str] = []


class Proof(Struct, frozen=True):
    """Where an event comes from."""

    classification: str = "public"
    rights: RightsPart | None = None


class EventPart(Struct, frozen=True):
    """An event."""

    id: Id
    source: str = ""
    kind: str = "news"
    revision: Count = 1
    url: str = ""
    language: str = ""
    trust: str = ""
    title: str = ""
    published_at: str | None = None
    published_precision: str | None = None
    accepted_at: str | None = None
    seen_at: str = ""
    event_at: str = ""
    late: bool = False
    baseline: bool = False
    withdrawn: bool = False
    form: str | None = None
    companies: list[Named] = []
    event_types: list[Reported] = []
    sentiment: Tone | None = None
    story: InStory | None = None
    provenance: Proof = Proof()

    @property
    def open(self) -> bool:
        """Whether everybody may be told of it, as its source's rights are."""
        limits = self.provenance
        return limits.classification == "public" and (limits.rights is None or not limits.rights.receivers)


class Held(Struct, frozen=True):
    """A holding that is touched."""

    company: Id
    label: str = ""
    weight: float | None = None
    named: bool = False
    path: list[str] = []


class MatchPart(Struct, frozen=True):
    """A rule that held."""

    portfolio: Id
    rule: Id
    severity: str
    rule_hash: str = ""
    company: str = ""
    experimental: bool = False
    holdings: list[Held] = []


class DecisionPart(Struct, frozen=True):
    """What was decided."""

    portfolio: Id
    alert: str
    alert_revision: Count
    reason: str
    detail: str = ""
    receivers: dict[str, str] = {}


class StoryPart(Struct, frozen=True):
    """Stories that became part of the event's own."""

    id: str = ""
    merged: list[Id] = []


class EventData(Struct, frozen=True):
    """The data of an `event` record."""

    event: EventPart
    matches: list[MatchPart] = []
    decisions: list[DecisionPart] = []
    alerts: list[dict[str, Any]] = []
    desks: dict[str, str | None] = {}
    source_desk: str | None = None
    story: StoryPart | None = None


class RuleOf(Struct, frozen=True):
    """A rule in a card."""

    rule: Id
    title: str = ""


class CardPart(Struct, frozen=True):
    """An alert as the journal carries it (`alerts.rows.card`)."""

    id: Id
    portfolio: Id
    revision: Count
    severity: str
    status: str
    title: str
    first_at: str
    updated_at: str
    desk: str | None = None
    subject: str = ""
    story: str = ""
    sources: Count = 1
    acknowledged_by: str | None = None
    acknowledged_at: str | None = None
    snoozed_until: str | None = None
    merged_into: str | None = None
    useful: Count = 0
    noise: Count = 0
    rules: list[Id] = []
    companies: list[Id] = []
    holdings: list[Held] = []
    matches: list[RuleOf] = []
    changes: list[str] = []
    quotes: list[str] = []


class AnswerData(Struct, frozen=True):
    """The data of an `answer` record, and of a `timer`'s."""

    who: str = ""
    via: str = ""
    portfolio: str = ""
    desk: str | None = None
    note: str = ""
    revision: Count = 0
    receivers: dict[str, str] = {}
    alert: dict[str, Any] | None = None


class DeliveryData(Struct, frozen=True):
    """The data of a `delivery` record."""

    delivery: Id
    receiver: str = ""
    alert: str = ""
    alert_revision: Count = 0
    type: str = ""
    queued_ms: Count = 0
    attempts: Count = 0
    detail: str = ""


class NoteData(Struct, frozen=True):
    """The data of a `note` record: what a model wrote about an alert went out."""

    alert: str = ""
    revision: Count = 0
    receivers: dict[str, str] = {}


class ReleaseData(Struct, frozen=True):
    """The data of a `release` record: held alerts that went out together."""

    receiver: str = ""
    delivery: str | None = None
    members: dict[str, str] = {}
