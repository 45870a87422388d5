"""Reports made of the projection's file. Blocks for a second or two: call it in a thread."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from alertd.alerts.weights import Shown
from alertd.history.analytics.model import Report
from alertd.history.analytics.portfolio import report_of
from alertd.history.analytics.rows import Headline
from alertd.history.analytics.subject import Subject
from alertd.history.projection.database import translated
from alertd.history.projection.read import History
from alertd.history.report.mail import mailing_of
from alertd.history.report.narrowed import narrowed
from alertd.model import Mailing


@dataclass(frozen=True, slots=True)
class Asked:
    """What a report is about."""

    subject: Subject
    since_ms: int
    until_ms: int
    now_ms: int


@dataclass(frozen=True, slots=True)
class Operator:
    """Who runs alertd: sees all that is stored."""

    def sees(self, headline: Headline) -> bool:
        """Tell whether a headline is for him."""
        return True


@dataclass(frozen=True, slots=True)
class DeskReader:
    """Somebody of a desk: sees its own sources, and what everybody may be told of."""

    def sees(self, headline: Headline) -> bool:
        """Tell whether a headline is for the desk; those of other desks are never asked about."""
        return headline.shared or headline.own


@dataclass(frozen=True, slots=True)
class MailReader:
    """A receiver of mail: sees what everybody may be told of, and what its sources' rights let it be told."""

    sources: frozenset[str]
    """Those whose items may reach it, as the settings stand."""
    show_weights: Shown = "exact"

    def sees(self, headline: Headline) -> bool:
        """Tell whether a headline is for it."""
        return headline.shared or headline.source in self.sources


def build_report(history: Path, asked: Asked, reader: Operator | DeskReader | MailReader) -> Report:
    """Make a report. Raises HistoryUnavailable, HistoryRefused; ValueError for a time that is empty."""
    # The walls are the portfolio's own, not its reader's: they stand in each query, which is as quick as without.
    with History(history) as opened, translated(history):
        return report_of(
            opened.connection, asked.subject, asked.since_ms, asked.until_ms, asked.now_ms, shows=reader.sees
        )


def build_mailing(history: Path, asked: Asked, reader: MailReader, report_id: str) -> Mailing:
    """Make a report as a mail for a receiver. Raises as `build_report`."""
    return mailing_of(narrowed(build_report(history, asked, reader), reader.show_weights), report_id)
