"""What the life of an alert asks of a store: silences, marks, counters, windows of held alerts, timers, feedback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import structlog
from msgspec.structs import replace

from alertd.base.clock import rfc3339
from alertd.errors import Corrupt
from alertd.model import Hold, JournalRecord, NewDelivery, Silence, Timer, Told, Window
from alertd.store.alerts import delivery_args, delivery_names
from alertd.store.effects import checked_name, lane_line, silence_end, timer_of, window_of
from alertd.store.part import BATCH, Part
from alertd.store.records import FEEDBACK_MS, PART_MS, checked_id, from_json, pairs, record_ids, to_json, unique

if TYPE_CHECKING:
    from alertd.store.client import Arg

T = TypeVar("T")
log = structlog.get_logger(__name__)

LATER_MS = 3_600_000
"""How long a window is left alone in which nothing can be read, so that it keeps no others waiting."""
STATE = "#"
"""The field of the silences that names the state they are in (scripts/silence.lua)."""


class LifePart(Part):
    """All of `alertd.store.protocol_life.LifeStore` but `alerts`."""

    _silences: tuple[bytes, list[tuple[Silence, int]]] = (b"", [])
    """The state of the silences that was read last, and these with their ends, in the order of their ids."""

    async def silences(self, now: int) -> list[Silence]:
        """Give the silences that are not over, in the order of their ids."""
        state = await self.link.call("HGET", self.keys("silences"), STATE) or b""
        if state != self._silences[0]:
            fields = pairs(await self.link.call("HGETALL", self.keys("silences")))
            state = fields.pop(STATE, b"")
            found = [self._silence(name, fields[name]) for name in sorted(fields)]
            self._silences = (state, [pair for pair in found if pair is not None])
        return [silence for silence, end in self._silences[1] if end > now]

    async def put_silence(self, silence: Silence, record: JournalRecord, now: int) -> None:
        """Write a silence, new or changed, with its line of the journal."""
        end, ids = silence_end(silence), record_ids(record)
        names = ["silences", "silence_ends", "journal", *(f"trace:{i}" for i in ids)]
        written = self.written_record(f"silences:{silence.id}", silence)
        await self.link.run("silence", names, silence.id, written, end, to_json(record), *ids)

    def _silence(self, name: str, raw: bytes) -> tuple[Silence, int] | None:
        """Read a silence with its end; None for one that cannot be read: alerts are told then."""
        try:
            silence = self.read_record(f"silences:{name}", raw, Silence, f"silence {name}")
            return silence, silence_end(silence)
        except (Corrupt, ValueError) as error:
            log.error("silence_unreadable", silence=name, error=str(error))
            return None

    async def marks(self, names: Sequence[str], now: int) -> dict[str, tuple[str, int]]:
        """Give value and end (ms) of the cooldown marks that are there and not over."""
        wanted = unique(names)
        if not wanted:
            return {}
        raws = await self.link.call("HMGET", self.keys("marks"), *wanted)
        found = [(name, *_mark(raw)) for name, raw in zip(wanted, raws, strict=True) if raw]
        return {name: (value, end) for name, value, end in found if end > now}

    async def counted(self, names: Sequence[str]) -> dict[str, int]:
        """Give counters; 0 for one that is not there."""
        wanted = unique(names)
        if not wanted:
            return {}
        values = await self.link.call("HMGET", self.keys("counters"), *wanted)
        return {name: int(value or 0) for name, value in zip(wanted, values, strict=True)}

    async def windows(self, now: int, limit: int) -> list[Window]:
        """Give the windows that are over and have alerts in them, the one that ended first first."""
        return await self._sized(await self._over("windows", now, limit, lambda name, _: window_of(name)))

    async def waiting_in(self, receivers: Sequence[str]) -> list[Window]:
        """Give the windows of receivers, also those that are not over."""
        found = [window_of(name.decode()) for name in await self.link.call("ZRANGE", self.keys("windows"), 0, -1)]
        return await self._sized([window for window in found if window and window.receiver in receivers])

    async def _sized(self, windows: Sequence[Window]) -> list[Window]:
        """Say of windows what does not stand in their names."""
        if not windows:
            return []
        sizes: list[Sequence[Arg]] = [["HLEN", self.keys(f"held:{window.name}")] for window in windows]
        parts = ["HMGET", self.keys("parts"), *(window.name for window in windows)]
        counted, *members = await self.link.pipeline([parts, *sizes])
        rows = zip(windows, counted, members, strict=True)
        return [replace(window, part=int(part or 0), members=size) for window, part, size in rows if size]

    async def _over(self, index: str, now: int, limit: int, read: Callable[[str, int], T | None]) -> list[T]:
        """Give what is due in a sorted set, the oldest first; a name of a later version keeps no others waiting."""
        found: list[T] = []
        seen = 0
        while len(found) < limit:
            due = ("ZRANGEBYSCORE", self.keys(index), "-inf", now, "WITHSCORES", "LIMIT", seen, limit)
            flat = await self.link.call(*due)
            rows = [read(flat[i].decode(), int(float(flat[i + 1]))) for i in range(0, len(flat), 2)]
            found += [row for row in rows if row is not None]
            seen += len(rows)
            if len(rows) < limit:
                break
        return found[:limit] if limit > 0 else []

    async def held(self, window: str) -> list[Hold]:
        """Give what waits in a window, by alert. One that cannot be read is left out and stays there."""
        found, unreadable = {}, 0
        async for alert, raw in self._scan(f"held:{window}"):
            try:
                found[alert] = _hold(alert, raw)
            except Corrupt as error:
                log.error("hold_unreadable", window=window, alert=alert, error=str(error))
                unreadable += 1
        if unreadable and not found:
            await self.link.call("ZADD", self.keys("windows"), "XX", "GT", self.clock() + LATER_MS, window)
        return [found[alert] for alert in sorted(found)]

    async def _scan(self, name: str) -> AsyncIterator[tuple[str, bytes]]:
        """Give the fields of a hash, some more than once, in portions: there may be ten thousand, of 4 kB each."""
        cursor = b"0"
        while True:
            cursor, flat = await self.link.call("HSCAN", self.keys(name), cursor, "COUNT", BATCH)
            for i in range(0, len(flat), 2):
                yield flat[i].decode("utf-8", "replace"), flat[i + 1]
            if cursor == b"0":
                return
            await asyncio.sleep(0)

    async def release(
        self,
        window: str,
        members: Sequence[Hold],
        deliveries: Sequence[NewDelivery],
        record: JournalRecord,
        now: int,
        *,
        lanes: Mapping[str, Told] | None = None,
        timers: Sequence[Timer] = (),
        part: int = -1,
        versions: Mapping[str, int] | None = None,
    ) -> bool:
        """Take members out of a window, queue the messages about them and journal it, all or nothing."""
        ids, told = record_ids(record), lanes or {}
        names = [f"held:{window}", "windows", "parts", "part_ends", *delivery_names(deliveries)]
        names += ["timers"] if timers else []
        names += [*(f"trace:{i}" for i in ids), *(f"alert:{checked_id(alert, 'an alert id')}" for alert in told)]
        counts = (len(ids), len(members), len(told), len(timers))
        args: list[Arg] = [window, now, rfc3339(now), now + PART_MS, to_json(record), *counts, part, *ids]
        args += [part for hold in members for part in (hold.item.alert, hold.version)]
        read = versions or {}
        args += [part for a, lane in told.items() for part in (a, lane_line(window, lane), read.get(a, ""))]
        args += [part for timer in timers for part in (checked_name(timer.name), timer.due_ms)]
        reply = await self.link.run("release", names, *args, *delivery_args(deliveries, now))
        return bool(reply[0] == b"ok")

    async def timers_due(self, now: int, limit: int) -> list[Timer]:
        """Give the timers whose time has come, the oldest first. They stay until a commit cancels them."""
        return await self._over("timers", now, limit, timer_of)

    async def claim_notes(self, now: int, until_ms: int, limit: int) -> list[str]:
        """Give alerts whose note a model is to write, to nobody else until then. They stay until a commit ends it."""
        reply = await self.link.run("note_claim", ["note_due"], now, until_ms, limit)
        return [alert.decode() for alert in reply[1]]

    async def put_off_note(self, alert: str, due_ms: int) -> None:
        """Say when a note is tried again."""
        await self.link.call("ZADD", self.keys("note_due"), "XX", due_ms, checked_id(alert, "an alert id"))

    async def drop_note(self, alert: str) -> None:
        """Forget a note whose alert is gone."""
        await self.link.call("ZREM", self.keys("note_due"), checked_id(alert, "an alert id"))

    async def drop_timer(self, name: str, due_ms: int) -> None:
        """Forget a timer whose alert is not there any more, unless it was set anew meanwhile."""
        await self.link.run("drop_timer", ["timers"], checked_name(name), due_ms)

    async def note_feedback(self, portfolio: str, alert: str, data: dict[str, Any], now: int) -> None:
        """Remember what people think of an alert, by the portfolio's identity, for 400 days; the last word counts."""
        names = [f"feedback:{checked_id(portfolio, 'a portfolio')}", "feedback_ends"]
        args = (portfolio, checked_id(alert, "an alert id"), to_json(data), now + FEEDBACK_MS)
        await self.link.run("feedback", names, *args)

    async def feedback(self, portfolios: Sequence[str]) -> dict[str, dict[str, dict[str, Any]]]:
        """Give portfolio -> alert -> what was remembered."""
        found: dict[str, dict[str, dict[str, Any]]] = {}
        for portfolio in unique(portfolios):
            said = {alert: raw async for alert, raw in self._scan(f"feedback:{portfolio}")}
            found[portfolio] = {
                alert: from_json(said[alert], dict[str, Any], f"feedback on {alert}") for alert in sorted(said)
            }
        return found


def _mark(raw: bytes) -> tuple[str, int]:
    end, _, value = raw.decode("utf-8", "replace").partition("|")
    return value, int(end) if end.isdecimal() else 0


def _hold(alert: str, raw: bytes) -> Hold:
    version, _, text = raw.partition(b"|")
    hold = from_json(text, Hold, f"what is held of {alert}")
    if hold.item.alert != alert or not version.isdigit():
        raise Corrupt(f"what is held of {alert} is of {hold.item.alert}, of version {version!r}")
    return replace(hold, version=int(version))
