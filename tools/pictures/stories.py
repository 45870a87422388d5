"""The messages that are pictured: the seed story as the shipped rules understand it, what follows, and a brief."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from alertd import __version__
from alertd.alerts.armed import armed
from alertd.alerts.policy import loudest
from alertd.asking.events import EventReader
from alertd.base.clock import parse_rfc3339, rfc3339
from alertd.base.ids import alert_id, delivery_id
from alertd.enrich.enricher import Enricher
from alertd.model import Alert, Digest, DigestItem, Event, Match, Message, MessageType, Note, Story, TouchedHolding
from alertd.pipeline.noting import note_on
from alertd.research.study import Study
from alertd.rules.loader import load_rules
from alertd.rules.match import Matcher
from alertd.ruletests.stream import Stream

SENT = parse_rfc3339("2026-01-12T12:42:04.000Z")
_SEED = Path(__file__).parent / "seed.json"
_RULES = Path(__file__).parents[2] / "rules"
_PORTFOLIO = "ai-infrastructure"
_HELD = "2026-01-12T11:30:00Z"
"""As if the positions had come in a file of that morning; those that alertd ships are of no day."""


def understood() -> tuple[Event, list[Match], list[str], Note | None]:
    """Read the seed story, match it against the rules that alertd ships, say what they wait for next and what it
    means.
    """
    loaded = load_rules(_RULES)
    matcher = Matcher(loaded.book, understanding=Enricher.of(loaded.book.event_types, loaded.table))
    with Stream(matcher) as stream:
        taken = stream.take(EventReader.of(loaded).read(_SEED.read_bytes()))
    event = replace(taken.event, story=Story(id="st_" + "s" * 26))
    matches = [replace(match, held_as_of=_HELD) for match in taken.matches if match.portfolio == _PORTFOLIO]
    watching = next(portfolio for portfolio in loaded.book.portfolios if portfolio.id == _PORTFOLIO)
    note = note_on(Study(event), watching, matcher.worlds.of(watching.desk), (), {}, rfc3339(SENT - 500))
    return event, matches, armed(watching, event, matches), note


def seed(kind: MessageType = "alert.fired", *, noted: bool = False) -> Message:
    """Make the message about the seed story: the first, an update that a second source brings, or the note alone.

    `noted`: the message carries the note, as those of receivers without threads do.
    """
    event, matches, waits, note = understood()
    alert = Alert(
        id=alert_id(_PORTFOLIO, "st_seed"),
        revision=1,
        portfolio=_PORTFOLIO,
        subject="st_seed",
        severity=loudest([match.severity for match in matches]),
        title=event.title,
        first_title=event.title,
        matches=matches,
        story="st_seed",
        first_at=rfc3339(SENT - 500),
        updated_at=rfc3339(SENT - 500),
        armed=waits,
        note=note if noted or kind == "note" else None,
    )
    first = Message(
        type="alert.fired",
        delivery=delivery_id("pm-mail", alert.id, 1),
        receiver="pm-mail",
        at=rfc3339(SENT - 400),
        alert=alert,
        event=event,
        portfolio_title="AI infrastructure",
        timezone="America/New_York",
        reason="first",
        dispatched_by=f"alertd {__version__}",
    )
    if kind != "alert.updated":
        return replace(first, type=kind)
    second = replace(
        event, source="second-wire", story=Story(id="st_" + "s" * 26, sources=2, position=2, novelty=0.75)
    )
    return replace(
        first,
        type="alert.updated",
        delivery=delivery_id("pm-mail", alert.id, 2),
        alert=replace(alert, revision=2),
        event=second,
        news=["also reported by second-wire (2 independent sources)"],
        loud=False,
        told_before=True,
    )


def brief() -> Message:
    """Make the brief of a night."""
    event, matches, _, _ = understood()
    held = matches[0].holdings

    def item(severity: str, title: str, first: str, **changes: object) -> DigestItem:
        made = DigestItem(
            alert=alert_id(_PORTFOLIO, title),
            revision=1,
            portfolio=_PORTFOLIO,
            portfolio_title="AI infrastructure",
            severity=severity,  # type: ignore[arg-type]
            title=title,
            url=event.url,
            source="example-wire",
            first_at=first,
            updated_at=first,
            since=first,
            holdings=[],
            reason="quiet_until",
        )
        return replace(made, **changes)

    nvda = TouchedHolding(company="nvda", label="NVDA", weight=0.08, named=True)
    vrt = TouchedHolding(company="vrt", label="VRT", weight=0.035, named=True)
    items = [
        item("critical", event.title, "2026-01-12T07:14:03.000Z", holdings=held),
        item(
            "high",
            "Regulator opens inquiry into liquid cooling contracts, Vertiv named",
            "2026-01-12T05:02:40.000Z",
            holdings=[vrt],
            news=["also reported by second-wire (2 independent sources)", "new: penalty of up to $90m"],
            status="acknowledged",
        ),
        item(
            "medium", "NVIDIA supplier raises price of memory by a tenth", "2026-01-12T09:40:00.000Z", holdings=[nvda]
        ),
        item("low", "Oracle to open a data centre in Ohio", "2026-01-12T10:12:00.000Z"),
    ]
    old = item(
        "medium", "Trading in Anet Industries halted for an hour", "2026-01-11T20:15:00.000Z", reason="expired"
    )
    digest = Digest(
        kind="brief",
        since="2026-01-12T03:00:00.000Z",
        until="2026-01-12T11:30:00.000Z",
        items=items,
        counts={"critical": 1, "high": 1, "medium": 3, "low": 2},
        more=3,
        expired=[old],
    )
    return Message(
        type="digest",
        delivery=delivery_id("pm-mail", "brief", 1),
        receiver="pm-mail",
        at="2026-01-12T11:30:01.000Z",
        digest=digest,
        portfolio_title="AI infrastructure",
        timezone="America/New_York",
        dispatched_by=f"alertd {__version__}",
    )
