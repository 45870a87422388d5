"""`alertd test`: the tests inside the rules, for people, CI servers and machines (how it reads: golden/test.txt)."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.cli.run import HERE, RULES, Done, alertd, on_terminal, small_desk

TRIED = HERE / "tried/rules"


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with rules of which three tests fail."""
    shutil.copytree(TRIED, tmp_path / "rules")
    return tmp_path


def run(desk: Path, *words: str | Path) -> Done:
    return alertd("test", *words, cwd=desk)


def add(desk: Path, name: str, text: str) -> None:
    (desk / f"rules/portfolios/{name}.yaml").write_text(
        f"portfolio: {name}\ntitle: T\nreceivers: []\nrules:\n  - id: r\n    title: R\n    severity: low\n{text}"
    )


def test_the_shipped_rules_pass_and_every_condition_of_them_is_proven(tmp_path: Path) -> None:
    done = run(tmp_path, RULES, "--coverage")
    assert (done.code, done.err) == (0, "")
    assert "%" not in done.out.replace("(100%)", "")
    assert "have none" not in done.out


def test_what_failed_makes_the_exit_code_1_and_what_passed_does_not(desk: Path) -> None:
    assert run(desk).code == 1
    done = run(desk, "--rule", "filings/contract-ends", "--rule", "compute_lease")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        "✓ rules/event-types/compute_lease.yaml  2 tests",
        "✓ rules/portfolios/filings.yaml  2 tests",
        "4 tests of 2 rules passed",
    ]


def test_the_rules_are_those_of_the_folder_of_the_settings_or_of_the_files_named(desk: Path) -> None:
    passed = "2 tests of 1 rule passed"
    assert passed in run(desk, "rules/portfolios/filings.yaml").out
    assert passed in alertd("test", "filings.yaml", cwd=desk / "rules/portfolios").out
    small_desk(desk)
    (desk / "rules/portfolios/example.yaml").unlink()
    (desk / "rules").rename(desk / "moved")
    settings = desk / "alertd.yaml"
    settings.write_text(settings.read_text().replace("./rules", "./moved"))
    assert "moved/portfolios/filings.yaml  2 tests" in run(desk).out
    assert "moved/portfolios/filings.yaml  2 tests" in run(desk, "--config", "alertd.yaml").out


def test_one_rule_that_is_none_among_others_is_not_passed_over(desk: Path) -> None:
    done = run(desk, "--rule", "contract-ends", "--rule", "contract-end")
    assert (done.code, done.out) == (2, "")
    assert done.err == "alertd: there is no rule contract-end (did you mean filings/contract-ends?)\n"


def test_tests_that_are_not_run_because_their_rule_is_not_enabled_are_named(desk: Path) -> None:
    tests = "    enabled: false\n    when: {title: lease}\n    tests: [{given: {title: lease}, expect: match}]\n"
    add(desk, "off", tests)
    done = run(desk, "rules/portfolios/off.yaml")
    assert (done.code, done.err) == (0, "")
    said = "there are no tests here; 1 rule is not enabled, its tests were not run: off/r"
    assert done.out.splitlines() == [said]
    assert run(desk, "--rule", "off/r").out.splitlines() == [said]
    assert json.loads(run(desk, "--format", "json").out)["resting"] == ["off/r"]


def test_broken_rules_are_not_tested_and_show_every_fault(desk: Path) -> None:
    add(desk, "broken", "    when: {txet: a}\n    tests: [{given: {titel: a}, expect: maybe}]\n")
    done = run(desk)
    assert (done.code, done.out) == (1, "")
    assert [line.split(": ")[0] for line in done.err.splitlines()] == [
        "rules/portfolios/broken.yaml:8:12",
        "rules/portfolios/broken.yaml:9:41",
        "2 faults found",
    ]


def test_a_rule_that_raises_fails_its_tests_whatever_they_expect(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def burst(*_: object) -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr("alertd.rules.filing.Filing.truth", burst)
    done = run(desk, "rules/portfolios/filings.yaml")
    assert done.code == 1
    assert done.out.count("error     the rule raised ZeroDivisionError: oops") == 2
    assert "2 of 2 tests of 1 rule failed" in done.out


def test_a_hostile_title_does_not_drive_the_terminal(desk: Path) -> None:
    add(desk, "odd", '    when: {text: lease}\n    tests: [{given: {title: "[red]x \\u202e"}, expect: match}]\n')
    done = run(desk, "--rule", "odd/r")
    assert done.code == 1
    assert "“[red]x \ufffd”" in done.out


def test_many_tests_show_a_bar_on_a_terminal_while_the_results_go_elsewhere(desk: Path) -> None:
    shown = on_terminal("test", cwd=desk, stdout=desk / "out")
    assert shown.code == 1
    assert "testing" in shown.out
    assert "3 of 10 tests of 4 rules failed" in (desk / "out").read_text()


# --- for CI servers -------------------------------------------------------------------------------------------


def test_junit_is_a_suite_for_each_file_and_a_case_for_each_test(desk: Path) -> None:
    done = run(desk, "--format", "junit")
    assert (done.code, done.err) == (1, "")
    root = ET.fromstring(done.out)
    assert (root.tag, root.get("tests"), root.get("failures"), root.get("errors")) == ("testsuites", "10", "3", "0")
    suites = {suite.get("name"): suite for suite in root}
    assert list(suites) == [
        "rules/event-types/compute_lease.yaml",
        "rules/portfolios/ai.yaml",
        "rules/portfolios/filings.yaml",
    ]
    for suite in suites.values():
        cases = suite.findall("testcase")
        assert suite.tag == "testsuite"
        assert len(cases) == len(suite) == int(suite.get("tests", ""))
        assert sum(case.find("failure") is not None for case in cases) == int(suite.get("failures", ""))
        assert all(float(element.get("time", "")) >= 0 for element in (suite, *cases))
    case = suites["rules/portfolios/ai.yaml"][1]
    assert {key: case.get(key) for key in ("classname", "name", "file", "line")} == {
        "classname": "ai.big-compute-lease", "name": "2 a small one", "file": "rules/portfolios/ai.yaml",
        "line": "25",
    }  # fmt: skip
    (failure,) = case
    assert failure.get("message") == "expected match, got no match"
    assert "because   ✗ amount: >= 500M USD per year  — 200M USD per year" in (failure.text or "")


def test_junit_can_be_written_beside_what_people_read(desk: Path) -> None:
    done = run(desk, "--junit", "report.xml")
    assert "3 of 10 tests of 4 rules failed" in done.out
    assert ET.parse(desk / "report.xml").getroot().get("failures") == "3"
    done = run(desk, "--junit", "nowhere/report.xml")
    assert (done.code, done.err) == (1, "alertd: cannot write nowhere/report.xml: No such file or directory\n")


# --- for machines ---------------------------------------------------------------------------------------------


def test_json_says_all_of_it(desk: Path) -> None:
    done = run(desk, "--format", "json", "--coverage")
    document = json.loads(done.out)
    assert done.code == 1
    assert (document["tests"], document["failed"], document["rules"]) == (10, 3, 4)
    assert document["untested"] == ["contract_dispute", "filings/any-mention"]
    small = document["outcomes"][3]
    assert {key: small[key] for key in ("rule", "test", "name", "line", "passed", "expected", "got")} == {
        "rule": "ai/big-compute-lease", "test": 2, "name": "a small one", "line": 25, "passed": False,
        "expected": "match", "got": "no match",
    }  # fmt: skip
    assert small["explanation"]["because"] == ["✗ amount: >= 500M USD per year  — 200M USD per year"]
    order = document["outcomes"][6]
    assert [(event["at"], event["held"]) for event in order["events"]] == [("0d", False), ("120d", True)]
    assert document["coverage"]["filings/contract-ends"] == {
        "conditions": 2, "gaps": [{"lack": "never true", "condition": "text: credit agreement"}],
    }  # fmt: skip
    assert "coverage" not in json.loads(run(desk, "--format", "json").out)
