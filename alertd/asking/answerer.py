"""The process that answers what is asked apart (`asking/apart.py`): a question comes in, what came of it goes out.

It lives as long as whoever asks, and remembers what it read until settings or rules change. The I/O process forks it
at its start, or runs it as `python -m alertd.asking.answerer`.
"""

from __future__ import annotations

import asyncio
import os
import pickle
from collections.abc import Callable
from functools import partial
from typing import BinaryIO

import structlog

from alertd import telemetry
from alertd.asking.apart import PATIENCE_S, Came
from alertd.asking.room import Room
from alertd.base.apart import answer_all, answer_over
from alertd.base.clock import follow_clock
from alertd.errors import AlertdError

NICE = 10
SPARE_S = 30
"""It ends itself only where whoever asks has not."""

log = structlog.get_logger(__name__)


class Answerer:
    """Answers by the room that the last question was about."""

    def __init__(self) -> None:
        self._scope = b""
        self._room: Room | None = None

    async def came(self, order: bytes) -> bytes:
        """Give what comes of a question."""
        scope, question = pickle.loads(order)  # noqa: S301  from whoever started us
        try:
            came = Came(answer=await question.answer(await self._about(scope)))
        except (AlertdError, ValueError) as error:
            came = Came(error=error)
        except Exception:
            log.exception("question_failed", question=type(question).__name__)
            came = Came(error=RuntimeError(f"{type(question).__name__} failed"))
        return pickle.dumps(came)

    async def aclose(self) -> None:
        """Leave what was read."""
        if self._room is not None:
            await self._room.aclose()

    async def _about(self, scope: bytes) -> Room:
        if self._room is None or scope != self._scope:
            await self.aclose()
            self._scope, self._room = scope, Room(pickle.loads(scope))  # noqa: S301  as above
        return self._room


def born_to_answer(asked: BinaryIO, told: BinaryIO) -> None:
    """Answer in a forked process until nobody asks any more."""
    _answering(partial(answer_over, asked, told))


def main() -> None:
    """Answer until nobody asks any more."""
    _answering(answer_all)


def _answering(answer: Callable[[Callable[[bytes], bytes], int], None]) -> None:
    os.nice(NICE)
    follow_clock(os.environ)
    telemetry.configure_logging("warning")
    answerer = Answerer()
    with asyncio.Runner() as runner:
        answer(lambda order: runner.run(answerer.came(order)), int(PATIENCE_S) + SPARE_S)
        runner.run(answerer.aclose())


if __name__ == "__main__":
    main()
