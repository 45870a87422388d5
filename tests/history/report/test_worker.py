"""Reports by the clock: due at their time, queued once for each receiver, whatever crashes, and told if they fail."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from alertd.alerts.policy import ReceiverPolicy
from alertd.asking.apart import Apart
from alertd.asking.reported import MailingAsked
from alertd.base.clock import parse_rfc3339, rfc3339
from alertd.history.projection.database import open_to_write
from alertd.history.report.build import Asked, MailReader, build_mailing
from alertd.model import Mailing, Message
from alertd.store.memory import MemoryStore
from alertd.workers.notices import Notices
from alertd.workers.progress import Progress
from alertd.workers.reports import LATEST_MS, SETTLE_MS, Make, Reports, WantedReport
from tests.asking.questions import Fails, WhoAnswers
from tests.asking.test_in_force import in_force, written
from tests.history.analytics.tables import HOUR, NVDA, SUBJECT, UNTIL, Tables
from tests.workers.make import HandClock

NEW_YORK = ZoneInfo("America/New_York")
MONDAY = UNTIL  # 07:00 in New York


def wanted(receiver: str = "pm", **changes: Any) -> WantedReport:
    policy = ReceiverPolicy(receiver)
    fields: dict[str, Any] = {"days": (0,), "at": "07:00", "zone": NEW_YORK} | changes
    return WantedReport(id="ai-week", subject=SUBJECT, policy=policy, reader=MailReader(frozenset()), **fields)


class Monday:
    """A store, a clock, a history, and what is queued."""

    def __init__(self, folder: Path, now: int) -> None:
        self.clock = HandClock(now)
        self.store = MemoryStore(self.clock)
        self.history = folder / "history.db"
        self.notices = Notices(self.store, {"ops": "latest"}, self.clock)

    async def make(self, asked: Asked, reader: MailReader, report: str) -> Mailing:
        """Make a report here."""
        return build_mailing(self.history, asked, reader, report)

    def begin(self, *them: WantedReport, make: Make | None = None) -> Reports:
        """Begin as a process does."""
        reports = Reports(self.store, make or self.make, self.notices, self.clock, Progress())
        reports.serve(them or [wanted()])
        return reports

    def fill(self) -> None:
        """Write a history with one event."""
        db = open_to_write(self.history)
        Tables(db).event("e1", UNTIL - HOUR, (NVDA, 0.5))
        db.close()

    async def queued(self, receiver: str = "pm") -> list[Message]:
        due, _ = await self.store.due(receiver, self.clock() + 24 * HOUR, 100)
        return [one.message for one in due]


@pytest.fixture
def monday(tmp_path: Path) -> Monday:
    made = Monday(tmp_path, MONDAY + SETTLE_MS - 1)
    made.fill()
    return made


async def test_a_report_is_queued_at_its_time_and_not_before(monday: Monday) -> None:
    reports = monday.begin()
    await reports.look()
    assert await monday.queued() == []
    monday.clock.now += 1
    await reports.look()
    (message,) = await monday.queued()
    assert message.type == "report" and message.mailing is not None
    assert message.mailing.report == "ai-week" and message.mailing.portfolio == "ai"
    assert "12 Jan 07:00 to 19 Jan 07:00 EST" in message.mailing.text


async def test_it_is_queued_once_whoever_looks_how_often(monday: Monday) -> None:
    monday.clock.now = MONDAY + SETTLE_MS
    for _ in range(3):
        await monday.begin().look()
    assert len(await monday.queued()) == 1
    monday.clock.now = MONDAY + HOUR
    reports = monday.begin()
    await reports.look()
    await reports.look()
    assert len(await monday.queued()) == 1


async def test_each_receiver_gets_its_own(monday: Monday) -> None:
    monday.clock.now = MONDAY + SETTLE_MS
    await monday.begin(wanted("pm"), wanted("cio")).look()
    (first,), (second,) = await monday.queued("pm"), await monday.queued("cio")
    assert first.delivery != second.delivery


async def test_one_that_is_much_too_late_is_left_out(monday: Monday) -> None:
    monday.clock.now = MONDAY + LATEST_MS + 1
    await monday.begin().look()
    assert await monday.queued() == []


async def test_it_looks_back_as_far_as_it_says(monday: Monday) -> None:
    monday.clock.now = MONDAY + SETTLE_MS
    await monday.begin(wanted(since_s=86_400.0)).look()
    (message,) = await monday.queued()
    assert message.mailing is not None and "18 Jan 07:00 to 19 Jan 07:00" in message.mailing.text


async def test_without_a_history_the_operator_is_told_once_and_it_is_tried_again(tmp_path: Path) -> None:
    monday = Monday(tmp_path, MONDAY + SETTLE_MS)
    reports = monday.begin()
    await reports.look()
    await reports.look()
    assert await monday.queued() == []
    told = await monday.queued("ops")
    assert [one.notice.kind for one in told if one.notice] == ["report_failing"]
    monday.fill()
    await reports.look()
    assert len(await monday.queued()) == 1


async def test_a_report_that_the_code_cannot_make_is_told_once_and_stops_no_other(monday: Monday) -> None:
    monday.clock.now = MONDAY + SETTLE_MS
    broken = replace(wanted("cio"), id="broken", subject=msgspec.structs.replace(SUBJECT, timezone="No/Where"))
    reports = monday.begin(broken, wanted())
    await reports.look()
    await reports.look()
    assert len(await monday.queued()) == 1 and await monday.queued("cio") == []
    (told,) = await monday.queued("ops")
    assert told.notice is not None and "report broken cannot be made: ZoneInfoNotFoundError" in told.notice.text


async def test_a_damaged_history_is_told_too(tmp_path: Path) -> None:
    monday = Monday(tmp_path, MONDAY + SETTLE_MS)
    monday.history.write_bytes(b"SQLite format 3\0" + b"nonsense" * 500)
    await monday.begin().look()
    (told,) = await monday.queued("ops")
    assert told.notice is not None and "alertd archive rebuild" in told.notice.text


async def test_it_is_made_in_another_process_and_one_that_dies_at_it_costs_a_look_and_no_report(
    monday: Monday, tmp_path: Path
) -> None:
    monday.clock.now = MONDAY + SETTLE_MS
    there = in_force(tmp_path, written(tmp_path, "T"))
    (tmp_path / "var").mkdir(exist_ok=True)
    monday.history.rename(there.reach.history)
    apart = Apart(there, "")
    whose = list[int]()

    async def make(asked: Asked, reader: MailReader, report: str) -> Mailing:
        if not whose:
            whose.append((await apart.ask(WhoAnswers()))[0])
            await apart.ask(Fails("dies"))
        return await apart.ask(MailingAsked(asked, reader, report))

    reports = monday.begin(make=make)
    await reports.look()
    assert await monday.queued() == []
    (told,) = await monday.queued("ops")
    assert told.notice is not None and "ended with 3" in told.notice.text
    await reports.look()
    await reports.look()
    (message,) = await monday.queued()
    assert message.mailing is not None and message.mailing.report == "ai-week"
    assert whose != [os.getpid()] and apart.pids()
    await apart.aclose()


@pytest.mark.parametrize(
    ("now", "since", "until"),
    [
        (
            "2026-03-08T11:00:00Z",
            "2026-03-07T12:00:00.000Z",
            "2026-03-08T11:00:00.000Z",
        ),  # clocks go forward: 23 hours
        ("2026-11-01T12:00:00Z", "2026-10-31T11:00:00.000Z", "2026-11-01T12:00:00.000Z"),  # and back: 25
    ],
)
def test_a_day_is_as_long_as_the_wall_clock_makes_it(now: str, since: str, until: str) -> None:
    found = wanted(days=tuple(range(7))).due(parse_rfc3339(now))
    assert [rfc3339(at) for at in found] == [since, until]


def test_a_time_that_clocks_skip_is_as_much_later() -> None:
    _, until = wanted(days=(6,), at="02:30").due(parse_rfc3339("2026-03-08T12:00:00Z"))
    assert rfc3339(until) == "2026-03-08T07:30:00.000Z"  # 03:30 in New York


def test_a_monday_of_weekdays_reaches_back_to_friday() -> None:
    since, until = wanted(days=tuple(range(5))).due(MONDAY)
    assert (until - since) // HOUR == 72
