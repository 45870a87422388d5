"""Quotes: verbatim, short, of whole words; the places that are quoted; and the core, which cuts as Python does."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertd.text.dictionaries import Dictionaries
from alertd.text.quote import MAX_QUOTE, quote
from alertd.text.scan import TermScanner
from tests.text.tables import BOTH, WITHOUT, MakeTable

_GAPS = st.sampled_from(
    [" ", "  ", "\n", "\t", "\u3000", "\u2028", "\x1c", "\x85", "\xa0", "-", ". ", "é ", "\u200b", ""]
)
_PIECES = st.lists(
    st.tuples(st.sampled_from(["a", "b", "a b", "ab", "b a b", "c" * 9, "c" * 150, "c" * 205, "É"]), _GAPS),
    max_size=120,
)
_TERMS = st.sets(st.sampled_from(["a", "b", "a b", "b a", "b a b", "c" * 205, "e", "e a"]))


@pytest.mark.parametrize("make", BOTH)
def test_the_first_places_of_terms_are_quoted_and_none_inside_a_longer_one(make: MakeTable) -> None:
    found = TermScanner(["lease", "compute lease", "=signed"], make()).scan("", "A compute lease; a lease,\nsigned")
    assert found.quoted("body", ["lease", "compute lease"], 3) == [
        (2, 15, "A compute lease; a lease,"),
        (19, 24, "A compute lease; a lease,"),
    ]
    assert found.quoted("body", ["=signed", "lease"], 1) == [(10, 15, "A compute lease; a lease,")]
    assert found.quoted("body", ["=signed", "nowhere"], 3) == [(26, 32, "signed")]
    assert found.quoted("title", ["lease"], 3) == []


@WITHOUT
@given(_PIECES, _TERMS, st.integers(1, 4))
def test_the_core_quotes_as_python_does(pieces: list[tuple[str, str]], terms: set[str], limit: int) -> None:
    text = "".join(map("".join, pieces))
    mine, theirs = TermScanner(terms).scan("", text), TermScanner(terms, Dictionaries()).scan("", text)
    assert mine.quoted("body", terms, limit) == theirs.quoted("body", terms, limit)


@WITHOUT
def test_the_core_takes_for_a_space_what_python_does() -> None:
    scanner = TermScanner(["cut"])
    blank = [code for code in range(sys.maxunicode + 1) if chr(code).isspace()]
    for character in map(chr, {*range(0x300), *(code + step for code in blank for step in (-1, 1)), *blank}):
        for text in (f"{character}- cut -{character}", f"{'-' * 198}{character}- cut"):
            start = text.index("cut")
            expected = (start, start + 3, quote(text, start, start + 3))
            assert scanner.scan("", text).quoted("body", ["cut"], 1) == [expected]


@WITHOUT
@pytest.mark.parametrize("limit", [0, -1, 33])
def test_the_core_gives_some_places(limit: int) -> None:
    with pytest.raises(ValueError, match="1 to 32"):
        TermScanner(["cut"]).scan("", "cut").quoted("body", ["cut"], limit)


@given(st.text(alphabet="ab \n.", max_size=600), st.data())
def test_a_quote_is_verbatim_holds_its_span_and_is_short(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    words = quote(text, start, end)
    assert len(words) <= MAX_QUOTE
    assert words in text
    if end - start <= MAX_QUOTE:
        assert text[start:end] in words
    else:
        assert text[start:end].startswith(words)


def test_a_quote_is_cut_between_words_and_stays_in_its_line() -> None:
    text = "Another line.\n" + "word " * 60 + "LEASE" + " word" * 60 + "\nAnother line."
    words = quote(text, text.index("LEASE"), text.index("LEASE") + 5)
    assert 180 < len(words) <= MAX_QUOTE
    assert set(words.split()) == {"word", "LEASE"}
    assert 80 < words.index("LEASE") < 120
