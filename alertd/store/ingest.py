"""From candidates to events: what is new, what is remembered of a source."""

from __future__ import annotations

from collections.abc import Sequence

from alertd.model import Candidate, IngestItem, IngestResult, Known, SourceState
from alertd.store.part import Part
from alertd.store.records import SIGHT_MS, checked_id, from_json, owner_from, to_json, unique

FORGET_AT_ONCE = 1_000
"""Marks' owners forgotten in one poll at most, so that the script stays short."""


def candidate_marks(candidate: Candidate) -> tuple[str, str, str]:
    """Give identity, strong and weak mark. Raises ValueError for one that records could not hold."""
    for mark in (candidate.strong, candidate.weak):
        if mark:
            checked_id(mark, "a mark")
    return checked_id(candidate.identity, "a mark"), candidate.strong, candidate.weak


class IngestPart(Part):
    """`known_marks`, `ingest`, `end_poll` and the states of sources."""

    async def known_marks(self, source: str, marks: Sequence[str]) -> dict[str, Known]:
        """Give the owner of each mark that is known, aliases followed."""
        found = await self._read_marks(source, unique(marks))
        owner_of = {mark: raw[1:].decode() if raw[:1] == b"@" else mark for mark, raw in found.items()}
        absent = [owner for owner in unique(owner_of.values()) if owner not in found]
        records = found | await self._read_marks(source, absent)
        owners = {mark: owner_from(mark, records[mark]) for mark in set(owner_of.values()) if mark in records}
        return {mark: known for mark, owner in owner_of.items() if (known := owners.get(owner))}

    async def _read_marks(self, source: str, marks: Sequence[str]) -> dict[str, bytes]:
        if not marks:
            return {}
        values = await self.link.call("HMGET", self.keys(f"seen:{source}"), *marks)
        return {mark: raw for mark, raw in zip(marks, values, strict=True) if raw is not None}

    async def ingest(self, source: str, items: Sequence[IngestItem], now: int) -> list[IngestResult]:
        """Store new items and revisions, atomically. A repeat answers `known` (or `alias`) and adds nothing."""
        if not items:
            return []
        args: list[str | bytes | int] = [source, now]
        for item in items:
            c = item.candidate
            identity, strong, weak = candidate_marks(c)
            args += [item.verdict, identity, strong, weak, checked_id(c.content_hash, "a hash"), int(c.withdrawn)]
            args += [checked_id(c.event_id, "an event id"), item.alias_of, bytes(c.event)]
        reply = await self.link.run("ingest", ["events", f"seen:{source}", f"sight:{source}"], *args)
        return [
            IngestResult(event_id=event_id.decode(), outcome=outcome.decode(), revision=revision)
            for event_id, outcome, revision in reply[1]
        ]

    async def end_poll(self, source: str, state: SourceState, sighted: Sequence[str], now: int) -> None:
        """Keep what is on the page remembered, forget what was not seen for 14 days, write the state."""
        names = [f"seen:{source}", f"sight:{source}", "sources"]
        cutoff = now - SIGHT_MS
        await self.link.run("end_poll", names, source, to_json(state), now, cutoff, FORGET_AT_ONCE, *unique(sighted))

    async def source_state(self, source: str) -> SourceState | None:
        """Give what is remembered of a source."""
        raw = await self.link.call("HGET", self.keys("sources"), source)
        return None if raw is None else from_json(raw, SourceState, f"the state of {source}")

    async def source_states(self) -> dict[str, SourceState]:
        """Give what is remembered of all sources, removed ones included."""
        flat = await self.link.call("HGETALL", self.keys("sources"))
        names = [name.decode() for name in flat[::2]]
        return {n: from_json(raw, SourceState, f"the state of {n}") for n, raw in zip(names, flat[1::2], strict=True)}

    async def save_source_state(self, state: SourceState) -> None:
        """Write a source's state."""
        await self.link.call("HSET", self.keys("sources"), state.source, to_json(state))
