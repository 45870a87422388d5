"""What readers of the projection name and are given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from alertd.history.archive.line import Line, Place

Kind = Literal["rule", "company", "event type", "source", "receiver", "desk"]
NAMES: dict[Kind, tuple[str, str]] = {
    "rule": ("rule", "alert_rules"),
    "company": ("company", "alert_companies"),
    "event type": ("type", "types"),
    "source": ("source", "events"),
    "receiver": ("receiver", "told"),
    "desk": ("desk", "alerts"),
}
"""Column and table that have the names of a kind."""


ROW = (
    "id", "revision", "portfolio", "portfolio_title", "desk", "status", "severity", "title", "rules", "story", "url",
    "first_at", "updated_at", "acknowledged_by", "acknowledged_at", "snoozed_until", "merged_into", "useful", "noise",
    "holdings",
)  # fmt: skip
"""What a card has of a row (`alerts.rows.row`)."""


class Archived(Protocol):
    """What is read of the archive itself."""

    def at(self, places: Sequence[Place]) -> list[Line]:
        """Give lines by their places."""
        ...


@dataclass(frozen=True, slots=True)
class EventHit:
    """An event whose headline fits."""

    event: str
    revision: int
    at: str
    """When it was decided."""
    source: str
    title: str
