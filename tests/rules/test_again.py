"""A rule is found by what events have seldom, as far as that is known; and it is moved when it is known better."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertd.model import Event
from alertd.rules import again
from alertd.rules.again import Again
from alertd.rules.book import BookChange, RuleBook
from alertd.rules.engines import EngineName
from alertd.rules.index import ALWAYS, NOWHERE, Index
from alertd.rules.match import Matcher
from alertd.rules.slot import Standing
from tests.rules.anything import books, events
from tests.rules.desk import desk_book, desk_portfolio
from tests.rules.make import book, news

BUILT: tuple[EngineName, ...] = ("index", "dictionaries")
TWO_WORDS = "all: [{text: bank}, {text: zebra}]"


def standing(matcher: Matcher, rule: str = "rule-0") -> Standing:
    assert isinstance(matcher._rules, Index)
    return matcher._rules.standing(matcher._slots["desk-a"][rule])


def seen(matcher: Matcher, title: str, times: int) -> None:
    """Let a matcher see so many items."""
    for _ in range(times):
        matcher.match(news(title))


@pytest.mark.parametrize("engine", BUILT)
@pytest.mark.parametrize("common", ["bank", "zebra"])
def test_a_rule_leaves_a_word_that_turns_out_to_be_common(engine: EngineName, common: str) -> None:
    matcher = Matcher(book(*[TWO_WORDS] * 40), engine)
    rare = {"bank": "zebra", "zebra": "bank"}[common]
    seen(matcher, f"A {common}", 1_000)
    found = {standing(matcher, rule) for rule in matcher._slots["desk-a"]}
    assert found == {(frozenset({rare}), (frozenset({common}),))}
    assert isinstance(matcher._rules, Index)
    assert matcher._rules.find((), {common}) == []
    assert len(matcher.match(news("A zebra of a bank")).matches) == 40
    before = matcher._again.moved
    seen(matcher, f"A {common}", 500)
    assert matcher._again.moved == before  # it stays where it is


@pytest.mark.parametrize("engine", BUILT)
def test_a_rule_that_was_asked_about_every_event_leaves_that_when_a_word_is_rare_again(engine: EngineName) -> None:
    matcher = Matcher(book("any: [{text: bank}, {text: money}]"), engine)
    seen(matcher, "A bank of money", 1_000)
    matcher.apply(_replaced(matcher, book("all: [{text: bank}, {text: money}]")))
    assert standing(matcher)[0] == {ALWAYS}
    seen(matcher, "A bank", 200)
    seen(matcher, "Rain", 3_000)
    assert standing(matcher)[0] == {"money"}


def test_rules_that_need_no_word_or_nothing_that_is_there_stay_where_they_are() -> None:
    made = desk_book(desk_portfolio("mentions: holdings", "text: bank", held={}))
    matcher = Matcher(made)
    before = standing(matcher, "rule-1")
    seen(matcher, "A bank", 400)
    assert matcher._slots["desk-a"]["rule-0"].number == NOWHERE
    assert standing(matcher, "rule-1") == before
    assert matcher._again.moved == 0


def _replaced(matcher: Matcher, after: RuleBook) -> BookChange:
    return BookChange(before=matcher.version, version=after.version, portfolios=after.portfolios)


def test_a_rule_that_has_gone_is_not_posted_again() -> None:
    matcher = Matcher(book(*[TWO_WORDS] * 20))
    seen(matcher, "A bank", 8)  # a round has begun
    matcher.apply(BookChange(before=matcher.version, version="after", removed=("desk-a",)))
    seen(matcher, "A bank", 400)
    assert isinstance(matcher._rules, Index)
    assert matcher._rules.find((), {"bank", "zebra"}) == []


@given(books(), st.lists(events(), min_size=1, max_size=8), st.sampled_from(BUILT))
def test_rules_that_move_all_the_time_hold_as_before(
    book_: RuleBook, given_: list[Event], engine: EngineName
) -> None:
    index, reference = Matcher(book_, engine), Matcher(book_, "reference")
    moving = Again(index._slots, index._rules)
    for _ in range(4):
        for event in given_:
            assert index.match(event) == reference.match(event)
            moving.look(3)
            if isinstance(index._rules, Index):
                for key in index._slots:
                    for slot in index._slots[key].values():
                        index._rules.remove(slot)
                        index._rules.add(slot)


def test_all_rules_are_looked_at_in_a_round_and_none_twice() -> None:
    class Seen:
        def __init__(self) -> None:
            self.slots: list[object] = []

        def settle(self, slot: object) -> bool:
            self.slots.append(slot)
            return False

    matcher, engine = Matcher(book(*[TWO_WORDS] * 30)), Seen()
    looking = Again(matcher._slots, engine)  # type: ignore[arg-type]
    for _ in range(6):
        looking.look(7)
    assert len(engine.slots) == len(set(engine.slots)) == 30
    for _ in range(again.EVERY * 5):
        looking.after_event()
    assert len(set(engine.slots)) == 30
    assert len(engine.slots) > 30
