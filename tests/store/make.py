"""Records for the store's tests, as short as they can be."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from alertd.base.clock import rfc3339
from alertd.model import (
    Alert,
    AlertState,
    Candidate,
    DigestItem,
    DigestKind,
    Event,
    Hold,
    IngestItem,
    JournalRecord,
    Lane,
    Message,
    NewDelivery,
    Silence,
    SourceState,
    event_to_json,
)

NOW = 1_767_225_600_000
FAR = NOW + 30 * 86_400_000


def candidate(name: str, text: str = "one", *, withdrawn: bool = False, **fields: Any) -> Candidate:
    """An entry called `name` that says `text`; what follows a `~` is in its body alone."""
    event_id = f"ev_{name}"
    event = Event(id=event_id, source="wire", title=f"{name} says {text.partition('~')[0]}", **fields)
    return Candidate(
        position=0,
        event_id=event_id,
        identity=f"id-{name}",
        strong=f"s-{name}-{text}",
        weak=f"w-{name}-{text}",
        content_hash=f"h-{text}",
        withdrawn=withdrawn,
        title=event.title,
        published_ms=None,
        event=msgspec.Raw(event_to_json(event)),
    )


def new(name: str, text: str = "one", *, fetch: str = "", **fields: Any) -> IngestItem:
    """A candidate found new; `fetch`: where its text is."""
    return IngestItem(candidate=replace(candidate(name, text, **fields), fetch=fetch), verdict="new")


def baseline(name: str, text: str = "one", *, fetch: str = "") -> IngestItem:
    """A candidate that was there at the first poll."""
    return IngestItem(candidate=replace(candidate(name, text), fetch=fetch), verdict="baseline")


def alias(name: str, of: str, text: str = "one") -> IngestItem:
    """A candidate found to be another's."""
    return IngestItem(candidate=candidate(name, text), verdict="alias", alias_of=f"id-{of}")


def source_state(**fields: Any) -> SourceState:
    """The state of the source `wire`."""
    return SourceState(source="wire", **fields)


def alert(alert_id: str = "al_1", revision: int = 1) -> Alert:
    """An alert."""
    return Alert(
        id=alert_id,
        revision=revision,
        portfolio="ai",
        subject="st_1",
        severity="high",
        title="Vega Grid leases Orion: €1bn a year",
        matches=[],
        story="st_1",
        first_at="2026-01-01T00:00:00.000Z",
        updated_at="2026-01-01T00:00:00.000Z",
    )


def state(revision: int = 1) -> AlertState:
    """What the store keeps of an alert."""
    return AlertState(alert=alert(revision=revision))


def delivery(
    name: str,
    receiver: str = "desk",
    *,
    lane: Lane = "normal",
    mode: Literal["every", "latest"] = "every",
    chain: str = "al_1",
    due: int = NOW,
    expires: int = FAR,
    behind: str = "",
) -> NewDelivery:
    """A delivery to queue."""
    delivery_id = f"dl_{name}"
    message = Message(type="alert.fired", delivery=delivery_id, receiver=receiver, at="now", alert=alert())
    return NewDelivery(
        id=delivery_id,
        receiver=receiver,
        lane=lane,
        mode=mode,
        chain=chain,
        due_ms=due,
        expires_ms=expires,
        message=message,
        behind=behind,
    )


def record(*ids: str, reason: str = "first", **data: Any) -> JournalRecord:
    """A line of the journal."""
    return JournalRecord(kind="event", at="2026-01-01T00:00:00.000Z", ids=list(ids), reason=reason, data=data)


def hold(
    alert_id: str = "al_1",
    receiver: str = "desk",
    *,
    kind: DigestKind = "brief",
    portfolio: str = "",
    until: int = NOW + 100,
    revision: int = 1,
    message: NewDelivery | None = None,
) -> Hold:
    """An alert put off."""
    item = DigestItem(
        alert=alert_id,
        revision=revision,
        portfolio="ai",
        severity="high",
        title="Vega Grid leases Orion: €1bn a year",
        first_at="2026-01-01T00:00:00.000Z",
        updated_at="2026-01-01T00:00:00.000Z",
        since="2026-01-01T00:00:00.000Z",
        reason="quiet_until",
    )
    return Hold(
        receiver=receiver,
        kind=kind,
        portfolio=portfolio,
        until_ms=until,
        since_ms=NOW,
        expires_ms=FAR,
        item=item,
        message=message,
    )


def silence(name: str = "a", *, ends: int = FAR, reason: str = "planned outage") -> Silence:
    """A silence of everything."""
    return Silence(
        id=f"si_{name}",
        author="jd",
        reason=reason,
        created_at=rfc3339(NOW),
        starts_at=rfc3339(NOW),
        ends_at=rfc3339(ends),
    )
