"""The parts of a message as plain text, before a receiver gives them its form."""

from __future__ import annotations

import msgspec

from alertd.model import Severity, Struct

HEADLINE_MAX = 110
TITLE_MAX = 500
LINK_MAX = 3000
"""Slack's limit for the address behind a button; mail and terminals have none worth naming."""
SEPARATOR = " · "


class Row(Struct, frozen=True):
    """One labelled line."""

    label: str
    text: str
    quote: str = ""
    """The source's own words, shown as a quotation."""
    parts: tuple[str, ...] = ()
    """What stands below one another, where that is not each part between middle dots."""


LISTED = frozenset({"Holdings", "Money", "New", "Why you", "Rules"})
"""Rows whose parts stand below one another, where there is room."""


def parts_of(row: Row) -> list[str]:
    """Give the lines of a row."""
    if row.parts:
        return list(row.parts)
    return row.text.split(SEPARATOR) if row.label in LISTED else [row.text] if row.text else []


class Item(Struct, frozen=True, kw_only=True):
    """One alert of a digest."""

    alert: str = ""
    severity: Severity
    mark: str = ""
    """`ACKNOWLEDGED`, `CLOSED`; empty of one that is open."""
    title: str
    url: str = ""
    """Of the source, http(s) only."""
    holdings: str = ""
    """What the portfolio holds of it."""
    text: str = ""
    """Whose it is, where it comes from, the clocks."""
    news: str = ""
    """What changed since the receiver was told last; empty if it was never told."""


class Lines(Struct, frozen=True, kw_only=True):
    """A message as plain text in parts; every part is one printable line."""

    headline: str
    status: str
    title: str
    rows: list[Row]
    link: str
    severity: Severity | None
    items: list[Item] = msgspec.field(default_factory=list)
    """Of a digest: its alerts, the loudest first."""
    expired: list[Item] = msgspec.field(default_factory=list)
    """Of a digest: those that were too old by the time it was sent."""
    foot: str = ""
    """Of a digest: what it does not list."""


def join(parts: list[str]) -> str:
    """Join what is not empty with middle dots."""
    return SEPARATOR.join(part for part in parts if part)
