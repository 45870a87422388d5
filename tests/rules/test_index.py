"""The index finds what asking every rule about every event finds, also while rules come and go."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from alertd.model import CompanyMention, Event
from alertd.rules.book import BookChange, Portfolio, RuleBook, apply_change
from alertd.rules.engines import EngineName
from alertd.rules.index_core import CoreIndex
from alertd.rules.match import Matcher
from alertd.rules.outcome import MatchResult
from tests.rules.anything import HOLDINGS, book_of, books, event_types, events, named, portfolios, rules
from tests.rules.desk import NVDA, VRT, desk_book, desk_portfolio
from tests.rules.make import book, news

BUILT: tuple[EngineName, ...] = ("index", "dictionaries")
_EVENTS = st.lists(events(), min_size=1, max_size=6)


@given(books(), _EVENTS)
def test_the_index_finds_what_asking_every_rule_finds(book_: RuleBook, given_: list[Event]) -> None:
    index, dictionaries, reference = Matcher(book_), Matcher(book_, "dictionaries"), Matcher(book_, "reference")
    for event in given_:
        found, expected = index.match(event), reference.match(event)
        assert found == expected == dictionaries.match(event)
        assert found.failures == ()
        _explained(index, book_, found)
        for portfolio, rule in book_.rules():
            here, there = (one.why_candidate(portfolio.id, rule.id, event) for one in (index, dictionaries))
            assert here == there


def _explained(index: Matcher, book_: RuleBook, found: MatchResult) -> None:
    """A rule that holds was asked, and the index says so."""
    held = {(m.portfolio, m.rule) for m in found.matches} | {(o.portfolio.id, o.rule.id) for o in found.open}
    for portfolio, rule in book_.rules():
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
def _edited(draw: st.DrawFn, before: Portfolio) -> Portfolio:
    """A portfolio after an edit of one thing: what stays the same keeps its place in the index."""
    made = list(before.rules)
    if draw(st.booleans()) and made:
        number = draw(st.integers(0, len(made) - 1))
        edited = named(draw(rules()), made[number].id)
        made[number : number + 1] = [] if draw(st.integers(0, 2)) == 0 else [edited]
    if draw(st.integers(0, 2)) == 0:
        made.reverse()
    holdings = draw(st.one_of(st.just(before.holdings), HOLDINGS))
    desk = draw(st.sampled_from([before.desk, before.desk, None, "desk"]))
    return replace(before, rules=tuple(made), holdings=holdings, desk=desk, hash="")


@st.composite
def _histories(draw: st.DrawFn) -> tuple[RuleBook, list[RuleBook]]:
    """A book and what becomes of it: portfolios are added, edited, replaced and removed."""
    types = draw(event_types())
    now: dict[str, Portfolio] = {"a": draw(portfolios("a")), "b": draw(portfolios("b"))}
    versions: list[RuleBook] = [book_of(list(now.values()), types)]
    for name in draw(st.lists(st.sampled_from("aabc"), min_size=1, max_size=5)):
        step = draw(st.sampled_from(["edit", "edit", "edit", "replace", "remove"]))
        after = {other: portfolio for other, portfolio in now.items() if other != name}
        if step != "remove" or name not in now:
            edit = step == "edit" and name in now
            after[name] = draw(_edited(now[name])) if edit else draw(portfolios(name))
        now = after
        versions.append(book_of(list(now.values()), types))
    return versions[0], versions[1:]


@given(_histories(), _EVENTS, st.booleans())
def test_an_index_that_followed_every_change_finds_what_a_new_one_finds(
    history: tuple[RuleBook, list[RuleBook]], given_: list[Event], warm: bool
) -> None:
    now, versions = history
    engines = [Matcher(now), Matcher(now, "dictionaries"), Matcher(now, "reference")]
    for after in versions:
        if warm:
            for event in given_:
                _same(engines, event)
        change = _change(now, after)
        for engine in engines:
            engine.apply(change)
            assert apply_change(now, change) == after == engine.book
        now = after
    for event in given_:
        _same([*engines, Matcher(now)], event)


def _same(engines: list[Matcher], event: Event) -> None:
    first, *others = (engine.match(event) for engine in engines)
    assert all(other == first for other in others)


@given(books(), events(), st.sampled_from(BUILT))
def test_nothing_is_left_of_rules_that_are_gone(book_: RuleBook, event: Event, name: EngineName) -> None:
    index = Matcher(book_, name)
    empty = book_of([], book_.event_types)
    index.match(event)
    index.apply(_change(book_, empty))
    engine = index._rules
    kept = {name: value for name, value in vars(engine).items() if name != "_frequencies"}
    assert not any(part for name, part in kept.items() if isinstance(part, (dict, set, list)))
    if isinstance(engine, CoreIndex):
        assert {size for what, size in engine._postings.sizes().items() if what != "bytes"} == {0}
    else:
        assert not any(part for part in vars(engine._companies).values() if isinstance(part, dict))  # type: ignore[attr-defined]
    assert len(index._scanner) == len(Matcher(empty)._scanner)


def test_a_change_of_another_version_is_refused_and_changes_nothing() -> None:
    made = book("text: lease")
    matcher = Matcher(made)
    with pytest.raises(ValueError, match="applies to version other"):
        matcher.apply(BookChange(before="other", version="new", removed=("desk-a",)))
    assert matcher.version == made.version
    assert len(matcher.match(news("A lease")).matches) == 1


@pytest.mark.parametrize("engine", BUILT)
def test_a_thousand_rules_on_one_word_are_all_found(engine: EngineName) -> None:
    made = book(*["text: lease"] * 1_000)
    assert len(Matcher(made, engine).match(news("A lease")).matches) == 1_000


@pytest.mark.parametrize("engine", BUILT)
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
def test_a_rule_is_found_by_what_it_requires(condition: str, event: Event, engine: EngineName) -> None:
    made = desk_book(desk_portfolio(*[condition] * 2, held={VRT: 0.02, NVDA: 0.03}))
    assert len(Matcher(made, engine).match(event).matches) == 2
    assert Matcher(made, engine).match(event) == Matcher(made, "reference").match(event)
    assert len(Matcher(made, engine).match(news("Nothing of it", language="en")).matches) == 0


@pytest.mark.parametrize(
    ("condition", "event", "asked", "reason"),
    [
        ("text: compute lease", news("A compute lease"), True, "the event has `text:compute lease`"),
        ("text: lease", news("A van"), False, "it needs `text:lease`, which the event does not have"),
        ("title: [lease, GPU]", news("A van"), False,
         "it needs one of `title:gpu`, `title:lease`, which the event does not have"),
        ("all: [{form: 8-K}, {text: [a lease, deal]}]", news("x", kind="filing", form="8-K"), False,
         "it needs one of `text:a lease`, `text:deal`, which the event does not have"),
        ("language: en", news("x"), True, "it is asked about every event"),
        ("mentions: holdings", news("x"), False, "it needs one of 2 companies, of which the event names none"),
        ("mentions: NVDA", news("x"), False, "it needs a company not named"),
        ("mentions: NVDA", news("x", companies=[CompanyMention(id=NVDA)]), True,
         "it is asked about every event on its companies"),
        ("kind: filing", news("x", kind="filing", form="424B2"), False,
         "424B2 is a routine form, seen only by rules that name a form"),
    ],
)  # fmt: skip
def test_why_a_rule_is_asked_or_not_is_said(condition: str, event: Event, asked: bool, reason: str) -> None:
    matcher = Matcher(desk_book(desk_portfolio(condition, held={VRT: 0.02, NVDA: 0.03})))
    found = matcher.why_candidate("desk-a", "rule-0", event)
    assert (found.asked, found.reason) == (asked, reason)


def test_a_rule_on_holdings_of_a_portfolio_that_holds_nothing_is_never_asked() -> None:
    matcher = Matcher(desk_book(desk_portfolio("mentions: holdings", held={})))
    event = news("x", companies=[CompanyMention(id=NVDA)])
    reason = "it needs a company of a list or of holdings that are empty"
    assert matcher.why_candidate("desk-a", "rule-0", event).reason == reason
    assert matcher.match(event).matches == ()
    assert matcher.why_candidate("desk-a", "other", event).reason == "there is no rule desk-a/other"
