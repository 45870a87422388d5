"""`/v1/stream`: alerts as they change, over real connections."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import msgspec
import pytest
from aiohttp import ClientResponse
from msgspec.structs import replace

from alertd.errors import AlertdError, Corrupt, StoreUnavailable
from alertd.model import StoredAlert
from alertd.telemetry import STREAMS
from alertd.web.sessions import SESSION_S
from alertd.workers import live as module
from tests.alerts.living import TITLE, state
from tests.alerts.test_looking import SECRET, SLACK, mixed
from tests.support.http import DEADLINE_S
from tests.web import conftest
from tests.web.conftest import TOKENS, Api, problem, serving
from tests.web.test_page import signed_in
from tests.workers.make import until

Said = dict[str, str]


class Stream:
    """One who looks on."""

    def __init__(self, answer: ClientResponse) -> None:
        self.answer = answer

    async def next(self) -> Said:
        """Give the next event, its fields by name; comments and hints are passed over."""
        found: Said = {}
        async with asyncio.timeout(DEADLINE_S):
            while line := await self.answer.content.readline():
                name, _, value = line.decode().rstrip("\n").partition(": ")
                if name and name not in ("retry", ""):
                    found[name.rstrip(":")] = value
                elif not line.strip() and found:
                    return found
        return found

    async def alert(self) -> tuple[str, str]:
        """Give the alert of the next event, and how it stands."""
        said = await self.next()
        assert said["event"] == "alert", said
        card = msgspec.json.decode(said["data"])
        return card["id"], card["status"]


@asynccontextmanager
async def looking_on(api: Api, token: str = "all", since: str = "") -> AsyncIterator[Stream]:
    headers = {"Authorization": f"Bearer {TOKENS[token]}"} | ({"Last-Event-ID": since} if since else {})
    async with api.client.get("/v1/stream", headers=headers) as answer:
        assert (answer.status, answer.content_type) == (200, "text/event-stream")
        yield Stream(answer)


async def acknowledge(api: Api, alert: str) -> None:
    status, said = await api.ask("POST", f"/v1/alerts/{alert}/acknowledge")
    assert status == 200, said


async def test_who_looks_on_is_told_of_each_change_with_all_that_a_list_shows(api: Api) -> None:
    await api.life.put(state())
    async with looking_on(api) as first, looking_on(api) as second:
        await acknowledge(api, "al_a")
        said = await first.next()
        card = msgspec.json.decode(said["data"])
        assert (said["event"], card["id"], card["status"]) == ("alert", "al_a", "acknowledged")
        row = (await api.ask("GET", "/v1/alerts"))[1]["alerts"][0]
        assert {name: card[name] for name in row if name not in ("told", "waits_for")} == {
            name: value for name, value in row.items() if name not in ("told", "waits_for")
        }
        assert await second.alert() == ("al_a", "acknowledged")


async def test_who_was_away_is_told_what_came_since_once(api: Api) -> None:
    for name in ("al_a", "al_b", "al_c"):
        await api.life.put(state(name))
    async with looking_on(api) as stream:
        await acknowledge(api, "al_a")
        seen = (await stream.next())["id"]
    await acknowledge(api, "al_b")
    async with looking_on(api, since=seen) as stream:
        assert await stream.alert() == ("al_b", "acknowledged")
        await acknowledge(api, "al_c")
        assert await stream.alert() == ("al_c", "acknowledged")


async def test_who_was_away_for_too_long_begins_anew(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CATCH_UP", 1)
    for name in ("al_a", "al_b", "al_c"):
        await api.life.put(state(name))
    async with looking_on(api) as stream:
        await acknowledge(api, "al_a")
        seen = (await stream.next())["id"]
    await acknowledge(api, "al_b")
    await acknowledge(api, "al_c")
    async with looking_on(api, since=seen) as stream:
        said = await stream.next()
        assert said["event"] == "reset"
        await api.ask("POST", "/v1/alerts/al_a/close")
        assert await stream.alert() == ("al_a", "closed")


async def test_a_desk_is_told_of_its_own_alone(api: Api) -> None:
    await api.life.put(replace(state("al_ai"), desk="ai"))
    await api.life.put(replace(state("al_en"), desk="energy"))
    async with looking_on(api, "ai") as ai, looking_on(api, "reader") as reader, looking_on(api) as everybody:
        await acknowledge(api, "al_en")
        await acknowledge(api, "al_ai")
        assert [await everybody.alert(), await everybody.alert()] == [
            ("al_en", "acknowledged"), ("al_ai", "acknowledged"),
        ]  # fmt: skip
        assert await ai.alert() == ("al_ai", "acknowledged")
        assert await reader.alert() == ("al_ai", "acknowledged")


async def test_what_is_no_id_of_the_stream_is_refused(api: Api) -> None:
    headers = {"Authorization": f"Bearer {TOKENS['all']}"}
    async with api.client.get("/v1/stream", headers=headers | {"Last-Event-ID": "x\tid"}) as answer:
        assert answer.status == 400


async def test_of_those_who_look_on_one_too_many_is_told_to_come_later() -> None:
    headers = {"Authorization": f"Bearer {TOKENS['all']}"}
    async with serving(onlookers=1) as api, looking_on(api), api.client.get("/v1/stream", headers=headers) as answer:
        assert (answer.status, await answer.json()) == (503, problem(503, "too many look on"))
        assert int(answer.headers["Retry-After"]) > 0


async def test_who_takes_nothing_is_told_to_begin_anew_and_holds_up_nobody(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "QUEUE", 2)
    live = conftest.LIVE[-1]
    await api.life.put(state())
    async with live.looking_on() as slow:
        for kind in ("acknowledge", "unacknowledge", "acknowledge", "close"):
            async with live.looking_on() as quick:
                await api.ask("POST", f"/v1/alerts/al_a/{kind}")
                assert not (await asyncio.wait_for(anext(quick), DEADLINE_S)).anew
        assert (await anext(slow)).anew


async def test_a_daemon_that_stops_ends_the_streams(api: Api) -> None:
    async with looking_on(api) as stream:
        conftest.LIVE[-1].stop()
        assert (await stream.next()).get("event") == "reset"
        assert await stream.answer.content.read() == b""


async def test_a_desk_is_told_of_an_alert_only_what_its_receivers_may_be_told(api: Api) -> None:
    api.life.policies["ai-slack"] = SLACK
    whole = mixed()
    await api.life.put(whole)
    alone = replace(whole.alert, id="al_s", matches=whole.alert.matches[1:])
    await api.life.put(replace(whole, alert=alone))
    async with looking_on(api, "ai") as ai, looking_on(api) as everybody:
        await acknowledge(api, "al_s")
        await acknowledge(api, "al_a")
        card = msgspec.json.decode((await ai.next())["data"])
        assert (card["id"], card["title"], card["severity"], card["companies"]) == ("al_a", TITLE, "high", [])
        assert "CANARY" not in str(card)
        assert await everybody.alert() == ("al_s", "acknowledged")
        assert msgspec.json.decode((await everybody.next())["data"])["title"] == SECRET


async def test_the_stream_of_whoever_came_by_a_cookie_ends_with_their_session(api: Api) -> None:
    await api.life.put(state())
    cookie = {"Cookie": await signed_in(api)}
    async with api.client.get("/v1/stream", headers=cookie) as answer:
        await acknowledge(api, "al_a")
        assert await Stream(answer).alert() == ("al_a", "acknowledged")
    api.life.clock.now += SESSION_S * 1000 - 500
    async with asyncio.timeout(DEADLINE_S), api.client.get("/v1/stream", headers=cookie) as answer:
        assert answer.status == 200
        await answer.read()
    api.life.clock.now += 1000
    async with api.client.get("/v1/stream", headers=cookie) as answer:
        assert answer.status == 401


async def test_of_one_token_of_a_desk_fifty_look_on_and_other_tokens_too(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("alertd.web.stream.MAX_OF_ONE", 2)
    headers = {"Authorization": f"Bearer {TOKENS['ai']}"}
    async with looking_on(api, "ai"), looking_on(api, "reader"):
        async with looking_on(api, "ai"):
            assert STREAMS._value.get() == 3
            async with api.client.get("/v1/stream", headers=headers) as answer:
                assert (answer.status, await answer.json()) == (429, problem(429, "too many look on by this token"))
            async with looking_on(api), looking_on(api), looking_on(api), looking_on(api, "reader"):
                pass
        conftest.LIVE[-1].stop()
    await until(lambda: STREAMS._value.get() == 0, "streams that ended are counted no more")


async def test_the_head_of_a_stream_cannot_be_asked_for(api: Api) -> None:
    headers = {"Authorization": f"Bearer {TOKENS['all']}"}
    async with api.client.head("/v1/stream", headers=headers) as answer:
        assert answer.status == 405


@pytest.mark.parametrize("error", [StoreUnavailable("away"), Corrupt("alert al_a does not decode")])
async def test_a_desk_whose_alert_cannot_be_read_looks_again(
    api: Api, monkeypatch: pytest.MonkeyPatch, error: AlertdError
) -> None:
    async def away(_ids: Sequence[str]) -> dict[str, StoredAlert]:
        raise error

    await api.life.put(replace(state(), desk="ai"))
    async with looking_on(api, "ai") as ai, looking_on(api) as everybody:
        await acknowledge(api, "al_a")
        said = await ai.next()
        assert said["event"] == "alert"
        assert await everybody.alert() == ("al_a", "acknowledged")
        given = api.life.store.load_alerts
        journal = replace((await api.life.journal("answer"))[-1], ids=[])
        monkeypatch.setattr(api.life.store, "load_alerts", away)
        await api.life.store.journal(journal)
        assert (await ai.next())["event"] == "reset"
        monkeypatch.setattr(api.life.store, "load_alerts", given)
        await api.ask("POST", "/v1/alerts/al_a/close")
        assert await ai.alert() == ("al_a", "closed")


async def test_an_answer_that_has_begun_becomes_no_other(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(*_: object) -> str:
        raise RuntimeError("CANARY-inside")

    monkeypatch.setattr("alertd.web.stream.written", wrong)
    await api.life.put(state())
    async with looking_on(api) as stream:
        await acknowledge(api, "al_a")
        async with asyncio.timeout(DEADLINE_S):
            rest = await stream.answer.content.read()
        assert rest == b"retry: 2000\n\n"


async def test_the_alerts_of_a_change_are_loaded_once_for_all_who_look_on(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    await api.life.put(replace(state(), desk="ai"))
    given, loads = api.life.store.load_alerts, []

    async def counted(ids: Sequence[str]) -> dict[str, StoredAlert]:
        loads.append(list(ids))
        return await given(ids)

    async with looking_on(api, "ai") as one, looking_on(api, "reader") as other, looking_on(api, "ai") as third:
        await acknowledge(api, "al_a")
        for stream in (one, other, third):
            assert await stream.alert() == ("al_a", "acknowledged")
        again = (await api.life.journal("answer"))[-1]
        monkeypatch.setattr(api.life.store, "load_alerts", counted)
        await api.life.store.journal(replace(again, ids=[]))
        for stream in (one, other, third):
            assert await stream.alert() == ("al_a", "acknowledged")
    assert loads == [["al_a"]]
