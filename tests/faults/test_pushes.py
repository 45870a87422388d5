"""Who pushes in a world: until 202, and only then is it published."""

from __future__ import annotations

import json
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.faults.feeds import Feeds
from tests.faults.pushes import INBOX, TOKEN, Pushes
from tests.support.behaviours import reset
from tests.support.daemon import eventually
from tests.support.http import Behaviour, Connection, FaultServer, Request, answer


class Inbox:
    """Takes what is pushed, as the daemon does."""

    def __init__(self, outcome: str = "new") -> None:
        self.batches: list[list[str]] = []
        self._outcome = outcome

    async def behave(self, request: Request, connection: Connection) -> None:
        assert request.headers["authorization"] == f"Bearer {TOKEN}"
        items = json.loads(request.body)
        self.batches.append([item["id"] for item in items])
        taken = [{"index": index, "outcome": self._outcome} for index in range(len(items))]
        body = json.dumps({"source": INBOX, "taken": taken, "rejected": []}).encode()
        await answer(body, status=202)(request, connection)


@asynccontextmanager
async def pushing(*behaviours: Behaviour) -> AsyncIterator[tuple[Pushes, Feeds]]:
    with FaultServer() as server:
        feeds = Feeds(server, ["wire"], random.Random(1))
        door = server.script(f"/v1/push/{INBOX}", *behaviours).removeprefix("http://").partition("/")[0]
        pushes = Pushes(feeds, lambda: [door])
        try:
            yield pushes, feeds
        finally:
            await pushes.close()


async def test_what_is_pushed_is_published_when_it_is_taken_and_not_before() -> None:
    inbox = Inbox()
    async with pushing(answer(status=503), reset(), inbox.behave) as (pushes, feeds):
        pushes.offer(3)
        assert (pushes.open, len(feeds.published)) == (3, 0)

        async def taken() -> bool:
            return not pushes.open

        await eventually(taken, "it is taken", 120)
        assert inbox.batches == [list(feeds.published)]
        assert (pushes.answers["503"], pushes.answers["202"], pushes.wrong) == (1, 1, [])
        assert not set(feeds.publish(3)) & set(inbox.batches[0]), "tokens are of one item each"


async def test_an_answer_that_nothing_explains_is_noted() -> None:
    async with pushing(answer(b"{}", status=500), Inbox("revised").behave) as (pushes, _):
        pushes.offer(1)

        async def taken() -> bool:
            return not pushes.open

        await eventually(taken, "it is taken", 120)
        assert [text.partition(":")[0] for text in pushes.wrong] == ["500", "202"]
