"""Reading everything once, in bounded batches, while others work: events, their marks, the journal, alerts.

Nothing is changed. What moves between two reads is seen twice or not at all: who judges looks again
(`alertd.history.verify`).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import msgspec

from alertd.base.clock import machine_ms, parse_rfc3339
from alertd.errors import Corrupt
from alertd.model import Known, StoredAlert, Struct
from alertd.store.alerts import AlertsPart
from alertd.store.audit_facts import AlertFact, LineFact, MarkFact, StreamFact
from alertd.store.journal import TRIMMED
from alertd.store.records import owner_from, pairs

UNREADABLE = -1
"""Revision of an event whose mark cannot be read."""
AT_ONCE = 200
"""Records that are read at once."""
BYTES = 1 << 20
"""Of entries of a stream that are read at once, about."""
ALERTS = 50
KEPT_MS = 13 * 86_400_000
TRACED_MS = 29 * 86_400_000
"""A delivery younger than that has a record, or a trace in the journal (they are kept 30 days)."""


class _Ids(Struct, frozen=True, kw_only=True):
    id: str = ""
    revision: int = 0


class _Line(Struct, frozen=True, kw_only=True):
    kind: str
    reason: str = ""
    data: msgspec.Raw = msgspec.Raw(b"{}")


class _EventData(Struct, frozen=True, kw_only=True):
    event: _Ids


class _BuriedData(Struct, frozen=True, kw_only=True):
    event: str = ""


class _DeliveryData(Struct, frozen=True, kw_only=True):
    delivery: str = ""


class AuditPart(AlertsPart):
    """`audit_sources` to `audit_alerts`."""

    async def audit_sources(self) -> list[str]:
        """Name the sources that ever showed something."""
        return sorted(name.decode() for name in await self.link.call("HKEYS", self.keys("sources")))

    async def audit_marks(self, source: str) -> AsyncIterator[list[MarkFact]]:
        """Give the events that a source has shown."""
        async for fields in self._scan_all("HSCAN", f"seen:{source}"):
            owners = [_owner(mark, raw) for mark, raw in fields if raw[:1] == b"i"]
            found = [owner for owner in owners if owner is not None]
            if found:
                marks = [owner.identity for owner in found]
                scores = await self.link.call("ZMSCORE", self.keys(f"sight:{source}"), *marks)
                yield [
                    MarkFact(source=source, event=owner.event_id, revision=owner.revision, seen_ms=_ms(score))
                    for owner, score in zip(found, scores, strict=True)
                ]

    async def audit_stream(self) -> AsyncIterator[list[StreamFact]]:
        """Give the events that wait to be matched, or are being."""
        async for rows in self._entries("events", ""):
            facts = []
            for stream_id, flat in rows:
                fields = pairs(flat)
                facts.append(
                    StreamFact(
                        stream_id=stream_id,
                        event=fields.get("i", b"").decode("utf-8", "replace"),
                        revision=int(number) if (number := fields.get("r", b"")).isdigit() else 0,
                        stored_ms=int(stream_id.partition("-")[0]),
                    )
                )
            yield facts

    async def audit_journal(self, after: str) -> AsyncIterator[list[LineFact]]:
        """Give what the journal ends, behind an id (empty: from its start)."""
        async for rows in self._entries("journal", after):
            yield [_line(entry, flat[1]) for entry, flat in rows]

    async def journal_whole(self, now: int) -> bool:
        """Tell whether nothing was ever dropped from the journal.

        Versions that did not take that down dropped what was older than two weeks.
        """
        dropped, oldest = await self.link.pipeline(
            [
                ["HEXISTS", self.keys("meta"), TRIMMED],
                ["XRANGE", self.keys("journal"), "-", "+", "COUNT", 1],
            ]
        )
        return not dropped and (not oldest or int(oldest[0][0].partition(b"-")[0]) > machine_ms(now) - KEPT_MS)

    async def created_ms(self) -> int | None:
        """Say when this store began; None where a version made it that did not take that down."""
        raw = await self.link.call("HGET", self.keys("meta"), "created")
        return None if raw is None else int(raw)

    async def traced(self, ids: list[str]) -> set[str]:
        """Say of ids which the journal had something to say about within the last 30 days."""
        found: set[str] = set()
        for start in range(0, len(ids), AT_ONCE):
            some = ids[start : start + AT_ONCE]
            there = await self.link.pipeline([["EXISTS", self.keys(f"trace:{one}")] for one in some])
            found |= {one for one, exists in zip(some, there, strict=True) if exists}
        return found

    async def audit_alerts(self, since_ms: int, now: int) -> AsyncIterator[list[AlertFact]]:
        """Give the alerts that changed since then."""
        async for rows in self._scan_all("ZSCAN", "alerts"):
            scored = [(name, int(float(raw))) for name, raw in rows]
            recent = [(name, at) for name, at in scored if at >= since_ms]
            for start in range(0, len(recent), ALERTS):
                yield await self._alert_facts(dict(recent[start : start + ALERTS]), now)

    async def _alert_facts(self, changed: dict[str, int], now: int) -> list[AlertFact]:
        stored = await self._readable(list(changed))
        sent: dict[str, list[str]] = {}
        held: dict[str, list[str]] = {}
        for name, one in stored.items():
            state = one.state
            if state is None:
                continue
            if parse_rfc3339(state.alert.first_at) > now - TRACED_MS:
                named = [d for folded in state.folded for d in folded.decision.receivers.values()]
                sent[name] = [delivery for delivery in named if delivery.startswith("dl_")]
            held[name] = [lane.held for lane in state.told.values() if lane.held]
        lost = await self._without_record([delivery for some in sent.values() for delivery in some])
        asked = [(name, window) for name, windows in held.items() for window in windows]
        there = await self.link.pipeline([["HEXISTS", self.keys(f"held:{w}"), name] for name, w in asked])
        gone = {pair for pair, exists in zip(asked, there, strict=True) if not exists}
        return [
            AlertFact(
                id=name,
                there=name in stored and (stored[name].version > 0 or stored[name].state is not None),
                changed_ms=at,
                deliveries=[delivery for delivery in sent.get(name, []) if delivery in lost],
                holds=[window for window in held.get(name, []) if (name, window) in gone],
            )
            for name, at in changed.items()
        ]

    async def _readable(self, ids: list[str]) -> dict[str, StoredAlert]:
        """Load alerts, without those that cannot be read."""
        try:
            return await self.load_alerts(ids)
        except Corrupt:
            found: dict[str, StoredAlert] = {}
            for one in ids:
                with suppress(Corrupt):
                    found |= await self.load_alerts([one])
            return found

    async def _without_record(self, ids: list[str]) -> set[str]:
        if not ids:
            return set()
        there = await self.link.pipeline([["HEXISTS", self.keys("deliveries"), one] for one in ids])
        missing = [one for one, exists in zip(ids, there, strict=True) if not exists]
        return set(missing) - await self.traced(missing)

    async def _scan_all(self, command: str, name: str) -> AsyncIterator[list[tuple[str, bytes]]]:
        """Give the fields of a hash, or the members of a sorted set with their scores; some more than once."""
        cursor = b"0"
        while True:
            cursor, flat = await self.link.call(command, self.keys(name), cursor, "COUNT", AT_ONCE)
            if flat:
                yield [(flat[i].decode("utf-8", "replace"), flat[i + 1]) for i in range(0, len(flat), 2)]
            if cursor == b"0":
                return
            await asyncio.sleep(0)

    async def _entries(self, name: str, after: str) -> AsyncIterator[list[tuple[str, Any]]]:
        """Give the entries that a stream has by now: few at once where they are large, as the journal's may be.

        What is added meanwhile is left out, or a busy stream would have no end.
        """
        newest = await self.link.call("XREVRANGE", self.keys(name), "+", "-", "COUNT", 1)
        until = newest[0][0].decode() if newest else "0"
        count = AT_ONCE
        while True:
            start = f"({after}" if after else "-"
            rows = await self.link.call("XRANGE", self.keys(name), start, until, "COUNT", count)
            if not rows:
                return
            yield [(entry.decode(), flat) for entry, flat in rows]
            after = rows[-1][0].decode()
            size = sum(len(part) for _, flat in rows for part in flat) // len(rows) + 1
            count = max(1, min(AT_ONCE, BYTES // size))
            await asyncio.sleep(0)


def _owner(mark: str, raw: bytes) -> Known | None:
    """Read a mark; one that cannot be read is that of an event which is named after it, of a revision below all."""
    try:
        return owner_from(mark, raw)
    except ValueError:
        return Known(identity=mark, event_id=f"mark:{mark}", revision=UNREADABLE, hashes=[])


def _ms(score: bytes | None) -> int | None:
    return None if score is None else int(float(score))


def _line(journal_id: str, raw: bytes) -> LineFact:
    try:
        line = msgspec.json.decode(raw, type=_Line)
        if line.kind == "event":
            of = msgspec.json.decode(line.data, type=_EventData).event
            return LineFact(journal_id=journal_id, kind="event", event=of.id, revision=of.revision)
        if line.kind == "dead_event":
            buried = msgspec.json.decode(line.data, type=_BuriedData).event
            return LineFact(journal_id=journal_id, kind="dead_event", event=buried)
        if line.kind == "delivery":
            delivery = msgspec.json.decode(line.data, type=_DeliveryData).delivery
            return LineFact(journal_id=journal_id, kind="delivery", reason=line.reason, delivery=delivery)
        return LineFact(journal_id=journal_id, kind=line.kind, reason=line.reason)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return LineFact(journal_id=journal_id, kind="")
