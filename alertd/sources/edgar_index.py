"""EDGAR's index of a day or a quarter by form (`form.20260112.idx`, `form.idx`) -> the filings in it.

    Description:           Daily Index of EDGAR Dissemination Feed by Form Type
    Last Data Received:    Jan 12, 2026
    Form Type   Company Name                    CIK         Date Filed  File Name
    -----------------------------------------------------------------------------
    8-K         VEGA GRID INC                   9990001     20260112    edgar/data/9990001/0009990001-26-000001.txt

It is the proof that nothing is missing, so a part of one must never pass for all of it: what has no heading, no
filing, no end or the wrong day is refused. A filing stands there once for each filer, without items, roles and time.
Pure.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import date, datetime

from alertd.errors import ParseFailed
from alertd.model import ParsedFeed, Rejected
from alertd.rules.filing import COMMON_FORMS, base_form
from alertd.sources.charset import decode
from alertd.sources.edgar_filing import Filing, filing_mark
from alertd.sources.edgar_late import DAY, knows_items, late_candidate, wanted
from alertd.sources.edgar_refusal import no_feed
from alertd.sources.events import Seen, SourceFacts
from alertd.sources.guard import FREE, Guard
from alertd.sources.plain import cut_title, plain_line, quoted

MAX_ROWS = 600_000
"""Rows that are read: the fullest quarters have some 400,000."""
_MAX_HEADING = 20
_MAX_LINE = 600
_MAX_FILERS = 200
_REJECTED = 20
"""Rows that cannot be read, until the file is none."""
_ALWAYS = "8-K"
"""A form that is filed on every business day. The rows are in the order of the forms."""

_CIK = re.compile(r"[0-9]{1,10}")
_FILE = re.compile(r"edgar/data/[0-9]{1,10}/(?:[0-9]{18}/)?([0-9]{10}-[0-9]{2}-[0-9]{6})\.txt")
_COLUMNS = re.compile(r"(Form Type +)Company Name +CIK +Date Filed +File Name *")
_RECEIVED = re.compile(r"Last Data Received: *([A-Z][a-z]{2,8} +\d{1,2}, *\d{4})")
_TWO = re.compile(" {2,}")


def parse_index(
    body: bytes,
    content_type: str | None,
    base_url: str,
    source: SourceFacts,
    seen_at_ms: int,
    http_date: str | None,
    guard: Guard = FREE,
) -> ParsedFeed:
    """Make a candidate for each filing in an index whose form is watched, marked late. `listed` names all filings.

    `source.reads["day"]` (ISO 8601), where it is there, is the day that the index must be of. Raises ParseFailed, in
    one sentence for a person, where the document is no index, or not all of one.
    """
    text, notes = decode(body, content_type)
    if text.lstrip().startswith(("<", "{", "[")):
        raise ParseFailed(f"no index but {no_feed(text) or 'XML'}")
    lines = text.splitlines()
    first, width = _heading(lines, str(source.reads.get(DAY, "")))
    seen = Seen(source, base_url, seen_at_ms, hashlib.sha256(body).hexdigest(), http_date)
    rejected: list[Rejected] = []
    found: dict[str, Filing] = {}
    listed: dict[str, None] = {}
    last = ""
    for position, row in _rows(lines, first, width, rejected):
        listed[row[4]] = None
        last = max(last, row[0])
        if wanted(row[0], source.forms):
            _add(found, position, row)
    if not listed:
        raise ParseFailed("an index of EDGAR without a single filing in it: it is not finished, or not whole")
    if DAY in source.reads and last < _ALWAYS:
        raise ParseFailed(f"the index ends with form {last}, before {_ALWAYS}: it is cut off, or not finished")
    return ParsedFeed(
        format="edgar-index",
        candidates=[late_candidate(one, seen, whole=knows_items(one.form, [])) for one in found.values()],
        rejected=rejected,
        repaired="; ".join(dict.fromkeys(notes)),
        listed=[filing_mark(accession) for accession in listed],
    )


def _heading(lines: list[str], day: str) -> tuple[int, int]:
    """Give the number of the first row, and the width of the column of forms."""
    width = 0
    received = ""
    for number, line in enumerate(lines[:_MAX_HEADING]):
        if columns := _COLUMNS.fullmatch(line):
            width = len(columns[1])
        elif said := _RECEIVED.match(line):
            received = _day_of(said[1])
        elif width and len(line) > 2 and not line.strip("-"):
            if day and received != day:
                of = f"of {received}" if received else "without a day"
                raise ParseFailed(f"this index of EDGAR is {of}, not of {day}")
            return number + 1, width
    start = next((line for line in lines if line.strip()), "")
    if not start:
        raise ParseFailed("the index is empty")
    quote = quoted(start, 60)
    raise ParseFailed(f"no index of EDGAR by form, or not all of its heading; it starts with “{quote}”")


def _day_of(text: str) -> str:
    words = " ".join(text.replace(",", ", ").split())
    for pattern in ("%b %d, %Y", "%B %d, %Y"):
        try:
            return datetime.strptime(words, pattern).date().isoformat()
        except ValueError:
            continue
    return ""


_Row = tuple[str, str, str, str, str]
"""Form, company, CIK, date, accession number."""


def _rows(lines: list[str], first: int, width: int, rejected: list[Rejected]) -> Iterator[tuple[int, _Row]]:
    """Read the rows. Raises ParseFailed where the last one is cut off, or too many are none."""
    for position, line in enumerate(lines[first:]):
        if not line.strip():
            continue
        if position >= MAX_ROWS:
            raise ParseFailed(f"the index has more than {MAX_ROWS:,} rows")
        if row := _row(line[:_MAX_LINE], width):
            yield position, row
            continue
        if position == len(lines) - first - 1:
            raise ParseFailed("the index is cut off: its last row has no end")
        rejected.append(Rejected(position=position, reason="no row of an index", title=quoted(line, 120)))
        if len(rejected) > _REJECTED:
            raise ParseFailed(
                f"more than {_REJECTED} rows of the index cannot be read, the first: {quoted(line, 120)}"
            )


def _row(line: str, width: int) -> _Row | None:
    """Read a row from its end, where no column is too narrow for what stands in it."""
    parts = line.rsplit(None, 3)
    if len(parts) != 4 or not _CIK.fullmatch(parts[1]):
        return None
    file, filed = _FILE.fullmatch(parts[3]), _date(parts[2])
    if file is None or not filed:
        return None
    return (*_form_and_name(parts[0], width), parts[1].zfill(10), filed, file[1])


def _date(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


def _form_and_name(text: str, width: int) -> tuple[str, str]:
    """Part the columns of form and company. A form that is longer than its column pushes the company to the right."""
    parts = _TWO.split(text, maxsplit=1)
    over = text.find(" ", width - 1)
    if len(text) > width and over == width - 1 and text[width] != " ":
        form, name = text[:width], text[width:]
    elif over >= 0 and base_form(text[:over]) in COMMON_FORMS:
        form, name = text[:over], text[over:]
    else:
        form, name = (parts[0], parts[1]) if len(parts) == 2 else (text[:width], text[width:])
    return " ".join(form.upper().split()), " ".join(name.split())


def _add(found: dict[str, Filing], position: int, row: _Row) -> None:
    """Add a row to its filing: a row more is a filer more."""
    form, name, cik, filed, accession = row
    filer = {"id": f"cik-{cik}", "cik": cik, "name": cut_title(plain_line(name, literal=True), 200), "role": ""}
    one = found.get(accession)
    if one is None:
        found[accession] = Filing(
            position=position, accession=accession, form=form, filers=[filer], items=[], filed=filed,
            accepted_ms=None, url="", size="",
        )  # fmt: skip
    elif len(one.filers) < _MAX_FILERS and all(other["cik"] != cik for other in one.filers):
        one.filers.append(filer)
