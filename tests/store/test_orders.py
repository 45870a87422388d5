"""Whatever workers do, in whatever order: memory and Redis agree, and nothing is ever in two states at once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from alertd.model import Claim, Delivery
from alertd.store.memory import MemoryStore
from alertd.store.redis import RedisStore
from tests.store.dump import dump
from tests.store.make import NOW, delivery, new, state
from tests.store.operations import Operation, Run, operations, prepared, view

FLYING = ("sending", "in_doubt")


@settings(max_examples=80, deadline=None)
@given(steps=st.lists(operations(repeatable=False), max_size=20))
def test_memory_and_redis_do_the_same(redis_url: str, steps: list[Operation]) -> None:
    async def check() -> None:
        memory = MemoryStore()
        async with prepared(redis_url) as (store,):
            ours, theirs = Run(store), Run(memory)
            for step in steps:
                assert await ours.apply(step) == await theirs.apply(step), step
                check_invariants(await dump(store))
            assert await view(store) == await view(memory)
            sweep_at = ours.now + 40 * 86_400_000
            assert await store.sweep(sweep_at) == await memory.sweep(sweep_at)
            assert await view(store) == await view(memory)
            await check_stream(store)

    asyncio.run(check())


def check_invariants(found: dict[str, Any]) -> None:
    """Only heads are in a queue; a delivery is in one place; a chain holds what lives; counts agree."""
    records = {k.decode(): msgspec.json.decode(v, type=Delivery) for k, v in found.get("deliveries", {}).items()}
    queued = [
        (key, content[i].decode())
        for key, content in found.items()
        if key.startswith("q:")
        for i in range(0, len(content), 2)
    ]
    chains = {k.decode(): v.decode().split(",") for k, v in found.get("chains", {}).items()}
    ended = {m.decode() for index in ("done", "dead") for m in found.get(index, [])[::2]}
    bodies = {m.decode() for m in found.get("bodies", {})}
    assert len(queued) == len({i for _, i in queued}), "in two queues"
    for key, delivery_id in queued:
        record = records[delivery_id]
        assert key == f"q:{record.receiver}:{record.lane}"
        assert record.state in ("queued", *FLYING)
        assert chains[f"{record.chain}/{record.receiver}"][0] == delivery_id, "not the head"
    in_chains = [i for ids in chains.values() for i in ids]
    assert len(in_chains) == len(set(in_chains))
    for delivery_id, record in records.items():
        lives = record.state in ("queued", "waiting", *FLYING)
        assert lives == (delivery_id in in_chains) == (delivery_id not in ended)
        assert (record.state in ("queued", *FLYING)) == (delivery_id in {i for _, i in queued})
        assert (delivery_id in bodies) == (lives or record.state == "dead")
    for receiver in ("desk", "ops"):
        counters = {k: int(v) for k, v in found.get(f"recv:{receiver}", {}).items() if k != b"parked"}
        mine = [r for r in records.values() if r.receiver == receiver]
        assert counters.get(b"waiting", 0) == sum(r.state == "waiting" for r in mine)
        assert counters.get(b"dead", 0) == sum(r.state == "dead" for r in mine)


async def check_stream(store: RedisStore) -> None:
    """What is marked as seen is what stands in the stream: each revision once, none missing."""
    found = await dump(store)
    streamed: dict[bytes, list[int]] = {}
    for _, fields in found.get("events", []):
        values = {fields[i]: fields[i + 1] for i in range(0, len(fields), 2)}
        streamed.setdefault(values[b"i"], []).append(int(values[b"r"]))
    owners = [v[1:].split(b"|") for v in found.get("seen:wire", {}).values() if v.startswith(b"i")]
    assert streamed == {owner[0]: list(range(1, int(owner[1]) + 1)) for owner in owners}


# --- two workers at once ------------------------------------------------------------------------------

Program = list[Operation]


def orders(left: Program, right: Program) -> Iterator[list[tuple[int, Operation]]]:
    """Give every order in which two programs can run into one another."""
    if not left or not right:
        yield [*((0, step) for step in left), *((1, step) for step in right)]
        return
    for rest in orders(left[1:], right):
        yield [(0, left[0]), *rest]
    for rest in orders(left, right[1:]):
        yield [(1, right[0]), *rest]


Outcome = tuple[list[Any], list[Any], dict[str, Any]]


def settled(found: dict[str, Any]) -> dict[str, Any]:
    """Leave out what may differ between equal outcomes: nothing but the order of the journal's lines."""
    return found | {"journal": sorted(msgspec.json.encode(record, order="sorted") for record in found["journal"])}


async def in_this_order(before: Program, order: list[tuple[int, Operation]]) -> Outcome:
    memory = MemoryStore()
    first = Run(memory)
    for step in before:
        await first.apply(step)
    workers = (Run(memory, first.now), Run(memory, first.now))
    for worker, step in order:
        await workers[worker].apply(step)
    return workers[0].results, workers[1].results, settled(await view(memory))


async def at_once(url: str, before: Program, left: Program, right: Program) -> Outcome:
    async def work(worker: Run, program: Program) -> None:
        for step in program:
            await worker.apply(step)

    async with prepared(url, 2) as stores:
        first = Run(stores[0])
        for step in before:
            await first.apply(step)
        workers = [Run(store, first.now) for store in stores]
        await asyncio.gather(work(workers[0], left), work(workers[1], right))
        check_invariants(await dump(stores[0]))
        await check_stream(stores[0])
        return workers[0].results, workers[1].results, settled(await view(stores[0]))


@settings(max_examples=50, deadline=None)
@given(
    before=st.lists(operations(), max_size=6),
    left=st.lists(operations(), min_size=1, max_size=3),
    right=st.lists(operations(), min_size=1, max_size=3),
)
def test_two_workers_at_once_come_out_as_in_one_of_the_orders(
    redis_url: str, before: Program, left: Program, right: Program
) -> None:
    async def check() -> None:
        outcome = await at_once(redis_url, before, left, right)
        for order in orders(left, right):
            if await in_this_order(before, order) == outcome:
                return
        raise AssertionError(f"no order of {left} and {right} gives {outcome[:2]}")

    asyncio.run(check())


async def test_of_many_commits_at_once_one_wins(redis_store: RedisStore) -> None:
    outcomes = await asyncio.gather(
        *(redis_store.commit("al_1", 0, state(n + 1), [delivery(f"{n}")], NOW) for n in range(10))
    )
    assert sum(outcome is None for outcome in outcomes) == 1
    found, _ = await redis_store.due("desk", NOW, 20)
    assert len(found) == 1


async def test_of_many_senders_at_once_one_gets_the_lease(redis_store: RedisStore) -> None:
    await redis_store.enqueue([delivery("a")], NOW)
    claims = await asyncio.gather(
        *(redis_store.claim("desk", "dl_a", f"t{n}", NOW, 1_000, 0, b"") for n in range(10))
    )
    assert sum(isinstance(claim, Claim) for claim in claims) == 1


async def test_of_many_pollers_at_once_one_stores_the_item(redis_store: RedisStore) -> None:
    results = await asyncio.gather(*(redis_store.ingest("wire", [new("a"), new("b")], NOW) for _ in range(10)))
    assert sum(result.outcome == "new" for batch in results for result in batch) == 2
    assert (await redis_store.backlog()).events == 2
