"""What a rule made of very many events: as far as there is time, and on from there."""

from __future__ import annotations

from pathlib import Path

from alertd.asking.desk_view import DeskView, load_nothing
from alertd.asking.room import Room, Scope
from alertd.asking.why_rule import BATCH, made_of
from alertd.base.clock import parse_rfc3339
from alertd.store.memory import MemoryStore
from tests.asking.test_in_force import in_force, names_of, written
from tests.history.projection.past import NOW, event

EARLY = parse_rfc3339("2020-01-01T00:00:00Z")


async def test_what_takes_too_long_is_told_as_far_as_it_came(tmp_path: Path) -> None:
    book, store = written(tmp_path, "T"), MemoryStore()
    room = Room(Scope(in_force(tmp_path, book).setup, names_of(book).all(), ""))
    for number in range(BATCH + 1):
        await store.journal(event(f"ev_{number}", title="Quiet"))
    view, turns = DeskView(None, room.books(), load_nothing), iter([False, True])
    made = await made_of(
        store, view, "ai-book", "r", EARLY, 3, books=room.books(), enough=lambda: next(turns)  # type: ignore[arg-type]
    )  # fmt: skip
    assert (made.more, made.counts.total()) == (True, BATCH), "what was read is told, and no more is read"
    assert parse_rfc3339(made.until) == NOW
    whole = await made_of(store, view, "ai-book", "r", EARLY, 3, books=room.books())  # type: ignore[arg-type]
    assert (whole.more, whole.counts.total()) == (False, BATCH + 1)
