"""A model that fails is left alone, for longer each time, and asked one question before it is trusted again."""

from __future__ import annotations

import pytest

from alertd.research.breaker import COOL_OFF_S, LONGEST_S, LOST_S, Breaker

NOW = 1_768_203_716_000


def s(seconds: float) -> int:
    return int(seconds * 1000)


def opened(now: int = NOW) -> Breaker:
    return Breaker().failed(now).failed(now).failed(now)


def test_two_failures_in_a_row_change_nothing_and_the_third_opens() -> None:
    breaker = Breaker().failed(NOW).failed(NOW)
    assert (breaker.state(NOW), breaker.lets(NOW)) == ("closed", True)
    breaker = breaker.failed(NOW)
    assert (breaker.state(NOW), breaker.lets(NOW)) == ("open", False)
    assert breaker.until == NOW + s(COOL_OFF_S)


def test_an_answer_between_failures_begins_the_count_anew() -> None:
    breaker = Breaker().failed(NOW).failed(NOW).answered().failed(NOW).failed(NOW)
    assert breaker.state(NOW) == "closed"


def test_after_the_cool_off_one_question_is_let_through() -> None:
    later = NOW + s(COOL_OFF_S)
    breaker = opened()
    assert not breaker.lets(later - 1)
    assert (breaker.state(later), breaker.lets(later)) == ("half_open", True)
    probing = breaker.asked(later)
    assert not probing.lets(later + 1)
    assert probing.answered() == Breaker()


def test_a_probe_of_which_nothing_is_heard_does_not_keep_it_shut_for_ever() -> None:
    later = NOW + s(COOL_OFF_S)
    probing = opened().asked(later)
    assert not probing.lets(later + s(LOST_S) - 1)
    assert probing.lets(later + s(LOST_S))
    assert probing.undecided().lets(later)


def test_each_probe_that_fails_doubles_the_cool_off_up_to_a_bound() -> None:
    breaker, now, waits = opened(), NOW, []
    for _ in range(9):
        waits.append((breaker.until - now) / 1000)
        now = breaker.until
        breaker = breaker.asked(now).failed(now)
    assert waits == [15, 30, 60, 120, 240, 480, LONGEST_S, LONGEST_S, LONGEST_S]


def test_failures_of_questions_from_before_it_opened_do_not_lengthen_it() -> None:
    breaker = opened()
    assert breaker.failed(NOW + 1000).failed(NOW + 2000).cool_off_s == COOL_OFF_S


@pytest.mark.parametrize(
    ("wait_s", "lasting", "open_s"),
    [(2.0, False, COOL_OFF_S), (60.0, False, 60.0), (86_400.0, False, LONGEST_S), (None, True, LONGEST_S)],
)
def test_who_asks_for_a_pause_or_refuses_for_good_is_left_alone_at_once(
    wait_s: float | None, lasting: bool, open_s: float
) -> None:
    breaker = Breaker().failed(NOW, wait_s, lasting=lasting)
    assert (breaker.state(NOW), breaker.until - NOW) == ("open", s(open_s))


def test_a_clock_that_is_set_back_does_not_hold_a_probe_for_ever() -> None:
    probing = Breaker(3, NOW - s(9000), COOL_OFF_S).asked(NOW)
    assert probing.lets(NOW - s(3600))
