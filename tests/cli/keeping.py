"""The journal of a desk as the daemon archives it, and its projection, for the commands that look far back."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from typing import Any

from msgspec.structs import replace

from alertd.alerts.rows import card
from alertd.history.archive.reader import Reader
from alertd.history.archive.writer import Writer
from alertd.history.projection.projector import Projector
from alertd.model import JournalRecord
from alertd.store.redis import RedisStore
from tests.cli.conftest import Desk


def keep(desk: Desk, *, payload: str = "") -> None:
    """Archive what the journal has, and project it; events with the cards of their alerts as they stand now.

    Deliveries that were sent get their payload.
    """
    folder = desk.folder / "var"
    with closing(Writer(folder / "archive")) as writer:
        writer.append(desk.do(lambda store: _lines(store, writer.position, payload)))
    with closing(Projector(folder / "history.db")) as projector:
        projector.advance(Reader(folder / "archive"))


def forget(desk: Desk) -> None:
    """Let the store lose its journal and its alerts, as time does."""

    async def lose(store: RedisStore) -> None:
        await store.trim_journal(2**52)
        for alert in await store.alerts(0, 1000):
            await store.link.call("DEL", store.keys(f"alert:{alert}"))

    desk.do(lose)


async def _lines(store: RedisStore, after: str, payload: str) -> Sequence[tuple[str, JournalRecord]]:
    lines = []
    for journal_id, record in await store.read_journal(after, 1000, 0):
        more: dict[str, Any] = {}
        if record.kind == "event":
            there = await store.load_alerts([one["alert"] for one in record.data["decisions"]])
            more["alerts"] = [card(one.state) for one in there.values() if one.state is not None]
        if record.kind == "delivery" and record.reason == "sent" and payload:
            more["payload"] = payload
        lines.append((journal_id, replace(record, data=record.data | more)))
    return lines
