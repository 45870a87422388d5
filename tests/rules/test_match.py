from __future__ import annotations

import pickle
from collections.abc import Iterator

import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs

from alertd.model import CompanyMention, ReportedType
from alertd.rules.book import BookChange, EventTypeRule, Portfolio, make_book
from alertd.rules.engines import EngineName
from alertd.rules.leaves import Words
from alertd.rules.logic import Clause, Reading, Result, Scope, Truth
from alertd.rules.match import Matcher
from alertd.text.scan import Term
from tests.rules.desk import desk_book, desk_portfolio
from tests.rules.make import book, news, portfolio


def test_a_match_names_rule_portfolio_event_and_severity() -> None:
    rules = book("text: lease")
    (match,) = Matcher(rules).match(news("A lease", revision=2)).matches
    assert (match.portfolio, match.rule, match.title, match.severity) == ("desk-a", "rule-0", "Rule 0", "high")
    assert (match.event, match.event_revision) == ("ev_1", 2)
    assert match.rule_hash == rules.portfolios[0].rules[0].hash


def test_every_portfolio_gets_its_own_match() -> None:
    rules = make_book([portfolio("text: lease", name="b"), portfolio("text: lease", name="a")])
    matches = Matcher(rules).match(news("A lease")).matches
    assert [match.portfolio for match in matches] == ["a", "b"]


class _Broken(Words, frozen=True, tag="broken"):
    def truth(self, reading: Reading, scope: Scope) -> Truth:
        raise ZeroDivisionError("no way to divide")

    def result(self, reading: Reading, scope: Scope) -> Result:
        raise ZeroDivisionError("no way to divide")


class _Mute(Words, frozen=True, tag="mute"):
    def terms(self) -> Iterator[Term]:
        raise ZeroDivisionError("no words")

    def clauses(self) -> tuple[Clause, ...]:
        raise ZeroDivisionError("no clauses")

    def truth(self, reading: Reading, scope: Scope) -> Truth:
        raise ZeroDivisionError("no answer")

    def result(self, reading: Reading, scope: Scope) -> Result:
        raise ZeroDivisionError("no answer")


def _with_broken(kind: type[Words], name: str = "desk-a") -> Portfolio:
    """Three rules; the second one raises."""
    sound = portfolio("text: lease", "text: lease", "text: compute", name=name)
    when = sound.rules[1].when
    assert isinstance(when, Words)
    broken = replace(sound.rules[1], when=kind(when.name, when.written, when.any_of), hash=f"broken {kind.__name__}")
    return replace(sound, rules=(sound.rules[0], broken, sound.rules[2]), hash="")


@pytest.mark.parametrize(
    ("kind", "error"),
    [(_Broken, "ZeroDivisionError: no way to divide"), (_Mute, "ZeroDivisionError: no answer")],
)
@pytest.mark.parametrize("engine", ["index", "reference"])
def test_a_rule_that_raises_is_switched_off_alone_and_reported_once(
    kind: type[Words], error: str, engine: EngineName
) -> None:
    matcher = Matcher(make_book([_with_broken(kind)]), engine)
    with capture_logs() as logs:
        first = matcher.match(news("A compute lease"))
        second = matcher.match(news("A compute lease"))
    assert [m.rule for m in first.matches] == [m.rule for m in second.matches] == ["rule-0", "rule-2"]
    assert [(f.portfolio, f.rule, f.event, f.error) for f in first.failures] == [("desk-a", "rule-1", "ev_1", error)]
    assert second.failures == ()
    assert [log["event"] for log in logs] == ["rule_switched_off"]
    assert not matcher.why_candidate("desk-a", "rule-1", news("A lease")).asked


def test_a_rule_that_was_switched_off_stays_so_until_it_changes() -> None:
    broken, other = _with_broken(_Broken), portfolio("text: lease", name="desk-b")
    rules = make_book([broken, other])
    matcher = Matcher(rules)
    matcher.match(news("A lease"))
    for wanted, changed in (
        (["rule-0"], replace(broken, title="Another title", hash="")),
        (["rule-0", "rule-1"], portfolio("text: lease", "text: lease", "text: compute")),
    ):
        after = make_book([changed, other])
        matcher.apply(BookChange(before=matcher.version, version=after.version, portfolios=(after.portfolios[0],)))
        result = matcher.match(news("A lease"))
        assert result.failures == ()
        assert [match.rule for match in result.matches if match.portfolio == "desk-a"] == wanted


def test_an_event_type_that_raises_is_switched_off_alone() -> None:
    when = portfolio("text: lease").rules[0].when
    assert isinstance(when, Words)
    types = (
        EventTypeRule(id="a-broken", title="Broken", when=_Broken(when.name, when.written, when.any_of), hash="a"),
        EventTypeRule(id="b-sound", title="Sound", when=when, hash="b"),
    )
    matcher = Matcher(make_book([portfolio("text: lease")], event_types=types))
    with capture_logs():
        first, second = matcher.match(news("A lease")), matcher.match(news("A lease"))
    assert [t.type for t in first.event.event_types] == [t.type for t in second.event.event_types] == ["b-sound"]
    assert [(f.portfolio, f.rule) for f in first.failures] == [("", "a-broken")]
    assert (len(first.matches), second.failures) == (1, ())


def test_where_a_type_stands_alone_no_other_is_found_and_what_the_event_states_stays() -> None:
    when = portfolio("text: lease").rules[0].when
    types = (
        EventTypeRule(id="lease", title="Lease", when=when, hash="a"),
        EventTypeRule(id="notice", title="Notice", when=portfolio("text: alert").rules[0].when, alone=True, hash="b"),
    )
    matcher = Matcher(make_book([portfolio("text: lease")], event_types=types))
    stated = ReportedType(type="other", confidence=0.9)
    assert [t.type for t in matcher.match(news("A lease")).event.event_types] == ["lease"]
    assert [t.type for t in matcher.match(news("Alert: a lease")).event.event_types] == ["notice"]
    both = matcher.match(news("Alert: a lease", event_types=[stated])).event
    assert [t.type for t in both.event_types] == ["other", "notice"]


def test_a_rule_may_ask_for_an_event_type_that_is_found_in_the_same_event() -> None:
    rules = desk_book(
        desk_portfolio("all: [{event_type: compute_lease}, {role: lessor}]", "event_type: compute_lease")
    )
    roles = [CompanyMention(id="spacex", role="lessor"), CompanyMention(id="anthropic", role="guest")]
    result = Matcher(rules).match(news("A compute lease", companies=roles))
    (found,) = result.event.event_types
    assert (found.type, found.confidence, found.status) == ("compute_lease", 0.9, "announced")
    assert [(p.company, p.role) for p in found.parties] == [("spacex", "lessor")]  # `guest` is no role of a lease
    assert [(m.rule, m.company) for m in result.matches] == [("rule-0", "spacex"), ("rule-1", "")]
    assert [e.quote for e in result.matches[1].evidence] == ["A compute lease"]


def test_an_event_that_says_itself_what_it_reports_is_believed() -> None:
    denied = ReportedType(type="compute_lease", confidence=0.95, status="denied")
    rules = desk_book(desk_portfolio("event_type: compute_lease", "{event_type: compute_lease, status: denied}"))
    result = Matcher(rules).match(news("A compute lease", event_types=[denied]))
    assert result.event.event_types == [denied]
    assert [match.rule for match in result.matches] == ["rule-1"]


def test_routine_forms_are_seen_only_by_rules_that_name_a_form() -> None:
    rules = desk_book(desk_portfolio("text: lease", "all: [{text: lease}, {form: 424B2}]", "not: {form: 8-K}"))
    found = Matcher(rules).match(news("A lease", kind="filing", form="424B2/A")).matches
    assert [match.rule for match in found] == ["rule-1"]
    found = Matcher(rules).match(news("A lease", kind="filing", form="10-Q")).matches
    assert [match.rule for match in found] == ["rule-0", "rule-2"]


def test_a_rule_is_asked_about_events_of_the_days_on_which_it_is_valid() -> None:
    rules = desk_book(
        desk_portfolio("text: lease", name="from", settings="valid_from: 2026-02-01"),
        desk_portfolio("text: lease", name="until", settings="valid_until: 2026-02-01"),
    )
    matcher = Matcher(rules)

    def asked(day: str) -> list[str]:
        return [match.portfolio for match in matcher.match(news("A lease", event_at=day)).matches]

    assert asked("2026-01-31T23:59:59.999Z") == ["until"]
    assert asked("2026-02-01T12:00:00.000Z") == ["from", "until"]
    assert asked("2026-02-02T00:00:00.000Z") == ["from"]
    assert asked("") == ["from", "until"]


def test_a_book_travels_to_another_process_and_matches_the_same() -> None:
    rules = book("all: [{text: lease}, {not: {regex: 'v[aeiou]n'}}]", "language: en")
    copy = pickle.loads(pickle.dumps(rules))
    assert copy == rules
    assert Matcher(copy).match(news("A lease")) == Matcher(rules).match(news("A lease"))
