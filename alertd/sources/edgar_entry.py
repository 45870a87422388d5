"""One entry of EDGAR's feeds: what its elements say -> a filing under one of its filers. Pure.

In the current filings the title names form, company, CIK and role, and the escaped HTML of the summary the rest:
`<b>Filed:</b> 2025-12-12 <b>AccNo:</b> … <b>Size:</b> 24 KB<br>Item 2.02: Results…`. In a company's own
feed `content` has elements for it, of which one is spelt `accession-nunber`, and the head names the company.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from alertd.model import Struct
from alertd.sources.dates import FIRST_YEAR, LAST_YEAR
from alertd.sources.plain import cut_title, plain_line, scrub
from alertd.sources.sec_day import fits_new_york

MAX_ITEMS = 50
_MAX_TITLE, _MAX_SUMMARY, _MAX_LINK, _MAX_NAME = 1_000, 20_000, 2_000, 200

_ACCESSION = re.compile(r"[0-9]{10}-[0-9]{2}-[0-9]{6}")
_TITLE = re.compile(r"(\S[^()]{0,39}?)\s+-\s+(.*?)\s*\(([0-9]{1,10})\)(?:\s*\(([A-Za-z ]{1,20})\))?")
_FORM = re.compile(r"[A-Z0-9][A-Z0-9 ./&-]{0,29}")
_NOT_PLAIN = re.compile("[<&]|  ")
_BREAK = re.compile("<br[^<>]{0,20}>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]{0,100}>")
_ITEM = re.compile(r"^ *Item ([0-9][0-9A-Za-z.()]{0,9}) *: *(\S.*)$", re.MULTILINE)
_ITEM_CODES = re.compile(r"[0-9]{1,2}(?:[A-Z]|\.[0-9]{1,2})?(?:\.[0-9]{1,2})?")
_SAID = re.compile(r"(Filed|AccNo|Size) *: *([^\s:][^:\n]{0,40}?)(?= +[A-Z][A-Za-z]*#? *:|\n| *$)", re.MULTILINE)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CIK = re.compile(r"[0-9]{1,10}")
_CIK_IN_LINK = re.compile(r"/data/([0-9]{1,10})/")


class Item(NamedTuple):
    """An item of a form, as EDGAR announces it: of an 8-K `2.02`, `Results of Operations and Financial Condition`."""

    code: str
    name: str


class Listed(Struct, frozen=True, kw_only=True):
    """One entry: a filing under one of its filers. Text is plain."""

    position: int
    """Place in the document, from 0."""
    accession: str
    form: str
    """As EDGAR writes it, in upper case: `8-K/A`, `SCHEDULE 13D`."""
    name: str = ""
    cik: str = ""
    """Ten digits, or empty."""
    role: str = ""
    """`filer`, `issuer`, `reporting`, `subject`, `filed by`; empty in a company's own feed."""
    items: tuple[Item, ...] = ()
    filed: str = ""
    """The filing date, `2025-12-12`: of what was accepted after the day's end the next business day."""
    accepted_ms: int | None = None
    """When EDGAR accepted it; None where the page states no time with a zone."""
    offset: str = ""
    """From UTC, as the page states it: `-05:00`."""
    offset_fits: bool = True
    """Whether New York's clock has this offset then: EDGAR's times are New York's."""
    url: str = ""
    """Of the filing's index page, as it stands there: not yet checked."""
    size: str = ""


def read_entry(
    position: int, said: Mapping[str, str], own: Mapping[str, str], company: Mapping[str, str] | None
) -> Listed | str:
    """Read an entry; the reason why it is none, where it is none.

    `said` are the texts of its elements (of `link` and `category` what they point to), `own` those of its `content`,
    `company` those of the feed's `company-info`: None in a feed of current filings.
    """
    summary = html.unescape(_TAG.sub("", _BREAK.sub("\n", said.get("summary", "")[:_MAX_SUMMARY])))
    named = dict(reversed(_SAID.findall(summary)))
    link = said.get("link", "")[:_MAX_LINK]
    accession = _accession(said.get("id", ""), named.get("AccNo", ""), own, link)
    if not accession:
        return "it names no accession number"
    title = _line(said.get("title", "")[:_MAX_TITLE])
    parts = _TITLE.fullmatch(title)
    form = said.get("category", "") or own.get("filing-type", "") or (parts[1] if parts else "")
    form = " ".join(form[:60].upper().split())
    if not _FORM.fullmatch(form):
        return "it names no form"
    filed = named.get("Filed", "") or own.get("filing-date", "")
    name, cik, role = _who(company, parts, title, form, link)
    accepted_ms, offset, fits = _moment(said.get("updated", ""))
    return Listed(
        position=position,
        accession=accession,
        form=form,
        name=cut_title(name, _MAX_NAME),
        cik=cik,
        role=role,
        items=_items(summary, own.get("items-desc", "")),
        filed=filed if _DAY.fullmatch(filed) else "",
        accepted_ms=accepted_ms,
        offset=offset,
        offset_fits=fits,
        url=link or own.get("filing-href", "")[:_MAX_LINK],
        size=scrub(named.get("Size", "") or own.get("size", ""))[:20].strip(),
    )


def _who(
    company: Mapping[str, str] | None, parts: re.Match[str] | None, title: str, form: str, link: str
) -> tuple[str, str, str]:
    """Give name, CIK and role: a company's own feed says once whose it is, the current one in each title."""
    if company is not None:
        name = _line(company.get("conformed-name", "")[:_MAX_TITLE])
        cik = company.get("cik", "").strip()
        return name, cik.zfill(10) if _CIK.fullmatch(cik) else "", ""
    if parts is not None:
        return parts[2].strip(), parts[3].zfill(10), (parts[4] or "").strip().lower()
    found = _CIK_IN_LINK.search(link)
    return title.removeprefix(form).lstrip(" -"), found[1].zfill(10) if found else "", ""


def _line(text: str) -> str:
    """Make a plain line; most are one already, and looking closer takes a fifth of the time for a page."""
    if text.isascii() and text.isprintable() and not _NOT_PLAIN.search(text):
        return text.strip()
    return plain_line(text, literal=True)


def _accession(guid: str, named: str, own: Mapping[str, str], link: str) -> str:
    """Take the accession number from the first place that states one; EDGAR spells an element `accession-nunber`."""
    places = (guid, named, own.get("accession-nunber", ""), own.get("accession-number", ""), link)
    return next((found[0] for place in places if (found := _ACCESSION.search(place[:_MAX_LINK]))), "")


def _items(summary: str, described: str) -> tuple[Item, ...]:
    """Read the items of the summary; where it has none, those of `items-desc` (`items 2.02 and 9.01`)."""
    found: dict[str, Item] = {}
    if "Item" in summary:
        for code, name in _ITEM.findall(summary):
            found.setdefault(code, Item(code, cut_title(" ".join(scrub(name).split()), _MAX_NAME)))
    elif described:
        for code in _ITEM_CODES.findall(described[:1_000]):
            found.setdefault(code, Item(code, ""))
    return tuple(found.values())[:MAX_ITEMS]


@lru_cache(maxsize=1024)
def _moment(text: str) -> tuple[int | None, str, bool]:
    """Read an acceptance time with its zone, as ms; None without one, or for a time that no filing has.

    Gives its offset too, and whether New York's clock has it then.
    """
    text = text[:40].strip()
    year = text[:4]
    if not year.isdecimal() or not FIRST_YEAR <= int(year) <= LAST_YEAR:
        return None, "", True
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None, "", True
    offset = moment.utcoffset()
    if offset is None:
        return None, "", True
    ms = round(moment.timestamp() * 1000)
    return ms, text[-6:] if offset else "UTC", fits_new_york(ms, offset)
