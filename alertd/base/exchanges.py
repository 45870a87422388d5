"""The days on which exchanges trade, and when they close early.

Holidays come from the `holidays` package, early closes from its half days; at what time of day an exchange
closes then stands in the table below. Of years that the package does not know only weekends are known.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from alertd.base.wall_clock import minute_of, moment

_PARIS, _NEW_YORK = "Europe/Paris", "America/New_York"
CLOSES_EARLY: dict[str, tuple[str, str]] = {
    "XAMS": ("14:05", _PARIS), "XASX": ("14:10", "Australia/Sydney"), "XBOG": ("13:00", "America/Bogota"),
    "XBRU": ("14:05", _PARIS), "XBUE": ("15:00", "America/Argentina/Buenos_Aires"),
    "XCME": ("12:00", "America/Chicago"), "XDUB": ("14:00", _PARIS), "XHKG": ("12:00", "Asia/Hong_Kong"),
    "XIST": ("13:00", "Europe/Istanbul"), "XJSE": ("12:00", "Africa/Johannesburg"), "XLIS": ("14:05", _PARIS),
    "XLON": ("12:30", "Europe/London"), "XMAD": ("14:00", _PARIS), "XNAS": ("13:00", _NEW_YORK),
    "XNYS": ("13:00", _NEW_YORK), "XNZE": ("13:30", "Pacific/Auckland"), "XOSL": ("13:00", _PARIS),
    "XPAR": ("14:05", _PARIS), "XSES": ("12:00", "Asia/Singapore"), "XSIF": ("14:00", _NEW_YORK),
    "XTSE": ("13:00", "America/Toronto"),
}  # fmt: skip
"""Exchange (MIC, ISO 10383) -> when it closes on a half day, on which clock."""

EXCHANGES = frozenset(CLOSES_EARLY) | {
    "BVMF", "IFEU", "XATH", "XBOM", "XECB", "XETR", "XFED", "XFRA", "XJPX", "XKAR",
    "XKRX", "XMEX", "XMIL", "XNSE", "XSAU", "XSHE", "XSHG", "XSWX", "XTAI", "XWAR",
}  # fmt: skip
"""Those whose days are known. XECB are the days of T2, XFED those of Fedwire, XSIF those of US bonds (SIFMA)."""
_MOST_YEARS = 512


class _Year(NamedTuple):
    """Of one exchange: the days of a year on which it trades, and those of them on which it closes early."""

    trading: frozenset[date]
    half: frozenset[date]


def trades(exchange: str, day: date) -> bool:
    """Whether an exchange, by its MIC, trades on a day. Raises KeyError for one that is not known."""
    return day in _year(exchange, day.year).trading


def early_close(exchange: str, day: date) -> int | None:
    """Give the moment (ms) at which an exchange closes on a half day; None on other days."""
    if exchange not in CLOSES_EARLY or day not in _year(exchange, day.year).half:
        return None
    at, zone = CLOSES_EARLY[exchange]
    return moment(day, minute_of(at), ZoneInfo(zone))


def warm_up(exchange: str, year: int) -> None:
    """Read the days of a year and of the next: the first reading of an exchange takes up to 0.2 s."""
    for one in (year, year + 1):
        _year(exchange, one)


@lru_cache(maxsize=_MOST_YEARS)
def _year(exchange: str, year: int) -> _Year:
    if exchange not in EXCHANGES:
        raise KeyError(exchange)
    import holidays  # costs 40 ms and 10 MB, which only those pay who use it

    days = [date(year, 1, 1) + timedelta(days=n) for n in range(366)]
    days = [day for day in days if day.year == year]
    known = holidays.financial_holidays(exchange, years=year)
    if not known.start_year <= year <= known.end_year:
        return _Year(frozenset(day for day in days if day.weekday() not in known.weekend), frozenset())
    trading = frozenset(day for day in days if known.is_working_day(day))
    if "half_day" not in known.supported_categories:
        return _Year(trading, frozenset())
    half = holidays.financial_holidays(exchange, years=year, categories=("half_day",))
    return _Year(trading, frozenset(day for day in half if day in trading))
