"""The journal, and the traces that find in it what concerns one id."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import sys
from collections.abc import Callable
from typing import Any

import msgspec

from alertd.errors import Corrupt, StoreUnavailable
from alertd.model import JournalRecord, NewerRecord
from alertd.store.part import Part
from alertd.store.records import ONCE_S, from_json, record_ids, to_json

TRIMMED = "trimmed"
"""Field of `meta` that says before which id records were dropped, once some were."""
TRACED = 1_000
"""Records that a trace has at most (`journal.lua`)."""
TRACED_AT_ONCE = 20
"""Records of it that are asked for at once: some have megabytes."""
ALL = sys.maxsize
TRIM_AT_ONCE = 1_000
"""Records that one command drops at most; several nodes of a stream, which is dropped by whole nodes."""


_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])

Instead = Callable[[str, str], JournalRecord]
"""Gives what to read in place of a record that does not decode, from its id and what is wrong with it."""


TURN_BYTES = 262_144
"""Of records that are decoded before others get their turn."""


def next_id(journal_id: str) -> str:
    """Give the least id behind another; empty for none."""
    ms, _, number = journal_id.partition("-")
    return f"{ms}-{int(number or 0) + 1}" if journal_id else ""


def once_name(once: str) -> str:
    """Name the key of a `once` mark; the caller's text may be long or hold anything."""
    return hashlib.sha256(once.encode("utf-8", "surrogatepass")).hexdigest()[:32] if once else ""


class JournalPart(Part):
    """Writing, tracing, reading on and trimming."""

    async def journal(self, record: JournalRecord, once: str = "", behind: str = "") -> bool:
        """Write a record; under a `once` key a single time in 24 hours (False: it was)."""
        ids, mark = record_ids(record), once_name(once)
        names = ["journal", *(f"trace:{i}" for i in ids), *([f"once:{mark}"] if mark else [])]
        reply = await self.link.run("journal_once", names, to_json(record), mark, ONCE_S, next_id(behind), *ids)
        return bool(reply[0] == b"ok")

    async def trace(self, id: str, most: int = TRACED, enough: int = ALL) -> list[tuple[str, JournalRecord]]:
        """Give the newest records that concern an id, at most 1,000, oldest first; of older ones none where the newer
        have `enough` bytes.
        """
        entries = await self.link.call("LRANGE", self.keys(f"trace:{id}"), -most, -1)
        found, size, turn = list[tuple[str, JournalRecord]](), 0, 0
        while entries and size < enough:
            entries, part = entries[:-TRACED_AT_ONCE], entries[-TRACED_AT_ONCE:]
            rows = await self.link.pipeline([["XRANGE", self.keys("journal"), e, e] for e in part])
            for row in reversed(rows):
                if not row or size >= enough:
                    continue  # the journal was trimmed
                found.append(_record(row[0]))
                size += len(row[0][1][1])
                if size - turn > TURN_BYTES:
                    turn = size
                    await asyncio.sleep(0)
        return found[::-1]

    async def read_journal(
        self, after_id: str, count: int, block_ms: int, *, instead: Instead | None = None
    ) -> list[tuple[str, JournalRecord]]:
        """Give the records behind an id ("" = from the start, "$" = those to come)."""
        wait = ("BLOCK", block_ms) if block_ms else ()
        command = ("XREAD", "COUNT", count, *wait, "STREAMS", self.keys("journal"), after_id or "0")
        reply = await self.link.block(block_ms, *command)
        found, size = [], 0
        for row in reply[0][1] if reply else []:
            found.append(_record(row, instead))
            size += len(row[1][1])
            if size > TURN_BYTES:  # the record of an event that concerned a thousand portfolios has megabytes
                size = 0
                await asyncio.sleep(0)
        return found

    async def journal_end(self) -> str:
        """Give the id of the newest record, to read on from; "0" if there is none."""
        newest = await self.link.call("XREVRANGE", self.keys("journal"), "+", "-", "COUNT", 1)
        return str(newest[0][0].decode()) if newest else "0"

    async def journal_start(self) -> str:
        """Give the id of the oldest record that is there; "0" if there is none."""
        oldest = await self.link.call("XRANGE", self.keys("journal"), "-", "+", "COUNT", 1)
        return str(oldest[0][0].decode()) if oldest else "0"

    async def trim_journal(self, older_than_ms: int) -> int:
        """Drop the records from before a time; gives how many."""
        first = f"{older_than_ms}-0"
        trim = ("XTRIM", self.keys("journal"), "MINID")
        dropped = 0
        # A day's journal in one command would block Redis. Only with `~` is there a limit; it leaves what lies in
        # one node of the stream with newer records, which the last command takes.
        while found := int(await self.link.call(*trim, "~", first, "LIMIT", TRIM_AT_ONCE)):
            dropped += found
        dropped += int(await self.link.call(*trim, "=", first))
        if dropped:
            with contextlib.suppress(StoreUnavailable):  # memory is full, which is why room is made
                await self.link.call("HSET", self.keys("meta"), TRIMMED, first)
        return dropped


def _read(raw: bytes, what: str) -> JournalRecord:
    """Read a record with all its fields; more than these can only be a newer version's. Raises Corrupt."""
    record = from_json(raw, JournalRecord, what)
    more = _fields.decode(raw).keys() - JournalRecord.__struct_fields__
    if not more:
        return record
    written = msgspec.json.decode(raw, type=dict[str, Any])
    return NewerRecord(**msgspec.structs.asdict(record), beyond={name: written[name] for name in sorted(more)})


def _record(row: Any, instead: Instead | None = None) -> tuple[str, JournalRecord]:
    entry, fields = row
    name = entry.decode()
    try:
        return name, _read(fields[1], f"journal record {name}")
    except Corrupt as error:
        if instead is None:
            raise
        return name, instead(name, str(error))
