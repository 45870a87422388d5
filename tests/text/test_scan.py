from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertd.text.core import CoreTerms
from alertd.text.dictionaries import Dictionaries
from alertd.text.fold import Tokens
from alertd.text.inflect import forms
from alertd.text.scan import Term, TermScanner, make_term, term_words
from tests.text.tables import BOTH, MakeTable, places

pytestmark = pytest.mark.parametrize("table", BOTH)


def _texts(table: MakeTable, title: str, body: str, *terms: Term) -> list[tuple[str, str]]:
    found = TermScanner(terms, table()).scan(title, body)
    texts = {"title": title, "body": body}
    return [
        (field, texts[field][start:end])
        for field in ("title", "body")
        for term in terms
        for start, end in places(found, field, term, 99)
    ]


def test_one_scan_finds_every_term_in_title_and_body(table: MakeTable) -> None:
    found = _texts(
        table, "SpaceX leases compute", "The compute lease’s terms.", make_term("lease"), make_term("compute lease")
    )
    assert found == [("title", "leases"), ("body", "lease"), ("body", "compute lease")]


def test_a_term_is_its_own_folded_words(table: MakeTable) -> None:
    assert make_term(" Compute–LEASE ") == "compute lease"
    assert make_term("Société’s", exact=True) == "=societe"
    assert term_words("=compute lease") == (["compute", "lease"], True)


def test_an_exact_term_has_no_inflections(table: MakeTable) -> None:
    assert _texts(table, "He leases a lease", "", make_term("lease", exact=True)) == [("title", "lease")]


def test_an_exact_term_and_the_same_one_inflected_are_two(table: MakeTable) -> None:
    inflected, exact = make_term("lease"), make_term("lease", exact=True)
    found = TermScanner([inflected, exact], table()).scan("leases", "a lease")
    assert (found.title, found.body) == ({inflected}, {inflected, exact})


def test_only_the_last_word_is_inflected(table: MakeTable) -> None:
    assert _texts(table, "leases cut, lease cuts", "", make_term("lease cut")) == [("title", "lease cuts")]


def test_a_phrase_does_not_reach_from_the_title_into_the_body(table: MakeTable) -> None:
    assert _texts(table, "compute", "lease", make_term("compute lease")) == []


@pytest.mark.parametrize("text", ["release", "van", "leaseback", ""])
def test_a_term_is_found_on_word_boundaries_only(table: MakeTable, text: str) -> None:
    assert _texts(table, text, "", make_term("lease")) == []


def test_a_term_is_found_inside_a_sentence_of_a_script_without_spaces(table: MakeTable) -> None:
    assert _texts(table, "英伟达租赁计算能力", "", make_term("租赁")) == [("title", "租赁")]


def test_overlapping_terms_are_all_found(table: MakeTable) -> None:
    found = _texts(table, "a b a b a", "", make_term("a b a"), make_term("b"))
    assert found == [("title", "a b a"), ("title", "a b a"), ("title", "b"), ("title", "b")]


def test_a_term_without_letters_is_never_found(table: MakeTable) -> None:
    scanner = TermScanner([make_term("—!"), make_term("…", exact=True)], table())
    scanner.add(make_term("—!"))
    scanner.remove(make_term("—!"))
    assert len(scanner) == 0
    assert scanner.scan("—! a …", "").terms() == set()


def test_a_term_that_is_scanned_for_by_nobody_cannot_be_removed(table: MakeTable) -> None:
    with pytest.raises(KeyError):
        TermScanner(["lease"], table()).remove("=lease")


def test_ten_thousand_terms_are_found_in_five_megabytes_with_their_places(table: MakeTable) -> None:
    terms = [make_term(f"word{i} of the {i} kind lease") for i in range(10_000)]
    body = "café ﬁling — " * 350_000 + "Wörd77 of the 77 kind LEASES." + " filler" * 20_000
    assert len(body.encode()) > 5_000_000
    found = TermScanner(terms, table()).scan("", body)
    assert found.body == {"word77 of the 77 kind lease"}
    ((start, end),) = places(found, "body", "word77 of the 77 kind lease", 3)
    assert body[start:end] == "Wörd77 of the 77 kind LEASES"


def test_a_longer_phrase_that_begins_like_one_at_the_end_of_a_text_is_not_found_beyond_it(table: MakeTable) -> None:
    terms = [make_term("right to reclaim"), make_term("right to reclaim the compute")]
    assert _texts(table, "", "SpaceX keeps a right to reclaim", *terms) == [("body", "right to reclaim")]


_WORD = st.sampled_from(["lease", "leases", "cut", "a", "Ä", "b’s", "計算", "of", "the"])
_TEXT = st.lists(_WORD, max_size=14).map(" ".join)
_TERM = st.builds(lambda words, exact: make_term(" ".join(words), exact=exact),
                  st.lists(_WORD, max_size=6), st.booleans())  # fmt: skip


@given(_TEXT, _TEXT, st.sets(_TERM, max_size=8))
def test_the_scan_finds_what_comparing_word_by_word_finds(
    table: MakeTable, title: str, body: str, terms: set[Term]
) -> None:
    found = TermScanner(terms, table()).scan(title, body)
    for field, text, hits in (("title", title, found.title), ("body", body, found.body)):
        words = Tokens(text).words
        expected = {term: [at for i in range(len(words)) if (at := _stands_at(words, i, term))] for term in terms}
        assert hits == {term for term, places in expected.items() if places}
        for term in terms:
            assert found.positions(field, term) == expected[term]
        for end in (0, 1, 5, len(words)):
            assert found.beginning(field, end) == {term for term in hits if expected[term][0][1] < end}


def _stands_at(words: list[str], start: int, term: Term) -> tuple[int, int] | None:
    wanted, exact = term_words(term)
    part = words[start : start + len(wanted)]
    if not part or part[:-1] != wanted[:-1] or len(part) < len(wanted):
        return None
    return (start, start + len(wanted) - 1) if part[-1] in ((wanted[-1],) if exact else forms(wanted[-1])) else None


@given(st.lists(_TERM, max_size=8), st.lists(st.tuples(st.booleans(), _TERM), max_size=20), _TEXT, _TEXT)
def test_a_scanner_that_grew_and_shrank_finds_what_a_new_one_finds(
    table: MakeTable, first: list[Term], steps: list[tuple[bool, Term]], title: str, body: str
) -> None:
    scanner, left = TermScanner(first, table()), list(first)
    for adding, term in steps:
        if adding:
            scanner.add(term)
            left.append(term)
        elif term in left:
            scanner.remove(term)
            left.remove(term)
    fresh = TermScanner(left, table())
    assert len(scanner) == len(fresh)
    here, there = scanner.scan(title, body), fresh.scan(title, body)
    assert (here.title, here.body) == (there.title, there.body)
    assert vars_of(scanner) == vars_of(fresh)


def vars_of(scanner: TermScanner) -> object:
    """Give what a scanner keeps; nothing of a term that is gone may stay."""
    if isinstance(scanner.table, CoreTerms):
        return {name: size for name, size in scanner.table.sizes().items() if name != "bytes"}
    assert isinstance(scanner.table, Dictionaries)
    phrases = scanner.table.phrases
    posted = [
        {key: set(terms) for key, terms in kept.items()}
        for kept in (scanner.table.words, phrases._pairs, phrases._longer)
    ]
    return [posted, dict(phrases._needed), {words: dict(sizes) for words, sizes in phrases._lengths.items()}]
