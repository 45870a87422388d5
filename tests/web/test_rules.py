"""Rules over the API: as they are in force, with their lines and tests as the files have them."""

from __future__ import annotations

from tests.web.conftest import Api, problem

EVENT = {"event": {"title": "Vega Grid leases Orion"}}


async def test_a_rule_comes_with_its_lines_and_with_its_tests_and_whether_they_pass(whole: Api) -> None:
    status, found = await whole.ask("GET", "/v1/rules/ai/lease", token="ai")
    assert status == 200, found
    assert found["source"] == {
        "file": "portfolios/ai.yaml", "first": 7,
        "lines": [
            "  - id: lease", "    title: A lease", "    severity: high", "    when: {title: leases}", "    tests:",
            "      - {given: {title: Vega Grid leases Orion}, expect: match}",
        ],
    }  # fmt: skip
    (test,) = found["tests"]
    assert (test["line"], test["expect"], test["given"]) == (12, "match", ["Vega Grid leases Orion"])
    assert (test["passed"], test["got"]) == (True, "match")


async def test_rules_and_portfolios_are_those_in_force_whatever_the_files_say(whole: Api) -> None:
    file = whole.folder / "rules/portfolios/ai.yaml"
    file.write_text(file.read_text().replace("title: leases", "title: rents").replace("title: AI", "title: Other"))
    status, found = await whole.ask("GET", "/v1/rules/ai/lease")
    assert (status, found["source"], found["tests"]) == (200, None, []), "no lines of another rule"
    assert (await whole.ask("GET", "/v1/portfolios/ai"))[1]["title"] == "AI"
    assert (await whole.ask("POST", "/v1/rules/ai/lease/explain", EVENT))[1]["truth"] is True


async def test_what_is_asked_apart_says_no_as_everything_else_does(whole: Api) -> None:
    status, said = await whole.ask("POST", "/v1/rules/ai/lease/explain", {"event": {"title": 7}}, token="ai")
    assert (status, said["detail"].startswith("event: ")) == (400, True)
    for path in ("/v1/rules/energy/any", "/v1/rules/ai/nothing"):
        assert (await whole.ask("GET", path, token="ai"))[0] == 404, path
        assert (await whole.ask("POST", f"{path}/explain", EVENT, token="ai"))[0] == 404, path
    status, said = await whole.ask("POST", "/v1/preview/desk", {"sample": "nothing"}, token="ai")
    assert (status, "there is no sample nothing" in said["detail"]) == (400, True)
    status, said = await whole.ask("POST", "/v1/preview/desk", {"event": {"title": "Quiet"}}, token="ai")
    assert (status, "no rule that tells desk holds" in said["detail"]) == (409, True)
    assert (await whole.ask("GET", f"/v1/companies/{'a' * 201}"))[0] == 404
    assert (await whole.ask("GET", "/v1/why/ev_nothing", token="ai"))[0] == 404
    assert await whole.ask("GET", "/v1/events/ev_nothing", token="ai") == (404, problem(404, (
        "nothing is known of it: it was never seen here, is another desk's, or the archive does not reach back to it"
    )))  # fmt: skip
