"""The measurements compare like with like: every engine finds the same, and so it stays."""

from __future__ import annotations

import pytest

from bench.engines import ENGINES
from bench.generate import make_events, make_rules, unrelated_rules
from bench.matching import equal, race


@pytest.mark.parametrize("skew", [False, True])
def test_every_engine_finds_the_same_matches_with_the_same_evidence(skew: bool) -> None:
    book, events = make_rules(400), make_events(60, skew=skew)
    engines = {name: make(book) for name, make in ENGINES.items()}
    assert equal(engines, events, 400) == {"naive": 60, "automaton": 60, "dictionaries": 60}
    timed = race(engines, events[:10], 400, 1, skew=skew)
    assert [one.engine for one in timed] == ["naive", "automaton", "dictionaries", "index"]
    assert len({one.matches for one in timed}) == 1


def test_engines_that_differ_end_the_measurement() -> None:
    events = make_events(60, skew=True)
    engines = {"naive": ENGINES["naive"](make_rules(400)), "index": ENGINES["index"](make_rules(200))}
    with pytest.raises(SystemExit, match="index and naive differ"):
        equal(engines, events, 400)


@pytest.mark.parametrize("words", [False, True])
def test_unrelated_rules_hold_for_no_event(words: bool) -> None:
    alone = make_rules(200)
    more = unrelated_rules(alone, 800, words=words)
    assert len(list(more.rules())) == 1_000
    before, after = ENGINES["index"](alone), ENGINES["index"](more)
    for event in make_events(60, skew=True):
        assert after.match(event).matches == before.match(event).matches
