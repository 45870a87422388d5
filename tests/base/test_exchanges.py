"""On which days exchanges trade, and when they close early."""

from __future__ import annotations

import re
from datetime import date
from zoneinfo import ZoneInfo

import holidays
import pytest

from alertd.base.clock import rfc3339
from alertd.base.exchanges import CLOSES_EARLY, EXCHANGES, early_close, trades
from alertd.base.wall_clock import local, minutes

# day, exchange, what is so
DAYS = [
    ("2026-11-25", "XNYS", "open"),  # a Wednesday
    ("2026-11-26", "XNYS", "closed"),  # Thanksgiving
    ("2026-11-27", "XNYS", "2026-11-27T18:00:00.000Z"),  # the day after: until one o'clock
    ("2026-11-28", "XNYS", "closed"),  # a Saturday
    ("2026-04-03", "XLON", "closed"),  # Good Friday
    ("2026-04-06", "XLON", "closed"),  # Easter Monday
    ("2026-04-06", "XNYS", "open"),  # which is none in New York
    ("2026-12-24", "XLON", "2026-12-24T12:30:00.000Z"),
    ("2026-12-24", "XNYS", "2026-12-24T18:00:00.000Z"),
    ("2026-12-28", "XLON", "closed"),  # for Boxing Day, a Saturday
    ("2026-10-01", "XSHG", "closed"),  # the first of the golden week
    ("2026-05-03", "XSAU", "open"),  # a Sunday: the week begins with it
    ("2026-05-01", "XSAU", "closed"),  # a Friday
    ("2019-12-24", "XASX", "2019-12-24T03:10:00.000Z"),
    ("2150-01-01", "XNYS", "open"),  # a Thursday of a year of which only weekends are known
    ("2150-01-03", "XNYS", "closed"),
]


@pytest.mark.parametrize(("day", "exchange", "is_"), DAYS)
def test_an_exchange_trades_on_a_day_or_not_or_closes_early(day: str, exchange: str, is_: str) -> None:
    on = date.fromisoformat(day)
    close = early_close(exchange, on)
    assert trades(exchange, on) == (is_ != "closed")
    assert (rfc3339(close) if close is not None else "") == (is_ if is_.endswith("Z") else "")


def test_an_exchange_that_is_not_known_is_an_error() -> None:
    with pytest.raises(KeyError):
        trades("XXXX", date(2026, 1, 5))


@pytest.mark.parametrize("exchange", sorted(EXCHANGES))
def test_the_package_knows_every_exchange_by_its_name(exchange: str) -> None:
    assert holidays.financial_holidays(exchange, years=2026)


_CLOSE = re.compile(r"(\d{1,2})(?::(\d\d))? ?(a\.m\.|p\.m\.|am|pm)? ?(?:CET|CT|ET|SAST|SGT|NZDT)?\)")


@pytest.mark.parametrize("exchange", sorted(CLOSES_EARLY))
def test_the_closing_times_are_those_that_the_package_tells_in_the_names_of_half_days(exchange: str) -> None:
    half = holidays.financial_holidays(exchange, years=range(2020, 2031), categories=("half_day",))
    for day, name in half.items():
        close = early_close(exchange, day)
        said = _CLOSE.search(name)
        if close is None or said is None:  # no trading day, or no time in the name
            continue
        if name.startswith("Good Friday"):  # at noon, in years with figures on that day: two hours more are no harm
            continue
        noon = 12 if (said[3] or "").startswith("p") and int(said[1]) != 12 else 0
        told = (int(said[1]) + noon) * 60 + int(said[2] or 0)
        assert minutes(local(close, ZoneInfo(CLOSES_EARLY[exchange][1]))) == told, name
