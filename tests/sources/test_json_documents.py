"""What a JSON document becomes: rows, fields, times, tags, states; and what is an error though it came with 200."""

from __future__ import annotations

import json
from typing import Any

import pytest

from alertd.errors import ParseFailed
from alertd.sources.json_tags import accession_of, cik_of, items_of, ticker_tags
from tests.sources.json_make import FIELDS, document, events, only, read, row


def test_a_row_becomes_an_event_with_plain_text_an_absolute_link_and_its_time() -> None:
    event = only(
        row(1, title="Vega &amp; Lumen", html="<p>One.</p><script>x()</script><p>Two.</p>", at=1768231800),
        fields=FIELDS | {"body": "$.html"},
    )
    assert (event.title, event.body) == ("Vega & Lumen", "One.\nTwo.")
    assert event.url == "https://api.example.com/n/1"
    assert event.published_at == "2026-01-12T15:30:00.000Z"


def test_the_id_names_the_event_whatever_else_changes() -> None:
    first, later = only(row(1)), only(row(1, title="Corrected", url="/elsewhere"))
    assert first.id == later.id != only(row(2)).id


def test_the_first_way_that_gives_something_is_taken_and_a_text_with_a_gap_is_none() -> None:
    ways = {"title": ["{$.name} resumed at {$.resumed}", "{$.name} halted: {$.why}", "Trading halt"], "id": "$.id"}
    assert only({"id": 1, "name": "GME", "why": "LUDP", "resumed": None}, fields=ways).title == "GME halted: LUDP"
    assert only({"id": 1, "name": "GME", "resumed": "09:51"}, fields=ways).title == "GME resumed at 09:51"
    assert only({"id": 1, "name": ""}, fields=ways).title == "Trading halt"


def test_lists_take_all_their_ways_together() -> None:
    event = only(
        row(1, tags=["a", "b"], channel={"name": "c"}, authors=[{"n": "Ann"}, {"n": "Bo"}]),
        fields=FIELDS | {"categories": ["$.tags[*]", "$.channel.name", "$.tags"], "authors": "$.authors[*].n"},
    )
    assert event.categories == ["a", "b", "c"]
    assert event.authors == ["Ann", "Bo"]


@pytest.mark.parametrize(
    ("list_", "document_"),
    [
        ("$.items", {"items": [{"id": 1, "title": "x"}]}),
        ("$.items[*]", {"items": [{"id": 1, "title": "x"}]}),
        ("$", [{"id": 1, "title": "x"}]),
        ("$[*]", [{"id": 1, "title": "x"}]),
        ("$.by_id[*]", {"by_id": {"a": {"id": 1, "title": "x"}}}),
        ("$.a[*].items[*]", {"a": [{"items": [{"id": 1, "title": "x"}]}, {}]}),
        ("$.items[?@.kind == 'news']", {"items": [{"id": 1, "title": "x", "kind": "news"}, {"id": 2, "kind": "ad"}]}),
        ("$..item", {"deep": {"down": {"item": {"id": 1, "title": "x"}}}}),
        ("$", {"id": 1, "title": "x"}),
        ("$.items", {"items": [None, {"id": 1, "title": "x"}]}),
    ],
)
def test_a_list_is_found_where_its_path_says(list_: str, document_: Any) -> None:
    page = read(json.dumps(document_).encode(), list=list_)
    assert [candidate.title for candidate in page.candidates] == ["x"]


@pytest.mark.parametrize(
    ("list_", "document_"),
    [
        ("$.items", {"items": []}),
        ("$.items", {"items": None}),
        ("$.items[*]", {"items": []}),
        ("$.items[*]", {"items": None}),
        ("$.items[?@.kind == 'news']", {"items": [{"kind": "ad"}]}),
        ("$", []),
        ("$[*]", []),
        ("$.items", {"items": [], "error": None, "status": "ok"}),
    ],
)
def test_a_list_without_rows_is_no_error(list_: str, document_: Any) -> None:
    assert read(json.dumps(document_).encode(), list=list_).candidates == []


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ('{"Note": "Thank you! 5 calls per minute."}', "has no list `$.items`: `note` says “Thank you"),
        ('{"Information": "25 requests per day"}', "has no list `$.items`: `information` says “25 requests per day”"),
        ('{"error": "invalid key"}', "is an error: `error` says “invalid key”"),
        ('{"error": {"code": 9, "message": "no plan"}}', "is an error: `error` says “no plan”"),
        ('{"errors": [{"detail": "expired"}], "items": []}', "is an error: `errors` says “expired”"),
        ('{"items": null, "error": "down"}', "is an error: `error` says “down”"),
        ('{"message": "API rate limit exceeded"}', "has no list `$.items`: `message` says “API rate limit exceeded”"),
        ('{"data": {"articles": []}}', "`$.items` is not there: it has the keys `data`. Has the layout changed?"),
        ('{"items": "later"}', "the list is no list but “later”"),
        ("[1, 2]", "it is a list of 2"),
        ("", "the document is empty"),
        ("<!DOCTYPE html><title>Sign in</title>", "HTML or XML titled “Sign in” instead of JSON"),
        ('{"items": [{"id": 1', "JSON with an error: "),
        ("[" * 200_000, "nested too deep"),
        ('{"items": 1e999}', "the list is no list"),
    ],
)  # fmt: skip
def test_what_is_no_list_is_an_error_that_says_what_came_instead(body: str, says: str) -> None:
    with pytest.raises(ParseFailed) as failed:
        read(body.encode())
    assert says in str(failed.value)


@pytest.mark.parametrize("list_", ["$", "$[*]"])
def test_a_quota_message_is_no_row_where_the_document_is_the_list(list_: str) -> None:
    with pytest.raises(ParseFailed, match="“API rate limit"):
        read(b'{"status": 429, "message": "API rate limit exceeded"}', list=list_)


def test_settings_can_say_what_an_error_is() -> None:
    when = {"$.meta.status": "fail", "$.warnings[*]": ""}
    assert len(read(document(row(1), meta={"status": "ok"}), error_when=when).candidates) == 1
    with pytest.raises(ParseFailed, match=r"`\$.meta.status` is “FAILED”"):
        read(document(row(1), meta={"status": "FAILED"}), error_when=when)
    with pytest.raises(ParseFailed, match="“quota at 99 %”"):
        read(document(row(1), warnings=["quota at 99 %"]), error_when=when)


def test_a_row_without_what_it_needs_is_left_out_with_the_reason_and_its_neighbours_stay() -> None:
    at = "2026-01-12T09:30:00Z"
    page = read(document(row(1, at=at), {"id": 2}, row(3), row(4), "odd"))
    assert [candidate.position for candidate in page.candidates] == [0, 2, 3]
    assert [(r.position, r.reason) for r in page.rejected] == [
        (1, "the row has no title: `$.title` gives nothing"),
        (4, "the row has no id: `$.id` gives nothing"),
    ]
    assert "layout" not in page.more


def test_a_text_with_paths_is_shown_as_it_was_written() -> None:
    fields = {"id": "$.id", "title": ["$.headline", "{$.subjct} ({$.stage})"]}
    page = read(document(row(1), {**row(2), "headline": "x"}), fields=fields)
    assert [one.reason for one in page.rejected] == [
        "the row has no title: `$.headline` or `{$.subjct} ({$.stage})` gives nothing"
    ]


def test_when_most_rows_lack_a_field_it_is_said_and_when_all_do_nothing_is_taken() -> None:
    renamed = [{"id": n, "headline": f"Item {n}"} for n in (2, 3, 4)]
    page = read(document(row(1), *renamed))
    assert len(page.candidates) == 1
    assert page.more["layout"] == (
        "3 of 4 rows have no title: `$.title` gives nothing. Of such a row, it has the keys `id`, `headline`. "
        "Has the layout changed?"
    )
    with pytest.raises(ParseFailed, match="3 of 3 rows have no title"):
        read(document(*renamed))


@pytest.mark.parametrize(
    ("rows", "settings", "says"),
    [
        ([row(n, posted="2026-01-12") for n in (1, 2, 3)], {},
         "3 of 3 rows have no published: `$.at` gives nothing. Of such a row, it has the keys `id`, `title`,"),
        ([row(n, at=1_768_231_800) for n in (1, 2, 3)], {"times": ["%d.%m.%Y"]},
         "3 of 3 rows have a published that no form of `times` reads, such as “1768231800”. Has the layout changed?"),
        ([row(1, at="2026-01-12"), row(2, at="soon"), row(3, at="later")], {},
         "2 of 3 rows have a published that no form of `times` reads, such as “soon”."),
        ([row(1, at="2026-01-12"), row(2), row(3)], {}, ""),
        ([row(1), row(2)], {}, ""),
        ([row(1), row(2), row(3)], {"fields": {"id": "$.id", "title": "$.title"}}, ""),
    ],
)  # fmt: skip
def test_when_no_row_has_its_time_or_most_cannot_be_read_it_is_said(
    rows: list[Any], settings: dict[str, Any], says: str
) -> None:
    page = read(document(*rows), **settings)
    assert len(page.candidates) == len(rows)
    said = page.more.get("layout", "")
    assert says in said if says else not said


def test_times_are_read_by_the_forms_and_in_the_zone_of_the_settings() -> None:
    zone = {"timezone": "America/New_York", "times": ["%m/%d/%Y %H:%M:%S", "auto"]}
    assert only(row(1, at="07/01/2026 09:41:05"), **zone).published_at == "2026-07-01T13:41:05.000Z"
    assert only(row(1, at="20260112T093000"), **zone).published_at == "2026-01-12T14:30:00.000Z"
    assert only(row(1, at="2026-01-12T09:30:00+01:00"), **zone).published_at == "2026-01-12T08:30:00.000Z"
    assert only(row(1, at="soon"), **zone).published_at is None


def test_a_row_that_is_a_state_is_a_revision_only_when_its_state_changes() -> None:
    def hashes(**more: Any) -> tuple[str, str]:
        page = read(document(row(1, **more)), state=["$.resumed", "title"])
        (made,) = page.candidates
        assert (made.strong, made.weak) == ("", "")
        return made.event_id, made.content_hash

    before = hashes(resumed=None, seen=1)
    assert hashes(resumed=None, seen=2) == before
    after = hashes(resumed="09:51", seen=2)
    assert after[0] == before[0]
    assert after[1] != before[1] != hashes(resumed=None, title="Other")[1]


def test_two_rows_of_one_state_are_its_newest_one() -> None:
    rows = [row(1, at=1768231800, s="old"), row(2), row(1, at=1768231900, s="new")]
    page = read(document(*rows), state=["$.s"], fields=FIELDS | {"body": "$.s"})
    assert [(event.title, event.body) for event in events(page)] == [("Item 2", ""), ("Item 1", "new")]
    assert page.duplicates == [(0, 2)]


def test_a_filing_has_its_form_items_filers_and_time_of_acceptance() -> None:
    event = only(
        {"no": "000104581026000012", "form": "SC 13D", "items": ["Item 1.01: x", "9.01"], "cik": ["1045810"],
         "who": ["NVIDIA CORP"], "filed": "2026-01-12T10:31:07-05:00"},
        kind="filing",
        fields={"id": "$.no", "title": "{$.form} {$.who[0]}", "form": "$.form", "items": "$.items", "ciks": "$.cik",
                "filers": "$.who", "accession": "$.no", "accepted": "$.filed"},
    )  # fmt: skip
    assert (event.kind, event.form, event.items) == ("filing", "SCHEDULE 13D", ["1.01", "9.01"])
    assert event.filers == [{"name": "NVIDIA CORP", "cik": "0001045810", "role": "filer"}]
    assert (event.accession, event.accepted_at) == ("0001045810-26-000012", "2026-01-12T15:31:07.000Z")


def test_what_is_taken_back_says_so() -> None:
    fields = FIELDS | {"withdrawn": "$.deleted"}
    assert only(row(1, deleted=True), fields=fields).withdrawn
    assert not only(row(1, deleted=False), fields=fields).withdrawn


@pytest.mark.parametrize(
    ("written", "exchange", "tags"),
    [
        (["NVDA"], "", ["$NVDA"]),
        (["T", "BN"], "", ["T US Equity", "BN US Equity"]),
        (["BRK.B"], "", ["$BRK.B"]),
        (["nvda, amd"], "NASDAQ", ["NASDAQ:NVDA", "NASDAQ:AMD"]),
        (["7203"], "XTKS", ["XTKS:7203"]),
        (["NASDAQ:NVDA", "CRYPTO:BTC", "NVDA US Equity"], "", ["NASDAQ:NVDA", "CRYPTO:BTC", "NVDA US Equity"]),
        (["US67066G1040"], "NASDAQ", ["US67066G1040"]),
        (["not a ticker!", "<b>", "x" * 5_000], "", []),
    ],
)
def test_tickers_are_written_as_tags(written: list[str], exchange: str, tags: list[str]) -> None:
    found = ticker_tags(written, exchange)
    assert found == tags or (not tags and all("<" not in tag and "!" not in tag for tag in found))


def test_numbers_of_filings_are_read_in_all_their_forms() -> None:
    assert (cik_of("CIK 1045810"), cik_of("0001045810"), cik_of("n/a"), cik_of("0")) == ("0001045810",) * 2 + (
        "",
    ) * 2
    assert items_of(["Items 1.01 and 9.01", "none"]) == ["1.01", "9.01"]
    assert accession_of("filing 0001045810-26-000012.txt") == "0001045810-26-000012"
