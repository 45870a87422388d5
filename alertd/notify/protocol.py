"""The seam between the delivery loop and the receivers: one small Protocol, and what builds its implementations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, Protocol, TextIO

from alertd.base.clock import Clock, system_clock
from alertd.model import Message, Struct
from alertd.net.exchange import PostOptions, PostResult
from alertd.notify.links import Links
from alertd.notify.outcome import Outcome
from alertd.notify.smtp import SmtpConfig


class Attempt(Struct, frozen=True, kw_only=True):
    """One try at sending a delivery."""

    delivery_id: str
    number: int
    """From 1."""
    in_doubt: bool
    """An earlier attempt began and nobody knows how it ended."""
    now: int
    """Milliseconds since the epoch."""
    progress: str = ""
    """What the attempt before left in `Later.progress`."""
    thread: str = ""
    """What `Sent.thread` of the first message about the same alert said; empty if there is none."""


class Notifier(Protocol):
    """Speaks one receiver's protocol."""

    @property
    def mode(self) -> Literal["every", "latest"]:
        """Whether an unsent older message about the same alert may be skipped."""
        ...

    @property
    def lease_ms(self) -> int:
        """How long an attempt may take before another may begin: its own time-out and a margin."""
        ...

    @property
    def pace_ms(self) -> int:
        """The least time between two attempts, over all processes."""
        ...

    @property
    def pace_key(self) -> str:
        """What the pace is kept for: receivers with the same key share it. Empty: the receiver."""
        ...

    @property
    def concurrency(self) -> int:
        """How many attempts may be under way at once in one process."""
        ...

    def render(self, message: Message) -> bytes:
        """Give the message its form. Pure but for the clock; done once, the result is frozen in the store."""
        ...

    async def send(self, payload: bytes, attempt: Attempt) -> Outcome:
        """Send what `render` made. What goes wrong on the way is an outcome, not an exception."""
        ...

    async def close(self) -> None:
        """Let go of connections. Sending again afterwards is allowed and opens new ones."""
        ...


class Poster(Protocol):
    """What notifiers need of the guarded HTTP client (`alertd.net.client.HttpClient`)."""

    async def post(
        self, url: str, body: bytes, headers: Mapping[str, str], options: PostOptions, now: int = 0
    ) -> PostResult:
        """Post once, without following redirects. Raises PostFailed."""
        ...


class TurnGiven(Protocol):
    """When to send."""

    @property
    def kind(self) -> str:
        """`turn`; else nothing may be sent before `at_ms`."""
        ...

    @property
    def at_ms(self) -> int:
        """Milliseconds since the epoch."""
        ...


class Turns(Protocol):
    """Turns at a peer that counts what all of our processes send it, and its silence after it has told us to stop."""

    async def take_turn(self, limit: str, token: str, now: int, interval_ms: int, longest_ms: int) -> TurnGiven:
        """Take the next moment at which to send; asked again with the same token it gives the same moment."""
        ...

    async def keep_quiet(self, limit: str, until_ms: int, now: int) -> None:
        """Give nobody a turn until then."""
        ...


class NotifierDeps(Struct, frozen=True, kw_only=True):
    """What the composition root gives to all notifiers."""

    http: Poster
    smtp: SmtpConfig | None = None
    """The relay of all email receivers."""
    turns: Turns | None = None
    """What all processes know of a peer's limits; None: there is no store to ask."""
    links: Links | None = None
    """Makes the links by which mail is answered; None: there is no public listener."""
    stream: TextIO | None = None
    """Where a console receiver writes; None is standard output at the time of writing."""
    template_failed: Callable[[str, str, str], None] | None = None
    """Told of a template that fails: the receiver, the template's version, why. None: only the log hears of it."""
    clock: Clock = system_clock
