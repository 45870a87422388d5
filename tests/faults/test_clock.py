"""F35 and F41: a clock that somebody sets, nights on which it changes, and pages that come back as new."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from functools import partial

import aiohttp

from tests.faults.case import Case, fault
from tests.faults.clocks import DAY_MS, HOUR_MS, Settable, Ticking
from tests.faults.receivers import accepted, any_time, repeats, with_receivers
from tests.faults.sink import Sink
from tests.faults.world import World, logged, world
from tests.support.daemon import eventually
from tests.support.http import answer

BUSY = answer(status=503)
KEPT = {"journal_keep": "400d"}
"""The machine's own clock, by which Redis numbers the journal, is another one than a clock that jumps."""


@fault("F35", "clock-set-1h-30d-leap-second", slow=True)
async def test_a_clock_that_is_set_holds_nothing_up_repeats_nothing_and_ends_nothing(case: Case) -> None:
    machine = Settable(case.folder)
    steps = [HOUR_MS, -HOUR_MS, 30 * DAY_MS, -30 * DAY_MS]
    if case.chance.random() < 0.5:
        steps = [-step for step in steps]
    async with world(case, env=machine.env, settings=KEPT, start=False) as w:
        any_time(w, machine)
        # Alerts told while the clock was behind have ends that a leap forward passes. They are late by the time that
        # may end them: by the clock each of them would be so, and rightly, for ten minutes.
        w.clock = machine.believed
        await w.daemon.start()
        await w.delivered(await w.publish(6))
        longest = 0.0
        for count, step in enumerate(steps, 1):
            w.sink.script(BUSY, BUSY)
            waiting = await w.publish(6)
            await eventually(partial(_refused, w, 2 * count), "two messages wait to be tried again")
            machine.set(by_ms=step)
            began = time.monotonic()
            await w.delivered([*waiting, *await w.publish(6)])
            longest = max(longest, time.monotonic() - began)
            await eventually(partial(_told, w, "clock_set", count), "the operator is told")
        machine.set(by_ms=-1000)
        await w.delivered(await w.publish(6))
        w.sink.always(BUSY)
        waiting = await w.publish(3)
        await eventually(partial(_refused, w, 2 * len(steps) + 3), "three messages wait")
        machine.set(by_ms=40 * DAY_MS)
        await eventually(partial(_told, w, "clock_set", len(steps) + 1), "the operator is told")
        w.sink.always(None)
        await w.delivered(waiting)
        machine.set(by_ms=-40 * DAY_MS)
        metrics = await w.daemon.metrics()
        assert not logged(w.folder, "delivery_expired"), "a message of 72 hours is not over by a leap of a month"
        assert not logged(w.folder, "process_stuck")
        assert 'alertd_clock_steps_total{direction="back"} ' in metrics
        assert "alert.closed" not in {receipt.type for receipt in w.sink.receipts}
        await w.settled(note=f"±1 h, ±30 d, a leap second: after a step all was out within {longest:.1f} s")
        assert len(w.notices.notices("clock_set")) == len(steps) + 2, "a leap second is no step"
        assert longest < 60


async def _refused(w: World, times: int) -> bool:
    return len([receipt for receipt in w.sink.receipts if not receipt.accepted]) >= times


async def _told(w: World, kind: str, times: int) -> bool:
    return len(w.notices.notices(kind)) >= times


@fault("F35", "clock-leaps-over-a-digest", slow=True)
async def test_a_leap_of_an_hour_that_is_put_right_sends_no_digest_before_its_time(case: Case) -> None:
    machine = Settable(case.folder)
    soon = datetime.fromtimestamp((machine() + HOUR_MS // 2) / 1000, UTC)
    async with world(case, env=machine.env, start=False) as w:
        held = Sink(w.server, "/held")
        any_time(w, machine, held)
        digest = {"at": f"{soon:%H:%M}", "timezone": "UTC"}
        with_receivers(w, [w.webhook("held", held, digest=digest)])
        await w.daemon.start()
        await w.delivered(await w.publish(4))
        machine.set(by_ms=HOUR_MS)
        await eventually(partial(_told, w, "clock_set", 1), "the leap is noticed")
        for _ in range(5):
            await w.delivered(await w.publish(2))
        assert accepted(held) == [], "its time has not come, whatever the clock says"
        machine.set(by_ms=-HOUR_MS)
        await eventually(partial(_told, w, "clock_set", 2), "the way back is noticed")
        await w.delivered(await w.publish(2))
        assert accepted(held) == []
        times = repeats(receipt.id for receipt in accepted(w.sink))
        case.row(
            published=len(w.feeds.published), delivered=len(w.sink.tokens), lost=0, repeats=times.total(), bound=0,
            note="a digest of half an hour later waited through a leap of an hour and back",
        )  # fmt: skip
        assert not times


NIGHTS = {
    "autumn": ("2026-10-24T21:30", "2026-10-25T06:30"),  # 22:30 BST to 06:30 GMT: nine hours
    "spring": ("2027-03-27T22:30", "2027-03-28T05:30"),  # 22:30 GMT to 06:30 BST: seven hours
}


@fault("F35", "clock-dst-nights", slow=True)
async def test_what_waits_for_the_end_of_a_night_comes_at_its_end_also_when_the_clocks_change(case: Case) -> None:
    for name, (begin, end) in NIGHTS.items():
        begin_ms, end_ms = (int(datetime.fromisoformat(f"{t}:00+00:00").timestamp() * 1000) for t in (begin, end))
        folder = case.folder / name
        folder.mkdir()
        night = Case(case.id, case.name, folder, case.seed, case.chance)
        with Ticking(folder / "clock", begin_ms, rate=0) as clock:
            async with world(night, env=clock.env, settings=KEPT, sources=1, start=False) as w:
                held = Sink(w.server, "/held")
                any_time(w, clock, held)
                quiet = {"hours": "22:00-06:30", "timezone": "Europe/London"}
                with_receivers(w, [w.webhook("held", held, quiet=quiet)])
                await w.daemon.start()
                await w.delivered(await w.publish(3))
                while clock() < end_ms - HOUR_MS:
                    clock.jump(min(HOUR_MS, end_ms - HOUR_MS - clock()))
                    await w.delivered(await w.publish(1))
                    assert accepted(held) == [], f"{name}: the night is not over"
                clock.jump(HOUR_MS - 1)
                await w.delivered(await w.publish(1))
                assert accepted(held) == [], f"{name}: not even a moment before"
                clock.jump(1)
                await eventually(partial(_holds, held, set(w.feeds.published)), f"{name}: what waited comes")
                await w.settled(note=f"{name}: {len(w.feeds.published)} waited for the end of the night")
        case.rows += night.rows
        assert not repeats(receipt.id for receipt in accepted(held))


async def _holds(sink: Sink, tokens: set[str]) -> bool:
    return tokens <= sink.tokens


@fault("F41", "mass-republish-and-dedup-expiry", slow=True)
async def test_pages_that_come_back_as_new_and_marks_that_grow_old_raise_nothing_again(case: Case) -> None:
    with Ticking(case.folder / "clock", rate=0) as clock:
        async with world(case, env=clock.env, settings=KEPT, sources=2, start=False) as w:
            any_time(w, clock)
            await w.daemon.start()
            await w.delivered(await w.publish(24))
            told = len(accepted(w.sink))
            changed, kept = w.feeds.pages["wire-0"], w.feeds.pages["wire-1"]
            page = await _page(w.feeds.url("wire-0"))
            w.feeds.always("wire-0", answer(page.replace(b"<guid>", b"<guid>new-"), etag='"republished"'))
            await eventually(partial(_noticed, w), "the operator is told that it came back under new ids")
            for _ in range(20):
                clock.jump(DAY_MS + 1)
                await _read_twice(w)
            w.feeds.always("wire-0", None)
            away = await _page(w.feeds.url("wire-1"))
            w.feeds.always("wire-1", answer(b"<rss version='2.0'><channel></channel></rss>"))
            await _read_twice(w)
            clock.jump(13 * DAY_MS)
            await _read_twice(w)
            w.feeds.always("wire-1", answer(away))
            await _read_twice(w)
            w.feeds.always("wire-1", None)
            clock.jump(30 * DAY_MS)  # nothing was polled for a month, and all of it is there still
            await _read_twice(w)
            again = [receipt for receipt in accepted(w.sink)[told:] if receipt.type != "alert.closed"]
            assert again == []
            assert len(w.notices.notices("mass_republish")) == 1
            await w.delivered(await w.publish(2))
            await w.settled(note=f"20 days on {changed.name}, 13 off {kept.name}, a month unpolled; one notice")


async def _page(url: str) -> bytes:
    async with aiohttp.ClientSession() as http, http.get(url) as found:
        return await found.read()


async def _noticed(w: World) -> bool:
    return bool(w.notices.notices("mass_republish", "wire-0"))


async def _read_twice(w: World) -> None:
    """Wait until each page was asked for twice more: what the first of them brought has been taken in by then."""
    before = {page.name: page.polls for page in w.feeds.pages.values()}

    async def read() -> bool:
        return all(page.polls >= before[page.name] + 2 for page in w.feeds.pages.values())

    await eventually(read, "the pages are read")
