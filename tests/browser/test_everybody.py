"""The page for everybody: on a phone, in the dark, by keyboard, with a screen reader, under hostile headlines."""

from __future__ import annotations

from html import escape
from typing import Any

import pytest

from alertd.web.page.frame import WAYS
from tests.browser import axe
from tests.browser.world import HOSTILE, LEASE, World, listed, live, opened
from tests.support.daemon import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")

WIDE = """() => {
  const width = document.documentElement.clientWidth;
  const box = (one) => one.getBoundingClientRect();
  const seen = [...document.body.querySelectorAll("*")].filter((one) => one.getClientRects().length);
  const held = (one) => one.closest("svg") || one.closest(".wide > *") || one.matches(".skip");
  const out = seen.filter((one) => !held(one) && box(one).right > width + 1);
  return [document.documentElement.scrollWidth - width, out.map((one) => one.outerHTML.slice(0, 200))];
}"""
"""How much of a page lies beside the screen, and what sticks out: tables that are wide scroll within themselves."""


OTHERS = [
    "/portfolios", "/portfolios/ai", "/rules", "/rules/ai", "/rules/ai/compute-lease", "/sources", "/sources/wire",
    "/silences", "/dead", "/system",
]  # fmt: skip
"""Pages beside those of alerts."""


async def pages(world: World) -> list[str]:
    """Raise what the pages are about, once; gives the addresses of all of them."""
    # Written as HTML, so that what stands in the event is the markup itself: what is none is taken out on the way in.
    world.desk.publish(escape(HOSTILE) + " aiword", escape(HOSTILE) * 3, "https://wire.example.com/<b>")
    world.desk.publish(*LEASE)
    async with world.visitor("ai") as context:
        page = await opened(context)
        await listed(page, LEASE[0])
        await page.locator("li.alert", has_text="WWWW").wait_for()
        links = page.locator("li.alert a")
        found = [await links.nth(index).get_attribute("href") for index in range(await links.count())]
        await page.get_by_role("link", name=LEASE[0]).click()
        event = await page.get_by_role("link", name="What became of it").first.get_attribute("href")
    alerts = ["/alerts", *(one for one in found if one), "/alerts/al_none", "/nothing", "/alerts?severity=loud"]
    return [*alerts, f"{event}", f"{event}?portfolio=ai", *OTHERS]


@pytest.fixture(scope="module")
def known() -> dict[str, list[str]]:
    return {}


async def addresses(world: World, known: dict[str, list[str]]) -> list[str]:
    if "pages" not in known:
        known["pages"] = await pages(world)
    assert len(known["pages"]) == 8 + len(OTHERS)
    return known["pages"]


@pytest.mark.parametrize("width", [320, 375, 1280])
async def test_nothing_sticks_out_at_any_width(world: World, known: dict[str, list[str]], width: int) -> None:
    paths = await addresses(world, known)
    async with world.visitor("ai", viewport={"width": width, "height": 800}) as context:
        for path in paths:
            page = await opened(context, path)
            assert await page.evaluate(WIDE) == [0, []], path
            await page.close()
    async with await world.browser.new_context(
        base_url=world.url, viewport={"width": width, "height": 800}
    ) as context:
        page = await opened(context, "/login")
        assert await page.evaluate(WIDE) == [0, []]


async def test_what_is_to_be_pressed_is_large_enough_for_a_thumb(world: World, known: dict[str, list[str]]) -> None:
    paths = await addresses(world, known)
    async with world.visitor("ai", viewport={"width": 375, "height": 800}) as context:
        for path in paths:
            page = await opened(context, path)
            for one in await page.locator("button:visible, select:visible, nav a:visible, summary:visible").all():
                box = await one.bounding_box()
                assert box is not None and box["height"] >= 42, (path, await one.inner_text())
            await page.close()


async def test_on_a_phone_the_alerts_come_first_and_what_chooses_them_is_unfolded(
    world: World, known: dict[str, list[str]]
) -> None:
    await addresses(world, known)
    async with world.visitor("ai", viewport={"width": 375, "height": 800}) as context:
        page = await opened(context)
        await listed(page, LEASE[0])
        first = await page.locator("li.alert").first.bounding_box()
        assert first is not None and first["y"] < 400, "one need not scroll to see it"
        assert not await page.get_by_label("Status").is_visible()
        await page.get_by_label("Filters").check()
        await page.get_by_label("Status").select_option("closed")
        await page.get_by_role("button", name="Show").click()
        await page.get_by_text("No alerts.").wait_for()
        assert await page.get_by_label("Status").is_visible(), "what is used is not folded away"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 1280])
async def test_axe_finds_no_fault_on_any_page(
    world: World, known: dict[str, list[str]], scheme: Any, width: int
) -> None:
    axe.source()
    paths = await addresses(world, known)
    how: dict[str, Any] = {"color_scheme": scheme, "viewport": {"width": width, "height": 800}}
    async with world.visitor("ai", **how) as context:
        for path in paths:
            page = await opened(context, path)
            assert await axe.faults(page) == [], path
            await page.close()
    async with await world.browser.new_context(base_url=world.url, **how) as context:
        for path in ("/login", "/login/used"):
            page = await opened(context, path)
            assert await axe.faults(page) == [], path


async def test_axe_finds_a_fault_where_there_is_one(world: World) -> None:
    async with world.visitor("ai") as context:
        page = await opened(context)
        await page.evaluate("document.querySelector('main').append(document.createElement('button'))")
        assert [one.partition(":")[0] for one in await axe.faults(page)] == ["button-name"]


async def test_in_the_dark_it_is_dark(world: World) -> None:
    for scheme, dark in (("light", False), ("dark", True)):
        async with world.visitor("ai", color_scheme=scheme) as context:
            page = await opened(context)
            ground = await page.evaluate("getComputedStyle(document.body).backgroundColor")
            assert (sum(map(int, ground[4:-1].split(","))) < 3 * 64) is dark


async def test_an_alert_is_found_read_and_acknowledged_by_keyboard_alone(
    world: World, known: dict[str, list[str]]
) -> None:
    await addresses(world, known)
    async with world.visitor("ai") as context:
        page = await live(await opened(context))
        await page.keyboard.press("Tab")
        assert await focused(page) == "To the content"
        order = await tabbed_to(page, LEASE[0])
        ways = [*(name for _, name in WAYS), "Sign out"]
        assert order[: len(ways)] == ways, "first the ways, then what one came for"
        await page.keyboard.press("Enter")
        await page.get_by_role("heading", level=1, name=LEASE[0]).wait_for()
        await live(page)
        await tabbed_to(page, "Acknowledge")
        await page.keyboard.press("Enter")
        await page.get_by_text("You have taken it.").wait_for()
        await page.get_by_text("Acknowledged by ai").first.wait_for()


async def test_a_silence_is_made_and_a_text_tried_by_keyboard_alone(
    world: World, known: dict[str, list[str]]
) -> None:
    await addresses(world, known)
    async with world.visitor("ai") as context:
        page = await opened(context, "/silences")
        await tabbed_to(page, "Why")
        await page.keyboard.type("an earnings call")
        await tabbed_to(page, "Companies (ids or tickers)")
        await page.keyboard.type("NVDA")
        await page.keyboard.press("Enter")
        await page.get_by_text("The silence is made.").wait_for()
        assert "an earnings call" in await page.locator("table").inner_text()
        await tabbed_to(page, "End")
        await page.keyboard.press("Enter")
        await page.get_by_text("It is ended.").wait_for()

        async def tried() -> bool:
            await page.goto("/rules/ai/compute-lease")
            await tabbed_to(page, "Headline")
            await page.keyboard.type("SpaceX leases a supercomputer")
            await page.keyboard.press("Enter")
            await page.wait_for_url("**/try")
            return bool(await page.get_by_text("The rule holds for this text.").count())

        await eventually(tried, "the text is tried: the first time it may take longer than a page waits")
        assert await axe.faults(page) == []


async def focused(page: Any) -> str:
    """Give the words of what has the focus, which must be seen to have it."""
    found: list[str] = await page.evaluate("""() => {
      const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect();
      const name = one.labels?.[0]?.firstChild.textContent || one.getAttribute("aria-label") || one.textContent;
      return [name.trim(), style.outlineStyle, style.outlineWidth, String(box.left >= 0 && box.width > 0)];
    }""")
    assert found[1] == "solid" and float(found[2].removesuffix("px")) >= 2 and found[3] == "true", found
    return found[0]


async def tabbed_to(page: Any, words: str) -> list[str]:
    """Press Tab until something has the focus; gives what had it on the way."""
    way: list[str] = []
    for _ in range(60):
        await page.keyboard.press("Tab")
        if (there := await focused(page)) == words:
            return way
        way.append(there)
    raise AssertionError(f"{words} is not reached: {way}")


def complaints(page: Any) -> list[str]:
    """Give what a page complains of, as it does: scripts that its policy lets not in, dialogs that open."""
    found: list[str] = []
    page.on("console", lambda said: found.append(said.text) if said.type == "error" else None)
    page.on("dialog", lambda dialog: found.append(dialog.message))
    return found


async def test_no_markup_of_a_feed_is_acted_on_anywhere(world: World, known: dict[str, list[str]]) -> None:
    paths = await addresses(world, known)
    async with world.visitor("ai") as context:
        for path in paths:
            page = await context.new_page()
            refused = complaints(page)
            await page.goto(path)
            assert await page.title() != "taken"
            assert await page.locator("main img, main script, main i").count() == 0
            assert [one for one in refused if "status of" not in one] == []
            await page.close()
        page = await opened(context)
        hostile = page.locator("li.alert", has_text="WWWW")
        assert "<script>" in await hostile.inner_text(), "it is shown as it was written"
        await hostile.get_by_role("link").click()
        assert await page.locator("h1 mark").all_inner_texts() == ["aiword"]
        assert "<script>" in await page.locator(".text").inner_text()
