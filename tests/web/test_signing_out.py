"""Signing out ends the session on the server: whoever kept the cookie has nothing of it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from alertd.base.secrets import Secret
from alertd.web.sessions import SESSION_S, Session, Sessions
from alertd.web.signed_out import SignedOut
from tests.alerts.living import NOW, state
from tests.support.http import DEADLINE_S
from tests.web.conftest import Api
from tests.web.test_page import csrf, get, post, signed_in
from tests.web.test_stream import Stream, acknowledge


async def signed_out(api: Api, cookie: str) -> None:
    _, text = await get(api, "/alerts", cookie)
    assert await post(api, "/logout", cookie, csrf=csrf(text)) == (303, "/login")


async def test_a_copy_of_the_cookie_opens_nothing_any_more(api: Api) -> None:
    await api.life.put(state())
    mine, other = await signed_in(api), await signed_in(api)
    assert mine != other, "two that sign in with one token in one second"
    _, text = await get(api, "/alerts/al_a", mine)
    await signed_out(api, mine)
    assert await get(api, "/alerts", mine) == (303, "/login")
    assert await post(api, "/alerts/al_a/close", mine, csrf=csrf(text)) == (303, "/login")
    async with api.client.get("/v1/alerts", headers={"Cookie": mine}) as answer:
        assert answer.status == 401
    assert (await get(api, "/alerts", other))[0] == 200, "who has the same token is still in"
    assert (await api.life.state()).alert.status == "open"


async def test_a_form_of_others_signs_nobody_out(api: Api) -> None:
    cookie = await signed_in(api)
    assert (await post(api, "/logout", cookie, csrf="0" * 32))[0] == 303
    assert (await get(api, "/alerts", cookie))[0] == 200


async def test_a_stream_that_is_open_ends_with_what_is_told_next(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alertd.web.stream.LOOK_S", 0.0)
    await api.life.put(state())
    cookie = await signed_in(api)
    async with api.client.get("/v1/stream", headers={"Cookie": cookie}) as answer, asyncio.timeout(DEADLINE_S):
        await acknowledge(api, "al_a")
        assert await Stream(answer).alert() == ("al_a", "acknowledged")
        await signed_out(api, cookie)
        await api.ask("POST", "/v1/alerts/al_a/close")
        assert b"closed" not in await answer.content.read()


# --- what is kept -------------------------------------------------------------------------------------------------


def session(nonce: str = "n1", now: int = NOW) -> Session:
    sessions = Sessions(Secret("k" * 40))
    found = sessions.read(sessions.cookie("api", b"digest", now, nonce), now)
    assert found is not None
    return found


def test_every_process_knows_and_one_that_starts_later(tmp_path: Path) -> None:
    one, other = SignedOut(tmp_path / "out"), SignedOut(tmp_path / "out")
    assert not one.holds(session())
    one.add(session(), NOW)
    assert other.holds(session())
    assert SignedOut(tmp_path / "out").holds(session())
    assert not other.holds(session("n2"))
    assert (tmp_path / "out").stat().st_mode & 0o077 == 0


def test_what_is_over_anyway_is_forgotten(tmp_path: Path) -> None:
    out, later = SignedOut(tmp_path), NOW + SESSION_S * 1000
    out.add(session("n1"), NOW)
    out.add(session("n2", NOW + 1000), NOW + 1000)
    (tmp_path / "of somebody else").touch()
    out.add(session("n3", later), later)
    names = {file.name.partition(".")[2] for file in tmp_path.iterdir()}
    assert names == {"n2", "n3", ""}, "the first is over at that moment, the second a second later"


def test_where_the_disk_takes_nothing_it_is_ended_here_and_the_log_says_so(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("no folder")
    out = SignedOut(tmp_path / "out")
    with capture_logs() as logs:
        out.add(session(), NOW)
    assert out.holds(session())
    assert [one["event"] for one in logs] == ["sign_out_not_kept"]


@pytest.mark.parametrize("fields", [["api", "m", 9999999999], ["api", "m", "x", "n"], "api"])
def test_what_was_signed_in_another_shape_is_no_session(fields: object) -> None:
    sessions = Sessions(Secret("k" * 40))
    assert sessions.read(sessions._signer("session").dumps(fields), NOW) is None
