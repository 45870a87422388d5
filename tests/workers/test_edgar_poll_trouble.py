"""Polls of EDGAR that go wrong: whatever breaks, nothing is lost, nothing comes twice, and a gap is written down."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from structlog.testing import capture_logs

from alertd.base.clock import parse_rfc3339
from alertd.base.failpoints import Failpoint, arm
from alertd.errors import StoreUnavailable
from alertd.net.client import HttpClient
from alertd.store.memory import MemoryStore
from tests.sources.edgar_pages import entry
from tests.support.edgar import EdgarSite, page
from tests.workers.edgar_polling import Edgar
from tests.workers.polling import Away, CountingPool

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def armed() -> Iterator[Any]:
    yield arm
    arm("")


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


async def test_a_look_at_what_was_held_back_that_is_cut_short_is_taken_again(edgar: Edgar) -> None:
    edgar.clock.now = parse_rfc3339("2026-01-12T21:00:00-05:00")
    edgar.settings["forms"] = ["8-K", "4"]
    edgar.file(250, form="4", ago_s=60)
    await edgar.poll()
    await edgar.events()
    held = entry(901, form="8-K", accepted="2026-01-12T20:56:30-05:00", filed="2026-01-13")
    edgar.site.entries.insert(210, held.encode())
    edgar.clock.now = parse_rfc3339("2026-01-13T06:03:00-05:00")
    edgar.site.answer(160, status=503)
    new = edgar.file(1)
    await edgar.poll()
    assert (await edgar.numbers(), edgar.front.cuts, edgar.gaps) == (new, 0, [])
    await edgar.poll(11)
    assert await edgar.numbers() == [901]


async def test_what_is_remembered_stays_small(edgar: Edgar) -> None:
    edgar.settings["forms"] = [f"S-{n}" for n in range(1, 200)]
    edgar.file(700, form="S-1", ago_s=0)
    await edgar.poll()
    assert len(edgar.front.marks) == 300
    assert len(msgspec.json.encode(edgar.state.cursor)) < 16_384
