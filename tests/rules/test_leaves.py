from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertd.model import Event
from alertd.rules.logic import Truth
from alertd.rules.match import Matcher
from tests.rules.desk import ask, desk_rule
from tests.rules.make import book, news, tree

LEASE = "SpaceX leases its Colossus 1 supercomputer to Anthropic for $3-4bn a year"


@pytest.mark.parametrize(
    ("condition", "event", "truth"),
    [
        ("text: lease", news(LEASE), True),
        ("text: lease", news("News", "It was leased."), True),
        ("title: lease", news("News", "It was leased."), False),
        ("text: [merger, lease]", news(LEASE), True),
        ("text: merger", news(LEASE), False),
        ("text: merger", news(), False),
        ("text: colossus-1 supercomputer", news(LEASE), True),
        ("lead: lease", news(LEASE), True),
        ("lead: lease", news("News", "It was leased."), True),
        ("lead: lease", news("News", "One. Two. " + "X " * 57 + "leased"), True),  # the sixtieth word
        ("lead: lease", news("News", "One. Two. " + "X " * 58 + "leased"), False),
        ("lead: lease", news("News", "One. " + "X " * 80 + "leased. Three."), True),  # the second sentence
        ("lead: compute lease", news("News", "One. Two. " + "X " * 57 + "compute lease"), False),  # half is beyond
        ("lead: merger", news(LEASE, awaiting="full_text"), None),
        ("lead: lease", news("News", "One. Two. " + "X " * 200 + "leased", awaiting="full_text"), None),
        ("""text: '="lease"'""", news(LEASE), False),
        ("""text: ="leases its" """, news(LEASE), True),
        ("text: 1", news(LEASE), True),
        ("text: ON", news("Onsemi (ON) soars"), True),
        ("text: 007", news("Agent 007"), True),
        ("text: merger", news(LEASE, awaiting="full_text"), None),
        ("text: lease", news(LEASE, awaiting="full_text"), True),
        ("title: merger", news(LEASE, awaiting="full_text"), False),  # the title is there
        ("text: lease", news("SpaceX least Rechenleistung", language="de"), False),  # words are words in any language
        ("text: Société Générale", news("SOCIETE GENERALE’s"), True),
        ("text: nvidia", news("ＮＶＩＤＩＡ leases"), True),
        ("text: non-binding offer", news("A non‑binding offers"), True),
        ("title: [plan, planning]", news("Planned"), True),
        ("source: prwire", news(source="prwire"), True),
        ("source: [a, prwire]", news(source="prwire"), True),
        ("source: prwire", news(source="prwire-2"), False),
        ("source: prwire", news(source=""), None),
        ("kind: filing", news(kind="filing"), True),
        ("kind: filing", news(), False),
        ("kind: [news, filing]", news(), True),
        ("language: en", news(language="en"), True),
        ("language: en", news(language="en-US"), True),
        ("language: en", news(language="EN_gb"), True),
        ("language: en-GB", news(language="en-US"), False),
        ("language: en-GB", news(language="en"), False),
        ("language: [de, en]", news(language="eng"), False),
        ("language: en", news(), None),
        ("trust: high", news(trust="high"), True),
        ("trust: [high, medium]", news(trust="low"), False),
        ("regex: 'Colossus \\d'", news(LEASE), True),
        ("regex: '(?i)colossus'", news(LEASE), True),
        ("regex: 'colossus'", news(LEASE), False),
        ("regex: [zzz, '\\$\\d']", news("x", LEASE), True),
        ("regex: zzz", news("x", "y" * 65_536), False),
        ("regex: zzz", news("x", "y" * 65_537), None),
        ("regex: zzz", news("x", "é" * 40_000), None),
        ("regex: yyy", news("x", "y" * 65_537), True),
        ("not: {regex: zzz}", news("x", "y" * 70_000 + "zzz"), None),
        ("regex: zzz", news("x", awaiting="full_text"), None),
        ("regex: x", news("x", awaiting="full_text"), True),
    ],
)
def test_a_leaf_answers(condition: str, event: Event, truth: Truth) -> None:
    assert tree(condition, event).truth is truth


def test_evidence_is_the_exact_span_with_the_words_around_it() -> None:
    (match,) = Matcher(book("text: lease")).match(news(LEASE, "A new lease.")).matches
    assert [(e.field, e.start, e.end) for e in match.evidence] == [("title", 7, 13), ("body", 6, 11)]
    assert [e.quote for e in match.evidence] == [LEASE, "A new lease."]


def test_a_term_inside_a_longer_one_adds_no_evidence() -> None:
    (match,) = Matcher(book("text: [lease, compute lease]")).match(news("A compute lease")).matches
    assert [(e.start, e.end) for e in match.evidence] == [(2, 15)]


def test_one_leaf_gives_at_most_three_spans() -> None:
    (match,) = Matcher(book("any: [{text: a}, {regex: a}]")).match(news("", "a " * 500)).matches
    assert len(match.evidence) == 3


def test_evidence_of_an_origin_names_the_field() -> None:
    (match,) = Matcher(book("source: prwire")).match(news(source="prwire")).matches
    assert [(e.field, e.start, e.end, e.quote) for e in match.evidence] == [("source", 0, 0, "prwire")]


_TEXT = st.text(alphabet=st.sampled_from("lease Lé’s\u0301😀\u200bﬁ½計\ud800\n"), max_size=80)


@given(_TEXT, _TEXT)
def test_evidence_always_points_at_the_text_it_quotes(title: str, body: str) -> None:
    matcher = Matcher(book("text: [lease, lea, e, 計, s 計]", "regex: 'e+|[é😀計]+'"))
    for match in matcher.match(news(title, body)).matches:
        for found in match.evidence:
            text = title if found.field == "title" else body
            assert 0 <= found.start < found.end <= len(text)
            assert found.quote in text
            assert text[found.start : found.end] in found.quote


@given(_TEXT)
def test_a_pattern_finds_at_the_places_that_python_finds(body: str) -> None:
    (match,) = Matcher(book("regex: 'e+|[é😀計]+'")).match(news("", body + "e")).matches
    expected = [m.span() for m in re.finditer("e+|[é😀計]+", body + "e")][:3]
    assert [(e.start, e.end) for e in match.evidence] == expected


def test_an_event_of_five_megabytes_is_matched_like_any_other() -> None:
    body = "Ein Füllwort — “quoted” é\u0301 😀. " * 150_000 + "A compute lease of GPUs at last."
    assert len(body.encode()) > 5_000_000
    rules = book(
        "text: compute lease",
        "all: [{text: GPU}, {not: {text: merger}}]",
        "regex: 'lease of'",
        "near: {terms: [lease, GPU], within: 3}",
    )
    matches = Matcher(rules).match(news("News", body)).matches
    assert [match.rule for match in matches] == ["rule-0", "rule-1", "rule-3"]  # a pattern sees the first 64 KiB
    assert [body[e.start : e.end] for e in matches[0].evidence] == ["compute lease"]
    assert [body[e.start : e.end] for e in matches[2].evidence] == ["lease", "GPUs"]


@pytest.mark.parametrize(
    ("condition", "title", "truth"),
    [
        ("use: about-chips", "A GPU", True),
        ("use: about-chips", "Chip", True),
        ("use: about-chips", "Chips", False),  # the list has it as ="chip"
        ("not: {use: about-chips}", "Accelerators", False),
        ("text: {list: chips}", "Accelerators", True),
        ("title: {list: chips}", "None", False),
        ("lead: {list: chips}", "Accelerators", True),
    ],
)
def test_lists_and_fragments_stand_for_what_they_hold(condition: str, title: str, truth: Truth) -> None:
    assert ask(condition, news(title)).verdict.truth is truth


def test_a_list_is_named_and_not_spelt_out() -> None:
    assert desk_rule("text: {list: chips}").when.label() == "text: list chips"
    assert desk_rule("use: about-chips").when.label() == "any"
