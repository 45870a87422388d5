"""The state of rules over time: sets of events that are put in and read in one step, and never count twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from alertd.errors import Corrupt
from alertd.model import Observation, Row
from alertd.store.client import Arg
from alertd.store.part import Part
from alertd.store.records import PLACED_MS, checked_member, clean, unique

CHUNK = 200
"""Observations of one call: the server is not blocked for long."""


class StatePart(Part):
    """`observe`."""

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
        return [_rows(flat) for flat in reply[1:]]


def sets_of(observations: Sequence[Observation], event: str, revision: int) -> list[str]:
    """Name the sets that a revision of an event is put into."""
    return unique(one.key for one in observations if (one.event, one.revision) == (event, revision))


def _rows(flat: Sequence[bytes]) -> list[Row]:
    rows = [_row(flat[i].decode("utf-8", "replace"), flat[i + 1]) for i in range(0, len(flat), 2)]
    return sorted(rows, key=lambda row: row.order)


def _row(event: str, raw: bytes) -> Row:
    try:
        revision, at, order, changed, value, length, rest = raw.split(b"|", 6)
        cut = int(length)
        return Row(
            event=event,
            revision=int(revision),
            at_ms=int(at),
            order=int(order),
            changed=int(changed),
            distinct=rest[:cut].decode(),
            value=float(value),
            data=rest[cut:].decode(),
        )
    except ValueError as error:
        raise Corrupt(f"a row of the state does not decode: {error!r}") from error
