"""What a day and a portfolio may spend, what is counted when, and how an answer is found again."""

from __future__ import annotations

import dataclasses

import pytest

from alertd.research.answers import Answers
from alertd.research.config import BudgetConfig
from alertd.research.exchange import ModelReply, ModelRequest, cache_key
from alertd.research.governor import DAY_MS, Admitted, Governor, Left, Refused, Spent
from tests.research.asked import NOW, QUESTION

TOMORROW = (NOW // DAY_MS + 1) * DAY_MS


def governor(calls: int = 10, tokens: int = 10_000, portfolio: int = 10, spent: Spent | None = None) -> Governor:
    budget = BudgetConfig(calls_per_day=calls, tokens_per_day=tokens, per_portfolio_per_day=portfolio)
    return Governor(budget, spent)


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
def test_the_third_question_is_refused_until_the_next_day_of_utc(made: Governor, reason: str) -> None:
    for _ in range(2):
        admitted(made.admit("ai", 100, NOW))
    assert made.admit("ai", 100, NOW) == Refused(reason, TOMORROW)  # type: ignore[arg-type]
    assert made.admit("ai", 100, TOMORROW - 1) == Refused(reason, TOMORROW)  # type: ignore[arg-type]
    admitted(made.admit("ai", 100, TOMORROW))


def test_one_portfolio_leaves_the_others_their_share() -> None:
    made = governor(portfolio=1)
    admitted(made.admit("noisy", 100, NOW))
    assert isinstance(made.admit("noisy", 100, NOW), Refused)
    admitted(made.admit("calm", 100, NOW))


def test_a_budget_of_nothing_admits_nothing() -> None:
    assert governor(calls=0).admit("ai", 1, NOW) == Refused("budget_spent", TOMORROW)


def test_many_at_once_stay_within_the_budget_by_what_is_guessed() -> None:
    made = governor(tokens=1000)
    found = [made.admit("ai", 300, NOW) for _ in range(5)]
    assert [type(one) for one in found] == [Admitted] * 3 + [Refused] * 2


def test_what_was_really_taken_replaces_the_guess() -> None:
    made = governor(calls=5, tokens=1000)
    made.answered(admitted(made.admit("ai", 600, NOW)), 150, NOW)
    assert made.left(NOW) == Left(4, 850)


def test_a_failure_of_unknown_cost_stays_counted_as_guessed() -> None:
    made = governor(calls=5, tokens=1000)
    made.failed(admitted(made.admit("ai", 600, NOW)), NOW)
    made.gave_up(admitted(made.admit("ai", 300, NOW)), NOW)
    assert made.left(NOW) == Left(3, 100)


def test_an_answer_that_comes_after_midnight_takes_nothing_from_the_new_day() -> None:
    made = governor(calls=5, tokens=1000)
    late = admitted(made.admit("ai", 600, TOMORROW - 1))
    made.answered(late, 900, TOMORROW + 1)
    assert made.left(TOMORROW + 1) == Left(5, 1000)


def test_a_clock_that_is_set_back_gives_no_second_budget() -> None:
    made = governor(calls=1)
    admitted(made.admit("ai", 1, NOW))
    assert isinstance(made.admit("ai", 1, NOW - DAY_MS), Refused)


def test_what_was_spent_before_a_restart_counts_if_it_is_handed_on() -> None:
    before = governor(calls=1)
    before.admit("ai", 1, NOW)
    assert isinstance(governor(calls=1, spent=before.spent).admit("ai", 1, NOW), Refused)


def test_while_the_breaker_is_open_nothing_is_admitted_or_counted() -> None:
    made = governor()
    for _ in range(3):
        made.failed(admitted(made.admit("ai", 100, NOW)), NOW)
    before = made.left(NOW)
    found = made.admit("ai", 100, NOW)
    assert isinstance(found, Refused)
    assert (found.reason, made.state(NOW), made.left(NOW)) == ("breaker_open", "open", before)
    probe = admitted(made.admit("ai", 100, found.until))
    assert made.admit("ai", 100, found.until) == Refused("breaker_open", found.until + 1000)
    made.answered(probe, 100, found.until)
    assert made.state(found.until) == "closed"


# --- what was answered before -------------------------------------------------------------------------


def reply(text: bytes = b"{}") -> ModelReply:
    return ModelReply(text=text, input_tokens=1, output_tokens=1)


def test_an_answer_is_found_again_by_all_that_it_depends_on() -> None:
    key = cache_key("openai", "small-1", QUESTION)
    assert key == cache_key("openai", "small-1", dataclasses.replace(QUESTION))
    others: list[tuple[str, str, ModelRequest]] = [
        ("anthropic", "small-1", QUESTION),
        ("openai", "small-2", QUESTION),
        ("openai", "small-1", dataclasses.replace(QUESTION, version="2")),
        ("openai", "small-1", dataclasses.replace(QUESTION, content=QUESTION.content + " ")),
    ]
    assert len({key, *(cache_key(*other) for other in others)}) == 5


def test_parts_that_only_join_alike_have_keys_of_their_own() -> None:
    one = dataclasses.replace(QUESTION, version="12", content="3")
    other = dataclasses.replace(QUESTION, version="1", content="23")
    assert cache_key("openai", "m", one) != cache_key("openai", "m", other)


def test_what_was_not_asked_for_longest_is_forgotten_first() -> None:
    answers = Answers(most=2)
    answers.put(b"a", reply())
    answers.put(b"b", reply())
    assert answers.get(b"a") is not None
    answers.put(b"c", reply())
    assert (answers.get(b"b"), len(answers)) == (None, 2)
    assert answers.get(b"a") is not None


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
