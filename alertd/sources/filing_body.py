"""The documents of a filing -> one body: its own text, then its exhibits, without boilerplate, in a body's size."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from alertd.errors import ParseFailed
from alertd.sources.filing_boilerplate import Reduced, reduce_text
from alertd.sources.filing_items import Item, split_items
from alertd.sources.filing_submission import Document, exhibits, primary_document
from alertd.sources.filing_text import read_text
from alertd.sources.plain import MAX_BODY

MAX_EXHIBITS = 8
"""EX-99 exhibits that are read; a filing with more has them for completeness."""
_FOR_EXHIBITS = MAX_BODY // 4
"""Bytes that exhibits have for themselves, however long the filing is."""


class Part(msgspec.Struct, frozen=True):
    """Where the text of a document stands in the body: code points, the end exclusive."""

    type: str
    filename: str
    start: int
    end: int


class FilingBody(msgspec.Struct, frozen=True):
    """The text of a filing."""

    text: str
    items: tuple[Item, ...]
    """Of an 8-K; places in `text`."""
    parts: tuple[Part, ...]
    truncated: bool
    """Something was too long; `text` is the beginning of it."""
    unread: tuple[str, ...]
    """Names of documents that cannot be read as text."""


def is_split(form: str) -> bool:
    """Say whether a form is split by items: the 8-K with its amendments and variants (8-K12B, 8-KT)."""
    return form.strip().upper().startswith("8-K")


def filing_body(form: str, documents: Sequence[Document]) -> FilingBody:
    """Make the body of a filing of its documents and their contents. Never more than 256 KiB of UTF-8.

    Raises ParseFailed if there is no document that can be read.
    """
    primary = primary_document(documents, form)
    chosen = [d for d in exhibits(documents) if d.content and d is not primary]
    truncated = len(chosen) > MAX_EXHIBITS
    room = MAX_BODY
    pieces: list[str] = []
    parts: list[Part] = []
    unread: list[str] = []
    items: tuple[Item, ...] = ()
    length = 0
    for document in [*([primary] if primary and primary.content else []), *chosen[:MAX_EXHIBITS]]:
        try:
            reduced, cut = _read(document, split=document is primary and is_split(form))
        except ParseFailed:
            unread.append(document.filename)
            continue
        reserved = _FOR_EXHIBITS if document is primary and chosen else 0
        text, shortened = _cut(reduced.text, room - reserved - 1)
        truncated = truncated or cut or shortened
        if not text:
            continue
        if document is primary:
            items = _within(reduced.items, len(text))
        pieces.append(text)
        parts.append(Part(type=document.type, filename=document.filename, start=length, end=length + len(text)))
        length += len(text) + 1
        room -= len(text.encode()) + 1
    if unread and not parts:
        raise ParseFailed(f"none of the filing's documents can be read as text: {', '.join(unread)}")
    return FilingBody(
        text="\n".join(pieces), items=items, parts=tuple(parts), truncated=truncated, unread=tuple(unread)
    )


def _read(document: Document, *, split: bool) -> tuple[Reduced, bool]:
    read = read_text(document.content)
    reduced = reduce_text(read.text, split_items(read.text) if split else ())
    return reduced, read.truncated or document.truncated


def _cut(text: str, room: int) -> tuple[str, bool]:
    """Cut a text to bytes of UTF-8, at the end of a line."""
    raw = text.encode()
    if len(raw) <= room:
        return text, False
    head = raw[: max(room, 0)].decode("utf-8", "ignore")
    return head[: max(head.rfind("\n"), 0)] or head, True


def _within(items: Sequence[Item], length: int) -> tuple[Item, ...]:
    return tuple(msgspec.structs.replace(i, end=min(i.end, length)) for i in items if i.start < length)
