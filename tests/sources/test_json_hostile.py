"""JSON that strangers send: it costs bounded time, and never more than its own rows."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from alertd.errors import ParseFailed
from alertd.sources.json_path import BadPath, TooDeep, compile_path
from alertd.sources.json_text import compile_piece
from alertd.sources.json_times import read_time
from alertd.sources.plain import scrub
from tests.sources.json_make import FIELDS, document, events, read, row


@pytest.mark.parametrize(
    "value",
    [None, True, 0, -1, 1.5, float("inf"), 10**4_000, "", " ", "\ud800", "\u202eevil", "a\r\nBcc: x", "<!channel>",
     "x" * 3_000_000, [], [[[]]], {}, {"a": 1}, ["\ud800"], [None, {}, 3]],
)  # fmt: skip
@pytest.mark.parametrize(
    "field", ["id", "title", "body", "url", "published", "tickers", "categories", "ciks", "form"]
)
def test_any_value_in_any_field_makes_an_event_or_a_reason(field: str, value: Any) -> None:
    fields = FIELDS | {name: f"$.{name}" for name in ("body", "tickers", "categories", "ciks", "form")}
    bad = row(1) | {field: value, "at": value if field == "published" else 0}
    page = read(document(bad, row(2)), fields=fields)
    assert len(page.candidates) + len(page.rejected) == 2
    assert page.candidates[-1].title == "Item 2"
    for event in events(page):
        assert len(event.title) <= 500
        assert event.title.isprintable()
        assert len(event.body.encode()) <= 256 << 10


def is_plain(text: str) -> bool:
    """Say whether a text is one line of what can be seen; what Unicode has not yet given a meaning counts as such."""
    return scrub(text) == text and len(text.splitlines()) == 1


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["id", "title", "at", "items", "error"]), inner),
    max_leaves=20,
)


@example("\U00011af9", "$")  # a code point that this Python does not know
@example("\ud7fc", "$")  # a code point that stands for nothing
@given(_JSON, st.sampled_from(["$", "$[*]", "$.items", "$.items[*]", "$..items", "$.items[?@.id > 1]"]))
def test_any_json_becomes_events_reasons_or_one_sentence(document: Any, list_: str) -> None:
    fields = FIELDS | {"tickers": "$..id", "authors": ["$", "{$.id} {$.title}"]}
    try:
        page = read(json.dumps(document).encode(), list=list_, fields=fields, state=["$"])
    except ParseFailed as failed:
        assert is_plain(str(failed))
        return
    counted = len(page.candidates) + len(page.rejected) + len(page.duplicates)
    assert counted == page.more["rows"]


@given(st.binary(max_size=200))
def test_any_bytes_become_one_sentence(body: bytes) -> None:
    try:
        read(body)
    except ParseFailed as failed:
        assert is_plain(str(failed))


def test_a_nest_of_lists_is_too_deep_for_a_path_that_goes_all_the_way_down() -> None:
    deep: Any = {}
    for _ in range(500):
        deep = {"a": deep}
    with pytest.raises(TooDeep):
        compile_path("$..b").values(deep)
    with pytest.raises(ParseFailed, match=r"nested too deep for `\$..b`"):
        read(json.dumps(deep).encode(), list="$..b")
    page = read(document(row(1, nest=deep)), fields=FIELDS | {"body": "$.nest..b"})
    assert [event.body for event in events(page)] == [""]


def test_patterns_of_paths_are_linear_in_the_text_they_meet() -> None:
    path = compile_path("$[?match(@, '(a+)+b')]")
    assert path.values(["a" * 60_000, "aab"]) == ["aab"]
    assert compile_path("$[?search(@, '[')]").values(["["]) == []


def test_rows_beyond_the_bound_are_one_rejection() -> None:
    page = read(document(*(row(n) for n in range(5_003))))
    assert len(page.candidates) == 5_000
    assert [r.reason for r in page.rejected] == ["rows after the first 5,000 of a document are not read"]


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("items", "at character 1"),
        ("$.a[", "at character 5"),
        ("$.a-b", "at character 4"),
        ("$.a[?nosuch(@)]", "'nosuch' is not defined"),
        ("$" + ".a" * 400, "more than 500 are not taken"),
        ("$" + "[?@" * 150, "JSON path"),
    ],
)
def test_a_wrong_path_says_where(path: str, says: str) -> None:
    with pytest.raises(BadPath) as refused:
        compile_path(path)
    assert says in str(refused.value)


def test_a_text_with_paths_may_hold_braces_in_its_names() -> None:
    piece = compile_piece("a {$['x}y']} b {c}")
    assert piece.text({"x}y": 1}) == "a 1 b {c}"
    with pytest.raises(BadPath, match="does not close it"):
        compile_piece("a {$.x")


@pytest.mark.parametrize(
    "value", ["9" * 19, "99999999999", "20261399", "20260112T999999", "1e9", "2026-02-30", "٢٠٢٦"]
)
def test_a_figure_that_is_no_time_of_ours_is_none(value: str) -> None:
    assert read_time(value) is None
