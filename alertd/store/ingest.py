"""From candidates to events: what is new, what is remembered of a source."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from alertd.base.clock import Clock
from alertd.base.ids import mark
from alertd.base.secrets import marked_query
from alertd.errors import StoreWentBack
from alertd.model import Candidate, IngestItem, IngestResult, Known, SourceState
from alertd.store.keys import FETCH_NAMES
from alertd.store.part import Part
from alertd.store.records import SIGHT_MS, TEXT_WAIT_MS, checked_id, owner_from, unique

if TYPE_CHECKING:
    from alertd.store.client import Arg, Link

FORGET_AT_ONCE = 1_000
"""Marks' owners forgotten in one poll at most, so that the script stays short."""


def candidate_marks(candidate: Candidate) -> tuple[str, str, str]:
    """Give identity, strong and weak mark. Raises ValueError for one that records could not hold."""
    for other in (candidate.strong, candidate.weak):
        if other:
            checked_id(other, "a mark")
    return checked_id(candidate.identity, "a mark"), candidate.strong, candidate.weak


def title_mark(candidate: Candidate) -> str:
    """Give the mark of a title; case and white space do not make another one."""
    return mark("title", " ".join(candidate.title.casefold().split()))


class IngestPart(Part):
    """`known_marks`, `ingest`, `end_poll` and the states of sources."""

    def __init__(self, link: Link, clock: Clock) -> None:
        super().__init__(link, clock)
        self._kept: dict[str, tuple[str, str]] = {}
        """Source -> digests of the state that was written last, and of the one that was tried since."""

    async def known_marks(self, source: str, marks: Sequence[str]) -> dict[str, Known]:
        """Give the owner of each mark that is known, aliases followed."""
        if not marks:
            return {}
        reply = await self.link.run("known", [f"seen:{source}", f"sight:{source}"], source, _joined(marks))
        owners = {name: owner_from(name.decode(), record) for name, record in _by_two(reply[1])}
        return {name.decode(): known for name, owner in _by_two(reply[2]) if (known := owners[owner])}

    async def ingest(self, source: str, items: Sequence[IngestItem], now: int) -> list[IngestResult]:
        """Store new items and revisions, atomically. A repeat answers `known` (or `alias`) and adds nothing."""
        if not items:
            return []
        args: list[str | bytes | int] = [source, now, now + TEXT_WAIT_MS]
        for item in items:
            c = item.candidate
            identity, strong, weak = candidate_marks(c)
            args += [item.verdict, identity, strong, weak, checked_id(c.content_hash, "a hash"), int(c.withdrawn)]
            args += [checked_id(c.event_id, "an event id"), item.alias_of, title_mark(c), c.fetch]
            args.append(bytes(c.event))
        names = ["events", "flow", f"seen:{source}", f"sight:{source}", *FETCH_NAMES]
        reply = await self.link.run("ingest", names, *args)
        return [
            IngestResult(event_id=event_id.decode(), outcome=outcome.decode(), revision=revision)
            for event_id, outcome, revision in reply[1]
        ]

    async def end_poll(self, source: str, state: SourceState, sighted: Sequence[str], now: int) -> None:
        """Keep what is on the page remembered, forget what was not seen for 14 days, write the state.

        Raises StoreWentBack where another state stands there than this process wrote last.
        """
        names = [f"seen:{source}", f"sight:{source}", "sources"]
        cutoff = now - SIGHT_MS
        written = self.written_record(f"sources:{source}", state)
        args = (source, written, now, cutoff, FORGET_AT_ONCE, _joined(sighted))
        await self._keep("end_poll", names, source, written, *args)

    async def _keep(self, name: str, names: Sequence[str], source: str, written: bytes, *args: Arg) -> None:
        """Write a source's state over the one that was written last, by this process. Raises StoreWentBack."""
        before, digest = self._kept.get(source), hashlib.sha1(written, usedforsecurity=False).hexdigest()
        if before is not None:
            self._kept[source] = (before[0], digest)  # it may be taken though the reply is lost
        reply = await self.link.run(name, names, *args, ",".join((*before, digest)) if before else "")
        if reply[0] == b"other":
            del self._kept[source]
            raise StoreWentBack(f"what is remembered of {source} is not what was written last")
        self._kept[source] = (digest, digest)

    def trust_state(self, source: str) -> None:
        """Take the state that stands there for the newest: it was read just now."""
        self._kept.pop(source, None)

    async def source_state(self, source: str) -> SourceState | None:
        """Give what is remembered of a source."""
        raw = await self.link.call("HGET", self.keys("sources"), source)
        if raw is None:
            return None
        return _without_keys(self.read_record(f"sources:{source}", raw, SourceState, f"the state of {source}"))

    async def source_states(self) -> dict[str, SourceState]:
        """Give what is remembered of all sources, removed ones included."""
        found = await self.hash_of("sources", SourceState, "the state of")
        return {source: _without_keys(state) for source, state in found.items()}

    async def save_source_state(self, state: SourceState) -> None:
        """Write a source's state. Raises StoreWentBack."""
        written = self.written_record(f"sources:{state.source}", state)
        await self._keep("save_source", ["sources"], state.source, written, state.source, written)


def _without_keys(state: SourceState) -> SourceState:
    """Give a state without the queries of its addresses, which were written down once: keys stand there."""
    url, validators_url = marked_query(state.url), marked_query(state.validators_url)
    if (url, validators_url) == (state.url, state.validators_url):
        return state
    return msgspec.structs.replace(state, url=url, validators_url=validators_url)


def _joined(marks: Sequence[str]) -> str:
    """Write marks as one argument; one with a comma cannot be a mark that is known."""
    return ",".join(name for name in unique(marks) if "," not in name)


def _by_two(flat: list[bytes]) -> Iterator[tuple[bytes, bytes]]:
    return zip(flat[::2], flat[1::2], strict=True)
