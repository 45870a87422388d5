"""Event types that a frame alone shows: with known companies, whole and close, and not against an exception."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertd.enrich.draft import Draft
from alertd.enrich.frames_sure import SureFrames
from alertd.rules.book import EventTypeRule
from alertd.rules.tree import Always
from tests.enrich.marked import draft_of

BUY = (
    "{acquirer} (acquire|buy) {target}",
    "{target} (acquired|bought) by {acquirer}",
    "{acquirer} takeover of {target}",
)
SUE = ("{plaintiff} sue {defendant}", "{plaintiff} take {defendant} to court")
CUT = ("{issuer} (cut|lower) [its] (outlook|guidance)",)
SUPPLY = ("{supplier} to supply {asset} to {customer}", "{customer} buy (gas|chip) from {supplier}")


def kinds() -> dict[str, EventTypeRule]:
    """Give the types that are asked for."""
    return {
        "purchase": kind("purchase", ("acquirer", "target"), BUY),
        "suit": kind("suit", ("plaintiff", "defendant"), SUE),
        "cut": kind("cut", ("issuer",), CUT),
        "supply": kind("supply", ("supplier", "customer"), SUPPLY),
    }


def kind(name: str, roles: Sequence[str], frames: Sequence[str]) -> EventTypeRule:
    """Make a type with frames that suffice."""
    return EventTypeRule(
        id=name, title=name, when=Always(), roles=tuple(roles), frames=tuple(frames), sure_frames=tuple(frames)
    )


def shown(draft: Draft) -> set[str]:
    """Give the names of the types that frames show."""
    SureFrames(kinds())(draft)
    return set(draft.by_frames)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("[Vega Grid] buys [Lumen Labs]", "purchase"),
        ("[Vega Grid] agrees to buy chip designer [Lumen Labs] for $2bn", "purchase"),
        ("[Lumen Labs] agrees to be bought by [Vega Grid]", "purchase"),
        ("[Vega Grid] considers buying [Lumen Labs]", "purchase"),
        ("[Vega Grid] to acquire all outstanding shares of [Lumen Labs]", "purchase"),
        ("[Vega Grid] completes $2bn takeover of [Lumen Labs]", "purchase"),
        ("[VEGA GRID] TO BUY [LUMEN LABS] IN $2BN DEAL", "purchase"),
        ("[Vega Grid] takes [Lumen Labs] to court", "suit"),
        ("[Vega Grid] sues [Lumen Labs], alleging fraud", "suit"),
        ("[Vega Grid] and [Kestrel] sue [Lumen Labs] over patents", "suit"),
        ("[Vega Grid] to supply chips to [Lumen Labs]", "supply"),
        ("[Lumen Labs] to buy network chips from [Vega Grid]", "supply"),
    ],
)
def test_a_verb_between_two_known_companies_shows_a_type(title: str, name: str) -> None:
    assert shown(draft_of(title)) == {name}


@pytest.mark.parametrize(
    "title",
    [
        "[Vega Grid] buys pumps from [Lumen Labs]",
        "[Vega Grid] buys [Lumen Labs] shares",
        "[Vega Grid] buys shares of [Lumen Labs]",
        "[Vega Grid] buys a stake in [Lumen Labs]",
        "[Vega Grid] buys [Lumen Labs] chips",
        "[Vega Grid] buys [Lumen Labs]'s chips",
        "[Vega Grid] buys [Lumen Labs] Research",
        "[Vega Grid] buys time as [Lumen Labs] waits",
        "[Vega Grid] hopes to buy [Lumen Labs]",
        "[Vega Grid] fails to buy [Lumen Labs]",
        "[Vega Grid] shares bought by [Lumen Labs]",
        "[Vega Grid] unit bought by [Lumen Labs]",
        "[Vega Grid] Cloud buys [Lumen Labs]",
        "[Vega Grid] buys Quillon",
        "[Vega Grid] buys [Vega Grid]",
        "Quillon buys [Lumen Labs] as [Vega Grid] watches",
        "[Vega Grid] sues to stop [Lumen Labs]",
        "[Vega Grid] customers sue [Lumen Labs]",
        "[Vega Grid] sues founder of [Lumen Labs]",
        "[Vega Grid] and [Lumen Labs] films",
        "[Vega Grid] beats [Lumen Labs]",
        "[Vega Grid], which bought [Lumen Labs] in May, raises its outlook",
        "[Vega Grid] supplies chips to [Lumen Labs]",
        "[Vega Grid] hopes to supply chips to [Lumen Labs]",
        "[Vega Grid] to buy gas business from [Lumen Labs]",
    ],
)
def test_what_only_looks_like_it_shows_none(title: str) -> None:
    assert shown(draft_of(title)) == set()


@pytest.mark.parametrize(
    "title",
    [
        "[Vega Grid] cuts outlook",
        "[Vega Grid] to cut its 2026 outlook",
        "Chip maker [Vega Grid] says it will lower its guidance",
        "[Vega Grid] misses estimates, cuts outlook",
        "[Vega Grid] closes plant and lowers guidance",
        "[VEGA GRID] CUTS OUTLOOK",
        "Shares fall as [Vega Grid] cuts outlook",
        "[Vega Grid] and [Lumen Labs] cut outlook",
    ],
)
def test_a_headline_whose_subject_a_known_company_is_shows_a_type(title: str) -> None:
    assert shown(draft_of(title)) == {"cut"}


@pytest.mark.parametrize(
    "title",
    [
        "[Vega Grid] cuts [Lumen Labs] outlook",
        "[Vega Grid] cuts [Lumen Labs]'s outlook to negative",
        "[Vega Grid] cuts outlook for [Lumen Labs]",
        "[Vega Grid] dealers cut outlook",
        "[Vega Grid] rival Quillon cuts outlook",
        "Quillon cuts outlook",
        "Quillon, a customer of [Vega Grid], cuts outlook",
        "[Vega Grid] cuts prices",
        "[Vega Grid] cuts jobs, keeps outlook",
        "[Vega Grid] cuts jobs after outlook darkens",
        "[Vega Grid] outlook cuts both ways",
        "[Vega Grid] fails to cut outlook",
        "[Vega Grid] wins deal, rival cuts outlook",
        "[Vega Grid] says dealers cut outlook",
        "Fears for [Vega Grid] cut outlook",
    ],
)
def test_a_headline_about_another_or_of_another_thing_shows_none(title: str) -> None:
    assert shown(draft_of(title)) == set()


def test_a_frame_with_one_company_is_read_in_the_title_only() -> None:
    assert shown(draft_of("News in brief", "[Vega Grid] cuts its outlook.")) == set()


def test_the_lead_is_read_and_not_what_stands_far_below() -> None:
    said = "[Vega Grid] has agreed to buy [Lumen Labs]."
    assert shown(draft_of("News in brief", said)) == {"purchase"}
    far = " ".join(["It rained on the hills all day and the roads were closed."] * 30)
    assert shown(draft_of("News in brief", f"{far} {said}")) == set()


def test_evidence_is_the_verb_and_the_companies() -> None:
    draft = draft_of("On Monday [Vega Grid] agreed to buy [Lumen Labs]")
    shown(draft)
    found = draft.by_frames["purchase"]
    assert found.frame == BUY[0]
    assert [draft.event.title[e.start : e.end] for e in found.evidence] == ["buy", "Vega Grid", "Lumen Labs"]


def test_other_languages_and_texts_without_companies_are_not_read() -> None:
    assert shown(draft_of("[Vega Grid] buys [Lumen Labs]", language="de")) == set()
    assert shown(draft_of("Vega Grid buys Lumen Labs")) == set()
    assert shown(draft_of("[Vega Grid] buys Lumen Labs")) == set()


_WORDS = (
    "[Vega Grid]",
    "[Lumen Labs]",
    "buys",
    "bought",
    "by",
    "to",
    "sue",
    ",",
    ".",
    "and",
    "court",
    "cuts",
    "outlook",
    "İ",
    "\n",
)


@given(st.lists(st.sampled_from(_WORDS), max_size=40), st.booleans())
def test_any_order_of_these_words_is_read_and_what_is_shown_names_its_companies(words: list[str], body: bool) -> None:
    text = " ".join(words)
    draft = draft_of("News", text) if body else draft_of(text)
    shown(draft)
    for name, found in draft.by_frames.items():
        assert not (body and name == "cut")
        named = 1 if name == "cut" else 2
        assert len({draft.text(e.field)[e.start : e.end] for e in found.evidence[1:]}) >= named  # type: ignore[arg-type]
