"""Two deployments in one Redis, with the same sources and receivers: each delivers once."""

from __future__ import annotations

import json
from collections import Counter

from tests.faults.case import Case, fault
from tests.faults.world import world
from tests.support.daemon import eventually
from tests.support.redis import RedisServer, bundled_binary


@fault("F24", "two-deployments-one-redis", slow=True)
async def test_two_deployments_of_names_that_begin_alike_deliver_once_each(case: Case) -> None:
    with RedisServer(bundled_binary(), {"appendfsync": "always"}) as redis:
        async with world(case, sources=1, redis=redis, settings={"namespace": "desk"}) as w:
            file = w.add_daemon().config
            file.write_text(json.dumps(json.loads(file.read_text()) | {"namespace": "desk-2"}))
            await w.daemons[1].start()
            tokens = await w.publish(10)

            async def twice() -> bool:
                return all(count == 2 for count in by_token(w.sink.receipts).values()) and len(w.sink.tokens) == 10

            await eventually(twice, "each item is delivered by both")
            await eventually(w.quiet, "nothing is under way in the first")
            assert by_token(w.sink.receipts).keys() == set(tokens)
            keys = redis.command("KEYS", "*").split(b"\r\n")[2::2]
            assert {key.partition(b":")[0] for key in keys} == {b"{desk}", b"{desk-2}"}
            case.row(published=10, delivered=20, lost=0, note="twice, by two deployments")


def by_token(receipts: object) -> Counter[str]:
    assert isinstance(receipts, list)
    return Counter(token for receipt in receipts if receipt.accepted for token in receipt.tokens)
