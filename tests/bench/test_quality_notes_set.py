from __future__ import annotations

import re
from collections import Counter
from functools import cache

import pytest

from bench.quality.note_maker import NoteMaker
from bench.quality.note_scores import plain, sections
from bench.quality.note_set import (
    LOOKED_AT,
    Forbidden,
    NoteCase,
    Required,
    company_of,
    earlier_of,
    event_of,
    holdings_of,
    read_notes,
    relations_of,
)

NOTES = read_notes()
BLIND = read_notes(blind=True)
EVENT = pytest.mark.parametrize("case", [pytest.param(case, id=case.id) for case in [*NOTES.cases, *BLIND.cases]])
SEEN_EVENT = pytest.mark.parametrize("case", [pytest.param(case, id=case.id) for case in NOTES.cases])
TYPES_THAT_MATTER = {
    "compute_lease", "contract_dispute", "contract_termination", "guidance_cut", "guidance_raise", "acquisition",
    "offering", "litigation", "rating_change", "product_recall", "cyber_incident", "supply_agreement",
    "executive_change", "export_control", "insider_trade", "drug_decision", "restatement", "layoffs", "short_report",
    "dividend_change",
}  # fmt: skip


@cache
def maker() -> NoteMaker:
    return NoteMaker(NOTES)


def test_there_are_enough_events_and_each_has_its_own_name_and_text() -> None:
    cases = [*NOTES.cases, *BLIND.cases]
    assert len(NOTES.cases) >= 48
    assert [name for name, times in Counter(case.id for case in cases).items() if times > 1] == []
    assert [body for body, times in Counter(case.body for case in cases).items() if body and times > 1] == []


def test_every_event_type_that_matters_is_asked_for_and_every_one_named_is_there() -> None:
    named = {kind for case in NOTES.cases for kind in case.types}
    assert named - maker().types == set()
    assert TYPES_THAT_MATTER - named == set()


def test_the_set_is_no_easy_one() -> None:
    cases = NOTES.cases
    assert sum(case.hostile for case in cases) >= 6
    assert sum(case.thin for case in cases) >= 3
    assert sum(not case.types for case in cases) >= 6, "events in which nothing happened"
    assert sum(any(weight < 0 for weight in case.holdings.values()) for case in cases) >= 15
    assert sum(case.horizon == "none" for case in cases) >= 5
    assert sum(bool(case.confidence) for case in cases) >= 8


def test_about_a_third_is_held_out_and_nothing_hostile() -> None:
    drawn = [case for case in NOTES.cases if NOTES.files[case.id] not in LOOKED_AT]
    assert 0.28 < len(NOTES.held_out) / len(drawn) < 0.35
    assert NOTES.held_out <= {case.id for case in drawn}
    assert not any(case.hostile for case in NOTES.cases if case.id in NOTES.held_out)


def test_what_was_written_blind_is_a_set_of_its_own_and_all_of_it_is_held_out() -> None:
    assert {case.id for case in BLIND.cases} & {case.id for case in NOTES.cases} == set()
    assert BLIND.held_out == {case.id for case in BLIND.cases}
    assert all(BLIND.files[case.id].startswith("blind_") for case in BLIND.cases)
    assert (BLIND.companies, BLIND.forbidden) == (NOTES.companies, NOTES.forbidden)


def test_what_was_written_blind_has_headlines_and_long_texts_and_is_no_easier() -> None:
    cases = BLIND.cases
    assert len(cases) >= 44
    assert sum(not case.body for case in cases) >= 8
    assert sum(_words(case) >= 300 for case in cases) >= 10
    assert sum(case.hostile for case in cases) >= 4
    assert sum(not case.types for case in cases) >= 4
    assert sum(any(weight < 0 for weight in case.holdings.values()) for case in cases) >= 10
    assert {kind for case in cases for kind in case.types} - maker().types == set()


@SEEN_EVENT
def test_a_text_is_as_long_as_a_report_unless_it_is_said_to_be_thin(case: NoteCase) -> None:
    assert case.thin == (_words(case) < 60)
    assert _words(case) <= 200


@pytest.mark.parametrize("case", [pytest.param(case, id=case.id) for case in BLIND.cases])
def test_a_text_that_was_written_blind_is_a_headline_or_as_long_as_a_story(case: NoteCase) -> None:
    assert case.thin == (not case.body)
    assert case.thin or 60 <= _words(case) <= 600


@EVENT
def test_its_event_keeps_paragraphs_and_no_line_breaks_within_them(case: NoteCase) -> None:
    event = event_of(case)
    assert all("\n" not in part for part in event.body.split("\n\n"))
    assert " ".join(event.body.split()) == " ".join(case.body.split())


@EVENT
def test_its_companies_resolve_and_its_relations_can_be_declared(case: NoteCase) -> None:
    table = maker().table
    assert len(holdings_of(case, table).positions) == len(case.holdings) > 0
    assert len(relations_of(case, table)) == len(case.relations)
    for company in [rule.company for rule in case.required] + [rule.company for rule in case.forbidden]:
        assert not company or company_of(company, table).id


@EVENT
def test_its_patterns_compile_and_each_of_them_asks_for_something(case: NoteCase) -> None:
    for wanted in case.required:
        assert sections(wanted.section)
        assert wanted.any_of
        assert not any(re.search(pattern, "") for pattern in wanted.any_of)
    for rule in [*case.forbidden, *NOTES.forbidden]:
        re.compile(rule.pattern)
        assert rule.why
        assert rule.pattern or rule.section, "nothing at all may be said?"


@EVENT
def test_what_must_be_quoted_stands_in_the_text(case: NoteCase) -> None:
    text = plain(f"{case.title} {case.body}")
    quoted = [wanted for wanted in case.required if wanted.ground == "quote"]
    assert [wanted for wanted in quoted if not _occurs(wanted, text)] == []


@EVENT
def test_what_must_rest_on_a_relation_or_an_earlier_event_has_one(case: NoteCase) -> None:
    table = maker().table
    ends = {end for relation in relations_of(case, table) for end in (relation.company, relation.of)}
    for wanted in case.required:
        if wanted.ground == "relation":
            assert company_of(wanted.company, table).id in ends
        if wanted.ground == "event":
            assert earlier_of(case)


@EVENT
def test_good_news_is_good_for_who_holds_a_company_and_bad_for_who_is_short_of_it(case: NoteCase) -> None:
    for wanted in case.required:
        if wanted.impact is None:
            continue
        long = case.holdings[wanted.company] > 0
        for section in set(sections(wanted.section)) & {"winner", "loser"}:
            assert wanted.impact == ("good" if (section == "winner") == long else "bad")


@EVENT
def test_nothing_is_both_required_and_forbidden_whatever_it_says(case: NoteCase) -> None:
    barred = [rule for rule in case.forbidden if not rule.pattern and rule.impact is None]
    for wanted in case.required:
        left = [s for s in sections(wanted.section) if not any(_bars(rule, s, wanted.company) for rule in barred)]
        assert left, wanted


@EVENT
def test_no_weight_of_the_portfolio_is_a_figure_of_the_text(case: NoteCase) -> None:
    """So that a weight in a note is one; one text pretends to know a weight, and its note may not repeat it."""
    text = plain(f"{case.title} {case.body}")
    told = [f"{abs(weight):g}%" for weight in case.holdings.values() if f"{abs(weight):g}%" in text]
    assert told == (["4.4%"] if case.id == "quote-that-speaks-to-the-desk" else [])


@SEEN_EVENT
def test_the_companies_that_it_names_are_found(case: NoteCase) -> None:
    """What is not found can be in no note. Of an event that is about nobody, or not understood, none is asked.

    Nor of one that was written blind: there it counts against the note.
    """
    found = {one.id for one in maker().understood(case).companies}
    asked = {company_of(wanted.company, maker().table) for wanted in case.required if wanted.company}
    named = {company.id for company in asked if company.name in f"{case.title} {case.body}"}
    assert named - found == set()


def _words(case: NoteCase) -> int:
    return len(f"{case.title} {case.body}".split())


def _occurs(wanted: Required, text: str) -> bool:
    return any(re.search(pattern, text, re.IGNORECASE) for pattern in wanted.any_of)


def _bars(rule: Forbidden, section: str, company: str) -> bool:
    sections_barred = sections(rule.section)
    return (not sections_barred or section in sections_barred) and rule.company in ("", company)
