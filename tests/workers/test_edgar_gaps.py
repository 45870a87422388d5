"""What was missed of EDGAR comes late, and nothing is called complete that is not proved to be."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from alertd import telemetry
from alertd.errors import StoreUnavailable
from alertd.model import IngestItem
from alertd.net.client import HttpClient
from alertd.store.memory import MemoryStore
from alertd.store.protocol import Store
from alertd.store.redis import open_store
from alertd.workers.edgar_gap import Gap
from tests.sources.edgar_files import Made, index, submissions
from tests.sources.edgar_pages import number, page, parse
from tests.support.edgar import EdgarSite
from tests.workers.edgar_gaps_rig import FRIDAY, MONDAY, TUESDAY, Gaps, at
from tests.workers.polling import CountingPool

pytestmark = pytest.mark.asyncio(loop_scope="module")

BEFORE = Made(1, items=("8.01",), accepted="2026-01-12T09:50:00-05:00")
OURS = Made(2, items=("1.01", "9.01"), accepted="2026-01-12T10:10:00-05:00")
OTHERS = Made(
    3, items=("2.02",), filers=(("Lyra Labs Corp.", 9_990_007, "Filer"),), accepted="2026-01-12T10:20:00-05:00"
)
INSIDER = Made(
    4, "4", (("Orion Steel Inc.", 9_990_008, "Issuer"), ("DOE JANE", 9_990_009, "Reporting")),
    accepted="2026-01-12T10:30:00-05:00",
)  # fmt: skip
UNWATCHED = Made(5, "SC TO-I", filers=(("Lyra Labs Corp.", 9_990_007, "Filer"),))
DAY = (BEFORE, OURS, OTHERS, INSIDER, UNWATCHED)
SPAN = (at("10:02"), at("10:41"))


@pytest_asyncio.fixture(loop_scope="module")
async def site() -> AsyncIterator[EdgarSite]:
    async with EdgarSite() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def gaps(http: HttpClient, pool: CountingPool, site: EdgarSite) -> AsyncIterator[Gaps]:
    made = Gaps(MemoryStore(), http, pool, site)
    yield made
    await made.filler.aclose()


@pytest_asyncio.fixture(loop_scope="module", params=["memory", "redis"])
async def kept(
    request: pytest.FixtureRequest, http: HttpClient, pool: CountingPool, site: EdgarSite
) -> AsyncIterator[Gaps]:
    """The same over each store."""
    store: Store = MemoryStore()
    if request.param == "redis":
        url, name = request.getfixturevalue("redis_url"), request.getfixturevalue("namespace")
        store = await open_store(url, name, name="test")
    await store.prepare()
    made = Gaps(store, http, pool, site)
    yield made
    await made.filler.aclose()
    await store.aclose()


# --- gaps -----------------------------------------------------------------------------------------------


async def test_a_gap_is_filled_from_submissions_at_once_and_from_the_index_at_night(kept: Gaps) -> None:
    await kept.seen(BEFORE)
    kept.submissions("0009990001", OURS, BEFORE)
    kept.headers(*DAY)
    gap = kept.gap(*SPAN)
    assert await kept.until_noticed("edgar_gap") == [
        "EDGAR may not have been seen from 10:02 to 10:41 on 2026-01-12 (New York). By the submissions of the "
        "company held, 1 filing has come late. What else was missed is known with the index of 2026-01-12, there "
        "from 22:30 (New York) on."
    ]
    (event,) = await kept.events()
    assert (event.accession, event.items, event.late) == (number(2), ["1.01", "9.01"], True)
    assert event.filers == [{"id": "cik-0009990001", "cik": "0009990001", "name": "Vega Grid Inc.", "role": "filer"}]
    assert (kept.open, kept.cursor["spells"]) == ([gap], [[*SPAN, False, 1]])
    assert kept.asked("daily-index") == 0

    kept.index(MONDAY, *DAY)
    await kept.restart(at("22:31"))
    await kept.until(lambda: not kept.open)
    events = {event.accession: event for event in await kept.events()}
    assert events.keys() == {number(3), number(4)}
    assert all(event.late for event in events.values())
    assert [filer["role"] for filer in events[number(4)].filers] == ["issuer", "reporting"]
    assert (kept.cursor["reconciled"], kept.cursor["spells"]) == (MONDAY, [[*SPAN, True, 2]])
    assert await kept.told("edgar_gap_filled") == [
        "The gap in EDGAR from 10:02 to 10:41 on 2026-01-12 (New York) is filled: 2 filings have come late."
    ]
    blind = [one.data["blind"] for one in await kept.journal("source") if "blind" in one.data]
    assert [(one["from_ms"], one["to_ms"], one["filled"]) for one in blind] == [(*SPAN, False), (*SPAN, True)]


async def test_a_gap_whose_index_is_there_already_needs_no_submissions(gaps: Gaps) -> None:
    await gaps.seen(BEFORE, OURS, OTHERS, INSIDER)
    gaps.index(MONDAY, *DAY)
    gaps.clock.set(at("08:00", TUESDAY))
    gaps.gap(*SPAN)
    await gaps.until(lambda: not gaps.open)
    assert (gaps.asked("submissions"), await gaps.told("edgar_gap"), await gaps.events()) == (0, [], [])
    assert await gaps.told("edgar_gap_filled") == [
        "The gap in EDGAR from 10:02 to 10:41 on 2026-01-12 (New York) is filled: nothing was missing."
    ]


async def test_a_gap_into_the_evening_waits_for_the_index_of_the_next_business_day(gaps: Gaps) -> None:
    gaps.filler.hold(())
    evening = Made(6, items=("5.02",), accepted="2026-01-12T18:00:00-05:00", filed=TUESDAY)
    await gaps.seen(*DAY)
    gaps.headers(evening)
    gaps.index(MONDAY, *DAY)
    gaps.clock.set(at("23:00"))
    gap = gaps.gap(at("17:00"), at("19:00"))
    (told,) = await gaps.until_noticed("edgar_gap")
    assert "No company is held" in told and "the index of 2026-01-13" in told
    await gaps.until_reconciled(MONDAY)
    assert gaps.open == [gap]
    gaps.index(TUESDAY, evening)
    await gaps.restart(at("22:35", TUESDAY))
    await gaps.until(lambda: not gaps.open)
    assert [event.accession for event in await gaps.events()] == [number(6)]
    assert gaps.cursor["spells"] == [[gap.since_ms, gap.until_ms, True, 1]]


async def test_a_gap_survives_a_restart_in_the_middle_and_nothing_comes_twice(gaps: Gaps) -> None:
    gaps.submissions("0009990001", OURS)
    gaps.headers(*DAY)
    gap = gaps.gap(*SPAN)
    await gaps.until_noticed("edgar_gap")
    for _ in range(3):
        gaps.site.asked.clear()
        await gaps.restart()
        await gaps.until_asked("/submissions/")
    assert gaps.open == [gap]
    assert [event.accession for event in await gaps.events()] == [number(2)]


async def test_what_edgar_has_no_submissions_of_is_left_to_the_index(gaps: Gaps) -> None:
    gaps.held |= {"0000000404"}
    gaps.filler.hold(gaps.held)
    gaps.submissions("0009990001", OURS)
    gaps.gap(*SPAN)
    (told,) = await gaps.until_noticed("edgar_gap")
    assert (
        "The submissions of 1 of the 2 companies held could not all be read: EDGAR has no CIK0000000404.json. "
        "By those that were, 1 filing has come late. What else" in told
    )


async def test_submissions_that_are_not_there_are_never_said_to_show_that_nothing_was_missed(gaps: Gaps) -> None:
    gaps.gap(*SPAN)
    (told,) = await gaps.until_noticed("edgar_gap")
    assert (
        "The submissions of the company held could not all be read: EDGAR has no CIK0009990001.json. What else"
        in told
    )
    assert "nothing of theirs" not in told


async def test_submissions_with_more_older_files_than_are_read_are_not_called_complete(gaps: Gaps) -> None:
    older = [f"CIK0009990001-submissions-00{number}.json" for number in range(1, 8)]
    gaps.submissions("0009990001", older=older)
    for name in older:
        recent = json.loads(submissions(9_990_001, "Vega Grid Inc."))["filings"]["recent"]
        gaps.site.files[f"/submissions/{name}"] = json.dumps(recent).encode()
    gaps.gap(at("10:00", FRIDAY), SPAN[1])
    (told,) = await gaps.until_noticed("edgar_gap")
    assert "could not all be read: they lie in more than 5 older files" in told


async def test_older_files_of_submissions_are_read_where_they_reach_into_the_gap(gaps: Gaps) -> None:
    gaps.submissions("0009990001", older=["CIK0009990001-submissions-001.json"])
    gaps.site.files["/submissions/CIK0009990001-submissions-001.json"] = b"{}"
    gaps.gap(at("10:00", FRIDAY), SPAN[1])
    (told,) = await gaps.until_noticed("edgar_gap")
    assert "could not be read yet: no submissions of a company: columns of filings are missing in it" in told
    assert gaps.asked("submissions-001.json") == 1


async def test_submissions_that_fail_are_told_of_and_tried_again(gaps: Gaps) -> None:
    gaps.site.files["/submissions/CIK0009990001.json"] = b"<html><title>Down</title></html>"
    gaps.gap(*SPAN)
    (told,) = await gaps.until_noticed("edgar_gap")
    assert "EDGAR sent an HTML page titled “Down”" in told
    gaps.submissions("0009990001", OURS)
    gaps.clock.set(at("11:45"))
    await gaps.until_asked("/submissions/", 2)
    await gaps.until(lambda: gaps.cursor["spells"][-1][3] == 1)
    assert [event.accession for event in await gaps.events()] == [number(2)]


async def test_a_store_that_is_away_delays_and_loses_nothing(gaps: Gaps, monkeypatch: pytest.MonkeyPatch) -> None:
    gaps.submissions("0009990001", OURS)
    known, calls = gaps.store.known_marks, []

    async def away(source: str, marks: list[str]) -> object:
        calls.append(source)
        if len(calls) == 1:
            raise StoreUnavailable("gone for a moment")
        return await known(source, marks)

    monkeypatch.setattr(gaps.store, "known_marks", away)
    monkeypatch.setattr("alertd.workers.edgar_gaps_source.STORE_AWAY_S", 0.01)
    gaps.gap(*SPAN)
    await gaps.until_noticed("edgar_gap")
    assert [event.accession for event in await gaps.events()] == [number(2)]


async def test_a_gap_with_a_day_that_is_given_up_is_closed_and_not_called_filled(gaps: Gaps) -> None:
    gaps.filler.hold(())
    gaps.gap(*SPAN)
    await gaps.restart(at("22:31", "2026-01-15"))
    await gaps.until(lambda: not gaps.open)
    assert gaps.cursor["spells"] == [[*SPAN, False, 0]]
    (told,) = await gaps.told("edgar_gap_filled")
    assert told.endswith("is closed, but not all of its days could be reconciled: no filings have come late.")


# --- nights ---------------------------------------------------------------------------------------------


async def test_a_day_on_which_all_was_seen_is_written_down_and_nobody_is_told(kept: Gaps) -> None:
    await kept.seen(BEFORE, OURS, OTHERS, INSIDER)
    kept.index(MONDAY, *DAY)
    kept.clock.set(at("22:29"))
    kept.poll()
    kept.clock.set(at("23:00"))
    await kept.restart()
    await kept.until_reconciled(MONDAY)
    assert (await kept.events(), await kept.journal("notice")) == ([], [])
    (record,) = [one for one in await kept.journal("source") if "reconciled" in one.data]
    assert record.reason == "reconciled: the index of 2026-01-12 lists 4 filings of the forms watched, all were seen"
    told = record.data["reconciled"]
    assert (told["index"], told["watched"], told["seen"], told["missing"], told["late"]) == (5, 4, 4, 0, 0)
    assert b"alertd_reconcile_day_timestamp_seconds" in telemetry.metrics_text()


async def test_what_was_missing_comes_late_with_its_items_and_the_operator_is_told(gaps: Gaps) -> None:
    await gaps.seen(BEFORE, OURS, INSIDER)
    gaps.headers(*DAY)
    gaps.index(MONDAY, *DAY)
    await gaps.restart(at("22:31"))
    assert await gaps.until_noticed("edgar_missing") == [
        "EDGAR, 2026-01-12: the index of 2026-01-12 lists 4 filings of the forms watched, 1 had not been seen; "
        "1 filing has come late."
    ]
    (event,) = await gaps.events()
    assert (event.accession, event.items, event.late) == (number(3), ["2.02"], True)


async def test_a_filing_without_a_header_comes_as_it_is_listed_and_the_page_completes_it(gaps: Gaps) -> None:
    gaps.index(MONDAY, OTHERS)
    await gaps.restart(at("22:31"))
    await gaps.until_reconciled(MONDAY)
    (event,) = await gaps.events()
    assert (event.accession, event.items, event.late, event.accepted_at) == (number(3), [], True, None)
    (shown,) = parse(page(*OTHERS.entries())).candidates
    for _ in range(2):
        await gaps.store.ingest("edgar", [IngestItem(candidate=shown, verdict="new")], gaps.clock())
    (completed,) = await gaps.events()
    assert (completed.revision, completed.revision_reason, completed.items) == (2, "full_text", ["2.02"])


async def test_days_that_were_not_reconciled_are_caught_up_with_in_their_order(gaps: Gaps) -> None:
    gaps.cursor["reconciled"] = "2026-01-07"
    for day in ("2026-01-08", FRIDAY, MONDAY):
        gaps.index(day, Made(int(day[-2:]), filed=day, accepted=f"{day}T12:00:00-05:00"))
    await gaps.restart(at("12:00", TUESDAY))
    await gaps.until_reconciled(MONDAY)
    assert [event.accession for event in await gaps.events()] == [number(8), number(9), number(12)]


async def test_an_index_that_is_not_there_yet_is_asked_for_again_and_told_of_after_six_hours(gaps: Gaps) -> None:
    await gaps.restart(at("22:31"))
    await gaps.until_asked("daily-index")
    gaps.poll()
    assert (gaps.cursor["reconciled"], await gaps.journal("notice")) == (FRIDAY, [])
    await gaps.restart(at("04:31", TUESDAY))
    assert await gaps.until_noticed("edgar_not_reconciled") == [
        "EDGAR, 2026-01-12: it could not be proved that nothing was missed, because EDGAR's index of that day is not "
        "there yet. It is tried again; `alertd sources reconcile` does it by hand."
    ]
    assert gaps.cursor["reconciled"] == FRIDAY
    gaps.index(MONDAY, OTHERS)
    await gaps.restart(at("05:00", TUESDAY))
    await gaps.until_reconciled(MONDAY)


async def test_a_day_without_an_index_is_given_up_after_three_days_and_the_next_ones_go_on(gaps: Gaps) -> None:
    gaps.index(TUESDAY, Made(7, filed=TUESDAY, accepted="2026-01-13T12:00:00-05:00"))
    gaps.index("2026-01-14", Made(8, filed="2026-01-14", accepted="2026-01-14T12:00:00-05:00"))
    await gaps.restart(at("22:29", "2026-01-15"))
    await gaps.until_noticed("edgar_not_reconciled")
    await gaps.restart(at("22:31", "2026-01-15"))
    told = await gaps.until_noticed("edgar_not_reconciled", 2)
    assert "because EDGAR has no index of that day" in told[-1] and "It is not tried again" in told[-1]
    await gaps.until_reconciled("2026-01-14")
    assert [event.accession for event in await gaps.events()] == [number(7), number(8)]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "the index is empty"),
        (index(MONDAY), "an index of EDGAR without a single filing in it"),
        (index(TUESDAY, *DAY), "this index of EDGAR is of 2026-01-13, not of 2026-01-12"),
        (index(MONDAY, *DAY)[:-40], "the index is cut off"),
        (b"<html><title>Down</title></html>", "EDGAR sent an HTML page"),
    ],
)
async def test_an_index_that_is_none_is_told_of_and_is_never_an_empty_day(gaps: Gaps, body: bytes, said: str) -> None:
    gaps.index(MONDAY, body=body)
    await gaps.restart(at("12:00", TUESDAY))
    (told,) = await gaps.until_noticed("edgar_not_reconciled")
    assert said in told and "It is tried again" in told
    gaps.poll()
    assert (gaps.cursor["reconciled"], await gaps.events()) == (FRIDAY, [])


async def test_days_whose_marks_may_be_forgotten_are_given_up_in_one_notice(gaps: Gaps) -> None:
    gaps.index("2026-02-05", Made(9, filed="2026-02-05", accepted="2026-02-05T12:00:00-05:00"))
    gaps.index("2026-02-06", Made(10, filed="2026-02-06", accepted="2026-02-06T12:00:00-05:00"))
    gaps.cursor["reconciled"] = "2026-01-02"
    await gaps.restart(at("12:00", "2026-02-09"))
    told = await gaps.until_noticed("edgar_not_reconciled")
    assert "EDGAR, 2026-01-05 to 2026-01-26: " in told[0] and "may be forgotten by now" in told[0]
    await gaps.until_asked("form.20260206.idx")
    assert gaps.asked("form.202601") == 4  # the 27th to the 30th


async def test_a_source_that_begins_has_missed_nothing_that_day(gaps: Gaps) -> None:
    gaps.cursor = {}
    gaps.poll()
    assert (gaps.cursor["watched"], gaps.cursor["reconciled"]) == ({MONDAY: ["8-K", "4"]}, FRIDAY)
    gaps.index(MONDAY, *DAY)
    await gaps.restart(at("22:31"))
    await gaps.until_reconciled(MONDAY)
    assert (await gaps.events(), gaps.asked("daily-index")) == ([], 0)


async def test_a_gap_on_the_first_day_is_filled_for_the_time_of_the_gap_alone(gaps: Gaps) -> None:
    gaps.cursor = {}
    gaps.headers(*DAY)
    gaps.filler.hold(())
    gaps.gap(*SPAN)
    gaps.index(MONDAY, *DAY)
    await gaps.restart(at("22:31"))
    await gaps.until(lambda: not gaps.open)
    assert sorted(event.accession or "" for event in await gaps.events()) == [number(2), number(3), number(4)]
    assert gaps.cursor["spells"] == [[*SPAN, True, 3]]


async def test_a_form_more_is_not_missed_before_it_is_watched(gaps: Gaps) -> None:
    gaps.settings["forms"] = ["8-K", "4", "SC TO-I"]
    await gaps.seen(BEFORE, OURS, OTHERS, INSIDER)
    gaps.index(MONDAY, *DAY)
    await gaps.restart(at("22:31"))
    await gaps.until_reconciled(MONDAY)
    assert await gaps.events() == []
    assert gaps.cursor["watched"] == {"2026-01-05": ["8-K", "4"], MONDAY: ["SC TO-I"]}
    later = Made(11, "SC TO-I", filed=TUESDAY, accepted="2026-01-13T12:00:00-05:00")
    gaps.index(TUESDAY, later)
    await gaps.restart(at("22:31", TUESDAY))
    await gaps.until_reconciled(TUESDAY)
    assert [event.accession for event in await gaps.events()] == [number(11)]


async def test_a_source_that_is_gone_from_the_settings_is_left_alone(gaps: Gaps) -> None:
    gaps.gap(*SPAN)
    gaps.filler.serve([])
    assert gaps.filler.settle("edgar", gaps.cursor) == gaps.cursor


async def test_a_poll_that_a_reload_overtook_changes_nothing_of_what_is_watched_now(gaps: Gaps) -> None:
    overtaken = gaps.source
    gaps.settings["forms"] = ["8-K", "4", "SC TO-I"]
    gaps.filler.serve([gaps.source])
    await gaps.filler.gap(overtaken, Gap(since_ms=SPAN[0], until_ms=SPAN[1]))
    gaps.poll()
    assert gaps.cursor["watched"] == {"2026-01-05": ["8-K", "4"], MONDAY: ["SC TO-I"]}
    gaps.filler.serve([])
    await gaps.filler.gap(overtaken, Gap(since_ms=SPAN[0], until_ms=SPAN[1]))
    assert gaps.filler.settle("edgar", gaps.cursor) == gaps.cursor, "and begins nothing anew"
