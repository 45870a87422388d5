"""A portfolio's file, compiled by itself: what it says, before it is put together with those that it extends."""

from __future__ import annotations

from typing import Any

import msgspec

from alertd.base.yaml_document import Node, Place
from alertd.companies.model import Holdings
from alertd.errors import Fault
from alertd.model import Severity, Struct
from alertd.rules.book import Rule

At = tuple[int, int]
"""Line and column in the part's file."""


class Override(Struct, frozen=True, kw_only=True):
    """A rule without a condition of its own: it changes an inherited one of the same id."""

    id: str
    title: str | None = None
    severity: Severity | None = None
    enabled: bool = True
    settings: dict[str, Any] = msgspec.field(default_factory=dict)
    """Other fields of Rule, by name."""
    written: dict[str, Any] = msgspec.field(default_factory=dict)
    """As it stands in the file, for the definition."""
    at: At


class Part(Struct, frozen=True, kw_only=True):
    """What one file says. None: it says nothing of that."""

    file: str
    id: str
    at: At
    """Of the id."""
    desk: str | None = None
    enabled: bool = True
    extends: str | None = None
    extends_at: At = (0, 0)
    title: str | None = None
    timezone: str | None = None
    receivers: tuple[str, ...] | None = None
    receivers_at: tuple[At, ...] = ()
    rule_receivers: tuple[tuple[str, At], ...] = ()
    """Receivers that rules name in place of the portfolio's, and where."""
    formerly: tuple[str, ...] = ()
    formerly_at: At = (0, 0)
    rules: tuple[Rule, ...] = ()
    """Enabled ones, whole."""
    rules_at: tuple[At, ...] = ()
    off: tuple[str, ...] = ()
    """Rules that are whole and disabled."""
    off_at: tuple[At, ...] = ()
    overrides: tuple[Override, ...] = ()
    inline: Holdings | None = None
    """Positions written in the file."""
    holdings: Node | None = None
    """Where positions come from, as written."""
    answers: dict[str, str] = msgspec.field(default_factory=dict)
    """What was asked about lists, companies and so on, with the answers."""

    def place(self, at: At) -> Place:
        """Give a place in its file."""
        return Place(self.file, *at)

    def fault(self, at: At, message: str, hint: str = "", severity: str = "error") -> Fault:
        """Make a fault at a place in its file."""
        return Fault(self.file, *at, message, hint, severity)
