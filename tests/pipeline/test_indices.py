"""What the news about a company has been doing, as the steps put it into an event before its rules are asked."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from alertd.base.clock import rfc3339
from alertd.model import CompanyIndex, CompanyMention, event_from_dict
from alertd.rules.book import make_book
from alertd.rules.match import Matcher
from alertd.store.indices import USED_MS
from alertd.store.memory import MemoryStore
from tests.pipeline.desk import NOW, Desk, happens, naming, rules
from tests.rules.make import portfolio

BAD = CompanyIndex(as_of=rfc3339(NOW), sentiment=-0.42, stories=17, volume_z=3.4, day=9)
FINE = CompanyIndex(as_of=rfc3339(NOW), sentiment=0.5, stories=4)
TURNS = 'sentiment_index: "<= -0.3"'


async def desk_of(*conditions: str, known: dict[str, CompanyIndex | None], at_ms: int = NOW) -> Desk:
    store = MemoryStore(clock=lambda: NOW)
    await store.put_indices(known, at_ms)
    return Desk(rules(*conditions), store)


async def test_an_event_is_matched_by_what_is_known_of_its_companies_and_keeps_it() -> None:
    desk = await desk_of(TURNS, known={"vega": BAD, "other": FINE})
    (answer,) = await desk.take(naming("trouble", 0, "vega", "lumen"))
    assert [match.rule for match in answer.matches] == ["rule-0"]
    assert answer.matches[0].company == "vega"
    journalled = event_from_dict(answer.record.data["event"])
    assert [(one.id, one.index) for one in journalled.companies] == [("vega", BAD), ("lumen", None)]


async def test_matching_the_journalled_event_again_gives_the_same_whatever_is_known_by_then() -> None:
    desk = await desk_of(TURNS, known={"vega": BAD})
    (answer,) = await desk.take(naming("trouble", 0, "vega"))
    again = Matcher(rules(TURNS)).match(event_from_dict(answer.record.data["event"]))
    assert [(one.rule, one.evidence) for one in again.matches] == [(one.rule, one.evidence) for one in answer.matches]


async def test_without_an_index_the_rule_does_not_hold() -> None:
    both = (TURNS, 'volume_z: ">= 3"')
    (early,) = await (await desk_of(*both, known={})).take(naming("early", 0, "vega"))
    behind = await desk_of(*both, known={"vega": BAD}, at_ms=NOW - USED_MS - 1)
    (late,) = await behind.take(naming("late", 1, "vega"))
    assert (early.matches, late.matches) == ((), ())


async def test_an_index_that_an_event_brings_along_counts_for_nothing() -> None:
    desk = await desk_of(TURNS, known={})
    claimed = CompanyMention(id="vega", index=BAD)
    (answer,) = await desk.take(happens("claims", 0, companies=[claimed]))
    assert answer.matches == ()
    assert event_from_dict(answer.record.data["event"]).companies[0].index is None


async def test_what_names_no_company_asks_for_nothing() -> None:
    class Silent(MemoryStore):
        async def indices(self, companies: Sequence[str], now: int) -> dict[str, CompanyIndex]:
            raise AssertionError("asked")

    (answer,) = await Desk(rules(TURNS), Silent(clock=lambda: NOW)).take(happens("quiet"))
    assert answer.matches == ()


async def test_portfolios_share_the_values() -> None:
    book = make_book([portfolio(TURNS, name="desk-a"), portfolio(TURNS, name="desk-b")])
    store = MemoryStore(clock=lambda: NOW)
    await store.put_indices({"vega": msgspec.structs.replace(BAD, sentiment=-0.9)}, NOW)
    (answer,) = await Desk(book, store).take(naming("trouble", 0, "vega"))
    assert [match.portfolio for match in answer.matches] == ["desk-a", "desk-b"]
