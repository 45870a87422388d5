"""What goes between the pool and its parse workers: frames of 4 bytes of length, big-endian, and msgpack.

    pool -> worker   Order(job, careful, skip, seconds)
    worker -> pool   Ready once; then for each order any number of Starting(position), and one Done, Failed or Raised

The JSON of events travels as bytes, so that the pool's event loop copies it and does not read it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import msgspec

from alertd.model import Candidate, ParsedFeed, Struct
from alertd.sources.events import SourceFacts

HEADER: Final = 4
MAX_FRAME: Final = 256 << 20


class Again(Struct, frozen=True, kw_only=True):
    """What is remembered of a feed that was read before (feed_again.py)."""

    known: list[bytes]
    """The digests of entries that need not be read."""
    unless: str
    """The digest of the page that was taken in last: if it is that one, nothing is read. Empty: there is none."""


class ParseJob(Struct, frozen=True, kw_only=True):
    """One document to parse."""

    type: str
    """Name in the catalog of sources."""
    body: bytes
    content_type: str | None
    base_url: str
    source: SourceFacts
    seen_at_ms: int
    http_date: str | None = None
    again: Again | None = None


class Order(Struct, frozen=True, kw_only=True, tag="order"):
    """A job with how to go about it."""

    job: ParseJob
    seconds: float
    careful: bool = False
    skip: tuple[int, ...] = ()


class Ready(Struct, frozen=True, tag="ready"):
    """The worker has imported everything."""


class Starting(Struct, frozen=True, tag="starting"):
    """The worker is about to look at an entry; said in careful parsing only."""

    position: int


class Done(Struct, frozen=True, kw_only=True, tag="done"):
    """The document is parsed."""

    page: ParsedFeed
    """Its candidates without their events,"""
    events: list[bytes]
    """which are here, in the same order."""


class Failed(Struct, frozen=True, tag="failed"):
    """The document is no feed, in words for a person."""

    text: str


class Raised(Struct, frozen=True, tag="raised"):
    """The parser raised something unforeseen, or ran out of memory."""

    text: str


Answer = Ready | Starting | Done | Failed | Raised

BARE: Final = msgspec.Raw(msgspec.msgpack.encode(None))
"""In place of the JSON of an event."""


@dataclass(frozen=True, slots=True)
class _Codec:
    encoder: msgspec.msgpack.Encoder
    orders: msgspec.msgpack.Decoder[Order]
    answers: msgspec.msgpack.Decoder[Answer]


_CODEC = _Codec(msgspec.msgpack.Encoder(), msgspec.msgpack.Decoder(Order), msgspec.msgpack.Decoder(Answer))


def frame(message: Order | Answer) -> bytes:
    """Write a message with its length in front."""
    data = _CODEC.encoder.encode(message)
    return len(data).to_bytes(HEADER, "big") + data


def length(header: bytes) -> int:
    """Read the length of a frame. Raises ValueError for one that nobody sends."""
    size = int.from_bytes(header, "big")
    if size > MAX_FRAME:
        raise ValueError(f"a frame of {size} bytes")
    return size


def read_order(data: bytes) -> Order:
    """Read an order. Raises msgspec.DecodeError."""
    return _CODEC.orders.decode(data)


def read_answer(data: bytes) -> Answer:
    """Read an answer. Raises msgspec.DecodeError."""
    return _CODEC.answers.decode(data)


def pack(page: ParsedFeed) -> Done:
    """Take the events out of a page."""
    bare = [msgspec.structs.replace(c, event=BARE) for c in page.candidates]
    events = [bytes(c.event) for c in page.candidates]
    return Done(page=msgspec.structs.replace(page, candidates=bare), events=events)


def is_bare(candidate: Candidate) -> bool:
    """Say whether a candidate lacks its event."""
    return bytes(candidate.event) == bytes(BARE)


def unpack(done: Done) -> ParsedFeed:
    """Put the events back into their candidates."""
    full = [
        msgspec.structs.replace(c, event=msgspec.Raw(event))
        for c, event in zip(done.page.candidates, done.events, strict=True)
    ]
    return msgspec.structs.replace(done.page, candidates=full)
