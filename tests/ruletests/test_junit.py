"""JUnit's XML: the attributes that CI servers read, and text that XML can hold whatever a test says."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertd.base.yaml_document import Place
from alertd.model import Event
from alertd.rules.loaded import Given, RuleTest, RuleTests
from alertd.ruletests.junit import junit
from alertd.ruletests.outcome import Outcome, Step, Summary
from tests.ruletests.make import desk, one_rule, outcomes

ATTRIBUTES = {
    "testsuites": {"name", "tests", "failures", "errors", "time"},
    "testsuite": {"name", "tests", "failures", "errors", "time"},
    "testcase": {"classname", "name", "file", "line", "time"},
    "failure": {"message"},
    "error": {"message"},
}
INSIDE = {"testsuites": {"testsuite"}, "testsuite": {"testcase"}, "testcase": {"failure", "error"}}
"""The shape that Jenkins, GitLab and GitHub's reporters agree on."""


def parsed(summary: Summary) -> ET.Element:
    """Parse a document, and check its shape."""
    root = ET.fromstring(junit(summary))
    assert root.tag == "testsuites"
    for element in root.iter():
        assert set(element.keys()) == ATTRIBUTES[element.tag]
        assert {inner.tag for inner in element} <= INSIDE.get(element.tag, set())
    assert sum(int(suite.get("tests", "")) for suite in root) == int(root.get("tests", ""))
    return root


def test_tests_that_pass_have_nothing_in_them(tmp_path: Path) -> None:
    tests = ("{given: {title: a lease}, expect: match, name: One}", "{given: {title: vans}, expect: no match}")
    root = parsed(Summary(outcomes(desk(tmp_path, one_rule("{text: lease}", *tests)))))
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("2", "0", "0")
    assert [(case.get("classname"), case.get("name"), list(case)) for case in root.iter("testcase")] == [
        ("p.r", "1 One", []),
        ("p.r", "2 “vans”", []),
    ]


def test_a_test_that_fails_says_why(tmp_path: Path) -> None:
    found = outcomes(desk(tmp_path, one_rule("{text: lease}", "{given: {title: vans}, expect: match}")))
    (failure,) = parsed(Summary(found)).iter("failure")
    assert failure.get("message") == "expected match, got no match"
    assert "because   ✗ text: lease  — not in title or body" in str(failure.text)


def test_a_rule_that_raises_is_an_error_and_no_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def burst(*_: object) -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr("alertd.rules.pattern.Pattern.result", burst)
    root = parsed(
        Summary(outcomes(desk(tmp_path, one_rule("{regex: lease}", "{given: {title: lease}, expect: match}"))))
    )
    assert (root.get("failures"), root.get("errors")) == ("0", "1")
    (error,) = root.iter("error")
    assert error.get("message") == error.text == "the rule raised ZeroDivisionError: oops"


def test_no_tests_are_a_document_too() -> None:
    assert len(parsed(Summary([]))) == 0


@given(st.text(), st.text())
def test_whatever_a_test_says_the_document_can_be_read(name: str, title: str) -> None:
    place = Place("rules/p.yaml", 7, 5)
    test = RuleTest(name=name, place=place, given=(Given(Event(title=title)),), expect="match")
    rule = RuleTests(place=place, portfolio="p", rule="r", tests=(test,))
    outcome = Outcome(rule, 1, test, (Step(0, title, held=False),), passed=False, expected="match", got="no match")
    (failure,) = parsed(Summary([outcome])).iter("failure")
    assert failure.get("message") == "expected match, got no match"
