"""A pushed batch becomes candidates: short events are enough, bad items are named by index and path."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alertd.base.clock import parse_rfc3339
from alertd.base.ids import event_id
from alertd.errors import ParseFailed
from alertd.model import Event, ParsedFeed, Rights, event_from_json
from alertd.sources.events import SourceFacts
from alertd.sources.push import LINES, MAX_ITEMS, TOO_MANY, RefusedItem, fault_of, parse_push

NOW = parse_rfc3339("2026-01-12T12:42:00.000Z")
INBOX = SourceFacts(id="inbox", trust="high", language="en", classification="internal", rights=Rights(model=False))


def parse(batch: Any, content_type: str = "application/json") -> ParsedFeed:
    body = batch if isinstance(batch, bytes) else json.dumps(batch).encode()
    return parse_push(body, content_type, "", INBOX, NOW, None)


def event(batch: Any) -> Event:
    parsed = parse(batch)
    assert parsed.rejected == []
    return event_from_json(bytes(parsed.candidates[0].event))


def faults(batch: Any) -> list[tuple[int, str, str]]:
    return [(one.index, one.path, one.error) for one in map(fault_of, parse(batch).rejected)]


def test_a_title_is_enough() -> None:
    made = event({"title": "Vega Grid leases Orion"})
    assert made.title == "Vega Grid leases Orion"
    assert (made.source, made.trust, made.language, made.kind) == ("inbox", "high", "en", "news")
    assert made.seen_at == made.event_at == "2026-01-12T12:42:00.000Z"
    assert made.provenance.classification == "internal"
    assert made.provenance.rights == Rights(model=False)
    assert len(made.provenance.fetched_sha256) == 64


def test_the_callers_id_names_the_event_whatever_it_says() -> None:
    first, second = event({"id": "a-1", "title": "Old"}), event({"id": "a-1", "title": "New"})
    assert first.id == second.id == event_id("inbox", "guid:a-1")
    assert event({"id": 17, "title": "x"}).id == event({"id": "17", "title": "y"}).id


def test_without_an_id_the_content_names_it() -> None:
    same = [
        event({"title": "A", "url": "https://x.example/a?utm_source=z"}),
        event({"title": "A", "url": "https://x.example/a"}),
    ]
    assert same[0].id == same[1].id
    others = [
        {"title": "B"},
        {"title": "A", "body": "b"},
        {"title": "A", "published_at": "2026-01-12T12:00:00Z"},
        {"title": "A"},
    ]
    assert len({event(one).id for one in others}) == 4


@pytest.mark.parametrize(
    ("again", "same"),
    [
        ({"id": "a", "title": "A"}, True),
        ({"title": "A", "id": "a", "seen_at": "2020-01-01T00:00:00Z", "story": {"id": "st_x"}}, True),
        ({"id": "a", "title": "A!"}, False),
        ({"id": "a", "title": "A", "facts": {"percent": 6}}, False),
        ({"id": "a", "title": "A", "withdrawn": True}, False),
    ],
)
def test_content_is_what_the_pusher_says_and_not_what_is_ours_to_say(again: dict[str, Any], same: bool) -> None:
    hashes = [parse(one).candidates[0].content_hash for one in ({"id": "a", "title": "A"}, again)]
    assert (hashes[0] == hashes[1]) is same


def test_two_ids_are_two_items_although_they_say_the_same() -> None:
    parsed = parse([{"id": "a", "title": "A"}, {"id": "b", "title": "A"}])
    assert len({one.event_id for one in parsed.candidates}) == 2
    assert parsed.duplicates == []


def test_the_same_item_twice_in_a_batch_is_a_duplicate_and_a_changed_one_is_not() -> None:
    parsed = parse([{"id": "a", "title": "A"}, {"id": "a", "title": "A"}, {"id": "a", "title": "B"}])
    assert [one.position for one in parsed.candidates] == [0, 2]
    assert parsed.duplicates == [(1, 0)]


@pytest.mark.parametrize(
    ("item", "path", "words"),
    [
        (7, "", "an item is a JSON object"),
        (["title"], "", "an item is a JSON object"),
        ({}, "title", "an item needs a title, a body or a url"),
        ({"title": "​"}, "title", "an item needs a title"),
        ({"title": 7}, "title", "expected `str`, got `int`"),
        ({"title": "x" * 30_000}, "title", "30,000 characters"),
        ({"title": "x", "id": "i" * 600}, "id", "600 characters"),
        ({"title": "x", "url": "javascript:alert(1)"}, "url", "no complete address"),
        ({"title": "x", "url": "https://user:pw@x.example/"}, "url", "no complete address"),
        ({"title": "x", "published_at": "31 February 2026"}, "published_at", "not a time: write it as 2026-"),
        ({"title": "x", "accepted_at": "9999-01-01T00:00:00Z"}, "accepted_at", "not a time"),
        ({"title": "x", "kind": "rumour"}, "kind", "invalid enum value 'rumour'"),
        ({"title": "x", "language": "english, mostly"}, "language", "two or three letters"),
        ({"title": "x", "authors": ["a", 5]}, "authors[1]", "expected `str`, got `int`"),
        ({"title": "x", "companies": [{"name": "Vega"}]}, "companies[0]", "lacks the field `id`"),
        ({"title": "x", "companies": [{"id": "a|b"}]}, "companies[0].id", "an id of 1 to 200"),
        ({"title": "x", "companies": [{"id": "a", "relevance": 7}]}, "companies[0].relevance", "from 0 to 1"),
        ({"title": "x", "parties": ["ok", ""]}, "parties[1]", "an id of 1 to 200"),
        ({"title": "x", "event_types": [{"type": "t", "status": "sure"}]}, "event_types[0].status", "one of ann"),
        ({"title": "x", "amounts": [{"low": 2, "high": 1}]}, "amounts[0].high", "not below `low`"),
        ({"title": "x", "amounts": [{"low": 1, "high": 1, "currency": "$"}]}, "amounts[0].currency", "three capital"),
        ({"title": "x", "sentiment": {"score": -3}}, "sentiment.score", "a number from -1 to 1"),
        ({"title": "x", "facts": {"a": [1, {"b": 10**400}]}}, "facts.a[1].b", "a number beyond"),
        ({"title": "x", "facts": [1]}, "facts", "expected `object`, got `array`"),
        ({"title": "x", "n": {"a": {"b": {"c": {"d": {"e": {"f": {"g": {"h": {}}}}}}}}}}, "n.a.b.c.d.e.f.g", "deep"),
        ({"title": "x", "note": "y" * 5_000}, "note", "text of 5,000 characters"),
        ({"title": "x", "notes": ["y" * 3_000] * 30}, "", "limited to 64 KiB"),
        ({"title": "x", "terms": [{"type": "t"}] * 101}, "terms", "101 members; 100 are taken"),
    ],
)  # fmt: skip
def test_a_bad_item_is_named_by_index_and_path_and_the_others_are_taken(item: Any, path: str, words: str) -> None:
    batch = [{"title": "before"}, item, {"title": "after"}]
    assert [one.position for one in parse(batch).candidates] == [0, 2]
    ((index, where, error),) = faults(batch)
    assert (index, where) == (1, path)
    assert words in error


def test_a_number_that_is_none_in_json_harms_only_the_batch_that_has_it() -> None:
    with pytest.raises(ParseFailed, match="NaN is no number in JSON"):
        parse(b'[{"title": "x", "facts": {"a": NaN}}]')
    assert faults(b'[{"title": "x", "facts": {"a": 1e999}}]') == [
        (0, "facts.a", "a number beyond what can be stored")
    ]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "the body is empty"),
        (b" \n ", "the body is empty"),
        (b"\xff\xfe{", "not UTF-8 at byte 0"),
        (b'{"title": "x"', "not JSON: Expecting"),
        (b"[" * 200_000, "nested too deep"),
        (b'{"title": "x"}\n{"title": "y"}', "not JSON: Extra data"),
        (json.dumps([{"title": str(i)} for i in range(MAX_ITEMS + 1)]).encode(), TOO_MANY),
    ],
)
def test_what_is_no_batch_is_refused_as_a_whole(body: bytes, words: str) -> None:
    with pytest.raises(ParseFailed, match=words.replace("(", "\\(")):
        parse(body)


def test_lines_are_taken_one_by_one_and_a_broken_one_is_named() -> None:
    body = b'\xef\xbb\xbf{"title": "a"}\r\n\n{"title": \n{"title": "b"}'
    for kind in (LINES[0], f"{LINES[0]}; charset=utf-8"):
        parsed = parse(body, kind)
        assert [one.title for one in parsed.candidates] == ["a", "b"]
        assert [fault_of(one).index for one in parsed.rejected] == [1]
        assert fault_of(parsed.rejected[0]).error.startswith("not JSON")


def test_too_many_lines_are_noticed_early() -> None:
    with pytest.raises(ParseFailed, match=TOO_MANY):
        parse(b'{"title": "a"}\n' * (MAX_ITEMS + 1), LINES[0])


def test_text_is_cleaned_as_that_of_feeds() -> None:
    made = event(
        {
            "title": " Vega\u202e Grid\n\x1b[31mleases \ud800 <b class='x'>Orion</b> ",
            "body": "<p>One</p><script>bad()</script><p>Two \udfff</p>",
            "categories": ["a\x00b", "a\x00b", ""],
        }
    )
    assert made.title == "Vega Grid [31mleases Orion"
    assert made.body == "One\nTwo"
    assert made.categories == ["ab"]


def test_fields_that_alertd_does_not_know_are_kept_scrubbed() -> None:
    made = event({"title": "x", "desk_note": {"by": "a\u202eb", "score": 3}, "ticker": None})
    assert made.extra == {"desk_note": {"by": "ab", "score": 3}}


def test_what_is_the_sources_or_ours_to_say_is_not_taken() -> None:
    claimed = {
        "title": "x", "source": "edgar", "trust": "low", "revision": 9, "seen_at": "2020-01-01T00:00:00Z",
        "late": True, "event_at": "2020-01-01T00:00:00Z", "baseline": True, "story": {"id": "st_x"},
        "awaiting": "full_text", "provenance": {"classification": "public"},
    }  # fmt: skip
    made = event(claimed)
    assert (made.source, made.trust, made.revision, made.late, made.baseline) == ("inbox", "high", 1, False, False)
    assert (made.story, made.awaiting, made.provenance.classification) == (None, None, "internal")


def test_evidence_is_kept_where_it_leads_to_its_quote_and_dropped_where_it_does_not() -> None:
    body = "Vega may reclaim the compute."
    spans = [
        {"field": "body", "start": 9, "end": 16, "quote": "reclaim"},
        {"field": "body", "start": 9, "end": 16},
        {"field": "body", "start": 0, "end": 4, "quote": "reclaim"},
        {"field": "body", "start": -3, "end": 99, "quote": ""},
        {"field": "title", "start": 0, "end": 1, "quote": "x"},
        {"field": "secrets", "start": 0, "end": 0, "quote": "y"},
        "nonsense",
    ]
    made = event({"title": "x", "body": body, "terms": [{"type": "reclaim_right", "evidence": spans}]})
    assert [(one.field, one.quote) for one in made.terms[0].evidence] == [
        ("body", "reclaim"),
        ("body", "reclaim"),
        ("title", "x"),
    ]


def test_clocks_are_believed_as_far_as_those_of_feeds() -> None:
    made = event({"title": "x", "published_at": "2020-01-01T00:00:00Z"})
    assert (made.published_at, made.late) == ("2020-01-01T00:00:00.000Z", True)
    assert made.event_at == "2025-12-13T12:42:00.000Z"  # 30 days before it was seen
    filed = event({"title": "x", "kind": "filing", "form": "sc 13d", "accepted_at": "2026-01-12T07:40:00-05:00"})
    assert (filed.form, filed.accepted_at) == ("SCHEDULE 13D", "2026-01-12T12:40:00.000Z")
    assert filed.event_at == filed.accepted_at


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
_FIELDS = st.sampled_from([*Event.__struct_fields__, "anything"])


@settings(max_examples=300, deadline=None)
@given(st.lists(st.dictionaries(_FIELDS, _JSON, max_size=6) | _JSON, min_size=1, max_size=4))
def test_whatever_is_pushed_each_item_is_taken_or_refused(batch: list[Any]) -> None:
    try:
        parsed = parse(json.dumps(batch).encode())
    except ParseFailed:
        return
    places = [*(c.position for c in parsed.candidates), *(r.position for r in parsed.rejected)]
    places += [position for position, _ in parsed.duplicates]
    assert sorted(places) == list(range(len(batch)))
    for candidate in parsed.candidates:
        made = event_from_json(bytes(candidate.event))
        assert made.title
        assert made.title.isprintable()
    for one in parsed.rejected:
        assert isinstance(fault_of(one), RefusedItem)
        assert len(one.reason) < 1_000
