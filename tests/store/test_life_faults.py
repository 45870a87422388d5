"""What a full Redis, a lost reply and a key of another type do to the life of alerts: nothing wrongly."""

from __future__ import annotations

from pathlib import Path

import pytest

from alertd.errors import Corrupt, StoreUnavailable
from alertd.model import CoolMark, Count, Effects, Timer, Told
from alertd.store.keys import TYPE_OF
from alertd.store.redis import RedisStore
from tests.faults.proxy import ANY, Proxy
from tests.store.make import NOW, delivery, hold, record, silence, state
from tests.store.test_client import everything, opened
from tests.store.test_windows import put
from tests.support.redis import RedisServer

TIMER = Timer(kind="close", alert="al_1", due_ms=NOW)
EFFECTS = Effects(
    holds=[hold()],
    timers=[TIMER],
    cancel=["escalate/al_1/desk"],
    counts=[Count(name="c", keep_s=60)],
    marks=[CoolMark(name="m", value="al_1", until_ms=NOW + 60_000)],
    record=record("al_1", "u"),
)


async def test_with_memory_full_nothing_new_is_put_off_and_what_waits_goes_out(server: RedisServer) -> None:
    async with opened(server.url) as store:
        await put(store, hold("al_1"), hold("al_2"))
        await store.commit("al_3", 0, state(), [], NOW, effects=Effects(timers=[TIMER]))
        members = await store.held(hold().window)
        server.command("CONFIG", "SET", "maxmemory", "100kb")
        before = await everything(store)
        for refused in (
            store.commit("al_4", 0, state(), [], NOW, effects=Effects(holds=[hold("al_4")])),
            store.commit("al_1", 1, state(), [], NOW, effects=EFFECTS, answer=True),
            store.put_silence(silence(), record("si_a"), NOW),
            store.note_feedback("ai", "al_1", {}, NOW),
        ):
            with pytest.raises(StoreUnavailable, match="out of memory"):
                await refused
        assert await everything(store) == before
        lanes = {"al_1": Told(revision=1), "al_2": Told(revision=1)}
        assert await store.release(
            hold().window, members, [delivery("brief")], record("al_1"), NOW, lanes=lanes, part=0
        )
        assert len(await store.trace("al_1")) == 1
        await store.claim("desk", "dl_brief", "t", NOW, 1_000, 0, b"")
        assert await store.finish("dl_brief", "t", NOW, "ok", thread="C1 1")
        await store.drop_timer(TIMER.name, NOW)
        assert await store.timers_due(NOW, 10) == []
        assert (await store.sweep(NOW + 9 * 86_400_000))["parts"] == 1


async def test_after_a_lost_reply_a_repeat_finds_it_done(redis_url: str, tmp_path: Path) -> None:
    proxy = Proxy(redis_url, tmp_path / "p")

    async def lose(call: object) -> None:
        proxy.drop_reply(ANY)
        with pytest.raises(StoreUnavailable):
            await call  # type: ignore[misc]

    async with proxy, opened(proxy.url) as store:
        await put(store, hold("al_9", until=NOW + 1))  # so that the scripts are known
        await store.release(hold("al_9", until=NOW + 1).window, [], [], record("al_9"), NOW)
        await lose(store.commit("al_1", 0, state(), [], NOW, effects=EFFECTS))
        conflict = await store.commit("al_1", 0, state(), [], NOW, effects=EFFECTS)
        assert conflict is not None
        assert conflict.version == 1
        assert await store.counted(["c"]) == {"c": 1}
        assert len(await store.trace("u")) == 1
        members = await store.held(hold().window)
        await lose(store.release(hold().window, members, [delivery("brief")], record("al_1"), NOW, part=0))
        assert not await store.release(hold().window, members, [delivery("brief")], record("al_1"), NOW, part=0)
        assert await store.held(hold().window) == []
        assert len((await store.due("desk", NOW, 10))[0]) == 1
        assert len(await store.trace("al_1")) == 2


WINDOW = hold().window


def met_by(key: str) -> type[Exception]:
    """Say what a key of another type is: all depends on some keys, which is waited for; one thing on the others."""
    return StoreUnavailable if key in TYPE_OF else Corrupt


@pytest.mark.parametrize(
    "key",
    [
        f"held:{WINDOW}", "windows", "timers", "counters", "counter_ends", "marks", "mark_ends", "journal", "trace:u",
    ],
)  # fmt: skip
async def test_a_key_of_another_type_stops_a_commit_before_its_first_write(redis_store: RedisStore, key: str) -> None:
    await redis_store.link.call("SET", redis_store.keys(key), "not ours")
    before = await everything(redis_store)
    with pytest.raises(met_by(key), match="holds a string"):
        await redis_store.commit("al_1", 0, state(), [delivery("a")], NOW, effects=EFFECTS)
    assert await everything(redis_store) == before


@pytest.mark.parametrize("key", ["windows", "parts", "part_ends", "alert:al_2", "chains", "trace:x"])
async def test_a_key_of_another_type_stops_a_release_before_a_write(redis_store: RedisStore, key: str) -> None:
    await put(redis_store, hold())
    members = await redis_store.held(WINDOW)
    await redis_store.link.call("SET", redis_store.keys(key), "not ours")
    before = await everything(redis_store)
    with pytest.raises(met_by(key), match="holds a string"):
        await redis_store.release(WINDOW, members, [delivery("a")], record("x"), NOW, lanes={"al_2": Told()})
    assert await everything(redis_store) == before


async def restarted(store: RedisStore, server: RedisServer) -> None:
    server.kill()
    with pytest.raises(StoreUnavailable):
        await store.ping()
    server.start()


async def test_what_was_put_off_outlives_the_server(server: RedisServer) -> None:
    async with opened(server.url) as store:
        await store.commit("al_1", 0, state(), [], NOW, effects=EFFECTS)
        await restarted(store, server)
        assert [w.members for w in await store.waiting_in(["desk"])] == [1]
        members = await store.held(WINDOW)
        assert await store.release(WINDOW, members, [delivery("brief")], record("al_1"), NOW, part=0)
        await restarted(store, server)
        assert await store.waiting_in(["desk"]) == []
        assert len((await store.due("desk", NOW, 10))[0]) == 1
        assert await store.timers_due(NOW, 10) == [TIMER]
