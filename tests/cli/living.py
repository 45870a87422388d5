"""Alerts in the store of a desk, for the commands that list and answer them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from alertd.base.clock import parse_rfc3339, rfc3339, system_clock
from alertd.base.ids import make_id
from alertd.model import AlertState, JournalRecord, Told
from alertd.store.redis import RedisStore
from tests.alerts.living import state
from tests.cli.conftest import Desk

WORDS = ("one", "two", "three")
ONE, TWO, THREE = (make_id("al", "ai", word) for word in WORDS)


def put(desk: Desk, *states: AlertState) -> None:
    """Write alerts, the last one last."""

    async def write(store: RedisStore) -> None:
        for i, one in enumerate(states):
            known = (await store.load_alerts([one.alert.id]))[one.alert.id]
            now = system_clock() - 1000 + i
            assert await store.commit(one.alert.id, known.version, one, (), now, answer=True) is None

    desk.do(write)


def alert(desk: Desk, name: str = ONE, /, **fields: Any) -> None:
    """Write an alert that the receiver `desk` was told of."""
    told = {"desk": Told(revision=1, severity="high", at_ms=system_clock())}
    made = state(name, **({"told": told} | fields))
    put(desk, replace(made, alert=replace(made.alert, updated_at=rfc3339(system_clock()))))


def stored(desk: Desk, name: str = ONE) -> AlertState:
    """Read an alert."""
    found = desk.do(lambda store: store.load_alerts([name]))[name].state
    assert found is not None
    return found


def told(desk: Desk, receiver: str = "desk") -> Sequence[str]:
    """Give the types of the messages that wait for a receiver."""
    due, _ = desk.do(lambda store: store.due(receiver, system_clock() + 1000, 100))
    return [one.message.type for one in due]


def journalled(desk: Desk, kind: str) -> list[JournalRecord]:
    """Give the lines of the journal of a kind."""
    return [record for _, record in desk.do(lambda store: store.read_journal("", 1000, 0)) if record.kind == kind]


def ms(at: str | None) -> int:
    """Read a time that must be there."""
    assert at is not None
    return parse_rfc3339(at)
