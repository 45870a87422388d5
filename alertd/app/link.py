"""The line between supervisor and child: pickled messages over a socket pair.

Pickle is safe here: both ends are this program, over a socket that no other process holds.
"""

from __future__ import annotations

import asyncio
import contextlib
import pickle
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from alertd.alerts.policy import ReceiverPolicy
from alertd.asking.portfolio_names import PortfolioName, name_of
from alertd.base.tokens import Digests
from alertd.history.analytics.subject import Subject, subjects_of
from alertd.history.replay.staging import Staging
from alertd.rules.book import BookChange, RuleBook
from alertd.settings import Settings
from alertd.workers.archive_version import InForce

_HEADER = 4


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Settings and rules that belong together: loaded at once, replaced at once."""

    settings: Settings
    book: RuleBook
    held: frozenset[str] = frozenset()
    """The CIKs, of ten digits, of the companies that some portfolio holds."""
    receivers: Mapping[str, ReceiverPolicy] = field(default_factory=dict)
    """What deciding needs to know of each receiver, its conditions compiled."""
    in_force: InForce | None = None
    """The files that it was loaded from."""

    def zones(self) -> dict[str, str]:
        """Give the time zone of each receiver whose portfolios all have the same."""
        found: dict[str, set[str]] = {}
        for portfolio in self.book.portfolios:
            for receiver in portfolio.tells():
                found.setdefault(receiver, set()).add(portfolio.timezone)
        return {receiver: zones.pop() for receiver, zones in found.items() if len(zones) == 1}

    def reported(self) -> dict[str, Subject]:
        """Give what reports need of the portfolios that they are about."""
        return subjects_of(self.book, {report.portfolio for report in self.settings.reports})

    def portfolio_names(self) -> list[PortfolioName]:
        """Name the portfolios, for whoever chooses one on the page."""
        return [name_of(one) for one in self.book.portfolios]

    def without_rules(self) -> Snapshot:
        """Give it as a process needs it that matches nothing: a large book is not sent and not kept there."""
        return replace(self, book=RuleBook(version=self.book.version))


@dataclass(frozen=True, slots=True)
class Boot:
    """What a child is told first."""

    name: str
    """`io` or `match-0`, `match-1`, …"""
    roles: frozenset[str]
    snapshot: Snapshot
    redis_url: str
    consumer: str
    """Stable over restarts, so that a restarted matcher finds its own pending events; also this poller's name."""
    shared: bool
    """Other daemons may work over the same Redis."""
    web_token: Digests
    failpoints: str
    reload_ok: bool = True
    """Whether the last reload was taken."""
    zones: Mapping[str, str] = field(default_factory=dict)
    """Receiver -> the time zone of the portfolios that tell it."""
    reported: Mapping[str, Subject] = field(default_factory=dict)
    """The portfolios that reports are about."""
    portfolios: Sequence[PortfolioName] = ()
    """Those of the rules; for a process with pages."""
    stage: Staging | None = None
    """Of a replay: whose time it goes by, and whom it may really tell."""
    web: str = ""
    """Where the web room of the process's life before listened: who has that address finds the next one there."""


@dataclass(frozen=True, slots=True)
class Reload:
    """Take these settings from the next poll and message on, and these rules from the next batch on."""

    settings: Settings
    version: str
    """Of the rules from now on."""
    change: BookChange | None = None
    """What changed in the rules since the message before."""
    book: RuleBook | None = None
    """All of them, where that is not told apart. Neither: the rules are as they were."""
    zones: Mapping[str, str] = field(default_factory=dict)
    """As in `Boot`."""
    held: frozenset[str] = frozenset()
    """The CIKs of the companies held, as in a snapshot."""
    receivers: Mapping[str, ReceiverPolicy] = field(default_factory=dict)
    """As in a snapshot."""
    reported: Mapping[str, Subject] = field(default_factory=dict)
    """As in `Boot`."""
    in_force: InForce | None = None
    """As in a snapshot; for a process that archives."""
    portfolios: Sequence[PortfolioName] = ()
    """As in `Boot`."""


@dataclass(frozen=True, slots=True)
class Drain:
    """End what is under way within the time, then leave."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Tell:
    """Pass a notice to the operator's receivers (for a child that has a store)."""

    kind: str
    subject: str
    text: str
    episode: str
    desk: str | None = None
    """Whose it is: the text goes to the receivers of this desk alone, and `others` to the rest."""
    others: str = ""


@dataclass(frozen=True, slots=True)
class Ready:
    """The child does its work now."""

    web: str = ""
    """Where the web room listens, as `host:port`."""


@dataclass(frozen=True, slots=True)
class Turns:
    """How often each loop of the child came round."""

    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class Failed:
    """The child cannot start, and starting it again would not help."""

    text: str


class Link:
    """One end of the line."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def over(cls, sock: socket.socket) -> Link:
        """Make an end from a connected socket."""
        return cls(*await asyncio.open_connection(sock=sock))

    def send(self, message: object) -> None:
        """Send without waiting; a line that is closed is noticed by the one who receives."""
        if self._writer.is_closing():
            return
        data = pickle.dumps(message)
        self._writer.write(len(data).to_bytes(_HEADER, "big") + data)

    async def receive(self) -> Any:
        """Give the next message. Raises EOFError when the other side is gone."""
        try:
            size = int.from_bytes(await self._reader.readexactly(_HEADER), "big")
            return pickle.loads(await self._reader.readexactly(size))  # noqa: S301  see the docstring
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise EOFError from error

    async def close(self) -> None:
        """Close this end."""
        self._writer.close()
        with contextlib.suppress(ConnectionError):
            await self._writer.wait_closed()
