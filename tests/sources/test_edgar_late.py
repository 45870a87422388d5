"""What was missed is found in other places, and is the same there as on EDGAR's pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from alertd.base.clock import parse_rfc3339
from alertd.errors import ParseFailed
from alertd.model import Event, ParsedFeed, event_from_json
from alertd.sources.edgar_header import parse_header
from alertd.sources.edgar_index import parse_index
from alertd.sources.edgar_late import PART
from alertd.sources.edgar_submissions import parse_submissions
from tests.sources.edgar_files import NEW_YORK, Made, index, submissions
from tests.sources.edgar_pages import FACTS, SEEN, page, parse

BASE = "https://www.sec.gov/"
AGREEMENT = Made(1, items=("1.01", "9.01"))
INSIDER = Made(2, "4", (("Vega Grid Inc.", 9_990_001, "Issuer"), ("DOE JANE", 9_990_002, "Reporting")))
STAKE = Made(3, "SCHEDULE 13D", (("Vega Grid Inc.", 9_990_001, "Subject"), ("Lyra Fund LP", 9_990_003, "Filed by")))
ALL = (AGREEMENT, INSIDER, STAKE)


def read(
    parser: Callable[..., ParsedFeed], body: bytes, base: str = BASE, forms: tuple[str, ...] = (), **reads: Any
) -> ParsedFeed:
    return parser(body, None, base, msgspec.structs.replace(FACTS, forms=forms, reads=reads), SEEN, None)


def events(parsed: ParsedFeed) -> list[Event]:
    return [event_from_json(bytes(one.event)) for one in parsed.candidates]


@pytest.mark.parametrize("made", ALL, ids=lambda made: made.form)
def test_a_header_tells_of_a_filing_what_the_page_does(made: Made) -> None:
    late, seen = read(parse_header, made.header()), parse(page(*made.entries()))
    (one,), (other,) = late.candidates, seen.candidates
    assert (one.identity, one.event_id, one.content_hash) == (other.identity, other.event_id, other.content_hash)
    (event,), (first,) = events(late), events(seen)
    same = ("id", "url", "title", "form", "items", "accession", "filers", "accepted_at", "event_at", "published_raw")
    assert {name: getattr(event, name) for name in same} == {name: getattr(first, name) for name in same}
    assert (event.late, first.late) == (True, False)


def test_items_in_another_order_are_the_same_content() -> None:
    turned = Made(1, items=("9.01", "1.01"))
    (one,), (other,) = parse(page(*turned.entries())).candidates, read(parse_header, AGREEMENT.header()).candidates
    assert one.content_hash == other.content_hash


def test_items_that_other_places_write_in_another_way_are_never_the_whole() -> None:
    (candidate,) = read(parse_header, Made(5, "D", items=("06b",)).header()).candidates
    assert candidate.content_hash.startswith(PART)


@pytest.mark.parametrize("made", ALL, ids=lambda made: made.form)
def test_submissions_tell_of_a_filing_under_the_same_name_with_the_same_content(made: Made) -> None:
    late, seen = read(parse_submissions, submissions(9_990_001, "Vega Grid Inc.", made)), parse(page(*made.entries()))
    (one,), (other,) = late.candidates, seen.candidates
    assert (one.identity, one.event_id, one.content_hash) == (other.identity, other.event_id, other.content_hash)
    (event,), (first,) = events(late), events(seen)
    assert (event.items, event.accepted_at, event.late) == (first.items, first.accepted_at, True)
    assert event.filers == [{"id": "cik-0009990001", "cik": "0009990001", "name": "Vega Grid Inc.", "role": ""}]


def test_an_index_names_each_filing_once_with_its_filers_and_knows_no_items() -> None:
    late, seen = read(parse_index, index("2026-01-12", *ALL)), parse(page(*(e for one in ALL for e in one.entries())))
    ours = {one.identity: one for one in late.candidates}
    assert ours.keys() == {one.identity for one in seen.candidates} == set(late.listed)
    assert {c.identity: c.event_id for c in seen.candidates} == {name: c.event_id for name, c in ours.items()}
    hashes = {
        one.form: ours[c.identity].content_hash == c.content_hash for one, c in zip(ALL, seen.candidates, strict=True)
    }
    assert hashes == {"8-K": False, "4": True, "SCHEDULE 13D": True}
    by_form = {event.form: event for event in events(late)}
    assert ours[seen.candidates[0].identity].content_hash.startswith(PART)
    assert [filer["name"] for filer in by_form["4"].filers] == ["VEGA GRID INC.", "DOE JANE"]
    assert (by_form["4"].accepted_at, by_form["4"].published_at) == (None, "2026-01-12T00:00:00.000Z")
    assert by_form["8-K"].late


def test_only_watched_forms_become_events_and_the_index_counts_all() -> None:
    late = read(parse_index, index("2026-01-12", *ALL), forms=("SCHEDULE 13D",))
    assert [event.form for event in events(late)] == ["SCHEDULE 13D"]
    assert len(late.listed) == 3
    assert read(parse_header, INSIDER.header(), forms=("8-K",)).candidates == []


def test_a_form_that_is_longer_than_its_column_is_read_all_the_same() -> None:
    amended = Made(4, "SCHEDULE 13G/A")
    for width in (12, 17):
        parsed = read(parse_index, index("2026-01-12", amended, AGREEMENT, form_width=width))
        assert [event.form for event in events(parsed)] == ["8-K", "SCHEDULE 13G/A"]
        assert {event.filers[0]["name"] for event in events(parsed)} == {"VEGA GRID INC."}


def test_the_index_of_a_quarter_is_read_too() -> None:
    body = index("2026-03-31", AGREEMENT).replace(b"20260112", b"2026-01-12")
    assert [event.published_raw for event in events(read(parse_index, body))] == ["2026-01-12"]


WHOLE = index("2026-01-12", *ALL, Made(9))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "the index is empty"),
        (b" \n\n", "the index is empty"),
        (b"<html><title>Down</title></html>", "no index but EDGAR sent an HTML page titled “Down”"),
        (b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>", "no index but XML"),
        (b"not there", "no index of EDGAR by form, or not all of its heading; it starts with “not there”"),
        (WHOLE[:200], "no index of EDGAR by form, or not all of its heading"),
        (index("2026-01-12"), "without a single filing in it"),
        (WHOLE[:-60], "the index is cut off: its last row has no end"),
        (index("2026-01-12", INSIDER), "the index ends with form 4, before 8-K: it is cut off"),
        (index("2026-01-13", *ALL), "this index of EDGAR is of 2026-01-13, not of 2026-01-12"),
        (WHOLE.replace(b"Last Data Received", b"Last Data Recieved"), "this index of EDGAR is without a day"),
        (index("2026-01-12", *ALL, rows=["8-K nonsense"] * 21), "more than 20 rows of the index cannot be read"),
    ],
)
def test_what_is_no_index_or_not_all_of_one_is_refused_and_never_an_empty_day(body: bytes, said: str) -> None:
    with pytest.raises(ParseFailed, match=None) as error:
        read(parse_index, body, day="2026-01-12")
    assert said in str(error.value)


def test_a_row_that_cannot_be_read_costs_only_itself() -> None:
    parsed = read(parse_index, index("2026-01-12", *ALL, rows=["4           \x1b[31mNONSENSE"]), day="2026-01-12")
    assert (len(parsed.candidates), len(parsed.rejected)) == (3, 1)
    assert "\x1b" not in parsed.rejected[0].title


def test_submissions_give_what_was_accepted_in_the_time_wanted_ends_included() -> None:
    first, last = parse_rfc3339("2026-01-12T12:00:00-05:00"), parse_rfc3339("2026-01-12T13:00:00-05:00")
    made = [
        Made(n, accepted=f"2026-01-12T{at}-05:00", items=("8.01",))
        for n, at in enumerate(("11:59:59", "12:00:00", "12:30:00", "13:00:00", "13:00:01"))
    ]
    parsed = read(parse_submissions, submissions(1, "Vega", *made), since_ms=first, until_ms=last)
    assert [event.accession for event in events(parsed)] == [one.accession for one in made[1:4]]
    assert len(parsed.listed) == 5


def test_submissions_name_the_older_files_that_reach_into_the_time() -> None:
    older = ["CIK0000000001-submissions-001.json", "../../etc/passwd"]
    body = submissions(1, "Vega", AGREEMENT, older=older)
    reaching = read(parse_submissions, body, since_ms=parse_rfc3339("2026-01-10T00:00:00Z"))
    assert reaching.unfinished == older[:1]
    assert read(parse_submissions, body, since_ms=parse_rfc3339("2026-01-14T00:00:00Z")).unfinished == []


def test_an_older_file_has_no_head_and_its_address_says_whose_it_is() -> None:
    columns = msgspec.json.encode(msgspec.json.decode(submissions(1, "Vega", AGREEMENT))["filings"]["recent"])
    parsed = read(parse_submissions, columns, "https://data.sec.gov/submissions/CIK0009990001-submissions-001.json")
    assert events(parsed)[0].filers[0]["cik"] == "0009990001"


def _year(*hours: int) -> list[Made]:
    """Filings of a year, at these hours of New York."""
    days = [(month, day) for month in range(1, 13) for day in (5, 20)]
    return [
        Made(100 * n + hour, accepted=f"2026-{m:02d}-{d:02d}T{hour:02d}:10:00-05:00", filed=f"2026-{m:02d}-{d:02d}")
        for n, (m, d) in enumerate(days)
        for hour in hours
    ]


def test_a_time_with_a_z_is_utc_unless_all_of_the_file_proves_it_to_be_of_new_york() -> None:
    made = _year(7, 12, 20)
    for zone, told in ((None, ""), (NEW_YORK, "its times are New York's, though a Z says UTC")):
        parsed = read(parse_submissions, submissions(1, "Vega", *made, zone=zone))
        assert parsed.repaired == told
        assert [parse_rfc3339(event.accepted_at or "") for event in events(parsed)] == [
            int(one.at.timestamp() * 1000) for one in made
        ]


def test_where_both_readings_are_as_good_it_is_utc() -> None:
    assert read(parse_submissions, submissions(1, "Vega", *_year(12, 14))).repaired == ""


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "no submissions of a company but the document is empty"),
        (b"<html><title>Down</title></html>", "EDGAR sent an HTML page titled “Down”"),
        (b"{", "no submissions of a company but broken JSON"),
        (b"[]", "no submissions of a company: JSON, but no object"),
        (b"{}", "no submissions of a company: columns of filings are missing in it"),
        (b'{"filings":{"recent":{"accessionNumber":[]}}}', "columns of filings are missing in it"),
        (
            b'{"accessionNumber":["1"],"filingDate":[],"acceptanceDateTime":[],"form":[]}',
            "the columns of filings in these submissions are of different lengths",
        ),
        (b"[" * 100_000, "no submissions of a company but broken JSON"),
    ],
)
def test_what_are_no_submissions_is_refused(body: bytes, said: str) -> None:
    with pytest.raises(ParseFailed) as error:
        read(parse_submissions, body)
    assert said in str(error.value)


def test_a_broken_row_of_submissions_costs_only_itself() -> None:
    told = msgspec.json.decode(submissions(1, "Vega", AGREEMENT, STAKE, INSIDER))
    recent = told["filings"]["recent"]
    recent["accessionNumber"][0], recent["form"][1], recent["acceptanceDateTime"][2] = 7, None, "then"
    parsed = read(parse_submissions, msgspec.json.encode(told))
    assert [one.reason for one in parsed.rejected] == ["it names no accession number", "it names no form"]
    assert [event.accepted_at for event in events(parsed)] == [None]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "no header of a filing: the document is empty"),
        (b"plain", "no header of a filing: no feed but plain text"),
        (b"<a><SEC-HEADER>\n<TYPE>8-K\n", "the header of the filing is cut off"),
        (b"<SEC-HEADER>\n<TYPE>8-K\n</SEC-HEADER>", "names no accession number, or no form"),
    ],
)
def test_what_is_no_header_is_refused(body: bytes, said: str) -> None:
    with pytest.raises(ParseFailed) as error:
        read(parse_header, body)
    assert said in str(error.value)


def test_a_header_without_items_of_a_form_that_has_some_is_not_the_whole_of_it() -> None:
    (candidate,) = read(parse_header, Made(1).header()).candidates
    assert candidate.content_hash.startswith(PART)
