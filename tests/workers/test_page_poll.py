"""Pages over real HTTP: rows become events once, robots.txt is kept to, another layout is told."""

from __future__ import annotations

import pytest
import pytest_asyncio

from alertd.base.clock import system_clock
from alertd.model import SourceState
from alertd.net.client import HttpClient
from alertd.store.memory import MemoryStore
from tests.support.http import FaultServer, answer, hang
from tests.workers.listing import Listing, listing, row
from tests.workers.make import HandClock
from tests.workers.polling import CountingPool


class RealClock(HandClock):
    """The wall clock, where a test waits for real time."""

    def __call__(self) -> int:
        return system_clock()


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def page(http: HttpClient, pool: CountingPool, server: FaultServer) -> Listing:
    return Listing(MemoryStore(), http, pool, server)


async def test_rows_become_events_once_and_a_new_row_is_the_only_news(page: Listing) -> None:
    page.show(row("Two"), row("One"))
    assert (await page.poll()).outcome == "new"
    assert await page.titles() == ["Two", "One"]
    page.show(row("Three"), row("Two"), row("One"))
    await page.poll()
    assert await page.titles() == ["Three"]
    assert (await page.poll()).outcome == "unchanged"


async def test_a_page_is_asked_for_only_if_it_has_changed(page: Listing) -> None:
    page.meet(answer(listing(row("One")), etag='"1"'))
    await page.poll()
    await page.poll()
    assert page.last().headers["if-none-match"] == '"1"'


async def test_a_row_whose_words_change_is_a_revision(page: Listing) -> None:
    page.show(row("Results", "/r"))
    await page.poll()
    page.show(row("Results, corrected", "/r"))
    await page.poll()
    events = await page.events()
    assert [(event.title, event.revision) for event in events] == [("Results", 1), ("Results, corrected", 2)]


async def test_the_first_poll_of_a_subscription_is_a_baseline(page: Listing) -> None:
    page.settings = {"backlog": "none"}
    page.show(row("Old"))
    await page.poll()
    assert [(event.title, event.baseline) for event in await page.events()] in ([], [("Old", True)])
    page.show(row("New"), row("Old"))
    await page.poll()
    assert [event.title for event in await page.events() if not event.baseline] == ["New"]


# --- robots.txt ---------------------------------------------------------------------------------------


async def test_robots_are_asked_first_and_once_a_day(page: Listing) -> None:
    page.robots("User-agent: *", "Disallow: /private")
    page.show(row("One"))
    await page.poll()
    await page.poll()
    assert [request.path for request in page.server.requests] == ["/robots.txt", "/news", "/news"]
    page.clock.pass_by(86_400)
    await page.poll()
    assert len(page.server.to("/robots.txt")) == 2


async def test_what_robots_forbid_is_never_fetched_and_the_source_says_why(page: Listing) -> None:
    page.robots("User-agent: alertd", "Disallow: /news")
    page.show(row("One"))
    for _ in range(4):
        assert (await page.poll()).outcome == "failed"
    assert page.state.state == "failing"
    assert page.state.error == "127.0.0.1: its robots.txt does not allow alertd this address (`Disallow: /news`)"
    assert page.server.to("/news") == []
    assert len(page.server.to("/robots.txt")) == 1, "the host is left alone"
    assert len(await page.told("source_failing")) == 1


async def test_what_robots_forbade_is_fetched_when_they_allow_it_and_that_is_told(page: Listing) -> None:
    page.robots("User-agent: *", "Disallow: /")
    page.show(row("One"))
    for _ in range(3):
        await page.poll()
    page.robots("User-agent: *", "Disallow:")
    page.clock.pass_by(86_400)
    assert (await page.poll()).outcome == "new"
    assert len(await page.told("source_healed")) == 1


async def test_without_robots_everything_is_allowed(page: Listing) -> None:
    page.server.script("/robots.txt", answer(status=403))
    page.show(row("One"))
    assert (await page.poll()).outcome == "new"


@pytest.mark.parametrize("trouble", [503, 429, 500])
async def test_robots_that_are_not_to_be_had_forbid_everything_for_the_time_being(
    page: Listing, trouble: int
) -> None:
    page.server.script("/robots.txt", answer(status=trouble), answer(b""))
    page.show(row("One"))
    assert (await page.poll()).outcome == "failed"
    assert "its robots.txt is not to be had" in page.state.error
    await page.poll()
    assert len(page.server.to("/robots.txt")) == 1, "asked again after ten minutes, not at each poll"
    page.clock.pass_by(600)
    assert (await page.poll()).outcome == "new"


async def test_a_forbidden_address_is_gone_as_that_of_a_feed_and_nothing_is_asked(page: Listing) -> None:
    page.settings = {"allow_private": False}
    page.show(row("One"))
    assert (await page.poll()).outcome == "gone"
    assert "loopback" in page.state.error
    assert page.server.requests == []


async def test_an_older_copy_of_the_rules_serves_while_the_host_does_not_give_them(page: Listing) -> None:
    page.server.script("/robots.txt", answer(b"User-agent: *\nDisallow: /other\n"), answer(status=503))
    page.show(row("One"))
    await page.poll()
    page.clock.pass_by(86_400)
    assert (await page.poll()).outcome != "failed"


async def test_a_crawl_delay_is_kept_between_two_requests_and_told_to_the_timetable(page: Listing) -> None:
    page.robots("User-agent: *", "Crawl-delay: 1")
    page.clock = RealClock()
    page.poller = page._poller()
    page.show(row("One"))
    polled = await page.poll()
    first, second = page.server.requests
    assert second.at - first.at >= 0.9
    assert polled.retry_after_s == 1


# --- another layout -----------------------------------------------------------------------------------


async def test_a_page_that_has_lost_its_list_is_a_failing_source_told_once_and_healed_once(page: Listing) -> None:
    page.show(row("One"))
    await page.poll()
    page.meet(answer(b"<html><title>Maintenance</title><p>Back soon</p></html>"))
    for _ in range(5):
        await page.poll()
    assert page.state.error == (
        "`list: ul.news > li` finds nothing on the page, titled “Maintenance”: has it changed its layout?"
    )
    assert len(await page.told("source_failing")) == 1
    page.show(row("Two"), row("One"))
    await page.poll()
    assert len(await page.told("source_healed")) == 1
    assert await page.titles() == ["One", "Two"]


async def test_a_field_that_is_gone_from_all_rows_is_told_once_and_so_is_its_return(page: Listing) -> None:
    names = ["One", "Two", "Three"]
    page.show(*(row(name) for name in names))
    await page.poll()
    for extra in ("Four", "Five"):
        page.show(*(row(name, date="soon") for name in [extra, *names]))
        await page.poll()
    assert await page.told("layout_changed") == [
        "Source wire: no row of its page has a date: has its layout changed?"
    ]
    page.show(*(row(name) for name in names))
    await page.poll()
    assert await page.told("layout_healed") == ["Source wire has all its fields again."]
    assert set(await page.titles()) == {*names, "Four", "Five"}, "the rows are taken all the same"


async def test_rows_that_all_lose_their_links_are_no_news(page: Listing) -> None:
    page.show(row("One"), row("Two"), row("Three"))
    await page.poll()
    page.meet(answer(listing(row("One"), row("Two"), row("Three")).replace(b"href", b"data-href")))
    assert (await page.poll()).outcome == "failed"
    assert page.state.error == "no row of the page has a link any more: has the page changed its layout?"
    assert await page.titles() == ["One", "Two", "Three"]


async def test_other_selectors_read_the_same_page_again_and_make_no_news_of_it(page: Listing) -> None:
    names = ["One", "Two", "Three", "Four", "Five"]
    page.meet(answer(listing(*(row(name) for name in names)), etag='"1"'))
    await page.poll()
    assert await page.titles() == names
    page.fields = {"title": "h3", "id": {"select": "h3 a", "attribute": "href", "match": "[A-Z].*"}}
    assert (await page.poll()).outcome == "nothing_new"
    assert "if-none-match" not in page.last().headers
    assert await page.titles() == []


async def test_rows_that_came_while_the_selectors_were_wrong_are_news_once_they_are_right(page: Listing) -> None:
    page.settings = {"backlog": "none"}
    page.show(row("One"))
    await page.poll()
    moved = listing(row("Two"), row("One")).replace(b"h3", b"h4")
    page.meet(answer(moved))
    assert (await page.poll()).outcome == "failed"
    page.fields = {"title": "h4", "date": ".d"}
    await page.poll()
    assert [event.title for event in await page.events() if not event.baseline] == ["Two"]


async def test_a_restart_remembers_what_was_told(page: Listing) -> None:
    rows = [row(name, date="soon") for name in ("One", "Two", "Three")]
    page.show(*rows)
    await page.poll()
    await page.restart()
    page.show(row("Four", date="soon"), *rows)
    await page.poll()
    assert len(await page.told("layout_changed")) == 1
    assert isinstance(page.state, SourceState)


async def test_a_server_that_hangs_is_a_failed_poll(page: Listing) -> None:
    page.settings = {"timeout": "1s"}
    page.meet(hang())
    assert (await page.poll()).outcome == "failed"
