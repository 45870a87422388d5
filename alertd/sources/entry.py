"""What a reader of one format hands to the common part: the entry as written, and how to take its fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from alertd.model import Entry, Rejected
from alertd.sources.dates import Stamp

MAX_FIELD = 64 << 10
"""Characters of a field other than the text."""
MAX_TEXT = 1 << 20
"""Characters of summary and content, markup included."""


@dataclass(frozen=True, slots=True)
class ReadEntry:
    """An entry with what only its format knows about it."""

    entry: Entry
    literal: frozenset[str] = frozenset()
    """Fields (`title`, `summary`, `content`) that are text and not HTML, as the format says."""
    versions: bool = False
    """Entries with the same id are versions of one another (RFC 4287)."""
    tombstone: bool = False
    published: Stamp | None = None
    updated: Stamp | None = None
    """Dates that `dates` could not read: in a form or a zone that only the source's settings know."""
    more: Mapping[str, Any] = field(default_factory=dict)
    """Fields of the event that other formats do not have: form, items, filers…"""
    state: str | None = None
    """Of a row that changes under its name: what makes a revision, instead of title and text."""


@dataclass(slots=True)
class Reading:
    """A document as its reader found it."""

    format: str
    entries: list[ReadEntry] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    """Positions count in the document; entries and rejected ones together leave no gap."""
    language: str = ""
    link: str = ""
    """The home page, as a last base of relative links."""
    ttl_seconds: int | None = None
    notes: list[str] = field(default_factory=list)
