"""A backtest by the rules of then decides what was decided then: every event, every clock, one by one."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from alertd.app.past import DaemonClockwork
from alertd.history.backtest.engine import Engine
from alertd.history.backtest.happened import Happened, Rang
from alertd.history.backtest.plan import Plan
from alertd.model import JournalRecord
from tests.history.backtest.live import START, Live, lived

RUNG = ("release", "timer", "answer", "silence")


def plan_of(live: Live, archive: Path, **more: object) -> Plan:
    fields = {"since_ms": START, "until_ms": live.now + 1, "every": True} | more
    return Plan(live.book, live.policies, (archive,), **fields)  # type: ignore[arg-type]


async def run(plan: Plan) -> tuple[list[Happened], list[Rang]]:
    happened: list[Happened] = []
    rang: list[Rang] = []
    async for one in Engine(plan, DaemonClockwork()).run():
        if isinstance(one, Happened):
            happened.append(one)
        else:
            rang.append(one)
    return happened, rang


async def journalled(live: Live, *kinds: str) -> list[JournalRecord]:
    lines = await live.store.read_journal("", 1_000_000, 0)
    return [record for _, record in lines if record.kind in kinds]


@pytest.mark.parametrize("jobs", [1, 2])
async def test_matches_decisions_and_clocks_are_those_of_then(tmp_path: Path, jobs: int) -> None:
    live = await lived(tmp_path)
    archive = await live.archived(tmp_path / "archive")
    happened, rang = await run(plan_of(live, archive, jobs=jobs))
    assert len(happened) == len(live.made)
    made = {(then.event.id, then.event.revision): then for then in live.made}
    for one in happened:
        then = made[one.event.id, one.event.revision]
        assert one.error == ""
        assert msgspec.to_builtins(one.matches) == msgspec.to_builtins(then.matches)
        assert msgspec.to_builtins(one.decisions) == msgspec.to_builtins(then.decisions), one.event.id
    assert [one.record for one in rang] == await journalled(live, *RUNG)
