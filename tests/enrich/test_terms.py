from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertd.base.yaml import load_yaml
from alertd.demo import stories
from alertd.enrich.term_cues import CUES
from alertd.enrich.terms import MOST, add_terms
from alertd.model import DealTerm
from alertd.rules.reported import DEAL_TERMS
from tests.enrich.making import understood

STORIES = Path(stories.__file__).with_name("stories.yaml")


def terms(title: str, body: str = "", **fields: object) -> list[DealTerm]:
    return understood(add_terms, title, body, **fields).terms


def test_a_right_to_take_the_compute_back_is_held_by_its_subject_and_quoted() -> None:
    said = "SpaceX can take the compute back if it believes it is used to do harm, one of them said."
    (found,) = terms("Anthropic to rent SpaceX supercomputer", f"They put the price at $3 billion.\n\n{said}")
    assert (found.type, found.held_by) == ("reclaim_right", "spacex")
    assert found.evidence[0].quote == said


def test_every_account_of_the_lease_in_the_demo_gives_the_reclaim_right_to_spacex() -> None:
    source = load_yaml(STORIES.read_bytes(), "stories.yaml").value
    leases = [s for feed in source["feeds"] for s in feed["stories"] if "Colossus" in s["title"]]
    accounts = [s for s in leases if "climate" not in s["title"]]
    assert len(accounts) == 3
    for story in accounts:
        found = terms(story["title"], story["body"])
        assert [(one.type, one.held_by) for one in found] == [("reclaim_right", "spacex")], story["title"]


def test_a_sentence_that_is_too_long_is_quoted_around_the_term() -> None:
    body = "word " * 60 + "SpaceX may terminate the lease at any time " + "word " * 60
    (found,) = terms("x", body)
    span = body[found.evidence[0].start : found.evidence[0].end]
    assert "SpaceX may terminate the lease" in span
    assert len(span) <= 200
    assert len(found.evidence[0].quote) <= 200


def test_a_holder_who_is_named_once_is_the_holder_of_what_is_said_again() -> None:
    (found,) = terms("Lease has a break clause", "SpaceX may terminate the lease after five years.")
    assert (found.type, found.held_by) == ("termination_right", "spacex")
    assert [one.field for one in found.evidence] == ["title", "body"]


def test_two_holders_of_one_kind_of_term_are_two_terms() -> None:
    found = terms("x", "SpaceX may terminate the lease. Anthropic may terminate the lease after a year.")
    assert [one.held_by for one in found] == ["spacex", "anthropic"]


def test_what_is_denied_is_no_term() -> None:
    for text in (
        "There is no termination right.",
        "SpaceX may not terminate the lease.",
        "Neither party may terminate the lease.",
        "SpaceX waived its right to terminate the lease.",
        "a non-exclusive licence",
        "The offer is not subject to a financing condition.",
    ):
        assert terms("x", text) == [], text


def test_every_kind_of_term_that_rules_know_has_a_way_to_be_found() -> None:
    assert {cue.type for cue in CUES} == set(DEAL_TERMS)


def test_terms_that_an_event_brings_stay_as_they_are() -> None:
    brought = [DealTerm(type="exclusivity")]
    assert terms("SpaceX may terminate the lease", terms=brought) == brought


def test_a_language_that_is_not_understood_gives_none() -> None:
    assert terms("une licence exclusive distribution", language="fr") == []


@pytest.mark.parametrize(
    "text",
    ["may " * 16_000 + "terminate", "may terminate " * 4_600, "right to " * 7_000, "subject to " * 6_000 + "approval",
     "exclusive " * 6_500, "exclusive and " * 4_600 + "licence",
     "take " * 13_000 + "back", "may take a b c d e " * 3_000,
     "subject to a b c d e f g h " * 2_400, "pay " * 16_000 + "whether or not", "pending " * 8_000 + "approval",
     "either party or " * 4_000 + "may terminate", "option to " * 6_500 + "extend", "no " * 20_000 + "break fee"],
    ids=lambda text: text[:12],
)  # fmt: skip
def test_hostile_text_costs_time_by_its_length_only(text: str) -> None:
    begun = time.process_time()
    found = terms("x", text)
    assert time.process_time() - begun < 2, "65,536 characters"
    assert len(found) <= MOST


WORDS = (
    "may can SpaceX terminate the lease exclusive right to extend subject approval not no by fee pay , . back take it"
)


AROUND = st.lists(st.sampled_from(WORDS.split()), max_size=30).map(" ".join)


@given(AROUND, AROUND)
def test_any_text_around_a_term_gives_terms_whose_places_are_in_it(before: str, behind: str) -> None:
    body = f"{before}.\n\nSpaceX may terminate the lease.\n\n{behind}"
    made = terms("x", body)
    assert any(found.type == "termination_right" for found in made)
    for found in made:
        for one in found.evidence:
            assert 0 <= one.start < one.end <= len(body)
            assert len(one.quote) <= 200
