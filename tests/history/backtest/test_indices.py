"""Indices in a backtest: stored events keep the values of then, plain ones get those of the archive's clock."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from alertd.base.clock import rfc3339
from alertd.history.backtest.happened import Happened
from alertd.history.backtest.plan import ALERTS_MS, look_back_ms
from alertd.model import CompanyIndex, CompanyMention, Event, Story
from tests.history.backtest.live import HOUR, START
from tests.history.backtest.test_engine import archive, desk
from tests.history.backtest.test_equals_live import plan_of, run

DAY = 24 * HOUR
RULES = """
portfolio: chips
title: Chips
timezone: UTC
receivers: [desk]
rules:
  - {id: mood, title: Mood, severity: high, when: {sentiment_index: "<= -0.3"}}
  - {id: loud, title: Loud, severity: high, when: {volume_z: ">= 3"}}
"""
BAD = CompanyIndex(as_of=rfc3339(START), sentiment=-0.42, stories=17)


def held(happened: list[Happened]) -> dict[str, list[str]]:
    return {one.event.id: [match.rule for match in one.matches] for one in happened if one.matches}


def plain(number: int, at: int, tone: float = -0.6, **fields: Any) -> dict[str, Any]:
    named = {"id": "vega", "sentiment": tone, "relevance": 0.9}
    title = f"Report number {number} of the day {'abcdefghij'[number % 10] * 9} about {number * 7919 % 1000} things"
    return {"id": f"ev_{number}", "source": "wire", "title": title, "seen_at": rfc3339(at), "event_at": rfc3339(at),
            "companies": [named], "sentiment": {"score": tone, "confidence": 0.9}} | fields  # fmt: skip


def written(folder: Path, *events: dict[str, Any]) -> Path:
    path = folder / "events.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in events))
    return path


async def test_a_stored_event_is_matched_by_the_values_of_then(tmp_path: Path) -> None:
    live = desk(tmp_path, RULES)
    named = [CompanyMention(id="vega", index=BAD)]
    known = Event(id="ev_known", source="wire", title="a", seen_at=rfc3339(START), companies=named)
    known = replace(known, story=Story(id="st_a"))
    unknown = replace(known, id="ev_unknown", companies=[CompanyMention(id="vega")], story=Story(id="st_b"))
    happened, _ = await run(plan_of(live, archive(tmp_path, known, unknown), until_ms=START + DAY))
    assert held(happened) == {"ev_known": ["mood"]}


@pytest.mark.parametrize("jobs", [1, 2])
async def test_plain_events_get_the_values_of_the_archives_clock(tmp_path: Path, jobs: int) -> None:
    live = desk(tmp_path, RULES)
    before = [plain(n, START + n * HOUR) for n in range(3)]
    next_minute = [plain(3, START + 2 * HOUR + 30_000), plain(4, START + 3 * HOUR, tone=0.9)]
    path = written(tmp_path, *before, *next_minute)
    happened, _ = await run(plan_of(live, path, until_ms=START + DAY, jobs=jobs))
    assert held(happened) == {"ev_4": ["mood"]}
    (index,) = [one.event.companies[0].index for one in happened if one.event.id == "ev_4"]
    assert index is not None
    assert (index.stories, index.day, index.as_of) == (4, 4, rfc3339(START + 3 * HOUR))


async def test_news_that_pile_up_after_a_quiet_month_are_loud(tmp_path: Path) -> None:
    live = desk(tmp_path, RULES)
    quiet = [plain(n, START + n * 4 * DAY, tone=0.5) for n in range(9)]
    burst = [plain(9 + n, START + 34 * DAY + n * HOUR, tone=0.5) for n in range(8)]
    path = written(tmp_path, *quiet, *burst)
    happened, _ = await run(plan_of(live, path, since_ms=START + 33 * DAY, until_ms=START + 40 * DAY))
    loud = [event for event, rules in held(happened).items() if "loud" in rules]
    assert loud and loud[-1] == "ev_16" and "ev_9" not in loud


def test_a_comparison_with_ninety_days_makes_it_warm_up_for_so_long(tmp_path: Path) -> None:
    assert look_back_ms(desk(tmp_path, RULES).book, {}) == ALERTS_MS
    far = RULES + '  - {id: far, title: Far, severity: low, when: {volume_z: ">= 3", days: 90}}\n'
    assert look_back_ms(desk(tmp_path / "far", far).book, {}) == 92 * DAY
