"""A page of EDGAR's Atom feeds -> its entries, one for each filer of each filing.

    bytes -> text (charset.py) -> lxml, strictly -> entries
                                    fails -> without control characters and bare `&`
                                    fails, but the page has an end -> entry by entry; a broken one costs only itself

It is a page of the current filings (`action=getcurrent`) or a company's own feed (`action=getcompany`). What is no
feed, or has no end, is refused as a whole: a part of a page would pass for all of it. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from lxml import etree

from alertd.errors import ParseFailed
from alertd.model import Rejected
from alertd.sources.charset import decode
from alertd.sources.clean import FORBIDDEN
from alertd.sources.edgar_entry import Listed, read_entry
from alertd.sources.edgar_refusal import no_feed
from alertd.sources.guard import FREE, Guard
from alertd.sources.plain import cut_title, plain_line, scrub
from alertd.sources.xml_tree import Element, parse_tree

MAX_ENTRIES = 1_000
"""Entries of a page that are read; EDGAR gives at most 100."""
_MAX_TITLE = 1_000

_ENTRY = re.compile(r"<entry[\s>]")
_BARE = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9A-Fa-f]{1,6});)")
_ATTRIBUTES = {"link": "href", "category": "term"}
_FEED = '<feed xmlns="http://www.w3.org/2005/Atom">'


@dataclass(slots=True)
class Page:
    """A page as it was read."""

    kind: Literal["current", "company"]
    entries: list[Listed] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    """Positions count in the document; entries and rejected ones together leave no gap."""
    notes: list[str] = field(default_factory=list)


def read_page(body: bytes, content_type: str | None = None, guard: Guard = FREE) -> Page:
    """Read a page. Raises ParseFailed, in one sentence for a person, if it is no feed of EDGAR or is cut off."""
    text, notes = decode(body, content_type)
    if refusal := no_feed(text):
        raise ParseFailed(refusal)
    try:
        return _filings(_whole(parse_tree(text), notes, guard))
    except etree.XMLSyntaxError as error:
        notes.append(f"not well-formed: {_said(error)}")
    text = _BARE.sub("&amp;", FORBIDDEN.sub("", text))
    try:
        return _filings(_whole(parse_tree(text), notes, guard))
    except etree.XMLSyntaxError as error:
        return _filings(_one_by_one(text, _said(error), notes, guard))


def _filings(page: Page) -> Page:
    """Refuse a feed of which no entry is a filing."""
    if page.rejected and not page.entries:
        count = "its only entry" if len(page.rejected) == 1 else f"none of its {len(page.rejected)} entries"
        what = "cannot be read" if len(page.rejected) == 1 else "can be read"
        raise ParseFailed(f"a feed, but {count} {what} as a filing of EDGAR: {page.rejected[0].reason}")
    return page


def _said(error: etree.XMLSyntaxError) -> str:
    return " ".join(scrub(str(error.msg)).partition(", line ")[0].split())[:160]


def _name(element: Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _whole(root: Element, notes: list[str], guard: Guard) -> Page:
    if _name(root) != "feed":
        raise ParseFailed(_other_root(root))
    company = next((child for child in root if _name(child) == "company-info"), None)
    reader = _Reader(_own(company), notes)
    entries = (child for child in root if _name(child) == "entry")
    return reader.run(entries, guard)


def _other_root(root: Element) -> str:
    """Say what a document is that has another root: the storage behind EDGAR answers with an <Error>."""
    said = _fields(root)
    words = [plain_line(said.get(key, "")[:200], literal=True) for key in ("Code", "Message")]
    if _name(root) == "Error" and words[0]:
        return f"an error instead of a feed: {': '.join(word for word in words if word)}"
    return f"XML with the root element <{scrub(_name(root))[:40]}>, which is no feed of EDGAR"


def _one_by_one(text: str, fault: str, notes: list[str], guard: Guard) -> Page:
    """Read what is not well-formed entry by entry. Raises ParseFailed if the page has no end."""
    starts = [found.start() for found in _ENTRY.finditer(text)]
    end = text.rfind("</feed>")
    if end < (starts[-1] if starts else 0):
        raise ParseFailed(f"the page is cut off ({fault}); {len(starts)} entries begin on it")
    if not starts:
        raise ParseFailed(f"the page is no well-formed XML: {fault}")
    head = text[: starts[0]]
    begin, finish = head.find("<company-info"), head.find("</company-info>")
    company = _part(head[begin : finish + 15]) if 0 <= begin < finish else None
    notes.append("read entry by entry")
    reader = _Reader(_own(company), notes)
    spans = zip(starts, [*starts[1:], end], strict=True)
    return reader.run((_piece(text[start:stop]) for start, stop in spans), guard)


def _piece(text: str) -> Element | str:
    """Parse one entry alone; the parser's fault, where there is one."""
    stop = text.find("</entry>")
    try:
        root = parse_tree(f"{_FEED}{text if stop < 0 else text[: stop + 8]}</feed>")
    except etree.XMLSyntaxError as error:
        return f"it is not well-formed: {_said(error)}"
    return root[0] if len(root) else "there is nothing in it"


def _part(text: str) -> Element | None:
    found = _piece(text)
    return None if isinstance(found, str) else found


def _own(company: Element | None) -> dict[str, str] | None:
    return None if company is None else _fields(company)


def _fields(element: Element) -> dict[str, str]:
    """Give the texts of the children by their names, the first of each; `link` and `category` by what they say."""
    found: dict[str, str] = {}
    for child in element:
        tag = child.tag
        name = tag.rpartition("}")[2] if isinstance(tag, str) else ""
        attribute = _ATTRIBUTES.get(name)
        text = child.text if attribute is None else child.get(attribute)
        if text and name not in found:
            found[name] = text
    return found


class _Reader:
    """Makes entries of elements; `company` is what a company's own feed says of it."""

    def __init__(self, company: dict[str, str] | None, notes: list[str]) -> None:
        self._company = company
        self._page = Page("current" if company is None else "company", notes=notes)
        self._zoneless = 0

    def run(self, entries: Iterator[Element | str], guard: Guard) -> Page:
        page = self._page
        for position, entry in enumerate(entries):
            if position == MAX_ENTRIES:
                more = 1 + sum(1 for _ in entries)
                reason = f"{more:,} entries after the first {MAX_ENTRIES:,} of a page are not read"
                page.rejected.append(Rejected(position=position, reason=reason))
                break
            if position in guard.skip:
                entry = "the parser was killed over it"
            elif guard.careful:
                guard.starting(position)
            found = entry if isinstance(entry, str) else self._entry(position, entry)
            if isinstance(found, str):
                page.rejected.append(Rejected(position=position, reason=found, title=self._title(entry)))
            else:
                page.entries.append(found)
                self._zoneless += found.accepted_ms is None
        if self._zoneless:
            page.notes.append(f"{self._zoneless} entries with an acceptance time that has no zone or is none")
        return page

    @staticmethod
    def _title(entry: Element | str) -> str:
        said = "" if isinstance(entry, str) else _fields(entry).get("title", "")
        return cut_title(" ".join(scrub(said[:_MAX_TITLE]).split()), 200)

    def _entry(self, position: int, element: Element) -> Listed | str:
        said, own = _fields(element), {}
        if "content" in said:
            own = next(_fields(child) for child in element if _name(child) == "content")
        return read_entry(position, said, own, self._company)
