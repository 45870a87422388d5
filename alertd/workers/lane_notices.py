"""What the operator hears about one receiver. Each kind at most once an hour or a day: a hundred dead letters are one
piece of news."""

from __future__ import annotations

from alertd.workers.notices import Notices

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


class LaneNotices:
    """Tells the operator's other receivers about the trouble of this one."""

    def __init__(self, receiver: str, notices: Notices) -> None:
        self._receiver = receiver
        self._notices = notices

    async def dead_letter(self, error: str, now: int) -> None:
        """Say that a message will never be delivered."""
        text = f"A message to {self._receiver} could not be delivered: {error}. See: alertd dead"
        await self._tell("dead_letter", text, now // HOUR_MS)

    async def expired(self, now: int) -> None:
        """Say that a message ran out of time."""
        text = f"A message to {self._receiver} ran out of time before it could be sent. See: alertd why"
        await self._tell("delivery_expired", text, now // HOUR_MS)

    async def gone(self, error: str, now: int) -> None:
        """Say that the receiver itself is no more."""
        text = (
            f"Receiver {self._receiver} is gone: {error}. What waits for it is kept until it expires, and one "
            "message an hour asks again; correct the receiver and reload"
        )
        await self._tell("receiver_gone", text, now // DAY_MS)

    async def failing(self, failures: int, error: str, now: int) -> None:
        """Say that the circuit breaker opened."""
        text = f"Receiver {self._receiver} has failed {failures} times in a row: {error}"
        await self._tell("receiver_failing", text, now)

    async def healed(self, since: int, now: int) -> None:
        """Say that it takes messages again; to itself as well."""
        text = f"Receiver {self._receiver} takes messages again after {(now - since) // 1000} s."
        await self._notices.tell("receiver_healed", self._receiver, text, str(since))

    async def _tell(self, kind: str, text: str, episode: int) -> None:
        await self._notices.tell(kind, self._receiver, text, str(episode), skip=self._receiver)
