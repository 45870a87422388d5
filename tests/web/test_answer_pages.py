"""The pages behind the links in mail, asked as mail clients, scanners and strangers ask."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiohttp import ClientSession

from alertd.base.secrets import Secret
from alertd.errors import Temporary
from alertd.model import Answer
from alertd.notify.links import LinkKind, Links
from alertd.web.answer_pages import MAX_FORM, AnswerPages, Reader
from alertd.web.public import PublicServer

NOW = 1_768_221_724_000
ALERT = "al_" + "a" * 26
LINKS = Links("https://alerts.example.com", Secret("k" * 40), 7 * 86400.0)
PLANTED = "Vega Grid <b>leases</b> Orion"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass
class Shown:
    title: str = PLANTED
    status: str = "open"
    severity: str = "high"
    portfolio_title: str = "AI infrastructure"
    acknowledged_by: str | None = None


@dataclass
class Taken:
    outcome: str
    text: str
    title: str = PLANTED


@dataclass
class Door:
    """Takes answers for one alert of desk a."""

    answers: list[Answer] = field(default_factory=list)
    outcome: str = "done"
    broken: bool = False
    alert: Shown = field(default_factory=Shown)

    async def seen(self, alert: str, desk: str | None, *, receiver: str = "") -> Shown | None:
        if self.broken:
            raise Temporary("no store")
        return self.alert if (alert, desk) == (ALERT, "a") else None

    async def give(self, given: Answer) -> Taken:
        if self.broken:
            raise Temporary("no store")
        if (given.alert, given.desk) != (ALERT, "a"):
            return Taken("unknown", "there is no such alert", "")
        self.answers.append(given)
        return Taken(self.outcome, f"{self.outcome} by {given.who}")


@dataclass
class World:
    door: Door
    readers: dict[str, Reader]
    session: ClientSession
    now: int = NOW

    def path(self, kind: LinkKind = "acknowledge", receiver: str = "pm-mail", alert: str = ALERT) -> str:
        return LINKS.link(kind, alert, receiver, NOW).removeprefix(LINKS.url)

    async def press(self, path: str, **headers: str) -> tuple[int, str]:
        data = {"token": path.rpartition("/")[2]}
        async with self.session.post(path, data=data, headers=headers) as answer:
            return answer.status, await answer.text()


@pytest.fixture
async def world() -> AsyncIterator[World]:
    readers = {"pm-mail": Reader("pm@example.com", "a"), "other": Reader("one of other", "b")}
    door = Door()
    made: list[World] = []
    pages = AnswerPages(LINKS, lambda: readers, door, lambda: made[0].now)
    server = PublicServer("127.0.0.1:0", LINKS.url, pages.routes())
    _, port = await server.start()
    async with ClientSession(f"http://127.0.0.1:{port}") as session:
        made.append(World(door, readers, session))
        yield made[0]
    await server.stop()


async def test_looking_changes_nothing_and_says_what_will_be_done(world: World) -> None:
    for method in ("GET", "HEAD", "GET"):
        async with world.session.request(method, world.path()) as answer:
            assert answer.status == 200
            text = await answer.text()
    assert world.door.answers == []
    assert "Acknowledge this alert?" in text and "pm@example.com" in text and "AI infrastructure" in text
    assert "Vega Grid &lt;b&gt;leases&lt;/b&gt; Orion" in text


async def test_pressing_the_button_of_the_page_answers(world: World) -> None:
    path = world.path("snooze")
    async with world.session.get(path) as page:
        text = await page.text()
    token = re.search(r'name="token" value="([^"]+)"', text)
    assert token is not None and 'method="post"' in text and "action=" not in text
    async with world.session.post(path, data={"token": token[1]}) as answer:
        assert answer.status == 200 and "done by pm@example.com" in await answer.text()
    (given,) = world.door.answers
    assert (given.kind, given.who, given.via, given.desk) == ("snooze", "pm@example.com", "mail", "a")
    assert given.until_ms == NOW + 4 * 3_600_000 and not given.all_desks


@pytest.mark.parametrize("kind", ["acknowledge", "useful", "noise"])
async def test_every_answer_has_its_page(world: World, kind: LinkKind) -> None:
    assert (await world.press(world.path(kind)))[0] == 200
    assert world.door.answers[0].kind == kind and world.door.answers[0].until_ms == 0


async def test_an_answer_that_was_given_before_and_one_that_is_refused_say_so(world: World) -> None:
    for outcome, status, heading in (("already", 200, "Done before"), ("refused", 409, "Not done")):
        world.door.outcome = outcome
        said = await world.press(world.path())
        assert said[0] == status and f"<h1>{heading}</h1>" in said[1] and f"{outcome} by" in said[1]


async def test_who_acknowledged_it_already_is_on_the_page(world: World) -> None:
    world.door.alert = Shown(status="acknowledged", acknowledged_by="jd")
    async with world.session.get(world.path()) as answer:
        assert "acknowledged by jd" in await answer.text()


async def test_the_page_can_do_nothing_but_post_to_itself_and_is_kept_nowhere(world: World) -> None:
    async with world.session.get(world.path()) as answer:
        headers, text = answer.headers, await answer.text()
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-") and "form-action 'self'" in policy
    assert "unsafe" not in policy and "frame-ancestors 'none'" in policy
    assert headers["Cache-Control"] == "no-store" and headers["X-Robots-Tag"] == "noindex, nofollow"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "<script" not in text and "style=" not in text and "http" not in text.replace("https://alerts", "")


async def wrong(world: World, path: str) -> list[tuple[int, str]]:
    """Look, and press."""
    async with world.session.get(path) as answer:
        looked = (answer.status, await answer.text())
    return [looked, await world.press(path)]


async def test_a_bad_link_tells_nothing(world: World) -> None:
    good = world.path()
    for path in (good[:-2], good + "x", "/a/x", "/a/" + "x" * 3000, "/a/%00%ff", world.path(receiver="removed")):
        for status, text in await wrong(world, path):
            assert status == 404 and "not valid" in text, path
            assert "Vega" not in text and "pm@" not in text and "al_" not in text
    assert world.door.answers == []


async def test_a_link_that_is_too_old_says_so_and_nothing_else(world: World) -> None:
    world.now = NOW + 8 * 86_400_000
    for status, text in await wrong(world, world.path()):
        assert status == 410 and "too old" in text and "Vega" not in text
    assert world.door.answers == []


async def test_an_alert_of_another_desk_is_not_there(world: World) -> None:
    for status, text in await wrong(world, world.path(receiver="other")):
        assert status == 404 and "nothing to answer" in text and "Vega" not in text
    assert world.door.answers == []


async def test_a_post_without_the_form_does_nothing(world: World) -> None:
    path = world.path()
    token = path.rpartition("/")[2]
    bodies = {
        b"": FORM,
        b"token=x": FORM,
        b"token=" + token.encode() + b"&x=" + b"y" * MAX_FORM: FORM,
        b"&" * 4000: FORM,
        b'{"token": "' + token.encode() + b'"}': {"Content-Type": "application/json"},
    }
    for body, headers in bodies.items():
        async with world.session.post(path, data=body, headers=headers) as answer:
            assert answer.status == 400, body[:20]
    assert world.door.answers == []


async def test_a_page_of_others_cannot_press_the_button(world: World) -> None:
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert (await world.press(world.path(), **headers))[0] == 403
    assert world.door.answers == []


async def test_a_store_that_is_away_asks_to_try_again(world: World) -> None:
    world.door.broken = True
    for status, text in await wrong(world, world.path()):
        assert status == 503 and "try again" in text
