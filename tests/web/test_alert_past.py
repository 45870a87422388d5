"""An alert that Redis has forgotten, as page and over the API: from the history, for whoever might see it then."""

from __future__ import annotations

from pathlib import Path

from jsonschema import Draft202012Validator

from alertd.history.projection.projector import Projector
from tests.alerts.living import state
from tests.history.projection.past import Archive, card, event
from tests.web.conftest import TOKENS, problem, serving
from tests.web.test_page import get, signed_in

HOSTILE = "Vega <script>alert(1)</script> leases Orion"
TOKENS_OF_AI = {"name": "ai-bot", "desk": "ai", "token": TOKENS["ai"]}
LIMITED = {"classification": "public", "rights": {"receivers": ["pm"]}}


def grown(folder: Path) -> None:
    made = Archive()
    made.add(event("ev_a", card("al_ours", desk="ai", title=HOSTILE, url="javascript:alert(1)", useful=2)))
    made.add(event("ev_b", card("al_theirs", desk="energy", title="Orion for others")))
    made.add(event("ev_c", card("al_few", desk="ai", title="Orion for few"), provenance=LIMITED))
    made.add(event("ev_d", card("al_plain", desk="ai", url="https://wire.example.com/1")))
    projector = Projector(folder / "history.db")
    projector.advance(made)
    projector.close()


async def test_what_the_history_has_of_it_is_shown(tmp_path: Path) -> None:
    grown(tmp_path)
    async with serving(folder=tmp_path) as api:
        cookie = await signed_in(api, "all")
        status, page = await get(api, "/alerts/al_ours", cookie)
        assert status == 200
        assert "Redis keeps it no more" in page
        assert "Vega &lt;script&gt;" in page
        assert "javascript:" not in page
        for words in ("AI infrastructure", "2 call it useful", "alertd why al_ours", "desk (revision"):
            assert words in page, words
        _, page = await get(api, "/alerts/al_plain", cookie)
        assert 'href="https://wire.example.com/1"' in page
        assert (await get(api, "/alerts/al_nobody", cookie))[0] == 404


async def test_a_desk_sees_its_own_and_of_these_what_everybody_might(tmp_path: Path) -> None:
    grown(tmp_path)
    async with serving(folder=tmp_path) as api:
        cookie = await signed_in(api, "ai")
        assert [(await get(api, f"/alerts/al_{name}", cookie))[0] for name in ("ours", "theirs", "few")] == [
            200,
            404,
            404,
        ]


async def test_without_a_history_it_is_not_there(tmp_path: Path) -> None:
    async with serving(folder=tmp_path) as api:
        cookie = await signed_in(api, "all")
        assert (await get(api, "/alerts/al_ours", cookie))[0] == 404
        assert await api.ask("GET", "/v1/alerts/al_ours") == (404, problem(404, "there is no such alert"))


async def test_the_api_gives_what_the_history_has_of_it_and_says_so(tmp_path: Path) -> None:
    grown(tmp_path)
    async with serving(folder=tmp_path) as api:
        status, found = await api.ask("GET", "/v1/alerts/al_ours", token="ai")
        assert (status, found["from_history"], "alert" in found) == (200, True, False)
        assert (found["title"], found["useful"], found["told"]) == (HOSTILE, 2, {"desk": 1})
        listed = (await api.ask("GET", "/v1/alerts?since=2020-01-01T00:00:00Z", token="ai"))[1]["alerts"]
        (row,) = [one for one in listed if one["id"] == "al_ours"]
        assert {name: found[name] for name in row} == row, "it is the row of the list"
        await api.life.put(state("al_here", desk="ai"))
        _, here = await api.ask("GET", "/v1/alerts/al_here", token="ai")
        assert (here["from_history"], here["alert"]["id"]) == (False, "al_here")
        _, document = await api.ask("GET", "/v1/openapi.json")
        described = document["paths"]["/v1/alerts/{alert}"]["get"]["responses"]["200"]["content"]
        schema = {**described["application/json"]["schema"], "components": document["components"]}
        for one in (found, here):
            Draft202012Validator(schema).validate(one)


async def test_the_api_gives_it_behind_the_walls_of_its_page(tmp_path: Path) -> None:
    grown(tmp_path)
    one = {"name": "other", "desk": "ai", "portfolios": ["another"], "token": "CANARY-another-portfolio"}
    async with serving(folder=tmp_path, tokens=[TOKENS_OF_AI, one]) as api:
        missing = problem(404, "there is no such alert")
        for token, name, status in (
            ("ai", "ours", 200), ("ai", "theirs", 404), ("ai", "few", 404), ("all", "few", 200),
            ("all", "theirs", 200), (one["token"], "ours", 404),
        ):  # fmt: skip
            answered, found = await api.ask("GET", f"/v1/alerts/al_{name}", token=str(token))
            assert (token, name, answered) == (token, name, status)
            assert status == 200 or found == missing


async def test_one_that_is_in_redis_is_never_told_from_the_history(tmp_path: Path) -> None:
    grown(tmp_path)
    async with serving(folder=tmp_path) as api:
        await api.life.put(state("al_ours", desk="energy"))
        assert (await api.ask("GET", "/v1/alerts/al_ours", token="ai"))[0] == 404, "it is another desk's by now"


async def test_it_takes_no_answers_and_who_may_see_it_is_told_why(tmp_path: Path) -> None:
    grown(tmp_path)
    async with serving(folder=tmp_path) as api:
        over = problem(404, "it is over, and Redis keeps it no more: it takes no answers")
        assert await api.ask("POST", "/v1/alerts/al_ours/close", {}, token="ai") == (404, over)
        missing = problem(404, "there is no such alert")
        assert await api.ask("POST", "/v1/alerts/al_theirs/close", {}, token="ai") == (404, missing)


async def test_a_history_that_cannot_be_read_says_so_and_not_that_there_is_none(tmp_path: Path) -> None:
    grown(tmp_path)
    async with serving(folder=tmp_path) as api:
        database = tmp_path / "history.db"
        database.write_bytes(b"no database" + database.read_bytes()[11:])
        unread = problem(503, "the history cannot be read; the log says more")
        assert await api.ask("GET", "/v1/alerts/al_ours") == (503, unread)
        await api.life.put(state("al_here"))
        assert (await api.ask("GET", "/v1/alerts/al_here"))[0] == 200, "what Redis has needs no history"
