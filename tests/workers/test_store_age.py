"""A store that went back under a process: what it knew is read anew, what people said is put back, all is told."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from structlog.testing import capture_logs

from alertd import telemetry
from alertd.alerts.silencing import record_of
from alertd.errors import StoreUnavailable
from alertd.model import Answer, JournalRecord
from alertd.store.redis import RedisStore, open_store
from alertd.workers import store_age
from alertd.workers.answers import Given
from alertd.workers.archive_past import Lost
from alertd.workers.notices import Notices
from alertd.workers.progress import Progress
from alertd.workers.store_age import Remembered, StoreAge
from alertd.workers.store_age_text import Aftermath, told
from tests.store.make import NOW, record, silence
from tests.support.daemon import eventually


@pytest.fixture
async def store(redis_url: str, namespace: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[RedisStore]:
    monkeypatch.setattr(store_age, "TURN_S", 0.02)
    monkeypatch.setattr(store_age, "SETTLE_S", 0.2)
    monkeypatch.setattr(store_age, "AGAIN_S", 0.02)
    monkeypatch.setattr(store_age, "NO_ARCHIVE_S", 0.0)
    opened = await open_store(redis_url, namespace, name="test")
    await opened.prepare()
    yield opened
    await opened.aclose()


class Rig:
    """One process's look at a store."""

    def __init__(self, store: RedisStore, folder: Path) -> None:
        self.store, self.file = store, folder / "beat.json"
        self.anew = 0
        self.away = 0
        """How often the store is still away when something is to be read anew."""
        self.answers: list[Answer] = []

    def made(self, *, archives: bool = True, member: str = "io") -> StoreAge:
        notices = Notices(self.store, {"ops": "every"}, lambda: NOW)
        age = StoreAge(
            self.store, notices, lambda: NOW, Progress(), member, self.file, archives=archives, answer=self.answer
        )
        age.when_it_went_back(self.read_anew)
        return age

    async def read_anew(self) -> None:
        if self.away:
            self.away -= 1
            raise StoreUnavailable("Redis does not answer")
        self.anew += 1

    async def answer(self, given: Answer) -> Given:
        self.answers.append(given)
        return Given("done" if given.alert == "al_there" else "unknown", "", given.alert)

    async def put_back(self) -> None:
        await self.store.link.call("SET", self.store.keys("beat:io"), f"1|{NOW - 3_000}")

    async def told(self) -> list[str]:
        rows, _ = await self.store.due("ops", NOW + 1, 100)
        return [row.message.notice.text for row in rows if row.message.notice is not None]


@pytest.fixture
def rig(store: RedisStore, tmp_path: Path) -> Rig:
    return Rig(store, tmp_path)


async def beats(rig: Rig, least: int) -> None:
    async def there() -> bool:
        raw = await rig.store.link.call("GET", rig.store.keys("beat:io"))
        return raw is not None and int(raw.partition(b"|")[0]) >= least

    await eventually(there, f"{least} beats")


async def test_a_store_that_went_back_is_read_anew_and_told_once(rig: Rig) -> None:
    age = rig.made(archives=False)
    running = asyncio.create_task(age.run())
    await beats(rig, 4)
    assert rig.anew == 0
    await rig.put_back()
    await beats(rig, 4)
    assert rig.anew == 1

    async def known() -> bool:
        return bool(await rig.told())

    await eventually(known, "the operator is told")
    age.stop()
    await running
    (text,) = await rig.told()
    assert "went back to an older state, by about" in text
    assert "There is no archive here" in text


async def test_each_beat_is_a_write_whose_time_is_measured(rig: Rig) -> None:
    def measured() -> float:
        return telemetry.REGISTRY.get_sample_value("alertd_redis_write_seconds_count") or 0.0

    age, before = rig.made(archives=False), measured()
    running = asyncio.create_task(age.run())
    await beats(rig, 3)
    age.stop()
    await running
    assert measured() - before >= 3


async def test_a_process_that_was_away_for_over_a_month_takes_no_store_for_one_that_went_back(rig: Rig) -> None:
    last = Remembered(99, NOW - 31 * 86_400_000, await rig.store.epoch(), "io")
    rig.file.write_bytes(msgspec.json.encode(last))
    age = rig.made()
    running = asyncio.create_task(age.run())
    await beats(rig, 101)
    age.stop()
    await running
    assert (rig.anew, await rig.told()) == (0, [])


async def test_a_store_that_goes_away_while_it_is_read_anew_is_read_anew_again(rig: Rig) -> None:
    age = rig.made()
    running = asyncio.create_task(age.run())
    await beats(rig, 4)
    rig.away = 3
    await rig.put_back()
    await beats(rig, 5)
    age.stop()
    await running
    assert (rig.away, rig.anew) == (0, 1)
    assert len(await rig.told()) == 1


async def test_a_key_of_another_type_ends_nothing(rig: Rig) -> None:
    await rig.store.link.call("SADD", rig.store.keys("beat:io"), "what alertd never wrote")
    age = rig.made()
    with capture_logs() as lines:
        running = asyncio.create_task(age.run())

        async def said() -> bool:
            return any(line["event"] == "redis_unavailable" for line in lines)

        await eventually(said, "it is said")
    await rig.store.link.call("DEL", rig.store.keys("beat:io"))
    await beats(rig, 3)
    age.stop()
    await running


async def test_what_is_known_only_after_it_was_told_is_told_too(rig: Rig) -> None:
    age = rig.made()
    running = asyncio.create_task(age.run())
    await beats(rig, 4)
    await rig.put_back()

    async def told_of(number: int) -> bool:
        return len(await rig.told()) == number

    await eventually(lambda: told_of(1), "the operator is told that it went back")
    await age.compared(Lost(since="1-0", until="9-0", kinds=Counter(event=1), events={"ev_gone": "Gone"}))
    await eventually(lambda: told_of(2), "and of what the archive has more, once it is compared")
    age.stop()
    await running
    assert any("ev_gone Gone" in text for text in await rig.told())


async def test_it_is_noticed_over_a_restart_too(rig: Rig) -> None:
    first = rig.made()
    running = asyncio.create_task(first.run())
    await beats(rig, 4)
    first.stop()
    await running
    await rig.put_back()
    second = rig.made()
    running = asyncio.create_task(second.run())

    async def noticed() -> bool:
        return rig.anew == 1

    await eventually(noticed, "it is noticed")
    second.stop()
    await running
    assert "It still has all that was archived" in (await rig.told())[0], "told at the stop, if not before"


async def test_a_machine_of_another_name_is_no_store_that_went_back(rig: Rig) -> None:
    for member in ("container-1", "container-2"):
        age = rig.made(member=member)
        running = asyncio.create_task(age.run())

        async def beaten() -> bool:
            return (
                int((await rig.store.link.call("GET", rig.store.keys("beat:container-1")) or b"0|").split(b"|")[0])
                > 3
            )

        await eventually(beaten, "it beats under the name that it had")
        age.stop()
        await running
    assert rig.anew == 0
    await rig.store.link.call("SET", rig.store.keys("beat:container-1"), f"1|{NOW - 3_000}")
    age = rig.made(member="container-3")
    running = asyncio.create_task(age.run())

    async def noticed() -> bool:
        return rig.anew == 1

    await eventually(noticed, "a store that did go back is noticed under any name")
    age.stop()
    await running


async def test_what_people_said_is_put_back_and_what_cannot_be_is_named(rig: Rig) -> None:
    kept = silence()
    data = {"who": "ann", "via": "cli", "desk": None}
    lost = Lost(since="1-0", until="9-0", kinds=Counter(event=2, delivery=1, answer=2, silence=1))
    lost.events = {"ev_again": "A title", "ev_gone": "Gone for good"}
    lost.sent = ["dl_a"]
    lost.people = [
        record_of(kept, "added", "bob", "cli", NOW),
        JournalRecord(
            kind="answer", at="2026-01-01T00:00:00.000Z", ids=["al_there"], reason="acknowledge", data=data
        ),
        JournalRecord(kind="answer", at="2026-01-01T00:00:00.000Z", ids=["al_gone"], reason="acknowledge", data=data),
    ]
    await rig.store.journal(record("ev_again"))
    age = rig.made()
    await age.compared(lost)
    running = asyncio.create_task(age.run())
    age.stop()
    await running
    assert [s.id for s in await rig.store.silences(NOW)] == [kept.id]
    assert [(given.alert, given.who) for given in rig.answers] == [("al_there", "ann"), ("al_gone", "ann")]
    (text,) = await rig.told()
    for words in (
        "6 lines of the archive were not in it any more (2 events, 2 answers, 1 messages' steps, 1 silences)",
        "Of 2 events 1 were taken in again",
        "(`alertd why ID`): ev_gone Gone for good",
        "1 messages that had been sent may come again",
        "2 answers and silences were put back",
        "Not put back, to be said again: acknowledge by ann of al_gone",
    ):
        assert words in text


def test_what_is_told_names_ten_at_most() -> None:
    lost = Lost(kinds=Counter(event=25), events={f"ev_{n:02}": "t" for n in range(25)})
    text = told(2_000, lost, Aftermath())
    assert "ev_09 t; and 15 more." in text
