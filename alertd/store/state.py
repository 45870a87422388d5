"""The state of rules over time: sets of events that are put in and read in one step, and never count twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec
import structlog

from alertd.model import Observation, Row, Version
from alertd.store.part import Part
from alertd.store.records import PLACED_MS, checked_member, clean, unique

if TYPE_CHECKING:
    from alertd.store.client import Arg

CHUNK = 200
"""Observations of one call: the server is not blocked for long."""

_EARLIER = b"~"
"""Stands before an event's id for what it was before it changed."""
_earlier = msgspec.json.Decoder(list[tuple[str, str, str, str]])
log = structlog.get_logger(__name__)


class StatePart(Part):
    """`observe` and `remembered`."""

    async def observe(
        self, observations: Sequence[Observation], now: int, *, revised: Mapping[str, int] | None = None
    ) -> list[list[Row]]:
        """Put events into their sets and give the rows of each set that is read."""
        told = dict(revised or {})
        rows: list[list[Row]] = []
        for start in range(0, max(len(observations), bool(told)), CHUNK):
            part = observations[start : start + CHUNK]
            rows += await self._observe(part, observations, now, told)
            told = {}  # what an event is no longer in is undone first, before anything is put in
        return rows

    async def remembered(self, sets: Sequence[str]) -> list[list[Row]]:
        """Give the rows of sets as they are."""
        keys = [self.keys(f"rows:{checked_member(name)}") for name in sets]
        found = await self.link.pipeline([["HGETALL", key] for key in keys]) if keys else []
        return [_rows(reply, name) for reply, name in zip(found, sets, strict=True)]

    async def _observe(
        self, part: Sequence[Observation], whole: Sequence[Observation], now: int, revised: Mapping[str, int]
    ) -> list[list[Row]]:
        names = ["states"]
        args: list[Arg] = [now, PLACED_MS, len(revised)]
        for event, revision in revised.items():
            sets = sets_of(whole, event, revision)
            names.append(f"placed:{checked_member(event)}")
            args += [event, revision, len(sets), *sets]
        for one in part:
            names += [f"rows:{one.key}", f"times:{one.key}", f"placed:{checked_member(one.event)}"]
            distinct, data = clean(one.distinct), clean(one.data)
            args += [checked_member(one.key), one.event, one.revision, one.at_ms, distinct, repr(one.value), data]
            args += [one.keep_ms, one.most, int(one.read)]
        reply = await self.link.run("observe", names, *args)
        return [_rows(flat, one.key) for flat, one in zip(reply[1:], part, strict=True)]


def sets_of(observations: Sequence[Observation], event: str, revision: int) -> list[str]:
    """Name the sets that a revision of an event is put into."""
    return unique(one.key for one in observations if (one.event, one.revision) == (event, revision))


def _rows(flat: Sequence[bytes], key: str) -> list[Row]:
    """Read a set. A row that cannot be read is left out: it must not keep all others from being of use."""
    fields = {flat[i]: flat[i + 1] for i in range(0, len(flat), 2)}
    rows = []
    for name, raw in fields.items():
        if name.startswith(_EARLIER):
            continue
        try:
            rows.append(_row(name.decode(), raw, fields.get(_EARLIER + name, b"[]")))
        except (ValueError, msgspec.DecodeError) as error:
            log.warning("state_row_unreadable", set=key, event_id=name.decode("utf-8", "replace"), error=repr(error))
    return sorted(rows, key=lambda row: row.order)


def _row(event: str, raw: bytes, earlier: bytes) -> Row:
    revision, at, order, changed, value, rest = raw.split(b"|", 5)
    now = _version(order, at, value, rest)
    return Row(
        event=event,
        revision=int(revision),
        at_ms=now.at_ms,
        order=now.order,
        changed=int(changed),
        distinct=now.distinct,
        value=now.value,
        data=now.data,
        earlier=[_version(o, t, v, r.encode()) for o, t, v, r in _earlier.decode(earlier)],
    )


def _version(order: bytes | str, at: bytes | str, value: bytes | str, rest: bytes) -> Version:
    length, rest = rest.split(b"|", 1)
    cut = int(length)
    return Version(
        order=int(order), at_ms=int(at), value=float(value), distinct=rest[:cut].decode(), data=rest[cut:].decode()
    )
