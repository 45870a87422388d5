"""What every filing says, and what may be left out of its text: cover page, signatures, index of exhibits, cautions.

Whole lines are taken out and nothing is rewritten, so every place in what is left has its place in the text before.
When in doubt a line stays: a caution too much costs a little noise, a sentence too few can cost an alert.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

import msgspec

from alertd.sources.filing_items import Item
from alertd.sources.filing_signature import EXHIBIT_INDEX, is_signed, signature_heading

_COVER_LINES = 90
"""Lines at the beginning of a form in which its cover stands."""
_COVER = re.compile(
    r"\W{0,6}(?:united states$|(?:united states )?securities and exchange commission|washington,? d\.?c|"
    r"form \w{1,4}-?\w?\b.{0,12}$|current report$|pursuant to (?:section 13|rule 13a)|"
    r"date of (?:earliest )?report|for the (?:month|quarterly period|fiscal year|transition period)|commission file|"
    r"\(?(?:exact )?name of (?:the )?registrant|\(?translation of registrant|\(?state or other jurisdiction|"
    r"of incorporation|\(?address(?:es)? of (?:the )?principal|\(?zip code|\(?i\.?r\.?s\.? employer|"
    r"identification no|registrant.s telephone|\(?former name|check the appropriate box|form 20-f|yes\W{1,9}no\b|"
    r"written communications pursuant to rule|soliciting material pursuant to rule|\(?mark one|"
    r"pre-?commencement communications|securities registered pursuant|title of each class|trading symbol|"
    r"name of each exchange|indicate by check mark|emerging growth company|if an emerging growth company|"
    r"(?:annual|quarterly|transition) report pursuant|report of foreign private issuer)",
    re.IGNORECASE,
)
_FORM = re.compile(r"securities and exchange commission", re.IGNORECASE)
_BODY_BEGINS = re.compile(r"\W{0,4}(?:part i\b|item 1\b|explanatory note)", re.IGNORECASE)

_EXHIBIT_HEADING = re.compile(
    r"\W{0,3}(?:exhibit|annex|appendix|schedule)\s+(?:no\.?\s*)?[\dA-Z][\w.\-()]{0,8}\W{0,3}", re.IGNORECASE
)
_ATTACHED = re.compile(
    r"\W{0,3}(?:(?:exhibit|ex-|annex|appendix)\s*(?:no\.?\s*)?\d|for immediate release|(?:press|news) release)",
    re.IGNORECASE,
)
_SIGNER = re.compile(
    r"/s/|^\W{0,3}(?:by|name|title|its|dated?)\b|registrant|officer|president|secretary|treasurer|counsel|chair|"
    r"director|controller|trustee|attorney|\b(?:inc|corp|corporation|company|l\.?l\.?c|l\.?p|ltd|co)\b\.?\W{0,3}$",
    re.IGNORECASE,
)
_SIGNATURE_LINES = 40
_ENTRY = re.compile(
    r"\W{0,3}(?:\d{1,3}(?:\.\w{1,6}){0,3}\b|exhibit\b|no\.|number\b|description\b|page\b|ex-\d)", re.IGNORECASE
)
_INDEX_LINES = 80

_CAUTION_HEADING = re.compile(
    r".{0,60}(?:forward[- ]?looking|safe harbor|cautionary (?:statement|note|language))", re.IGNORECASE
)
_CAUTION_WORDS = re.compile(
    r"forward[- ]looking|differ materially|risks? and uncertaint|no (?:obligation|duty|intention)|undertakes? no|"
    r"private securities litigation|risk factors|uncertaint|assumptions|beyond (?:our|the company.s|its) control|"
    r"(?:obligation|duty|intend|intention) to (?:publicly )?(?:update|revise)|"
    r"(?:10-k|10-q).{0,200}(?:securities and exchange commission|\bsec\b)|factors that (?:could|may|might)",
    re.IGNORECASE,
)
_CAUTION = re.compile(r"forward[- ]looking statement", re.IGNORECASE)
_CAUTION_LAW = re.compile(
    r"private securities litigation reform|section 27a|section 21e|differ materially|"
    r"undertakes? no (?:obligation|duty)|risks and uncertainties|"
    r"(?:obligation|duty) to (?:publicly )?(?:update|revise)",
    re.IGNORECASE,
)
_CAUTION_LINES = 60
_BULLET = re.compile(r"\W{0,3}[•·▪◦‣●○*\-–—]|\(?[a-z0-9]{1,3}[).]\s", re.IGNORECASE)
_OF_FURNISHING = re.compile(
    r"\W{0,3}(?:the (?:foregoing )?information|this information|such information|in accordance with|"
    r"as provided in|pursuant to general instruction|the (?:foregoing|press release|exhibits?)\b)",
    re.IGNORECASE,
)
_NOT_FILED = re.compile(r"\bno[tr]\b[^\n]{0,40}\bdeemed\b[^\n]{0,40}\bfiled\b", re.IGNORECASE)
_LOOKED_AT = 1_500
"""Characters of a line that are looked at."""


class Reduced(msgspec.Struct, frozen=True):
    """A text without its boilerplate."""

    text: str
    items: tuple[Item, ...]
    """The items with their places in what is left; at least their headings are."""
    left_out: dict[str, int]
    """Characters taken out: `cover`, `signature`, `exhibit index`, `caution`, `not filed`."""


def reduce_text(text: str, items: Sequence[Item] = ()) -> Reduced:
    """Take out the boilerplate of a text made by `read_text`. Linear in its length."""
    lines = text.split("\n")
    starts = list(accumulate((len(line) + 1 for line in lines), initial=0))
    kinds = _kinds(lines, [bisect_right(starts, item.start) - 1 for item in items])
    gone = list(accumulate((len(lines[i]) + 1 if kind else 0 for i, kind in enumerate(kinds)), initial=0))
    left_out: dict[str, int] = {}
    for line, kind in zip(lines, kinds, strict=True):
        if kind:
            left_out[kind] = left_out.get(kind, 0) + len(line) + 1
    reduced = "\n".join(line for line, kind in zip(lines, kinds, strict=True) if not kind)

    moved = []
    for item in items:
        # Its first line is its heading, which stays; of its last line nothing may be left.
        first = bisect_right(starts, item.start) - 1
        last = bisect_right(starts, item.end - 1) - 1
        end = starts[last] - gone[last] - 1 if kinds[last] else item.end - gone[last]
        moved.append(msgspec.structs.replace(item, start=item.start - gone[first], end=end))
    return Reduced(text=reduced, items=tuple(moved), left_out=left_out)


def _kinds(lines: Sequence[str], headings: Sequence[int]) -> list[str]:
    """Give for each line what boilerplate it is, or nothing. `headings` are the lines in which items begin."""
    kinds = [""] * len(lines)
    at = _mark_cover(lines, kinds, headings)
    for end in sorted({*headings, len(lines)}):
        # What begins in an item ends with it, and its heading stays.
        at = at + 1 if at in headings else at
        while at < end:
            at = _mark(lines, kinds, at, end)
    return kinds


def _mark_cover(lines: Sequence[str], kinds: list[str], headings: Sequence[int]) -> int:
    if headings:
        kinds[: headings[0]] = ["cover"] * headings[0]
        return headings[0]
    head = lines[:_COVER_LINES]
    if not any(_FORM.search(line[:200]) for line in head[:12]):
        return 0
    body = next((i for i, line in enumerate(head) if i > 5 and _BODY_BEGINS.match(line[:60])), 0)
    for index, line in enumerate(head):
        if index < body or _COVER.match(line[:_LOOKED_AT]):
            kinds[index] = "cover"
    return body


def _mark(lines: Sequence[str], kinds: list[str], at: int, stop: int) -> int:
    """Mark what begins at a line, up to where it has to stop; give the line to go on with."""
    line = lines[at][:_LOOKED_AT]
    if signature_heading(line) or is_signed(line):
        if any(is_signed(below) for below in lines[at : at + 5]):
            return _mark_while(kinds, "signature", at, min(_end_of_signature(lines, at), stop))
    elif len(line) <= 40 and EXHIBIT_INDEX.fullmatch(line):
        return _mark_while(kinds, "exhibit index", at, min(_end_of_index(lines, at), stop))
    elif len(line) <= 120 and _CAUTION_HEADING.match(line) and not line.endswith("."):
        return _mark_while(kinds, "caution", at, min(_end_of_cautions(lines, at), stop))
    elif len(line) >= 150 and _CAUTION.search(line) and _CAUTION_LAW.search(line):
        kinds[at] = "caution"
    elif "eemed" in line and _OF_FURNISHING.match(line) and _NOT_FILED.search(line):
        kinds[at] = "not filed"
    return at + 1


def _mark_while(kinds: list[str], kind: str, start: int, end: int) -> int:
    kinds[start:end] = [kind] * (end - start)
    return max(end, start + 1)


def _end_of_signature(lines: Sequence[str], at: int) -> int:
    """Give the line after the last name or office; a paragraph, an index or an exhibit may follow."""
    last = at
    for index in range(at, min(at + _SIGNATURE_LINES, len(lines))):
        line = lines[index]
        if is_signed(line) or signature_heading(line):
            last = index
        elif len(line) > 160 or EXHIBIT_INDEX.fullmatch(line) or _ATTACHED.match(line):
            break
        elif _SIGNER.search(line):
            last = index
    return last + 1


def _end_of_index(lines: Sequence[str], at: int) -> int:
    """Give the first line that is neither an entry of the index nor the end of one."""
    for index in range(at + 1, min(at + _INDEX_LINES, len(lines))):
        line = lines[index][:_LOOKED_AT]
        if _EXHIBIT_HEADING.fullmatch(line) and index > at + 2:
            return index
        if len(line) > 600 or not (_ENTRY.match(line) or len(line) <= 160):
            return index
    return min(at + _INDEX_LINES, len(lines))


def _end_of_cautions(lines: Sequence[str], at: int) -> int:
    """Give the first line after a heading of cautions that is not one itself. A heading alone is left in place."""
    index = at + 1
    while index < min(at + _CAUTION_LINES, len(lines)):
        line = lines[index][:_LOOKED_AT]
        if " | " in line or not (_CAUTION_WORDS.search(line) or _BULLET.match(line) or line.endswith(";")):
            break
        index += 1
    return index if index > at + 1 else at
