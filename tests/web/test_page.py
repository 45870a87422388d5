"""The page without a script: signing in, the list, an alert, answering it."""

from __future__ import annotations

import re
import string
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from aiohttp import ClientSession, CookieJar
from msgspec.structs import replace
from multidict import CIMultiDict
from pydantic import ValidationError
from structlog.testing import capture_logs

from alertd.base.secrets import Secret
from alertd.base.tokens import Digests
from alertd.web.config import WebConfig
from alertd.web.page.frame import POLICY
from alertd.web.sessions import Sessions
from tests.alerts.living import NOW, TITLE, state
from tests.web.conftest import TOKENS, Api, serving

HOSTILE = '<script>alert(1)</script> "><img src=x onerror=alert(1)> &lt;b&gt; javascript:alert(1)'


async def get(api: Api, path: str, cookie: str = "") -> tuple[int, str]:
    headers = {"Cookie": cookie} if cookie else {}
    async with api.client.get(path, headers=headers, allow_redirects=False) as answer:
        return answer.status, answer.headers.get("Location", "") if answer.status == 303 else await answer.text()


async def post(api: Api, path: str, cookie: str = "", **fields: str) -> tuple[int, str]:
    headers = {"Cookie": cookie} if cookie else {}
    async with api.client.post(path, data=fields, headers=headers, allow_redirects=False) as answer:
        return answer.status, answer.headers.get("Location", "") if answer.status == 303 else await answer.text()


async def signed_in(api: Api, token: str = "all", secure: bool = False) -> str:
    """Sign in as a browser does; gives its cookie."""
    async with api.client.post("/login", data={"token": TOKENS[token]}, allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (303, "/alerts")
        name = f"__Host-{plain_name(api)}" if secure else plain_name(api)
        cookie = answer.cookies[name]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Strict"
        assert TOKENS[token] not in cookie.value
        return f"{name}={cookie.value}"


def plain_name(api: Api) -> str:
    """Give the name of the cookie where there is no TLS: with the port, so that two daemons have each theirs."""
    return f"alertd_session_{urlsplit(api.url).port}"


def csrf(text: str) -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]{32})"', text)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("path", ["/", "/alerts", "/alerts/al_a"])
async def test_who_is_not_signed_in_is_sent_to_sign_in(api: Api, path: str) -> None:
    status, to = await get(api, path)
    assert (status, to) == (303, "/alerts" if path == "/" else "/login")
    status, text = await get(api, "/login")
    assert (status, "Token" in text) == (200, True)


async def test_a_wrong_token_does_not_sign_in_and_many_are_told_to_wait(api: Api) -> None:
    with capture_logs() as logs:
        for _ in range(10):
            assert (await post(api, "/login", token="CANARY-wrong-token"))[0] == 401
        status, text = await post(api, "/login", token="CANARY-wrong-token")
    assert (status, "CANARY" in text) == (429, False)
    assert [one["event"] for one in logs] == ["web_wrong_token"] * 10, "who goes on does not fill the log"
    assert await signed_in(api), "a right one is never refused"


async def test_alerts_are_listed_chosen_shown_and_answered(api: Api) -> None:
    await api.life.put(state())
    cookie = await signed_in(api)
    status, text = await get(api, "/alerts", cookie)
    assert (status, TITLE in text, 'href="/alerts/al_a"' in text) == (200, True, True)
    assert TITLE not in (await get(api, "/alerts?status=closed", cookie))[1]
    assert TITLE in (await get(api, "/alerts?status=&severity=&portfolio=", cookie))[1], "a form sends empty fields"
    status, text = await get(api, "/alerts?severity=loud", cookie)
    assert (status, "severity is one of" in text) == (400, True)
    status, text = await get(api, "/alerts/al_a", cookie)
    assert (status, TITLE in text) == (200, True)
    status, to = await post(api, "/alerts/al_a/acknowledge", cookie, csrf=csrf(text))
    assert (status, to) == (303, "/alerts/al_a?done=acknowledge")
    _, text = await get(api, to, cookie)
    assert "You have taken it." in text
    assert "acknowledged by api" in text
    (record,) = await api.life.journal("answer")
    assert (record.data["who"], record.data["via"]) == ("api", "page")
    assert (await api.life.state()).alert.status == "acknowledged"
    status, _ = await post(api, "/alerts/al_a/snooze", cookie, csrf=csrf(text), until="4h")
    assert status == 303
    assert (await api.life.state()).alert.snoozed_until is not None


class Form(HTMLParser):
    """The fields that a browser sends of the form that chooses, where nobody touched it (HTML, 4.10.21.4)."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self._within, self._select = False, ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name, value = given.get("name") or "", given.get("value") or ""
        if tag == "form":
            self._within = given.get("role") == "search"
        elif self._within and tag == "input" and name:
            self.fields[name] = value
        elif self._within and tag == "select":
            self._select = name
        elif self._within and tag == "option" and (self._select not in self.fields or "selected" in given):
            self.fields[self._select] = value


async def test_the_form_that_chooses_can_be_sent_as_it_is(api: Api) -> None:
    await api.life.put(state())
    cookie = await signed_in(api)
    _, text = await get(api, "/alerts", cookie)
    fields = Form(text).fields
    assert fields.keys() == {
        "text", "status", "severity", "since", "portfolio", "company", "event_type", "source", "rule",
    }  # fmt: skip
    status, text = await get(api, f"/alerts?{urlencode(fields)}", cookie)
    assert (status, TITLE in text) == (200, True)
    assert Form(text).fields == fields
    chosen = fields | {"status": "closed"}
    status, text = await get(api, f"/alerts?{urlencode(chosen)}", cookie)
    assert (status, TITLE in text, Form(text).fields) == (200, False, chosen)


async def test_a_form_of_others_does_nothing(api: Api) -> None:
    await api.life.put(state())
    cookie = await signed_in(api)
    for fields in ({}, {"csrf": "0" * 32}, {"csrf": ""}):
        status, text = await post(api, "/alerts/al_a/close", cookie, **fields)
        assert (status, "Nothing was done" in text) == (400, True)
    theirs = csrf((await get(api, "/alerts/al_a", await signed_in(api, "reader")))[1])
    assert (await post(api, "/alerts/al_a/close", cookie, csrf=theirs))[0] == 400
    _, text = await get(api, "/alerts/al_a", cookie)
    headers = {"Cookie": cookie, "Origin": "https://evil.example"}
    async with api.client.post("/alerts/al_a/close", data={"csrf": csrf(text)}, headers=headers) as answer:
        assert answer.status == 403
    async with api.client.post("/v1/alerts/al_a/close", headers={"Cookie": cookie}) as answer:
        assert answer.status == 401, "the API takes no cookie for what changes anything"
    assert (await api.life.state()).alert.status == "open"


async def test_a_desk_sees_its_own_and_who_reads_has_no_buttons(api: Api) -> None:
    await api.life.put(replace(state("al_ai"), desk="ai"))
    await api.life.put(replace(state("al_en"), desk="energy"))
    cookie = await signed_in(api, "reader")
    _, text = await get(api, "/alerts", cookie)
    assert ("al_ai" in text, "al_en" in text) == (True, False)
    status, text = await get(api, "/alerts/al_en", cookie)
    assert (status, TITLE in text) == (404, False)
    _, text = await get(api, "/alerts/al_ai", cookie)
    assert "Acknowledge" not in text
    status, _ = await post(api, "/alerts/al_ai/close", cookie, csrf=csrf(text))
    assert status == 403
    assert (await api.life.state("al_ai")).alert.status == "open"


async def test_signing_out_and_a_cookie_that_is_old_or_made_up_end_it(api: Api) -> None:
    cookie = await signed_in(api)
    _, text = await get(api, "/alerts", cookie)
    assert (await post(api, "/logout", cookie, csrf=csrf(text)))[0] == 303
    name = plain_name(api)
    for bad in (f"{name}=x", cookie[:-2], f"{cookie}x", f"{name}=" + "a" * 5000):
        assert (await get(api, "/alerts", bad))[0] == 303
    api.life.clock.pass_by(13 * 3600)
    assert (await get(api, "/alerts", cookie))[0] == 303


async def test_two_daemons_on_one_host_do_not_sign_each_other_out(api: Api) -> None:
    async with serving("o" * 40) as other, ClientSession(cookie_jar=CookieJar(unsafe=True)) as browser:
        for one in (api, other):
            async with browser.post(f"{one.url}/login", data={"token": TOKENS["all"]}) as answer:
                assert answer.status == 200
        for one in (api, other):
            async with browser.get(f"{one.url}/alerts", allow_redirects=False) as answer:
                assert answer.status == 200


async def test_signing_out_takes_the_cookie_back_as_it_was_set(api: Api) -> None:
    assert await cookie_lines(api, f"{plain_name(api)}=") == [
        ["HttpOnly", "Max-Age=43200", "Path=/", "SameSite=Strict"],
        ["HttpOnly", "Max-Age=0", "Path=/", "SameSite=Strict"],
    ]
    async with serving(trusted_proxies=["127.0.0.2"]) as proxied:
        assert await cookie_lines(proxied, f"__Host-{plain_name(proxied)}=") == [
            ["HttpOnly", "Max-Age=43200", "Path=/", "SameSite=Strict", "Secure"],
            ["HttpOnly", "Max-Age=0", "Path=/", "SameSite=Strict", "Secure"],
        ]


async def cookie_lines(api: Api, begin: str) -> list[list[str]]:
    """Sign in and out; gives what the two lines that set the cookie say of it."""
    async with api.client.post("/login", data={"token": TOKENS["all"]}, allow_redirects=False) as answer:
        (set_,) = answer.headers.getall("Set-Cookie")
    cookie = set_.partition(";")[0]
    _, text = await get(api, "/alerts", cookie)
    headers = {"Cookie": cookie}
    async with api.client.post("/logout", data={"csrf": csrf(text)}, headers=headers, allow_redirects=False) as out:
        (taken,) = out.headers.getall("Set-Cookie")
    assert set_.startswith(begin)
    assert taken.startswith((f'{begin}"";', f"{begin};"))
    about = [sorted(part.strip() for part in line.split(";")[1:]) for line in (set_, taken)]
    return [[part for part in parts if not part.startswith("expires")] for parts in about]


async def test_a_link_signs_in_once(api: Api) -> None:
    sessions = Sessions(Secret("k" * 40))
    (digest,) = Digests.of([Secret(TOKENS["all"])]).digests
    code = sessions.code("api", digest, NOW, "n1")
    status, text = await get(api, f"/login/{code}")
    assert (status, "Sign in as api" in text) == (200, True), "looking at it does nothing"
    assert (await post(api, f"/login/{code}"))[0] == 303
    jd = sessions.code("api/jd", digest, NOW, "n4")
    assert "Sign in as jd" in (await get(api, f"/login/{jd}"))[1], "who comes by it may say who they are"
    for again in (code, *other_spellings(sessions, code)):
        assert (await get(api, f"/login/{again}"))[0] == 410
        assert (await post(api, f"/login/{again}"))[0] == 410
    for bad in ("x", sessions.code("api", b"another", NOW, "n2"), sessions.code("api", digest, NOW - 700_000, "n3")):
        assert (await get(api, f"/login/{bad}"))[0] == 410


def other_spellings(sessions: Sessions, code: str) -> list[str]:
    """Write a code as others that are read as the same: its last character carries bits that nobody looks at."""
    letters = string.ascii_letters + string.digits + "-_"
    found = [code[:-1] + last for last in letters if sessions.read_code(code[:-1] + last, NOW) is not None]
    assert len(found) == 4
    return found


async def test_a_link_from_before_the_start_is_not_taken_since_it_may_have_been_used(api: Api) -> None:
    sessions = Sessions(Secret("k" * 40))
    (digest,) = Digests.of([Secret(TOKENS["all"])]).digests
    assert (await post(api, f"/login/{sessions.code('api', digest, NOW - 1_000, 'n1')}"))[0] == 410
    assert (await post(api, f"/login/{sessions.code('api', digest, NOW, 'n2')}"))[0] == 303


async def test_a_used_link_is_remembered_until_it_is_too_old(api: Api) -> None:
    sessions = Sessions(Secret("k" * 40))
    (digest,) = Digests.of([Secret(TOKENS["all"])]).digests
    codes = [sessions.code("api", digest, NOW, f"n{number}") for number in range(1_100)]
    for code in codes:
        assert (await post(api, f"/login/{code}"))[0] == 303
    assert (await post(api, f"/login/{codes[0]}"))[0] == 410


PROXY: dict[str, Any] = {
    "trusted_proxies": ["127.0.0.2"],
    "user_header": "X-Forwarded-User",
    "users": [{"user": "jd@example.com", "desk": "ai"}, {"user": "risk@example.com", "all_desks": True}],
}


async def test_whom_the_proxy_names_is_signed_in_and_others_by_their_cookie() -> None:
    async with serving(**PROXY) as api:
        await api.life.put(replace(state("al_ai"), desk="ai"))
        await api.life.put(replace(state("al_en"), desk="energy"))
        cookie = await signed_in(api, "energy", secure=True)
        for named, cookies, seen in (
            (["JD@example.com"], cookie, "al_ai"),
            (["jd@example.com"], "", "al_ai"),
            (["mallory@example.com"], cookie, "al_en"),
            ([""], cookie, "al_en"),
            (["jd@example.com", "jd@example.com"], cookie, "al_en"),
            (["mallory@example.com"], "", ""),
            ([""], "", ""),
        ):
            headers = CIMultiDict([("X-Forwarded-User", one) for one in named])
            headers.update({"Cookie": cookies} if cookies else {})
            async with api.client.get("/alerts", headers=headers, allow_redirects=False) as answer:
                assert answer.status == (200 if seen else 303), (named, seen)
                text = await answer.text()
            assert [one for one in ("al_ai", "al_en") if one in text] == ([seen] if seen else [])


def test_a_user_of_the_proxy_has_one_desk_or_all() -> None:
    for one in ({"desk": "ai"}, {"all_desks": True}, {}, {"desk": "ai", "all_desks": False}):
        WebConfig.model_validate(PROXY | {"users": [{"user": "jd@example.com"} | one]})
    with pytest.raises(ValidationError, match=r"users\.0\n.*take `desk` out, or `all_desks`"):
        WebConfig.model_validate(PROXY | {"users": [{"user": "jd@example.com", "desk": "ai", "all_desks": True}]})


async def test_forms_of_whom_the_proxy_names_have_a_mark_of_their_own_too() -> None:
    async with serving(**PROXY) as api:
        await api.life.put(replace(state("al_ai"), desk="ai"))

        async def close(mark: str) -> int:
            fields = {"csrf": mark} if mark != "none" else {}
            named = {"X-Forwarded-User": "jd@example.com"}
            async with api.client.post("/alerts/al_ai/close", data=fields, headers=named) as answer:
                return answer.status

        async def mark(user: str = "jd@example.com") -> str:
            async with api.client.get("/alerts/al_ai", headers={"X-Forwarded-User": user}) as answer:
                text = await answer.text()
                assert "Sign out" not in text, "they would be in again at once"
                return csrf(text)

        mine = await mark()
        for wrong in ("none", "", "ü", mine[:-1], await mark("risk@example.com")):
            assert await close(wrong) == 400
        api.life.clock.pass_by(24 * 3600)
        assert await mark() != mine
        api.life.clock.pass_by(24 * 3600)
        assert await close(mine) == 400, "a mark of the day before yesterday"
        assert (await api.life.state("al_ai")).alert.status == "open"
        mine = await mark()
        api.life.clock.pass_by(24 * 3600)
        assert await close(mine) == 200, "a page that was opened before midnight"
        assert (await api.life.state("al_ai")).alert.status == "closed"


async def test_what_strangers_write_stays_text(api: Api) -> None:
    there = state()
    await api.life.put(replace(there, alert=replace(there.alert, title=HOSTILE), portfolio_title=HOSTILE))
    cookie = await signed_in(api)
    for path in ("/alerts", "/alerts/al_a"):
        async with api.client.get(path, headers={"Cookie": cookie}) as answer:
            text = await answer.text()
            assert "<script>alert" not in text
            assert "<img" not in text
            assert answer.headers["Content-Security-Policy"] == POLICY


async def test_files_are_kept_by_the_browser_and_change_their_address_with_their_content(api: Api) -> None:
    _, text = await get(api, "/login")
    (sheet,) = re.findall(r'href="(/static/[0-9a-f]{12}/page\.css)"', text)
    async with api.client.get(sheet) as answer:
        assert (answer.status, answer.content_type) == (200, "text/css")
        assert "immutable" in answer.headers["Cache-Control"]
    for path in ("/static/x/nothing.css", "/static/x/..%2f..%2fconfig.py"):
        assert (await get(api, path))[0] == 404
