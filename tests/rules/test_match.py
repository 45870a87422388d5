from __future__ import annotations

import pickle
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from alertd.rules.book import make_book
from alertd.rules.explain import explain
from alertd.rules.leaves import Words
from alertd.rules.logic import Reading, Result
from alertd.rules.match import Matcher
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


class _Broken(Words):
    def evaluate(self, reading: Reading) -> Result:
        raise ZeroDivisionError("no way to divide")


def test_a_rule_that_raises_is_switched_off_alone_and_reported_once() -> None:
    sound = portfolio("text: lease", "text: lease", "text: compute")
    when = sound.rules[1].when
    assert isinstance(when, Words)
    broken = replace(sound.rules[1], when=_Broken(when.name, when.written, when.any_of))
    matcher = Matcher(make_book([replace(sound, rules=(sound.rules[0], broken, sound.rules[2]))]))
    with capture_logs() as logs:
        first = matcher.match(news("A compute lease"))
        second = matcher.match(news("A compute lease"))
    assert [m.rule for m in first.matches] == [m.rule for m in second.matches] == ["rule-0", "rule-2"]
    assert [(f.rule, f.event, f.error) for f in first.failures] == [
        ("rule-1", "ev_1", "ZeroDivisionError: no way to divide")
    ]
    assert second.failures == ()
    assert [log["event"] for log in logs] == ["rule_switched_off"]


def test_a_book_travels_to_another_process_and_matches_the_same() -> None:
    rules = book("all: [{text: lease}, {not: {regex: 'v[aeiou]n'}}]", "language: en")
    copy = pickle.loads(pickle.dumps(rules))
    assert copy == rules
    assert Matcher(copy).match(news("A lease")) == Matcher(rules).match(news("A lease"))


_LEAF = st.one_of(
    st.lists(st.sampled_from(["a", "b", "a b", "c"]), min_size=1, max_size=2).map(
        lambda w: f"{{text: [{', '.join(w)}]}}"
    ),
    st.sampled_from(["{title: a}", "{regex: 'b+'}", "{language: en}", "{kind: news}", "{text: '=\"c\"'}"]),
)
_CONDITION = st.recursive(
    _LEAF,
    lambda inner: st.one_of(
        inner.map(lambda c: f"{{not: {c}}}"),
        st.tuples(st.sampled_from(["all", "any"]), st.lists(inner, min_size=1, max_size=3)).map(
            lambda t: f"{{{t[0]}: [{', '.join(t[1])}]}}"
        ),
    ),
    max_leaves=6,
)
_WORDS = st.lists(st.sampled_from(["a", "b", "as", "cs", "d"]), max_size=4).map(" ".join)


@given(st.lists(_CONDITION, min_size=1, max_size=4), _WORDS, _WORDS, st.sampled_from(["", "en", "de"]))
def test_the_index_finds_what_asking_every_rule_finds(
    conditions: list[str], title: str, body: str, language: str
) -> None:
    rules = portfolio(*conditions)
    event = news(title, body, language=language)
    asked = [rule.id for rule in rules.rules if explain(rule, event).truth]
    assert [match.rule for match in Matcher(make_book([rules])).match(event).matches] == asked
