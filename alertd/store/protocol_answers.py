"""What models answered; a part of `alertd.store.protocol.Store`, as its promises are."""

from __future__ import annotations

from typing import Protocol


class AnswerStore(Protocol):
    """Answers by the hash of what was asked, which all processes share: at most 500, and 8 MiB of them."""

    async def kept_answer(self, key: str, now: int) -> bytes | None:
        """Give the answer that is kept under a key; None where there is none, or its time is over."""

    async def keep_answer(self, key: str, answer: bytes, now: int, keep_ms: int) -> None:
        """Keep an answer for so long, in the place of one before. Those that end first make room. Repeatable."""

    async def drop_answer(self, key: str, now: int) -> None:
        """Forget an answer. Repeatable."""
