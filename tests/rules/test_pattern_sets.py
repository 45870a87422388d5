"""Rules that ask for a pattern and little else: their patterns run together, and find what each alone finds."""

from __future__ import annotations

import pytest

from alertd.model import CompanyMention, Event
from alertd.rules import pattern_sets
from alertd.rules.engines import EngineName
from alertd.rules.index import Index
from alertd.rules.logic import Reading
from alertd.rules.match import Matcher
from alertd.rules.pattern_sets import PatternSets
from alertd.text.scan import TermScanner
from tests.rules.desk import NVDA, desk_book, desk_portfolio
from tests.rules.make import book, news

BUILT: tuple[EngineName, ...] = ("index", "dictionaries")


def reading(title: str, body: str = "") -> Reading:
    return Reading(news(title, body), TermScanner().scan(title, body))


def sets(matcher: Matcher) -> PatternSets:
    assert isinstance(matcher._rules, Index)
    return matcher._rules._patterns


@pytest.mark.parametrize("engine", BUILT)
@pytest.mark.parametrize(
    ("condition", "event"),
    [
        ("regex: 'le.se'", news("A lease")),
        ("regex: ['no', 'le.se']", news("", "A lease")),
        ("any: [{regex: 'le.se'}, {text: lease}]", news("lease")),
        ("any: [{regex: 'n.thing'}, {text: lease}]", news("leases")),
        ("all: [{regex: 'le.se'}, {language: en}]", news("A lease", language="en")),
        ("all: [{regex: 'le.se'}, {not: {regex: 'v.n'}}]", news("A lease")),
        ("all: [{regex: 'le.se'}, {any: [{regex: 'of'}, {regex: 'van'}]}]", news("A lease", "of it")),
    ],
)
def test_a_rule_is_found_by_its_pattern(condition: str, event: Event, engine: EngineName) -> None:
    matcher = Matcher(book(*[condition] * 2), engine)
    assert sets(matcher)._sets
    assert len(matcher.match(event).matches) == 2
    assert matcher.match(event) == Matcher(book(*[condition] * 2), "reference").match(event)
    assert matcher.match(news("Nothing of it", language="en")).matches == ()


def test_what_is_found_by_a_word_or_a_company_has_no_pattern_in_the_sets() -> None:
    conditions = ("all: [{regex: 'le.se'}, {text: bank}]", "all: [{regex: 'le.se'}, {mentions: holdings}]")
    matcher = Matcher(desk_book(desk_portfolio(*conditions, held={NVDA: 0.1})))
    assert not sets(matcher)._sets
    event = news("A lease of a bank", companies=[CompanyMention(id=NVDA)])
    assert len(matcher.match(event).matches) == 2


def test_why_a_rule_is_not_asked_names_its_pattern() -> None:
    matcher = Matcher(book("regex: 'le.se'"))
    asked, not_asked = (matcher.why_candidate("desk-a", "rule-0", news(title)) for title in ("lease", "van"))
    assert (asked.asked, asked.reason) == (True, "the event has `regex:le.se`")
    assert not_asked.reason == "it needs `regex:le.se`, which the event does not have"


def test_a_pattern_is_there_as_long_as_a_rule_needs_it() -> None:
    found = PatternSets()
    for _ in range(2):
        found.add("regex:le.se")
    found.add("regex:v.n")
    assert found.keys(reading("A lease", "of vans")) == {"regex:le.se", "regex:v.n"}
    found.remove("regex:le.se")
    assert found.keys(reading("A lease")) == {"regex:le.se"}
    found.remove("regex:le.se")
    assert found.keys(reading("A lease", "of vans")) == {"regex:v.n"}
    found.remove("regex:v.n")
    assert not any(vars(found).values())


def test_more_patterns_than_a_set_takes_are_all_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pattern_sets, "TOGETHER", 3)
    found = PatternSets()
    keys = [f"regex:w{number}\\b" for number in range(10)]
    for key in keys:
        found.add(key)
    assert len(found._sets) == 4
    assert found.keys(reading("w1 w9", "w4")) == {keys[1], keys[9], keys[4]}
    for key in keys[:9]:
        found.remove(key)
    assert found.keys(reading("w1 w9")) == {keys[9]}
    assert len(found._sets) == 1


def test_patterns_that_are_too_much_together_may_all_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pattern_sets, "_MAX_MEMORY", 100)
    found = PatternSets()
    found.add("regex:a{30}")
    assert found.keys(reading("nothing")) == {"regex:a{30}"}
    assert Matcher(book("regex: 'a{30}'")).match(news("nothing")).matches == ()


def test_where_a_set_does_not_run_to_its_end_all_its_patterns_may_be_there() -> None:
    class OutOfMemory:
        def Match(self, text: bytes) -> list[int]:  # noqa: N802  as RE2 calls it, and what it gives then
            return []

    found = PatternSets()
    found.add("regex:le.se")
    assert found.keys(reading("nothing")) == set()
    found._sets[0]._compiled = OutOfMemory()
    assert found.keys(reading("nothing")) == {"regex:le.se"}
