"""A note that cannot be written is tried later and later, and not for ever; one that is too late is no message."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import pytest_asyncio
from msgspec.structs import replace

from alertd.alerts.noted import WORTH_MS
from alertd.base.clock import rfc3339
from alertd.base.failpoints import arm
from alertd.errors import Corrupt, StoreUnavailable
from alertd.model import JournalRecord, NoteDue, StoredAlert
from alertd.net.client import HttpClient
from alertd.research import writing
from alertd.store.protocol import Store
from alertd.workers import notes
from alertd.workers.notes import BACK_OFF_MS
from tests.alerts.living import MINUTE, silence
from tests.support.model_server import ModelServer, says
from tests.workers.make import until
from tests.workers.noting import RISK, Noting, draft

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with ModelServer() as running:
        running.script(says(draft(RISK)))
        yield running


@pytest.fixture(autouse=True)
def disarmed() -> Iterator[None]:
    yield
    arm("")


@pytest_asyncio.fixture(loop_scope="module")
async def noting(any_store: Store, http: HttpClient, model: ModelServer) -> AsyncIterator[Noting]:
    yield Noting(any_store, http, model)


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the code fail at each answer."""

    def fails(*_: Any) -> None:
        raise ZeroDivisionError("of a figure of the text")

    monkeypatch.setattr(writing, "read_draft", fails)


async def due(noting: Noting) -> NoteDue:
    """Give what is due of the alert."""
    found = (await noting.life.state()).note_due
    assert found is not None
    return found


@pytest.mark.usefixtures("broken")
async def test_a_note_that_always_fails_is_tried_later_and_later_and_then_given_up(noting: Noting) -> None:
    before = await noting.due()
    for attempt, rest in enumerate(BACK_OFF_MS, 1):
        await noting.written(noting.process())  # each time another process: the count is no one's memory
        assert (await due(noting)).attempts == attempt
        await noting.written(noting.process())
        assert noting.model.asked == attempt or not rest, "it rests meanwhile"
        if rest:
            noting.clock.pass_by(rest // 1000)
    note = await noting.note()
    assert before.alert.note is not None
    assert (note.by, note.statements) == ("facts", before.alert.note.statements)
    assert note.fallback == f"no model: given up after {len(BACK_OFF_MS)} attempts"
    assert [one.type for one in await noting.told()] == ["note"], "who waited is told the facts"
    (record,) = await noting.life.journal("note")
    assert record.reason == "fallback"
    assert "of a figure" not in str(record.data), "its words may be those of the text"
    assert record.data["models"] == ["ZeroDivisionError"]
    assert noting.model.asked == len(BACK_OFF_MS)
    assert await noting.store.claim_notes(noting.clock() + 60 * MINUTE, 0, 9) == []


async def test_one_that_cannot_even_be_given_up_is_forgotten(noting: Noting, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(notes, "noted", fails)
    await noting.due()
    for _ in range(len(BACK_OFF_MS) + 1):
        await noting.written(noting.process())
        noting.clock.pass_by(120)
    assert (await noting.life.state()).note_due is None
    assert await noting.store.claim_notes(noting.clock() + 60 * MINUTE, 0, 9) == []
    assert (await noting.note()).by == "facts"


async def test_the_note_of_an_alert_that_cannot_be_read_is_dropped(
    noting: Noting, monkeypatch: pytest.MonkeyPatch
) -> None:
    await noting.due()

    async def unreadable(_: object) -> dict[str, StoredAlert]:
        raise Corrupt("alert al_a does not decode")

    monkeypatch.setattr(noting.store, "load_alerts", unreadable)
    await noting.written()
    assert await noting.store.claim_notes(noting.clock() + 60 * MINUTE, 0, 9) == []


async def test_a_journal_that_cannot_be_read_costs_no_note(noting: Noting, monkeypatch: pytest.MonkeyPatch) -> None:
    await noting.due()

    async def unreadable(_: str) -> list[Any]:
        raise Corrupt("a line does not decode")

    monkeypatch.setattr(noting.store, "trace", unreadable)
    for rest in BACK_OFF_MS:
        await noting.written(noting.process())
        noting.clock.pass_by(rest // 1000)
    await noting.written(noting.process())
    assert (await noting.note()).fallback == f"no model: given up after {len(BACK_OFF_MS)} attempts"


async def test_a_store_that_is_away_is_no_failed_attempt(noting: Noting, monkeypatch: pytest.MonkeyPatch) -> None:
    await noting.due()

    async def away(_: int) -> list[Any]:
        raise StoreUnavailable("away")

    with monkeypatch.context() as patched:
        patched.setattr(noting.store, "silences", away)
        await noting.written()
    assert (await due(noting)).attempts == 0
    noting.clock.pass_by(10)
    await noting.written()
    assert (await noting.note()).by == "openai/small-1"


async def test_a_note_that_is_due_for_too_long_is_not_asked_for(noting: Noting) -> None:
    await noting.due()
    noting.clock.pass_by(WORTH_MS // 1000)
    await noting.written()
    assert noting.model.asked == 0
    assert (await noting.note()).fallback == "no model: not written within 10 minutes"
    assert await noting.told() == []
    (record,) = await noting.life.journal("note")
    assert record.data["receivers"] == {"desk": "expired: it came 10 min after the alert"}


async def test_a_note_that_comes_too_late_is_put_into_the_alert_quietly(noting: Noting) -> None:
    noting.model.script(says(draft(RISK), after_ms=300))
    await noting.due()
    await noting.worker.look()
    await until(lambda: noting.model.asked == 1, "the model is asked")
    noting.clock.pass_by(WORTH_MS // 1000)
    await noting.worker.drain(30)
    assert (await noting.note()).by == "openai/small-1"
    assert await noting.told() == []


async def test_a_silence_keeps_the_note_of_its_alert(noting: Noting) -> None:
    await noting.due()
    hushed = silence(portfolios=["ai"])
    line = JournalRecord(kind="silence", at=rfc3339(noting.clock()), ids=[hushed.id], reason="made", data={})
    await noting.store.put_silence(hushed, line, noting.clock())
    await noting.written()
    assert (await noting.note()).by == "openai/small-1"
    assert await noting.told() == []
    (written,) = await noting.life.journal("note")
    assert written.data["receivers"]["desk"].startswith("silenced: ")


async def test_a_model_is_not_shown_the_material_of_another_event(noting: Noting) -> None:
    made = await noting.due()
    assert made.note_due is not None
    known = (await noting.store.load_alerts(["al_a"]))["al_a"]
    other = replace(made, note_due=replace(made.note_due, event="ev_other"))
    assert await noting.store.commit("al_a", known.version, other, (), noting.clock(), answer=True) is None
    await noting.written()
    assert noting.model.asked == 0
    assert (await noting.note()).fallback == "no model: it was to be asked about another event"


@pytest.mark.usefixtures("broken")
async def test_a_crash_before_a_failure_is_counted_leaves_the_note_due(noting: Noting) -> None:
    await noting.due()
    arm("note.failed:1:raise", environment="test")
    await noting.worker.look()
    await until(lambda: not noting.worker._tasks, "the process dies")
    arm("")
    assert (await due(noting)).attempts == 0
    noting.clock.pass_by(121)
    await noting.written(noting.process())
    assert (await due(noting)).attempts == 1
