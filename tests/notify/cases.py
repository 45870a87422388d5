"""Messages for the tests of this folder."""

from __future__ import annotations

from typing import Any

import msgspec

from alertd.base.clock import parse_rfc3339
from alertd.model import (
    Alert,
    Change,
    Event,
    Evidence,
    Match,
    Message,
    Note,
    NoteGround,
    NoteStatement,
    Notice,
    Story,
    TouchedHolding,
)
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


CLAUSE = "Vega may reclaim the compute under a harm clause."


def note(**changes: Any) -> Note:
    """Make a note: a holding that gains, a risk with the words that it rests on, and what is not stated."""
    start = BODY.index(CLAUSE)
    clause = Evidence(field="body", start=start, end=start + len(CLAUSE), quote=CLAUSE)
    supplies = NoteGround(
        kind="relation", text="NVDA supplies Vega Grid", company="nvda", relation="supplier", of="vega",
        source="its 10-K of 2026",
    )  # fmt: skip
    known = Note(
        event="ev_aaaaaaaaaaaaaaaaaaaaaaaaaa",
        event_revision=1,
        statements=[
            NoteStatement(
                section="winner", text="NVDA supplies Vega Grid (lessor): more may be needed.", grounds=[supplies],
                holding=TouchedHolding(company="nvda", label="NVDA", weight=0.08, impact="good"),
            ),
            NoteStatement(
                section="risk", text="Reclaim right, held by Vega Grid: what was given can be taken back.",
                grounds=[NoteGround(kind="quote", evidence=clause)],
            ),
            NoteStatement(
                section="question", text="How long it runs is not stated.",
                grounds=[NoteGround(kind="number", text="no duration was found")],
            ),
        ],
        none_found=["precedent"],
        horizon_low=3,
        horizon_high=12,
        confidence="medium",
        confidence_why="reported, 1 source",
    )  # fmt: skip
    return msgspec.structs.replace(known, **changes)


def hostile_note(text: str) -> Note:
    """Make a note in which a text stands wherever one can."""
    quote = NoteGround(kind="quote", evidence=Evidence(field="body", start=0, end=9, quote=text))
    others = [NoteGround(kind="relation", text=text, source=text, company=text, of=text)] * 9
    held = TouchedHolding(company=text, label=text, band=text, role=text, path=[text] * 9)
    said = [
        NoteStatement(section=section, text=text, grounds=[quote, *others], holding=held)
        for section in ("implication", "winner", "loser", "exposed", "risk", "contrarian")
    ]  # fmt: skip
    return note(statements=said * 3, by=text, fallback=text, confidence_why=text, dropped=7)


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
