"""What an archive proves of events that the journal has not any more: all, or nothing about those that it lacks."""

from __future__ import annotations

from pathlib import Path

import pytest

from alertd.history.archive.reader import Reader
from alertd.history.archive.writer import Writer
from alertd.history.projection.database import empty, open_to_write
from alertd.history.projection.projector import Projector
from alertd.history.verify.archived import archived_in
from alertd.history.verify.events import TOGETHER_MS, look_at_events
from alertd.history.verify.model import Limits
from alertd.model import JournalRecord, SourceState
from alertd.store.redis import RedisStore
from tests.store.make import NOW, new

DAY_MS = 86_400_000
EVENT = {"event": {"id": "ev_a", "source": "wire", "revision": 1, "title": "A title"}}


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Make an archive with a day that is over, and the database of it."""
    writer = Writer(tmp_path / "archive", clock=lambda: NOW)
    for day in range(2):
        line = JournalRecord(kind="event", at="2026-01-01T00:00:00.000Z", ids=["ev_a"], reason="matched", data=EVENT)
        writer.append([(f"{NOW + day * DAY_MS}-0", line)])
    writer.seal(writer.unsealed[0])
    writer.close()
    projector = Projector(tmp_path / "history.db")
    projector.advance(Reader(tmp_path / "archive"))
    projector.close()
    return tmp_path / "history.db"


def test_one_whose_database_begins_anew_proves_nothing(database: Path) -> None:
    found = archived_in(database.parent / "archive", database)
    assert found is not None
    assert (found.whole, found.began_ms) == (True, NOW)
    connection = open_to_write(database)
    empty(connection)
    connection.close()
    anew = archived_in(database.parent / "archive", database)
    assert anew is not None
    assert not anew.whole


@pytest.mark.parametrize(("created", "lost"), [(NOW - 1_000, True), (NOW - TOGETHER_MS - 1, False), (None, False)])
async def test_one_that_is_younger_than_the_store_proves_nothing_about_what_was_before(
    redis_store: RedisStore, database: Path, created: int | None, lost: bool
) -> None:
    meta = redis_store.keys("meta")
    await redis_store.link.call("HSET", meta, "trimmed", "1-0")
    await redis_store.link.call("HDEL", meta, "created")
    if created is not None:
        await redis_store.link.call("HSET", meta, "created", created)
    await redis_store.save_source_state(SourceState(source="wire"))
    await redis_store.ingest("wire", [new("a"), new("b")], NOW)
    for item in await redis_store.read_events("test", 10, 0):
        await redis_store.link.call("XDEL", redis_store.keys("events"), item.stream_id)
    archived = archived_in(database.parent / "archive", database)
    tally, _, _ = await look_at_events(redis_store, Limits(now=NOW, machine=NOW, patience_ms=0), archived)
    assert set(tally.faults) == ({"ev_b"} if lost else set())
    assert tally.unknown == (0 if lost else 1)
