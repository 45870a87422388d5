"""The test of an event type may say with which status it must be found."""

from __future__ import annotations

from pathlib import Path

import pytest

from alertd.errors import ConfigError
from alertd.rules.loader import load_rules
from alertd.ruletests.outcome import Outcome
from alertd.ruletests.run import Runner

LEASE = """
event_type: compute_lease
title: Compute leased
when: {title: lease}
status:
  denied: {title: deny}
  rumoured: {title: rumour}
tests:
"""


def written(directory: Path, tests: str) -> Path:
    folder = directory / "event-types"
    folder.mkdir()
    (folder / "compute_lease.yaml").write_text(LEASE + tests, "utf-8")
    return directory


def outcomes(directory: Path, tests: str) -> list[Outcome]:
    loaded = load_rules(written(directory, tests), tests=True)
    return list(Runner(loaded, loaded.tests))


def test_it_passes_where_the_status_is_found(tmp_path: Path) -> None:
    found = outcomes(
        tmp_path,
        """
  - {given: {title: "Vega Grid leases Orion"}, expect: match, status: announced}
  - {given: {title: "Vega Grid denies lease of Orion"}, expect: match, status: denied}
  - {given: {title: "Rumours of a lease of Orion"}, expect: match, status: rumoured}
  - {given: {title: "Vega Grid denies lease of Orion"}, expect: no match, status: announced}
  - {given: {title: "Vega Grid denies lease of Orion"}, expect: match}
""",
    )
    assert [outcome.passed for outcome in found] == [True] * 5


def test_it_says_with_which_status_the_type_was_found_instead(tmp_path: Path) -> None:
    found = outcomes(
        tmp_path,
        """
  - {given: {title: "Vega Grid leases Orion"}, expect: match, status: denied}
  - given: [{title: "Vega Grid leases Orion"}, {title: "Rumours of a lease"}, {title: "Vega Grid denies lease"}]
    expect: exactly 2
    status: denied
  - {given: {title: "Vega Grid sells vans"}, expect: match, status: denied}
""",
    )
    assert [(outcome.passed, outcome.expected, outcome.got) for outcome in found] == [
        (False, "match as denied", "match, but as announced"),
        (False, "exactly 2 as denied", "once in 3 events, at 0d, but as announced and rumoured"),
        (False, "match as denied", "no match"),
    ]


def test_a_rule_has_no_status(tmp_path: Path) -> None:
    folder = written(tmp_path, "  - {given: {title: lease}, expect: match}\n") / "portfolios"
    folder.mkdir()
    (folder / "ai.yaml").write_text(
        """
portfolio: ai
title: AI
receivers: [desk]
rules:
  - id: lease
    title: Lease
    severity: high
    when: {event_type: compute_lease}
    tests:
      - {given: {title: "Vega Grid leases Orion"}, expect: match, status: denied}
""",
        "utf-8",
    )
    with pytest.raises(ConfigError) as caught:
        load_rules(tmp_path, tests=True)
    assert [(fault.line, fault.column, fault.message) for fault in caught.value.faults] == [
        (11, 67, "a status is an event type's, and this is the test of a rule"),
    ]
