"""The pages beside those of alerts, of a real daemon with two desks: what they show, to whom, and their buttons."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import aiohttp
import pytest

from alertd.web.page.frame import POLICY
from tests.pages.world import CANARY, HOSTILE, QUIET, Visitor, World
from tests.support.daemon import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")

PATHS = [
    "/portfolios", "/portfolios/aicanary", "/rules", "/rules/aicanary", "/rules/aicanary/aicanary-own", "/sources",
    "/sources/wire", "/silences", "/dead", "/system", "/events/ev_a",
]  # fmt: skip


async def text_of(world: World, path: str, token: str = "ai") -> str:
    """Open a page as a desk and give its words, without markup."""
    async with world.visitor(token) as visitor:
        return words_of(await visitor.shown(path))


def words_of(text: str) -> str:
    page = Page(text)
    return " ".join(" ".join(page.words).split())


class Page(HTMLParser):
    """What a browser makes of a page: its words, its elements, what could run."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.headings: list[str] = []
        self.scripts: list[str] = []
        self.handlers: list[str] = []
        self.forms: list[tuple[str, str]] = []
        self.tables: list[bool] = []
        """Of each table whether it has a caption."""
        self.plain_heads = 0
        """Heads of columns and rows that do not say of what they are the head."""
        self.svgs = self.told_svgs = 0
        self._in: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "script":
            self.scripts.append(given.get("src", "inline"))
        if tag == "form":
            self.forms.append((given.get("method", "get"), given.get("action", "")))
        if tag == "table":
            self.tables.append("figure" in self._in)  # a figure has a caption of its own
        if tag == "caption":
            self.tables[-1] = True
        if tag == "th" and "scope" not in given:
            self.plain_heads += 1
        if tag == "svg" and "svg" not in self._in and given.get("aria-hidden") != "true":
            self.svgs += 1
        if tag == "title" and self._in[-1:] == ["svg"]:
            self.told_svgs += 1
        self.handlers += [name for name in given if name.startswith("on") or name == "style"]
        self.handlers += [value for value in given.values() if value.lower().startswith("javascript:")]
        if tag not in ("meta", "link", "input", "br", "img"):
            self._in.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._in:
            while self._in.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        if self._in and self._in[-1] in ("h1", "h2", "h3"):
            self.headings.append(self._in[-1])


async def test_a_portfolio_shows_what_it_holds_what_alerted_what_is_ahead_and_whom_it_tells(world: World) -> None:
    listed = await text_of(world, "/portfolios")
    assert "Aicanary <b>portfolio</b> 2 2 2" in listed, "holdings, rules and alerts are counted"

    async def counted() -> str:
        text = await text_of(world, "/portfolios/aicanary")
        return "" if "are being counted" in text or "are being read" in text else text

    text = await eventually(counted, "the news is counted and the texts are read")
    for words in ("News of aicanary", "NVDA", "+8.0 %", "Aicanary Works", "All alerts of this portfolio"):
        assert words in text, words
    assert re.search(r"\d{4}-04-17 in \d+ days .*The parties expect to close the deal on 17 April", text), text
    assert "aicanary-desk webhook fine" in text
    assert re.search(r"aicanary-broken webhook \S+ .*?[12]\b", text)


async def test_the_list_offers_what_there_is_for_whoever_looks(world: World) -> None:
    async with world.visitor("ai") as visitor:
        text = await visitor.shown("/alerts")
    offered = {name: set(OPTION.findall(part)) for name, part in OFFERED.findall(text)}
    assert offered["company"] == {"NVDA", "Aicanary Works"}
    assert offered["rule"] == {"aicanary-own", "aicanary-shared"}
    assert offered["source"] == {"wire", "aicanary-wire"}
    assert "powercanary" not in text.casefold()
    async with world.visitor() as visitor:
        text = await visitor.shown("/alerts?portfolio=powercanary")
    offered = {name: set(OPTION.findall(part)) for name, part in OFFERED.findall(text)}
    assert offered["rule"] == {"powercanary-own", "powercanary-shared"}, "of the portfolio that is chosen"
    assert offered["source"] == {"wire", "aicanary-wire", "powercanary-wire"}


OFFERED = re.compile(r'<datalist id="all-(\w+)">(.*?)</datalist>', re.DOTALL)
OPTION = re.compile(r'<option value="([^"]*)"')


async def test_a_rule_shows_what_it_brought_its_tests_and_its_source(world: World) -> None:
    listed = await text_of(world, "/rules/aicanary")
    assert "All about Aicanary aicanary-own high" in listed
    async with world.visitor("ai") as visitor:

        async def read() -> str:
            text = words_of(await visitor.shown("/rules/aicanary/aicanary-own"))
            return text if "The files are being read" not in text else ""

        text = await eventually(read, "the files of the rules are read")
        rest = words_of(await visitor.shown("/rules/aicanary/aicanary-shared"))
    assert "The files differ" not in text
    assert "1 alert in 30 days" in text
    assert "portfolios/aicanary.yaml, line 9" in text
    assert "ok aicanary is named match match" in text
    assert "fails aicanary expects too much match no match" in text
    assert "9 - id: aicanary-own 10 title: All about Aicanary" in text
    assert "aicanary-shared" not in text.partition("Its source")[2].partition("Try a text")[0], "nor the next rule"
    assert "It has no tests" in rest


async def test_a_text_is_tried_on_a_rule_also_by_who_may_only_read(world: World) -> None:
    way = "/rules/aicanary/aicanary-own/try"
    for token in ("ai", "reader"):
        async with world.visitor(token) as visitor:
            text = words_of(await tried(visitor, way, title="Good news of aicanary", body=HOSTILE))
        assert ("The rule holds for this text." in text, "title: aicanary" in text) == (True, True), text
    async with world.visitor("ai") as visitor:
        text = words_of(await tried(visitor, way, title="Good news", body=""))
        assert "The rule does not hold for this text." in text, text
        assert (await visitor.post(way, title="", body="x"))[0] == 400
        assert (await visitor.post(way, title="x", body="x" * 20_001))[0] == 400
        assert (await visitor.post(way, title="x", csrf="0" * 32))[0] == 400
        assert (await visitor.post("/rules/powercanary/powercanary-own/try", title="x"))[0] == 404


async def tried(visitor: Visitor, way: str, **fields: str) -> str:
    """Try a text, again where it takes longer than a page waits; gives the page."""

    async def ask() -> str:
        status, text = await visitor.post(way, **fields)
        assert status == 200, text
        return "" if "It takes longer than usual" in text else text

    found: str = await eventually(ask, "the text is tried")
    return found


async def test_sources_show_their_health_and_what_was_refused(world: World) -> None:
    listed = await text_of(world, "/sources")
    assert re.search(r"wire fine \d+ min ago|wire fine", listed)
    text = await text_of(world, "/sources/wire")
    for words in ("State fine", "Reports by day", "It was always seen.", "The last ones"):
        assert words in text, words
    reasons = text.partition("Refused, 30 days, by reason")[2].partition("The last ones")[0]
    assert re.search(r"Why Entries \S.* 1\b", reasons), reasons


async def test_an_event_that_raised_no_alert_says_why(world: World) -> None:
    quiet = world.event(QUIET)
    text = await text_of(world, f"/events/{quiet}")
    assert "No rule that you may see held for it, so it raised no alert." in text
    text = await text_of(world, f"/events/{quiet}?portfolio=aicanary")
    assert "the rules that did not hold, as they were then" in text
    assert "text: supercomputer" in text
    event = world.event("News of aicanary")
    async with world.visitor("ai") as visitor:
        own = await visitor.shown(f"/events/{event}")
        assert "rule aicanary/aicanary-own held (high)" in words_of(own)
        found = re.search(r'href="(/alerts/al_[a-z2-7]+)"', own)
        assert found is not None
        assert f'href="/events/{event}"' in await visitor.shown(found[1]), "and from its alert one comes back"


async def test_the_system_shows_a_desk_its_part_and_the_operator_all_of_it(world: World) -> None:
    desk, whole = await text_of(world, "/system"), await text_of(world, "/system", "")
    for words in ("Flow", "Answers in", "aicanary-desk", "Archives", "History"):
        assert words in desk, words
    assert ("alertd.yaml" in desk, "match-0" in desk, "Models" in desk) == (False, False, False)
    for words in (
        "alertd.yaml",
        "match-0",
        "No model is asked.",
        "aicanary-desk",
        "powercanary-desk",
        "not yet since",
    ):
        assert words in whole, words
    assert "dead letter" in whole.partition("What the operator was told")[2]


# --- buttons ---------------------------------------------------------------------------------------------------


async def test_a_silence_is_made_listed_and_ended_by_forms(world: World) -> None:
    async with world.visitor("ai") as ai, world.visitor("power") as power, world.visitor("reader") as reader:
        fields = {"reason": "earnings call of aicanary", "until": "4h", "portfolio": "aicanary"}
        assert await ai.post("/silences", **fields) == (303, "/silences?done=made")
        text = await ai.shown("/silences")
        row = "earnings call of aicanary portfolios: aicanary in force in (4 h|3 h 59 min) ai-bot"
        assert re.search(row, words_of(text)), words_of(text)
        found = re.search(r'action="(/silences/[^"]+/end)"', text)
        assert found is not None
        assert found[1] not in await reader.shown("/silences")
        assert (await reader.post(found[1]))[0] == 403
        assert (await power.post(found[1]))[0] == 404
        assert (await ai.post(found[1], csrf="0" * 32))[0] == 400
        assert "earnings call" not in await power.shown("/silences")
        assert await ai.post(found[1]) == (303, "/silences?done=ended")
        assert "earnings call" not in await ai.shown("/silences")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"reason": ""}, "say why"),
        ({"portfolio": ""}, "name what is held back"),
        ({"until": "yesterday"}, "write a time with a zone"),
        ({"until": "500d"}, "at most"),
        ({"rules": "x" * 201}, "a name is printable"),
    ],
)
async def test_a_silence_that_cannot_be_is_refused_in_words(world: World, change: dict[str, str], words: str) -> None:
    fields = {"reason": "r", "until": "4h", "portfolio": "aicanary"} | change
    async with world.visitor("ai") as visitor:
        status, text = await visitor.post("/silences", **fields)
    assert (status, words in text) == (400, True)


async def test_a_dead_letter_is_sent_again_by_its_desk_alone(world: World) -> None:
    async with world.visitor("ai") as ai, world.visitor("power") as power, world.visitor("reader") as reader:
        text = await ai.shown("/dead")
        assert "aicanary-broken first message" in words_of(text) and "News of aicanary" in words_of(text)
        found = re.search(r'name="delivery" value="(dl_[a-z2-7]+)"', text)
        assert found is not None
        assert "Send again" not in await reader.shown("/dead")
        assert (await reader.post("/dead/retry", delivery=found[1]))[0] == 403
        assert (await power.post("/dead/retry", delivery=found[1]))[0] == 404
        assert (await power.post("/dead/retry", receiver="aicanary-broken"))[0] == 404
        for fields in ({}, {"all": "yes"}, {"delivery": found[1], "receiver": "aicanary-broken"}):
            assert (await ai.post("/dead/retry", **fields))[0] == 400
        before = len(world.desk.world.to("/aicanary-broken"))
        assert await ai.post("/dead/retry", delivery=found[1]) == (303, "/dead?queued=1")

        async def sent() -> bool:
            return len(world.desk.world.to("/aicanary-broken")) > before

        await eventually(sent, "it is sent again")


async def test_who_may_only_read_has_no_button_that_changes_anything(world: World) -> None:
    async with world.visitor("reader") as visitor:
        for path in world.pages("ai"):
            posts = {way for method, way in Page(await visitor.shown(path)).forms if method == "post"}
            assert {way for way in posts if not way.endswith("/try")} == {"/logout"}, path
        assert (await visitor.post("/silences", reason="r", until="4h", portfolio="aicanary"))[0] == 403
    async with world.visitor("ai") as visitor:
        ways = {way for _, way in Page(await visitor.shown("/silences")).forms}
    assert "/silences" in ways, "who may write has one"


# --- walls, hostile words, everybody -----------------------------------------------------------------------------


@pytest.mark.parametrize(("desk", "other"), [("ai", "power"), ("power", "ai")])
async def test_no_page_of_a_desk_has_a_word_of_the_other(world: World, desk: str, other: str) -> None:
    async with world.visitor(desk) as visitor:
        for path in world.pages(desk):
            text = (await visitor.shown(path)).lower()
            assert CANARY[other] not in text, path
        for path in world.pages(other):
            status, text = await visitor.get(path)
            assert CANARY[other] not in text.lower(), path
            assert status == (
                404 if CANARY[other] in path or world.event(f"News of {CANARY[other]}") in path else 200
            )


async def test_who_sees_all_desks_sees_both(world: World) -> None:
    async with world.visitor() as visitor:
        for path in ("/portfolios", "/rules", "/sources", "/dead", "/system"):
            text = (await visitor.shown(path)).lower()
            assert all(word in text for word in CANARY.values()), path
        for desk in CANARY:
            for path in world.pages(desk):
                await visitor.shown(path)


async def test_what_a_stranger_writes_is_text_on_every_page(world: World) -> None:
    async with world.visitor() as visitor:
        seen = 0
        for path in [*world.pages("ai"), "/dead?queued=<b>", "/silences?done=<b>"]:
            text = await visitor.shown(path)
            page = Page(text)
            assert [src.partition("?")[0].startswith("/static/") for src in page.scripts] == [True], path
            assert page.handlers == [], path
            assert "<img" not in text and "\u202e" not in text, path
            seen += "onerror=alert(1)" in words_of(text)
    assert seen >= 3, "it stands on some of them as a text"


async def test_every_page_is_made_for_screen_readers_and_under_the_policy(world: World) -> None:
    async with world.visitor("ai") as visitor:
        for path in world.pages("ai"):
            page = Page(await visitor.shown(path))
            assert page.headings.count("h1") == 1 or path == "/alerts", path
            assert page.headings[:1] == ["h1"], path
            assert all(page.tables), path
            assert (page.plain_heads, page.svgs) == (0, page.told_svgs), path
    async with aiohttp.ClientSession(world.url) as http:
        for path in PATHS:
            async with http.get(path, allow_redirects=False) as answered:
                assert (answered.status, answered.headers["Location"]) == (303, "/login"), path
    async with world.visitor("ai") as visitor, visitor._http.get("/portfolios") as answered:
        assert answered.headers["Content-Security-Policy"] == POLICY


@pytest.mark.parametrize(
    "path",
    [
        "/portfolios/nothing", "/rules/nothing", "/rules/aicanary/nothing", "/rules/nothing/nothing",
        "/sources/nothing", "/events/ev_nothing", "/events/al_a", "/events/ev_%2Fa", "/events/ev_a?portfolio=nothing",
    ],
)  # fmt: skip
async def test_what_is_not_there_is_a_page_that_says_so(world: World, path: str) -> None:
    async with world.visitor("ai") as visitor:
        status, text = await visitor.get(path)
    assert (status, "<main" in text) == (404, True)
