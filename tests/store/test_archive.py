"""What the archive asks of the store: what was sent stays until it is archived, and the journal until it is, too."""

from __future__ import annotations

import msgspec

from alertd.model import JournalRecord
from alertd.store.journal import next_id
from alertd.store.protocol import Store
from alertd.store.redis import RedisStore
from alertd.store.types import Archived
from tests.store.make import NOW, delivery

DAY = 86_400_000


def record(name: str = "wire") -> JournalRecord:
    return JournalRecord(kind="source", at="2026-01-01T00:00:00.000Z", ids=[name], reason="fine")


async def begin(store: Store, name: str, payload: bytes = b"words") -> None:
    await store.claim("desk", f"dl_{name}", f"t-{name}", NOW, 60_000, 0, payload)


async def sent(store: Store, *names: str, payload: bytes = b"words") -> None:
    await store.enqueue([delivery(name) for name in names], NOW)
    for name in names:
        await begin(store, name, payload=payload)
        await store.finish(f"dl_{name}", f"t-{name}", NOW, "200 OK")


async def test_what_was_sent_stays_only_where_the_process_that_sent_it_says_so(store: Store) -> None:
    await sent(store, "gone")
    store.keep_payloads = True
    await sent(store, "kept")
    found = await store.ended_payloads(["dl_gone", "dl_kept", "dl_never", "dl_kept"])
    assert {name: one.payload for name, one in found.items()} == {"dl_kept": b"words"}


async def test_what_was_archived_is_dropped_and_dropping_it_again_changes_nothing(store: Store) -> None:
    store.keep_payloads = True
    await sent(store, "a", "b")
    assert await store.drop_payloads(["dl_a"]) == 1
    assert await store.drop_payloads(["dl_a", "dl_never"]) == 0
    assert list(await store.ended_payloads(["dl_a", "dl_b"])) == ["dl_b"]


async def test_a_dead_letter_and_what_is_under_way_keep_theirs_to_be_tried_again(store: Store) -> None:
    store.keep_payloads = True
    await store.enqueue([delivery("dead"), delivery("open")], NOW)
    await begin(store, "dead")
    await store.bury("dl_dead", "t-dead", NOW, "no")
    await begin(store, "open")
    assert await store.drop_payloads(["dl_dead", "dl_open"]) == 0
    assert await store.drop_ended_payloads() == 0
    assert set(await store.ended_payloads(["dl_dead", "dl_open"])) == {"dl_dead", "dl_open"}


async def test_without_room_all_that_has_ended_is_dropped(store: Store) -> None:
    store.keep_payloads = True
    await sent(store, "a", "b")
    assert await store.drop_ended_payloads() == 2
    assert await store.ended_payloads(["dl_a", "dl_b"]) == {}


async def test_what_is_never_archived_is_forgotten_with_its_delivery(store: Store) -> None:
    store.keep_payloads = True
    await sent(store, "a")
    await store.sweep(NOW + 8 * DAY)
    assert await store.ended_payloads(["dl_a"]) == {}


async def test_what_was_sent_says_how_long_words_in_it_may_be_kept(store: Store) -> None:
    store.keep_payloads = True
    await store.enqueue([msgspec.structs.replace(delivery("a"), keep_body_s=86400, export=False)], NOW)
    await begin(store, "a")
    await store.finish("dl_a", "t-a", NOW, "200 OK")
    found = (await store.ended_payloads(["dl_a"]))["dl_a"]
    assert (found.keep_body_s, found.export) == (86400, False)


async def test_an_archive_is_remembered_for_a_week_after_its_last_report(store: Store) -> None:
    await store.note_archived("one", "5-0", NOW)
    await store.note_archived("two", "", NOW + DAY)
    await store.note_archived("one", "6-0", NOW + 2 * DAY)
    assert await store.archived(NOW + 2 * DAY) == {
        "one": Archived(position="6-0", at_ms=NOW + 2 * DAY),
        "two": Archived(position="", at_ms=NOW + DAY),
    }
    assert list(await store.archived(NOW + DAY + 7 * DAY + 1)) == ["one"]
    assert list(await store.archived(NOW + 3 * DAY)) == ["one"], "what was forgotten stays so"


async def test_the_journal_says_where_it_begins(store: Store) -> None:
    assert await store.journal_start() == "0"
    await store.journal(record())
    await store.journal(record())
    ids = [name for name, _ in await store.read_journal("", 10, 0)]
    assert await store.journal_start() == ids[0]


async def test_a_journal_that_went_back_goes_on_behind_what_was_archived(store: Store) -> None:
    await store.journal(record())
    ahead = f"{int((await store.journal_end()).partition('-')[0]) + 3_600_000}-4"
    await store.journal(record("gap"), behind=ahead)
    await store.journal(record("later"))
    ids = [name for name, _ in await store.read_journal("", 10, 0)]
    assert ids[1:] == [next_id(ahead), next_id(next_id(ahead))]
    await store.journal(record("again"), behind=ids[0])
    assert await store.journal_end() == next_id(ids[-1]), "a journal that is further is as it was"


async def test_a_record_that_does_not_decode_is_read_as_what_stands_for_it(redis_store: RedisStore) -> None:
    await redis_store.journal(record())
    await redis_store.link.call("XADD", redis_store.keys("journal"), "*", "j", '{"kind":"from a later version"}')
    await redis_store.journal(record("after"))
    found = await redis_store.read_journal(
        "", 10, 0, instead=lambda name, why: msgspec.structs.replace(record(), reason=f"{name}: {bool(why)}")
    )
    assert [one.reason for _, one in found] == ["fine", f"{found[1][0]}: True", "fine"]
