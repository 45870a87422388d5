"""What the news about a portfolio has been doing, and what lies ahead, asked apart: thousands of rows are read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from alertd.asking.outlook import Coming, calendar
from alertd.asking.room import Room
from alertd.history.analytics.model import Report
from alertd.history.report.build import Asked, DeskReader, MailReader, Operator, build_mailing, build_report
from alertd.history.report.html import report_page
from alertd.model import AlertState, Mailing


@dataclass(frozen=True, slots=True)
class ReportAsked:
    """A report."""

    about: Asked
    whole: bool
    """It is for who sees all that is stored."""

    async def answer(self, room: Room) -> Report:
        """Answer it. Raises HistoryUnavailable, HistoryRefused."""
        return build_report(room.reach.history, self.about, Operator() if self.whole else DeskReader())


@dataclass(frozen=True, slots=True)
class ReportPageAsked:
    """A report as a page that needs nothing else."""

    about: Asked
    whole: bool

    async def answer(self, room: Room) -> str:
        """Answer it. Raises HistoryUnavailable, HistoryRefused."""
        return report_page(await ReportAsked(self.about, self.whole).answer(room))


@dataclass(frozen=True, slots=True)
class MailingAsked:
    """A report as a mail for a receiver."""

    about: Asked
    reader: MailReader
    report: str

    async def answer(self, room: Room) -> Mailing:
        """Answer it. Raises HistoryUnavailable, HistoryRefused."""
        return build_mailing(room.reach.history, self.about, self.reader, self.report)


@dataclass(frozen=True, slots=True)
class AheadAsked:
    """The dates ahead that alerts state; these are as whoever asks sees them."""

    walls: str | None
    states: Sequence[AlertState]
    today: date

    async def answer(self, room: Room) -> list[Coming]:
        """Answer it."""
        return calendar(self.states, self.today, room.dates, self.walls)
