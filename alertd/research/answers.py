"""Answers that models gave, kept for as long as there is room: the same facts are not paid for twice."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from alertd.research.exchange import ModelReply

MOST: Final = 500
MOST_BYTES: Final = 8 << 20


class Answers:
    """Replies by `exchange.cache_key`; what was not asked for longest goes first. In memory: a restart forgets it."""

    def __init__(self, most: int = MOST, most_bytes: int = MOST_BYTES) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._kept: OrderedDict[bytes, ModelReply] = OrderedDict()
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: bytes) -> ModelReply | None:
        """Give the reply that was kept under this key."""
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def put(self, key: bytes, reply: ModelReply) -> None:
        """Keep a reply."""
        self.drop(key)
        self._kept[key] = reply
        self._bytes += len(reply.text)
        while len(self._kept) > self._most or self._bytes > self._most_bytes:
            _, gone = self._kept.popitem(last=False)
            self._bytes -= len(gone.text)

    def drop(self, key: bytes) -> None:
        """Forget a reply: it turned out to be of no use."""
        if (gone := self._kept.pop(key, None)) is not None:
            self._bytes -= len(gone.text)
