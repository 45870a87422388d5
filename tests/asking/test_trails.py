"""The trail of an alert that is older than the journal."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from pathlib import Path

from msgspec.structs import replace

from alertd.alerts.policy import ReceiverPolicy
from alertd.alerts.trail import Trail
from alertd.asking.caller import Caller
from alertd.asking.in_force import Setup
from alertd.asking.room import Room, Scope
from alertd.asking.trails import MOST, TrailAsked
from alertd.base.clock import parse_rfc3339
from alertd.history.archive.reader import Reader
from alertd.history.archive.writer import Writer
from alertd.history.projection.projector import Projector
from alertd.model import JournalRecord
from alertd.store.redis import open_store
from tests.alerts.living import state
from tests.alerts.test_trail import EV, SECRET, decided, ended
from tests.asking.scene import reach_of

WHOLE, DESK = Caller("api", all_desks=True), Caller("bot", "ai")


def archived(folder: Path, *records: JournalRecord) -> None:
    """Archive and project records as the daemon does."""
    with closing(Writer(folder / "archive")) as writer:
        writer.append([(f"{parse_rfc3339(one.at)}-{number}", one) for number, one in enumerate(records)])
    with closing(Projector(folder / "history.db")) as projector:
        projector.advance(Reader(folder / "archive"))


@asynccontextmanager
async def room_of(folder: Path, url: str, namespace: str, journal: Sequence[JournalRecord]) -> AsyncIterator[Room]:
    """Give what is at hand beside a journal that has these lines alone."""
    store = await open_store(url, namespace, name="test")
    await store.prepare()
    for number, one in enumerate(journal):
        await store.journal(one, once=str(number))
    policies = {"desk": ReceiverPolicy("desk", desk="ai")}
    room = Room(Scope(Setup(reach_of(folder, namespace=namespace), "", policies), (), url))
    yield room
    await room.aclose()
    await store.aclose()


def told(trail: Trail | None) -> list[tuple[str, int]]:
    assert trail is not None
    return [(one.event.id, one.decision.alert_revision) for one in trail.reports]


async def test_what_only_the_archive_has_comes_before_what_the_journal_has_and_each_once(
    tmp_path: Path, redis_url: str, namespace: str
) -> None:
    late = replace(decided(replace(EV, id="ev_b"), revision=2), at="2027-01-16T08:00:00.000Z")
    archived(tmp_path, decided(EV, told={"desk": "dl_1"}), ended("dl_1", "desk", attempts=3))
    async with room_of(tmp_path, redis_url, namespace, [late, replace(ended("dl_2", "desk"), at=late.at)]) as room:
        trail = await TrailAsked(WHOLE, state()).answer(room)
    assert told(trail) == [("ev_a", 1), ("ev_b", 2)]
    assert trail is not None
    assert [(one.id, one.attempts) for one in trail.sent] == [("dl_1", 3), ("dl_2", 1)]
    assert not trail.begins_late


async def test_a_desk_sees_of_the_archive_what_its_receivers_may_be_told(
    tmp_path: Path, redis_url: str, namespace: str
) -> None:
    archived(tmp_path, decided(SECRET), decided(EV, revision=2, told={"desk": "dl_1", "theirs": "dl_2"}))
    async with room_of(tmp_path, redis_url, namespace, []) as room:
        seen = await TrailAsked(DESK, state(desk="ai")).answer(room)
        assert told(await TrailAsked(WHOLE, state(desk="ai")).answer(room)) == [("ev_s", 1), ("ev_a", 2)]
    assert told(seen) == [("ev_a", 2)]
    assert seen is not None
    assert seen.reports[0].decision.receivers.keys() == {"desk"}
    assert not seen.begins_late, "nothing says that something is kept back"


async def test_of_many_reports_the_newest_come_and_only_the_text_that_the_page_shows(
    tmp_path: Path, redis_url: str, namespace: str
) -> None:
    reports = [replace(EV, id=f"ev_{number}", body="A long text.") for number in range(MOST + 5)]
    archived(tmp_path, *(decided(one, revision=number + 1) for number, one in enumerate(reports)))
    shown = state()
    shown = replace(shown, event=replace(EV, id="ev_7", body="A"))
    async with room_of(tmp_path, redis_url, namespace, []) as room:
        trail = await TrailAsked(WHOLE, shown).answer(room)
    assert trail is not None
    assert told(trail)[:: MOST - 1] == [("ev_5", 6), (f"ev_{MOST + 4}", MOST + 5)]
    assert {one.event.id: one.event.body for one in trail.reports if one.event.body} == {"ev_7": "A long text."}


async def test_without_an_archive_there_is_none(tmp_path: Path, redis_url: str, namespace: str) -> None:
    async with room_of(tmp_path, redis_url, namespace, [decided(EV, revision=4)]) as room:
        assert await TrailAsked(WHOLE, state()).answer(room) is None
