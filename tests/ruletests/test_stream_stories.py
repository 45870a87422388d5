"""In filters, too, an event comes into its story: by the times that events state, and with the rules' own eyes."""

from __future__ import annotations

from typing import Any

from alertd.base.clock import rfc3339
from alertd.model import Event
from alertd.rules.book import make_book
from alertd.rules.match import Matcher
from alertd.ruletests.stream import SWEPT, Stream
from tests.rules.make import portfolio

LEASE = "Vega Grid to lease Orion supercomputer to Lumen Labs for $1.2 bln a year"
REWRITE = "AI lab Lumen rents Vega Grid's Orion supercomputer in $1.2bn-a-year pact"
BOOK = make_book([portfolio('novelty: "< 1"')])


def at(hour: int, name: str, title: str, **more: Any) -> Event:
    time = rfc3339(1_800_000_000_000 + hour * 3_600_000)
    url = f"https://{name}.example/{name}-report"
    return Event(id=f"ev_{name}", source=name, title=title, url=url, event_at=time, seen_at=time, **more)


def test_a_rule_may_ask_how_new_an_event_is_to_its_story() -> None:
    with Stream(Matcher(BOOK)) as stream:
        taken = [stream.take(at(n, f"r{n}", title)) for n, title in enumerate([LEASE, REWRITE])]
        assert [len(one.matches) for one in taken] == [0, 1]
        assert [one.event.story.novelty for one in taken if one.event.story] == [1.0, 0.75]


def test_the_clock_is_the_events_own() -> None:
    with Stream(Matcher(BOOK)) as stream:
        taken = [stream.take(at(hour, f"r{hour}", LEASE)) for hour in (0, 70, 150)]
        stories = [one.event.story.id for one in taken if one.event.story]
        assert stories == ["st_r0", "st_r0", "st_r150"]


def test_what_is_over_does_not_fill_the_memory_of_a_long_run() -> None:
    with Stream(Matcher(BOOK)) as stream:
        for n in range(SWEPT):
            stream.take(at(n, f"r{n}", f"Company{n} names chief number{n}"))
        assert len(stream._store._stories.stories) < 100
