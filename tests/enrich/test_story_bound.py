"""What is seen at a glance never keeps apart what a comparison would join, and spares most comparisons."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alertd.enrich.story import FOUNDER, StoryState, propose
from alertd.enrich.story_bound import may_reach
from alertd.enrich.story_compare import compare
from alertd.enrich.story_report import Report
from alertd.enrich.story_weights import DAY_MS, JOIN

WORDS = [f"word{number}" for number in range(14)]
COMPANIES = ["vega", "lumen", "cik-1", "cik-2"]
TYPES = ["acquisition", "results", "litigation", "rating_change"]
FIGURES = ["1.2e+09", "1.23e+09", "17%", "48000", "84000", "5e+08"]
LEAST = (0.05, FOUNDER, JOIN, 0.7)


def some(values: list[Any], most: int) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(values), max_size=most, unique=True)


@st.composite
def reports(draw: st.DrawFn) -> Report:
    """A report as `report_of` makes them: what it is called by stands in its words."""
    words = draw(some(WORDS, 12))
    cut = draw(st.integers(0, len(words)))
    weights = {word: draw(st.integers(0, 9)) for word in words}
    companies = draw(some(COMPANIES, 3))
    types = draw(some(TYPES, 3))
    pair = "+".join(sorted(companies[:2]))
    return Report(
        event=f"ev_{draw(st.integers(0, 99))}",
        at_ms=draw(st.integers(0, 8)) * DAY_MS // 2,
        publisher=draw(st.sampled_from("ab")),
        kind=draw(st.sampled_from(["news", "news", "news", "filing"])),
        language=draw(st.sampled_from(["", "en", "de"])),
        names=draw(some(["doc:1", "url:1", "acc:1"], 1)),
        same_title=draw(st.sampled_from(["", "x", "y"])),
        title={word: weights[word] for word in words[:cut]},
        skeleton=words[:cut],
        lead={word: weights[word] for word in words[cut:]},
        numbers=draw(some(FIGURES, 3)),
        headline=draw(st.integers(0, 1)),
        periods=draw(some(["q1", "q2", "july"], 1)),
        sketch=sorted(draw(some(list(range(12)), 8))),
        companies={company: draw(st.sampled_from([0.2, 0.9])) for company in companies},
        called=[word for word in words if draw(st.booleans())],
        pairs=[pair] if "+" in pair else [],
        types=types,
        titled=types[: draw(st.integers(0, 2))],
        assets=draw(some(["orion"], 1)),
        correction=draw(st.booleans()),
        alone=draw(st.sampled_from(["", "", "", "a round-up"])),
    )


@settings(max_examples=200)
@given(reports(), reports())
def test_no_pair_scores_more_than_is_seen_at_a_glance(new: Report, known: Report) -> None:
    score = compare(new, known).score
    for least in (*LEAST, max(score, 0.01)):
        told = compare(new, known, least).score
        assert told == score or (told == 0 and score < least)


@settings(max_examples=50)
@given(reports(), st.lists(st.tuples(reports(), st.none() | reports()), max_size=6))
def test_an_event_joins_what_it_would_join_if_all_were_weighed(
    new: Report, known: list[tuple[Report, Report | None]]
) -> None:
    stories = {
        f"st_{number}": StoryState(founder=founder, newest=newest, last_ms=(newest or founder).at_ms)
        for number, (founder, newest) in enumerate(known)
    }
    proposed = propose(new, stories)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("alertd.enrich.story.compare", lambda new, known, least: compare(new, known))
        assert propose(new, stories) == proposed


def test_reports_that_share_a_name_and_a_word_are_told_apart_at_a_glance() -> None:
    def report(publisher: str, **title: int) -> Report:
        return Report(event="ev_a", at_ms=0, publisher=publisher, title=title, lead={"share": 2})

    lease = report("wire", vega=8, lease=5, orion=8)
    assert not may_reach(lease, report("paper", vega=8, recall=5, titan=8), JOIN)
    assert may_reach(lease, report("paper", vega=8, lease=5, orion=8), JOIN)
