"""Events come into their stories, and alerts follow: over a real store, with workers at once, and dying half-way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from alertd.base.clock import rfc3339
from alertd.base.ids import alert_id, story_id
from alertd.enrich.story import propose
from alertd.enrich.story_report import report_of
from alertd.errors import StoreUnavailable
from alertd.model import Alert, CompanyMention, Decision, Event, JournalRecord, Party, Placed, Placement, ReportedType
from alertd.pipeline import Processed
from alertd.pipeline.place import MAX_ROUNDS, canonical, place
from alertd.pipeline.story_view import MAX_LOADED, likeliest
from alertd.rules.book import make_book
from alertd.store.memory import MemoryStore
from alertd.store.protocol import Store
from tests.pipeline.desk import NOW, START, Desk, desk, rules
from tests.store.operations import prepared

HOUR = 3_600_000
BOOK = rules("text: [lease, leases, rents]", name="desk-a")
LEASE = "Vega Grid to lease Orion supercomputer to Lumen Labs for $1.2 bln a year"
BODY = (
    "Vega Grid said on Monday it would lease its Orion supercomputer in Abilene to artificial intelligence startup"
    " Lumen Labs for $1.2 billion annually over seven years. Vega may take the machine back under a harm clause."
)
REWRITE = "AI lab Lumen rents Vega's Orion machine in $1.2bn-a-year pact"
REWRITTEN = (
    "Lumen Labs has agreed to pay Vega Grid $1.2bn each year to use Orion, one of the largest supercomputers in"
    " Texas, in the latest sign of how scarce computing power is. An unusual clause lets Vega claw it back."
)
BOTH = "Vega Grid leases Orion to AI lab Lumen Labs for $1.2bn a year"


def news(name: str, title: str = LEASE, body: str = BODY, hours: float = 0, **more: Any) -> Event:
    """Make a report that a site of the same name published."""
    at = rfc3339(START + round(hours * HOUR))
    url = f"https://{name}.example/{name}-report"
    return Event(id=f"ev_{name}", source=name, url=url, title=title, body=body, event_at=at, seen_at=at, **more)


WIRE, PAPER = news("wire"), news("paper", REWRITE, REWRITTEN, hours=1)
SHOWS = news("shows", BOTH, BODY + " " + REWRITTEN, hours=2)


@pytest.fixture(params=["memory", "redis"])
async def ours(request: pytest.FixtureRequest) -> AsyncIterator[Desk]:
    """A desk over a store of each kind."""
    if request.param == "memory":
        yield Desk(BOOK, MemoryStore())
        return
    url, namespace = request.getfixturevalue("redis_url"), request.getfixturevalue("namespace")
    async with desk(BOOK, url, namespace) as opened:
        yield opened


def reasons(done: Processed) -> list[str]:
    return [decision.reason for decision in done.decisions]


def loud(done: Processed) -> list[str]:
    """Name whom it tells so that they notice."""
    return [delivery.receiver for delivery in done.deliveries if delivery.message.loud]


async def apart(store: Any, *events: Event) -> None:
    """Put events into stories of their own, as two workers do whose events nothing had yet shown to be one."""
    for event in events:
        made = propose(report_of(event), {})
        encode = msgspec.json.Encoder().encode
        placement = Placement(
            event=event.id, story=made.story, version=0, data=encode(made.state).decode(),
            answer=encode(made.answer).decode(), keys=made.keys, founded_ms=made.state.founder.at_ms,
            last_ms=made.state.last_ms,
        )  # fmt: skip
        assert await store.place_events([placement], NOW, settled=True) == [
            Placed(outcome="placed", answer=placement.answer)
        ]


async def alerts(desk: Desk) -> dict[str, Alert]:
    """Give the alerts about the stories of the events of these tests, by the founding event."""
    names = {name: alert_id("desk-a", story_id(f"ev_{name}")) for name in ("wire", "paper", "shows")}
    found = await desk.store.load_alerts(list(names.values()))
    return {name: a.state.alert for name, i in names.items() if i in found and (a := found[i]).state is not None}


# --- one story, one alert -------------------------------------------------------------------------------------


async def test_another_paper_comes_into_the_alert_without_a_page(ours: Desk) -> None:
    (first,) = await ours.take(WIRE)
    (second,) = await ours.take(PAPER)
    assert (reasons(first), reasons(second)) == (["first"], ["update_material"])
    assert second.decisions[0].detail == "also reported by paper: 2 independent sources"
    assert (loud(first), loud(second)) == (["desk"], [])
    assert [delivery.message.news for delivery in second.deliveries] == [[second.decisions[0].detail]]
    assert second.event.story is not None
    assert (second.event.story.id, second.event.story.novelty) == (story_id("ev_wire"), 0.75)
    assert "both say" in second.record.data["story"]["because"]
    assert list(await alerts(ours)) == ["wire"]


async def test_in_one_batch_each_sees_those_before_it(ours: Desk) -> None:
    other = news("other", "Halden Foods cuts its outlook", "Halden Foods sells less.")
    done = await ours.take(WIRE, other, PAPER, news("copy", hours=2))
    told = [(d.event.story.id, d.event.story.position, d.event.story.sources) for d in done if d.event.story]
    wire = story_id("ev_wire")
    assert told == [(wire, 1, 1), (story_id("ev_other"), 1, 1), (wire, 2, 2), (wire, 3, 2)]
    came = [reasons(one) for one in done]
    assert came[:2] == [["first"], []]
    assert sorted(came[2:]) == [["update_material"], ["update_minor"]], "a second source, and one more"


async def test_a_report_behind_a_wall_is_in_no_figure_that_others_are_told(ours: Desk) -> None:
    book = make_book([*BOOK.portfolios], source_desks={"vendor": "quant"})
    walled = Desk(book, ours.store)
    done = await walled.take(WIRE, news("vendor", hours=0.5), PAPER)
    told = [(d.event.story.id, d.event.story.position, d.event.story.sources) for d in done if d.event.story]
    wire = story_id("ev_wire")
    assert told == [(wire, 1, 1), (wire, 2, 1), (wire, 2, 2)]
    assert [reasons(one) for one in done] == [["first"], [], ["update_material"]]


async def test_a_story_that_began_behind_a_wall_is_named_to_nobody_as_an_earlier_one(ours: Desk) -> None:
    between = [ReportedType(type="compute_lease", parties=[Party(company="vega"), Party(company="lumen")])]
    first, later = (news(name, hours=h, event_types=between) for name, h in (("vendor", 0), ("wire", 24 * 30)))
    walled = Desk(make_book([*BOOK.portfolios], source_desks={"vendor": "quant"}), ours.store)
    (_,) = await walled.take(first)
    (done,) = await walled.take(later)
    assert done.event.story is not None
    assert (done.event.story.id, done.event.story.previous) == (story_id("ev_wire"), None)


def without_alerts(record: JournalRecord) -> JournalRecord:
    return msgspec.structs.replace(record, data={k: v for k, v in record.data.items() if k != "alerts"})


async def test_handed_out_again_it_has_the_same_story_and_the_same_record(ours: Desk) -> None:
    await ours.take(WIRE)
    (once,) = await ours.take(PAPER)
    await ours.take(news("third", hours=3))
    (again,) = await ours.take(PAPER, handed_out=2)
    assert again.deliveries == ()
    assert len(again.record.data["alerts"][0]["matches"]) > len(once.record.data["alerts"][0]["matches"])
    assert without_alerts(again.record) == without_alerts(once.record)


async def test_a_later_revision_keeps_its_story_its_novelty_and_its_place(ours: Desk) -> None:
    await ours.take(WIRE)
    (first,) = await ours.take(PAPER)
    await ours.take(news("third", hours=3))
    fixed = msgspec.structs.replace(PAPER, revision=2, title="Halden Foods cuts its outlook", body="Sales fall.")
    (later,) = await ours.take(fixed)
    assert later.event.story == first.event.story
    gone = msgspec.structs.replace(PAPER, revision=3, withdrawn=True)
    (taken_back,) = await ours.take(gone)
    assert taken_back.event.story == first.event.story


async def test_both_revisions_in_one_batch_are_one_report(ours: Desk) -> None:
    await ours.take(WIRE)
    one, two = await ours.take(PAPER, msgspec.structs.replace(PAPER, revision=2, body=REWRITTEN + " More."))
    assert one.event.story == two.event.story
    (third,) = await ours.take(news("third", hours=3))
    assert third.event.story is not None
    assert third.event.story.position == 3


async def test_an_event_that_brings_its_story_keeps_it(ours: Desk) -> None:
    (first,) = await ours.take(WIRE)
    assert first.event.story is not None
    own = msgspec.structs.replace(first.event.story, id="st_own")
    (other,) = await ours.take(msgspec.structs.replace(PAPER, story=own))
    assert other.event.story is not None
    assert other.event.story.id == "st_own"
    assert reasons(other) == ["first"]


async def test_workers_at_once_put_copies_into_one_story_and_one_alert(redis_url: str) -> None:
    copies = [news(f"site{n}", hours=n / 10) for n in range(24)]
    async with prepared(redis_url, 4) as stores:
        desks = [Desk(BOOK, store) for store in stores]
        done = await asyncio.gather(*(desks[n % 4].take(copy) for n, copy in enumerate(copies)))
        told = [one.event.story for (one,) in done if one.event.story is not None]
        assert len({story.id for story in told}) == 1
        assert sorted(story.position for story in told) == list(range(1, 25))
        assert sum(len(one.deliveries) for (one,) in done) == 1
        assert sorted(reasons(one)[0] for (one,) in done) == ["first", *["update_minor"] * 23]


async def test_a_story_that_changes_whenever_it_is_looked_at_does_not_hold_an_event_up() -> None:
    class Contended(MemoryStore):
        calls = 0

        async def place_events(self, placements: Any, now: int, *, settled: bool = False) -> list[Placed]:
            self.calls += 1
            if any(one.version > 0 or one.seen for one in placements):
                return [Placed(outcome="stale")] * len(placements)
            return await super().place_events(placements, now, settled=settled)

    store = Contended()
    ours = Desk(BOOK, store)
    await ours.take(WIRE)
    (other,) = await ours.take(PAPER)
    assert other.event.story is not None
    assert (other.event.story.id, other.event.story.novelty) == (story_id("ev_paper"), 1.0)
    assert store.calls == 1 + MAX_ROUNDS + 1


async def test_a_story_that_cannot_be_read_is_as_none(redis_url: str) -> None:
    async with prepared(redis_url) as (store,):
        ours = Desk(BOOK, store)
        await ours.take(WIRE)
        await store.link.call("HSET", store.keys(f"story:{story_id('ev_wire')}"), "s", "{torn")
        (other,) = await ours.take(PAPER)
    assert other.event.story is not None
    assert other.event.story.id == story_id("ev_paper")


@pytest.mark.parametrize("torn", ["{torn", "[]", '{"story": 1}'])
async def test_an_answer_that_cannot_be_read_is_as_none_and_is_written_again(torn: str) -> None:
    store = MemoryStore()
    ours = Desk(BOOK, store)
    await ours.take(WIRE)
    _, expires = store._stories.answers["ev_wire"]
    store._stories.answers["ev_wire"] = (torn, expires)
    again, other = await ours.take(WIRE, PAPER)
    assert again.event.story is not None and other.event.story is not None
    assert again.event.story.id == other.event.story.id == story_id("ev_wire")
    (last,) = await ours.take(WIRE)
    assert last.event.story == again.event.story
    assert store._stories.answers["ev_wire"][0] != torn


async def test_a_portfolio_that_was_renamed_twice_still_hears_what_is_taken_back(ours: Desk) -> None:
    """An alert keeps the name that its portfolio had when something last came to it, which may be neither."""
    await ours.take(WIRE)
    (first,) = BOOK.portfolios
    for name in ("desk-b", "desk-c"):
        book = make_book([msgspec.structs.replace(first, id=name, identity="desk-a", hash="")])
        ours = Desk(book, ours.store)
        if name == "desk-b":
            await ours.take(msgspec.structs.replace(WIRE, revision=2, title=LEASE + ", it says"))
    other = msgspec.structs.replace(WIRE, revision=3, title="Halden Foods cuts its outlook", body="Sales fall.")
    (gone,) = await ours.take(other)
    assert [decision.detail.partition(":")[0] for decision in gone.decisions] == ["no longer matches"]
    assert loud(gone) == ["desk"]


# --- merges ---------------------------------------------------------------------------------------------------


async def two_alerts(ours: Desk) -> None:
    """Raise an alert about each of two stories, which nothing has yet shown to be one."""
    await apart(ours.store, WIRE, PAPER)
    done = await ours.take(WIRE, PAPER)
    assert [reasons(one) for one in done] == [["first"], ["first"]]


async def test_a_revision_finds_the_alert_that_carries_on_the_one_that_carried_its_own_on(ours: Desk) -> None:
    """Three stories became one, in two steps: what is in the middle is over, and must not be told of."""
    await two_alerts(ours)
    await ours.take(SHOWS)
    names = [alert_id("desk-a", story_id(f"ev_{name}")) for name in ("paper", "middle", "wire")]
    known = (await ours.store.load_alerts(names))[names[0]]
    assert known.state is not None
    for name, into, version in ((names[0], names[1], known.version), (names[1], names[2], 0)):
        alert = msgspec.structs.replace(known.state.alert, id=name, merged_into=into)
        state = msgspec.structs.replace(known.state, alert=alert)
        assert await ours.store.commit(name, version, state, (), NOW) is None
    fixed = msgspec.structs.replace(PAPER, revision=2, title="CORRECTED: " + REWRITE)
    (done,) = await ours.take(fixed)
    assert {decision.alert for decision in done.decisions} == {names[2]}
    assert {one.message.alert.id for one in done.deliveries if one.message.alert} == {names[2]}
    assert (await ours.store.load_alerts(names))[names[1]].version == 1


async def test_when_two_stories_turn_out_to_be_one_the_younger_alert_closes_without_a_page(ours: Desk) -> None:
    await two_alerts(ours)
    (shows,) = await ours.take(SHOWS)
    assert sorted(reasons(shows)) == ["merged_into", "update_material"]
    assert not loud(shows)
    assert shows.record.data["story"]["merged"] == [story_id("ev_paper")]
    found = await alerts(ours)
    assert (found["paper"].status, found["paper"].merged_into) == ("closed", found["wire"].id)
    assert (found["wire"].status, found["wire"].merged_into) == ("open", None)
    assert {match.event for match in found["wire"].matches} == {"ev_wire", "ev_paper", "ev_shows"}
    names = [story_id("ev_paper"), story_id("ev_wire")]
    assert await canonical(names, ours.store) == dict.fromkeys(names, story_id("ev_wire"))


async def test_what_comes_to_the_younger_goes_to_the_older_from_then_on(ours: Desk) -> None:
    await two_alerts(ours)
    await ours.take(SHOWS)
    fixed = msgspec.structs.replace(PAPER, revision=2, title="CORRECTED: " + REWRITE)
    (later,) = await ours.take(fixed)
    assert later.event.story is not None
    assert later.event.story.id == story_id("ev_paper"), "what was answered stays"
    found = await alerts(ours)
    (decision,) = later.decisions
    assert (decision.reason, decision.alert) == ("update_material", found["wire"].id)
    assert decision.detail.startswith("headline was “AI lab Lumen rents")
    assert found["paper"].revision == 2, "the closed one is left alone"


async def test_one_that_matches_no_more_is_told_by_the_older(ours: Desk) -> None:
    await two_alerts(ours)
    await ours.take(SHOWS)
    gone = msgspec.structs.replace(PAPER, revision=2, withdrawn=True)
    (later,) = await ours.take(gone)
    (decision,) = later.decisions
    assert (decision.reason, decision.detail) == ("update_material", "withdrawn by the source")
    assert decision.alert == (await alerts(ours))["wire"].id


async def test_where_only_the_younger_has_an_alert_it_carries_on_under_the_name_of_the_older(ours: Desk) -> None:
    quiet = news("wire", "Vega Grid gives Orion to Lumen Labs for $1.2 bln a year", BODY.replace("lease", "give"))
    await apart(ours.store, quiet, PAPER)
    done = await ours.take(quiet, PAPER)
    assert [reasons(one) for one in done] == [[], ["first"]]
    (shows,) = await ours.take(SHOWS)
    assert not loud(shows)
    found = await alerts(ours)
    assert (found["paper"].status, found["wire"].status) == ("closed", "open")
    (after,) = await ours.take(news("after", BOTH, BODY, hours=4))
    assert (reasons(after), after.deliveries) == (["update_minor"], ())


@pytest.mark.parametrize("dies_at", [1, 2, 3])
async def test_whoever_dies_over_a_merge_does_the_rest_when_it_is_handed_out_again(dies_at: int) -> None:
    class Dying(MemoryStore):
        commits = -1

        async def commit(self, *args: Any, **more: Any) -> Any:
            self.commits += self.commits >= 0
            if self.commits == dies_at:
                raise StoreUnavailable("it dies here")
            return await super().commit(*args, **more)

    store, whole = Dying(), MemoryStore()
    for one in (store, whole):
        await two_alerts(Desk(BOOK, one))
    (expected,) = await Desk(BOOK, whole).take(SHOWS)
    store.commits = 0
    with pytest.raises(StoreUnavailable):
        await Desk(BOOK, store).take(SHOWS)
    store.commits = -1
    (again,) = await Desk(BOOK, store).take(SHOWS, handed_out=2)
    assert again.event == expected.event
    assert await alerts(Desk(BOOK, store)) == await alerts(Desk(BOOK, whole))
    assert again.deliveries == expected.deliveries


async def test_workers_that_meet_over_a_merge_close_the_younger_once(redis_url: str) -> None:
    async with prepared(redis_url, 3) as stores:
        desks = [Desk(BOOK, store) for store in stores]
        await two_alerts(desks[0])
        more = [SHOWS, news("also", BOTH, BODY + " " + REWRITTEN, hours=2), news("third", BOTH, BODY, hours=3)]
        done = await asyncio.gather(*(desk.take(one) for desk, one in zip(desks, more, strict=True)))
        assert sum(len(one.deliveries) for (one,) in done) == 1, "that a second source has it is told once"
        assert not any(loud(one) for (one,) in done)
        found = await alerts(desks[0])
        assert (found["paper"].status, found["paper"].revision) == ("closed", 2)
        assert {m.event for m in found["wire"].matches} == {"ev_wire", "ev_paper", "ev_shows", "ev_also", "ev_third"}
        closed: list[Decision] = [d for (one,) in done for d in one.decisions if d.reason == "merged_into"]
        assert len(closed) == 1


async def test_a_header_joins_what_its_text_shows_and_the_alert_follows(ours: Desk) -> None:
    await ours.take(WIRE)
    filer = {"cik": "1999001", "name": "VEGA GRID INC"}
    fields: dict[str, Any] = {"kind": "filing", "form": "8-K", "items": ["8.01"], "filers": [filer]}
    header = news("shows", "8-K - VEGA GRID INC (0001999001) (Filer)", "", 1, accession="0001-1", **fields)
    (bare,) = await ours.take(header)
    assert bare.event.story is not None
    assert (bare.event.story.id, reasons(bare)) == (story_id("ev_shows"), [])
    (whole,) = await ours.take(msgspec.structs.replace(header, revision=2, body=BODY, revision_reason="full_text"))
    assert whole.event.story == bare.event.story
    assert whole.record.data["story"]["id"] == story_id("ev_wire")
    assert (reasons(whole), whole.deliveries) == (["update_minor"], ())
    assert list(await alerts(ours)) == ["wire"]


# --- previous -------------------------------------------------------------------------------------------------


async def test_a_dispute_months_later_names_the_lease_as_previous(ours: Desk) -> None:
    def typed(event: Event, kind: str) -> Event:
        parties = [Party(company="vega"), Party(company="lumen")]
        return msgspec.structs.replace(event, event_types=[ReportedType(type=kind, parties=parties)])

    (lease,) = await ours.take(typed(WIRE, "compute_lease"))
    suit = news(
        "suit", "Lumen Labs sues Vega Grid over processors", "Lumen filed a suit in Delaware.", hours=24 * 120
    )
    (dispute,) = await ours.take(typed(suit, "contract_dispute"))
    assert lease.event.story is not None
    assert dispute.event.story is not None
    assert dispute.event.story.previous == lease.event.story.id


async def test_placing_takes_a_few_round_trips_however_many_events_there_are() -> None:
    class Counting:
        def __init__(self, store: Store) -> None:
            self.store, self.calls = store, 0

        def __getattr__(self, name: str) -> Any:
            self.calls += 1
            return getattr(self.store, name)

    counting = Counting(MemoryStore())
    copies = [news(f"site{n}", hours=n / 10) for n in range(60)]
    given = await place([(one, report_of(one)) for one in copies], counting, NOW)
    assert {one.story for one in given} == {story_id("ev_site0")}
    assert counting.calls <= 3


# --- very many stories of one company -----------------------------------------------------------------------------


async def test_among_very_many_stories_of_a_company_a_report_finds_its_own(ours: Desk) -> None:
    lumen = CompanyMention(id="lumen", name="Lumen Labs")
    towns = [f"{a}{b}ford" for a in "ABCDEFGHIJKL" for b in ("as", "el", "om", "ur", "in", "ot", "ab", "ec")]
    others = [
        news(f"o{n}", f"Lumen Labs opens an office in {town}", "", companies=[lumen]) for n, town in enumerate(towns)
    ]
    await apart(ours.store, *others)
    first = await place([(WIRE, report_of(WIRE))], ours.store, NOW)
    again = news("again", body=BODY + " More follows.", hours=1)
    (given,) = await place([(again, report_of(again))], ours.store, NOW)
    assert given.story == first[0].story


def test_of_hundreds_that_are_found_those_under_the_most_keys_and_then_the_newest_are_read() -> None:
    new = [f"st_{n}" for n in range(300)]
    under = {"co:lumen": new, "co:vega": ["st_299", "st_298"], "ti:a lease": ["st_290"], "wo:orion": ["st_290"]}
    found = list(likeliest(under))
    assert len(found) == MAX_LOADED
    assert found[:3] == ["st_290", "st_299", "st_298"]
    assert found[3:] == new[: MAX_LOADED - 3]
    assert set(likeliest({"co:lumen": new[:20], "co:vega": new[10:30]})) == set(new[:30])
