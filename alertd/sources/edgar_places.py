"""Where EDGAR keeps what its pages no longer show, and when it is there. Pure."""

from __future__ import annotations

from datetime import date, time, timedelta

from alertd.sources.edgar import SEC
from alertd.sources.sec_day import HOLDS_BACK, day_of, is_business_day, new_york

SEC_DATA = "https://data.sec.gov"
APPEARS = time(22, 30)
"""New York's hour from which on the index of a day is there; it is written after EDGAR has closed at 22:00."""
_DAY = timedelta(days=1)


def index_url(base_url: str, day: date) -> str:
    """Give the address of the index of a day by form (www.sec.gov/os/accessing-edgar-data, "daily indexes")."""
    quarter = (day.month - 1) // 3 + 1
    return f"{base_url}/Archives/edgar/daily-index/{day.year}/QTR{quarter}/form.{day:%Y%m%d}.idx"


def submissions_url(base_url: str, name: str) -> str:
    """Give the address of a file of submissions; a mirror has it under its own address."""
    return f"{SEC_DATA if base_url == SEC else base_url}/submissions/{name}"


def submissions_name(cik: str) -> str:
    """Name the file of a company, by its CIK of ten digits."""
    return f"CIK{cik}.json"


def header_url(base_url: str, cik: str, accession: str) -> str:
    """Give the address of a filing's header, under one of its filers."""
    plain = accession.replace("-", "")
    return f"{base_url}/Archives/edgar/data/{int(cik)}/{plain}/{accession}-index-headers.html"


def index_due_ms(day: date) -> int:
    """Say from when on the index of a day can be expected, in ms."""
    return new_york(day, APPEARS)


def filing_days(since_ms: int, until_ms: int) -> list[date]:
    """Give the business days in whose indexes the filings accepted in a time stand, both ends included.

    What is accepted after 17:30, or while EDGAR is closed, stands in the index of the next business day.
    """
    days = []
    day, last = day_of(since_ms), day_of(until_ms)
    while day <= last:
        if is_business_day(day):
            days.append(day)
        day += _DAY
    if not days or days[-1] < last or until_ms >= new_york(last, HOLDS_BACK):
        while not is_business_day(day):
            day += _DAY
        days.append(day)
    return days


def business_days(after: date, until: date) -> list[date]:
    """Give the business days after one day, up to another."""
    return [day for n in range(1, (until - after).days + 1) if is_business_day(day := after + n * _DAY)]


def last_index_day(now: int) -> date:
    """Give the last business day whose index can be expected by now."""
    day = day_of(now)
    while not is_business_day(day) or index_due_ms(day) > now:
        day -= _DAY
    return day
