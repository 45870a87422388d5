"""What the operator is told: each trouble once, over a store in memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec
from structlog.testing import capture_logs

from alertd.errors import StoreUnavailable
from alertd.model import DueDelivery, JournalRecord, NewDelivery
from alertd.store.memory import MemoryStore
from alertd.workers.notices import FOLD_AFTER, NOTICE_EXPIRES_MS, Desks, Notices
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


WALLED = Desks(receivers={"ai-ops": "ai", "credit-ops": "credit"}, sources={"tape": "ai"})
ALL: dict[str, Literal["every", "latest"]] = {"ops": "every", "ai-ops": "every", "credit-ops": "every"}


async def told_walled(store: MemoryStore, clock: HandClock) -> dict[str, tuple[str, str]]:
    found = {}
    for receiver in ALL:
        (due,) = await queued(store, receiver, clock)
        assert due.message.notice is not None
        found[receiver] = (due.message.notice.subject, due.message.notice.text)
    return found


async def test_what_names_a_portfolio_of_a_desk_is_told_whole_to_that_desk_alone() -> None:
    clock = HandClock()
    store = MemoryStore(clock)
    notices = Notices(store, ALL, clock, WALLED)
    await notices.tell(
        "rule_failed", "hush/r", "Rule r of hush failed.", "1", desk="ai", others="A rule of ai failed."
    )
    assert await told_walled(store, clock) == {
        "ops": ("desk ai", "A rule of ai failed."),
        "ai-ops": ("hush/r", "Rule r of hush failed."),
        "credit-ops": ("desk ai", "A rule of ai failed."),
    }
    (record,) = await journal(store)
    assert record.data["desk"] == "ai"


async def test_a_desks_source_is_named_to_it_and_to_who_looks_after_all_of_alertd() -> None:
    clock = HandClock()
    store = MemoryStore(clock)
    await Notices(store, ALL, clock, WALLED).tell("source_gone", "tape", "Tape is gone.", "1")
    told = await told_walled(store, clock)
    assert told["ops"] == told["ai-ops"] == ("tape", "Tape is gone.")
    assert told["credit-ops"][0] == "desk ai"
    assert "tape" not in told["credit-ops"][1].lower()


async def test_many_notices_that_fold_into_one_keep_the_wall() -> None:
    clock = HandClock()
    store = MemoryStore(clock)
    notices = Notices(store, {"ops": "every"}, clock, WALLED)
    for number in range(FOLD_AFTER + 2):
        await notices.tell("rule_failed", f"hush/{number}", "Rule of hush failed.", "1", desk="ai")
    due = await queued(store, "ops", clock)
    assert len(due) == FOLD_AFTER + 1
    assert all(b"hush" not in msgspec.json.encode(one.message) for one in due)
