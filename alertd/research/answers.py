"""Answers that models gave, kept for as long as there is room: the same facts are not paid for twice.

    this process    in memory, what was not asked for longest goes first
    all processes   in the store, for a day, so that neither a restart nor a second process asks again

In the store there is nothing of an event whose source does not let its text be kept so long: an answer may quote it.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Final, Protocol

import msgspec
import structlog

from alertd.errors import StoreUnavailable
from alertd.research.exchange import ModelReply

log = structlog.get_logger(__name__)

MOST: Final = 500
MOST_BYTES: Final = 8 << 20
KEEP_S: Final = 86_400
"""How long the store keeps an answer: a note that comes ten minutes after its alert is asked for no more."""
MOST_TEXT: Final = 65_536
"""Bytes of an answer that the store keeps; what is longer is no draft."""


class AnswerStore(Protocol):
    """Where all processes keep answers (`store.protocol_answers`). Each method may raise StoreUnavailable."""

    async def kept_answer(self, key: str, now: int) -> bytes | None:
        """Give the answer that is kept under a key."""
        ...

    async def keep_answer(self, key: str, answer: bytes, now: int, keep_ms: int) -> None:
        """Keep an answer for so long."""
        ...

    async def drop_answer(self, key: str, now: int) -> None:
        """Forget an answer."""
        ...


class _Kept(msgspec.Struct, frozen=True, array_like=True):
    text: bytes
    input_tokens: int
    output_tokens: int


class Answers:
    """Replies by `exchange.cache_key`. May be shared by several who ask."""

    def __init__(self, store: AnswerStore | None = None, most: int = MOST, most_bytes: int = MOST_BYTES) -> None:
        """Without a store a restart forgets them."""
        self._store = store
        self._most = most
        self._most_bytes = most_bytes
        self._kept: OrderedDict[bytes, ModelReply] = OrderedDict()
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._kept)

    async def get(self, key: bytes, now: int) -> ModelReply | None:
        """Give the reply that was kept under this key. `now` in ms. Raises StoreUnavailable."""
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
            return found
        raw = await self._store.kept_answer(key.hex(), now) if self._store is not None else None
        if raw is None or (found := _read(raw)) is None:
            return None
        self.put(key, found)
        return found

    def put(self, key: bytes, reply: ModelReply) -> None:
        """Keep a reply in this process."""
        self._forget(key)
        self._kept[key] = reply
        self._bytes += len(reply.text)
        while len(self._kept) > self._most or self._bytes > self._most_bytes:
            _, gone = self._kept.popitem(last=False)
            self._bytes -= len(gone.text)

    async def share(self, key: bytes, reply: ModelReply, now: int) -> None:
        """Keep a reply for all processes; where the store is away, it is not."""
        if self._store is None or len(reply.text) > MOST_TEXT:
            return
        kept = msgspec.msgpack.encode(_Kept(reply.text, reply.input_tokens, reply.output_tokens))
        try:
            await self._store.keep_answer(key.hex(), kept, now, KEEP_S * 1000)
        except StoreUnavailable as error:
            log.info("answer_not_kept", error=str(error))

    async def drop(self, key: bytes, now: int) -> None:
        """Forget a reply: it turned out to be of no use."""
        self._forget(key)
        if self._store is None:
            return
        try:
            await self._store.drop_answer(key.hex(), now)
        except StoreUnavailable as error:
            log.info("answer_not_dropped", error=str(error))

    def _forget(self, key: bytes) -> None:
        if (gone := self._kept.pop(key, None)) is not None:
            self._bytes -= len(gone.text)


def _read(raw: bytes) -> ModelReply | None:
    """Read what the store has; what cannot be read was not kept."""
    try:
        kept = msgspec.msgpack.decode(raw, type=_Kept)
    except (msgspec.DecodeError, ValueError):
        return None
    return ModelReply(text=kept.text, input_tokens=kept.input_tokens, output_tokens=kept.output_tokens)
