"""One file of a watched directory, read by what it holds. Pure.

feed      as a source of type feed would read it: an event for each entry
json      events as `alertd match` and `alertd push` take them: one, a list, or a line for each; or a JSON feed
eml       one mail, whoever sent it
html      one event: its title and its text
pdf       one event: the title of its properties, else its first line
text      one event: the first line is the title, the rest the body
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, Literal

from alertd.errors import ParseFailed
from alertd.model import Entry, ParsedFeed
from alertd.sources.charset import decode
from alertd.sources.entry import MAX_FIELD, MAX_TEXT, ReadEntry, Reading
from alertd.sources.events import Seen, SourceFacts, candidates
from alertd.sources.feed import parse_feed
from alertd.sources.guard import FREE, Guard
from alertd.sources.html_tree import line, markup, parse_html, select
from alertd.sources.mail import parse_mail
from alertd.sources.pdf import looks_like_pdf, pdf_text
from alertd.sources.plain import MAX_TITLE, plain_text
from alertd.sources.push import LINES, parse_push

Format = Literal["text", "json", "feed", "eml", "html", "pdf"]

_ENDINGS: Final[Mapping[str, Format]] = MappingProxyType(
    {"json": "json", "jsonl": "json", "ndjson": "json", "xml": "feed", "rss": "feed", "atom": "feed", "rdf": "feed",
     "eml": "eml", "html": "html", "htm": "html", "xhtml": "html", "pdf": "pdf", "txt": "text", "text": "text",
     "md": "text"}
)  # fmt: skip
_HEAD: Final = 4_096
_FEED: Final = re.compile(rb"<(?:rss|feed|rdf:RDF)[\s>]", re.IGNORECASE)
_HTML: Final = re.compile(rb"<!doctype\s+html|<html[\s>]", re.IGNORECASE)
_JSON_FEED: Final = re.compile(rb'"version"\s*:\s*"https?:\\?/\\?/(?:www\.)?jsonfeed\.org')
_MAIL: Final = re.compile(rb"(?:[A-Za-z][A-Za-z0-9-]{1,60}:[^\n]{0,2000}\n(?:[ \t][^\n]{0,2000}\n)*){3}")
_MAIL_KEYS: Final = re.compile(rb"^(?:message-id|received|return-path|mime-version):", re.IGNORECASE | re.MULTILINE)
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
_MADE_BY: Final = re.compile(r"(?i)^(?:microsoft word|untitled|powerpoint)|\.(?:docx?|pdf|pptx?|xlsx?|indd|rtf)$")


def format_of(name: str, body: bytes) -> Format:
    """Say what a file holds: by its beginning where that leaves no doubt, else by its name's ending, else text."""
    head = body[:_HEAD].lstrip(b"\xef\xbb\xbf \t\r\n")
    if looks_like_pdf(body):
        return "pdf"
    if _FEED.search(head) and head[:1] == b"<":
        return "feed"
    if _HTML.match(head):
        return "html"
    ending = _ENDINGS.get(name.rpartition(".")[2].lower())
    if ending is not None:
        return ending
    if head[:1] in (b"{", b"["):
        return "json"
    if _MAIL.match(head) and _MAIL_KEYS.search(head):
        return "eml"
    return "text"


def parse_as(
    form: Format, name: str, body: bytes, source: SourceFacts, seen_at_ms: int, guard: Guard = FREE
) -> ParsedFeed:
    """Make candidates of a file. Raises ParseFailed, with one sentence for a person."""
    if not body.strip(b"\0 \t\r\n"):
        raise ParseFailed("the file is empty")
    if form == "feed" or (form == "json" and _JSON_FEED.search(body[:_HEAD])):
        return parse_feed(body, None, "", source, seen_at_ms, None, guard)
    if form == "eml":
        return parse_mail(body, None, "", source, seen_at_ms, None, guard)
    if form == "json":
        return parse_push(body, LINES[0] if is_lines(name, body) else None, "", source, seen_at_ms, None, guard)
    digest = hashlib.sha256(body).hexdigest()
    read = _ONE[form](body, guard)
    reading = Reading(format=form, notes=read.notes, language=read.language)
    # A file is named by what it is called and what it holds: taken again after a crash it is no second event.
    entry = Entry(
        position=0,
        guid=f"file:{name}:{digest}",
        link=read.link[:MAX_FIELD],
        title=read.title[:MAX_FIELD],
        content=read.body[:MAX_TEXT],
    )
    reading.entries.append(ReadEntry(entry, literal=frozenset({"title"} if read.html else {"title", "content"})))
    made, rejected, duplicates = candidates(reading, Seen(source, "", seen_at_ms, digest, None), guard)
    return ParsedFeed(
        format=form, candidates=made, rejected=rejected, duplicates=duplicates, repaired="; ".join(read.notes)
    )


def is_lines(name: str, body: bytes) -> bool:
    """Say whether there is a JSON value on each line."""
    if name.lower().endswith((".jsonl", ".ndjson")):
        return True
    lines = [line for line in body[: 1 << 20].splitlines() if line.strip()][:2]
    return len(lines) == 2 and lines[0].rstrip().endswith(b"}") and all(line.lstrip()[:1] == b"{" for line in lines)


class _Read:
    """A file that is one event."""

    def __init__(self, title: str, body: str, notes: list[str], *, html: bool = False) -> None:
        self.title, self.body, self.notes, self.html = title, body, notes, html
        self.link = self.language = ""


def _headed(text: str, title: str = "") -> tuple[str, str]:
    """Part a text into title and body: its first line, unless that is too long for a title."""
    text = text.strip()
    first, _, rest = text.partition("\n")
    if title:
        return title, rest if " ".join(first.split()) == title else text
    return ("", text) if len(first) > MAX_TITLE else (first.strip(), rest.strip())


def _text(body: bytes, guard: Guard) -> _Read:
    if b"\0" in body[: 64 << 10] and not body.startswith(_UTF16):
        raise ParseFailed("neither text nor a kind of file that is read: it holds NUL bytes")
    text, notes = decode(body, None)
    if not plain_text(text[:MAX_TEXT], literal=True):
        raise ParseFailed("the file holds no text that can be read")
    return _Read(*_headed(text.lstrip("\ufeff")), notes)


def _html(body: bytes, guard: Guard) -> _Read:
    with guard.step(0.5):
        root, base_url, notes = parse_html(body, None, "")
        named = next(iter(select(root, "title")), None)
        headings = [line(one) for one in select(root, "h1")[:5]]
        whole = next(iter(select(root, "body")), root)
        title = (line(named) if named is not None else "") or next((words for words in headings if words), "")
        read = _Read(title, markup(whole), notes, html=True)
        read.link = next((str(one.get("href")) for one in select(root, "link[rel=canonical][href]")), base_url)
        read.language = str(root.get("lang") or "")[:40]
    return read


def _pdf(body: bytes, guard: Guard) -> _Read:
    title, text = pdf_text(body, guard)
    title = " ".join(title.split())
    return _Read(*_headed(text, "" if _MADE_BY.search(title) else title), [])


_ONE: Final[Mapping[str, Callable[[bytes, Guard], _Read]]] = MappingProxyType(
    {"text": _text, "html": _html, "pdf": _pdf}
)
