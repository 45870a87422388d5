"""What models answered, kept for a while for all processes: a restart does not ask again what was paid for."""

from __future__ import annotations

from alertd.store.part import Part
from alertd.store.records import checked_member

NAMES = ("answers", "answer_ends")
MOST_ANSWERS = 500
MOST_ANSWER_BYTES = 8 << 20
"""Of all together; what ends first goes first."""
SPARE_MS = 60_000
"""How much longer than the last answer the keys are kept."""


class AnswersPart(Part):
    """`kept_answer`, `keep_answer` and `drop_answer`."""

    async def kept_answer(self, key: str, now: int) -> bytes | None:
        """Give the answer that is kept under a key."""
        raw = await self.link.call("HGET", self.keys("answers"), checked_member(key))
        end, _, answer = (raw or b"0|").partition(b"|")
        return bytes(answer) if end.isdigit() and int(end) > now else None

    async def keep_answer(self, key: str, answer: bytes, now: int, keep_ms: int) -> None:
        """Keep an answer for so long."""
        args = (now, now + keep_ms, MOST_ANSWERS, MOST_ANSWER_BYTES, keep_ms + SPARE_MS)
        await self.link.run("answer", NAMES, checked_member(key), answer, *args)

    async def drop_answer(self, key: str, now: int) -> None:
        """Forget an answer."""
        args = (now, 0, MOST_ANSWERS, MOST_ANSWER_BYTES, 0)
        await self.link.run("answer", NAMES, checked_member(key), b"", *args)
