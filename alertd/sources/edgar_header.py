"""The header of a filing (`…-index-headers.html`, `….hdr.sgml`) -> what EDGAR's pages say of it, and the same items.

Tags, one on a line: <ACCEPTANCE-DATETIME>20260112124156 is New York's clock; <ITEMS> once for each item; then the
companies, in <FILER>, <ISSUER>, <REPORTING-OWNER>, <SUBJECT-COMPANY>, <FILED-BY>. Pure.
"""

from __future__ import annotations

import hashlib
import re
from datetime import date, datetime

from alertd.errors import ParseFailed
from alertd.model import ParsedFeed
from alertd.sources.charset import decode
from alertd.sources.edgar_entry import MAX_ITEMS, Item
from alertd.sources.edgar_filing import MAX_FILERS, Filing, filing_mark, ranked_filers
from alertd.sources.edgar_late import knows_items, late_candidate, named_item, wanted
from alertd.sources.edgar_refusal import no_feed
from alertd.sources.events import Seen, SourceFacts
from alertd.sources.guard import FREE, Guard
from alertd.sources.plain import cut_title, plain_line
from alertd.sources.sec_day import NEW_YORK

_LOOKED_AT = 1 << 20
"""Characters of a header: one of a hundred funds has some 200,000."""
_TAG = re.compile(r"^<(/?)([A-Z][A-Z-]{1,40})>([^\r\n]{0,500})", re.MULTILINE)
_ROLES = {
    "FILER": "filer",
    "ISSUER": "issuer",
    "REPORTING-OWNER": "reporting",
    "SUBJECT-COMPANY": "subject",
    "FILED-BY": "filed by",
    "SERIAL-COMPANY": "filer",
}
"""Section -> role, as the titles of EDGAR's pages name it."""
_ACCESSION = re.compile(r"[0-9]{10}-[0-9]{2}-[0-9]{6}")
_CODE = re.compile(r"[0-9][0-9A-Za-z.()]{0,9}")
_ITEM_NAMES = re.compile(r"^ITEM INFORMATION:[ \t]*(\S[^\r\n]{0,300})", re.MULTILINE)
_FORM = re.compile(r"[A-Z0-9][A-Z0-9 ./&-]{0,29}")


def parse_header(
    body: bytes,
    content_type: str | None,
    base_url: str,
    source: SourceFacts,
    seen_at_ms: int,
    http_date: str | None,
    guard: Guard = FREE,
) -> ParsedFeed:
    """Make the candidate of a filing, marked late; none if its form is not watched. Raises ParseFailed."""
    text, _ = decode(body, content_type)
    start = text.find("<SEC-HEADER>")
    if start < 0:
        raise ParseFailed(f"no header of a filing: {no_feed(text) or 'there is no <SEC-HEADER>'}")
    head = text[start : start + _LOOKED_AT]
    if (end := head.find("</SEC-HEADER>")) < 0:
        raise ParseFailed("the header of the filing is cut off")
    found = _Header(head[:end], head[end:])
    filing = found.filing()
    seen = Seen(source, base_url, seen_at_ms, hashlib.sha256(body).hexdigest(), http_date)
    whole = knows_items(filing.form, filing.items)
    made = [late_candidate(filing, seen, whole=whole)] if wanted(filing.form, source.forms) else []
    return ParsedFeed(format="edgar-header", candidates=made, listed=[filing_mark(filing.accession)])


class _Header:
    """The tags of a header: `head`; and what is for people: `after`, which names the items."""

    def __init__(self, head: str, after: str) -> None:
        self._first: dict[str, str] = {}
        self._codes: list[str] = []
        self._filers: list[dict[str, str]] = []
        self._names = _ITEM_NAMES.findall(after)
        role = ""
        for closing, tag, value in _TAG.findall(head):
            if tag in _ROLES:
                role = "" if closing else _ROLES[tag]
                if role and len(self._filers) < MAX_FILERS:
                    self._filers.append({"role": role})
            elif tag == "ITEMS" and _CODE.fullmatch(value.strip()):
                self._codes.append(value.strip())
            elif role:
                self._of_company(tag, value)
            else:
                self._first.setdefault(tag, value.strip())

    def _of_company(self, tag: str, value: str) -> None:
        """Take the name and the CIK of the section's company: the first of each, later ones are former names."""
        one = self._filers[-1]
        if tag == "CONFORMED-NAME":
            one.setdefault("name", cut_title(plain_line(value, literal=True), 200))
        elif tag == "CIK" and value.strip().isdecimal() and len(value.strip()) <= 10:
            cik = value.strip().zfill(10)
            one.setdefault("cik", cik)
            one.setdefault("id", f"cik-{cik}")

    def filing(self) -> Filing:
        accession = self._first.get("ACCESSION-NUMBER", "")
        form = " ".join(self._first.get("TYPE", "").upper().split())
        if not _ACCESSION.fullmatch(accession) or not _FORM.fullmatch(form):
            raise ParseFailed("the header of the filing names no accession number, or no form")
        filers = [{"name": "", **one} for one in self._filers if "cik" in one or one.get("name")]
        return Filing(
            position=0,
            accession=accession,
            form=form,
            filers=ranked_filers(filers),
            items=self._items(),
            filed=_day(self._first.get("FILING-DATE", "")),
            accepted_ms=_moment(self._first.get("ACCEPTANCE-DATETIME", "")),
            url="",
            size="",
        )

    def _items(self) -> list[Item]:
        """Name the items as the header does, in the same order; where it does not, as the form does."""
        codes = list(dict.fromkeys(self._codes))[:MAX_ITEMS]
        if len(self._names) != len(codes):
            return [named_item(code) for code in codes]
        names = (cut_title(" ".join(name.split()), 200) for name in self._names)
        return [Item(code, name) for code, name in zip(codes, names, strict=True)]


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


def _moment(text: str) -> int | None:
    """Read New York's clock. Of the hour that comes twice in November EDGAR accepts nothing."""
    if len(text) != 14 or not text.isdecimal():
        return None
    try:
        moment = datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=NEW_YORK)
    except ValueError:
        return None
    return int(moment.timestamp() * 1000)
