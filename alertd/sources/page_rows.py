"""The rows of a page, by the selectors of the settings. Pure.

    page -> tree -> rows (`list`) -> for each row its fields (`select`, then `attribute` or text, then `match`)

What shows that a page has changed its layout is no event and no silence: a list that finds nothing, or rows most of
which lack their title (or the id that names them), is a ParseFailed; a field that no row has any more is named.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, Literal

import re2

from alertd.errors import ParseFailed
from alertd.model import Entry, Rejected, Struct
from alertd.sources.entry import MAX_FIELD, MAX_TEXT, ReadEntry, Reading
from alertd.sources.feed_xml import NO_TIME
from alertd.sources.guard import Guard
from alertd.sources.html_tree import line, markup, parse_html, select
from alertd.sources.outline import MAX_ENTRIES
from alertd.sources.plain import plain_text
from alertd.sources.stated_dates import stated_date
from alertd.sources.xml_tree import Element

MAX_VALUES: Final = 50
"""Elements that one field of a row takes together."""
_SAMPLE: Final = 3
"""Of fewer rows nobody can say that a field is gone from the page."""


class Pick(Struct, frozen=True, kw_only=True):
    """Where a field of a row stands."""

    select: str = ""
    """Empty: the row itself."""
    attribute: str = ""
    """Instead of the text."""
    match: str = ""
    """RE2: of what was found only the first group, or all that matches where there is none."""
    value: str = ""
    """A constant instead of all that."""


class PageReads(Struct, frozen=True, kw_only=True):
    """How a page is read: what the settings say, as it goes to a parse worker."""

    list: str
    title: Pick
    empty: str = ""
    url: Pick | None = None
    id: Pick | None = None
    date: Pick | None = None
    body: Pick | None = None
    category: Pick | None = None
    author: Pick | None = None
    forms: tuple[str, ...] = ()
    """Of dates."""
    timezone: str = "UTC"


Field = Literal["title", "url", "id", "date", "body", "category", "author"]
FIELDS: Final[tuple[Field, ...]] = ("title", "url", "id", "date", "body", "category", "author")


@dataclass(slots=True)
class PageRows:
    """A page as it was read."""

    reading: Reading
    base_url: str
    """What its links are relative to."""
    linked: bool = False
    """Any row has a link."""
    missing: list[str] = field(default_factory=list)
    """Fields that the settings ask for and no row has."""


@dataclass(slots=True)
class _Tally:
    """How many rows have a field."""

    has: dict[str, int] = field(default_factory=lambda: dict.fromkeys(FIELDS, 0))
    looked: int = 0


def read_rows(body: bytes, content_type: str | None, base_url: str, reads: PageReads, guard: Guard) -> PageRows:
    """Read a page. Raises ParseFailed, in words for a person, for what is no page or has another layout."""
    root, base_url, notes = parse_html(body, content_type, base_url)
    found = select(root, reads.list)
    page = PageRows(Reading(format="page", notes=notes, language=_language(root)), base_url)
    if not found:
        if reads.empty and select(root, reads.empty):
            return page
        raise ParseFailed(
            f"`list: {reads.list}` finds nothing on the page{_titled(root)}: has it changed its layout?"
        )
    tally = _Tally()
    for position, row in enumerate(found[:MAX_ENTRIES]):
        if guard.spent():
            page.reading.rejected.append(Rejected(position=position, reason=NO_TIME))
            continue
        _read(position, row, reads, page.reading, tally)
    if len(found) > MAX_ENTRIES:
        reason = f"{len(found) - MAX_ENTRIES:,} rows after the first {MAX_ENTRIES:,} of a page are not read"
        page.reading.rejected.append(Rejected(position=MAX_ENTRIES, reason=reason))
    _judge(reads, tally)
    page.linked = tally.has["url"] > 0
    if tally.looked >= _SAMPLE:
        page.missing = [name for name in FIELDS if getattr(reads, name) is not None and not tally.has[name]]
    return page


def _judge(reads: PageReads, tally: _Tally) -> None:
    """Refuse a page most of whose rows lack what an item cannot do without.

    The id and, where the settings say where it stands, the link name items: without them all would look new.
    """
    for name in ("title", "id", "url"):
        pick: Pick | None = getattr(reads, name)
        if pick is not None and 2 * tally.has[name] < tally.looked:
            where = f"`{pick.select}`" if pick.select else "the settings"
            raise ParseFailed(
                f"of {tally.looked} rows that `list: {reads.list}` finds, {tally.looked - tally.has[name]} have no"
                f" {name} by {where}: has the page changed its layout?"
            )


def _read(position: int, row: Element, reads: PageReads, reading: Reading, tally: _Tally) -> None:
    tally.looked += 1
    title, titled = _field(row, reads.title, as_markup=True)
    made = {
        "title": title,
        "id": _text(row, reads.id),
        "url": _text(row, reads.url, "href") if reads.url is not None else _nearest_link(row, titled),
        "date": _date(row, reads.date),
        "body": _body(row, reads.body),
    }
    several = {"category": _several(row, reads.category), "author": _several(row, reads.author)}
    date = made["date"]
    stamp = stated_date(date, reads.forms, reads.timezone) if date else None
    for name, value in (made | several).items():
        tally.has[name] += bool(value) if name != "date" else stamp is not None
    if not plain_text(title):
        reading.rejected.append(Rejected(position=position, reason=f"no title by `{reads.title.select}`"))
        return
    entry = Entry(
        position=position,
        guid=made["id"][:MAX_FIELD],
        link=made["url"][:MAX_FIELD],
        title=title[:MAX_FIELD],
        content=made["body"][:MAX_TEXT],
        authors=[name[:1_000] for name in several["author"]],
        categories=[name[:1_000] for name in several["category"]],
        published=date[:200],
    )
    literal = {name for name, pick in (("title", reads.title), ("content", reads.body)) if pick and _is_text(pick)}
    reading.entries.append(ReadEntry(entry, literal=frozenset(literal), published=stamp))


def _is_text(pick: Pick) -> bool:
    """Say whether what a field gives is text and not HTML."""
    return bool(pick.attribute or pick.match or pick.value)


def _found(row: Element, pick: Pick) -> list[Any]:
    return select(row, pick.select)[:MAX_VALUES] if pick.select else [row]


def _field(row: Element, pick: Pick, *, as_markup: bool) -> tuple[str, Element | None]:
    """Give the first value of a field that is not empty, and the element that it comes from."""
    if pick.value:
        return pick.value, None
    for element in _found(row, pick):
        value = _value(element, pick, as_markup=as_markup)
        if value.strip():
            return value, element
    return "", None


def _value(element: Element, pick: Pick, *, as_markup: bool) -> str:
    if pick.attribute:
        value = (element.get(pick.attribute) or "").strip()
    elif as_markup and not pick.match:
        return markup(element) if line(element) else ""
    else:
        value = line(element)
    return _matched(pick.match, value) if pick.match else value


def _matched(pattern: str, text: str) -> str:
    found = _pattern(pattern).search(text[:MAX_FIELD])
    if found is None:
        return ""
    return str((found[1] if found.re.groups else found[0]) or "").strip()


@lru_cache(maxsize=200)
def _pattern(pattern: str) -> Any:
    return re2.compile(pattern)


def _text(row: Element, pick: Pick | None, attribute: str = "") -> str:
    """Give a field as text; `attribute` is the one that is meant where the settings name none."""
    if pick is None:
        return ""
    if attribute and not _is_text(pick):
        pick = Pick(select=pick.select, attribute=attribute)
    return _field(row, pick, as_markup=False)[0]


def _date(row: Element, pick: Pick | None) -> str:
    """Give the text of a date: of a <time>, what it says for machines."""
    if pick is None:
        return ""
    text, element = _field(row, pick, as_markup=False)
    if element is not None and not _is_text(pick) and element.tag == "time" and element.get("datetime"):
        return str(element.get("datetime"))
    return text


def _body(row: Element, pick: Pick | None) -> str:
    if pick is None:
        return ""
    if pick.value:
        return pick.value
    texts = [_value(element, pick, as_markup=True) for element in _found(row, pick)]
    return ("\n" if _is_text(pick) else "<br>").join(text for text in texts if text)[:MAX_TEXT]


def _several(row: Element, pick: Pick | None) -> list[str]:
    if pick is None:
        return []
    if pick.value:
        return [pick.value]
    values = (_value(element, pick, as_markup=False) for element in _found(row, pick))
    return [value for value in values if value]


def _nearest_link(row: Element, titled: Element | None) -> str:
    """Give the link of the title: of it, around it or in it; else the first of the row, or the row's own."""
    if titled is not None:
        around = [one for one in (titled, *titled.iterancestors()) if one.tag == "a" and one.get("href")]
        if around:
            return str(around[0].get("href"))
        for link in titled.iter("a"):
            if link.get("href"):
                return str(link.get("href"))
    return next((str(link.get("href")) for link in row.iter("a") if link.get("href")), "")


def _language(root: Element) -> str:
    return str(root.get("lang") or "")[:40]


def _titled(root: Element) -> str:
    """Say what a page calls itself: a login or an error page says what it is."""
    title = next(iter(root.iter("title")), None)
    words = line(title)[:80] if title is not None else ""
    return f", titled “{words}”" if words else ""
