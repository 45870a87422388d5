"""JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/), read as tolerantly as the specification asks for:
wrong types are read as what they must have meant, an item that is no object is rejected alone, and of a document that
is cut off the items that are there are kept."""

from __future__ import annotations

import json
import re
from typing import Any

from alertd.errors import ParseFailed
from alertd.model import Entry, Rejected
from alertd.sources.entry import MAX_FIELD, MAX_TEXT, ReadEntry, Reading
from alertd.sources.outline import MAX_ENTRIES

_VERSION = re.compile(r"https?://(?:www\.)?jsonfeed\.org/version/(\d+)(?:\.(\d+))?/?")
_ITEMS = re.compile(r'"items"\s*:\s*\[')
_NEXT_ITEM = re.compile(r"\}\s*,\s*(?=\{)")
_SEPARATOR = re.compile(r"[\s,]*")
_DECODER = json.JSONDecoder(strict=False)
_HALVES = re.compile("[\ud800-\udfff]")
"""Lone surrogates: JSON can write them, nothing else can hold them."""
_MAX_RESTARTS = 200


def looks_like_json(text: str) -> bool:
    """Say whether a document is JSON by its first character."""
    return text.lstrip("\ufeff \t\r\n\0")[:1] in ("{", "[")


def read_json(text: str, notes: list[str]) -> Reading:
    """Read a JSON Feed. Raises ParseFailed if the document is none, in words for a person."""
    text = text.strip("\ufeff \t\r\n\0")
    try:
        document = json.loads(text, strict=False)
    except RecursionError:
        raise ParseFailed("JSON that is nested too deep") from None
    except ValueError as error:
        document = _salvage(text, notes)
        if document is None:
            raise ParseFailed(f"JSON with an error: {error}") from None
    if not isinstance(document, dict):
        raise ParseFailed("JSON, but no JSON Feed: the top is no object")
    version = _VERSION.fullmatch(_string(document.get("version")))
    items = document.get("items")
    familiar = version or any(key in document for key in ("home_page_url", "feed_url", "title"))
    if not isinstance(items, list) or not familiar:
        raise ParseFailed("JSON, but no JSON Feed: there is no version of jsonfeed.org with a list of items")
    reading = Reading(
        format=f"json{version[1]}{version[2] or ''}" if version else "json",
        language=_string(document.get("language"))[:40],
        link=_string(document.get("home_page_url"))[:MAX_FIELD],
        notes=notes,
    )
    for position, item in enumerate(items[:MAX_ENTRIES]):
        if isinstance(item, dict):
            reading.entries.append(_read(position, item))
        else:
            reading.rejected.append(Rejected(position=position, reason="the item is no JSON object"))
    if len(items) > MAX_ENTRIES:
        reason = f"{len(items) - MAX_ENTRIES:,} entries after the first {MAX_ENTRIES:,} of a document are not read"
        reading.rejected.append(Rejected(position=MAX_ENTRIES, reason=reason))
    return reading


def _salvage(text: str, notes: list[str]) -> dict[str, Any] | None:
    """Take what can be read of a broken document: the head, and item by item."""
    start = _ITEMS.search(text)
    if start is None:
        return None
    try:
        head = json.loads(text[: start.start()].rstrip(" \t\r\n,") + "}", strict=False)
    except (ValueError, RecursionError):
        return None
    items: list[Any] = []
    position = start.end()
    restarts = 0
    while position < len(text) and restarts <= _MAX_RESTARTS:
        position = _after(_SEPARATOR, text, position)
        if text[position : position + 1] in ("]", ""):
            break
        try:
            item, position = _DECODER.raw_decode(text, position)
        except (ValueError, RecursionError):
            found = _NEXT_ITEM.search(text, position)
            items.append(None)
            restarts += 1
            if found is None:
                break
            position = found.end()
            continue
        # After a restart the next brace may belong to something inside an item: an item has an id or an address.
        if not restarts or not isinstance(item, dict) or "id" in item or "url" in item:
            items.append(item)
    notes.append("the JSON is broken or cut off: read item by item")
    return head | {"items": items} if isinstance(head, dict) else None


def _after(pattern: re.Pattern[str], text: str, position: int) -> int:
    found = pattern.match(text, position)
    return found.end() if found else position


def _string(value: Any) -> str:
    if isinstance(value, str):
        return value if value.isascii() else _HALVES.sub("", value)
    if isinstance(value, bool) or value is None:
        return ""
    return str(value) if isinstance(value, int | float) else ""


def _read(position: int, item: dict[str, Any]) -> ReadEntry:
    as_html, as_text = _string(item.get("content_html")), _string(item.get("content_text"))
    entry = Entry(
        position=position,
        guid=_string(item.get("id")).strip()[:MAX_FIELD],
        link=(_string(item.get("url")) or _string(item.get("external_url"))).strip()[:MAX_FIELD],
        title=_string(item.get("title"))[:MAX_FIELD],
        summary=_string(item.get("summary"))[:MAX_TEXT],
        content=(as_html or as_text)[:MAX_TEXT],
        authors=_authors(item),
        categories=[tag[:1_000] for tag in _list(item.get("tags")) if isinstance(tag, str)][:100],
        published=_string(item.get("date_published"))[:200],
        updated=_string(item.get("date_modified"))[:200],
        language=_string(item.get("language"))[:40],
    )
    literal = {"title", "summary"} if as_html else {"title", "summary", "content"}
    return ReadEntry(entry, literal=frozenset(literal))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _authors(item: dict[str, Any]) -> list[str]:
    """Read authors (1.1) or author (1.0)."""
    people = [*_list(item.get("authors")), item.get("author")]
    names = [_string(p.get("name")) if isinstance(p, dict) else _string(p) for p in people]
    return list(dict.fromkeys(name[:1_000] for name in names if name))[:50]
