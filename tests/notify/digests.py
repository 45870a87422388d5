"""Digests for the tests of this folder."""

from __future__ import annotations

from typing import Any

import msgspec

from alertd.model import Digest, DigestItem, Message, TouchedHolding
from tests.notify.cases import DELIVERY


def item(**changes: Any) -> DigestItem:
    """Make an alert that waited since 02:14 in New York."""
    known = DigestItem(
        alert="al_aaaaaaaaaaaaaaaaaaaaaaaaaa",
        revision=1,
        portfolio="ai-infrastructure",
        portfolio_title="AI infrastructure",
        severity="high",
        title="Vega Grid leases its Orion supercomputer to Lumen Labs for $3-4bn a year",
        url="https://news.example.com/orion?a=1&b=2",
        source="example-wire",
        first_at="2026-01-12T07:14:03.000Z",
        updated_at="2026-01-12T07:14:03.000Z",
        since="2026-01-12T07:14:03.000Z",
        holdings=[
            TouchedHolding(company="vega", label="Vega Grid", weight=0.02, named=True, role="lessor"),
            TouchedHolding(company="nvda", label="NVDA", weight=0.08, path=["supplies Vega Grid"]),
        ],
        rules=["Compute lease of half a billion a year or more"],
        reason="quiet_until",
    )
    return msgspec.structs.replace(known, **changes)


def digest(**changes: Any) -> Digest:
    """Make the brief of a night: three alerts are listed, four are counted, one expired."""
    known = Digest(
        kind="brief",
        since="2026-01-12T03:00:00.000Z",
        until="2026-01-12T11:30:00.000Z",
        items=[
            item(),
            item(
                title="Regulator opens an inquiry into VRT",
                status="acknowledged",
                url="",
                first_at="2026-01-11T20:00:00.000Z",
                news=["severity medium → high", "also reported by second-wire"],
            ),
            item(title="Lumen Labs hires a treasurer", severity="low", holdings=[]),
        ],
        counts={"high": 2, "medium": 4, "low": 1},
        more=4,
        expired=[item(title="Trading in Lumen Labs halted for an hour", reason="expired")],
    )
    return msgspec.structs.replace(known, **changes)


def brief(made: Digest | None = None, **changes: Any) -> Message:
    """Make the message that brings a digest."""
    known = Message(
        type="digest",
        delivery=DELIVERY,
        receiver="pm-mail",
        at="2026-01-12T12:42:03.600Z",
        digest=made or digest(),
        portfolio_title="AI infrastructure",
        timezone="America/New_York",
    )
    return msgspec.structs.replace(known, **changes)
