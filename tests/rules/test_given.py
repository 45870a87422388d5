"""What is wrong with an event of a rule's test is said where it stands, and how it is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from alertd.base.yaml import load_yaml
from alertd.errors import Fault
from alertd.rules.known_rules import Asking
from alertd.rules.test_entries import TestEntry, TestReader
from tests.rules.desk import defined

GOLDEN = Path(__file__).parent / "golden" / "given.txt"
"""Events, and under each what is wrong with it: line and column in the event, message, hint."""
_BEFORE = len("tests: [{given: ")


def faults_of(event: str) -> list[Fault]:
    """Give what is wrong with an event."""
    doc = load_yaml(f"tests: [{{given: {event}, expect: match}}]", "rules.yaml")
    reader = TestReader(doc, Asking(defined(), None))
    given = doc.value["tests"][0]["given"]
    reader.tests(("tests",), [TestEntry(given=given, expect="match")])
    return reader.faults


def said(events: list[str]) -> str:
    """Write the events with their faults."""
    lines = []
    for event in events:
        lines.append(event)
        for fault in sorted(faults_of(event)):
            hint = f" ({fault.hint})" if fault.hint else ""
            lines.append(f"    {fault.line}:{fault.column - _BEFORE} {fault.message}{hint}")
    return "".join(f"{line}\n" for line in lines)


def test_what_is_wrong_with_an_event_is_said_in_words() -> None:
    golden = GOLDEN.read_text("utf-8")
    events = [line for line in golden.splitlines() if not line.startswith("    ")]
    assert said(events) == golden
    assert all(faults_of(event) for event in events)


@pytest.mark.parametrize(
    "event",
    [
        "{title: x, event_at: 2026-01-01T00:00:00Z, published_at: '2026-01-01T00:00:00.000+02:00'}",
        "{title: x, form: 4, facts: {amendment: false, transactions: [{code: S, value: 1e6, shares: '100'}]}}",
        "{title: x, form: SCHEDULE 13D/A, items: [4], facts: {percent: 6.1, holders: [{filer: [A]}], x: {}}}",
        "{title: x, companies: [{id: NVDA, relevance: 1, sentiment: -1}], amounts: [{low: 3, high: 3}]}",
        "{title: x, form: XX-7, published_at: null}",
    ],
)
def test_what_is_right_is_no_fault(event: str) -> None:
    assert faults_of(event) == []
