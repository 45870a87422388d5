"""Filings become events: one for each accession number, whatever the pages cut and repeat."""

from __future__ import annotations

import msgspec
import pytest

from alertd.base.clock import parse_rfc3339, rfc3339
from alertd.model import SourceState
from alertd.rules.filing import form_fits
from alertd.sources.edgar_filing import join, visible_ms
from alertd.sources.novelty import decide
from tests.sources.edgar_pages import (
    ACCEPTED,
    AGREEMENT,
    COMPANY,
    EXHIBITS,
    RESULTS,
    SEEN,
    entry,
    events,
    number,
    only,
    page,
    parse,
)
from tests.sources.make import Memory

ISSUER = entry(7, "Vega Grid Inc.", form="4", role="Issuer")
TARGET = entry(form="SCHEDULE 13D", role="Subject")
INSIDER = entry(7, "DOE JANE", form="4", cik=9_990_002, role="Reporting")


def test_an_event_carries_what_the_page_says_of_the_filing() -> None:
    event = only(entry(items=(AGREEMENT, EXHIBITS)))
    assert (event.kind, event.source, event.trust, event.language) == ("filing", "edgar", "high", "en")
    assert (event.form, event.items, event.accession) == ("8-K", ["1.01", "9.01"], "0009990001-26-000001")
    assert event.filers == [{"id": "cik-0009990001", "cik": "0009990001", "name": "Vega Grid Inc.", "role": "filer"}]
    assert event.accepted_at == event.event_at == "2026-01-12T17:41:56.000Z"
    assert (event.published_at, event.published_raw, event.late) == (None, "2026-01-12", False)
    assert event.url.endswith("/0009990001-26-000001-index.htm")
    assert (event.body, event.awaiting) == ("", None)
    assert event.provenance.http_date == "Mon, 12 Jan 2026 17:42:00 GMT"
    assert len(event.provenance.fetched_sha256) == 64


def test_the_filers_of_one_accession_number_are_one_event_those_it_is_about_first() -> None:
    parsed = parse(page(INSIDER, entry(8), ISSUER, INSIDER))
    first, second = events(parsed)
    assert [(filer["name"], filer["role"]) for filer in first.filers] == [
        ("Vega Grid Inc.", "issuer"), ("DOE JANE", "reporting"),
    ]  # fmt: skip
    assert (first.accession, second.accession) == (number(7), number(8))
    assert [candidate.position for candidate in parsed.candidates] == [0, 1]
    assert parsed.duplicates == []


@pytest.mark.parametrize(
    ("entries", "title"),
    [
        ((entry(items=(AGREEMENT, EXHIBITS)),), "8-K Vega Grid Inc.: entry into a material definitive agreement"),
        ((entry(items=(EXHIBITS,)),), "8-K Vega Grid Inc.: financial statements and exhibits"),
        ((entry(items=(("7.01", "Regulation FD Disclosure"),)),), "8-K Vega Grid Inc.: Regulation FD disclosure"),
        (
            (entry(items=(RESULTS, ("8.01", "Other Events"))), entry(name="Vega Grid LP", cik=3)),
            "8-K Vega Grid Inc., Vega Grid LP: results of operations and financial condition; other events",
        ),
        ((entry(form="10-Q"),), "10-Q Vega Grid Inc."),
        ((INSIDER, ISSUER), "Form 4 Vega Grid Inc., reported by DOE JANE"),
        ((INSIDER,), "Form 4 reported by DOE JANE"),
        (
            (
                *(entry(name=f"Lyra Fund {n} LP", cik=n, form="SCHEDULE 13D", role="Filed by") for n in range(1, 5)),
                TARGET,
            ),
            "SCHEDULE 13D Vega Grid Inc., filed by Lyra Fund 1 LP, Lyra Fund 2 LP and 2 more",
        ),
        (
            tuple(entry(name=f"Trust {n}", cik=n, form="497") for n in range(1, 4)),
            "Form 497 Trust 1, Trust 2 and 1 more",
        ),
    ],
)
def test_a_title_says_on_which_form_who_files_about_whom_and_what(entries: tuple[str, ...], title: str) -> None:
    assert only(*entries).title == title


def test_a_title_is_cut_and_never_markup() -> None:
    event = only(
        entry(name="<script>alert(1)</script> & <b>Co</b>", items=tuple((f"{n}.01", "z " * 90) for n in range(1, 9)))
    )
    assert len(event.title) <= 500
    assert "<" not in event.title


# --- forms ----------------------------------------------------------------------------------------------


def test_forms_are_compared_exactly_not_by_their_beginning() -> None:
    body = page(*(entry(n, form=form) for n, form in enumerate(("4", "4/A", "424B2", "8-K", "8-K/A", "8-K12B"), 1)))
    assert [event.form for event in events(parse(body, forms=("4", "8-K")))] == ["4", "8-K"]
    assert [event.form for event in events(parse(body, forms=("8-K/A",)))] == ["8-K/A"]
    assert len(events(parse(body))) == 6


@pytest.mark.parametrize("filed", ["SC 13D", "SCHEDULE 13D"])
def test_both_names_of_schedule_13d_are_one_form(filed: str) -> None:
    event = only(entry(form=filed), entry(2, form=f"{filed}/A"), forms=("SCHEDULE 13D",))
    assert event.form == filed
    assert form_fits(filed, "SCHEDULE 13D")


def test_what_is_not_watched_is_listed_all_the_same() -> None:
    parsed = parse(page(entry(1, form="4"), entry(2), entry(3, form="D")), forms=("8-K",))
    assert len(parsed.listed) == 3
    assert parsed.candidates[0].identity == parsed.listed[1]


# --- identity -------------------------------------------------------------------------------------------


def test_the_accession_number_alone_names_the_filing() -> None:
    before, after = (parse(page(made)).candidates[0] for made in (entry(1), entry(1, "New Name Inc.", cik=5)))
    assert (before.event_id, before.identity) == (after.event_id, after.identity)
    assert before.content_hash == after.content_hash
    other = parse(page(entry(2))).candidates[0]
    assert other.event_id != before.event_id
    assert (other.strong, other.weak) == ("", "")


def test_the_same_filing_with_more_filers_is_known_and_with_other_items_a_revision() -> None:
    memory, state = Memory(), SourceState(source="edgar", baseline_done=True, entries=3)

    def poll(*entries: str) -> list[str]:
        verdict = decide(parse(page(*entries)), memory.known(), state, "none", SEEN)
        for item in verdict.items:
            memory.take(item.candidate, item.verdict)
        return [item.verdict for item in verdict.items]

    assert poll(INSIDER, entry(1)) == ["new", "new"]
    assert poll(INSIDER, ISSUER, entry(1)) == []
    assert poll(INSIDER) == []
    assert poll(entry(1, items=(RESULTS,))) == ["new"]
    assert [outcome for _, outcome in memory.told] == ["new", "new", "revised"]


def test_many_filings_of_one_wording_are_never_taken_for_a_republished_page() -> None:
    state = SourceState(source="edgar", baseline_done=True, entries=6)
    memory = Memory()
    for first in (1, 7):
        bank = [entry(n, "Example Bank", form="424B2") for n in range(first, first + 6)]
        verdict = decide(parse(page(*bank)), memory.known(), state, "none", SEEN)
        assert [item.verdict for item in verdict.items] == ["new"] * 6
        for item in verdict.items:
            memory.take(item.candidate, item.verdict)
    assert len(memory.told) == 12


def test_a_companys_own_feed_names_the_same_event() -> None:
    current, own = parse(page(entry(items=(RESULTS, EXHIBITS)))), parse(COMPANY.encode())
    assert (own.format, current.format) == ("edgar-company", "edgar-current")
    assert own.candidates[0].event_id == current.candidates[0].event_id
    assert own.candidates[0].content_hash == current.candidates[0].content_hash


# --- clocks ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accepted", "filed", "visible"),
    [
        ("2026-01-12T12:41:56-05:00", "2026-01-12", "2026-01-12T17:41:56.000Z"),
        ("2026-01-12T17:45:00-05:00", "2026-01-13", "2026-01-13T11:00:00.000Z"),
        ("2026-01-09T18:10:00-05:00", "2026-01-12", "2026-01-12T11:00:00.000Z"),
        ("2026-01-12T21:30:00-05:00", "2026-01-12", "2026-01-13T02:30:00.000Z"),
        ("2026-03-06T19:00:00-05:00", "2026-03-09", "2026-03-09T10:00:00.000Z"),
        ("2026-01-12T06:10:00-05:00", "2026-01-09", "2026-01-12T11:10:00.000Z"),
        ("2026-01-12T06:10:00-05:00", "", "2026-01-12T11:10:00.000Z"),
    ],
)
def test_what_comes_after_the_day_can_be_seen_at_six_of_its_filing_date(
    accepted: str, filed: str, visible: str
) -> None:
    assert rfc3339(visible_ms(parse_rfc3339(accepted), filed)) == visible


def test_a_filing_held_over_night_is_not_late_at_six() -> None:
    held = page(entry(accepted="2026-01-12T17:45:00-05:00", filed="2026-01-13"))
    (event,) = events(parse(held, parse_rfc3339("2026-01-13T06:00:08-05:00")))
    assert (event.late, event.published_at, event.published_precision) == (
        False,
        "2026-01-13T11:00:00.000Z",
        "minute",
    )
    assert event.event_at == event.accepted_at == "2026-01-12T22:45:00.000Z"
    (missed,) = events(parse(held, parse_rfc3339("2026-01-13T07:00:08-05:00")))
    assert missed.late


def test_without_an_acceptance_time_the_filing_date_counts_as_a_day() -> None:
    event = only(entry(accepted="2026-01-12T12:41:56", filed="2026-01-12"))
    assert (event.accepted_at, event.published_precision) == (None, "day")
    assert (event.event_at, event.late) == (rfc3339(SEEN), False)


def test_acceptance_times_ahead_of_the_clock_are_told() -> None:
    parsed = parse(page(entry(accepted="2026-01-12T12:41:56-08:00")))
    assert parsed.repaired.startswith("1 acceptance times lie in the future")


@pytest.mark.parametrize(
    ("accepted", "offsets"),
    [
        ("2026-01-12T13:41:56-04:00", "-04:00"),
        ("2026-01-12T17:41:56Z", "UTC"),
        ("2026-01-12T17:41:56+00:00", "UTC"),
        ("2025-07-12T12:41:56-05:00", "-05:00"),
    ],
)
def test_offsets_that_new_yorks_clock_does_not_have_are_told_and_the_time_is_kept(
    accepted: str, offsets: str
) -> None:
    parsed = parse(page(entry(accepted=accepted), entry(2)))
    assert parsed.doubts == [f"1 acceptance times have an offset that New York's clock does not have then: {offsets}"]
    assert parsed.doubts[0] in parsed.repaired
    assert events(parsed)[0].accepted_at == rfc3339(parse_rfc3339(accepted))


def test_offsets_of_summer_and_winter_fit() -> None:
    summer = entry(2, accepted="2025-07-12T12:41:56-04:00")
    parsed = parse(page(entry(), summer))
    assert (parsed.doubts, parsed.shown) == ([], 2)
    assert (parsed.newest_ms, parsed.oldest_ms) == (SEEN - 4_000, parse_rfc3339("2025-07-12T16:41:56Z"))


def test_with_full_text_the_body_is_still_to_come() -> None:
    assert only(entry(), full_text=True).awaiting == "full_text"


# --- several pages --------------------------------------------------------------------------------------


def test_a_filing_cut_by_the_end_of_a_page_has_all_its_filers_once_the_pages_are_joined() -> None:
    first, second = parse(page(entry(1), INSIDER)), parse(page(ISSUER, entry(2)))
    assert first.unfinished == first.listed  # all accepted in one second
    joined = join([first, second])
    whole = parse(page(entry(1), INSIDER, ISSUER, entry(2)))
    assert [event.accession for event in events(joined)] == [number(1), number(7), number(2)]
    assert joined.listed == whole.listed
    assert len({candidate.position for candidate in joined.candidates}) == 3
    made, expected = events(joined)[1], events(whole)[1]
    assert made.filers == expected.filers
    assert made.title == joined.candidates[1].title == expected.title


def test_overlapping_pages_change_nothing() -> None:
    one = parse(page(ISSUER, INSIDER, entry(1)))
    joined = join([one, one])
    assert msgspec.json.encode(msgspec.structs.replace(joined, shown=one.shown)) == msgspec.json.encode(one)


def test_only_what_was_accepted_in_the_last_second_of_a_page_may_go_on() -> None:
    earlier = "2026-01-12T12:40:00-05:00"
    parsed = parse(page(entry(1, accepted=ACCEPTED), entry(2, accepted=earlier), entry(3, accepted=earlier)))
    assert parsed.unfinished == parsed.listed[1:]
