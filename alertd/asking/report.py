"""What a report is about, as it is asked for."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

from alertd.asking.portfolio_names import no_portfolio
from alertd.base.clock import parse_rfc3339
from alertd.base.config import parse_duration
from alertd.base.wall_clock import moment
from alertd.errors import NotThere
from alertd.history.analytics.subject import Subject, subject_of
from alertd.history.report.build import Asked
from alertd.history.report.config import LONGEST_S
from alertd.rules.book import RuleBook
from alertd.rules.walls import may_see

SINCE = "7d"


def subject_named(book: RuleBook, name: str, desk: str | None) -> Subject:
    """Give the portfolio, if it is there and for the desk. Raises NotThere."""
    there = {one.id: one for one in book.portfolios if may_see(desk, one.desk)}
    if name not in there:
        raise NotThere(no_portfolio(name, there))
    return subject_of(there[name])


def asked_for(subject: Subject, since: str, until: str | None, now: int, option: str = "") -> Asked:
    """Read the time that is asked about; `option` stands before the names of its ends. Raises ValueError."""
    zone = ZoneInfo(subject.timezone)
    begin = _moment(f"{option}since", since, now, zone)
    end = _moment(f"{option}until", until, now, zone) if until is not None else now
    if end > now:
        raise ValueError(f"{option}until lies ahead: a report is about what was")
    if begin >= end:
        raise ValueError(f"the time is empty: {option}since is not before {option}until")
    if end - begin > LONGEST_S * 1000:
        raise ValueError(f"a report goes back {LONGEST_S / 86_400:.0f} days at most")
    return Asked(subject, begin, end, now)


def _moment(option: str, text: str, now: int, zone: ZoneInfo) -> int:
    """Read `7d`, a date (its beginning in the zone) or a time with a zone as milliseconds. Raises ValueError."""
    try:
        return now - round(parse_duration(text) * 1000)
    except (ValueError, OverflowError):
        pass
    try:
        return moment(datetime.date.fromisoformat(text), 0, zone)
    except (ValueError, OverflowError):
        pass
    try:
        return parse_rfc3339(text)
    except (ValueError, OverflowError):
        raise ValueError(
            f"{option} takes a time such as 36h or 7d, a date, or a time with a zone, not {text}"
        ) from None
