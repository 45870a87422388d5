"""The index finds what asking every rule about every event finds, also while rules come and go."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertd.model import CompanyMention, Event
from alertd.rules.book import BookChange, Portfolio, RuleBook, apply_change
from alertd.rules.match import Matcher, MatchResult
from tests.rules.anything import book_of, books, event_types, events, portfolios
from tests.rules.desk import NVDA, VRT, desk_book, desk_portfolio
from tests.rules.make import book, news

_EVENTS = st.lists(events(), min_size=1, max_size=6)


@given(books(), _EVENTS)
def test_the_index_finds_what_asking_every_rule_finds(rules: RuleBook, given_: list[Event]) -> None:
    index, reference = Matcher(rules), Matcher(rules, "reference")
    for event in given_:
        found, expected = index.match(event), reference.match(event)
        assert found == expected
        assert found.failures == ()
        _explained(index, rules, found)


def _explained(index: Matcher, rules: RuleBook, found: MatchResult) -> None:
    """A rule that holds was asked, and the index says so."""
    held = {(m.portfolio, m.rule) for m in found.matches} | {(o.portfolio.id, o.rule.id) for o in found.open}
    for portfolio, rule in rules.rules():
        if (portfolio.id, rule.id) in held:
            assert index.why_candidate(portfolio.id, rule.id, found.event).asked


def _change(before: RuleBook, after: RuleBook) -> BookChange:
    old = {portfolio.id: portfolio for portfolio in before.portfolios}
    new = {portfolio.id: portfolio for portfolio in after.portfolios}
    return BookChange(
        before=before.version,
        version=after.version,
        portfolios=tuple(portfolio for name, portfolio in new.items() if old.get(name) != portfolio),
        removed=tuple(name for name in old if name not in new),
    )


@st.composite
def _histories(draw: st.DrawFn) -> tuple[RuleBook, list[RuleBook]]:
    """A book and what becomes of it: portfolios are added, changed, emptied and removed."""
    types = draw(event_types())
    now: dict[str, Portfolio] = {"a": draw(portfolios("a")), "b": draw(portfolios("b"))}
    books_: list[RuleBook] = [book_of(list(now.values()), types)]
    for name in draw(st.lists(st.sampled_from("abc"), min_size=1, max_size=5)):
        if name in now and draw(st.integers(0, 3)) == 0:
            now = {other: portfolio for other, portfolio in now.items() if other != name}
        else:
            now = {**now, name: draw(portfolios(name))}
        books_.append(book_of(list(now.values()), types))
    return books_[0], books_[1:]


@given(_histories(), _EVENTS, st.booleans())
def test_an_index_that_followed_every_change_finds_what_a_new_one_finds(
    history: tuple[RuleBook, list[RuleBook]], given_: list[Event], warm: bool
) -> None:
    rules, versions = history
    index, reference = Matcher(rules), Matcher(rules, "reference")
    for after in versions:
        if warm:
            for event in given_:
                assert index.match(event) == reference.match(event)
        change = _change(rules, after)
        index.apply(change)
        reference.apply(change)
        assert apply_change(rules, change) == after == index.book
        rules = after
    fresh = Matcher(rules)
    for event in given_:
        assert index.match(event) == reference.match(event) == fresh.match(event)


@given(books(), events())
def test_nothing_is_left_of_rules_that_are_gone(rules: RuleBook, event: Event) -> None:
    index = Matcher(rules)
    empty = book_of([], rules.event_types)
    index.match(event)
    index.apply(_change(rules, empty))
    engine = index._rules
    kept = {name: value for name, value in vars(engine).items() if name != "_frequencies"}
    assert not any(part for name, part in kept.items() if isinstance(part, (dict, set, list)))
    assert not any(part for part in vars(engine._companies).values() if isinstance(part, dict))  # type: ignore[attr-defined]
    assert len(index._scanner) == len(Matcher(empty)._scanner)


def test_a_change_of_another_version_is_refused_and_changes_nothing() -> None:
    rules = book("text: lease")
    matcher = Matcher(rules)
    with pytest.raises(ValueError, match="applies to version other"):
        matcher.apply(BookChange(before="other", version="new", removed=("desk-a",)))
    assert matcher.version == rules.version
    assert len(matcher.match(news("A lease")).matches) == 1


def test_a_thousand_rules_on_one_word_are_all_found() -> None:
    rules = book(*["text: lease"] * 1_000)
    assert len(Matcher(rules).match(news("A lease")).matches) == 1_000


@pytest.mark.parametrize(
    ("condition", "event"),
    [
        ("{exposed: VRT, hops: 2}", news(companies=[CompanyMention(id="spacex")])),
        ('{exposed: holdings, hops: "2..3"}', news(companies=[CompanyMention(id="spacex")])),
        (
            "any: [{mentions: NVDA}, {exposed: {list: hyperscalers}}]",
            news(companies=[CompanyMention(id="anthropic")]),
        ),
        ('any: [{title: lease}, {weight: ">= 2%"}]', news(companies=[CompanyMention(id=NVDA)])),
        ("all: [{not: {mentions: VRT}}, {text: '=\"lease\"'}]", news("A lease")),
        ("form: [SC 13D, 8-K/A]", news(kind="filing", form="sc 13d/a")),
        ("facts: {code: S, percent: '> 1'}", news(facts={"percent": 2, "holders": [{"code": "s"}]})),
    ],
)
def test_a_rule_is_found_by_what_it_requires(condition: str, event: Event) -> None:
    rules = desk_book(desk_portfolio(*[condition] * 2, held={VRT: 0.02, NVDA: 0.03}))
    assert len(Matcher(rules).match(event).matches) == 2
    assert Matcher(rules).match(event) == Matcher(rules, "reference").match(event)
    assert len(Matcher(rules).match(news("Nothing of it", language="en")).matches) == 0
