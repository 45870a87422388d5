"""Kinds of an event type: which one an event is of, and how rules ask for it."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from alertd.errors import ConfigError
from alertd.model import Event, ReportedType
from alertd.rules.fact_index import facts_of, fits
from alertd.rules.loader import load_rules
from alertd.rules.match import Matcher
from alertd.rules.state import Step

_TYPE = """
event_type: contract_end
title: A contract ends
kinds:
  lease: {title: [lease, rental]}
  supply: {title: supply}
when: {title: [cancels, terminates]}
"""
_DESK = """
portfolio: desk
title: Desk
receivers: [desk]
rules:
  - id: ends
    title: A lease ends
    severity: high
    when: {event_type: contract_end, event_kind: %s}
"""


def _rules(folder: Path, kind: str = "lease", more: str = "") -> Path:
    for name, text in (
        ("event-types/end.yaml", _TYPE + textwrap.dedent(more)),
        ("portfolios/desk.yaml", _DESK % kind),
    ):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    return folder


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Vega Grid cancels lease of Orion", "lease"),
        ("Vega Grid cancels supply contract", "supply"),
        ("Vega Grid cancels lease and supply contract", "lease"),
        ("Vega Grid cancels party", None),
    ],
)
def test_the_first_kind_that_holds_is_the_kind_of_the_event(tmp_path: Path, title: str, kind: str | None) -> None:
    event = Matcher(load_rules(_rules(tmp_path)).book).read(Event(id="ev_1", title=title)).event
    assert [reported.kind for reported in event.event_types] == [kind]


@pytest.mark.parametrize(
    ("asked", "title", "holds"),
    [
        ("lease", "Vega Grid cancels lease", True),
        ("lease", "Vega Grid cancels supply contract", False),
        ("[supply, lease]", "Vega Grid cancels supply contract", True),
        ("lease", "Vega Grid cancels party", False),
    ],
)
def test_a_rule_asks_for_a_kind_beside_the_type(tmp_path: Path, asked: str, title: str, holds: bool) -> None:
    matcher = Matcher(load_rules(_rules(tmp_path, asked)).book)
    assert bool(matcher.match(Event(id="ev_1", title=title)).matches) is holds


def test_a_kind_that_no_event_type_has_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_rules(_rules(tmp_path, "leese"))
    assert "unknown kind of event `leese`" in caught.value.faults[0].message
    assert "did you mean `lease`?" in caught.value.faults[0].hint


def test_another_kind_changes_what_a_portfolio_that_names_it_may_ask(tmp_path: Path) -> None:
    load_rules(_rules(tmp_path), cache=tmp_path / "cache")
    file = tmp_path / "event-types/end.yaml"
    file.write_text(file.read_text("utf-8").replace("lease:", "tenancy:"), "utf-8")
    with pytest.raises(ConfigError):
        load_rules(tmp_path, cache=tmp_path / "cache")


def test_a_test_of_an_event_type_may_ask_for_its_kind(tmp_path: Path) -> None:
    tests = """
        tests:
          - {given: {title: "Vega Grid cancels lease"}, expect: match, kind: lease}
          - {given: {title: "Vega Grid cancels lease"}, expect: match, kind: supply}
          - {given: {title: "Vega Grid cancels lease"}, expect: match, kind: suply}
    """
    with pytest.raises(ConfigError) as caught:
        load_rules(_rules(tmp_path, more=tests), tests=True)
    (fault,) = caught.value.faults
    assert (fault.message, fault.hint) == ("it has no kind `suply`", "did you mean `supply`?")


def test_a_sequence_asks_for_a_kind_too() -> None:
    event = Event(
        id="ev_1",
        seen_at="2026-01-05T00:00:00.000Z",
        parties=["vega", "lumen"],
        event_types=[ReportedType(type="contract_end", kind="lease")],
    )
    fact = facts_of(event)["vega"]
    assert fits(Step(types=("contract_end",), event_kinds=("lease",)), fact)
    assert fits(Step(types=("contract_end",)), fact)
    assert not fits(Step(types=("contract_end",), event_kinds=("supply",)), fact)
