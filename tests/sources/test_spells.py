"""When a source was not seen, and what became of that."""

from __future__ import annotations

import pytest

from alertd.model import SourceState, Spell
from alertd.sources.spells import MOST, became_in_words, ended, told_spells, with_gap, with_spell

NOW = 1_767_225_600_000
MINUTE = 60_000


def state(**fields: object) -> SourceState:
    return SourceState(source="wire", last_success_ms=NOW - 10 * MINUTE, **fields)  # type: ignore[arg-type]


def test_a_source_that_is_asked_as_its_timetable_says_is_never_blind() -> None:
    assert ended(state(wait_ms=5 * MINUTE), NOW, 0) is None
    assert ended(state(wait_ms=4 * MINUTE), NOW, 0) is None, "a poll may take its time"


def test_a_daemon_that_was_down_leaves_a_spell_without_a_reason() -> None:
    assert ended(state(wait_ms=MINUTE), NOW, 0) == Spell(since_ms=NOW - 10 * MINUTE, until_ms=NOW)


def test_failures_are_the_reason_and_three_are_a_spell_however_short() -> None:
    failing = SourceState(source="wire", last_success_ms=NOW - 1000, failures=3, error="HTTP 503")
    assert ended(failing, NOW, 1000) == Spell(since_ms=NOW - 1000, until_ms=NOW, why="HTTP 503")
    assert ended(SourceState(source="wire", last_success_ms=NOW - 1000, failures=2, error="x"), NOW, 1000) is None


def test_a_source_without_a_turn_yet_is_measured_by_its_settings() -> None:
    assert ended(state(), NOW, 2 * MINUTE) is not None
    assert ended(state(), NOW, 5 * MINUTE) is None


def test_nothing_is_known_of_a_source_before_its_first_success() -> None:
    assert ended(SourceState(source="wire", failures=9), NOW, MINUTE) is None
    assert ended(SourceState(source="wire", failures=9, last_success_ms=NOW + 1), NOW, MINUTE) is None


def test_a_page_on_which_nothing_is_known_turns_the_spell_it_ended_into_a_gap() -> None:
    spell = Spell(since_ms=NOW - MINUTE, until_ms=NOW, why="HTTP 503")
    (gap,) = with_gap([spell], NOW - MINUTE, NOW)
    assert (gap.became, gap.why) == ("missed", "HTTP 503")


def test_such_a_page_is_a_spell_of_its_own_however_short_the_time_was() -> None:
    old = Spell(since_ms=1, until_ms=2)
    assert with_gap([old], NOW - MINUTE, NOW) == [old, Spell(since_ms=NOW - MINUTE, until_ms=NOW, became="missed")]
    assert with_gap([old], 0, NOW) == [old], "there was no success before"


def test_only_the_last_are_kept() -> None:
    spells: list[Spell] = []
    for number in range(MOST + 5):
        spells = with_spell(spells, Spell(since_ms=number, until_ms=number + 1))
    assert [spell.since_ms for spell in spells] == list(range(5, MOST + 5))
    assert with_spell(spells, None) == spells


def test_what_fills_gaps_says_what_became_of_them() -> None:
    spells = [
        Spell(since_ms=100, until_ms=200, why="HTTP 503"),
        Spell(since_ms=300, until_ms=400),
        Spell(since_ms=500, until_ms=600, why="timed out"),
    ]
    cursor = {"gaps": [[520, 600]], "spells": [[110, 200, True, 1], [290, 400, True, 0]]}
    told = told_spells(state(spells=spells, cursor=cursor))
    assert [(s.since_ms, s.until_ms, s.why, became_in_words(s)) for s in told] == [
        (100, 200, "HTTP 503", "filled, 1 late"),
        (300, 400, "", "filled, nothing was missing"),
        (500, 600, "timed out", "not filled yet"),
    ]


def test_a_gap_after_a_finished_spell_has_its_own_beginning_and_reason() -> None:
    finished = Spell(since_ms=100, until_ms=200, why="answered 403")
    own = Spell(since_ms=210, until_ms=300)
    for spells, begins, ends in (([finished], 200, 290), ([finished, own], 210, 300)):
        cursor = {"gaps": [[90, 290]], "spells": [[90, 290, False, 0]]}
        told = told_spells(state(spells=spells, cursor=cursor))
        assert [(s.since_ms, s.until_ms, s.why, became_in_words(s)) for s in told] == [
            (100, 200, "answered 403", "nothing missed"),
            (begins, ends, "", "not filled yet"),
        ]


@pytest.mark.parametrize("rows", [None, 5, "x", [1], [[1, 2]], [[1, 2, 3, 4]], [["a", 2, True, 0]], [{"since": 1}]])
def test_a_cursor_that_reads_as_no_spell_is_left_out(rows: object) -> None:
    assert told_spells(state(cursor={"spells": rows})) == []


def test_a_gap_from_the_beginning_of_time_is_the_moment_it_was_seen() -> None:
    (spell,) = told_spells(state(cursor={"gaps": [[0, NOW]]}))
    assert (spell.since_ms, spell.until_ms, spell.became) == (NOW, NOW, "open")


def test_what_became_of_a_feeds_spell_in_words() -> None:
    assert became_in_words(Spell(since_ms=1, until_ms=2)) == "nothing missed"
    assert became_in_words(Spell(since_ms=1, until_ms=2, became="missed")) == "some may be missing"
