from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertd.text.fold import Tokens
from alertd.text.inflect import forms
from alertd.text.scan import Term, TermScanner, make_term


def _texts(title: str, body: str, *terms: Term) -> list[tuple[str, str]]:
    found = TermScanner(terms).scan(title, body)
    texts = {"title": title, "body": body}
    return [
        (field, texts[field][start:end])
        for field in ("title", "body")
        for term in terms
        for start, end in found.places(field, term, 99)
    ]


def test_one_scan_finds_every_term_in_title_and_body() -> None:
    found = _texts(
        "SpaceX leases compute", "The compute lease’s terms.", make_term("lease"), make_term("compute lease")
    )
    assert found == [("title", "leases"), ("body", "lease"), ("body", "compute lease")]


def test_an_exact_term_has_no_inflections() -> None:
    assert _texts("He leases a lease", "", make_term("lease", exact=True)) == [("title", "lease")]


def test_only_the_last_word_is_inflected() -> None:
    assert _texts("leases cut, lease cuts", "", make_term("lease cut")) == [("title", "lease cuts")]


def test_a_phrase_does_not_reach_from_the_title_into_the_body() -> None:
    assert _texts("compute", "lease", make_term("compute lease")) == []


@pytest.mark.parametrize("text", ["release", "van", "leaseback", ""])
def test_a_term_is_found_on_word_boundaries_only(text: str) -> None:
    assert _texts(text, "", make_term("lease")) == []


def test_overlapping_terms_are_all_found() -> None:
    found = _texts("a b a b a", "", make_term("a b a"), make_term("b"))
    assert found == [("title", "a b a"), ("title", "a b a"), ("title", "b"), ("title", "b")]


def test_a_term_without_letters_is_never_found() -> None:
    assert make_term("—!") == Term(())
    assert _texts("—! a", "", make_term("—!")) == []


_WORDS = st.sampled_from(["lease", "leases", "cut", "a", "Ä", "b’s", "計算"])
_TEXT = st.lists(_WORDS, max_size=12).map(" ".join)


@given(_TEXT, _TEXT, st.lists(st.tuples(_TEXT, st.booleans()), max_size=6))
def test_the_scan_finds_what_comparing_word_by_word_finds(
    title: str, body: str, written: list[tuple[str, bool]]
) -> None:
    terms = {make_term(text, exact=exact) for text, exact in written}
    found = TermScanner(terms).scan(title, body)
    for text, hits in ((title, found.title), (body, found.body)):
        words = Tokens(text).words
        for term in terms:
            expected = [(i, i + len(term.words) - 1) for i in range(len(words)) if _stands_at(words, i, term)]
            assert hits.get(term, []) == expected


def _stands_at(words: list[str], start: int, term: Term) -> bool:
    part = words[start : start + len(term.words)]
    if not part or len(part) < len(term.words) or part[:-1] != list(term.words[:-1]):
        return False
    return part[-1] in ((term.words[-1],) if term.exact else forms(term.words[-1]))
