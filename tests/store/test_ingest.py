"""What is new, what was seen before, and what a source's memory forgets."""

from __future__ import annotations

import msgspec
import pytest

from alertd.base.secrets import marked_query
from alertd.model import Event, IngestItem, event_to_json
from alertd.store.protocol import Store
from alertd.store.redis import RedisStore
from tests.store.make import NOW, alias, baseline, candidate, new, source_state

DAY = 86_400_000


async def outcomes(store: Store, *items: IngestItem, now: int = NOW) -> list[tuple[str, str, int]]:
    return [(r.event_id, r.outcome, r.revision) for r in await store.ingest("wire", items, now)]


async def titles(store: Store) -> list[str]:
    return [e.event.title for e in await store.read_events("c", 100, 0)]


async def test_a_new_item_becomes_an_event(store: Store) -> None:
    assert await outcomes(store, new("a")) == [("ev_a", "new", 1)]
    (read,) = await store.read_events("c", 10, 0)
    assert (read.event.id, read.event.revision, read.event.revision_reason) == ("ev_a", 1, None)
    assert read.event.title == "a says one"
    assert read.deliveries == 1


async def test_a_second_poll_adds_nothing(store: Store) -> None:
    await outcomes(store, new("a"), new("b"))
    assert await outcomes(store, new("a"), new("b")) == [("ev_a", "known", 1), ("ev_b", "known", 1)]
    assert len(await titles(store)) == 2


async def test_changed_content_is_a_correction(store: Store) -> None:
    await outcomes(store, new("a"))
    assert await outcomes(store, new("a", "two")) == [("ev_a", "revised", 2)]
    first, second = await store.read_events("c", 10, 0)
    assert (second.event.revision, second.event.revision_reason) == (2, "correction")
    assert first.event.id == second.event.id


async def test_addresses_of_a_source_that_were_written_with_their_keys_are_read_without(
    redis_store: RedisStore,
) -> None:
    urls = {"url": "https://a.example/rss?key=hunter2", "validators_url": "https://b.example/rss?key=hunter2"}
    await redis_store.save_source_state(source_state(**urls))
    state = await redis_store.source_state("wire")
    assert state == (await redis_store.source_states())["wire"]
    assert state is not None
    assert (state.url, state.validators_url) == tuple(marked_query(url) for url in urls.values())
    await redis_store.save_source_state(state)
    assert await redis_store.source_state("wire") == state
    assert b"hunter2" not in await redis_store.link.call("HGET", redis_store.keys("sources"), "wire")


async def test_an_item_taken_back_is_a_withdrawal(store: Store) -> None:
    await outcomes(store, new("a"))
    await outcomes(store, new("a", "gone", withdrawn=True))
    assert (await store.read_events("c", 10, 0))[1].event.revision_reason == "withdrawal"


def part(name: str) -> IngestItem:
    """Give an item of which not all is known."""
    item = new(name)
    return msgspec.structs.replace(item, candidate=msgspec.structs.replace(item.candidate, content_hash="0part"))


async def test_what_says_less_than_is_known_is_no_correction(store: Store) -> None:
    await outcomes(store, new("a"))
    assert await outcomes(store, part("a"), new("a")) == [("ev_a", "known", 1), ("ev_a", "known", 1)]


async def test_what_says_more_completes_a_part_once_and_is_no_correction(store: Store) -> None:
    assert await outcomes(store, part("a"), part("a")) == [("ev_a", "new", 1), ("ev_a", "known", 1)]
    assert await outcomes(store, new("a"), part("a"), new("a")) == [
        ("ev_a", "revised", 2), ("ev_a", "known", 2), ("ev_a", "known", 2),
    ]  # fmt: skip
    assert await outcomes(store, new("a", "two")) == [("ev_a", "revised", 3)]
    reasons = [read.event.revision_reason for read in await store.read_events("c", 10, 0)]
    assert reasons == [None, "full_text", "correction"]


async def test_content_that_flaps_between_two_versions_is_revised_once(store: Store) -> None:
    await outcomes(store, new("a"), new("a", "two"))
    for text in ("one", "two", "one", "two"):
        assert await outcomes(store, new("a", text)) == [("ev_a", "known", 2)]


async def test_content_from_nine_versions_ago_is_a_revision_again(store: Store) -> None:
    await outcomes(store, *(new("a", str(n)) for n in range(9)))
    assert await outcomes(store, new("a", "8"), new("a", "1")) == [("ev_a", "known", 9), ("ev_a", "known", 9)]
    assert await outcomes(store, new("a", "0")) == [("ev_a", "revised", 10)]


async def test_the_same_item_twice_in_one_call_is_stored_once(store: Store) -> None:
    assert await outcomes(store, new("a"), new("a")) == [("ev_a", "new", 1), ("ev_a", "known", 1)]


async def test_a_baseline_item_is_an_event_that_says_so(store: Store) -> None:
    await outcomes(store, baseline("a"))
    assert (await store.read_events("c", 10, 0))[0].event.baseline


async def baselines(store: Store) -> list[bool]:
    return [e.event.baseline for e in await store.read_events("c", 100, 0)]


async def test_a_baseline_item_stays_baseline_however_its_text_is_worded(store: Store) -> None:
    await outcomes(store, baseline("a"))
    assert await outcomes(store, new("a", "one~again"), new("a", "one~once-more")) == [
        ("ev_a", "revised", 2),
        ("ev_a", "revised", 3),
    ]
    assert await baselines(store) == [True] * 3


async def test_a_new_headline_makes_news_of_a_baseline_item_for_good(store: Store) -> None:
    await outcomes(store, baseline("a"), new("a", "two"), new("a", "two~longer"), new("a", "one~again"))
    assert await baselines(store) == [True, False, False, False]


async def test_a_baseline_item_taken_back_and_shown_again_is_no_news(store: Store) -> None:
    await outcomes(store, baseline("a"), new("a", "gone", withdrawn=True), new("a", "one~again"))
    assert await baselines(store) == [True] * 3


async def test_an_item_that_was_news_stays_news(store: Store) -> None:
    await outcomes(store, new("a"), new("a", "one~again"))
    assert await baselines(store) == [False, False]


async def test_another_name_of_a_baseline_item_is_baseline_too(store: Store) -> None:
    await outcomes(store, baseline("a"), alias("b", of="a", text="one~b"))
    marked = candidate("b", "one~again")
    event = Event(id="ev_b", source="wire", title="A says  ONE")
    said = msgspec.structs.replace(marked, title=event.title, event=msgspec.Raw(event_to_json(event)))
    await outcomes(store, IngestItem(candidate=said, verdict="new"))
    assert await baselines(store) == [True, True]


async def test_an_alias_leads_to_its_owner_and_makes_no_event(store: Store) -> None:
    await outcomes(store, new("a"))
    assert await outcomes(store, alias("b", of="a")) == [("ev_a", "alias", 1)]
    assert len(await titles(store)) == 1
    known = await store.known_marks("wire", ["id-b", "s-b-one", "id-a"])
    assert {k.identity for k in known.values()} == {"id-a"}
    assert len(known) == 3


async def test_an_alias_repeated_is_an_alias_again(store: Store) -> None:
    await outcomes(store, new("a"), alias("b", of="a"))
    assert await outcomes(store, alias("b", of="a"), new("b")) == [("ev_a", "alias", 1), ("ev_a", "known", 1)]


async def test_an_alias_of_an_alias_leads_to_the_owner(store: Store) -> None:
    await outcomes(store, new("a"), alias("b", of="a"), alias("c", of="b"))
    assert (await store.known_marks("wire", ["id-c"]))["id-c"].event_id == "ev_a"


async def test_new_content_under_an_alias_revises_the_owner_under_its_own_id(store: Store) -> None:
    await outcomes(store, new("a"), alias("b", of="a"))
    assert await outcomes(store, new("b", "two")) == [("ev_a", "revised", 2)]
    assert [e.event.id for e in await store.read_events("c", 10, 0)] == ["ev_a", "ev_a"]


async def test_an_alias_of_something_forgotten_is_stored_as_new(store: Store) -> None:
    assert await outcomes(store, alias("b", of="nobody")) == [("ev_b", "new", 1)]


async def test_a_flag_hangs_on_its_item_and_never_is_an_event(store: Store) -> None:
    flag = msgspec.structs.replace(candidate("a"), identity="a-guid", strong="", weak="")
    item = IngestItem(candidate=flag, verdict="alias", alias_of="id-a")
    for _ in range(2):
        assert await outcomes(store, item) == [("ev_a", "alias", 0)], "there is nothing for it to hang on"
    assert await store.known_marks("wire", ["a-guid"]) == {}
    assert await outcomes(store, new("a"), item) == [("ev_a", "new", 1), ("ev_a", "alias", 1)]
    assert set(await store.known_marks("wire", ["a-guid"])) == {"a-guid"}
    assert len(await titles(store)) == 1


async def test_a_mark_keeps_its_first_owner(store: Store) -> None:
    shared = msgspec.structs.replace(candidate("b"), strong="s-a-one", weak="w-a-one")
    await outcomes(store, new("a"), IngestItem(candidate=shared, verdict="new"))
    known = await store.known_marks("wire", ["s-a-one", "w-a-one", "id-b"])
    assert [k.event_id for k in known.values()] == ["ev_a", "ev_a", "ev_b"]


async def test_unknown_marks_are_left_out(store: Store) -> None:
    await outcomes(store, new("a"))
    assert set(await store.known_marks("wire", ["id-a", "id-x", "id-a"])) == {"id-a"}
    assert await store.known_marks("other", ["id-a"]) == {}
    assert await store.known_marks("wire", []) == {}


async def test_text_of_every_kind_survives(store: Store) -> None:
    title = 'Ünïcødé "quotes" \\ / \u2028 \U0001f680 €1bn \x7f'
    event = Event(id="ev_a", title=title, extra={"empty": [], "big": 2**53 - 1, "deep": {"none": None}})
    item = IngestItem(
        candidate=msgspec.structs.replace(candidate("a"), event=msgspec.Raw(event_to_json(event))), verdict="new"
    )
    await store.ingest("wire", [item], NOW)
    (read,) = await store.read_events("c", 10, 0)
    assert read.event.title == title
    assert read.event.extra == event.extra


async def test_marks_that_would_break_a_record_are_refused(store: Store) -> None:
    for bad in ("a|b", "a,b", "@a", ""):
        broken = msgspec.structs.replace(candidate("a"), identity=bad)
        with pytest.raises(ValueError, match="not usable as a mark"):
            await store.ingest("wire", [IngestItem(candidate=broken, verdict="new")], NOW)
    assert await titles(store) == []


async def test_marks_are_bounded_however_often_a_source_changes_its_text(store: Store) -> None:
    await outcomes(store, *(new("a", str(n)) for n in range(40)))
    await store.end_poll("wire", source_state(), [], NOW)
    assert (await store.key_counts())["seen"] <= 33


async def test_what_is_on_the_page_is_remembered_for_ever(store: Store) -> None:
    await outcomes(store, new("a"))
    for week in range(10):
        await store.end_poll("wire", source_state(), ["id-a"], NOW + week * 7 * DAY)
    assert await outcomes(store, new("a"), now=NOW + 70 * DAY) == [("ev_a", "known", 1)]


async def test_any_mark_on_the_page_keeps_the_whole_item(store: Store) -> None:
    await outcomes(store, new("a"), alias("b", of="a"))
    await store.end_poll("wire", source_state(), ["s-b-one"], NOW + 14 * DAY)
    assert len(await store.known_marks("wire", ["id-a", "id-b", "s-a-one", "w-a-one"])) == 4


async def test_what_was_not_seen_for_14_days_is_forgotten_with_all_its_marks(store: Store) -> None:
    await outcomes(store, new("a"), alias("b", of="a"), new("c"))
    await store.end_poll("wire", source_state(), ["id-c"], NOW + 14 * DAY)
    marks = ["id-a", "id-b", "s-a-one", "w-b-one", "id-c"]
    assert set(await store.known_marks("wire", marks)) == {"id-c"}
    assert (await store.key_counts())["seen"] == 3
    assert await outcomes(store, new("a"), now=NOW + 14 * DAY) == [("ev_a", "new", 1)]


async def test_a_clock_that_jumps_ahead_forgets_nothing_that_is_on_the_page(store: Store) -> None:
    await outcomes(store, new("a"), new("b"))
    await store.end_poll("wire", source_state(), ["id-a", "id-b"], NOW + 30 * DAY)
    assert len(await store.known_marks("wire", ["id-a", "id-b"])) == 2


async def test_source_states_are_kept(store: Store) -> None:
    assert await store.source_state("wire") is None
    saved = source_state(state="fine", etag='"é"', polls=3, not_before_ms=NOW)
    await store.save_source_state(saved)
    assert await store.source_state("wire") == saved
    polled = source_state(state="failing", error="404")
    await store.end_poll("wire", polled, [], NOW)
    assert await store.source_states() == {"wire": polled}


async def test_nothing_to_ingest_is_nothing(store: Store) -> None:
    assert await store.ingest("wire", [], NOW) == []
