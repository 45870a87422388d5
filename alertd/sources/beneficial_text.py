"""Schedules 13D and 13G as they were until December 2024: cover pages of text or HTML, one for each reporting person.

    text -> header of the submission, if there is one -> lines -> captions -> what stands between two captions

The rows of a cover page are the same in all of them (17 CFR 240.13d-101 and 102), the layout is each filer's own: so
captions are looked for, wherever they stand, and a row is what comes between one and the next.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from alertd.errors import ParseFailed
from alertd.sources.beneficial import (
    MAX_HOLDERS,
    MAX_PURPOSE,
    MAX_TEXT,
    Holder,
    Schedule,
    holder_types,
    known_form,
)
from alertd.sources.form_values import cik, day, figure, line, percent
from alertd.sources.plain import plain_text

MAX_READ = 400_000
"""Characters of a document that are read: cover pages and items come before the exhibits."""
MAX_ROW = 600
"""Characters behind a caption that are read."""
_COVER = 6_000
"""Characters in which the first page is."""

_CAPTIONS = {
    "name": r"names?(?:\(s\))?\sof\s(?:the\s)?(?:above\s)?reporting\spersons?(?:\(s\))?",
    "irs": r"(?:s\.?s\.?\sor\s)?i\.?\s?r\.?\s?s\.?\sidentification\s(?:nos?|numbers?)(?:\(s\))?\.?"
    r"(?:\sof\s(?:the\s)?(?:above|reporting)\spersons?(?:\(s\))?)?\s?(?:\(entities\sonly\))?",
    "group": r"check\sthe\sappropriate\s(?:box|row)\sif",
    "sec": r"sec\suse\sonly",
    "funds": r"sources?\sof\sfunds",
    "legal": r"check\s(?:box\s|here\s)?if\sdisclosure\sof\slegal",
    "citizenship": r"citizenship\sor\splace\sof\sorganization",
    "count": r"number\sof\s(?:shares|units|securities)\sbeneficially",
    "sole_voting": r"sole\svoting\spower",
    "shared_voting": r"shared\svoting\spower",
    "sole_disposal": r"sole\sdispositive\spower",
    "shared_disposal": r"shared\sdispositive\spower",
    "shares": r"aggregate\samount\s(?:beneficially\s)?owned\sby\s(?:each\s|the\s)?(?:reporting\s)?persons?",
    "excludes": r"check\s(?:box\s|here\s)?if\s(?:the\s)?aggregate\samount",
    "percent": r"percent(?:age)?\sof\s(?:the\s)?class\srepresented\sby\s(?:the\s)?amounts?\sin\srow\s?\(?\d{0,2}\)?",
    "type": r"type\sof\s(?:reporting\sperson|person\sreporting)",
    "item": r"item\s\d{1,2}\b",
    "cusip": r"cusip\s(?:no|number)",
}
_CAPTION = re.compile(
    r"\b(?=[acinpst])(?:" + "|".join(f"(?P<{name}>{words})" for name, words in _CAPTIONS.items()) + ")", re.IGNORECASE
)
_ROW_NUMBER = re.compile(r"(?<![\w.,$])\(?\d{1,2}\s?[.):]{0,2}\s?$")
"""Of the next caption."""

_RULE_LINE = re.compile(r"[\W_]{3,}")
_AMOUNT = re.compile(r"(?<![\w.,(])(\d{1,3}(?:,\d{3}){1,4}|\d{1,15})(?:\.\d{1,6})?(?![\w%])")
_PERCENT = re.compile(r"(?<![\w.,])(\d{1,3}(?:\.\d{0,6})?|\.\d{1,6})\s?%")
_BARE = re.compile(r"(?<![\w.,(])(\d{1,3}\.\d{1,6}|\d{1,2})(?![\w.,)])")
_NOTHING = re.compile(r"[\s:]{0,5}(?:-\s?0\s?-|none\b|nil\b|zero\b)", re.IGNORECASE)
_EIN = re.compile(r"\(?\b\d{2}-\d{7}\b\)?")
_FORM = re.compile(r"\bschedule\s13\s?([dg])(?:\s?/\s?a\b)?", re.IGNORECASE)
_AMENDMENT = re.compile(r"\bamendment\sno(?:\.|:|\s)\s?:?\s?(\d{1,3})?", re.IGNORECASE)
_TICKED = re.compile(r"(?:\[\s?x\s?\]|[☒☑✓✔]|\bx)\s?rule\s13d-1\s?\(([bcd])\)", re.IGNORECASE)
_BELOW = {
    "subject": re.compile(r"\(\s?name\sof\s(?:the\s)?(?:issuer|subject\scompany)", re.IGNORECASE),
    "security": re.compile(r"\(\s?title\sof\s(?:the\s)?class(?:es)?\sof\ssecurit", re.IGNORECASE),
    "event_date": re.compile(r"\(\s?date\sof\s(?:the\s)?event\swhich\srequires", re.IGNORECASE),
}
_ISSUER = re.compile(r"name\sof\s(?:the\s)?issuer\s?[:.]?\s", re.IGNORECASE)
_PURPOSE = re.compile(
    r"\bitem\s4[.:]?\s?[-–—]?\s?(?:the\s)?purposes?\sof\s(?:the\s)?transactions?\W{0,3}", re.IGNORECASE
)
_FUNDS = re.compile(r"\bitem\s3[.:]?\s?[-–—]?\s?sources?\s(?:and|or)\samounts?\sof\sfunds[^\n.]{0,40}", re.IGNORECASE)
_STAKE_D = re.compile(
    r"\bitem\s5[.:]?\s?[-–—]?\s?interests?\sin\s(?:the\s)?securities\sof\s(?:the\s)?issuer", re.IGNORECASE
)
_STAKE_G = re.compile(r"\bitem\s4[.:]?\s?[-–—]?\s?ownership", re.IGNORECASE)
_NEXT_ITEM = re.compile(r"\nitem\s\d", re.IGNORECASE)
_FIVE_OR_LESS = re.compile(
    r"more\sthan\s(?:5|five)\s?(?:percent|per\scent|%)[^\[☒☐]{0,200}(\[\s?x\s?\]|☒)", re.IGNORECASE
)
_PERSON_FILING = re.compile(r"name\sof\spersons?\sfiling\s?[:.]?\s", re.IGNORECASE)
_OWNED = re.compile(r"amount\sbeneficially\sowned\s?[:.]?\s", re.IGNORECASE)
_OF_CLASS = re.compile(r"percent\sof\sclass\s?[:.]?\s", re.IGNORECASE)

_TYPE_TAG = re.compile(r"(?:^<TYPE>|CONFORMED SUBMISSION TYPE:\s{0,10})([^\n<]{1,40})", re.MULTILINE)
_SUBJECT_PART = re.compile(r"^<?SUBJECT.COMPANY[:>]", re.MULTILINE)
_NAME_TAG = re.compile(r"(?:CONFORMED NAME:|<CONFORMED-NAME>)\s{0,20}([^\n<]{1,200})")
_CIK_TAG = re.compile(r"(?:CENTRAL INDEX KEY:|<CIK>)\s{0,20}(\d{1,10})")


class _Header(NamedTuple):
    """What the header of a submission says, as far as there is one."""

    form: str = ""
    subject: str = ""
    subject_cik: str = ""


def read_schedule_text(text: str) -> Schedule:
    """Read a schedule from its cover pages. Raises ParseFailed, in words for a person."""
    header = _header(text)
    page = _lines(_document(text))
    form, number = _form(header, page)
    if not form:
        raise ParseFailed("no Schedule 13D or 13G: the document names neither")
    holders = tuple(_holders(page)) or tuple(_holder_of_items(page))
    subject = header.subject or _below(page, "subject") or _after(_ISSUER, page)
    if not subject or not holders:
        raise ParseFailed("the schedule names no company" if not subject else "the schedule names no holder")
    is_d = form.startswith("SCHEDULE 13D")
    ticked = _TICKED.search(page, 0, _COVER)
    return Schedule(
        form=form,
        subject=subject,
        holders=holders,
        subject_cik=header.subject_cik,
        security=_below(page, "security"),
        event_date=day(_below(page, "event_date")),
        amendment_number=number,
        rule=f"13d-1({ticked[1].lower()})" if ticked and not is_d else "",
        purpose=line(_item(_PURPOSE, page), MAX_PURPOSE) if is_d else "",
        funds=line(_item(_FUNDS, page), 300) if is_d else "",
        stake=line(_item(_STAKE_D if is_d else _STAKE_G, page), MAX_TEXT),
        five_or_less=bool(_FIVE_OR_LESS.search(page)) if not is_d else None,
        notes=() if any(one.percent is not None for one in holders) else ("no percent was found",),
    )


def _header(text: str) -> _Header:
    end = text.find("</SEC-HEADER>", 0, 200_000)
    head = text[: end if end >= 0 else 2_000]
    form = next(filter(None, (known_form(found[1]) for found in _TYPE_TAG.finditer(head))), "")
    part = _SUBJECT_PART.search(head)
    if part is None:
        return _Header(form)
    name, key = _NAME_TAG.search(head, part.end()), _CIK_TAG.search(head, part.end())
    return _Header(form, line(name[1]) if name else "", cik(key[1]) if key else "")


def _document(text: str) -> str:
    """Give the first document of a submission, or the whole if it is none."""
    start = text.find("<TEXT>")
    if start < 0:
        return text
    end = text.find("</TEXT>", start)
    return text[start + 6 : end if end >= 0 else len(text)]


def _lines(document: str) -> str:
    """Give the document as lines with single spaces, without empty ones and rules."""
    head = document[:4_096].lower()
    marked = "<html" in head or "<div" in head or "<p" in head or "<body" in head or "<table" in head
    text = plain_text(document[: 4 * MAX_READ]) if marked else document[:MAX_READ]
    lines = (" ".join(part.split()) for part in text[:MAX_READ].splitlines())
    return "\n".join(one for one in lines if one and not _RULE_LINE.fullmatch(one))


def _form(header: _Header, page: str) -> tuple[str, int | None]:
    cover = page[:_COVER]
    named = _FORM.search(cover)
    form = header.form or (f"SCHEDULE 13{named[1].upper()}" if named else "")
    found = _AMENDMENT.search(cover)
    number = int(found[1]) if found and found[1] else None
    if not header.form and form and (number or (named and "/" in named[0])):
        form += "/A"
    return form, number if form.endswith("/A") else None


def _below(page: str, name: str) -> str:
    """Give what stands in the line above a caption in brackets."""
    found = _BELOW[name].search(page, 0, 2 * _COVER)
    if found is None:
        return ""
    above = page[max(0, found.start() - 400) : found.start()].rstrip(" \n*").rpartition("\n")[2]
    return line(above.strip(" *|"))


def _after(caption: re.Pattern[str], page: str) -> str:
    """Give what stands behind a caption: in its line, or in the next."""
    found = caption.search(page)
    if found is None:
        return ""
    lines = [part.strip(" :.-|") for part in page[found.end() : found.end() + 400].split("\n")]
    return line(next((part for part in lines if part), ""))


def _item(heading: re.Pattern[str], page: str) -> str:
    found = heading.search(page)
    if found is None:
        return ""
    end = _NEXT_ITEM.search(page, found.end(), found.end() + MAX_TEXT)
    return page[found.end() : end.start() if end else found.end() + MAX_TEXT].lstrip(" .:*\n")


def _rows(page: str) -> Iterator[tuple[str, str]]:
    """Give each caption with what stands between it and the next."""
    before: tuple[str, int] | None = None
    for found in _CAPTION.finditer(page):
        if before is not None:
            text = page[before[1] : min(found.start(), before[1] + MAX_ROW)]
            number = _ROW_NUMBER.search(text, max(0, len(text) - 8))
            yield before[0], text[: number.start()] if number else text
        before = found.lastgroup or "", found.end()
    if before is not None:
        yield before[0], page[before[1] : before[1] + MAX_ROW]


def _holders(page: str) -> Iterator[Holder]:
    """Give the person of each cover page: a name, and behind it a number of shares or a percent."""
    row: dict[str, str] = {}
    count = 0
    for caption, text in _rows(page):
        if caption == "name":
            row = {"name": text}
        elif caption == "irs" and not _name(row.get("name", "")):
            row["name"] = text
        elif caption not in row:
            row[caption] = text
        if caption == "type" and row.get("name") is not None and ("shares" in row or "percent" in row):
            if name := _name(row["name"]):
                yield _holder(name, row)
                count += 1
            row = {}
        if count >= MAX_HOLDERS:
            return


def _holder(name: str, row: dict[str, str]) -> Holder:
    return Holder(
        name=name,
        percent=_percent(row.get("percent", "")),
        shares=_amount(row.get("shares", "")),
        types=holder_types(row.get("type", "")),
        sole_voting=_amount(row.get("sole_voting", "")),
        shared_voting=_amount(row.get("shared_voting", "")),
        sole_disposal=_amount(row.get("sole_disposal", "")),
        shared_disposal=_amount(row.get("shared_disposal", "")),
        citizenship=line(row.get("citizenship", "").strip(" .:\n"), 60),
    )


def _holder_of_items(page: str) -> Iterator[Holder]:
    """Give the person of a 13G without cover pages, from its items."""
    name = _after(_PERSON_FILING, page)
    owned, share = _OWNED.search(page), _OF_CLASS.search(page)
    if name and owned and share:
        yield Holder(
            name=name,
            shares=_amount(page[owned.end() : owned.end() + 60]),
            percent=_percent(page[share.end() : share.end() + 60]),
        )


def _name(text: str) -> str:
    """Give a name without what is printed around it."""
    plain = _EIN.sub(" ", text.replace("|", " "))
    lines = [one.lstrip(" .:;*-–—()").rstrip(" :;*-–—(") for one in plain.split("\n")]
    kept = [one for one in lines if any(map(str.isalpha, one)) and not _CAPTION.match(one)]
    return line(" ".join(kept[:3]), 150)


def _amount(text: str) -> Decimal | None:
    if _NOTHING.match(text):
        return Decimal()
    found = _AMOUNT.search(text)
    return figure(found[0]) if found else None


def _percent(text: str) -> Decimal | None:
    if found := _PERCENT.search(text):
        return percent(found[1])
    if _NOTHING.match(text):
        return Decimal()
    found = _BARE.search(text)
    return percent(found[1]) if found else None
