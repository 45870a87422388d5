"""Notes that a model writes after the alert went out: who is asked, what is shown, what becomes of the answer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from msgspec.structs import replace

from alertd.base.clock import rfc3339
from alertd.base.failpoints import arm
from alertd.model import Provenance, Rights
from alertd.net.client import HttpClient
from alertd.store.protocol import Store
from alertd.store.redis import RedisStore
from tests.alerts.living import MINUTE, NOW
from tests.support.model_server import ModelServer, says
from tests.workers.make import until
from tests.workers.noting import INVENTED, RISK, Noting, draft

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with ModelServer() as running:
        yield running


@pytest.fixture(autouse=True)
def disarmed() -> Iterator[None]:
    yield
    arm("")


@pytest_asyncio.fixture(loop_scope="module")
async def noting(any_store: Store, http: HttpClient, model: ModelServer) -> AsyncIterator[Noting]:
    yield Noting(any_store, http, model)


async def test_the_alert_carries_what_the_model_wrote_and_who_wants_that_is_told_once(noting: Noting) -> None:
    noting.model.script(says(draft(RISK)))
    await noting.due()
    await noting.written()
    note = await noting.note()
    assert (note.by, note.dropped, note.fallback) == ("openai/small-1", 0, "")
    assert [said.text for said in note.statements if said.section == "risk"] == [RISK["text"]]
    (message,) = await noting.told()
    assert (message.type, message.alert is not None and message.alert.note == note) == ("note", True)
    assert await noting.told("pm") == []
    await noting.written()
    assert noting.model.asked == 1


async def test_what_has_no_ground_is_dropped_counted_and_journalled_and_never_reaches_anybody(noting: Noting) -> None:
    noting.model.script(says(draft(RISK, INVENTED)))
    await noting.due()
    await noting.written()
    (message,) = await noting.told()
    assert message.alert is not None
    assert message.alert.note is not None
    assert message.alert.note.dropped == 1
    assert not any("EVIL" in said.text or "9bn" in said.text for said in message.alert.note.statements)
    (record,) = await noting.life.journal("note")
    assert record.reason == "written"
    assert [reason for reason, _ in record.data["dropped"]] in (["number_not_in_ground"], ["name_not_in_ground"])


async def test_where_nothing_passes_the_facts_go_out_with_the_reason(noting: Noting) -> None:
    noting.model.script(says(draft(INVENTED)))
    before = await noting.due()
    await noting.written()
    (message,) = await noting.told()
    assert message.alert is not None
    assert message.alert.note is not None
    assert before.alert.note is not None
    assert message.alert.note.statements == before.alert.note.statements
    assert "nothing that the model wrote passed" in message.alert.note.fallback


async def test_no_weight_and_no_holding_is_shown_to_a_model(noting: Noting) -> None:
    noting.model.script(says(draft(RISK)))
    await noting.due()
    await noting.written()
    for word in (b"0.08", b"8.0", b"weight", b"holding", b"OTHER", b"AI infrastructure", b"portfolio"):
        assert word not in noting.model.sent, word
    assert b"CHIP" in noting.model.sent, "a neighbour with a direction is named, held or not"


@pytest.mark.parametrize(
    "provenance", [Provenance(rights=Rights(model=False)), Provenance(classification="internal")]
)
async def test_what_no_model_may_read_is_not_shown_to_one(noting: Noting, provenance: Provenance) -> None:
    noting.model.script(says(draft(RISK)))
    outside = noting.process(base_url="https://model.example.com/v1")
    await noting.due(provenance=provenance)
    await noting.written(outside)
    assert noting.model.asked == 0
    note = await noting.note()
    assert note.fallback.startswith("no model: m: the ")


async def test_two_processes_write_one_note(noting: Noting) -> None:
    noting.model.script(says(draft(RISK)))
    await noting.due()
    other = noting.process()
    await noting.worker.look()
    await other.look()
    await noting.worker.drain(30)
    await other.drain(30)
    assert noting.model.asked == 1
    assert len(await noting.told()) == 1


async def test_a_crash_before_the_commit_leaves_it_due_and_the_answer_is_asked_for_again(noting: Noting) -> None:
    noting.model.script(says(draft(RISK)))
    await noting.due()
    arm("note.written:1:raise", environment="test")
    await noting.worker.look()
    await until(lambda: not noting.worker._tasks, "the process dies")
    assert await noting.told() == []
    arm("")
    noting.clock.pass_by(121)
    await noting.written(noting.process())
    assert len(await noting.told()) == 1


async def test_a_note_that_was_written_anew_meanwhile_is_asked_for_anew(noting: Noting) -> None:
    noting.model.script(says(draft(RISK), after_ms=300))
    made = await noting.due()
    await noting.worker.look()
    await until(lambda: noting.model.asked == 1, "the model is asked")
    assert made.alert.note is not None
    known = (await noting.store.load_alerts(["al_a"]))["al_a"]
    assert known.state is not None
    newer = replace(made.alert.note, at=rfc3339(NOW + 1))
    changed = replace(known.state, alert=replace(known.state.alert, note=newer))
    assert await noting.store.commit("al_a", known.version, changed, (), noting.clock(), answer=True) is None
    await noting.worker.drain(30)
    assert await noting.told() == []
    await noting.written()
    assert len(await noting.told()) == 1


async def test_an_alert_that_is_gone_has_no_note_due(noting: Noting) -> None:
    if not isinstance(noting.store, RedisStore):
        pytest.skip("only Redis lets an alert expire by itself")
    await noting.due("al_b")
    await noting.store.link.call("DEL", noting.store.keys("alert:al_b"))
    await noting.written()
    assert noting.model.asked == 0
    assert await noting.store.claim_notes(noting.clock() + 10 * MINUTE, NOW, 10) == []
