"""What goes between the pool and its parse workers: frames of 4 bytes of length, big-endian, and msgpack.

    pool -> worker   Order(job, careful, skip, seconds)
    worker -> pool   Ready once; then for each order any number of Starting(position), and one Done, Failed or Raised

The JSON of events travels as bytes, so that the pool's event loop copies it and does not read it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import msgspec

from alertd.model import ParsedFeed, Struct
from alertd.sources.events import SourceFacts

HEADER: Final = 4
MAX_FRAME: Final = 256 << 20


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

_EMPTY = msgspec.Raw(msgspec.msgpack.encode(None))


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
    bare = [msgspec.structs.replace(c, event=_EMPTY) for c in page.candidates]
    events = [bytes(c.event) for c in page.candidates]
    return Done(page=msgspec.structs.replace(page, candidates=bare), events=events)


def unpack(done: Done) -> ParsedFeed:
    """Put the events back into their candidates."""
    full = [
        msgspec.structs.replace(c, event=msgspec.Raw(event))
        for c, event in zip(done.page.candidates, done.events, strict=True)
    ]
    return msgspec.structs.replace(done.page, candidates=full)
