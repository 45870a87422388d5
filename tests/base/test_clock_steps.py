"""A clock that somebody sets is told from time that passes."""

from __future__ import annotations

from alertd.base.clock_steps import DOUBT_MS, STEP_MS, ClockSteps, machine_clock, steady_clock

HOUR, DAY = 3_600_000, 86_400_000
NOW = 1_790_000_000_000


class Clocks:
    """Two clocks that the test moves."""

    def __init__(self) -> None:
        self.wall, self.steady = NOW, 5_000
        self.steps = ClockSteps(lambda: self.wall, lambda: self.steady)

    def pass_by(self, ms: int) -> None:
        self.wall += ms
        self.steady += ms

    def set(self, ms: int) -> None:
        self.wall += ms


def test_time_that_passes_is_no_step_however_much_a_suspension_too() -> None:
    clocks = Clocks()
    clocks.pass_by(30 * DAY)
    assert clocks.steps.take() == []
    assert clocks.steps.cautious(clocks.wall) == clocks.wall


def test_a_leap_second_and_a_clock_that_is_steered_are_none() -> None:
    clocks = Clocks()
    for _ in range(100):
        clocks.pass_by(1_000)
        clocks.set(-1_000)
        assert clocks.steps.take() == []
    assert abs(clocks.wall - NOW) < STEP_MS


def test_a_step_is_said_once_with_its_direction() -> None:
    clocks = Clocks()
    for step in (HOUR, -HOUR, 30 * DAY, -30 * DAY, STEP_MS, -STEP_MS):
        clocks.pass_by(700)
        clocks.set(step)
        assert clocks.steps.take() == [step]
        assert clocks.steps.take() == []


def test_whoever_sees_a_step_first_does_not_take_it_from_who_says_it() -> None:
    clocks = Clocks()
    clocks.set(HOUR)
    clocks.steps.cautious(clocks.wall)
    clocks.set(-HOUR)
    assert clocks.steps.take() == [HOUR, -HOUR], (
        "nor one that is put right at once: what was stamped between is wrong"
    )


def test_nothing_ends_early_by_a_leap_forward_that_is_put_right() -> None:
    clocks = Clocks()
    clocks.set(30 * DAY)
    clocks.pass_by(60_000)
    assert clocks.steps.cautious(clocks.wall) == NOW + 60_000
    clocks.set(-30 * DAY)
    assert clocks.steps.cautious(clocks.wall) == clocks.wall == NOW + 60_000


def test_nothing_ends_early_by_the_leap_that_puts_a_clock_right_which_was_behind() -> None:
    clocks = Clocks()
    clocks.set(-30 * DAY)
    assert clocks.steps.take() == [-30 * DAY]
    stamped = clocks.wall
    clocks.pass_by(5_000)
    clocks.set(30 * DAY)
    assert clocks.steps.cautious(clocks.wall) == stamped + 5_000


def test_a_clock_that_stays_where_it_was_set_is_believed_after_ten_minutes() -> None:
    clocks = Clocks()
    clocks.set(HOUR)
    assert clocks.steps.take() == [HOUR]
    clocks.pass_by(DOUBT_MS)
    assert clocks.steps.cautious(clocks.wall) == clocks.wall - HOUR
    clocks.pass_by(1)
    assert clocks.steps.cautious(clocks.wall) == clocks.wall


def test_a_clock_that_was_set_back_is_believed_at_once() -> None:
    clocks = Clocks()
    clocks.set(-HOUR)
    assert clocks.steps.cautious(clocks.wall) == clocks.wall


def test_the_machines_own_clocks_run_alike() -> None:
    steps = ClockSteps()
    assert machine_clock() > NOW - 365 * DAY
    assert steady_clock() > 0
    assert steps.take() == []
