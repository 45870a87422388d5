"""XML as publishers send it -> XML that a parser takes, its entries known. Linear in the length, whatever is in it.

What is removed or repaired, because it makes feedparser raise, burn time or give up its strict parser:

    control characters, NUL, halves of surrogate pairs, references to them or beyond Unicode; text before the root
    DOCTYPE with its internal subset (entity bombs, XXE), processing instructions, comments, however many
    entities that only HTML knows, bare `&` and `<`, CDATA sections that never end
    elements of simple chapters and GML, `xml:base` that is no URL
    start tags above 16 KiB, names of authors above 600 characters (both cost quadratic time)
    entries nested deeper than 200 elements, entries after the first 5,000
"""

from __future__ import annotations

import html
import html.entities
import re
from dataclasses import dataclass, field

from alertd.errors import ParseFailed
from alertd.sources.outline import MAX_ENTRIES, Outline, outline
from alertd.sources.plain import html_title

MAX_TAG = 16 << 10
"""Characters of one start tag."""
MAX_PERSON = 600
"""Characters of an author element: feedparser looks for an address in it in quadratic time."""

FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]+")
_SECTION = re.compile(r"<!\[CDATA\[|<!--|<\?|<![A-Za-z]", re.IGNORECASE)
_ODD_REFERENCE = re.compile(
    r"&#(?:[xX][dD][89abAB][0-9a-fA-F]{2}|5[56]\d{3});&#(?:[xX][dD][c-fC-F][0-9a-fA-F]{2}|5[67]\d{3});"
    r"|&(?!(?:lt|gt|amp|quot|apos);)(?:#[xX]?[0-9a-fA-F]{1,12};?|[A-Za-z][A-Za-z0-9]{1,31};)?"
)
_BARE_LESS = re.compile(r"<(?![A-Za-z_/])")
_BASE = re.compile(r"""\s(?:xml:)?base\s*=\s*("[^"<>]*"|'[^'<>]*')""", re.IGNORECASE)
_GOOD_BASE = re.compile(
    r"""["'](?:https?://[A-Za-z0-9.-]+(?::\d{1,5})?(?:[/?#][^\[\]\s]*)?|[^:\[\]\s]*)["']""", re.IGNORECASE
)
_KILLERS = re.compile(
    r"""xmlns:([\w.-]{1,40})\s*=\s*["'](?:http://podlove\.org/simple-chapters|http://www\.opengis\.net/gml)""",
    re.IGNORECASE,
)
_LONG_TAG = re.compile(rf"<([A-Za-z_][\w:.-]{{0,100}}+)[^<>]{{{MAX_TAG},}}+>")
_PERSON = re.compile(
    r"<((?:[\w.-]{1,40}:)?(?:author|creator|contributor|publisher|managingEditor|webMaster|owner))\b", re.IGNORECASE
)
_PERSON_END = re.compile(
    r"</?(?:item|entry|channel|feed)\b"
    r"|</(?:[\w.-]{1,40}:)?(?:author|creator|contributor|publisher|managingEditor|webMaster|owner)\b",
    re.IGNORECASE,
)
_FIELD_END = re.compile(
    r"</(?:[\w.-]{1,40}:)?(?:description|encoded|summary|content|title|item|entry)\s*>", re.IGNORECASE
)
_TAGS = re.compile(r"<!\[CDATA\[|\]\]>|<[^<>]*>")
_INNER = re.compile(r"<(?:feed|rss|rdf:RDF)[\s>]")


@dataclass(slots=True)
class Document:
    """A cleaned document and where its entries stand in it."""

    text: str
    outline: Outline
    notes: list[str] = field(default_factory=list)
    netscape: bool = False
    """The DOCTYPE is Netscape's RSS 0.91."""


def clean(text: str, notes: list[str]) -> Document:
    """Clean the text of an XML document. Raises ParseFailed, in words for a person, where there is no XML at all."""
    if not text.strip("\ufeff \t\r\n\0"):
        raise ParseFailed("the document is empty")
    start = re.search(r"<[A-Za-z_!?]", text)
    if start is None:
        raise ParseFailed(f"no feed but plain text, starting with {_excerpt(text)}")
    if text[: start.start()].strip("\ufeff \t\r\n"):
        notes.append("text before the document was dropped")
    text, removed = FORBIDDEN.subn("", text[start.start() :])
    if removed:
        notes.append("control characters were removed")
    cleaner = _Cleaner(text, notes)
    cleaned = cleaner.run()
    plan = outline(cleaned)
    if plan.root.lower() == "html" and (inner := _INNER.search(cleaned, 0, 4_096)):
        wrapped = outline(cleaned[inner.start() :])
        if wrapped.entries:
            cleaned, plan = cleaned[inner.start() :], wrapped
            notes.append("the feed stands inside an HTML page")
    if plan.root.lower() == "html":
        title = html_title(cleaned)
        said = f", titled {_excerpt(title)}" if title else ""
        raise ParseFailed(f"an HTML page instead of a feed (a login or error page?){said}")
    if not plan.root:
        raise ParseFailed(f"no feed but text without any element, starting with {_excerpt(text)}")
    if plan.cut_off:
        notes.append("the document is cut off")
    if plan.overflow:
        notes.append(f"{plan.overflow:,} entries after the first {MAX_ENTRIES:,} were left out")
    return Document(cleaned, plan, notes, cleaner.netscape)


def _excerpt(text: str) -> str:
    line = " ".join(re.sub(r"[^\w\s.,:;!?/-]", "", text[:200]).split())
    return f"“{line[:60]}”"


class _Cleaner:
    """One pass over a document. What was looked for once in vain is not looked for again: floods stay linear."""

    def __init__(self, text: str, notes: list[str]) -> None:
        self._text = text
        self._notes = notes
        self._out: list[str] = []
        self._absent: set[str] = set()
        self.netscape = False
        prefixes = {"psc", "gml", *(found[1] for found in _KILLERS.finditer(text[:65_536]))}
        names = "|".join(re.escape(prefix) for prefix in sorted(prefixes))
        self._killer_tag = re.compile(rf"</?(?:{names}):[^<>]*>")

    def run(self) -> str:
        """Give the cleaned text."""
        position = 0
        while found := _SECTION.search(self._text, position):
            self._out.append(self._outside(self._text[position : found.start()]))
            opening = found[0].upper()
            if opening == "<![CDATA[":
                position = self._cdata(found.end())
            elif opening == "<!--":
                position = self._dropped(found.end(), "-->")
            elif opening == "<?":
                position = self._dropped(found.end(), ">")
            else:
                position = self._declaration(found.start())
        self._out.append(self._outside(self._text[position:]))
        text, emptied = _LONG_TAG.subn(r"<\1>", "".join(self._out))
        if emptied:
            self._note(f"the attributes of an element were dropped, longer than {MAX_TAG >> 10} KiB")
        text, cut = _capped_persons(text)
        if cut:
            self._note(f"the name of an author was cut, longer than {MAX_PERSON} characters")
        return text

    def _note(self, text: str) -> None:
        if text not in self._notes:
            self._notes.append(text)

    def _find(self, what: str, position: int) -> int:
        if what in self._absent:
            return -1
        end = self._text.find(what, position)
        if end < 0:
            self._absent.add(what)
        return end

    def _dropped(self, position: int, closing: str) -> int:
        end = self._find(closing, position)
        if end < 0:
            self._note("a comment or instruction that never ends")
            return position
        return end + len(closing)

    def _cdata(self, position: int) -> int:
        end = self._find("]]>", position)
        after = end + 3
        if end < 0 or self._text.find("<![CDATA[", position, end) >= 0:
            # Never closed: the end of another section would swallow the entries between.
            stop = _FIELD_END.search(self._text, position, end if end >= 0 else len(self._text))
            if stop is not None or end < 0:
                self._note("a CDATA section that never ends")
                end = after = stop.start() if stop is not None else len(self._text)
        self._out.append(f"<![CDATA[{self._text[position:end]}]]>")
        return after

    def _declaration(self, position: int) -> int:
        """Leave out a DOCTYPE with its internal subset, and stray declarations."""
        close = self._find(">", position)
        if close < 0:
            return len(self._text)
        bracket = self._text.find("[", position, close)
        if bracket >= 0:
            end = re.compile(r"\]\s*>").search(self._text, bracket)
            self._note("a DOCTYPE with declarations of its own was removed")
            close = end.end() - 1 if end is not None else close
        self.netscape = self.netscape or "netscape" in self._text[position : min(close, position + 300)].lower()
        return close + 1

    def _outside(self, chunk: str) -> str:
        """Clean what is neither CDATA nor comment."""
        if "&" in chunk:
            chunk = _ODD_REFERENCE.sub(self._reference, chunk)
        if "<" not in chunk:
            return chunk
        chunk = _BARE_LESS.sub("&lt;", chunk)
        if "base" in chunk:
            chunk = _BASE.sub(self._base, chunk)
        chunk, removed = self._killer_tag.subn("", chunk)
        if removed:
            self._note("elements that break the parser were removed")
        return chunk

    def _base(self, found: re.Match[str]) -> str:
        if _GOOD_BASE.fullmatch(found[1]):
            return found[0]
        self._note("an xml:base that is no URL was ignored")
        return ""

    def _reference(self, found: re.Match[str]) -> str:
        text = found[0]
        if text == "&":
            return "&amp;"
        if text[1] != "#":
            known = html.entities.html5.get(text[1:])
            return "".join(f"&#{ord(c)};" for c in known) if known else f"&amp;{text[1:]}"
        if text.count("&") == 2:  # one character beyond the first plane, written as its two UTF-16 halves
            high, low = (_code(half[2:]) for half in text.split(";")[:2])
            if 0xD800 <= high <= 0xDBFF and 0xDC00 <= low <= 0xDFFF:
                return f"&#{0x10000 + ((high - 0xD800) << 10) + low - 0xDC00};"
            return "".join(self._number(half[2:]) for half in text.split(";")[:2])
        return self._number(text[2:].rstrip(";"))

    def _number(self, figures: str) -> str:
        try:
            code = _code(figures)
        except ValueError:
            return f"&amp;#{figures}"
        if 0x80 <= code <= 0x9F:  # Windows-1252 by its byte, as HTML reads it
            return bytes([code]).decode("cp1252", "ignore")
        if code in (9, 10, 13) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or 0x10000 <= code <= 0x10FFFF:
            return f"&#{code};"
        self._note("references to characters that do not exist were removed")
        return ""


def _code(figures: str) -> int:
    return int(figures[1:], 16) if figures[:1] in ("x", "X") else int(figures)


def _capped_persons(text: str) -> tuple[str, int]:
    """Cut the text of authors, without believing that they are closed; gives how many were cut too."""
    out: list[str] = []
    position = cut = 0
    while found := _PERSON.search(text, position):
        start = found.end()
        if _PERSON_END.search(text, start, start + MAX_PERSON):
            out.append(text[position:start])
            position = start
            continue
        close = _PERSON_END.search(text, start)
        end = close.start() if close else len(text)
        name = _TAGS.sub(" ", text[text.find(">", start, end) + 1 : end][: 4 * MAX_PERSON])
        out += (text[position : found.start()], f"<{found[1]}>{name.split('&')[0][:200]}")
        position = end
        cut += 1
    out.append(text[position:])
    return "".join(out), cut
