"""Polls of EDGAR: page after page until something known, and what was held back over night below it."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from alertd import telemetry
from alertd.base.clock import parse_rfc3339
from tests.sources.edgar_pages import entry
from tests.workers.edgar_polling import Edgar

pytestmark = pytest.mark.asyncio(loop_scope="module")


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
