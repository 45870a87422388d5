"""What came of a positions file over the API, and taking a refused one: as `alertd holdings` does it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from alertd.rules.holdings_memory import load_memory
from alertd.rules.loader import load_rules
from alertd.rules.places import memory_of
from tests.support.daemon import eventually
from tests.web.conftest import RULES, Api, problem

PATH = "/v1/portfolios/ai/holdings"
ACCEPT = f"{PATH}/accept"
BAD = "company,weight\nVega Grid,5%\nNobody Knows,50%\n"


def drop(folder: Path, text: str) -> None:
    """Let portfolio ai hold what a file says."""
    said = "holdings: {file: p.csv, map: {name: company}, stale_after: 36500d}"
    rules = folder / "rules/portfolios"
    (rules / "ai.yaml").write_text(
        RULES["portfolios/ai.yaml"].replace("holdings: [{company: vega, weight: 3%}]", said)
    )
    (rules / "p.csv").write_text(text)


async def ask(api: Api, method: str, path: str, body: object = None, token: str = "all") -> tuple[int, Any]:
    """Ask until it is answered: on a busy machine it says that it is still worked at."""

    async def answered() -> tuple[int, Any] | None:
        found = await api.ask(method, path, body, token=token)
        return found if found[0] != 503 else None

    came: tuple[int, Any] = await eventually(answered, f"{path} is answered")
    return came


async def test_a_refused_file_is_told_with_why_and_is_in_force_once_it_is_taken(whole: Api, tmp_path: Path) -> None:
    drop(tmp_path, BAD)
    status, found = await ask(whole, "GET", PATH, token="reader")
    assert (status, found["state"], found["as_of"]) == (200, "refused", None), found
    assert found["why"] == "90.9 % of it has no known company, more than 2 %"
    assert [row["line"] for row in found["report"]["unmapped_rows"]] == [3]
    status, taken = await ask(whole, "POST", ACCEPT, {"sha256": found["sha256"], "who": "jd"}, token="ai")
    assert (status, taken["outcome"], taken["state"], taken["why"]) == (200, "done", "in force", ""), taken
    kept, _ = load_memory(memory_of(tmp_path), "ai")
    assert kept is not None and kept.sha256 == found["sha256"]
    there = load_rules(tmp_path / "rules", memory=memory_of(tmp_path)).book.portfolio("ai")
    assert there is not None and list(there.holdings.positions) == ["vega"], "so the daemon takes it"
    status, again = await ask(whole, "POST", ACCEPT, token="ai")
    assert (status, again["outcome"], again["state"]) == (200, "already", "in force")


async def test_another_file_than_the_one_that_was_meant_is_not_taken(whole: Api, tmp_path: Path) -> None:
    drop(tmp_path, BAD)
    _, found = await ask(whole, "GET", PATH)
    drop(tmp_path, BAD + "Nobody Else,20%\n")
    status, said = await ask(whole, "POST", ACCEPT, {"sha256": found["sha256"]})
    assert (status, "another file" in said["detail"]) == (409, True)
    assert load_memory(memory_of(tmp_path), "ai") == (None, "")
    assert (await ask(whole, "POST", ACCEPT, {"sha256": "x"}))[0] == 400


async def test_what_cannot_be_read_cannot_be_taken_and_nobody_is_told_where_it_lies(
    whole: Api, tmp_path: Path
) -> None:
    drop(tmp_path, BAD)
    (tmp_path / "rules/portfolios/p.csv").unlink()
    status, found = await ask(whole, "GET", PATH)
    assert (status, found["state"], found["report"]) == (200, "refused", None)
    assert found["why"] and str(tmp_path) not in found["why"]
    status, said = await ask(whole, "POST", ACCEPT)
    assert (status, str(tmp_path) in said["detail"]) == (409, False)


async def test_holdings_that_stand_in_the_rules_are_in_force_and_a_portfolio_may_have_none(whole: Api) -> None:
    status, found = await ask(whole, "GET", PATH)
    assert (status, found["state"], found["report"], found["sha256"]) == (200, "in force", None, "")
    assert (await ask(whole, "POST", ACCEPT))[1]["outcome"] == "already"
    said = problem(409, "portfolio energy has no holdings")
    assert await ask(whole, "GET", "/v1/portfolios/energy/holdings") == (409, said)


async def test_a_file_with_faults_is_said_to_have_them_without_what_stands_in_it(whole: Api, tmp_path: Path) -> None:
    (tmp_path / "rules/portfolios/ai.yaml").write_text("portfolio: ai\nsecret: [\n")
    status, said = await ask(whole, "GET", PATH)
    assert (status, "faults" in said["detail"], "secret" in said["detail"]) == (409, True, False)


async def test_who_may_read_only_takes_nothing_and_others_portfolios_are_not_there(
    whole: Api, tmp_path: Path
) -> None:
    drop(tmp_path, BAD)
    assert (await ask(whole, "POST", ACCEPT, token="reader"))[0] == 403
    assert load_memory(memory_of(tmp_path), "ai") == (None, "")


@pytest.mark.parametrize("name", ["ai", "nothing"])
async def test_a_portfolio_of_another_desk_is_404(whole: Api, name: str) -> None:
    assert (await ask(whole, "GET", f"/v1/portfolios/{name}/holdings", token="energy"))[0] == 404
    assert (await ask(whole, "POST", f"/v1/portfolios/{name}/holdings/accept", token="energy"))[0] == 404
