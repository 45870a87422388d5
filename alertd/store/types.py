"""What only the store's own questions answer with."""

from __future__ import annotations

from typing import Literal

from alertd.model import Event, Struct


class Finding(Struct, frozen=True, kw_only=True):
    """One thing about the server that endangers alerts. `refuse`: do not start on it."""

    level: Literal["refuse", "warn"]
    code: str
    """`version`, `replica`, `policy`, `append_only`, `fsync`, `memory`, `filling`, `disk`, `evicted`, `wrong_type`,
    `clock`."""
    text: str
    """What is wrong and what to set, in words for an operator."""


class Archived(Struct, frozen=True, kw_only=True):
    """How far an archive is."""

    position: str
    """The id of the last journal record in it; empty: it has none yet."""
    at_ms: int
    """When that was reported."""


class EndedPayload(Struct, frozen=True, kw_only=True):
    """What was sent, as long as it waits to be archived, and what limits it."""

    payload: bytes
    keep_body_s: int | None = None
    export: bool = True


SpendLimits = tuple[int, int, int]
"""What a model may be asked on a day: questions, tokens, questions for one portfolio."""


class Spent(Struct, frozen=True, kw_only=True):
    """What a model was asked on a day of UTC, by all processes; questions under way with what was guessed of them."""

    calls: int = 0
    tokens: int = 0
    cost: float = 0.0
    """In the currency that was asked for; 0 in the answers of what changes it."""
    refused: str = ""
    """Of a question that was not counted: `budget` of the day, or the share of the `portfolio`."""


class Memory(Struct, frozen=True, kw_only=True):
    """What the server uses and may use, in bytes."""

    used: int
    limit: int
    """0: no limit is set."""


class FetchJob(Struct, frozen=True, kw_only=True):
    """The full text of an event that is to be fetched. There is one job for an event at most."""

    event: str
    source: str
    identity: str
    """The mark that owns the event."""
    url: str
    """Where the text is, or the page that lists its documents."""
    revision: int
    """The newest when it was queued: nothing is stored that was built on an older header."""
    queued_ms: int
    attempts: int = 0
    """The one under way included."""
    token: str = ""
    """Of the lease; who does not name it changes nothing."""
    error: str = ""
    """Of the last attempt."""
    held: bool = False
    """A correction that goes out with the text, because the event has had its text."""
    header: bytes = b""
    """The event that the text is built on, as JSON."""


JobEnd = Literal["done", "failed"]
JobState = Literal["queued", "running", "done", "failed"]


class Job(Struct, frozen=True, kw_only=True):
    """Work that takes longer than a request."""

    id: str
    what: bytes
    """As it was asked for; the store does not read it."""
    state: JobState = "queued"
    attempts: int = 0
    """The one under way included."""
    came: bytes = b""
    """How far it is, or what came of it; the store does not read it."""
    token: str = ""
    """Of the turn; who does not name it changes nothing."""


class Taken(Struct, frozen=True, kw_only=True):
    """Whether a job was taken on."""

    outcome: Literal["ok", "held", "full"]
    """`held`: another has to do with the same. `full`: too many wait."""
    by: str = ""
    """That other."""


class Turn(Struct, frozen=True, kw_only=True):
    """An answer to somebody who wants to press on a host."""

    kind: Literal["turn", "quiet", "full"]
    """`turn`: send at that moment. `quiet`: the host wants to be left alone until then. `full`: so long one would
    wait, and that is too long."""
    at_ms: int


class PendingEvent(Struct, frozen=True, kw_only=True):
    """An event that was handed out and not finished."""

    stream_id: str
    consumer: str
    deliveries: int
    idle_ms: int


class DeadEvent(Struct, frozen=True, kw_only=True):
    """An event that was set aside, with the reason."""

    id: str
    """Of the entry in `dead_events`."""
    stream_id: str
    event_id: str
    reason: str
    at_ms: int
    event: Event | None
    """None where the event's JSON itself is what cannot be read."""


class Backlog(Struct, frozen=True, kw_only=True):
    """How much the match processes have before them."""

    events: int
    """In the stream: not handed out, or handed out and not finished."""
    pending: int
    """Of these, handed out."""
    oldest_ms: int | None
    """When the oldest was stored, by the server's clock."""


class ReceiverHealth(Struct, frozen=True, kw_only=True):
    """How a receiver is doing."""

    failures: int = 0
    """Failed attempts since the last success."""
    error: str = ""
    """What the last of them said; it stays when one has succeeded since."""
    paused_until_ms: int = 0
    last_sent_ms: int = 0
    queued: int = 0
    """In the queue: due, held, in retry or being sent."""
    waiting: int = 0
    """Behind the head of their chain."""
    oldest_due_ms: int | None = None
    dead: int = 0
    parked: str = ""
    """Why it is gone, as its last attempt said; until it takes a message again, one at a time asks."""
