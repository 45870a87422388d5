"""Somebody who pushes: each batch again and again until it is answered with 202. Only what got its 202 is published.

No page shows again what was pushed: what the store loses of it is lost.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
from collections import Counter, deque
from collections.abc import Callable, Sequence
from typing import Any

import aiohttp

from tests.faults.feeds import Feeds
from tests.support.daemon import Daemon

INBOX = "inbox"
TOKEN = "the-token-of-the-inbox-of-a-world"
MOST = 50
"""Items of a batch."""
AGAIN_S = 0.2
ANSWER_S = 60.0


class Pushes:
    """Pushes to whoever has an inbox just then, in turn."""

    def __init__(self, feeds: Feeds, doors: Callable[[], Sequence[str]]) -> None:
        """`doors`: the addresses at which there is one, such as `127.0.0.1:8321`."""
        self.settings: dict[str, Any] = {"id": INBOX, "type": "push", "token": TOKEN}
        self.answers: Counter[str] = Counter()
        """What became of the tries: a status, or the name of an error."""
        self.wrong: list[str] = []
        """Answers that nothing explains: only 202 and 503 are to be expected."""
        self._feeds = feeds
        self._doors = doors
        self._turn = 0
        self._waiting: deque[dict[str, str]] = deque()
        self._more = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def offer(self, count: int) -> None:
        """Push so many new items, as soon as somebody takes them."""
        for token, title in (self._feeds.make() for _ in range(count)):
            self._waiting.append({"id": token, "title": title})
        self._more.set()
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="pushes")

    @property
    def open(self) -> int:
        """How many are not acknowledged yet. Raises what ended the pushing, if something did."""
        if self._task is not None and self._task.done():
            self._task.result()
        return len(self._waiting)

    async def close(self) -> None:
        """End, whatever was not taken."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        timeout = aiohttp.ClientTimeout(total=ANSWER_S)
        async with aiohttp.ClientSession(timeout=timeout) as http:
            while True:
                await self._more.wait()
                self._more.clear()
                while batch := list(itertools.islice(self._waiting, MOST)):
                    while (answer := await self._tried(http, batch)) != "202":
                        self.answers[answer] += 1
                        await asyncio.sleep(AGAIN_S)
                    self.answers[answer] += 1
                    for item in batch:
                        self._feeds.published[item["id"]] = INBOX
                        self._waiting.popleft()

    async def _tried(self, http: aiohttp.ClientSession, batch: Sequence[dict[str, str]]) -> str:
        """Push a batch once; gives the status, or the name of the error."""
        doors = self._doors()
        if not doors:
            return "closed"
        self._turn += 1
        door = doors[self._turn % len(doors)]
        headers = {"Authorization": f"Bearer {TOKEN}"}
        try:
            async with http.post(f"http://{door}/v1/push/{INBOX}", json=batch, headers=headers) as answer:
                said = await answer.text()
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            return type(error).__name__
        if answer.status not in (202, 503):
            self.wrong.append(f"{answer.status}: {said[:200]}")
        elif answer.status == 202 and (fault := unlike(json.loads(said), batch)):
            self.wrong.append(f"202: {fault}")
        return str(answer.status)


def doors(daemons: Sequence[Daemon]) -> list[str]:
    """Give the addresses of those that run and have their web role up."""
    found = []
    for daemon in daemons:
        with contextlib.suppress(OSError, KeyError, json.JSONDecodeError):
            found += [daemon.state()["web"]] if daemon.running else []
    return [door for door in found if door]


def unlike(receipt: dict[str, Any], batch: Sequence[dict[str, str]]) -> str:
    """Say what a receipt of a whole batch must not say; nothing if it is right."""
    outcomes = Counter(item["outcome"] for item in receipt["taken"])
    whole = outcomes["new"] + outcomes["known"] == len(batch) and not receipt["rejected"]
    return "" if whole else f"{dict(outcomes)}, {receipt['rejected'][:3]} of {len(batch)}"
