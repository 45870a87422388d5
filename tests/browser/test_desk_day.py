"""The desk's day on its page, in a real browser before the real daemon: from the feed's entry to the answer."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from alertd.base.clock import parse_rfc3339
from tests.browser.world import LEASE, TOKENS, World, listed, live, opened
from tests.support.daemon import eventually
from tests.support.http import DEADLINE_S

pytestmark = pytest.mark.asyncio(loop_scope="module")

SHOWN = """title => new Promise((tell) => {
  const look = () => {
    const there = [...document.querySelectorAll("a")].some((one) => one.textContent === title);
    if (there) tell(Date.now());
  };
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
})"""
"""Gives when the list shows an alert, without asking all the time."""


async def test_an_alert_appears_on_the_open_list_without_a_reload(
    world: World, record_property: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    title = "What comes while one looks on, aiword"
    async with world.visitor() as context:
        page = await live(await opened(context))
        await page.evaluate("window.same = true")
        showing = asyncio.create_task(page.evaluate(SHOWN, title))
        world.desk.publish(title)
        shown = await asyncio.wait_for(showing, DEADLINE_S)
        assert await page.evaluate("window.same"), "it is the page that was open"
    # From when the daemon took the entry. A figure for whoever reads it: what else this machine does it does not say.
    took = (shown - await seen_at(world, title)) / 1000
    record_property("shown_after_s", took)
    with capsys.disabled():
        print(f"\n  shown {took:.2f} s after the daemon took the entry")


async def seen_at(world: World, title: str) -> int:
    """Give when the daemon took the item of an alert, in ms."""
    alerts = await world.asked("/v1/alerts")
    (alert,) = [one["id"] for one in alerts["alerts"] if one["title"] == title and one["portfolio"] == "ai"]
    found = await world.asked(f"/v1/alerts/{alert}")
    return parse_rfc3339(found["alert"]["changes"][0]["at"])


async def test_its_page_shows_what_is_known_of_it_with_the_evidence_marked(world: World) -> None:
    await world.raised(*LEASE)
    async with world.visitor("ai") as context:
        page = await opened(context)
        await page.get_by_role("link", name=LEASE[0]).click()
        await page.get_by_role("heading", level=1, name=LEASE[0]).wait_for()
        marks = await page.locator("mark").all_inner_texts()
        assert {"supercomputer", "harm clause"} <= {one.casefold() for one in marks}
        assert await page.locator("h1 mark").all_inner_texts() == ["SpaceX", "supercomputer"]
        heads = await page.get_by_role("heading", level=2).all_inner_texts()
        for head in ("The text", "Who", "Exposure", "The story", "Sent", "Why", "What happened"):
            assert any(one.startswith(head) for one in heads), heads
        drawn = await page.locator("svg.tree").text_content() or ""
        assert "NVDA +8.0 %" in drawn and "supplies SpaceX" in drawn
        assert "is told" in await section(page, "Why")
        await eventually(lambda: says(page, "Sent", "ai-desk sent"), "the delivery is told of")
        assert "wire, trust medium" in await section(page, "The story")


async def section(page: Any, head: str) -> str:
    text: str = await page.locator("section", has=page.get_by_role("heading", name=head)).first.inner_text()
    return " ".join(text.split())


async def says(page: Any, head: str, words: str) -> bool:
    await page.reload()
    return words in await section(page, head)


async def test_who_acknowledges_is_seen_in_the_other_tab_without_a_reload(world: World) -> None:
    await world.raised(*LEASE)
    async with world.visitor("ai") as context:
        first = await opened(context)
        await first.get_by_role("link", name=LEASE[0]).click()
        await live(first)
        second = await live(await opened(context))
        third = await live(await opened(context, first.url))
        await first.get_by_role("group", name="Answer", exact=True).get_by_role("button", name="Acknowledge").click()
        await first.get_by_text("You have taken it.").wait_for()
        for page in (first, third):
            await page.get_by_text("Acknowledged by ai").first.wait_for()
        await second.locator("li.acknowledged", has_text=LEASE[0]).wait_for()
        await third.get_by_role("button", name="Take back").first.click()
        await first.get_by_text("nobody has taken it").wait_for()
        assert await first.get_by_text("You have taken it.").count() == 1


async def test_two_who_acknowledge_at_once_are_both_answered_and_one_has_it(world: World) -> None:
    title = "Taken twice, aiword"
    await world.raised(title)
    async with world.visitor("ai", java_script_enabled=False) as context:  # so that neither button is renewed away
        pages = [await opened(context), await opened(context)]
        for page in pages:
            await page.get_by_role("link", name=title).click()
            await page.get_by_role("heading", level=1, name=title).wait_for()
        await asyncio.gather(*(page.get_by_role("button", name="Acknowledge").first.click() for page in pages))
        for page in pages:
            await page.get_by_text("Acknowledged by ai").first.wait_for()
        history = await section(pages[0], "What happened")
        assert history.count("acknowledged by ai") == 1, history


async def test_the_list_is_chosen_by_what_the_desk_may_see(world: World) -> None:
    await world.raised(*LEASE)
    await world.raised("Plain aiword news")
    await world.raised("Plain powerword news")
    async with world.visitor() as context:
        page = await opened(context)
        names = await page.get_by_label("Portfolio").locator("option").all_inner_texts()
        assert names == ["any", "AI infrastructure", "Power and grid"]
        await page.get_by_label("Portfolio").select_option("Power and grid")
        await page.get_by_role("button", name="Show").click()
        await listed(page, "Plain powerword news")
        assert await page.get_by_role("link", name="Plain aiword news").count() == 0
        await page.get_by_label("At least").select_option("high")
        await page.get_by_role("button", name="Show").click()
        await listed(page, LEASE[0])
        assert await page.get_by_role("link", name="Plain powerword news").count() == 0
        assert "portfolio=power" in page.url and "severity=high" in page.url
    async with world.visitor("ai") as context:
        page = await opened(context)
        assert await page.get_by_label("Portfolio").locator("option").all_inner_texts() == [
            "any",
            "AI infrastructure",
        ]
        assert await page.get_by_role("link", name="Plain powerword news").count() == 0


async def test_the_list_is_searched_and_turned(world: World) -> None:
    await world.raised(*LEASE)
    await world.raised("Plain aiword news")
    async with world.visitor("ai") as context:
        page = await opened(context)
        await page.get_by_label("Words").fill("supercomputer anthropic")
        await page.get_by_role("button", name="Show").click()
        await listed(page, LEASE[0])
        assert await page.locator("li.alert").count() == 1
        assert await page.locator(".snippet mark").count() > 0
        await page.goto("/alerts?company=NVDA&source=wire")
        await listed(page, LEASE[0])
        assert await page.get_by_role("link", name="Plain aiword news").count() == 0
        assert await page.get_by_label("Company").input_value() == "NVDA"
        assert await page.get_by_label("Company").is_visible(), "what is used is not folded away"
        await page.goto("/alerts?limit=1")
        first = await page.locator("li.alert a").inner_text()
        await page.get_by_role("link", name="Older").click()
        await page.get_by_role("link", name="To the newest").wait_for()
        second = await page.locator("li.alert a").inner_text()
        assert first != second and "limit=1" in page.url
        await page.get_by_role("link", name="To the newest").click()
        await page.get_by_role("link", name=first).wait_for()


async def test_the_list_says_what_is_held(world: World) -> None:
    await world.raised(*LEASE)
    async with world.visitor("ai") as context:
        page = await opened(context)
        row = page.locator("li.alert", has_text=LEASE[0])
        text = await row.inner_text()
        assert "SpaceX +2.0 %" in text and "NVDA +8.0 %" in text


async def test_what_was_chosen_and_unfolded_survives_a_change(world: World) -> None:
    title = "A long aiword story"
    await world.raised(title, "Nothing of note is said here. " * 200)
    async with world.visitor("ai") as context:
        page = await opened(context)
        await page.get_by_role("link", name=title).click()
        await live(page)
        await page.get_by_role("combobox", name="For how long").first.select_option("a day")
        await page.locator("summary").click()
        await page.get_by_role("combobox", name="For how long").first.focus()
        await acknowledged(world, page.url)
        await page.get_by_text("Acknowledged by").first.wait_for()
        assert await page.locator("details").get_attribute("open") is not None
        assert await page.get_by_role("combobox", name="For how long").first.input_value() == "24h"
        assert await page.evaluate("document.activeElement.name") == "until"


async def acknowledged(world: World, url: str) -> None:
    alert = url.rpartition("/")[2]
    await world.asked(f"/v1/alerts/{alert}/acknowledge", method="POST", token=TOKENS["ai"])


async def test_without_a_script_all_of_it_works(world: World) -> None:
    title = "Quiet aiword news"
    await world.raised(title)
    async with world.visitor("ai", java_script_enabled=False) as context:
        page = await opened(context)
        assert await page.locator("#state").inner_text() == "", "it does not say that it is live"
        await page.get_by_label("Status").select_option("open")
        await page.get_by_role("button", name="Show").click()
        await page.get_by_role("link", name=title).click()
        await page.get_by_role("button", name="Acknowledge").first.click()
        await page.get_by_text("Acknowledged by ai").first.wait_for()
        await page.goto("/alerts?status=open")
        assert await page.get_by_role("link", name=title).count() == 0
        await page.get_by_role("button", name="Sign out").click()
        await page.goto("/alerts")
        assert page.url.endswith("/login")


async def test_a_page_that_lost_its_connection_says_so_and_goes_on_by_itself(world: World) -> None:
    title = "After the restart aiword"
    async with world.visitor("ai") as context:
        page = await live(await opened(context))
        await page.evaluate("window.same = true")
        await world.daemon.__aexit__(None, None, None)
        await page.locator("#state", has_text="Not connected").wait_for()
        await world.daemon.start()
        await live(page)
        world.desk.publish(title)
        await listed(page, title)
        assert await page.evaluate("window.same"), "without a reload, and still signed in"
