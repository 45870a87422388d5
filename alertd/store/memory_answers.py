"""What models answered, in memory."""

from __future__ import annotations

from alertd.store.answers import MOST_ANSWER_BYTES, MOST_ANSWERS
from alertd.store.records import checked_member


class MemoryAnswers:
    """`kept_answer`, `keep_answer` and `drop_answer`, as Redis does them."""

    _kept_answers: dict[str, tuple[int, bytes]]
    """Key -> its end, and the answer."""

    async def kept_answer(self, key: str, now: int) -> bytes | None:
        """Give the answer that is kept under a key."""
        end, answer = self._kept_answers.get(checked_member(key), (0, b""))
        return answer if end > now else None

    async def keep_answer(self, key: str, answer: bytes, now: int, keep_ms: int) -> None:
        """Keep an answer for so long."""
        self._kept_answers[checked_member(key)] = (now + keep_ms, answer)
        self._trim(now)

    async def drop_answer(self, key: str, now: int) -> None:
        """Forget an answer."""
        self._kept_answers.pop(checked_member(key), None)
        self._trim(now)

    def _trim(self, now: int) -> None:
        kept = self._kept_answers
        for key in sorted(kept, key=lambda one: (kept[one][0], one)):
            size = sum(len(f"{end}|") + len(answer) for end, answer in kept.values())
            if kept[key][0] > now and len(kept) <= MOST_ANSWERS and size <= MOST_ANSWER_BYTES:
                return
            del kept[key]
