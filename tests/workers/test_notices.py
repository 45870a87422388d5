"""What the operator is told: each trouble once, over a store in memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from structlog.testing import capture_logs

from alertd.errors import StoreUnavailable
from alertd.model import DueDelivery, JournalRecord, NewDelivery
from alertd.store.memory import MemoryStore
from alertd.workers.notices import FOLD_AFTER, NOTICE_EXPIRES_MS, Notices
from tests.workers.make import HandClock

NOW = 1_768_000_000_000

OPERATOR: dict[str, Literal["every", "latest"]] = {"ops": "latest", "pager": "every"}


async def queued(store: MemoryStore, receiver: str, clock: HandClock) -> list[DueDelivery]:
    return (await store.due(receiver, clock.now, 100))[0]


async def journal(store: MemoryStore) -> list[JournalRecord]:
    return [record for _, record in await store.read_journal("", 100, 0) if record.kind == "notice"]


async def test_every_receiver_of_the_operator_is_told() -> None:
    clock = HandClock()
    store = MemoryStore(clock)
    await Notices(store, OPERATOR, clock).tell("source_gone", "wire", "It is gone.", "1")
    for receiver, mode in OPERATOR.items():
        (due,) = await queued(store, receiver, clock)
        assert due.message.type == "notice"
        assert due.message.notice is not None
        assert (due.message.notice.subject, due.message.notice.text) == ("wire", "It is gone.")
        assert due.delivery.mode == mode
        assert due.delivery.expires_ms == clock.now + NOTICE_EXPIRES_MS
    (record,) = await journal(store)
    assert record.reason == "source_gone"
    assert record.data["receivers"] == ["ops", "pager"]
    assert len(await store.trace("wire")) == 1


async def test_the_same_episode_is_told_once_however_many_workers_notice_it() -> None:
    clock = HandClock()
    store = MemoryStore(clock)
    for worker in (Notices(store, OPERATOR, clock), Notices(store, OPERATOR, clock)):
        await worker.tell("source_gone", "wire", "It is gone.", "1")
        clock.pass_by(60)
        await worker.tell("source_gone", "wire", "It is still gone.", "1")
    assert len(await queued(store, "ops", clock)) == 1
    assert len(await journal(store)) == 1


async def test_another_episode_kind_or_subject_is_another_piece_of_news() -> None:
    clock = HandClock()
    store = MemoryStore(clock)
    notices = Notices(store, OPERATOR, clock)
    for kind, subject, episode in [("a", "wire", "1"), ("a", "wire", "2"), ("a", "other", "1"), ("b", "wire", "1")]:
        await notices.tell(kind, subject, "Something happened.", episode)
    assert len(await queued(store, "ops", clock)) == 4
    assert len(await journal(store)) == 4


async def test_a_receiver_in_trouble_is_not_told_of_its_own_trouble() -> None:
    clock = HandClock()
    store = MemoryStore(clock)
    await Notices(store, OPERATOR, clock).tell("receiver_failing", "ops", "It fails.", "1", skip="ops")
    assert await queued(store, "ops", clock) == []
    assert len(await queued(store, "pager", clock)) == 1


async def test_without_an_operator_it_stands_in_log_and_journal() -> None:
    clock = HandClock()
    store = MemoryStore(clock)
    with capture_logs() as logs:
        await Notices(store, {}, clock).tell("source_gone", "wire", "It is gone.", "1")
    assert [(line["event"], line["kind"]) for line in logs] == [("operator_notice", "source_gone")]
    (record,) = await journal(store)
    assert record.ids == ["wire"]
    assert await store.key_counts() | {"deliveries": 0} == await store.key_counts()


async def test_a_reload_changes_who_is_told() -> None:
    clock = HandClock()
    store = MemoryStore(clock)
    notices = Notices(store, OPERATOR, clock)
    notices.replace({"night": "every"})
    await notices.tell("source_gone", "wire", "It is gone.", "1")
    assert await queued(store, "ops", clock) == []
    assert len(await queued(store, "night", clock)) == 1


class Away:
    """A store that is away."""

    async def enqueue(self, deliveries: Sequence[NewDelivery], now: int) -> list[str]:
        raise StoreUnavailable("away")

    async def journal(self, record: JournalRecord, once: str = "") -> bool:
        raise StoreUnavailable("away")


async def test_telling_about_trouble_makes_no_more_of_it() -> None:
    with capture_logs() as logs:
        await Notices(Away(), OPERATOR, HandClock()).tell("source_gone", "wire", "It is gone.", "1")
    assert [line["event"] for line in logs] == ["operator_notice", "operator_notice_not_queued"]


async def test_two_hundred_of_a_kind_are_told_as_one_and_each_is_in_the_journal() -> None:
    store = MemoryStore()
    notices = Notices(store, {"ops": "every"}, lambda: NOW)
    for number in range(200):
        await notices.tell("source_failing", f"feed-{number}", f"Source feed-{number} has failed.", "1")
    due, _ = await store.due("ops", NOW, 1000)
    assert len(due) == FOLD_AFTER + 1
    subjects = {item.message.notice.subject for item in due if item.message.notice}
    assert "many" in subjects
    lines = [record for _, record in await store.read_journal("", 1000, 0) if record.kind == "notice"]
    assert len({record.data["subject"] for record in lines}) == 200


async def test_the_same_trouble_told_again_and_again_is_not_many() -> None:
    store = MemoryStore()
    notices = Notices(store, {"ops": "every"}, lambda: NOW)
    for _ in range(50):
        await notices.tell("dead_letter", "desk", "A message could not be delivered.", "1")
    (only,), _ = await store.due("ops", NOW, 1000)
    assert only.message.notice is not None
    assert only.message.notice.subject == "desk"
