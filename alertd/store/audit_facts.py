"""What an audit reads of the store, one fact for each record: its judges (`alertd.history.verify`) see no more."""

from __future__ import annotations

from alertd.model import Delivery, Struct
from alertd.store.types import FetchJob


class MarkFact(Struct, frozen=True, kw_only=True):
    """An event that a source has shown."""

    source: str
    event: str
    revision: int
    """The newest."""
    seen_ms: int | None
    """When it was last on the page; None: nothing would ever forget it."""


class StreamFact(Struct, frozen=True, kw_only=True):
    """An event that is not matched yet."""

    stream_id: str
    event: str
    revision: int
    stored_ms: int
    """By the server's clock."""


class LineFact(Struct, frozen=True, kw_only=True):
    """A line of the journal, as far as it ends something."""

    journal_id: str
    kind: str
    """Empty: it cannot be read."""
    reason: str = ""
    event: str = ""
    revision: int = 0
    delivery: str = ""


class DeliveryFact(Struct, frozen=True, kw_only=True):
    """A delivery, and what else the store says of it."""

    id: str
    record: Delivery | None
    """None: it cannot be read."""
    place: int = -1
    """In its chain, from 0; -1: it is in none. Of those that have not ended."""
    due_ms: int | None = None
    """In its receiver's queue; None: it is not there."""
    body: bool = True
    filed: bool = True
    """One that has ended stands among those, so that it is forgotten in time."""


class ChainFact(Struct, frozen=True, kw_only=True):
    """The deliveries that follow one another at a receiver."""

    name: str
    ids: list[str]
    states: list[str]
    """Of each; empty: there is no record."""


class QueueFact(Struct, frozen=True, kw_only=True):
    """An entry of a receiver's queue, or of those that have ended."""

    where: str
    """`q:<receiver>:<lane>`, `done` or `dead`."""
    id: str
    record: Delivery | None
    there: bool
    """There is a record, readable or not."""


class WindowFact(Struct, frozen=True, kw_only=True):
    """A window of held alerts."""

    name: str
    until_ms: int
    members: int
    lost: list[str]
    """Alerts in it of which nothing is known any more."""


class TimerFact(Struct, frozen=True, kw_only=True):
    """A timer of an alert."""

    name: str
    due_ms: int
    alert: bool
    """There is such an alert."""


class NoteFact(Struct, frozen=True, kw_only=True):
    """A note that a model is to write."""

    id: str
    """Of the alert."""
    due_ms: int
    """Or the end of the turn of who has it in hand."""
    alert: bool
    """There is such an alert."""


class FetchFact(Struct, frozen=True, kw_only=True):
    """A full text that is to be fetched."""

    event: str
    job: FetchJob | None
    """None: there is none, or it cannot be read."""
    due_ms: int | None
    end_ms: int | None
    header: bool


class AlertFact(Struct, frozen=True, kw_only=True):
    """An alert, and what it says was done about it and is not to be found."""

    id: str
    there: bool
    changed_ms: int
    deliveries: list[str]
    """Of which there is neither a record nor a line in the journal."""
    holds: list[str]
    """Windows in which it waits, and that do not hold it."""
