"""Asking with all that guards it: budget, breaker, kept answers, figures. It never raises for what a model does."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from alertd.errors import StoreUnavailable
from alertd.net.client import HttpClient
from alertd.research.answers import KEEP_S, Answers
from alertd.research.asking import Asker, NotAnswered
from alertd.research.client import ModelClient
from alertd.research.exchange import ModelReply, cache_key
from alertd.research.governor import Governor, Purse
from alertd.store.memory import MemoryStore
from tests.research.asked import DRAFT, NOW, QUESTION, config
from tests.support.model_server import ModelServer, failing, html, says, silent

PRICE = {"input_per_million": 3, "output_per_million": 15}


@dataclass
class Seen:
    """A meter that keeps what it is told."""

    outcomes: list[str] = field(default_factory=list)
    tokens: int = 0
    cost: float = 0.0
    breaker: str = ""
    left: tuple[int, int] = (0, 0)

    def asked(self, outcome: str, seconds: float, input_tokens: int, output_tokens: int, cost: float) -> None:
        self.outcomes.append(outcome)
        self.tokens += input_tokens + output_tokens
        self.cost += cost

    def spared(self, outcome: str) -> None:
        self.outcomes.append(outcome)

    def stands(self, breaker: str, calls_left: int, tokens_left: int) -> None:
        self.breaker, self.left = breaker, (calls_left, tokens_left)


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with ModelServer() as model:
        yield model


@pytest.fixture
async def http() -> AsyncIterator[HttpClient]:
    async with HttpClient("alertd test") as http:
        yield http


def asker(model: ModelServer, http: HttpClient, purse: Purse | None = None, **more: Any) -> tuple[Asker, Seen]:
    made = config(model, **more)
    seen = Seen()
    governor = Governor(made.id, made.budget, purse or MemoryStore(), made.currency)
    return Asker(ModelClient(made, http), governor, Answers(), seen), seen


def other(number: int) -> Any:
    return dataclasses.replace(QUESTION, content=f"story {number}")


async def test_an_answer_is_given_counted_and_paid_for(model: ModelServer, http: HttpClient) -> None:
    model.script(says(DRAFT))
    ask, seen = asker(model, http, price=PRICE, budget={"calls_per_day": 5, "tokens_per_day": 9000})
    assert isinstance(await ask.ask(QUESTION, "ai", NOW), ModelReply)
    assert (seen.outcomes, seen.tokens, seen.breaker, seen.left) == (["answered"], 1020, "closed", (4, 7980))
    assert seen.cost == pytest.approx((900 * 3 + 120 * 15) / 1e6)
    stands = await ask.standing(NOW)
    assert (stands.id, stands.calls, stands.tokens, stands.cost) == ("m", 1, 1020, seen.cost)


async def test_the_same_question_is_asked_once_whoever_asks(model: ModelServer, http: HttpClient) -> None:
    model.script(says(DRAFT))
    ask, seen = asker(model, http)
    first = await ask.ask(QUESTION, "ai", NOW)
    assert await ask.ask(QUESTION, "power", NOW) is first
    assert (model.asked, seen.outcomes) == (1, ["answered", "kept"])
    await ask.useless(QUESTION, NOW)
    await ask.ask(QUESTION, "ai", NOW)
    assert model.asked == 2


def sharing(model: ModelServer, http: HttpClient, store: MemoryStore) -> tuple[Asker, Seen]:
    """Begin as another process does, over the same store."""
    made, seen = config(model), Seen()
    return Asker(ModelClient(made, http), Governor(made.id, made.budget, store), Answers(store), seen), seen


async def test_neither_a_restart_nor_another_process_asks_again(model: ModelServer, http: HttpClient) -> None:
    model.script(says(DRAFT))
    store = MemoryStore()
    first, _ = sharing(model, http, store)
    answer = await first.ask(QUESTION, "ai", NOW)
    second, seen = sharing(model, http, store)
    assert await second.ask(QUESTION, "power", NOW) == answer
    assert (model.asked, seen.outcomes) == (1, ["kept"])
    third, seen = sharing(model, http, store)
    await third.ask(QUESTION, "ai", NOW + KEEP_S * 1000)
    assert (model.asked, seen.outcomes) == (2, ["answered"]), "after a day it is asked anew"


async def test_an_answer_of_no_use_is_forgotten_by_all_processes(model: ModelServer, http: HttpClient) -> None:
    model.script(says(DRAFT))
    store = MemoryStore()
    first, _ = sharing(model, http, store)
    await first.ask(QUESTION, "ai", NOW)
    await first.useless(QUESTION, NOW)
    second, _ = sharing(model, http, store)
    await second.ask(QUESTION, "ai", NOW)
    assert model.asked == 2


async def test_what_may_not_be_kept_stays_in_the_process_that_asked(model: ModelServer, http: HttpClient) -> None:
    model.script(says(DRAFT))
    store = MemoryStore()
    first, _ = sharing(model, http, store)
    await first.ask(QUESTION, "ai", NOW, lasting=False)
    await first.ask(QUESTION, "power", NOW, lasting=False)
    assert model.asked == 1
    assert (await store.key_counts())["answers"] == 0
    second, _ = sharing(model, http, store)
    await second.ask(QUESTION, "ai", NOW)
    assert model.asked == 2


async def test_a_store_that_is_away_when_the_answer_comes_loses_nothing_of_it(
    model: ModelServer, http: HttpClient
) -> None:
    class Away(MemoryStore):
        async def keep_answer(self, key: str, answer: bytes, now: int, keep_ms: int) -> None:
            raise StoreUnavailable("away")

        async def drop_answer(self, key: str, now: int) -> None:
            raise StoreUnavailable("away")

    model.script(says(DRAFT))
    ask, _ = sharing(model, http, Away())
    assert isinstance(await ask.ask(QUESTION, "ai", NOW), ModelReply)
    await ask.ask(QUESTION, "power", NOW)
    assert model.asked == 1
    await ask.useless(QUESTION, NOW)
    await ask.ask(QUESTION, "power", NOW)
    assert model.asked == 2


async def test_what_somebody_else_wrote_into_the_store_is_no_answer(model: ModelServer, http: HttpClient) -> None:
    model.script(says(DRAFT))
    store = MemoryStore()
    made = config(model)
    key = cache_key(made.protocol, made.base_url, made.model, QUESTION).hex()
    await store.keep_answer(key, b"\xff\x00 nothing", NOW, 1_000)
    ask, seen = sharing(model, http, store)
    assert isinstance(await ask.ask(QUESTION, "ai", NOW), ModelReply)
    assert seen.outcomes == ["answered"]


async def test_beyond_the_budget_nothing_is_sent(model: ModelServer, http: HttpClient) -> None:
    model.script(says(DRAFT))
    ask, seen = asker(model, http, budget={"per_portfolio_per_day": 1})
    await ask.ask(other(1), "ai", NOW)
    found = await ask.ask(other(2), "ai", NOW)
    assert isinstance(found, NotAnswered)
    assert (found.reason, found.lasting, found.words) == ("portfolio_budget_spent", False, "")
    assert (model.asked, seen.outcomes) == (1, ["answered", "portfolio_budget_spent"])


async def test_a_restart_does_not_begin_a_new_budget(model: ModelServer, http: HttpClient) -> None:
    model.script(says(DRAFT))
    store = MemoryStore()
    first, _ = asker(model, http, store, price=PRICE, budget={"calls_per_day": 1})
    await first.ask(other(1), "ai", NOW)
    again, seen = asker(model, http, store, price=PRICE, budget={"calls_per_day": 1})
    found = await again.ask(other(2), "ai", NOW)
    assert isinstance(found, NotAnswered)
    assert (found.reason, model.asked, seen.left) == ("budget_spent", 1, (0, 5_000_000 - 1020))
    stands = await again.standing(NOW)
    assert (stands.calls, stands.tokens) == (1, 1020)
    assert stands.cost == pytest.approx((900 * 3 + 120 * 15) / 1e6)


async def test_a_server_that_fails_is_left_alone_and_asked_again_after_a_while(
    model: ModelServer, http: HttpClient
) -> None:
    model.script(*[failing(500)] * 3, says(DRAFT))
    ask, seen = asker(model, http)
    for number in range(2):
        found = await ask.ask(other(number), "ai", NOW)
        assert isinstance(found, NotAnswered)
        assert found.reason == "unavailable"
    found = await ask.ask(other(2), "ai", NOW)
    assert isinstance(found, NotAnswered)
    assert found.reason == "breaker_open"
    assert (model.asked, seen.breaker) == (3, "open")
    assert seen.outcomes == ["unavailable"] * 3 + ["breaker_open"] * 2
    assert "HTTP 500" in (await ask.standing(NOW)).last_error
    assert isinstance(await ask.ask(other(9), "ai", NOW + 60_000), ModelReply)
    assert (seen.breaker, (await ask.standing(NOW)).last_error) == ("closed", "")


async def test_a_failure_that_passes_costs_a_second_request(model: ModelServer, http: HttpClient) -> None:
    model.script(failing(502), says(DRAFT))
    ask, seen = asker(model, http, budget={"calls_per_day": 5})
    assert isinstance(await ask.ask(QUESTION, "ai", NOW), ModelReply)
    assert (seen.outcomes, seen.left[0]) == (["unavailable", "answered"], 3)


async def test_a_server_that_asks_for_a_pause_gets_it(model: ModelServer, http: HttpClient) -> None:
    model.script(failing(429, retry_after="40"), says(DRAFT))
    ask, _ = asker(model, http)
    found = await ask.ask(QUESTION, "ai", NOW)
    assert isinstance(found, NotAnswered)
    assert found.retry_at is not None
    assert NOW + 40_000 <= found.retry_at < NOW + 60_000
    assert isinstance(await ask.ask(QUESTION, "ai", NOW + 39_000), NotAnswered)
    assert model.asked == 1
    assert isinstance(await ask.ask(QUESTION, "ai", found.retry_at + 1000), ModelReply)


async def test_a_wrong_key_is_for_a_person_and_is_not_tried_with_every_story(
    model: ModelServer, http: HttpClient
) -> None:
    model.script(failing(401))
    ask, _ = asker(model, http)
    found = await ask.ask(other(1), "ai", NOW)
    assert isinstance(found, NotAnswered)
    assert (found.reason, found.lasting) == ("refused", True)
    await ask.ask(other(2), "ai", NOW + 600_000)
    assert model.asked == 1


async def test_refusals_and_long_answers_say_nothing_of_the_server(model: ModelServer, http: HttpClient) -> None:
    model.script(says(DRAFT, stop="length"))
    ask, seen = asker(model, http)
    for number in range(5):
        await ask.ask(other(number), "ai", NOW)
    assert (model.asked, seen.breaker, seen.tokens) == (5, "closed", 5 * 1020)


async def test_a_proxy_that_answers_pages_is_left_alone(model: ModelServer, http: HttpClient) -> None:
    model.script(html())
    ask, seen = asker(model, http)
    for number in range(5):
        await ask.ask(other(number), "ai", NOW)
    assert (model.asked, seen.breaker) == (3, "open")


async def test_who_is_told_to_stop_while_asking_holds_nothing_back(model: ModelServer, http: HttpClient) -> None:
    model.script(silent(), says(DRAFT))
    ask, seen = asker(model, http)
    task = asyncio.create_task(ask.ask(other(1), "ai", NOW))
    await model.server.seen(1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert isinstance(await ask.ask(other(2), "ai", NOW), ModelReply)
    assert seen.outcomes == ["answered"]


async def test_the_same_failure_is_said_once(
    model: ModelServer, http: HttpClient, capsys: pytest.CaptureFixture[str]
) -> None:
    model.script(failing(500), failing(500), says(DRAFT))
    ask, _ = asker(model, http)
    for number in range(2):
        await ask.ask(other(number), "ai", NOW)
    assert model.asked == 3
    warned = [line for line in capsys.readouterr().out.splitlines() if "warning" in line and "model_failed" in line]
    assert len(warned) == 1


async def test_the_same_question_at_the_same_moment_is_asked_once(model: ModelServer, http: HttpClient) -> None:
    model.script(says(DRAFT))
    asks, seen = asker(model, http)
    one, other = await asyncio.gather(asks.ask(QUESTION, "ai", NOW), asks.ask(QUESTION, "credit", NOW))
    assert isinstance(one, ModelReply)
    assert one == other
    assert model.asked == 1
    assert seen.outcomes == ["answered", "kept"]


async def test_who_waits_for_the_answer_to_anothers_question_asks_itself_where_that_fails(
    model: ModelServer, http: HttpClient
) -> None:
    model.script(failing(400), says(DRAFT))
    asks, _ = asker(model, http)
    found = await asyncio.gather(asks.ask(QUESTION, "ai", NOW), asks.ask(QUESTION, "credit", NOW))
    assert any(isinstance(one, ModelReply) for one in found)
    assert model.asked >= 2
