"""How a backtest goes through the past: warm-up, plain events, people left out, rules that raise, dead workers."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import threading
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from alertd.alerts.silencing import record_of
from alertd.app.past import DaemonClockwork
from alertd.base.clock import parse_rfc3339, rfc3339
from alertd.history.backtest import pool
from alertd.history.backtest.decide import Decider
from alertd.history.backtest.engine import Engine
from alertd.history.backtest.examine import Examiner
from alertd.history.backtest.happened import Happened
from alertd.history.backtest.plan import ALERTS_MS, look_back_ms
from alertd.history.past_line import RawPast
from alertd.history.past_read import read_raw
from alertd.model import Event, ReportedType, Silence, Story
from alertd.rules import match
from alertd.rules.book import Rule
from alertd.rules.evaluate import Verdict, judge
from alertd.rules.logic import Reading, Scope
from tests.history.backtest.live import HOUR, START, Live, lived, write_desk
from tests.history.backtest.test_equals_live import plan_of, run
from tests.history.past.making import event_record, write_archive

DAY = 24 * HOUR
RULE = """
portfolio: chips
title: Chips
timezone: UTC
receivers: [desk]
rules:
  - {id: lease, title: Lease, severity: high, when: {event_type: compute_lease}}
  - {id: words, title: Words, severity: low, when: {text: reactor}}
"""


def desk(folder: Path, text: str = RULE) -> Live:
    return Live(write_desk(folder, chips=text))


def lease(name: str, at: int, story: str = "", **fields: Any) -> Event:
    types = [ReportedType(type="compute_lease")]
    told = Story(id=story or f"st_{name}")
    return Event(
        id=f"ev_{name}", source="wire", title=name, seen_at=rfc3339(at), event_types=types, story=told, **fields
    )


def archive(folder: Path, *events: Event) -> Path:
    return write_archive(folder / "archive", [event_record(e, parse_rfc3339(e.seen_at)) for e in events])


def reasons(happened: list[Happened]) -> list[list[str]]:
    return [[decision.reason for decision in one.decisions] for one in happened]


async def test_what_was_before_the_time_that_is_asked_about_is_remembered_and_not_counted(tmp_path: Path) -> None:
    live = desk(tmp_path)
    path = archive(tmp_path, lease("old", START - DAY, "st_1"), lease("new", START + HOUR, "st_1", language="en"))
    happened, _ = await run(plan_of(live, path, until_ms=START + DAY))
    assert [one.counted for one in happened] == [False, True]
    assert reasons(happened) == [["first"], ["update_minor"]]
    happened, _ = await run(plan_of(live, path, until_ms=START + DAY, warm_up_ms=0))
    assert reasons(happened) == [["first"]]


def test_it_warms_up_as_far_back_as_the_rules_look_and_alerts_live(tmp_path: Path) -> None:
    live = desk(tmp_path)
    assert look_back_ms(live.book, live.policies) == ALERTS_MS
    many = "{all: [{kind: news}, {count: {at_least: 9, within: 90d}}]}"
    long = RULE + f"  - {{id: many, title: Many, severity: low, when: {many}}}\n"
    assert look_back_ms(desk(tmp_path / "long", long).book, {}) == 91 * DAY


async def test_an_alert_closes_when_its_story_is_over_although_nothing_comes_after_it(tmp_path: Path) -> None:
    live = desk(tmp_path)
    _, rang = await run(plan_of(live, archive(tmp_path, lease("a", START + HOUR)), until_ms=START + 5 * DAY))
    assert [(one.at_ms, one.record.reason) for one in rang] == [(START + HOUR + 3 * DAY, "closed")]


@pytest.mark.parametrize(("people", "told"), [(True, "silenced"), (False, "first")])
async def test_a_silence_from_long_before_is_in_force(tmp_path: Path, people: bool, told: str) -> None:
    live, made, late = desk(tmp_path), START - 100 * DAY, lease("a", START + HOUR)
    silence = Silence(
        id="si_1", author="jd", reason="season", created_at=rfc3339(made), starts_at=rfc3339(made),
        ends_at=rfc3339(START + 100 * DAY), portfolios=["chips"],
    )  # fmt: skip
    record = record_of(silence, "added", "jd", "cli", made)
    path = write_archive(tmp_path / "archive", [record, event_record(late, START + HOUR)])
    happened, _ = await run(plan_of(live, path, until_ms=START + DAY, people=people))
    assert reasons(happened) == [[told]]


async def test_without_people_nobody_answers_and_nothing_is_silenced(tmp_path: Path) -> None:
    live = await lived(tmp_path, events=120)
    path = await live.archived(tmp_path / "archive")
    _, rang = await run(plan_of(live, path, people=False))
    assert {one.record.kind for one in rang} == {"release", "timer"}


async def test_plain_events_are_understood_and_put_into_stories(tmp_path: Path) -> None:
    live = desk(tmp_path)
    file = tmp_path / "feed.jsonl"
    titles = (
        "Reactor of Aarhus is switched off after a leak",
        "Aarhus reactor switched off after leak",
        "Museum opens",
    )
    lines = [
        {"title": title, "published_at": rfc3339(START + n * HOUR), "source": f"wire-{n}"}
        for n, title in enumerate(titles)
    ]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    happened, _ = await run(plan_of(live, file, until_ms=START + DAY, every=True))
    assert [[match.rule for match in one.matches] for one in happened] == [["words"], ["words"], []]
    first, second, _ = (one.event.story for one in happened)
    assert first is not None
    assert second is not None
    assert (second.id, second.position) == (first.id, 2)
    assert reasons(happened)[0] == ["first"]


async def test_understood_afresh_events_lose_what_was_stored_and_the_difference_is_counted(tmp_path: Path) -> None:
    live = desk(tmp_path)
    path = archive(tmp_path, lease("nothing of the kind", START + HOUR, "st_other"))
    engine = Engine(plan_of(live, path, enrich="fresh", until_ms=START + DAY), DaemonClockwork())
    happened = [one async for one in engine.run() if isinstance(one, Happened)]
    assert [one.matches for one in happened] == [()]
    assert engine.progress.differs["types"] == 1
    assert engine.progress.differs["story"] == 1


async def test_a_rule_that_is_changed_decides_otherwise_and_those_beside_it_the_same(tmp_path: Path) -> None:
    live = await lived(tmp_path, events=100)
    path = await live.archived(tmp_path / "archive")
    before, _ = await run(plan_of(live, path))
    (chips, power) = live.book.portfolios
    fewer = replace(chips, rules=tuple(rule for rule in chips.rules if rule.id != "words"), hash="")
    live.book = replace(live.book, portfolios=(fewer, power))
    after, _ = await run(plan_of(live, path))
    for one, other in zip(before, after, strict=True):
        kept = [m for m in one.matches if (m.portfolio, m.rule) != ("chips", "words")]
        assert msgspec.to_builtins(kept) == msgspec.to_builtins(list(other.matches))


async def test_events_of_which_nothing_came_are_only_counted_unless_all_are_wanted(tmp_path: Path) -> None:
    live = desk(tmp_path)
    dull = Event(id="ev_0", title="dull", seen_at=rfc3339(START), story=Story(id="st_0"))
    engine = Engine(plan_of(live, archive(tmp_path, dull), until_ms=START + DAY, every=False), DaemonClockwork())
    assert [one async for one in engine.run()] == []
    assert engine.progress.events == 1
    assert engine.progress.covered.events == 1


async def test_a_rule_that_raises_is_off_from_then_on_and_said_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = desk(tmp_path)
    events = [lease(f"e{n}", START + n * HOUR, body="reactor") for n in range(4)]

    def breaks(rule: Rule, reading: Reading, scope: Scope) -> Verdict:
        if (rule.id, reading.event.id) == ("words", "ev_e1"):
            raise RuntimeError("broken")
        return judge(rule, reading, scope)

    monkeypatch.setattr(match, "judge", breaks)
    happened, _ = await run(plan_of(live, archive(tmp_path, *events), until_ms=START + DAY))
    assert [[f.rule for f in one.failures] for one in happened] == [[], ["words"], [], []]
    assert [[m.rule for m in one.matches] for one in happened] == [
        ["lease", "words"],
        ["lease"],
        ["lease"],
        ["lease"],
    ]


async def test_a_worker_that_dies_ends_it_and_names_the_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    live = desk(tmp_path)
    path = archive(tmp_path, *(lease(f"e{n}", START + n) for n in range(3)))
    monkeypatch.setattr(pool, "_work", _dies)
    with pytest.raises(pool.BacktestFailed, match=r"a worker process died \(exit code 7\) at .*2026-03-02:1"):
        await run(plan_of(live, path, jobs=2, until_ms=START + DAY))


async def test_a_worker_that_hangs_ends_it_and_names_the_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = desk(tmp_path)
    path = archive(tmp_path, *(lease(f"e{n}", START + n) for n in range(3)))
    monkeypatch.setattr(pool, "_work", _hangs)
    with pytest.raises(pool.BacktestFailed, match=r"2026-03-02:2: matching this line takes longer"):
        await run(plan_of(live, path, jobs=2, patience_s=0.5, until_ms=START + DAY))


async def test_a_worker_that_dies_at_its_start_ends_it_however_large_the_rules_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = "  - {{id: more-{0}, title: More, severity: low, when: {{text: word{0}}}}}\n"
    live = desk(tmp_path, RULE + "".join(map(rule.format, range(2_000))))  # more than a pipe takes in
    monkeypatch.setattr(pool, "_work", _never_begins)
    with pytest.raises(pool.BacktestFailed, match=r"a worker process died \(exit code 7\) before it had begun"):
        await run(plan_of(live, archive(tmp_path, lease("e", START)), jobs=2, until_ms=START + DAY))


async def test_ctrl_c_which_a_terminal_sends_to_all_ends_no_worker(tmp_path: Path) -> None:
    live = desk(tmp_path)
    plan = plan_of(live, archive(tmp_path, lease("e", START)), jobs=2, until_ms=START + DAY)
    with pool.Crew(plan) as crew:
        for child in multiprocessing.active_children():
            os.kill(child.pid or 0, signal.SIGINT)
        [chunk] = crew.examined(read_raw(plan.paths))
    assert [one.what for one in chunk.found] == ["matched"]


def _never_begins(pipe: Any, at: Any) -> None:
    os._exit(7)


def _dies(pipe: Any, at: Any) -> None:
    pipe.recv(), pipe.recv()
    os._exit(7)


def _hangs(pipe: Any, at: Any) -> None:
    pipe.recv(), pipe.recv()
    at.value = 1
    threading.Event().wait()


async def test_memory_is_flat_in_the_length_of_the_archive(tmp_path: Path) -> None:
    live, sizes = desk(tmp_path), []
    for days in (60, 120):
        events = [lease(f"e{n}", START + n * DAY // 4) for n in range(4 * days)]
        plan = plan_of(live, archive(tmp_path / f"{days}", *events), until_ms=START + days * DAY)
        decider = Decider(plan, DaemonClockwork())
        async for _ in Engine(plan, DaemonClockwork(), decider).run():
            pass
        await decider.store.sweep(decider.store.clock())
        sizes.append(await decider.store.key_counts())
    assert sizes[0]["alerts"] == sizes[1]["alerts"]
    assert sizes[0]["keys"] == sizes[1]["keys"]
    assert (sizes[1]["journal"], sizes[1]["deliveries"]) == (0, 0)


def test_a_line_that_cannot_be_read_is_skipped_with_its_reason(tmp_path: Path) -> None:
    live = desk(tmp_path)
    examiner = Examiner(plan_of(live, tmp_path))
    found = examiner.take(RawPast(0, "archive", "x", b'{"kind":"event","at":"yesterday","data":{}}', "k"))
    assert found.what == "skip"
    assert "yesterday" in found.why, "whoever counts it says that it is unreadable"
