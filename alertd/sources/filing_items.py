"""The plain text of an 8-K -> its items: number, title, and where each begins and ends.

    lines that begin with "Item N" -> those that are headings -> no contents, no repeats -> spans to the signature

A line is a heading by what follows the number: the item's own title, or nothing, or a text that begins like a
sentence of its own. "Item 5.02 of the report" within a sentence is a mention. The numbering is that of 2004 unless no
heading has it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

import msgspec

from alertd.sources.filing_item_titles import MODERN, OLD
from alertd.sources.filing_signature import EXHIBIT_INDEX, is_signed, signature_heading

MAX_ITEMS = 40
"""Items of a filing; the longest real ones have nine."""

_NUMBER = r"\d{1,2}(?:\s?[.:]\s?\d{2}(?!\d))?"
_HEADING = re.compile(
    rf"[^\w\n“\"']{{0,6}}(?:section\s+\d\s*[^\w\n]{{0,3}}[^\n\d]{{0,90}}?)?\bi\s?tems?[\s.:#\-–—|]{{0,4}}(?:no\.?\s*)?"
    rf"(?P<numbers>{_NUMBER}(?:\s?\([a-z0-9]{{1,3}}\)){{0,6}}"
    rf"(?:[\s,;&/|]{{0,3}}(?:and|or|to)?[\s,;&/|]{{0,3}}(?:items?\s*)?{_NUMBER}(?![\d%])(?:\s?\([a-z0-9]{{1,3}}\)){{0,6}}){{0,4}})",
    re.IGNORECASE,
)
_ONE = re.compile(r"(\d{1,2})(?:\s?[.:]\s?(\d{2}))?(?!\d)(?:\s?\([a-z0-9]{1,3}\))*", re.IGNORECASE)
_LETTER = re.compile(r"\([a-z0-9]{1,3}\)", re.IGNORECASE)
_LEAD = 160
"""Characters at the beginning of a line in which a heading stands."""
_PUNCTUATION = " \t.:;,-–—|*"
_MENTION = re.compile(
    r"(?:of|above|below|is|are|was|and|or|to|in|hereof|herein|thereof|under|as|shall|has|have|by|which|for|that|this|"
    r"only|the|with|on)\b[^A-Z]|[,)”]",
)
_WORD = re.compile(r"[a-z]{3,}")
_COMMON = frozenset(("and", "the", "for", "with", "that", "under"))
_LISTED = re.compile(r"\W{0,3}(?:ex(?:hibit)?[-\s.]{0,3})?\d{1,3}\.\d", re.IGNORECASE)
_LEFT_BLANK = re.compile(
    r"\W{0,3}(?:(?:the )?(?:remainder|rest|balance) of (?:this )?page.{0,80}|signatures? (?:page )?(?:to )?follows?|"
    r"signatures? on (?:the )?following page)\W{0,3}",
    re.IGNORECASE,
)


class Item(msgspec.Struct, frozen=True):
    """One item of an 8-K. Offsets are code points of the text, the end exclusive; the heading is within."""

    number: str
    """`2.02`, or before 2004 `12`."""
    title: str
    """As the form has it, not as the filer wrote it."""
    start: int
    end: int


class _Line(msgspec.Struct, frozen=True):
    """A line that may be a heading."""

    index: int
    start: int
    numbers: tuple[str, ...]
    titled: bool
    """What follows is the title of that item."""
    rest: str


def split_items(text: str) -> list[Item]:
    """Give the items in the order of the text. One text may be two items ("Items 1.01 and 2.03"). Linear in time."""
    lines = _Lines(text)
    found = _headings(lines)
    modern = [line for line in found if "." in line.numbers[0]]
    headings = (
        modern
        if any(line.titled for line in modern) or len(modern) == len(found)
        else [line for line in found if "." not in line.numbers[0]]
    )
    if not headings:
        return []
    end = _end_of_items(lines, headings)
    last = bisect_left(lines.starts, end)
    headings = _merged(_without_contents(lines, [line for line in headings if line.index < last], last))
    titles = MODERN if "." in headings[0].numbers[0] else OLD
    items = []
    for line, following in zip(headings, [*(h.start for h in headings[1:]), end], strict=True):
        stop = _trimmed(text, line.start, following)
        items += [Item(number=n, title=titles[n], start=line.start, end=stop) for n in line.numbers]
    return items[:MAX_ITEMS]


class _Lines:
    """The lines of a text with their places."""

    def __init__(self, text: str) -> None:
        self.texts = text.split("\n")
        self.starts: list[int] = []
        at = 0
        for line in self.texts:
            self.starts.append(at)
            at += len(line) + 1


def _headings(lines: _Lines) -> list[_Line]:
    found = []
    for index, line in enumerate(lines.texts):
        lead = line[:_LEAD]
        if "tem" not in lead and "TEM" not in lead:
            continue
        match = _HEADING.match(lead)
        if match is None:
            continue
        numbers = _numbers(match["numbers"])
        if not numbers:
            continue
        rest = line[match.end() : match.end() + 200].lstrip(_PUNCTUATION)
        following = rest or " ".join(lines.texts[index + 1 : index + 3])[:200]
        titled = _has_title(following, numbers)
        if titled or _stands_alone(lines, index, rest):
            found.append(_Line(index, lines.starts[index], numbers, titled, rest))
    return found


def _numbers(written: str) -> tuple[str, ...]:
    """Give the items named, each once; of mixed numberings those of the first."""
    names: list[str] = []
    for one in _ONE.finditer(_LETTER.sub("", written)):
        name = f"{int(one[1])}.{one[2]}" if one[2] else str(int(one[1]))
        if name in (MODERN if one[2] else OLD) and name not in names:
            names.append(name)
    return tuple(n for n in names if ("." in n) == ("." in names[0]))


def _has_title(following: str, numbers: Sequence[str]) -> bool:
    """Say whether a text begins with most of the first words of the title of one of the items."""
    words = set(_WORD.findall(following.lower()))
    for number in numbers:
        title = (MODERN if "." in number else OLD)[number]
        wanted = [w for w in _WORD.findall(title.lower()) if w not in _COMMON][:4]
        if sum(1 for w in wanted if w in words or w + "s" in words or w.rstrip("s") in words) * 2 >= len(wanted):
            return True
    return False


def _stands_alone(lines: _Lines, index: int, rest: str) -> bool:
    """Say whether a line with an item's number, but not its title, is a heading and not the rest of a sentence."""
    before = lines.texts[index - 1].rstrip() if index else ""
    if before and (before[-1] in ",(" or before[-1].isalnum()) and len(before) > 60:
        return False
    return not rest or not (_MENTION.match(rest) or rest[:1].islower())


def _end_of_items(lines: _Lines, headings: Sequence[_Line]) -> int:
    """Give where the last item ends: at the signature, else at the index of exhibits, else at the end of the text."""
    weak = 0
    for index in range(headings[0].index + 1, len(lines.texts)):
        line = lines.texts[index]
        if is_signed(line):
            return lines.starts[index]
        if signature_heading(line):
            # A table of contents names the signatures as well; those of the filing are followed by its words.
            if any(is_signed(following) for following in lines.texts[index + 1 : index + 5]):
                return lines.starts[index]
            weak = index
    if weak > headings[-1].index:
        return lines.starts[weak]
    for index in range(headings[-1].index + 1, len(lines.texts)):
        if len(lines.texts[index]) <= 40 and EXHIBIT_INDEX.fullmatch(lines.texts[index]):
            return lines.starts[index]
    return lines.starts[-1] + len(lines.texts[-1])


def _without_contents(lines: _Lines, headings: Sequence[_Line], last: int) -> list[_Line]:
    """Take out headings that only announce: no sentence stands below them, and the same number comes again."""
    kept: list[_Line] = []
    later: set[str] = set()
    stop = last
    for line in reversed(headings):
        if not (later.issuperset(line.numbers) and _announces(lines, line, stop)):
            kept.append(line)
            later.update(line.numbers)
        stop = line.index
    return kept[::-1]


def _announces(lines: _Lines, heading: _Line, stop: int) -> bool:
    below = lines.texts[heading.index + 1 : stop]
    return (
        len(heading.rest) < _LEAD
        and len(below) <= 40
        and all(len(line) < _LEAD for line in below)
        and not any(line.endswith(".") and len(line) > 60 and not _LISTED.match(line) for line in below)
    )


def _merged(headings: Sequence[_Line]) -> list[_Line]:
    """Join headings that repeat the one before them ("Item 5.02 (continued)")."""
    kept: list[_Line] = []
    for line in headings:
        if not kept or kept[-1].numbers != line.numbers:
            kept.append(line)
    return kept


def _trimmed(text: str, start: int, end: int) -> int:
    """Give the end of an item without what follows it on the page: empty space, "signature page follows"."""
    while end > start:
        line_start = max(text.rfind("\n", start, end - 1) + 1, start)
        line = text[line_start:end].strip()
        if line_start > start and (not line or (len(line) < 120 and _LEFT_BLANK.fullmatch(line))):
            end = line_start
        else:
            break
    while end > start and text[end - 1].isspace():
        end -= 1
    return end
