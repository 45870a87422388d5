"""What rules over time ask for an event, what they remember of it, and in which words they answer."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from alertd.model import CompanyMention, Event, Observation, Party, ReportedType, Row, Sentiment, Story
from alertd.rules import fact_index
from alertd.rules.book import Portfolio
from alertd.rules.fact_index import event_ms, fact_observations, fact_of, facts_of
from alertd.rules.parties import MAX_NAMED, MAX_PARTIES, named, pairs, parties_of, subject_of
from alertd.rules.state import State
from alertd.rules.state_rules import LATENESS_MS, filer_of, observations, settle
from tests.rules.make import portfolio

AT = "2026-03-01T12:00:00.000Z"
HOUR = 3_600_000


def event(**fields: Any) -> Event:
    return Event(**{"id": "ev_1", "source": "wire", "title": "It happens", "event_at": AT} | fields)


def companies(*names: str, **fields: Any) -> list[CompanyMention]:
    return [CompanyMention(id=name, **fields) for name in names]


def between(*names: str, kind: str = "compute_lease") -> ReportedType:
    return ReportedType(type=kind, parties=[Party(company=name) for name in names])


def asked(condition: str, found: Event, *bound: str, **of_portfolio: Any) -> list[tuple[str, Observation]]:
    desk = _desk(condition, **of_portfolio)
    return observations(desk.rules[0], desk, found, bound)


def _desk(condition: str, **fields: Any) -> Portfolio:
    return msgspec.structs.replace(portfolio(condition), **fields)


# --- what is asked ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("by", "found", "bound", "groups"),
    [
        ("", event(), [], [""]),
        (", by: source", event(), [], ["wire"]),
        (", by: source", event(source="Not an id"), [], []),
        (", by: company", event(companies=companies("vega", "lumen")), [], ["vega", "lumen"]),
        (", by: company", event(companies=companies("vega", "lumen")), ["lumen"], ["lumen"]),
        (", by: company", event(), [], []),
        (
            ", by: parties",
            event(event_types=[between("vega", "lumen", "a")]),
            [],
            ["a+lumen", "a+vega", "lumen+vega"],
        ),
        ("", event(event_at="", seen_at=""), [], []),
        ("", event(withdrawn=True), [], []),
    ],
)
def test_it_is_counted_apart_by_what_the_rule_says(
    by: str, found: Event, bound: list[str], groups: list[str]
) -> None:
    assert [name for name, _ in asked(f"count: {{at_least: 2, within: 1h{by}}}", found, *bound)] == groups


def test_a_set_belongs_to_portfolio_and_rule_by_their_first_names_and_outlives_its_time_by_a_day() -> None:
    ((_, one),) = asked("count: {at_least: 2, within: 1h}", event(), identity="old")
    assert (one.key, one.keep_ms, one.most) == ("rule:old/rule-0:count-event-rule:", HOUR + LATENESS_MS, 500)
    ((_, one),) = asked("spike: {factor: 2, within: 1h, baseline: 1d, by: source}", event())
    assert (one.key, one.keep_ms, one.most) == (
        "rule:desk-a/rule-0:spike-source:wire",
        25 * HOUR + LATENESS_MS,
        2_000,
    )


def test_a_rule_that_counts_something_else_than_before_begins_anew() -> None:
    found = event(sentiment=Sentiment(score=0.5))
    states = [
        "count: {at_least: 2, within: 1h}",
        "count: {at_least: 2, within: 1h, distinct: story}",
        "change: {of: sentiment, at_most: -0.5, within: 1h, baseline: 1d, by: source}",
        "count: {at_least: 2, within: 1h, by: source}",
        "spike: {factor: 2, within: 1h, baseline: 1d, by: source}",
    ]
    keys = [one.key for state in states for _, one in asked(state, found)]
    assert len(set(keys)) == len(states)


@pytest.mark.parametrize(("distinct", "value"), [("story", "st_1"), ("source", "wire"), ("filer", "cik-0001")])
def test_what_counts_once_is_what_the_rule_says(distinct: str, value: str) -> None:
    found = event(story=Story(id="st_1"), facts={"insider_cik": "0001"})
    ((_, one),) = asked(f"count: {{at_least: 2, within: 1h, distinct: {distinct}}}", found)
    assert one.distinct == value


@pytest.mark.parametrize(
    ("fields", "filer"),
    [
        ({"facts": {"insider": "Jane Doe"}, "filers": [{"id": "vega"}]}, "insider Jane Doe"),
        ({"filers": [{"name": "Vega Grid", "cik": 320193}]}, "320193"),
        ({"filers": [{"role": "x"}, {"name": "Vega Grid"}]}, "Vega Grid"),
        ({"filers": [{"id": "vega", "role": "issuer"}, {"id": "jane", "role": "reporting"}]}, "jane"),
        ({"filers": [{"id": "vega", "role": "subject"}, {"id": "lyra", "role": "filed by"}]}, "lyra"),
        ({"filers": [{"id": "vega", "role": ["odd"]}]}, "vega"),
        ({"filers": [{"id": ["odd"]}], "facts": {"insider": {"odd": 1}}}, ""),
    ],
)
def test_who_filed_is_the_insider_or_the_first_filer_that_is_named(fields: dict[str, Any], filer: str) -> None:
    assert filer_of(event(**fields)) == filer


def test_the_tone_is_the_companys_own_or_else_the_whole_events() -> None:
    swing = "change: {of: sentiment, at_most: -0.5, within: 1d, baseline: 5d}"
    found = event(companies=[*companies("vega", sentiment=-0.4), *companies("lumen")], sentiment=Sentiment(score=7.0))
    assert [(name, one.value) for name, one in asked(swing, found)] == [("vega", -0.4), ("lumen", 1.0)]
    assert asked(swing, event(companies=companies("vega"))) == [], "an event without a tone says nothing of it"


@pytest.mark.parametrize(
    ("found", "bound", "groups"),
    [
        (event(companies=companies("vega", "lumen"), event_types=[between("vega", "lumen")]), [], ["vega", "lumen"]),
        (event(companies=companies("vega", "lumen"), event_types=[between("vega", "lumen")]), ["lumen"], ["lumen"]),
        (event(companies=companies("vega", "other"), event_types=[between("vega", "lumen")]), [], ["vega", "lumen"]),
        (event(companies=companies("vega"), event_types=[between("vega", kind="merger")]), [], []),
    ],
)
def test_a_sequence_asks_for_the_companies_for_which_the_event_is_a_step(
    found: Event, bound: list[str], groups: list[str]
) -> None:
    steps = "sequence: [{event_type: compute_lease}, {event_type: contract_dispute}]\nby: company\nwithin: 90d"
    assert [name for name, _ in asked(steps, found, *bound)] == groups


# --- facts and parties ------------------------------------------------------------------------------------------


def test_facts_are_kept_of_companies_and_of_each_pair_of_parties() -> None:
    found = event(
        companies=companies("orion"), event_types=[between("vega", "lumen"), between("orion", kind="merger")]
    )
    kept = {one.key: [kind for kind, _, _ in facts_of(found)[one.key[6:]].types] for one in fact_observations(found)}
    assert kept == {
        "facts:orion": ["merger"],
        "facts:vega": ["compute_lease"],
        "facts:lumen": ["compute_lease"],
        "facts:lumen+vega": ["compute_lease"],
    }
    assert not any(one.read for one in fact_observations(found))


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"kind": "filing", "form": "424B2"},
        {"event_types": [between("vega")], "withdrawn": True},
        {"event_types": [between("vega")], "event_at": "yesterday"},
    ],
    ids=["nothing reported", "a routine form", "taken back", "no time"],
)
def test_otherwise_nothing_is_kept(fields: dict[str, Any]) -> None:
    assert fact_observations(event(companies=companies("vega"), **fields), {"424B2"}) == []


def test_a_filing_is_a_fact_whatever_it_reports_and_says_which_it_is() -> None:
    found = event(companies=companies("vega"), kind="filing", form="8-K/A", items=["Item 1.01."])
    (one,) = fact_observations(found)
    assert msgspec.json.decode(one.data) == [[], "filing", "8-K/A", ["1.01"], "wire", "It happens", {}, {}, True]


def test_what_is_kept_of_an_event_is_bounded() -> None:
    many = [f"c-{n}" for n in range(100)]
    types = [between(*many, kind=f"type-{n}" * 50) for n in range(100)]
    found = event(companies=companies(*many), event_types=types, items=["1" * 500] * 100, title="x" * 10_000)
    kept = fact_observations(found)
    assert len(kept) <= MAX_NAMED + MAX_PARTIES * (MAX_PARTIES - 1) // 2
    assert max(len(one.data) for one in kept) < 3_000


@pytest.mark.parametrize(
    ("found", "types", "parties"),
    [
        (event(event_types=[between("b", "a"), between("c", kind="merger")]), ["compute_lease"], ["b", "a"]),
        (
            event(event_types=[between("b", "a"), between("c", kind="merger")], parties=["d"]),
            [],
            ["d", "b", "a", "c"],
        ),
        (event(companies=companies("a", "b")), [], ["a", "b"]),
        (event(companies=companies("a", "b", "c", "d", "e")), [], []),
        (event(parties=["Not An Id", "a+b", "a", "a", "x" * 64]), [], ["a"]),
    ],
)
def test_parties_are_those_that_are_stated_or_else_the_few_that_are_named(
    found: Event, types: list[str], parties: list[str]
) -> None:
    assert parties_of(found, types) == parties


def test_the_companies_of_an_event_are_ranked_by_how_much_it_is_about_them() -> None:
    ranked = [*companies("little", relevance=0.2), *companies("much", relevance=0.9), *companies("much")]
    assert named(event(companies=ranked)) == ["much", "little"]


def test_pairs_have_one_name_in_whatever_order_their_companies_come() -> None:
    assert pairs(["b", "a", "b"]) == pairs(["a", "b"]) == ["a+b"]
    assert pairs(["a"]) == []


@pytest.mark.parametrize(
    ("key", "subject"),
    [("story", ""), ("company", "company:vega"), ("parties", "parties:lumen+vega"), ("rule", "rule:first-name")],
)
def test_a_rule_says_what_its_alerts_are_about(key: Any, subject: str) -> None:
    rule = msgspec.structs.replace(portfolio("text: lease").rules[0], key=key, identity="first-name")
    assert subject_of(rule, event(parties=["vega", "lumen"]), "vega") == subject
    about_none = "rule:first-name" if key == "rule" else ""
    assert subject_of(rule, event(), "") == about_none, "what names nobody is about its story"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"event_at": "", "published_at": "2026-03-01T12:00:00.001Z"}, 1_772_366_400_001),
        ({"event_at": "", "seen_at": AT}, 1_772_366_400_000),
        ({"event_at": "1960-01-01T00:00:00.000Z"}, 0),
        ({"event_at": "yesterday", "seen_at": AT}, None),
        ({"event_at": ""}, None),
    ],
)
def test_an_event_counts_at_its_own_time(fields: dict[str, Any], expected: int | None) -> None:
    assert event_ms(event(**fields)) == expected


# --- answers ----------------------------------------------------------------------------------------------------


def state_of(condition: str) -> State:
    state = portfolio(condition).rules[0].state
    assert state is not None
    return state


def row(name: str, hour: float, order: int, data: str = "") -> Row:
    at = (event_ms(event()) or 0) + round(hour * HOUR)
    return Row(event=f"ev_{name}", revision=1, at_ms=at, order=order, changed=order, data=data)


def test_an_event_that_the_set_does_not_hold_completes_nothing() -> None:
    state = state_of("count: {at_least: 2, within: 1h}")
    verdict = settle(state, [row("2", 0, 1)], event())
    assert (verdict.truth, verdict.seen) == (
        False, "this event is older than what is remembered, or has been replaced",
    )  # fmt: skip


def test_a_count_that_holds_names_the_events_that_prove_it() -> None:
    state = state_of("count: {at_least: 2, within: 1h}")
    verdict = settle(state, [row("0", -0.5, 1, '["Before"]'), row("1", 0, 2, '["Now"]')], event())
    assert [(found.field, found.quote) for found in verdict.evidence] == [
        ("count", "2 events within 1h up to 2026-03-01 12:00"),
        ("count", "2026-03-01 11:30 · Before · ev_0"),
    ]
    told = settle(state, [row("0", -0.5, 1), row("2", -0.2, 2), row("1", 0, 3)], event())
    assert told.seen == "3 events within 1h up to 2026-03-01 12:00; told already, it holds since an earlier one"


def test_what_came_afterwards_does_not_change_an_answer() -> None:
    state = state_of("count: {at_least: 2, within: 1h}")
    before = [row("0", -0.5, 1), row("1", 0, 2)]
    assert settle(state, [*before, row("2", -0.2, 3)], event()) == settle(state, before, event())


def test_a_sequence_says_which_step_is_missing() -> None:
    state = state_of("sequence: [{event_type: compute_lease}, {event_type: contract_dispute}]\nwithin: 90d")
    leased = '[[["compute_lease",0.9,"announced"]],"news","",[],"wire","A lease"]'
    verdict = settle(state, [row("1", 0, 1, leased)], event())
    assert verdict.seen == "step 2, contract_dispute, was not seen within 90d"
    torn = settle(state, [row("1", 0, 1, "torn")], event())
    assert torn.seen == "step 1, compute_lease, was not seen within 90d"


def test_of_facts_that_were_read_only_so_many_characters_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fact_index, "MAX_READ", 1_000)
    for number in range(50):
        data = f'[[],"news","",[],"wire","{number:0100}",{{}}]'
        assert fact_of(row("a", 0, 1, data)).title == f"{number:0100}"
        assert fact_of(row("a", 0, 1, data)) is fact_of(row("a", 0, 1, data))
        assert sum(map(len, fact_index._READ)) <= 1_000
