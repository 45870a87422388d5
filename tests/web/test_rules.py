"""Rules over the API: as they are in force, with their lines and tests as the files have them."""

from __future__ import annotations

from pathlib import Path

from tests.web.conftest import Api, problem, serving

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


async def test_of_a_timeline_the_last_is_explained_and_remembers_the_others(whole: Api) -> None:
    timeline = [{"title": "Quiet"}, {"title": "Vega Grid leases Orion", "at": "2h"}]
    for events, holds in ((timeline, True), (timeline[::-1], False)):
        status, found = await whole.ask("POST", "/v1/rules/ai/lease/explain", {"event": events}, token="ai")
        assert (status, found["truth"], found["headline"]) == (200, holds, events[-1]["title"])
    many: list[dict[str, str]] = [{}] * 101
    for wrong in ([], 7, ["Quiet"], many):
        assert (await whole.ask("POST", "/v1/rules/ai/lease/explain", {"event": wrong}))[0] == 400


async def test_event_types_are_listed_and_explained(whole: Api) -> None:
    status, found = await whole.ask("GET", "/v1/event-types", token="reader")
    (one,) = found["event_types"]
    assert (status, one["id"], one["title"], one["severity"]) == (200, "lease", "A lease", "high")
    path = "/v1/event-types/lease/explain"
    status, found = await whole.ask("POST", path, EVENT, token="reader")
    assert (status, found["truth"], found["understood"]["event_types"][0]["type"]) == (200, True, "lease")
    assert (await whole.ask("POST", path, {"event": [EVENT["event"], {"title": "Quiet"}]}))[1]["truth"] is False
    status, said = await whole.ask("POST", path, {"event": {"title": 7}})
    assert (status, said["detail"].startswith("event: ")) == (400, True)
    status, said = await whole.ask("POST", "/v1/event-types/leese/explain", EVENT)
    assert (status, said["detail"]) == (404, "there is no such event type; did you mean `lease`?")


OWN = "{desk: energy, companies: [{id: hush, name: Norvane Foundry, aliases: [Norvane]}]}"


async def test_why_words_are_not_taken_for_companies_of_another_desk_is_not_said_to_a_desk(tmp_path: Path) -> None:
    """That `Norvane` is part of `Mary Norvane` is only said where somebody looks for a Norvane."""
    (tmp_path / "rules/companies").mkdir(parents=True)
    (tmp_path / "rules/companies/energy.yaml").write_text(OWN)
    event = {"event": {"title": "Vega Grid leases Orion", "body": "Mary Norvane said so."}}
    async with serving(folder=tmp_path) as whole:
        for path in ("/v1/rules/ai/lease/explain", "/v1/event-types/lease/explain"):
            _, known = await whole.ask("POST", path, event)
            status, found = await whole.ask("POST", path, event, token="ai")
            assert (status, found["truth"], found["refused"]) == (200, True, [])
            assert "Norvane" in str(known["refused"]), "who sees all desks is told"
            assert [one["id"] for one in found["understood"]["companies"]] == ["vega"]
    whole_name = {"event": {"title": "Vega Grid leases Orion to Norvane Foundry"}}
    async with serving(folder=tmp_path) as whole:
        for token, there in (("all", True), ("ai", False), ("energy", True)):
            _, found = await whole.ask("POST", "/v1/event-types/lease/explain", whole_name, token=token)
            assert ("hush" in str(found)) is there, token
