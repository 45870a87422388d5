"""`POST /v1/rules/PORTFOLIO/RULE/tests`: the tests of a rule, run apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from alertd.asking import rule_files, rules_apart
from tests.web.conftest import RULES, Api

PATH = "/v1/rules/ai/lease/tests"
FILE = "rules/portfolios/ai.yaml"
MORE = "      - {name: wants too much, given: {title: Nothing}, expect: match}\n"


async def test_the_tests_of_a_rule_are_run_as_its_file_has_them(whole: Api, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(RULES["portfolios/ai.yaml"] + MORE)
    status, said = await whole.ask("POST", PATH, token="reader")
    assert (status, said["passed"], said["failed"], said["in_force"]) == (200, 1, 1, True)
    first, second = said["tests"]
    assert (first["passed"], first["expect"], first["line"]) == (True, "match", 12)
    assert (second["name"], second["passed"], second["got"]) == ("wants too much", False, "no match")


async def test_what_is_tested_is_said_to_be_another_than_what_is_in_force(whole: Api, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(RULES["portfolios/ai.yaml"].replace("title: leases", "title: sells"))
    status, said = await whole.ask("POST", PATH)
    assert (status, said["failed"], said["in_force"]) == (200, 1, False)


async def test_files_with_faults_and_a_rule_that_they_lack_are_said_to_be_so(whole: Api, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(RULES["portfolios/ai.yaml"].replace("id: lease", "id: other"))
    status, said = await whole.ask("POST", PATH)
    assert (status, said["detail"]) == (409, "the rule is in force, and its files do not have it any more")


async def test_faults_in_the_files_are_said_without_naming_whose(whole: Api, tmp_path: Path) -> None:
    (tmp_path / "rules/portfolios/q.yaml").write_text("portfolio: secret\nrules: [{}]\n")
    status, said = await whole.ask("POST", PATH)
    assert (status, "faults" in said["detail"], "secret" in said["detail"]) == (409, True, False)


async def test_a_run_that_never_ends_is_ended_and_too_many_are_not_begun(
    whole: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules_apart, "PATIENCE_S", 0.01)
    assert (await whole.ask("POST", PATH))[0] == 503
    monkeypatch.undo()
    assert (await whole.ask("POST", PATH))[0] == 200
    monkeypatch.setattr(rule_files, "MOST_WAITING", 0)
    assert (await whole.ask("POST", PATH))[0] == 503


@pytest.mark.parametrize("path", ["/v1/rules/energy/any/tests", "/v1/rules/ai/any/tests", "/v1/rules/no/any/tests"])
async def test_rules_of_others_are_not_there(whole: Api, path: str) -> None:
    assert (await whole.ask("POST", path, token="ai"))[0] == 404


async def test_what_tests_prove_is_said_where_it_is_asked_for(whole: Api) -> None:
    assert (await whole.ask("POST", PATH))[1]["coverage"] is None
    status, said = await whole.ask("POST", PATH, {"coverage": True}, token="reader")
    assert (status, said["coverage"]) == (
        200,
        {"conditions": 1, "gaps": [{"lack": "never false", "condition": "title: leases"}]},
    )
    assert (await whole.ask("POST", PATH, {"coverage": "much"}))[0] == 400


TYPE = "/v1/event-types/lease/tests"


async def test_the_tests_of_an_event_type_are_run_as_its_file_has_them(whole: Api, tmp_path: Path) -> None:
    status, said = await whole.ask("POST", TYPE, {"coverage": True}, token="reader")
    assert (status, said["event_type"], said["passed"], said["failed"]) == (200, "lease", 2, 0)
    assert (said["in_force"], said["tests"][1]["expect"]) == (True, "no match")
    assert said["coverage"] == {"conditions": 2, "gaps": [{"lack": "never true", "condition": "title: rents"}]}
    file = tmp_path / "rules/event-types/lease.yaml"
    file.write_text(file.read_text().replace("title: leases", "title: sells"))
    status, said = await whole.ask("POST", TYPE)
    assert (status, said["failed"], said["in_force"], said["coverage"]) == (200, 1, False, None)
    file.unlink()
    status, said = await whole.ask("POST", TYPE)
    assert (status, said["detail"]) == (409, "the type is in force, and its files do not have it any more")
    assert (await whole.ask("POST", "/v1/event-types/nothing/tests"))[0] == 404
