"""A company's submissions (`data.sec.gov/submissions/CIK##########.json`) -> the filings accepted in a time.

Columns side by side: `filings.recent` has the last thousand filings or a year's, `filings.files` names files with the
older ones, which are such columns without a head. Each filing names one company, without its role.

What `acceptanceDateTime` means: it is written with a Z and is UTC. 0001628280-25-056774 is 21:19:53Z here and
16:19:53-05:00 on the page of current filings; 0000320193-22-000061 is 22:30:57Z here and 18:30:57 of New York in its
header; and hundreds have a time after the end of their filing date, which only UTC explains. But in 2022 EDGAR gave
out files with New York's clock and a Z all the same: of those no time lies after the filing date, and read as UTC
their mornings would lie in the night, when EDGAR is closed. So the times of a file prove its zone (`in_new_york`).
Pure.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import msgspec

from alertd.errors import ParseFailed
from alertd.model import ParsedFeed, Rejected
from alertd.sources.charset import decode
from alertd.sources.edgar_entry import MAX_ITEMS, Item
from alertd.sources.edgar_filing import Filing, filing_mark
from alertd.sources.edgar_late import SINCE, UNTIL, knows_items, late_candidate, named_item, wanted
from alertd.sources.edgar_refusal import no_feed
from alertd.sources.events import Seen, SourceFacts
from alertd.sources.guard import FREE, Guard
from alertd.sources.plain import cut_title, plain_line
from alertd.sources.sec_day import NEW_YORK

MAX_FILINGS = 50_000
"""Filings of a file that are read: EDGAR gives a few thousand at most."""
OPENS, CLOSES = 6, 22
"""New York's hours in which EDGAR accepts filings; a queue may run on for some minutes."""
_NIGHTS = 5
"""Filings in the night that prove something: one or two may be a fault of the file."""
_NEEDED = ("accessionNumber", "filingDate", "acceptanceDateTime", "form")
_ACCESSION = re.compile(r"[0-9]{10}-[0-9]{2}-[0-9]{6}")
_FORM = re.compile(r"[A-Z0-9][A-Z0-9 ./&-]{0,29}")
_CODE = re.compile(r"[0-9]{1,2}\.[0-9]{2}")
_OLDER = re.compile(r"CIK[0-9]{10}-submissions-[0-9]{3}\.json")
_CIK_IN_NAME = re.compile(r"CIK([0-9]{10})")


def parse_submissions(
    body: bytes,
    content_type: str | None,
    base_url: str,
    source: SourceFacts,
    seen_at_ms: int,
    http_date: str | None,
    guard: Guard = FREE,
) -> ParsedFeed:
    """Make a candidate, marked late, for each filing whose form is watched and that was accepted in the time wanted.

    `source.reads["since_ms"]` and `["until_ms"]` bound that time, both included. `base_url` names the company where
    the file does not. `unfinished` gives the names of older files that reach into the time. Raises ParseFailed.
    """
    text, notes = decode(body, content_type)
    told = _read(text)
    filings = told.get("filings")
    columns = filings.get("recent") if isinstance(filings, dict) else told
    rows = _Rows(columns)
    since, until = source.reads.get(SINCE, 0), source.reads.get(UNTIL, 1 << 62)
    named = _CIK_IN_NAME.search(urlsplit(base_url).path)
    cik = str(told.get("cik") or (named[1] if named else "")).zfill(10)
    filer = {"id": f"cik-{cik}", "cik": cik, "name": _name(told.get("name")), "role": ""}
    zone = NEW_YORK if in_new_york(rows.clocks(), rows.dates()) else UTC
    if zone is NEW_YORK:
        notes.append("its times are New York's, though a Z says UTC")
    seen = Seen(source, base_url, seen_at_ms, hashlib.sha256(body).hexdigest(), http_date)
    made, rejected = [], []
    for position in range(rows.count):
        filing = rows.filing(position, filer, zone)
        if isinstance(filing, str):
            rejected.append(Rejected(position=position, reason=filing))
        elif wanted(filing.form, source.forms) and since <= (filing.accepted_ms or since) <= until:
            made.append(late_candidate(filing, seen, whole=knows_items(filing.form, filing.items)))
    return ParsedFeed(
        format="edgar-submissions",
        candidates=made,
        rejected=rejected,
        repaired="; ".join(dict.fromkeys(notes)),
        listed=[filing_mark(number) for number in rows.numbers()],
        unfinished=_older(filings, since) if isinstance(filings, dict) else [],
    )


def in_new_york(clocks: Sequence[datetime], dates: Sequence[date]) -> bool:
    """Say whether clocks that claim to be UTC can only be New York's, by the filing dates beside them.

    As UTC they would often lie in New York's night, when EDGAR is closed; as New York's they never do, nor lie after
    the filing date. Where both readings are as good it is UTC.
    """
    night = after = 0
    for clock, filed in zip(clocks, dates, strict=True):
        local = clock.replace(tzinfo=UTC).astimezone(NEW_YORK)
        night += not OPENS - 1 <= local.hour <= CLOSES
        after += clock.date() > filed or not OPENS - 1 <= clock.hour <= CLOSES
    return night >= _NIGHTS and night > after and 20 * night >= len(clocks) and 50 * after <= len(clocks)


def _read(text: str) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        why = no_feed(text) if text.lstrip()[:1] not in ("{", "[") else f"broken JSON ({error})"
        raise ParseFailed(f"no submissions of a company but {why or 'XML'}") from None
    if not isinstance(found, dict):
        raise ParseFailed("no submissions of a company: JSON, but no object")
    return found


def _name(value: Any) -> str:
    return cut_title(plain_line(value[:1_000], literal=True), 200) if isinstance(value, str) else ""


def _older(filings: dict[str, Any], since_ms: int) -> list[str]:
    """Give the names of the older files that have filings accepted since then."""
    files = filings.get("files")
    # A filing accepted in the evening has the next business day as its date, and files overlap at their ends.
    first = (datetime.fromtimestamp(since_ms / 1000, NEW_YORK).date() - timedelta(days=1)).isoformat()
    found = []
    for one in files if isinstance(files, list) else []:
        if isinstance(one, dict) and isinstance(name := one.get("name"), str) and _OLDER.fullmatch(name):
            to = one.get("filingTo")
            if not isinstance(to, str) or to >= first:
                found.append(name)
    return found


class _Rows:
    """The columns of a file, as rows."""

    def __init__(self, columns: Any) -> None:
        told: dict[str, Any] = columns if isinstance(columns, dict) else {}
        lists: dict[str, Any] = {key: told.get(key) for key in (*_NEEDED, "items")}
        if any(not isinstance(lists.get(key), list) for key in _NEEDED):
            raise ParseFailed("no submissions of a company: columns of filings are missing in it")
        self.count = len(lists["accessionNumber"])
        if any(len(lists[key]) != self.count for key in _NEEDED):
            raise ParseFailed("the columns of filings in these submissions are of different lengths")
        if self.count > MAX_FILINGS:
            raise ParseFailed(f"the submissions have more than {MAX_FILINGS:,} filings")
        items = lists["items"]
        self._items = items if isinstance(items, list) and len(items) == self.count else [""] * self.count
        self._lists = lists
        self._clocks = [_clock(value) for value in lists["acceptanceDateTime"]]
        self._dates = [_date(value) for value in lists["filingDate"]]

    def clocks(self) -> list[datetime]:
        """Give the times of those that have time and date."""
        return [c for c, d in zip(self._clocks, self._dates, strict=True) if c is not None and d is not None]

    def dates(self) -> list[date]:
        """Give the dates of the same."""
        return [d for c, d in zip(self._clocks, self._dates, strict=True) if c is not None and d is not None]

    def numbers(self) -> list[str]:
        """Give the accession numbers."""
        return [number for number in self._lists["accessionNumber"] if _is(_ACCESSION, number)]

    def filing(self, position: int, filer: dict[str, str], zone: Any) -> Filing | str:
        """Make a filing of a row; the reason why it is none, where it is none."""
        number, form = self._lists["accessionNumber"][position], self._lists["form"][position]
        if not _is(_ACCESSION, number):
            return "it names no accession number"
        if not isinstance(form, str) or not _FORM.fullmatch(form := " ".join(form[:60].upper().split())):
            return "it names no form"
        clock, filed = self._clocks[position], self._dates[position]
        return Filing(
            position=position,
            accession=number,
            form=form,
            filers=[filer],
            items=_items(self._items[position]),
            filed=filed.isoformat() if filed else "",
            accepted_ms=int(clock.replace(tzinfo=zone).timestamp() * 1000) if clock else None,
            url="",
            size="",
        )


def _is(pattern: re.Pattern[str], value: Any) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _items(value: Any) -> list[Item]:
    """Read `2.02,9.01`; what other forms have in this column are no items."""
    codes = [code.strip() for code in value[:500].split(",")] if isinstance(value, str) and value else []
    if not all(_CODE.fullmatch(code) for code in codes):
        return []
    return [named_item(code) for code in dict.fromkeys(codes)][:MAX_ITEMS]


def _clock(value: Any) -> datetime | None:
    """Read `2026-01-12T17:41:56.000Z` without its zone."""
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        return datetime.fromisoformat(value.removesuffix("Z")).replace(tzinfo=None, microsecond=0)
    except ValueError:
        return None


def _date(value: Any) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
