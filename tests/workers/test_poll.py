"""One poll after the other: what becomes of entries, of validators, and of everything that can go wrong.

Over a store in memory; where it matters that nothing is stored twice, over a real Redis too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from structlog.testing import capture_logs

from alertd import telemetry
from alertd.base.failpoints import Failpoint, arm
from alertd.errors import StoreUnavailable
from alertd.model import SourceState
from alertd.net.client import HttpClient
from alertd.store.memory import MemoryStore
from alertd.store.redis import open_store
from tests.sources.test_parsepool import hostile  # noqa: F401
from tests.support.http import FaultServer, answer, redirect
from tests.support.redis import RedisServer, bundled_binary
from tests.workers.make import feed, item
from tests.workers.polling import Away, CountingPool, Wire

pytestmark = pytest.mark.asyncio(loop_scope="module")

DATE = "Tue, 03 Jun 2025 14:00:00 GMT"


# --- what is new --------------------------------------------------------------------------------------


async def test_what_is_new_on_a_page_becomes_events(stored: Wire) -> None:
    stored.serve(answer(feed("A lease")), answer(feed("A merger", "A lease")))
    polled = await stored.poll()
    assert (polled.outcome, polled.state.state, polled.state.events) == ("new", "fine", 1)
    assert await stored.titles() == ["A lease"]
    assert (await stored.poll()).outcome == "new"
    (event,) = await stored.events()
    assert (event.title, event.source, event.baseline) == ("A merger", "wire", False)
    assert event.provenance.fetched_sha256 == stored.state.body_sha256


async def test_a_page_that_moves_on_without_news_adds_nothing(stored: Wire) -> None:
    stored.serve(answer(feed("B", "A")), answer(feed("B", "A") + b"\n"), answer(feed("A", "B")))
    assert [(await stored.poll()).outcome for _ in range(3)] == ["new", "unchanged", "nothing_new"]
    assert sorted(await stored.titles()) == ["A", "B"]
    assert (stored.state.events, stored.state.entries, stored.state.polls) == (2, 2, 3)


async def test_what_a_source_shows_at_first_is_a_baseline_unless_wanted(wire: Wire) -> None:
    wire.settings = {"backlog": "none"}
    wire.serve(answer(feed("Old")), answer(feed("New", "Old")))
    await wire.poll()
    await wire.poll()
    assert [(event.title, event.baseline) for event in await wire.events()] == [("Old", True), ("New", False)]


async def test_an_old_item_that_is_worded_anew_is_no_news_until_its_headline_changes(stored: Wire) -> None:
    stored.settings = {"backlog": "none"}
    for title, text in [("Old", "3 readers"), ("Old", "4 readers"), ("Old", "5 readers"), ("Old, but new", "6")]:
        stored.serve(answer(feed(item(title, guid="1", description=text))))
        await stored.poll()
    assert [(e.revision, e.baseline) for e in await stored.events()] == [(1, True), (2, True), (3, True), (4, False)]


async def test_a_corrected_entry_is_a_revision_and_a_withdrawn_one_too(stored: Wire) -> None:
    for title in ("A laese", "A lease", "WITHDRAWN: A lease"):
        stored.serve(answer(feed(item(title, guid="1"))))
        await stored.poll()
    events = await stored.events()
    assert len({event.id for event in events}) == 1
    assert [(e.revision, e.revision_reason, e.withdrawn) for e in events] == [
        (1, None, False), (2, "correction", False), (3, "withdrawal", True),
    ]  # fmt: skip


async def test_a_large_page_is_taken_whole(stored: Wire) -> None:
    titles = [f"Item {n}" for n in range(150)]
    stored.serve(answer(feed(*titles)))
    await stored.poll()
    assert sorted(await stored.titles()) == sorted(titles)


# --- polls that bring nothing -------------------------------------------------------------------------


async def test_validators_are_sent_back_and_a_304_is_not_parsed(wire: Wire) -> None:
    wire.serve(answer(feed("A"), etag='"1"', last_modified=DATE, headers={"Cache-Control": "max-age=77"}))
    await wire.poll()
    assert not wire.conditional()
    parsed = wire.pool.parsed
    polled = await wire.poll()
    assert wire.last().headers["if-none-match"] == '"1"'
    assert wire.last().headers["if-modified-since"] == DATE
    assert (polled.outcome, polled.max_age_s, wire.pool.parsed) == ("unchanged", 77, parsed)


async def test_the_same_bytes_again_are_not_parsed(wire: Wire) -> None:
    wire.serve(answer(feed("A")))
    await wire.poll()
    parsed = wire.pool.parsed
    assert [(await wire.poll()).outcome for _ in range(3)] == ["unchanged"] * 3
    assert wire.pool.parsed == parsed


async def test_quiet_polls_are_written_down_at_most_once_a_minute(wire: Wire) -> None:
    wire.serve(answer(feed("A")))
    await wire.poll()
    written = []
    for _ in range(6):
        wire.clock.pass_by(-40)  # so that each poll comes 20 seconds after the other
        await wire.poll()
        state = await wire.store.source_state("wire")
        assert state is not None
        written.append(state.polls)
    assert written == [2, 2, 2, 5, 5, 5]
    assert wire.state.polls == 7


async def test_what_the_feed_says_about_its_pace_is_handed_on(wire: Wire) -> None:
    wire.serve(answer(feed("A", head="<ttl>15</ttl>")))
    assert (await wire.poll()).ttl_s == 900


async def test_the_validators_of_another_address_are_not_sent(wire: Wire) -> None:
    wire.serve(answer(feed("A"), etag='"1"'))
    await wire.poll()
    wire.server.script("/moved", answer(feed("A"), etag='"1"'))
    assert (await wire.poll("/moved")).outcome == "nothing_new"
    assert not wire.conditional()
    await wire.poll("/moved")
    assert wire.conditional()


async def test_a_key_in_the_address_is_written_down_nowhere_and_the_address_known_again(wire: Wire) -> None:
    wire.server.script("/keyed", redirect("/there?key=hunter2"))
    wire.server.script("/there", answer(feed("A"), etag='"1"'))
    await wire.poll("/keyed?key=hunter2")
    await wire.poll("/keyed?key=hunter2")
    assert wire.conditional()
    assert "hunter2" not in str(await wire.store.source_state("wire"))
    assert wire.state.url.startswith(wire.server.url("/keyed?…#"))


async def test_where_a_permanent_redirect_leads_is_noted_once(wire: Wire) -> None:
    wire.serve(redirect("/new", status=301))
    wire.server.script("/new", answer(feed("A")))
    with capture_logs() as logs:
        for _ in range(3):
            await wire.poll()
    assert wire.state.moved_to == wire.server.url("/new")
    assert [line["event"] for line in logs].count("source_moved") == 1


# --- what goes wrong with us --------------------------------------------------------------------------


@pytest.fixture
def armed() -> Iterator[Any]:
    yield arm
    arm("")


@pytest.mark.parametrize("place", ["poll.fetched", "poll.chunk_ingested", "poll.ingested"])
async def test_a_crash_before_the_last_step_makes_the_next_poll_ask_for_everything(
    stored: Wire, armed: Any, place: str
) -> None:
    stored.serve(answer(feed("B", "A"), etag='"1"'))
    armed(f"{place}:1:raise")
    with pytest.raises(Failpoint):
        await stored.poll()
    await stored.restart()
    assert stored.state == SourceState(source="wire")
    await stored.poll()
    assert not stored.conditional()
    assert sorted(await stored.titles()) == ["A", "B"]
    await stored.poll()
    assert stored.conditional()


async def test_an_entry_that_becomes_no_event_leaves_one_line_however_often_it_is_seen(stored: Wire) -> None:
    rest = ["<item></item>", item("Twice"), item("Twice")]
    stored.serve(
        answer(feed(*rest, item("Same", guid="old", pubDate=DATE))),
        *(answer(feed(*[f"Newer {n}"] * n, *rest, item("Same", guid="new", pubDate=DATE))) for n in range(4)),
    )
    for _ in range(3):
        await stored.poll()
    await stored.restart()
    for _ in range(2):
        await stored.poll()
    ids = {event.title: event.id for event in await stored.events()}
    assert set(ids) == {"Twice", "Same", "Newer 1", "Newer 2", "Newer 3"}
    lines = [(record.reason, record.ids) for record in await stored.journal("entry")]
    for reason, about in [
        ("rejected: no guid, link, title or text", ["wire"]),
        (f"duplicate of {ids['Twice']} in the same document", ["wire", ids["Twice"]]),
        (f"republished: the same item as {ids['Same']} under another name", ["wire", ids["Same"]]),
    ]:
        assert lines.count((reason, about)) == 1, lines


async def test_an_entry_that_kills_the_parser_is_left_out_and_its_neighbours_are_events(
    server: FaultServer,
    http: HttpClient,
    hostile: dict[str, str],  # noqa: F811
) -> None:
    async with CountingPool(1, timeout_s=3.0, env=hostile) as pool:
        wire = Wire(MemoryStore(), http, pool, server)
        wire.serve(answer(feed("Before", "crash", "After")))
        assert (await wire.poll()).outcome == "new"
    assert sorted(await wire.titles()) == ["After", "Before"]
    assert await wire.reasons("entry") == ["rejected: the parser was killed over it"]


async def test_a_document_over_which_the_parser_is_killed_is_a_failure_of_its_source(
    server: FaultServer, http: HttpClient
) -> None:
    pool = CountingPool(1)
    await pool.aclose()  # from now on it ends every job as if the worker had been killed
    wire = Wire(MemoryStore(), http, pool, server)
    wire.serve(answer(feed("A"), etag='"1"'))
    kills = parse_kills()
    polled = await wire.poll()
    assert (polled.outcome, polled.state.etag) == ("failed", "")
    assert polled.state.error == "the parser is being shut down"
    assert parse_kills() == kills + 1


def parse_kills() -> float:
    return telemetry.REGISTRY.get_sample_value("alertd_parse_kills_total", {"source": "wire"}) or 0


@pytest.mark.parametrize("call", ["known_marks", "ingest", "journal", "end_poll"])
async def test_a_store_that_is_away_is_not_blamed_on_the_source(
    http: HttpClient, pool: CountingPool, server: FaultServer, call: str
) -> None:
    store = Away()
    wire = Wire(store, http, pool, server)
    wire.serve(answer(feed("A", "<item></item>"), etag='"1"'))
    store.away = call
    with pytest.raises(StoreUnavailable):
        await wire.poll()
    store.away = ""
    await wire.restart()
    assert (await wire.poll()).outcome in ("new", "nothing_new")
    assert await wire.titles() == ["A"]
    assert (await wire.reasons("source"), await wire.reasons("notice")) == ([], [])
    assert len(await wire.reasons("entry")) == 1


async def test_polling_goes_on_when_redis_comes_back(
    http: HttpClient, pool: CountingPool, server: FaultServer
) -> None:
    with RedisServer(bundled_binary(), {"appendfsync": "always"}) as redis:
        store = await open_store(redis.url, "t", name="test")
        await store.prepare()
        wire = Wire(store, http, pool, server)
        wire.serve(answer(feed("A"), etag='"1"'), answer(feed("B", "A"), etag='"2"'))
        await wire.poll()
        redis.kill()
        with pytest.raises(StoreUnavailable):
            await wire.poll()
        redis.start()
        assert (await wire.poll()).outcome == "new"
        assert await wire.titles() == ["A", "B"]
        assert wire.state.failures == 0
        await store.aclose()
