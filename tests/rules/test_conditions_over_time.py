"""How the conditions over time are read: what each option means, and how the condition is written out."""

from __future__ import annotations

import pytest

from alertd.rules.tree import Always
from tests.rules.desk import desk_rule


@pytest.mark.parametrize(
    ("condition", "label"),
    [
        ("count: {at_least: 3, within: 1h}", "count: at least 3 within 1h"),
        (
            "count: {at_least: 3, within: 36h, by: company, distinct: story}",
            "count: at least 3 within 36h by company, distinct story",
        ),
        (
            "count: {at_least: 200, within: 90d, by: parties, distinct: filer}",
            "count: at least 200 within 90d by parties, distinct filer",
        ),
        (
            "change: {of: sentiment, by: company, at_most: -0.5, within: 3d, baseline: 30d, min_stories: 7}",
            "change: sentiment <= -0.5 within 3d against 30d by company, at least 7 stories",
        ),
        (
            "change: {of: sentiment, by: source, at_least: 0.25, within: 1d, baseline: 2d}",
            "change: sentiment >= 0.25 within 1d against 2d by source, at least 5 stories",
        ),
        ("spike: {factor: 4, within: 1h, baseline: 30d}", "spike: 4 times as many within 1h against 30d, at least 5"),
        (
            "spike: {factor: 2.5, within: 90m, baseline: 7d, by: company, at_least: 10}",
            "spike: 2.5 times as many within 90m against 7d by company, at least 10",
        ),
        (
            "{sequence: [{event_type: compute_lease}, {event_type: [contract_dispute]}], within: 365d}",
            "sequence: compute_lease → contract_dispute within 365d by parties",
        ),
        (
            "{sequence: [{form: SC 13D}, {kind: filing, form: 8-K, item: [1.01, 5.02], source: edgar}], "
            "by: company, within: 30d}",
            "sequence: SCHEDULE 13D → filing 8-K item 1.01, 5.02 from edgar within 30d by company",
        ),
        (
            "{sequence: [{event_type: compute_lease, status: [denied, rumoured]}, {kind: filing}], within: 1d}",
            "sequence: compute_lease denied or rumoured → filing within 1d by parties",
        ),
    ],
)
def test_a_condition_over_time_says_all_that_it_asks(condition: str, label: str) -> None:
    rule = desk_rule(condition)
    assert rule.state is not None
    assert rule.state.label() == label
    assert rule.when == Always()


def test_the_rest_of_a_rule_stands_beside_its_condition_over_time() -> None:
    rule = desk_rule("all: [{text: lease}, {count: {at_least: 3, within: 1h}}, {mentions: holdings}]")
    assert rule.state is not None
    assert [part.label() for part in rule.when.children] == ["text: lease", "mentions: holdings"]
    assert rule.binds


def test_a_step_counts_reports_that_are_as_sure_as_it_says() -> None:
    steps = "[{event_type: compute_lease, min_confidence: 0.8}, {event_type: contract_dispute}]"
    rule = desk_rule(f"{{sequence: {steps}, within: 1d}}")
    assert rule.state is not None
    label = "sequence: compute_lease with confidence >= 0.8 → contract_dispute within 1d by parties"
    assert rule.state.label() == label


def test_a_sequence_is_asked_about_events_of_each_of_its_steps() -> None:
    rule = desk_rule("{sequence: [{event_type: compute_lease}, {form: 8-K/A}, {kind: filing}], within: 1d}")
    assert rule.state is not None
    assert rule.state.clauses() == (frozenset({"type:compute_lease", "form:8-K", "kind:filing"}),)
