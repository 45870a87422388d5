"""Why a rule holds or not: of one mind with the engine, the nearest company first, every reason at the top."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from alertd.base.ids import event_id
from alertd.model import Amount, CompanyMention, Event, ReportedType
from alertd.rules.book import RuleBook, make_book
from alertd.rules.explain import Explained
from alertd.rules.explanation import WAITS, Explainer, Explanation, OverTime
from alertd.rules.explanation_text import MAX_BEFORE, MAX_TREES, brief, lines
from alertd.rules.explanation_type import TypeExplainer
from alertd.rules.match import Matcher
from alertd.ruletests.stream import Stream, told
from tests.rules.anything import books, events
from tests.rules.desk import NVDA, desk_book, desk_portfolio
from tests.rules.make import news


@settings(max_examples=200, deadline=None)
@given(books(), st.lists(events(), min_size=1, max_size=4))
def test_an_explanation_says_what_the_engine_says(book: RuleBook, given_: list[Event]) -> None:
    explainer = Explainer(book)
    with Stream(Matcher(book)) as stream:
        for number, event in enumerate(given_):
            taken = stream.take(replace(event, id=event.id or event_id("test", str(number))))
            matched = {(match.portfolio, match.rule): match for match in taken.matches}
            for portfolio, rule in book.rules():
                before = told(taken, portfolio.id, rule.id)
                found = explainer.rule(portfolio, rule, taken.event, over_time=before)
                match = matched.get((portfolio.id, rule.id))
                assert (found.truth is True) is (match is not None)
                assert bool(found.because) is (match is None)
                if match is not None and rule.state is None:
                    assert found.companies == tuple(book.labels.get(c, c) for c in match.companies)
                assert list(lines(found)) and list(brief(found))


def explained(
    *conditions: str, event: Event, settings: str = "", over_time: Sequence[OverTime] | None = None, **more: Any
) -> Explanation:
    portfolio = desk_portfolio(*conditions, settings=settings, **more)
    return Explainer(desk_book(portfolio)).rule(portfolio, portfolio.rules[0], event, over_time=over_time)


def about(*companies: str, **fields: Any) -> Event:
    return news("A compute lease", companies=[CompanyMention(id=company) for company in companies], **fields)


def test_the_nearest_company_comes_first_and_gives_the_reasons() -> None:
    found = explained(
        "all: [{mentions: holdings}, {weight: '>= 3%'}, {sentiment: '>= 0.5', of: holdings}]",
        event=news(
            "x", companies=[CompanyMention(id="spacex", sentiment=0.9), CompanyMention(id=NVDA, sentiment=0.4)]
        ),
    )
    assert [(asked.label, asked.held) for asked in found.asked] == [
        ("NVDA", "held +8.0 %"),
        ("SpaceX", "held +2.0 %"),
    ]
    assert found.because == ("✗ sentiment: >= 0.5, of: holdings  — NVDA +0.40",)
    assert found.truth is False


def test_of_what_holds_the_largest_holding_comes_first() -> None:
    found = explained("mentions: holdings", event=about("spacex", NVDA))
    assert (found.truth, found.companies, found.because) == (True, ("NVDA", "SpaceX"), ())


@pytest.mark.parametrize(
    ("settings", "event", "guard"),
    [
        ("valid_from: 2026-02-01", {"event_at": "2026-01-31T23:59:59Z"}, "valid from 2026-02-01"),
        ("valid_until: 2026-02-01", {"event_at": "2026-02-02T00:00:00Z"}, "valid until 2026-02-01"),
        (
            "", {"kind": "filing", "form": "424B5"},
            "424B5 is a routine form, seen only by rules that name a form",
        ),
    ],
)  # fmt: skip
def test_a_rule_that_is_not_asked_says_why(settings: str, event: dict[str, Any], guard: str) -> None:
    found = explained("text: compute lease", event=about(**event), settings=settings)
    assert (found.truth, found.guard, found.because) == (False, guard, (guard,))
    assert next(lines(found)) == "✗ desk-a/rule-0 is not asked"
    assert list(brief(found))[1:] == [f"  not asked: {guard}"]


def test_the_events_of_a_desks_source_are_not_for_others() -> None:
    portfolio = desk_portfolio("text: compute lease")
    book = make_book([portfolio], source_desks={"prwire": "ai"})
    found = Explainer(book).rule(portfolio, portfolio.rules[0], about(source="prwire"))
    assert (found.truth, found.guard) == (False, "source prwire is for desk ai alone")
    assert Explainer(book).rule(portfolio, portfolio.rules[0], about(source="newswire")).truth


def test_what_is_unknown_is_neither_true_nor_false_and_says_what_is_missing() -> None:
    found = explained("all: [{text: compute}, {text: reclaim}]", event=about(awaiting="full_text"))
    assert found.truth is None
    assert found.notes == (WAITS,)
    assert found.because == ("? text: reclaim  — not in what is there yet; the full text is still to come",)
    assert next(lines(found)) == "? desk-a/rule-0 is unknown, so it does not hold"


def test_many_reasons_are_cut_short() -> None:
    words = ", ".join(f"{{text: word{i}}}" for i in range(9))
    found = explained(f"all: [{words}]", event=about())
    assert len(found.because) == 7
    assert found.because[-1] == "and 3 more"


def test_a_negated_leaf_that_decides_says_where_its_word_stands() -> None:
    found = explained("not: {text: lease}", event=about())
    assert found.because == ("✗ not text: lease  — title: “lease” 10-15",)


def test_notes_tell_what_else_becomes_of_the_event_or_of_the_rule() -> None:
    found = explained("text: lease", event=about(withdrawn=True), settings="status: experimental")
    assert found.notes == (
        "the rule is experimental: its matches are recorded and never sent",
        "the source has withdrawn the event",
    )


def test_only_the_first_companies_of_many_are_written_out() -> None:
    held = {f"c{i:02}": 0.01 for i in range(MAX_TREES + 12)}
    found = explained("mentions: holdings", event=about(*held), held=held)
    text = list(lines(found))
    assert sum(line.startswith("✓ c") for line in text) == MAX_TREES - 1
    assert text[-1] == f"also asked, with no better answer: {', '.join(sorted(held)[5:15])} and 2 more"
    assert len(found.asked) == len(held)


# --- what came before -----------------------------------------------------------------------------------------

THRICE = "all: [{mentions: holdings}, {count: {at_least: 3, within: 7d, by: company}}]"


def state(truth: bool, *before: str) -> OverTime:
    return OverTime(NVDA, Explained("count", truth, "2 events"), before)


def test_what_came_before_decides_once_the_rest_holds() -> None:
    assert explained(THRICE, event=about(NVDA), over_time=[state(True)]).truth is True
    found = explained(THRICE, event=about(NVDA), over_time=[state(False, "yesterday")])
    assert (found.truth, found.because) == (False, ("✗ count  — 2 events",))
    assert list(lines(found))[-3:] == ["over time, for NVDA", "  ✗ count  — 2 events", "      yesterday"]
    other = explained(THRICE, event=about("anthropic"), over_time=[state(True)])
    assert (other.truth, other.over_time) == (False, ())


def test_what_came_before_and_is_not_known_leaves_it_open() -> None:
    found = explained(THRICE, event=about(NVDA))
    assert found.truth is None
    assert found.notes == ("what came before is not known here, so the part of the rule over time is not asked",)


def test_that_nothing_can_be_asked_about_the_past_is_a_reason() -> None:
    found = explained("sequence: [{event_type: compute_lease}, {event_type: contract_dispute}]\nwithin: 9d",
                      event=about(), over_time=[])  # fmt: skip
    assert found.truth is False
    assert found.because == ("the event is between no two companies whose past could be asked",)


BESIDE = (
    "all: [{exposed: NVDA}, {sequence: [{event_type: compute_lease}, {event_type: contract_dispute}], within: 9d}]"
)


def test_what_stands_beside_a_sequence_does_not_count_for_an_earlier_step() -> None:
    condition = Explained("sequence", True, "seen")
    late = OverTime("anthropic+spacex", condition, ("the dispute",), earlier=True, companies=(NVDA,))
    found = explained(BESIDE, event=about("anthropic"), over_time=[late])
    assert (found.truth, found.companies, found.because, found.asked) == (True, ("NVDA",), (), ())
    assert found.notes == (
        "what stands beside the sequence is asked of its last step; this event may be an earlier one",
    )
    assert list(lines(found))[-4:] == [
        "",
        "over time, for Anthropic and SpaceX",
        "  ✓ sequence  — seen",
        "      the dispute",
    ]
    missed = OverTime("anthropic+spacex", Explained("sequence", False, "seen"), earlier=True)
    found = explained(BESIDE, event=about(NVDA), over_time=[missed], settings="valid_from: 2030-01-01")
    assert (found.truth, found.because, found.guard) == (False, ("✗ sequence  — seen",), "")


def test_an_event_that_is_another_step_says_so() -> None:
    found = explained(BESIDE, event=about(NVDA), over_time=[])
    assert (found.truth, found.because) == (False, ("the event is not the last step, contract_dispute",))


def test_a_long_past_is_cut_at_its_beginning() -> None:
    found = explained(THRICE, event=about(NVDA), over_time=[state(True, *map(str, range(MAX_BEFORE + 3)))])
    assert list(lines(found))[-MAX_BEFORE - 1 :] == [
        "      … 3 earlier",
        *(f"      {number}" for number in range(3, MAX_BEFORE + 3)),
    ]


# --- event types ----------------------------------------------------------------------------------------------


def test_an_event_type_says_how_it_was_recognised() -> None:
    book = desk_book()
    kind = next(kind for kind in book.event_types if kind.id == "compute_lease")
    found = TypeExplainer(book).event_type(kind, about())
    assert (found.truth, found.portfolio, found.because) == (True, "", ())
    assert found.notes == ("reported as announced, with confidence 0.9",)
    missed = TypeExplainer(book).event_type(kind, news("A van lease"))
    assert (missed.truth, missed.because) == (False, ("✗ text: compute lease  — not in title or body",))


def test_an_event_type_that_the_event_states_is_not_looked_for() -> None:
    book = desk_book()
    kind = next(kind for kind in book.event_types if kind.id == "compute_lease")
    stated = news("x", event_types=[ReportedType(type="compute_lease", confidence=0.7, status="rumoured")])
    found = TypeExplainer(book).event_type(kind, stated)
    assert found.truth is True
    assert found.notes == (
        "the event says so itself, so its words are not asked",
        "reported as rumoured, with confidence 0.7",
    )


def test_the_origin_says_what_kind_of_event_it_is() -> None:
    event = about(
        source="edgar", kind="filing", form="8-K", items=["1.01", "9.01"], event_at="2026-02-02T00:00:00.000Z",
        event_types=[ReportedType(type="compute_lease", confidence=0.93, status="rumoured")],
        amounts=[Amount(low=1, high=1)],
    )  # fmt: skip
    origin = "ev_1 · edgar · 8-K item 1.01, 9.01 · 2026-02-02T00:00:00.000Z · reports compute_lease 0.93 rumoured"
    assert explained("text: lease", event=event).origin == origin
