"""The stream of events and its one consumer group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import structlog
from msgspec.structs import replace
from redis import exceptions

from alertd.base.beyond import kept
from alertd.base.clock import parse_rfc3339, rfc3339
from alertd.errors import AlertdError, Corrupt, StoreUnavailable
from alertd.model import JournalRecord, StreamEvent
from alertd.store.keys import GROUP
from alertd.store.part import Part
from alertd.store.records import clean, dead_event_from, opened_event, pairs, record_ids, to_json
from alertd.store.standings import TALLY_S, tally_name
from alertd.store.translate import error_code
from alertd.store.types import Backlog, DeadEvent, PendingEvent

if TYPE_CHECKING:
    from alertd.store.client import Arg

log = structlog.get_logger(__name__)

ADOPTED = 1_000
"""At most so many are looked at: in the stream there is little that was handed out."""
LONG = 1 << 20
"""Bytes of records that are sent in one go; what has been written is not held up by more."""
COUNTED_MS = 600_000
"""Between two counts at most, for the difference to be a loss."""


class EventsPart(Part):
    """Reading, claiming, finishing and burying events."""

    async def read_events(self, consumer: str, count: int, block_ms: int) -> list[StreamEvent]:
        """Hand out new events; 0 does not wait. Must not be cancelled. Undecodable ones are buried, not given."""
        wait = ("BLOCK", block_ms) if block_ms else ()
        command = ("XREADGROUP", "GROUP", GROUP, consumer, "COUNT", count, *wait, "STREAMS", self.keys("events"), ">")
        try:
            reply = await self.link.block(block_ms, *command)
        except StoreUnavailable as error:
            await self._restore_group(error)
            return []
        entries = reply[0][1] if reply else []
        events = [await self._open(stream_id.decode(), pairs(flat or []), 1) for stream_id, flat in entries]
        return [event for event in events if event]

    async def pending(self, consumer: str | None, min_idle_ms: int, count: int) -> list[PendingEvent]:
        """List what was handed out (to one consumer or to all) and not finished, oldest first."""
        who = () if consumer is None else (consumer,)
        command = ("XPENDING", self.keys("events"), GROUP, "IDLE", min_idle_ms, "-", "+", count, *who)
        try:
            rows = await self.link.call(*command)
        except StoreUnavailable as error:
            await self._restore_group(error)
            return []
        return [
            PendingEvent(stream_id=entry.decode(), consumer=owner.decode(), deliveries=times, idle_ms=idle)
            for entry, owner, idle, times in rows
        ]

    async def claim_event(self, consumer: str, stream_id: str, min_idle_ms: int) -> StreamEvent | None:
        """Take over one pending event, which raises its count. None: not idle for so long, finished, or deleted."""
        try:
            reply = await self.link.run("claim_event", ["events"], GROUP, consumer, min_idle_ms, stream_id)
        except StoreUnavailable as error:
            await self._restore_group(error)
            return None
        if reply[0] == b"gone":
            log.error("pending_event_was_deleted", stream_id=stream_id)
            return None
        if reply[0] == b"no":
            return None
        return await self._open(stream_id, pairs(reply[2]), reply[1])

    async def _open(self, stream_id: str, fields: dict[str, bytes], deliveries: int) -> StreamEvent | None:
        try:
            event, rest = opened_event(fields)
            self.rests.note(f"event:{stream_id}", 0, rest)
            identity = fields.get("m", b"").decode()
            return StreamEvent(stream_id=stream_id, event=event, identity=identity, deliveries=deliveries)
        except Corrupt as error:
            log.error("event_corrupt", stream_id=stream_id, error=str(error))
            await self.bury_event(stream_id, f"corrupt: {error}", self.clock())
            return None

    async def _restore_group(self, error: StoreUnavailable) -> None:
        """Make the group again if that is what is missing (FLUSHALL, an old snapshot restored); else raise.

        From 0, so that nothing in the stream is passed over (crash point C20).
        """
        if not isinstance(error.__cause__, exceptions.RedisError) or error_code(error.__cause__) != "NOGROUP":
            raise error
        log.error("consumer_group_was_missing", group=GROUP)
        try:
            await self.link.call("XGROUP", "CREATE", self.keys("events"), GROUP, "0", "MKSTREAM")
        except Exception as second:
            # another process was quicker
            if "BUSYGROUP" not in str(second):
                raise

    async def finish_event(
        self, stream_id: str, record: JournalRecord, counts: Mapping[str, int] | None = None
    ) -> bool:
        """Journal what became of an event and take it out of the stream. False: it was out already."""
        (finished,) = await self.finish_events([(stream_id, record, counts or {})])
        if isinstance(finished, AlertdError):
            raise finished
        return finished

    async def finish_events(
        self, ended: Sequence[tuple[str, JournalRecord, Mapping[str, int]]]
    ) -> list[bool | AlertdError]:
        """Do so with several in one go, but that long ones go apart; of each whether it was, or why not."""
        found: list[bool | AlertdError] = []
        waiting: list[tuple[list[str], list[Arg]]] = []
        size = 0
        for number, one in enumerate(ended, 1):
            names, args = self._ending(*one)
            waiting.append((names, args))
            size += sum(len(arg) for arg in args if isinstance(arg, bytes))
            if size >= LONG or number == len(ended):
                replies = await self.link.run_each("finish_event", waiting)
                found += [reply if isinstance(reply, AlertdError) else reply[0] == b"ok" for reply in replies]
                waiting, size = [], 0
        for (stream_id, _, _), done in zip(ended, found, strict=True):
            if not isinstance(done, AlertdError):
                self.rests.forget(f"event:{stream_id}")
        return found

    def _ending(
        self, stream_id: str, record: JournalRecord, counts: Mapping[str, int]
    ) -> tuple[list[str], list[Arg]]:
        """Give the keys and arguments with which an event is finished."""
        ids = record_ids(record)
        tally = tally_name(parse_rfc3339(record.at)) if counts else ""
        names = ["events", "flow", "journal", *(f"trace:{i}" for i in ids), *([tally] if tally else [])]
        counted = [part for pair in counts.items() for part in pair]
        rest = self.rests.of(f"event:{stream_id}", 0)
        if rest is not None:
            record = replace(record, data=record.data | {"event": kept(rest, record.data.get("event"))})
        return names, [GROUP, stream_id, to_json(record), tally, TALLY_S, len(counted), *counted, *ids]

    async def bury_event(self, stream_id: str, reason: str, now: int) -> bool:
        """Set an event aside as a dead letter. False: it was out already."""
        names = ["events", "flow", "dead_events", "journal"]
        args = (GROUP, stream_id, clean(reason), now, rfc3339(now))
        reply = await self.link.run("bury_event", names, *args)
        return bool(reply[0] == b"ok")

    async def adopt_events(self, consumer: str) -> int:
        """Take over what was handed out and is pending with nobody, as pending under our name; gives how many."""
        reply = await self.link.run("adopt", ["events"], GROUP, consumer, ADOPTED)
        return int(reply[1])

    async def count_missing(self, now: int) -> int:
        """Count the events that something else took out of the stream since the last time: they are lost."""
        reply = await self.link.run("missing", ["events", "flow"], now, COUNTED_MS)
        return int(reply[1])

    async def dead_events(self, count: int) -> list[DeadEvent]:
        """Give the newest dead events, newest first."""
        rows: list[Any] = await self.link.call("XREVRANGE", self.keys("dead_events"), "+", "-", "COUNT", count)
        return [dead_event_from(entry.decode(), pairs(flat)) for entry, flat in rows]

    async def backlog(self) -> Backlog:
        """Say how much there is to do."""
        stream = self.keys("events")
        # XINFO GROUPS answers for a stream without our group too, where XPENDING would be an error
        length, first = await self.link.pipeline([["XLEN", stream], ["XRANGE", stream, "-", "+", "COUNT", 1]])
        groups = await self.link.call("XINFO", "GROUPS", stream) if length else []
        pending = sum(pairs_any(g)["pending"] for g in groups if pairs_any(g)["name"] == GROUP.encode())
        oldest = int(first[0][0].split(b"-")[0]) if first else None
        return Backlog(events=length, pending=pending, oldest_ms=oldest)


def pairs_any(flat: list[Any]) -> dict[str, Any]:
    """Make a mapping of a RESP2 reply whose values are of any type."""
    return {flat[i].decode(): flat[i + 1] for i in range(0, len(flat), 2)}
