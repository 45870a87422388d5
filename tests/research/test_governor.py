"""What a day and a portfolio may spend, what is counted when, and how an answer is found again."""

from __future__ import annotations

import dataclasses

import pytest

from alertd.errors import StoreUnavailable
from alertd.research.answers import Answers
from alertd.research.config import BudgetConfig
from alertd.research.exchange import ModelReply, ModelRequest, cache_key
from alertd.research.governor import DAY_MS, Admitted, Governor, Left, Refused
from alertd.store.memory import MemoryStore
from alertd.store.types import SpendLimits, Spent
from tests.research.asked import NOW, QUESTION

HERE = "http://10.0.0.1:8000/v1"
TOMORROW = (NOW // DAY_MS + 1) * DAY_MS


class Away(MemoryStore):
    """A store that can be away."""

    away = False

    async def reserve_spend(
        self, model: str, day: int, token: str, portfolio: str, tokens: int, limits: SpendLimits
    ) -> Spent:
        if self.away:
            raise StoreUnavailable("away")
        return await super().reserve_spend(model, day, token, portfolio, tokens, limits)

    async def settle_spend(
        self, model: str, day: int, token: str, tokens: int, currency: str = "", cost: float = 0.0
    ) -> Spent:
        if self.away:
            raise StoreUnavailable("away")
        return await super().settle_spend(model, day, token, tokens, currency, cost)


def governor(
    calls: int = 10, tokens: int = 10_000, portfolio: int = 10, store: MemoryStore | None = None
) -> Governor:
    budget = BudgetConfig(calls_per_day=calls, tokens_per_day=tokens, per_portfolio_per_day=portfolio)
    return Governor("m", budget, store or MemoryStore(), "USD")


def admitted(found: Admitted | Refused) -> Admitted:
    assert isinstance(found, Admitted)
    return found


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (governor(calls=2), "budget_spent"),
        (governor(tokens=250), "budget_spent"),
        (governor(portfolio=2), "portfolio_budget_spent"),
    ],
)
async def test_the_third_question_is_refused_until_the_next_day_of_utc(made: Governor, reason: str) -> None:
    for _ in range(2):
        admitted(await made.admit("ai", 100, NOW))
    assert await made.admit("ai", 100, NOW) == Refused(reason, TOMORROW)  # type: ignore[arg-type]
    assert await made.admit("ai", 100, TOMORROW - 1) == Refused(reason, TOMORROW)  # type: ignore[arg-type]
    admitted(await made.admit("ai", 100, TOMORROW))


async def test_one_portfolio_leaves_the_others_their_share() -> None:
    made = governor(portfolio=1)
    admitted(await made.admit("noisy", 100, NOW))
    assert isinstance(await made.admit("noisy", 100, NOW), Refused)
    admitted(await made.admit("calm", 100, NOW))


async def test_a_budget_of_nothing_admits_nothing() -> None:
    assert await governor(calls=0).admit("ai", 1, NOW) == Refused("budget_spent", TOMORROW)


async def test_many_at_once_stay_within_the_budget_by_what_is_guessed() -> None:
    made = governor(tokens=1000)
    found = [await made.admit("ai", 300, NOW) for _ in range(5)]
    assert [type(one) for one in found] == [Admitted] * 3 + [Refused] * 2


async def test_what_was_really_taken_replaces_the_guess() -> None:
    made = governor(calls=5, tokens=1000)
    await made.answered(admitted(await made.admit("ai", 600, NOW)), 150, 0.25)
    assert made.left(NOW) == Left(4, 850)
    assert (await made.look(NOW)).cost == 0.25


async def test_a_failure_of_unknown_cost_stays_counted_as_guessed() -> None:
    made = governor(calls=5, tokens=1000)
    await made.failed(admitted(await made.admit("ai", 600, NOW)), NOW)
    admitted(await made.admit("ai", 300, NOW))
    made.gave_up()
    assert made.left(NOW) == Left(3, 100)


async def test_an_answer_that_comes_after_midnight_takes_nothing_from_the_new_day() -> None:
    made = governor(calls=5, tokens=1000)
    late = admitted(await made.admit("ai", 600, TOMORROW - 1))
    await made.answered(late, 900)
    assert made.left(TOMORROW + 1) == Left(5, 1000)
    assert (await made.look(TOMORROW + 1)).tokens == 0


async def test_a_clock_that_is_set_back_finds_that_day_s_budget_as_it_was() -> None:
    made = governor(calls=1)
    admitted(await made.admit("ai", 1, NOW))
    admitted(await made.admit("ai", 1, TOMORROW))
    assert isinstance(await made.admit("ai", 1, NOW), Refused)


async def test_what_was_spent_before_a_restart_or_by_another_process_counts() -> None:
    store = MemoryStore()
    one, other = governor(calls=2, store=store), governor(calls=2, store=store)
    admitted(await one.admit("ai", 1, NOW))
    admitted(await other.admit("ai", 1, NOW))
    assert await governor(calls=2, store=store).admit("ai", 1, NOW) == Refused("budget_spent", TOMORROW)
    assert (await one.look(NOW)).calls == 2


async def test_while_the_breaker_is_open_nothing_is_admitted_or_counted() -> None:
    made = governor()
    for _ in range(3):
        await made.failed(admitted(await made.admit("ai", 100, NOW)), NOW)
    before = made.left(NOW)
    found = await made.admit("ai", 100, NOW)
    assert isinstance(found, Refused)
    assert (found.reason, made.state(NOW), made.left(NOW)) == ("breaker_open", "open", before)
    probe = admitted(await made.admit("ai", 100, found.until))
    assert await made.admit("ai", 100, found.until) == Refused("breaker_open", found.until + 1000)
    await made.answered(probe, 100)
    assert made.state(found.until) == "closed"


async def test_where_the_count_is_away_nothing_is_admitted_and_a_probe_is_given_back() -> None:
    store = Away()
    made = governor(store=store)
    for _ in range(3):
        await made.failed(admitted(await made.admit("ai", 100, NOW)), NOW)
    later = NOW + 60_000
    store.away = True
    for _ in range(2):  # the second is no `breaker_open`: the first was no probe
        with pytest.raises(StoreUnavailable):
            await made.admit("ai", 100, later)
    store.away = False
    admitted(await made.admit("ai", 100, later))


async def test_an_answer_that_comes_while_the_count_is_away_is_taken_and_stays_counted_as_guessed() -> None:
    store = Away()
    made = governor(tokens=1000, store=store)
    asked = admitted(await made.admit("ai", 600, NOW))
    store.away = True
    await made.answered(asked, 100)
    store.away = False
    assert (await made.look(NOW)).tokens == 600


# --- what was answered before -------------------------------------------------------------------------


def reply(text: bytes = b"{}") -> ModelReply:
    return ModelReply(text=text, input_tokens=1, output_tokens=1)


def test_an_answer_is_found_again_by_all_that_it_depends_on() -> None:
    key = cache_key("openai", HERE, "small-1", QUESTION)
    assert key == cache_key("openai", HERE, "small-1", dataclasses.replace(QUESTION))
    others: list[tuple[str, str, str, ModelRequest]] = [
        ("anthropic", HERE, "small-1", QUESTION),
        ("openai", "http://10.0.0.2:8000/v1", "small-1", QUESTION),
        ("openai", HERE, "small-2", QUESTION),
        ("openai", HERE, "small-1", dataclasses.replace(QUESTION, version="2")),
        ("openai", HERE, "small-1", dataclasses.replace(QUESTION, content=QUESTION.content + " ")),
    ]
    assert len({key, *(cache_key(*other) for other in others)}) == 6


def test_parts_that_only_join_alike_have_keys_of_their_own() -> None:
    one = dataclasses.replace(QUESTION, version="12", content="3")
    other = dataclasses.replace(QUESTION, version="1", content="23")
    assert cache_key("openai", HERE, "m", one) != cache_key("openai", HERE, "m", other)


async def test_what_was_not_asked_for_longest_is_forgotten_first() -> None:
    answers = Answers(most=2)
    answers.put(b"a", reply())
    answers.put(b"b", reply())
    assert await answers.get(b"a", NOW) is not None
    answers.put(b"c", reply())
    assert (await answers.get(b"b", NOW), len(answers)) == (None, 2)
    assert await answers.get(b"a", NOW) is not None


def test_large_answers_are_kept_up_to_a_sum_and_none_is_counted_twice() -> None:
    answers = Answers(most_bytes=100)
    for _ in range(5):
        answers.put(b"a", reply(b"x" * 60))
    answers.put(b"b", reply(b"x" * 40))
    assert len(answers) == 2
    answers.put(b"c", reply(b"x" * 101))
    assert len(answers) == 0
    answers.put(b"d", reply(b"x" * 100))
    assert len(answers) == 1
