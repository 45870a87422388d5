"""What of a feed is news: the first poll, corrections, withdrawals, new names for old items, and a restart between.

One daemon runs twice over the same state, and the pages change while it is down; each test looks at one source.
"""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
import pytest_asyncio

from tests.support.daemon import Daemon, command, eventually
from tests.support.desk import Desk, item, logged, rss
from tests.support.http import Behaviour, Connection, FaultServer, Request, answer

NOW = datetime.now(UTC)
LATE = format_datetime(NOW - timedelta(hours=1))
OLD = format_datetime(NOW - timedelta(days=3))
PAGE = ("Six leases", "Five mergers", "Four outages", "Three rulings", "Two splits", "One probe")
TOMBSTONE = "<at:deleted-entry ref='urn:1' when='2030-01-01T00:00:00Z'/>"
ETAG, MODIFIED = '"v1"', "Tue, 03 Jun 2025 14:00:00 GMT"


def atom(*entries: str) -> bytes:
    head = "<feed xmlns='http://www.w3.org/2005/Atom' xmlns:at='http://purl.org/atompub/tombstones/1.0'>"
    return f"{head}<id>urn:f</id><title>t</title>{''.join(entries)}</feed>".encode()


def entry(title: str, guid: str) -> str:
    return f"<entry><id>{guid}</id><title>{title}</title><updated>2025-06-03T14:00:00Z</updated></entry>"


@dataclass
class Run:
    desk: Desk
    daemon: Daemon
    first: list[str] = field(default_factory=list)
    """Titles that fired before the restart."""
    sources: dict[str, dict[str, Any]] = field(default_factory=dict)
    journal: str = ""

    def page(self, name: str, *titles: str, guid: str = "") -> None:
        """Put other items on a page: their GUID is the title, or the given one with a number."""
        items = (item(title, guid=f"{guid}{n}" if guid else "") for n, title in enumerate(titles))
        self.desk.world.script(f"/{name}", answer(rss(*items)))

    async def settled(self, *names: str) -> None:
        """Wait until these sources were polled twice more, and all that came of it is delivered."""
        before = {source["id"]: source["polls"] for source in (await self.daemon.status())["sources"]}
        asked = {name: len(self.desk.world.to(f"/{name}")) for name in names or before}

        async def polled() -> bool:
            twice = all(len(self.desk.world.to(f"/{name}")) >= count + 2 for name, count in asked.items())
            return twice and bool(await self.daemon.quiet())

        await eventually(polled, f"{', '.join(asked)} were polled twice more")


def anew() -> Behaviour:
    """Serve the same items under new GUIDs at each poll."""
    counter = itertools.count()

    async def behave(request: Request, connection: Connection) -> None:
        n = next(counter)
        page = rss(*(item(title, guid=f"{title} {n}") for title in ("Churn one", "Churn two")))
        await answer(page)(request, connection)

    return behave


def subscribe(desk: Desk) -> None:
    """Name the sources and their first pages."""
    for backlog in ("none", "24h", "all"):
        dated = [
            item(f"{backlog} {when}", date=date) for when, date in (("late", LATE), ("old", OLD), ("undated", ""))
        ]
        desk.feed(f"backlog-{backlog}", answer(rss(*dated)), backlog=backlog)
    desk.feed("republish", answer(rss(*(item(title) for title in PAGE))))
    desk.feed("correct", answer(rss(item("Vega leases Orion for $1bn", guid="1", text="In short."))))
    desk.feed("withdraw", answer(rss(item("Lyra buys Atlas", guid="1"))))
    desk.feed("tombstone", answer(atom(entry("Altair is sold", "urn:1"), entry("Deneb is not", "urn:2"))))
    desk.feed("churn", anew())
    desk.feed("validators", answer(rss(item("Known by its tag")), etag=ETAG, last_modified=MODIFIED))
    desk.feed("down", answer(rss(item("Before the restart"))))
    desk.feed("busy", answer(status=429, headers={"Retry-After": "3600"}))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def run(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Run]:
    folder = tmp_path_factory.mktemp("subscriptions")
    with FaultServer() as world:
        desk = Desk(folder, world)
        subscribe(desk)
        daemon = desk.daemon()
        run = Run(desk, daemon)
        async with daemon:
            everything = [s["id"] for s in desk.sources if s["id"] != "busy"]
            await run.settled(*everything)
            run.first = desk.titles()
            for backlog in ("none", "24h", "all"):
                run.page(f"backlog-{backlog}", f"{backlog} new", f"{backlog} late")
            run.page("republish", *PAGE, guid="rebuilt-")
            world.script("/withdraw", answer(rss(item("WITHDRAWN: Lyra buys Atlas", guid="1"))))
            world.script("/tombstone", answer(atom(TOMBSTONE, entry("Deneb is not", "urn:2"))))
            await run.settled("backlog-none", "backlog-24h", "backlog-all", "republish", "withdraw", "tombstone")
        run.page("down", "While it was down", "Before the restart")
        world.script("/correct", answer(rss(item("Vega leases Orion for $2bn", guid="1", text="In short."))))
        async with daemon:
            await run.settled(*everything)
            run.sources = {source["id"]: source for source in (await daemon.status())["sources"]}
            _, run.journal, _ = await command("tail", "--no-follow", "--since", "0", "--json", folder=folder)
        yield run


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize(
    ("backlog", "fired"),
    [("none", []), ("24h", ["24h late"]), ("all", ["all late", "all old", "all undated"])],
)
async def test_the_first_poll_alerts_only_to_the_backlog_that_was_asked_for(
    run: Run, backlog: str, fired: list[str]
) -> None:
    assert sorted(title for title in run.first if title.startswith(backlog)) == fired
    assert run.desk.titles().count(f"{backlog} new") == 1, "what comes later is news in any case"


async def test_what_was_there_before_is_recorded_as_baseline(run: Run) -> None:
    assert run.journal.count('"reason":"baseline"') + run.journal.count('"reason": "baseline"') >= 3


async def test_a_mass_republish_under_new_names_does_not_alert_again(run: Run) -> None:
    assert [title for title in run.desk.titles() if title in PAGE] == [t for t in run.first if t in PAGE]
    (notice,) = run.desk.notices("mass_republish")
    assert "6 of 6 entries came back under new ids; 6 of them were known" in notice["text"]
    assert notice["text"].startswith(f"Source {notice['subject']}: ")


async def test_a_corrected_headline_updates_its_alert(run: Run) -> None:
    assert "Vega leases Orion for $2bn" not in run.desk.titles("alert.fired")
    (update,) = [m for m in run.desk.messages("alert.updated") if "Vega" in m["data"]["alert"]["title"]]
    assert update["data"]["alert"]["title"] == "Vega leases Orion for $2bn"
    assert update["data"]["alert"]["revision"] == 2
    assert "headline was “Vega leases Orion for $1bn”" in update["data"]["alert"]["changes"][-1]["text"]


@pytest.mark.parametrize("title", ["Lyra buys Atlas", "Altair is sold"])
async def test_a_withdrawn_entry_updates_its_alert(run: Run, title: str) -> None:
    (update,) = [m for m in run.desk.messages("alert.updated") if m["data"]["alert"]["title"] == title]
    assert update["data"]["event"]["withdrawn"] is True
    assert update["data"]["alert"]["changes"][-1]["text"] == "withdrawn by the source"


async def test_the_neighbour_of_a_tombstone_is_left_alone(run: Run) -> None:
    assert run.desk.titles().count("Deneb is not") == 1
    assert not [m for m in run.desk.messages("alert.updated") if m["data"]["alert"]["title"] == "Deneb is not"]


async def test_a_feed_with_new_guids_at_each_poll_alerts_once(run: Run) -> None:
    assert sorted(title for title in run.desk.titles() if "Churn" in title) == ["Churn one", "Churn two"]
    assert run.sources["churn"]["duplicates"] >= 4
    assert not run.desk.notices(subject="churn"), "a page this small is no mass republish"


async def test_validators_are_sent_from_the_second_poll_on_and_after_a_restart(run: Run) -> None:
    first, *later = run.desk.world.to("/validators")
    assert not {"if-none-match", "if-modified-since"} & first.headers.keys()
    assert len(later) >= 3
    for request in later:
        assert request.headers["if-none-match"] == ETAG
        assert request.headers["if-modified-since"] == MODIFIED


async def test_a_restart_takes_what_came_meanwhile_and_repeats_nothing(run: Run) -> None:
    assert run.desk.titles().count("While it was down") == 1
    assert len(run.desk.titles()) == len(set(run.desk.titles()))
    ids = [request.headers["webhook-id"] for request in run.desk.world.to("/hook")]
    assert len(ids) == len(set(ids))


async def test_retry_after_holds_over_a_restart(run: Run) -> None:
    assert len(run.desk.world.to("/busy")) == 1
    assert len(logged(run.daemon, "source_failed", source="busy")) == 1


async def test_no_source_counts_twice_what_it_shows(run: Run) -> None:
    events = {name: run.sources[name]["events"] for name in ("republish", "churn", "correct", "withdraw", "down")}
    assert events == {"republish": 6, "churn": 2, "correct": 2, "withdraw": 2, "down": 2}
