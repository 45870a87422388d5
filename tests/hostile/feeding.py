"""Serves hostile answers to a real poller with a real parse worker, and looks at everything that they leave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from structlog.testing import capture_logs

from alertd.store.memory import MemoryStore
from alertd.workers.poll import Polled
from tests.hostile.case import Case
from tests.net.lag import LoopLag
from tests.support.behaviours import Behaviour, answer
from tests.workers.make import feed as healthy_feed
from tests.workers.polling import Wire

TOLD = ("source_failed", "source_gone", "document_odd")
"""The lines of the log that say what is wrong with a source."""


@dataclass(frozen=True)
class Left:
    """What polls have left."""

    polled: Polled
    titles: list[str]
    told: list[str]
    """What the log says is wrong, a line each."""
    reasons: list[str]
    """The journal's lines about single entries."""

    @property
    def error(self) -> str:
        return self.polled.state.error


async def fed(case: Case, wire: Wire, *behaviours: Behaviour, polls: int = 2, path: str = "/feed") -> Left:
    """Poll a source that answers like this, and a healthy one behind it, over the same client and parse worker.

    The loop must stay free, the healthy source must be read, and however often the trouble comes, it is one line.
    """
    wire.server.script(path, *behaviours)
    with capture_logs() as lines:
        async with LoopLag() as lag:
            for _ in range(polls):
                polled = await wire.poll(path)
    case.free(lag)
    await neighbour(wire)
    told = [said(line) for line in lines if line["event"] in TOLD]
    assert len(told) == len(set(told)), told
    assert all(text.isprintable() and len(text) < 1_000 for text in told), told
    assert not [line for line in lines if line.get("exc_info")], lines
    return Left(polled, await wire.titles(), told, await wire.reasons("entry"))


def said(line: Any) -> str:
    """Give what a line of the log says of a source."""
    return str(line.get("error") or line.get("what"))


async def neighbour(wire: Wire) -> None:
    """Poll a healthy source over the same client and parse worker: nothing is left behind that harms it."""
    other = Wire(MemoryStore(), wire._http, wire.pool, wire.server)
    wire.server.script("/healthy", answer(healthy_feed("Healthy")))
    polled = await other.poll("/healthy")
    assert (polled.outcome, await other.titles()) == ("new", ["Healthy"])
