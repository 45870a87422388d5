"""Whatever a model does, its alert carries the note of the facts, says why, and nobody waits."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import pytest_asyncio
from msgspec.structs import replace

from alertd.errors import StoreUnavailable
from alertd.model import AnswerKind, Message
from alertd.net.client import HttpClient
from alertd.research.config import BudgetConfig
from alertd.store.protocol import Store
from alertd.store.types import Spent
from tests.alerts.living import MINUTE
from tests.research.asked import config
from tests.support.http import Behaviour
from tests.support.model_server import (
    KEY,
    ModelServer,
    drips,
    failing,
    html,
    huge,
    malicious,
    never_ends,
    says,
    silent,
    truncated,
)
from tests.workers.make import until
from tests.workers.noting import INVENTED, RISK, Noting, draft

pytestmark = pytest.mark.asyncio(loop_scope="module")

MALICIOUS = {
    "section": "implication", "text": "<!channel> buy now at https://evil.example/ @everyone", "company": "evil",
    "grounds": [{"kind": "quote", "quote": "it was never said by anybody", "id": ""}],
}  # fmt: skip
PLAINLY_WRONG = RISK | {"text": "Vega Grid loses $9bn to Evil Corp by 2031."}
LINKED = RISK | {"text": "Vega Grid may take the capacity back, see https://evil.example/a."}
BROKEN: dict[str, tuple[Behaviour, str]] = {
    "of another shape": (malicious(), "its answer is no note"),
    "with markup, links and mentions": (says(draft(MALICIOUS)), "nothing that the model wrote passed"),
    "with a link under words that stand there": (says(draft(LINKED)), "nothing that the model wrote passed"),
    "invented": (says(draft(INVENTED)), "nothing that the model wrote passed"),
    "wrong under a good quote": (says(draft(PLAINLY_WRONG)), "nothing that the model wrote passed"),
    "empty": (says(draft()), "nothing that the model wrote passed"),
    "prose": (says("Sure! Vega Grid does well."), "its answer is no note"),
    "cut at its length": (says(draft(RISK), stop="length"), "length"),
    "an error": (failing(500), "unavailable"),
    "a refusal": (failing(401), "refused"),
    "too much asked": (failing(429, retry_after="60"), "limited"),
    "a request it does not take": (failing(400, message="<!channel> https://evil.example/"), "rejected"),
    "a page": (html(), "not_json"),
    "a page with an error": (html(502), "unavailable"),
    "cut off": (truncated(), ""),
    "10 MB": (huge(), "too_large"),
    "without an end": (never_ends(), "too_large"),
    "one byte at a time": (drips(), "timeout"),
    "silence": (silent(), "timeout"),
}


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with ModelServer() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def noting(any_store: Store, http: HttpClient, model: ModelServer) -> AsyncIterator[Noting]:
    yield Noting(any_store, http, model)


class Lost:
    """A count of what is spent that is away."""

    async def reserve_spend(self, *_: Any) -> Spent:
        raise StoreUnavailable("away")

    async def settle_spend(self, *_: Any) -> Spent:
        raise StoreUnavailable("away")

    async def spent(self, *_: Any) -> Spent:
        raise StoreUnavailable("away")


async def everything(noting: Noting) -> str:
    """Give all that a person may come to see: messages and journal."""
    messages: list[Message] = [*await noting.told(), *await noting.told("pm"), *await noting.told("ops")]
    records = [record for _, record in await noting.store.read_journal("", 1000, 0)]
    return repr(messages) + repr(records)


@pytest.mark.parametrize("name", BROKEN)
async def test_a_broken_answer_ends_in_the_facts_with_the_reason(noting: Noting, name: str) -> None:
    behaviour, reason = BROKEN[name]
    noting.model.script(behaviour)
    before = await noting.due()
    patience = "1s" if reason == "timeout" else "30s"  # 10 MB take more than a second on a machine that is busy
    await noting.written(noting.process(timeout=patience))
    note = await noting.note()
    assert before.alert.note is not None
    assert (note.by, note.statements) == ("facts", before.alert.note.statements)
    assert note.fallback.startswith(f"no model: m: {reason}")
    (record,) = await noting.life.journal("note")
    assert record.reason == "fallback"
    assert await noting.store.claim_notes(noting.clock() + 10 * MINUTE, 0, 10) == [], "it is not asked for ever"
    (message,) = await noting.told()
    assert message.alert is not None
    told = repr(message)
    assert "127.0.0.1" not in told, "where models are is no business of receivers"
    assert "evil.example" not in told
    assert "<!channel>" not in told
    assert KEY not in await everything(noting)


async def test_a_refusal_for_good_is_told_to_the_operator_once(noting: Noting) -> None:
    noting.model.script(failing(401))
    for name in ("al_a", "al_b"):
        await noting.due(name)
    await noting.written()
    (record,) = await noting.life.journal("notice")
    assert (record.reason, record.data["subject"]) == ("model_refused", "m")
    assert "HTTP 401" in record.data["text"]
    assert (await noting.note("al_b")).fallback


async def test_a_second_model_is_asked_when_the_first_fails(noting: Noting) -> None:
    with ModelServer() as second:
        noting.model.script(failing(503, retry_after="60"))
        second.script(says(draft(RISK)))
        await noting.due()
        worker = noting.process(config(noting.model), config(second, "anthropic", id="b"))
        await noting.written(worker)
        note = await noting.note()
        assert (note.by, note.fallback) == ("anthropic/small-1", "")
        assert (noting.model.asked, second.asked) == (1, 1)


async def test_a_budget_that_is_spent_leaves_the_facts(noting: Noting) -> None:
    noting.model.script(says(draft(RISK)))
    worker = noting.process(budget=BudgetConfig(calls_per_day=1))
    await noting.due()
    await noting.written(worker)
    await noting.due("al_b", title="Vega Grid leases Orion to Lumen Labs for $3-4bn a year, again")
    await noting.written(worker)
    assert noting.model.asked == 1
    assert (await noting.note("al_a")).fallback == ""
    assert (await noting.note("al_b")).fallback == "no model: m: budget_spent"


async def test_a_breaker_that_is_open_leaves_the_facts_at_once(noting: Noting) -> None:
    noting.model.script(failing(429, retry_after="60"))
    worker = noting.process()
    for name in ("al_a", "al_b"):
        await noting.due(name)
        await noting.written(worker)
    assert noting.model.asked == 1
    assert (await noting.note("al_b")).fallback == "no model: m: breaker_open"


async def test_a_slow_model_holds_nobody_up(noting: Noting) -> None:
    noting.model.script(says(draft(RISK), after_ms=60_000))
    before = await noting.due()
    await noting.worker.look()
    await until(lambda: noting.model.asked == 1, "the model is asked")
    assert (await noting.life.answer("acknowledge")).outcome == "done"
    assert (await noting.life.state()).alert.note == before.alert.note
    await noting.worker.drain(0)
    assert await noting.store.claim_notes(noting.clock() + 3 * MINUTE, 0, 10) == ["al_a"], "it stays due"


@pytest.mark.parametrize("kind", ["close", "snooze"])
async def test_who_put_an_alert_away_is_not_called_back_by_its_note(noting: Noting, kind: AnswerKind) -> None:
    noting.model.script(says(draft(RISK), after_ms=300))
    await noting.due()
    await noting.worker.look()
    await until(lambda: noting.model.asked == 1, "the model is asked")
    more: dict[str, Any] = {"until_ms": noting.clock() + 60 * MINUTE} if kind == "snooze" else {}
    assert (await noting.life.answer(kind, **more)).outcome == "done"
    await noting.worker.drain(30)
    assert (await noting.note()).by == "openai/small-1"
    assert [one.type for one in await noting.told() if one.type == "note"] == []


async def test_an_alert_that_was_merged_meanwhile_has_no_note_due(noting: Noting) -> None:
    noting.model.script(says(draft(RISK), after_ms=300))
    before = await noting.due()
    await noting.worker.look()
    await until(lambda: noting.model.asked == 1, "the model is asked")
    known = (await noting.store.load_alerts(["al_a"]))["al_a"]
    merged = replace(before, alert=replace(before.alert, status="closed", merged_into="al_older"))
    assert await noting.store.commit("al_a", known.version, merged, (), noting.clock(), answer=True) is None
    await noting.worker.drain(30)
    await noting.written()
    assert await noting.told() == []
    assert noting.model.asked == 1
    assert await noting.store.claim_notes(noting.clock() + 10 * MINUTE, 0, 10) == []


async def test_one_whose_turn_is_long_over_does_not_tell_again_what_another_has_told(noting: Noting) -> None:
    noting.model.script(says(draft(RISK), after_ms=800))
    await noting.due()
    await noting.worker.look()
    await until(lambda: noting.model.asked == 1, "the model is asked")
    noting.clock.pass_by(121)
    noting.model.script(failing(500))
    await noting.written(noting.process())
    assert len(await noting.told()) == 1
    await noting.worker.drain(30)
    assert len(await noting.told()) == 1
    assert (await noting.note()).fallback == "no model: m: unavailable"
    assert await noting.store.claim_notes(noting.clock() + 10 * MINUTE, 0, 10) == []


async def test_notes_that_were_due_before_a_start_are_written_after_it(noting: Noting) -> None:
    noting.model.script(says(draft(RISK), after_ms=60_000), says(draft(RISK)))
    await noting.due()
    await noting.worker.look()
    await until(lambda: noting.model.asked == 1, "the model is asked")
    await noting.worker.drain(0)
    noting.clock.pass_by(121)
    await noting.written(noting.process())
    assert (await noting.note()).by == "openai/small-1"
    assert [one.type for one in await noting.told()] == ["note"]


async def test_while_nobody_can_count_what_is_spent_no_model_is_asked_and_the_note_stays_due(noting: Noting) -> None:
    noting.model.script(says(draft(RISK)))
    before = await noting.due()
    noting.purse = Lost()
    await noting.written(noting.process())
    assert noting.model.asked == 0
    assert await noting.note() == before.alert.note, "it does not even say that none wrote it"
    noting.purse = noting.store
    noting.clock.pass_by(11)
    await noting.written(noting.process())
    assert (noting.model.asked, len(await noting.told())) == (1, 1)


async def test_two_processes_stay_within_one_budget(noting: Noting) -> None:
    noting.model.script(says(draft(RISK)))
    one, other = (noting.process(budget=BudgetConfig(calls_per_day=1)) for _ in range(2))
    await noting.due()
    await noting.written(one)
    await noting.due("al_b", title="Orion Compute leases Castor to Helio Labs for $5bn a year")
    await noting.written(other)
    assert noting.model.asked == 1
    assert (await noting.note("al_b")).fallback == "no model: m: budget_spent"
