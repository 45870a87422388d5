"""Messages for the tests of this folder."""

from __future__ import annotations

from typing import Any

import msgspec

from alertd.base.clock import parse_rfc3339
from alertd.model import Alert, Change, Event, Evidence, Match, Message, Notice, Story
from alertd.notify.protocol import Attempt

NOW = parse_rfc3339("2026-01-12T12:42:04.000Z")
DELIVERY = "dl_aaaaaaaaaaaaaaaaaaaaaaaaaa"

BODY = (
    "Lumen Labs said on Monday it has rented the whole machine. Vega Grid leases its Orion supercomputer to Lumen "
    "Labs for $3 to 4 billion a year. Vega may reclaim the compute under a harm clause."
)


def event(**changes: Any) -> Event:
    """Make the compute lease, seen seven seconds after it was published."""
    known = Event(
        id="ev_aaaaaaaaaaaaaaaaaaaaaaaaaa",
        source="example-wire",
        trust="high",
        title="Vega Grid leases its Orion supercomputer to Lumen Labs for $3-4bn a year",
        body=BODY,
        url="https://news.example.com/orion?a=1&b=2",
        published_at="2026-01-12T12:41:56.000Z",
        published_precision="second",
        seen_at="2026-01-12T12:42:03.000Z",
        event_at="2026-01-12T12:41:56.000Z",
        story=Story(id="st_aaaaaaaaaaaaaaaaaaaaaaaaaa"),
    )
    return msgspec.structs.replace(known, **changes)


def match(**changes: Any) -> Match:
    """Make a match in title and body."""
    start = BODY.index("leases")
    known = Match(
        rule="big-compute-lease",
        rule_hash="h",
        portfolio="ai-infrastructure",
        event="ev_aaaaaaaaaaaaaaaaaaaaaaaaaa",
        event_revision=1,
        severity="high",
        title="Compute lease of half a billion a year or more",
        evidence=[
            Evidence(field="title", start=10, end=16, quote="leases"),
            Evidence(field="body", start=start, end=start + 6, quote="leases"),
        ],
    )
    return msgspec.structs.replace(known, **changes)


def alert(**changes: Any) -> Alert:
    """Make the alert about the lease."""
    known = Alert(
        id="al_aaaaaaaaaaaaaaaaaaaaaaaaaa",
        revision=1,
        portfolio="ai-infrastructure",
        subject="st_aaaaaaaaaaaaaaaaaaaaaaaaaa",
        severity="high",
        title=event().title,
        matches=[match()],
        story="st_aaaaaaaaaaaaaaaaaaaaaaaaaa",
        first_at="2026-01-12T12:42:03.500Z",
        updated_at="2026-01-12T12:42:03.500Z",
    )
    return msgspec.structs.replace(known, **changes)


def message(**changes: Any) -> Message:
    """Make the message that tells a receiver about the lease."""
    known = Message(
        type="alert.fired",
        delivery=DELIVERY,
        receiver="ai-desk",
        at="2026-01-12T12:42:03.600Z",
        alert=alert(),
        event=event(),
        portfolio_title="AI infrastructure",
        timezone="America/New_York",
        reason="first",
        dispatched_by="alertd test",
    )
    return msgspec.structs.replace(known, **changes)


def correction() -> Message:
    """Make the message about a corrected headline."""
    changed = Change(
        at="2026-01-12T12:43:00.000Z",
        revision=2,
        event="ev_aaaaaaaaaaaaaaaaaaaaaaaaaa",
        event_revision=2,
        reason="update_material",
        text="The source corrected the amount.",
    )
    return message(
        type="alert.updated",
        alert=alert(revision=2, changes=[changed]),
        event=event(revision=2, revision_reason="correction"),
    )


def notice() -> Message:
    """Make a notice for the operator."""
    said = Notice(
        kind="source_failing", subject="prwire", text="prwire failed 5 times: HTTP 503", at="2026-01-12T12:42:00.000Z"
    )
    return Message(type="notice", delivery=DELIVERY, receiver="ops", at=said.at, notice=said)


def attempt(number: int = 1, **changes: Any) -> Attempt:
    """Make an attempt at the delivery of these tests."""
    return msgspec.structs.replace(Attempt(delivery_id=DELIVERY, number=number, in_doubt=False, now=NOW), **changes)
