"""The conditions on what an event reports: types, money, terms, facts, tone, novelty."""

from __future__ import annotations

from typing import Any

import pytest

from alertd.model import Amount, DealTerm, Event, Evidence, ReportedType, Sentiment, Story
from alertd.rules.logic import Truth
from tests.rules.desk import ask
from tests.rules.make import news


def lease(**fields: Any) -> Event:
    return news("SpaceX leases compute", language="en", event_types=[_but(**fields)])


def _but(**fields: Any) -> ReportedType:
    return ReportedType(**{"type": "compute_lease", "confidence": 0.93, **fields})


@pytest.mark.parametrize(
    ("condition", "event", "truth"),
    [
        ("event_type: compute_lease", lease(), True),
        ("event_type: [contract_dispute, compute_lease]", lease(), True),
        ("event_type: contract_dispute", lease(), False),
        ("event_type: compute_lease", news("x", language="en"), False),
        ("event_type: compute_lease", news("x"), False),
        ("event_type: compute_lease", news("x", language="de"), None),
        ("event_type: compute_lease", news("x", language="en", awaiting="full_text"), None),
        ("event_type: compute_lease", lease(confidence=0.5), True),
        ("event_type: compute_lease", lease(confidence=0.49), False),
        ("{event_type: compute_lease, min_confidence: 0.4}", lease(confidence=0.49), True),
        ("{event_type: compute_lease, min_confidence: 0.95}", lease(), False),
        ("event_type: compute_lease", lease(status="reported"), True),
        ("event_type: compute_lease", lease(status="rumoured"), False),
        ("event_type: compute_lease", lease(status="denied"), False),
        ("{event_type: compute_lease, status: denied}", lease(status="denied"), True),
        ("{event_type: compute_lease, status: [rumoured, denied]}", lease(status="rumoured"), True),
        ("{event_type: compute_lease, status: denied}", lease(status="announced"), False),
        ("{event_type: compute_lease, status: announced}", lease(status="reported"), False),
    ],
)
def test_an_event_type_counts_if_it_is_sure_and_of_a_status_that_is_meant(
    condition: str, event: Event, truth: Truth
) -> None:
    assert ask(condition, event).tree.truth is truth


def test_of_two_reports_of_one_type_one_that_counts_is_enough() -> None:
    event = news(event_types=[_but(status="denied"), _but(confidence=0.6)])
    assert ask("event_type: compute_lease", event).tree.seen == "compute_lease announced 0.60"


@pytest.mark.parametrize(
    ("event", "seen"),
    [
        (lease(), "compute_lease announced 0.93"),
        (lease(status="denied"), "compute_lease denied 0.93, a status that counts only where it is named"),
        (lease(confidence=0.3), "compute_lease announced 0.30, less sure than 0.5"),
        (news(event_types=[ReportedType(type="merger")]), "not reported; reported is merger"),
        (news(), "not reported"),
        (news(language="de"), "not reported, and the language `de` is not understood"),
        (news(awaiting="full_text"), "not reported in what is there yet; the full text is still to come"),
    ],
)
def test_what_was_seen_of_an_event_type_is_said(event: Event, seen: str) -> None:
    assert ask("event_type: compute_lease", event).tree.seen == seen


def test_the_words_that_report_a_type_are_the_evidence() -> None:
    span = Evidence(field="title", start=7, end=13, quote="whatever the source of the event claims")
    event = news("SpaceX leases compute", event_types=[_but(evidence=[span])])
    (shown,) = ask("event_type: compute_lease", event).verdict.evidence
    assert (shown.field, shown.start, shown.end, shown.quote) == ("title", 7, 13, "SpaceX leases compute")


@pytest.mark.parametrize(("start", "end"), [(-1, 3), (3, 3), (5, 2), (0, 99)])
def test_evidence_that_came_with_an_event_and_lies_outside_its_text_is_not_shown(start: int, end: int) -> None:
    span = Evidence(field="title", start=start, end=end, quote="forged")
    (shown,) = ask("event_type: compute_lease", lease(evidence=[span])).verdict.evidence
    assert (shown.field, shown.quote) == ("event_types", "compute_lease announced 0.93")


# --- money ----------------------------------------------------------------------------------------------------


def money(low: float, high: float | None = None, **fields: Any) -> Event:
    return news("x", language="en", amounts=[Amount(low=low, high=low if high is None else high, **fields)])


RANGE = money(3e9, 4e9, per="year", role="revenue")


@pytest.mark.parametrize(
    ("condition", "event", "truth"),
    [
        ('amount: ">= 3B USD"', RANGE, True),
        ('amount: ">= 3.5B USD"', RANGE, False),  # the low end is read
        ('amount: "> 3B USD"', RANGE, False),
        ('amount: "> 2,999.9M USD"', RANGE, True),
        ('amount: "<= 4B USD"', RANGE, True),
        ('amount: "<= 3.5B USD"', RANGE, False),  # the high end is read
        ('amount: "< 4B USD"', RANGE, False),
        ('amount: "3B..4B USD"', RANGE, True),
        ('amount: "3.1..4 B USD"', RANGE, False),
        ('amount: "3..3.9B USD"', RANGE, False),
        ('amount: "≥ 500m usd per year"', RANGE, True),
        ('amount: ">= 700M USD a quarter"', RANGE, True),
        ('amount: ">= 800M USD / quarter"', RANGE, False),
        ('amount: ">= 200M USD per month"', money(3e9, per="year"), True),
        ('amount: ">= 3B USD per year"', money(3e9), False),  # a total is no rate
        ('amount: ">= 3B USD per year"', money(3e9, per="year", derived=True), True),
        ('amount: ">= 3B USD"', money(3e9, per="year", derived=True), False),  # worked out, not stated
        ('amount: ">= 3B USD"', money(3e9), True),
        ('amount: ">= 1 USD"', money(40, per="share"), False),
        ('amount: ">= 30 USD per share"', money(40, per="share"), True),
        ('amount: ">= 30 USD per share"', money(40), False),
        ('{amount: ">= 1B USD", role: revenue}', RANGE, True),
        ('{amount: ">= 1B USD", role: [profit, penalty]}', RANGE, False),
        ('{amount: ">= 1B USD", role: revenue}', money(3e9), False),
        ('amount: ">= 1B USD"', money(1e9, currency="EUR"), True),
        ('amount: ">= 1.2B USD"', money(1e9, currency="EUR"), False),
        ('amount: ">= 1B EUR"', money(1.2e9), True),
        ('amount: ">= 1B EUR"', money(1.2e11, currency="jpy"), False),
        ('amount: ">= 1B EUR"', money(1.8e11, currency="JPY"), True),
        ('amount: ">= 1B USD"', money(1e9, currency="CHF"), None),
        ('{amount: ">= 1B USD", role: profit}', money(1e9, currency="CHF", role="debt"), False),
        ('amount: ">= 1B USD"', money(float("nan")), False),
        ('amount: ">= 1B USD"', money(float("inf")), False),
        ('amount: ">= 1B USD"', money(4e9, 3e9), True),  # turned round by whoever stated it
        ('amount: "<= 3B USD"', money(4e9, 3e9), False),
        ('amount: ">= 1B USD"', news("x", language="en"), False),
        ('amount: ">= 1B USD"', news("x", language="ja"), None),
        ('amount: ">= 1B USD"', news("x", awaiting="full_text"), None),
        ('amount: ">= 1B USD"', money(5.0, per="fortnight"), False),
        ('amount: ">= 1 USD per year"', money(5.0, per="fortnight"), False),
    ],
)
def test_an_amount_is_compared_at_the_end_that_counts(condition: str, event: Event, truth: Truth) -> None:
    assert ask(condition, event).tree.truth is truth


@pytest.mark.parametrize(
    ("condition", "label", "event", "seen"),
    [
        ('amount: ">= 500M USD per year"', "amount: >= 500M USD per year", RANGE, "3B to 4B USD per year, revenue"),
        ('{amount: "1..5b usd", role: debt}', "amount: 1B..5B USD, role: debt", RANGE,
         "none such; stated: 3B to 4B USD per year, revenue"),
        ('amount: "> 90 k EUR"', "amount: > 90k EUR", money(1e6), "1M USD, as 909.1k EUR by the rates of 2026-11-01"),
        ('amount: ">= 1B USD per quarter"', "amount: >= 1B USD per quarter", RANGE,
         "3B to 4B USD per year, revenue, as 750M per quarter"),
        ('amount: "<= 1 USD"', "amount: <= 1 USD", money(1e9, currency="CHF"),
         "1B CHF: no rate to USD in rules/lists/rates.yaml"),
        ('amount: "<= 1 USD"', "amount: <= 1 USD", news(), "no amount stated"),
        ('amount: ">= 1 USD per year"', "amount: >= 1 USD per year", money(2e9, per="year", derived=True),
         "2B USD per year (derived)"),
    ],
)  # fmt: skip
def test_money_is_written_as_a_desk_would_write_it(condition: str, label: str, event: Event, seen: str) -> None:
    tree = ask(condition, event).tree
    assert (tree.label, tree.seen) == (label, seen)


# --- terms of a deal ------------------------------------------------------------------------------------------

RECLAIM = DealTerm(
    type="reclaim_right", held_by="spacex", evidence=[Evidence(field="body", start=4, end=18, quote="")]
)
KEEPS = news("x", "The right to take", language="en", terms=[RECLAIM])


@pytest.mark.parametrize(
    ("condition", "event", "truth"),
    [
        ("terms: reclaim_right", KEEPS, True),
        ("terms: [exclusivity, reclaim_right]", KEEPS, True),
        ("terms: exclusivity", KEEPS, False),
        ("terms: exclusivity", news(language="fr"), None),
        ("terms: exclusivity", news(awaiting="full_text"), None),
    ],
)
def test_a_term_of_a_deal_is_found_by_its_name(condition: str, event: Event, truth: Truth) -> None:
    assert ask(condition, event).tree.truth is truth


def test_a_term_shows_the_words_of_the_source_and_who_holds_it() -> None:
    answer = ask("terms: [reclaim_right]", news("x", "The right to reclaim", terms=[RECLAIM]))
    assert (answer.tree.label, answer.tree.seen) == ("terms: reclaim_right", "reclaim_right, held by SpaceX")
    assert [e.quote for e in answer.verdict.evidence] == ["The right to reclaim"]


# --- tone and novelty -----------------------------------------------------------------------------------------


def sounding(score: float) -> Event:
    return news(sentiment=Sentiment(score=score, label="mildly negative"))


def told(novelty: float, position: int = 1) -> Event:
    return news(story=Story(id="st_1", novelty=novelty, position=position))


@pytest.mark.parametrize(
    ("condition", "event", "truth"),
    [
        ('sentiment: "<= -0.35"', sounding(-0.35), True),
        ('sentiment: "<= -0.35"', sounding(-0.34), False),
        ('sentiment: "> −0.5"', sounding(-0.34), True),
        ('sentiment: "<= -0.35"', news(), None),
        ('sentiment: ">= 0"', sounding(float("nan")), False),
        ('novelty: ">= 0.75"', told(0.75), True),
        ('novelty: "≥ 75%"', told(0.75), True),
        ('novelty: ">= 0.75"', told(0.5), False),
        ('novelty: "< 1"', told(0.5), True),
        ('novelty: ">= 0.75"', news(), None),
    ],
)
def test_tone_and_novelty_are_compared_and_unknown_where_nobody_worked_them_out(
    condition: str, event: Event, truth: Truth
) -> None:
    assert ask(condition, event).tree.truth is truth


@pytest.mark.parametrize(
    ("condition", "event", "label", "seen", "quote"),
    [
        ('sentiment: "<= 0"', sounding(-0.2), "sentiment: <= 0", "sentiment is -0.20 mildly negative",
         ["-0.20 mildly negative"]),
        ('sentiment: "<= 0"', news(), "sentiment: <= 0", "the event has no sentiment", []),
        ('novelty: ">= .5"', told(0.5, 3), "novelty: >= 0.5", "novelty is 0.50, report 3 of its story",
         ["0.50, report 3 of its story"]),
        ('novelty: ">= .5"', told(0.2), "novelty: >= 0.5", "novelty is 0.20, report 1 of its story", []),
        ('novelty: ">= .5"', news(), "novelty: >= 0.5", "the event belongs to no story yet", []),
    ],
)  # fmt: skip
def test_tone_and_novelty_say_what_they_saw(
    condition: str, event: Event, label: str, seen: str, quote: list[str]
) -> None:
    tree = ask(condition, event).tree
    assert (tree.label, tree.seen, [e.quote for e in tree.evidence]) == (label, seen, quote)


# --- the facts of a form --------------------------------------------------------------------------------------


def filed(**facts: Any) -> Event:
    return news(kind="filing", form="4", facts=facts)


SALES = filed(
    insider="Jane Doe",
    plan_10b5_1=False,
    transactions=[
        {"code": "S", "value": 4e5, "shares": 1_000, "plan_10b5_1": True},
        {"code": "P", "value": 3e6, "shares": 9_000},
        {"code": "S", "value": "2500000", "shares": 2_000},
    ],
)


@pytest.mark.parametrize(
    ("facts", "event", "truth"),
    [
        ('percent: ">= 5"', filed(percent=5.0), True),
        ('percent: ">= 5%"', filed(percent=5), True),
        ('percent: ">= 5%"', filed(percent=4.99), False),
        ('percent: ">= 500bp"', filed(percent=5), True),
        ('percent: ">= 500bp"', filed(percent=4.9), False),
        ('percent: ">= 5"', filed(percent="5.1"), True),
        ('percent: ">= 5"', filed(percent="a lot"), None),
        ('percent: ">= 5"', filed(percent=True), None),
        ('percent: ">= 5"', filed(percent=10**400), None),
        ('percent: ">= 5"', filed(other=1), None),
        ('percent: ">= 5"', news(kind="filing"), None),
        ('percent: ">= 5"', news(), False),
        ('change: ">= 1"', filed(change=1.5), True),
        ("amendment: false", filed(amendment=False), True),
        ("amendment: false", filed(amendment=True), False),
        ("amendment: false", filed(amendment="no"), None),
        ('percent: ">= 5", amendment: false', filed(percent=6, amendment=False), True),
        ('percent: ">= 5", amendment: false', filed(percent=6), None),
        ('percent: ">= 5", amendment: false', filed(percent=4), False),
        ("purpose: [change the board, '=\"activist\"']", filed(purpose="May change the boards."), True),
        ("purpose: activist", filed(purpose="Investment."), False),
        ("code: S", filed(code="s"), True),
        ("code: [P, A]", filed(code="S"), False),
        ("insider_is: officer", filed(insider_is=["director", "officer"]), True),
        ("insider_is: ten_percent_owner", filed(insider_is=["director"]), False),
        ('value: ">= 1M USD"', filed(value=2e6), True),
        ('value: ">= 1M USD"', filed(value=2e5), False),
        ('code: S, value: ">= 1M USD"', SALES, True),
        ('code: S, value: ">= 3M USD"', SALES, False),  # another row than that of the purchase of 3M
        ('code: P, plan_10b5_1: false', SALES, True),
        ("code: S, plan_10b5_1: true", SALES, True),
        ('code: S, plan_10b5_1: true, value: ">= 1M USD"', SALES, False),
        ("insider: doe, code: S", SALES, True),
        ('shares_after: "> 0", code: P', SALES, None),
    ],
)  # fmt: skip
def test_all_facts_of_a_condition_are_right_in_one_row(facts: str, event: Event, truth: Truth) -> None:
    assert ask(f"facts: {{{facts}}}", event).tree.truth is truth


def test_facts_say_what_the_form_states() -> None:
    answer = ask('facts: {code: S, value: ">= 1M USD"}', SALES)
    assert answer.tree.label == "facts: code S, value >= 1M USD"
    assert answer.tree.seen == "code S, value 2500000 (of 3 rows)"
    assert [(e.field, e.quote) for e in answer.verdict.evidence] == [("facts", "code S"), ("facts", "value 2500000")]


@pytest.mark.parametrize(
    ("facts", "stated", "seen"),
    [
        ("amendment: false", {"amendment": "false"}, "amendment is the text “false”, not true or false"),
        ('percent: ">= 5"', {"percent": "6.1%"}, "percent is the text “6.1%”, not a number"),
        ('percent: ">= 5"', {"percent": True}, "percent is true, not a number"),
        ('value: ">= 1M USD"', {"value": [1]}, "value is something else, not a number"),
        ("insider: Jane", {"insider": 7}, "insider is a number, not a text"),
    ],
)
def test_a_fact_of_another_type_is_unknown_and_says_so(facts: str, stated: dict[str, Any], seen: str) -> None:
    tree = ask(f"facts: {{{facts}}}", filed(**stated)).tree
    assert (tree.truth, tree.seen) == (None, seen)


def test_a_form_with_endless_rows_is_asked_about_the_first_thousand() -> None:
    rows = [{"code": "A"}] * 1_000 + [{"code": "S"}] * 100_000
    assert ask("facts: {code: S}", filed(transactions=rows)).tree.truth is False
