"""Records that a newer version has written: read, changed and written back, they keep the fields it has added."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec.structs import replace

from alertd.model import Effects, Event, Provenance, Standing, Told
from alertd.model import event_to_dict as as_dict
from alertd.store.redis import RedisStore, open_store
from alertd.store.scripts import script
from tests.store.make import NOW, delivery, hold, new, record, silence, source_state, state
from tests.store.test_fetches import claimed

MORE = {"newer": {"text": "of tomorrow", "list": [], "share": 0.25}}


async def add(store: RedisStore, key: str, field: str, *path: str, more: dict[str, Any] | None = None) -> None:
    """Add a field to a record as a newer version would have written it, at a place in it."""
    whole = msgspec.json.decode(await store.link.call("HGET", store.keys(key), field))
    place = whole
    for name in path:
        place = place[name]
    place |= more or MORE
    await store.link.call("HSET", store.keys(key), field, msgspec.json.encode(whole))


async def stands(store: RedisStore, key: str, field: str) -> dict[str, Any]:
    """Give a record as it stands in Redis."""
    found: dict[str, Any] = msgspec.json.decode(await store.link.call("HGET", store.keys(key), field))
    return found


async def test_an_alert_keeps_them_in_all_its_parts(redis_store: RedisStore) -> None:
    first = replace(state(), told={"desk": Told(revision=1), "pm": Told(revision=1)}, event=Event(id="ev_1"))
    await redis_store.commit("al_1", 0, first, [], NOW)
    for path in ((), ("alert",), ("told", "desk"), ("event",)):
        await add(redis_store, "alert:al_1", "s", *path)
    known = (await redis_store.load_alerts(["al_1"]))["al_1"]
    assert known.state == first
    changed = replace(first, sources=2, alert=replace(first.alert, revision=2), told={"desk": Told(revision=2)})
    assert await redis_store.commit("al_1", known.version, changed, [], NOW) is None
    written = await stands(redis_store, "alert:al_1", "s")
    assert (written["newer"], written["alert"]["newer"]) == (MORE["newer"], MORE["newer"])
    assert (written["sources"], written["alert"]["revision"]) == (2, 2)
    assert written["told"] == {"desk": msgspec.to_builtins(Told(revision=2)) | MORE}
    assert written["event"]["newer"] == MORE["newer"]
    assert (await redis_store.load_alerts(["al_1"]))["al_1"].state == changed


async def test_what_belongs_to_an_alerts_event_goes_with_it(redis_store: RedisStore) -> None:
    await redis_store.commit("al_1", 0, replace(state(), event=Event(id="ev_1")), [], NOW)
    await add(redis_store, "alert:al_1", "s", "event")
    known = (await redis_store.load_alerts(["al_1"]))["al_1"]
    await redis_store.commit("al_1", known.version, replace(state(), event=Event(id="ev_2")), [], NOW)
    assert "newer" not in (await stands(redis_store, "alert:al_1", "s"))["event"]


async def test_who_was_slower_keeps_those_of_the_alert_that_won(redis_store: RedisStore, redis_url: str) -> None:
    await redis_store.commit("al_1", 0, state(), [], NOW)
    mine = (await redis_store.load_alerts(["al_1"]))["al_1"]
    other = await open_store(redis_url, redis_store.keys.namespace, name="other")
    await other.commit("al_1", mine.version, replace(state(), sources=3), [], NOW)
    await add(redis_store, "alert:al_1", "s")
    won = await redis_store.commit("al_1", mine.version, state(2), [], NOW)
    assert won is not None
    await redis_store.commit("al_1", won.version, state(2), [], NOW)
    assert (await stands(redis_store, "alert:al_1", "s"))["newer"] == MORE["newer"]
    await other.aclose()


async def test_a_lane_keeps_those_that_a_release_wrote(redis_store: RedisStore) -> None:
    await redis_store.commit("al_1", 0, replace(state(), told={"desk": Told()}), [], NOW)
    line = b"desk/brief//1|" + msgspec.json.encode(msgspec.to_builtins(Told(revision=1)) | MORE) + b"\n"
    await redis_store.link.call("HSET", redis_store.keys("alert:al_1"), "l", line)
    known = (await redis_store.load_alerts(["al_1"]))["al_1"]
    assert known.state is not None
    assert known.state.told["desk"].revision == 1
    await redis_store.commit("al_1", known.version, known.state, [], NOW)
    written = await stands(redis_store, "alert:al_1", "s")
    assert written["told"]["desk"] == msgspec.to_builtins(Told(revision=1)) | MORE


async def test_a_delivery_keeps_them_through_its_life(redis_store: RedisStore) -> None:
    scalars = {"newer_text": "x", "newer_share": 0.25, "newer_ms": 1_767_225_600_001, "newer_flag": True}
    await redis_store.enqueue([delivery("a"), delivery("b")], NOW)
    for name in ("dl_a", "dl_b"):
        await add(redis_store, "deliveries", name, more=scalars)
    await redis_store.claim("desk", "dl_a", "token", NOW, 1_000, 0, b"sent")
    assert await redis_store.retry("dl_a", "token", NOW, NOW + 5, "not now", counts=True)
    for name in ("dl_a", "dl_b"):
        assert (await stands(redis_store, "deliveries", name)).items() >= scalars.items()


async def test_a_source_keeps_them_over_polls(redis_store: RedisStore, redis_url: str) -> None:
    await redis_store.save_source_state(source_state(polls=1))
    await add(redis_store, "sources", "wire")
    old = await open_store(redis_url, redis_store.keys.namespace, name="old")
    known = (await old.source_states())["wire"]
    await old.end_poll("wire", replace(known, polls=2), [], NOW)
    await old.save_source_state(replace(known, polls=3))
    written = await stands(redis_store, "sources", "wire")
    assert (written["newer"], written["polls"]) == (MORE["newer"], 3)
    await old.aclose()


async def test_a_standing_and_a_silence_keep_them(redis_store: RedisStore) -> None:
    await redis_store.save_standing(Standing(source="wire"))
    await redis_store.put_silence(silence(), record("si_a"), NOW)
    await add(redis_store, "standings", "wire")
    await add(redis_store, "silences", "si_a")
    await redis_store.link.call("HSET", redis_store.keys("silences"), "#", "another state")
    await redis_store.standing("wire")
    (known,) = await redis_store.silences(NOW)
    await redis_store.save_standing(Standing(source="wire", state="late"))
    await redis_store.put_silence(replace(known, reason="over"), record("si_a"), NOW)
    assert (await stands(redis_store, "standings", "wire")).items() >= {**MORE, "state": "late"}.items()
    assert (await stands(redis_store, "silences", "si_a")).items() >= {**MORE, "reason": "over"}.items()


async def test_a_hold_stays_as_it_was_put_there(redis_store: RedisStore) -> None:
    await redis_store.commit("al_1", 0, state(), [], NOW, effects=Effects(holds=[hold()]))
    key = f"held:{hold().window}"
    version, _, text = (await redis_store.link.call("HGET", redis_store.keys(key), "al_1")).partition(b"|")
    newer = version + b"|" + msgspec.json.encode(msgspec.json.decode(text) | MORE)
    await redis_store.link.call("HSET", redis_store.keys(key), "al_1", newer)
    (member,) = await redis_store.held(hold().window)
    assert member == replace(hold(), version=1)
    assert await redis_store.link.call("HGET", redis_store.keys(key), "al_1") == newer


async def test_an_event_takes_them_into_the_journal(redis_store: RedisStore) -> None:
    one = new("a", provenance=Provenance(http_date="today"))
    event = msgspec.json.decode(one.candidate.event)
    event |= MORE
    event["provenance"] |= MORE
    candidate = replace(one.candidate, event=msgspec.Raw(msgspec.json.encode(event)))
    await redis_store.ingest("wire", [replace(one, candidate=candidate)], NOW)
    (item,) = await redis_store.read_events("m", 10, 0)
    understood = replace(item.event, language="en")
    await redis_store.finish_event(item.stream_id, record("ev_a", event=as_dict(understood)))
    ((_, line),) = await redis_store.trace("ev_a")
    assert line.data["event"].items() >= {**MORE, "language": "en"}.items()
    assert line.data["event"]["provenance"] == event["provenance"]


async def test_a_text_is_built_on_a_header_with_them(redis_store: RedisStore) -> None:
    one = new("a", fetch="https://example.com/a", provenance=Provenance(http_date="today"))
    event = msgspec.json.decode(one.candidate.event)
    event["provenance"] |= MORE
    candidate = replace(one.candidate, event=msgspec.Raw(msgspec.json.encode(event)))
    await redis_store.ingest("wire", [replace(one, candidate=candidate)], NOW)
    job = await claimed(redis_store)
    text = msgspec.json.encode(as_dict(Event(id="ev_a", body="all of it", provenance=Provenance())))
    assert await redis_store.add_text(job, text, "t-1") == 2
    raw = await redis_store.link.call("XREVRANGE", redis_store.keys("events"), "+", "-", "COUNT", 1)
    written = msgspec.json.decode(dict(zip(raw[0][1][::2], raw[0][1][1::2], strict=True))[b"e"])
    assert (written["body"], written["provenance"]["newer"]) == ("all of it", MORE["newer"])


async def test_scripts_of_two_versions_work_side_by_side(redis_store: RedisStore) -> None:
    await redis_store.enqueue([delivery("a")], NOW)
    theirs = "-- of another version\n" + script("enqueue").text
    await redis_store.link.call("SCRIPT", "LOAD", theirs)
    await redis_store.enqueue([delivery("b", chain="al_2")], NOW)
    found, _ = await redis_store.due("desk", NOW, 10)
    assert {one.delivery.id for one in found} == {"dl_a", "dl_b"}
