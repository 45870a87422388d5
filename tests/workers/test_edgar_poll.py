"""Polls of EDGAR: page after page until something known, and nothing in between is ever lost."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from alertd import telemetry
from alertd.base.clock import parse_rfc3339
from alertd.base.failpoints import Failpoint, arm
from alertd.errors import StoreUnavailable
from alertd.net.client import HttpClient
from alertd.store.memory import MemoryStore
from alertd.store.protocol import Store
from alertd.store.redis import open_store
from tests.sources.edgar_pages import entry
from tests.support.edgar import EdgarSite, page
from tests.workers.edgar_polling import Edgar
from tests.workers.polling import CountingPool

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def site() -> AsyncIterator[EdgarSite]:
    async with EdgarSite() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def edgar(http: HttpClient, pool: CountingPool, site: EdgarSite) -> Edgar:
    return Edgar(MemoryStore(), http, pool, site)


@pytest_asyncio.fixture(loop_scope="module", params=["memory", "redis"])
async def kept(
    request: pytest.FixtureRequest, http: HttpClient, pool: CountingPool, site: EdgarSite
) -> AsyncIterator[Edgar]:
    """The same over each store."""
    store: Store = MemoryStore()
    if request.param == "redis":
        url, name = request.getfixturevalue("redis_url"), request.getfixturevalue("namespace")
        store = await open_store(url, name, name="test")
    await store.prepare()
    yield Edgar(store, http, pool, site)
    await store.aclose()


@pytest.fixture
def armed() -> Iterator[Any]:
    yield arm
    arm("")


# --- what is new --------------------------------------------------------------------------------------


async def test_what_is_new_becomes_events_and_one_page_is_enough_where_it_ends_in_what_is_known(kept: Edgar) -> None:
    old = kept.file(150)
    assert (await kept.poll()).outcome == "new"
    assert await kept.numbers() == old
    assert kept.site.starts() == [0, 80]
    new = kept.file(30)
    kept.clock.pass_by(60)
    assert (await kept.poll()).outcome == "new"
    assert (await kept.numbers(), kept.site.starts()) == (new, [0])
    assert (await kept.poll()).outcome == "unchanged"
    assert (await kept.numbers(), kept.site.starts(), kept.gaps) == ([], [0], [])


async def test_the_first_poll_is_a_baseline_of_one_page_unless_more_is_wanted(edgar: Edgar) -> None:
    edgar.settings["backlog"] = "none"
    edgar.file(300, ago_s=120)
    await edgar.poll()
    assert edgar.site.starts() == [0]
    assert await edgar.numbers(baseline=True) == list(range(202, 301))  # the last of the page may go on on the next
    new = edgar.file(1)
    await edgar.poll()
    assert await edgar.numbers() == new


async def test_with_a_backlog_of_a_day_the_first_poll_reads_a_day(edgar: Edgar) -> None:
    edgar.settings["backlog"] = "24h"
    edgar.clock.now = parse_rfc3339("2026-01-14T12:00:00-05:00")
    edgar.file(250, ago_s=86_400 + 60, filed="2026-01-13")
    evening = edgar.file(20, ago_s=86_400 - 6 * 3_600, filed="2026-01-13")
    day = edgar.file(100, ago_s=3_600, filed="2026-01-14")
    await edgar.poll()
    assert edgar.site.starts() == [0, 80]
    assert await edgar.numbers() == evening + day
    edgar.site.show(edgar.site.entries[:90])
    new = edgar.file(1, filed="2026-01-14")
    await edgar.poll()
    assert await edgar.numbers() == new


async def test_a_burst_of_more_than_a_page_is_read_until_something_known(edgar: Edgar) -> None:
    edgar.file(10, ago_s=600)
    await edgar.poll()
    await edgar.events()
    edgar.site.starts()
    burst = edgar.file(420)
    assert (await edgar.poll(500)).outcome == "new"
    assert (await edgar.numbers(), edgar.site.starts()) == (burst, [0, 80, 160, 240, 320, 400])
    assert edgar.gaps == []


async def test_what_appears_a_little_below_what_is_known_is_seen(edgar: Edgar) -> None:
    """A filing may be shown after one that was accepted later: further down than the page with what is known."""
    edgar.file(150, ago_s=0)
    await edgar.poll()
    await edgar.events()
    late = entry(900, form="8-K", accepted="2026-01-12T11:59:30-05:00")
    edgar.site.entries.insert(30, late.encode())
    new = edgar.file(80)
    await edgar.poll(20)
    assert await edgar.numbers() == [*new, 900]


async def test_a_filing_that_goes_on_on_the_next_page_has_all_its_filers(edgar: Edgar) -> None:
    edgar.settings["backlog"] = "none"
    edgar.file(50, ago_s=600)
    await edgar.poll()
    await edgar.events()
    accepted = "2026-01-12T12:00:09-05:00"
    for n in range(130):  # one filing of 130 filers
        edgar.site.publish(entry(901, f"Fund {n} LP", form="8-K", cik=1_000 + n, accepted=accepted))
    await edgar.poll()
    (event,) = await edgar.events()
    assert (event.accession, len(event.filers)) == ("0009990001-26-000901", 130)


async def test_forms_that_are_not_watched_leave_no_event_and_are_known_all_the_same(edgar: Edgar) -> None:
    edgar.settings["forms"] = ["10-K", "8-K"]
    edgar.file(200, form="4", ago_s=200)
    await edgar.poll()
    edgar.site.starts()
    edgar.file(20, form="4")
    polled = await edgar.poll(100)
    assert (polled.outcome, edgar.site.starts(), edgar.gaps) == ("nothing_new", [0], [])
    assert await edgar.events() == []
    assert await edgar.notices() == []


async def test_a_form_that_is_added_begins_then(kept: Edgar) -> None:
    kept.settings |= {"backlog": "none", "forms": ["8-K", "4"]}
    kept.file(5, form="10-K", ago_s=120)
    kept.file(5, ago_s=110)
    await kept.poll()
    assert await kept.numbers(baseline=True) == [6, 7, 8, 9, 10]
    kept.settings["forms"] = ["8-K", "10-K"]
    await kept.restart()
    new = kept.file(1, form="10-K") + kept.file(1)
    await kept.poll()
    events = await kept.events()
    assert sorted(int((e.accession or "")[-6:]) for e in events if e.baseline) == [1, 2, 3, 4, 5]
    assert sorted(int((e.accession or "")[-6:]) for e in events if not e.baseline) == new
    await kept.poll()
    assert await kept.events() == []


async def test_another_filter_is_no_gap(edgar: Edgar) -> None:
    """One form is asked for by name: of that page nothing was listed when all were asked for."""
    edgar.settings["forms"] = ["8-K", "10-K"]
    edgar.file(400, form="4", ago_s=300)
    edgar.file(5, form="8-K", ago_s=200)
    edgar.file(400, form="4", ago_s=100)
    await edgar.poll()
    await edgar.events()
    edgar.settings["forms"] = ["8-K"]
    new = edgar.file(1)
    await edgar.poll()
    assert (await edgar.numbers(), edgar.gaps) == (new, [])


async def test_how_long_a_filing_could_be_seen_before_it_was_is_measured(edgar: Edgar) -> None:
    edgar.file(3, ago_s=100)
    await edgar.poll()
    edgar.file(2, ago_s=1)
    with capture_logs() as logs:
        await edgar.poll(4)
    (line,) = [line for line in logs if line["event"] == "filings_seen"]
    assert (line["filings"], line["slowest_s"]) == (2, 6.0)
    count = telemetry.REGISTRY.get_sample_value("alertd_filing_latency_seconds_count", {"source": "edgar"})
    assert count and count >= 2


async def test_a_page_whose_times_are_not_new_yorks_is_told_once(edgar: Edgar) -> None:
    edgar.file(1, accepted="2026-01-12T12:00:00-04:00")
    await edgar.poll()
    edgar.file(1, accepted="2026-01-12T12:00:20-04:00")
    await edgar.poll()
    assert await edgar.notices() == ["edgar_times"]
    assert [event.accepted_at for event in await edgar.events()] == [
        "2026-01-12T16:00:00.000Z", "2026-01-12T16:00:20.000Z",
    ]  # fmt: skip


async def test_what_was_held_back_over_night_is_found_below_what_is_known(edgar: Edgar) -> None:
    edgar.clock.now = parse_rfc3339("2026-01-12T21:00:00-05:00")
    edgar.settings["forms"] = ["8-K", "4"]
    edgar.file(250, form="4", ago_s=60)
    await edgar.poll()
    await edgar.events()
    edgar.clock.now = parse_rfc3339("2026-01-13T05:50:00-05:00")
    await edgar.poll()
    edgar.site.starts()
    held = entry(901, form="8-K", accepted="2026-01-12T20:56:30-05:00", filed="2026-01-13")
    edgar.site.entries.insert(210, held.encode())
    edgar.clock.now = parse_rfc3339("2026-01-13T06:00:01-05:00")
    await edgar.poll()
    (event,) = await edgar.events()
    assert (event.accession, event.published_at) == ("0009990001-26-000901", "2026-01-13T11:00:00.000Z")
    assert edgar.site.starts() == [0, 80, 160]
    edgar.clock.now = parse_rfc3339("2026-01-13T12:00:00-05:00")
    await edgar.poll()
    edgar.site.starts()
    edgar.file(1)
    await edgar.poll()
    assert edgar.site.starts() == [0]


# --- what goes wrong ----------------------------------------------------------------------------------


async def test_a_503_is_an_error_and_never_the_end(edgar: Edgar) -> None:
    edgar.file(5, ago_s=60)
    edgar.site.always(0, 503)
    polled = await edgar.poll()
    assert (polled.outcome, polled.state.baseline_done) == ("failed", False)
    assert "answered 503: EDGAR sent an HTML page titled “SEC.gov | File Unavailable”" in polled.state.error
    edgar.site.always(0, 200)
    assert (await edgar.poll()).outcome == "new"


async def test_what_a_walk_read_before_a_503_is_taken_in_and_the_rest_with_the_next(kept: Edgar) -> None:
    kept.file(5, ago_s=600)
    await kept.poll()
    await kept.events()
    front = kept.front
    burst = kept.file(250)
    kept.site.answer(160, status=503)
    with capture_logs() as logs:
        assert (await kept.poll(300)).outcome == "new"
    (line,) = [line for line in logs if line["event"] == "edgar_cut_short"]
    assert (line["pages"], line["cuts"]) == (2, 1)
    assert await kept.numbers() == burst[71:]  # the last of the page that was read may go on on the next
    assert (kept.front.marks, kept.front.newest_ms, kept.gaps) == (front.marks, front.newest_ms, [])
    await kept.restart()
    new = kept.file(10)
    assert (await kept.poll(11)).outcome == "new"
    assert await kept.numbers() == [*burst[:71], *new]
    assert (kept.front.cuts, kept.gaps) == (0, [])


async def test_after_a_walk_cut_short_the_newest_page_is_still_asked_for_often_and_the_others_less(
    edgar: Edgar,
) -> None:
    edgar.file(5, ago_s=600)
    await edgar.poll()
    edgar.file(150)
    edgar.site.always(80, 503)
    edgar.site.starts()
    asked = []
    for _ in range(6):
        new = edgar.file(1)
        await edgar.poll()
        asked.append(edgar.site.starts())
        assert new[0] in await edgar.numbers()
    assert asked == [[0, 80], [0, 80], [0], [0, 80], [0], [0]]
    assert (edgar.state.state, edgar.front.cuts) == ("fine", 3)


async def test_what_can_not_be_reached_is_a_gap_after_a_while(edgar: Edgar) -> None:
    edgar.file(5, ago_s=600)
    await edgar.poll()
    known_ms = edgar.front.newest_ms
    edgar.file(250)
    edgar.site.always(160, 503)
    for _ in range(5):
        await edgar.poll(301)
    (gap,) = edgar.gaps
    assert (gap.since_ms, edgar.filler.told) == (known_ms, [gap])
    assert known_ms < gap.until_ms < edgar.front.newest_ms
    assert 80 < len(await edgar.numbers()) < 255
    new = edgar.file(1)
    edgar.site.starts()
    await edgar.poll()
    assert (await edgar.numbers(), edgar.site.starts(), len(edgar.gaps)) == (new, [0], 1)


async def test_a_feed_that_has_rolled_over_is_a_gap(http: HttpClient, pool: CountingPool) -> None:
    async with EdgarSite(last_start=240) as site:
        edgar = Edgar(MemoryStore(), http, pool, site)
        edgar.file(5, ago_s=600)
        await edgar.poll()
        known_ms = edgar.front.newest_ms
        await edgar.events()
        burst = edgar.file(400)
        site.entries = site.entries[:340]
        await edgar.poll(500)
        assert site.starts()[1:] == [0, 80, 160, 240, 320]
        assert edgar.front.cuts == 1
        await edgar.restart()
        for _ in range(4):
            await edgar.poll(301)
        (gap,) = edgar.gaps
        assert gap.since_ms == known_ms
        assert set(await edgar.numbers()) >= set(burst[-320:])


async def test_a_gap_is_written_down_before_the_filler_hears_of_it_and_told_again_after_a_crash(
    kept: Edgar, armed: Any
) -> None:
    kept.file(5, ago_s=600)
    await kept.poll()
    kept.site.entries.clear()
    kept.file(50, ago_s=0)  # a short page: nothing is shown after it
    await kept.poll(300)
    (gap,) = kept.gaps
    assert kept.filler.told == [gap]
    await kept.restart()
    assert kept.gaps == [gap]
    kept.file(1)
    await kept.poll()
    await kept.poll()
    assert kept.filler.told == [gap, gap]


@pytest.mark.parametrize("place", ["poll.fetched", "edgar.page", "poll.chunk_ingested", "poll.ingested"])
async def test_a_crash_anywhere_loses_nothing_and_doubles_nothing(kept: Edgar, armed: Any, place: str) -> None:
    kept.file(5, ago_s=600)
    await kept.poll()
    await kept.events()
    burst = kept.file(250)
    armed(f"{place}:1:raise")
    with pytest.raises(Failpoint):
        await kept.poll(300)
    await kept.restart()
    new = kept.file(3)
    await kept.poll()
    assert await kept.numbers() == [*burst, *new]
    assert kept.gaps == []


class Away(MemoryStore):
    """A store in which one kind of call fails while `away` names it."""

    away = ""

    def __getattribute__(self, name: str) -> Any:
        if name == super().__getattribute__("away"):
            raise StoreUnavailable("away")
        return super().__getattribute__(name)


@pytest.mark.parametrize("call", ["take_turn", "known_marks", "ingest", "end_poll"])
async def test_a_store_that_is_away_costs_requests_alone(
    http: HttpClient, pool: CountingPool, site: EdgarSite, call: str
) -> None:
    store = Away()
    edgar = Edgar(store, http, pool, site)
    edgar.file(5, ago_s=600)
    await edgar.poll()
    await edgar.events()
    burst = edgar.file(150)
    store.away = call
    with pytest.raises(StoreUnavailable):
        await edgar.poll(200)
    store.away = ""
    await edgar.poll()
    assert await edgar.numbers() == burst
    assert (edgar.gaps, await edgar.notices()) == ([], [])


async def test_pages_of_servers_that_are_not_equally_far_are_asked_for_again(edgar: Edgar) -> None:
    edgar.file(5, ago_s=600)
    await edgar.poll()
    await edgar.events()
    burst = edgar.file(250)
    # A server that does not know of the newest 60 yet: what begins with its entry 80 is our entry 140.
    edgar.site.answer(80, status=200, body=page(edgar.site.entries[140:240]))
    edgar.site.starts()
    await edgar.poll(300)
    assert edgar.site.starts() == [0, 80, 40, 120, 200]
    assert await edgar.numbers() == burst


async def test_a_page_that_is_cut_off_is_an_error_of_that_page(edgar: Edgar) -> None:
    edgar.file(5, ago_s=600)
    await edgar.poll()
    await edgar.events()
    burst = edgar.file(150)
    edgar.site.answer(80, status=200, body=b"<feed><entry><title>8-K - Ve")
    assert (await edgar.poll(200)).outcome == "new"
    await edgar.poll(11)
    assert await edgar.numbers() == burst


async def test_an_empty_page_is_no_gap(edgar: Edgar) -> None:
    edgar.file(5, ago_s=600)
    await edgar.poll()
    known = list(edgar.site.entries)
    edgar.site.show([])
    assert (await edgar.poll()).outcome == "nothing_new"
    assert (edgar.gaps, len(edgar.front.marks)) == ([], 5)
    edgar.site.show(known)
    new = edgar.file(1)
    await edgar.events()
    await edgar.poll()
    assert (await edgar.numbers(), edgar.gaps) == (new, [])


async def test_a_feed_that_was_empty_at_first_is_no_gap(edgar: Edgar) -> None:
    await edgar.poll()
    new = edgar.file(3)
    await edgar.poll()
    assert (await edgar.numbers(), edgar.gaps, edgar.site.starts()) == (new, [], [0, 0])


async def test_what_is_remembered_stays_small(edgar: Edgar) -> None:
    edgar.settings["forms"] = [f"S-{n}" for n in range(1, 200)]
    edgar.file(700, form="S-1", ago_s=0)
    await edgar.poll()
    assert len(edgar.front.marks) == 300
    assert len(msgspec.json.encode(edgar.state.cursor)) < 16_384
