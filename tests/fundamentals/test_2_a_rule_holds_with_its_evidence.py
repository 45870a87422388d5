"""Chapter 2. Rules are YAML. A rule that holds says where in the text it found what it asked for."""

from __future__ import annotations

import pytest

from alertd.errors import ConfigError
from alertd.model import Event
from alertd.rules.book import make_book
from alertd.rules.explanation import Explainer
from alertd.rules.explanation_text import lines
from alertd.rules.loader import load_portfolio
from alertd.rules.match import Matcher

PORTFOLIO = """
portfolio: ai
title: AI infrastructure
timezone: America/New_York
receivers: [desk]
rules:
  - id: compute-lease
    title: Somebody leases a supercomputer
    severity: high
    when:
      all:
        - text: [supercomputer, data center]
        - title: lease
        - not: {title: lease accounting}
"""


def test_a_rule_holds_for_an_event_that_meets_its_condition() -> None:
    matcher = Matcher(make_book([load_portfolio(PORTFOLIO, "ai.yaml")]))
    event = Event(id="ev_1", title="Vega Grid leases its Orion supercomputer to Lumen Labs")
    (match,) = matcher.match(event).matches
    assert (match.portfolio, match.rule, match.severity) == ("ai", "compute-lease", "high")


def test_the_evidence_points_into_the_text_as_it_was_written() -> None:
    matcher = Matcher(make_book([load_portfolio(PORTFOLIO, "ai.yaml")]))
    event = Event(id="ev_1", title="Véga Grid LEASES its Orion Supercomputer")
    (match,) = matcher.match(event).matches
    assert {event.title[e.start : e.end] for e in match.evidence} == {"LEASES", "Supercomputer"}


def test_a_rule_that_does_not_hold_can_say_why() -> None:
    portfolio = load_portfolio(PORTFOLIO, "ai.yaml")
    (rule,) = portfolio.rules
    event = Event(id="ev_1", title="Vega Grid leases forty vans")
    found = list(lines(Explainer(make_book([portfolio])).rule(portfolio, rule, event)))
    assert found[0] == "✗ ai/compute-lease does not hold"
    assert any("✓" in line and "lease" in line for line in found)
    assert any("✗" in line and "supercomputer" in line for line in found)


def test_everything_wrong_with_a_file_is_said_at_once_and_with_its_place() -> None:
    broken = PORTFOLIO.replace("severity: high", "severity: hgih").replace("- title: lease\n", "- titel: lease\n")
    with pytest.raises(ConfigError) as caught:
        load_portfolio(broken, "ai.yaml")
    severity, condition = map(str, caught.value.faults)
    assert severity.startswith("ai.yaml:9:15: ")
    assert "high" in severity
    assert condition.startswith("ai.yaml:13:11: ")
    assert "title" in condition
