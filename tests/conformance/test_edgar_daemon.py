"""Three real polls of EDGAR before the real daemon: exactly the filings that are there become events, once each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from alertd import __version__
from alertd.base.clock import parse_rfc3339
from alertd.model import Event, event_from_dict
from alertd.rules.filing import canonical_form
from alertd.store.protocol import Store
from alertd.store.redis import open_store
from tests.conformance.test_edgar_pages import Truth, truth_of
from tests.support.daemon import Daemon, eventually
from tests.support.desk import Desk, logged
from tests.support.edgar import EdgarSite, recorded
from tests.support.http import FaultServer
from tests.support.redis import RedisServer, bundled_binary
from tests.support.shared import shared_data

SAFE = {"appendfsync": "always", "maxmemory": "1gb"}


def folder_of(poll: int) -> Path:
    (folder,) = shared_data("edgar").glob(f"getcurrent/poll{poll}_*")
    return folder


class Journal:
    """What the daemon made of events, read on from where it was."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._after = ""
        self.events: list[Event] = []

    async def has(self, count: int) -> bool:
        """Read what is new; say whether there are so many events by now."""
        while lines := await self._store.read_journal(self._after, 500, 0):
            self._after = lines[-1][0]
            self.events += [event_from_dict(record.data["event"]) for _, record in lines if record.kind == "event"]
        return len(self.events) >= count


def check(events: list[Event], truth: dict[str, Truth]) -> None:
    """Hold each event against what the bytes say of its accession number."""
    for event in events:
        its = truth[event.accession or ""]
        assert {event.form} == its.forms
        assert {(filer["cik"], filer["role"]) for filer in event.filers} == {(c, r.lower()) for c, r in its.filers}
        assert len(event.filers) == len(its.filers)
        assert (set(event.items), len(event.items)) == (its.items, len(its.items))
        assert {parse_rfc3339(event.accepted_at or "")} == {parse_rfc3339(time) for time in its.updated}
        assert (event.revision, event.baseline) == (1, False)


async def test_what_three_polls_show_becomes_events_exactly_once(tmp_path: Path) -> None:
    truths = {poll: truth_of(poll) for poll in (1, 2, 3)}
    forms = sorted(
        {canonical_form(form) for truth in truths.values() for its in truth.values() for form in its.forms}
    )
    down = next(folder_of(1).glob("*503.html"), None) or next(folder_of(2).glob("*503.html"))
    with RedisServer(bundled_binary(), SAFE) as redis, FaultServer() as world:
        desk = Desk(tmp_path, world)
        async with EdgarSite(recorded(folder_of(1))) as site:
            site.answer(0, status=503, body=down.read_bytes())  # it fails, and is asked again
            site.answer(1_600, status=503, body=down.read_bytes())  # a walk is cut short, and walked again
            desk.settings |= {"contact": "Example Desk desk@example.com", "redis": redis.url}
            desk.sources.append(
                {"id": "edgar", "type": "edgar", "base_url": site.url, "allow_private": True, "backlog": "all",
                 "every": {"default": "1s"}, "forms": forms}
            )  # fmt: skip
            async with desk.daemon() as daemon:
                store = await open_store(redis.url, "alertd", name="test")
                journal = Journal(store)
                try:
                    await _replay(journal, site, truths, daemon)
                finally:
                    await store.aclose()
            assert {asked.agent for asked in site.asked} == {f"alertd/{__version__} Example Desk desk@example.com"}
            assert {asked.encoding for asked in site.asked} == {"gzip, deflate"}


async def _replay(journal: Journal, site: EdgarSite, truths: dict[int, dict[str, Truth]], daemon: Daemon) -> None:
    first, second = truths[1].keys(), truths[2].keys() - truths[1].keys()
    assert truths[3].keys() == truths[2].keys()

    def polled(times: int) -> Callable[[], Awaitable[bool]]:
        """So many polls have begun from now on: all but the last have ended."""
        due = sum(asked.start == 0 for asked in site.asked) + times

        async def met() -> bool:
            return sum(asked.start == 0 for asked in site.asked) >= due

        return met

    async def taken(count: int) -> bool:
        return await journal.has(count)

    await eventually(lambda: taken(len(first)), f"{len(first)} events; {daemon.log_tail()}", timeout=300)
    await eventually(polled(3), "it is polled again")
    await journal.has(0)
    assert sorted(event.accession or "" for event in journal.events) == sorted(first)
    check(journal.events, truths[1])
    assert logged(daemon, "edgar_cut_short"), "a walk was cut short by the 503"

    for poll, new in ((2, second), (3, set[str]())):
        before = len(journal.events)
        site.show(recorded(folder_of(poll)))
        await eventually(polled(4), f"poll {poll} is taken in")
        await eventually(partial(taken, before + len(new)), f"what is new in poll {poll} becomes events")
        assert sorted(event.accession or "" for event in journal.events[before:]) == sorted(new)
        check(journal.events[before:], truths[poll])
    assert len(second) == 5
    assert not logged(daemon, level="error")
