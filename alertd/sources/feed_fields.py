"""The fields of an entry, out of what feedparser made of it."""

from __future__ import annotations

import html
import re
from typing import Any

from alertd.model import Entry
from alertd.sources.entry import MAX_FIELD, MAX_TEXT, ReadEntry

_TEXT_TYPES = ("text/", "application/xhtml+xml", "application/xml")
_ATTRIBUTE = re.compile(r"""([\w:.-]{1,40})\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_COMMENT = re.compile(r"<(?:[\w.-]{1,40}:)?comment\b[^<>]*>([^<]*)", re.IGNORECASE)


def read_tombstone(position: int, text: str) -> ReadEntry:
    """Read an at:deleted-entry (RFC 6721 section 3)."""
    tag = text[: text.find(">") + 1]
    attributes = {name.lower(): html.unescape(a or b) for name, a, b in _ATTRIBUTE.findall(tag)}
    comment = _COMMENT.search(text)
    entry = Entry(
        position=position,
        guid=attributes.get("ref", "").strip()[:MAX_FIELD],
        updated=attributes.get("when", "").strip()[:200],
        summary=comment[1].strip()[:MAX_FIELD] if comment else "",
        withdrawn=True,
    )
    return ReadEntry(entry, tombstone=True)


def text_of(fields: dict[str, Any], key: str, limit: int = MAX_FIELD) -> str:
    """Read a field, past FeedParserDict's own ideas of what stands for what."""
    value = dict.get(fields, key)
    return value[:limit] if isinstance(value, str) else ""


def _dicts(fields: dict[str, Any], key: str) -> list[dict[str, Any]]:
    value = dict.get(fields, key)
    return [v for v in value if isinstance(v, dict)] if isinstance(value, list) else []


def _detail(fields: dict[str, Any], key: str) -> dict[str, Any]:
    value = dict.get(fields, key)
    return value if isinstance(value, dict) else {}


def read_fields(position: int, fields: dict[str, Any], *, atom: bool) -> ReadEntry:
    """Read one entry. In Atom, type=text promises text without markup, and one id twice means versions."""
    contents = [c for c in _dicts(fields, "content") if str(dict.get(c, "type", "")).startswith(_TEXT_TYPES)]
    texts = list(dict.fromkeys(text_of(c, "value", MAX_TEXT) for c in contents))
    content = texts[0] if len(texts) == 1 else "<br>".join(texts)[:MAX_TEXT]
    summary = text_of(fields, "summary", MAX_TEXT)
    details = [_detail(fields, "title_detail"), _detail(fields, "summary_detail"), *contents]
    literal = set()
    if atom:
        kinds = (("title", details[0]), ("summary", details[1]), ("content", contents[0] if len(texts) == 1 else {}))
        literal = {name for name, detail in kinds if text_of(detail, "type") == "text/plain"}
    entry = Entry(
        position=position,
        guid=text_of(fields, "id").strip(),
        link=_link(fields),
        title=text_of(fields, "title"),
        summary="" if summary == content else summary,
        content=content,
        authors=_authors(fields),
        categories=_categories(fields),
        published=(text_of(fields, "published", 200) or text_of(fields, "created", 200)),
        updated=text_of(fields, "updated", 200),
        language=next((found for detail in details if (found := text_of(detail, "language", 40))), ""),
    )
    return ReadEntry(entry, literal=frozenset(literal), versions=atom)


def _link(fields: dict[str, Any]) -> str:
    """Choose the link that leads to the item: FeedBurner's original, else the page, else whatever there is."""
    links = _dicts(fields, "links")
    by_kind = [
        text_of(link, "href")
        for kind in ("alternate", "via", "related", "self", "enclosure")
        for link in links
        if dict.get(link, "rel") == kind
    ]
    wanted = [text_of(fields, "feedburner_origlink"), text_of(fields, "link"), *by_kind]
    return next((link.strip() for link in wanted if link.strip()), "")


def _authors(fields: dict[str, Any]) -> list[str]:
    names = [text_of(a, "name", 1_000) or text_of(a, "email", 1_000) for a in _dicts(fields, "authors")]
    names = names if any(names) else [text_of(fields, "author", 1_000)]
    return list(dict.fromkeys(name for name in names if name))[:50]


def _categories(fields: dict[str, Any]) -> list[str]:
    names = [text_of(tag, "label", 1_000) or text_of(tag, "term", 1_000) for tag in _dicts(fields, "tags")]
    return list(dict.fromkeys(name for name in names if name))[:100]


def ttl_seconds(minutes: str) -> int | None:
    """Read RSS's <ttl>, minutes, as seconds."""
    return int(minutes) * 60 if minutes.isascii() and minutes.isdigit() and len(minutes) < 7 else None
