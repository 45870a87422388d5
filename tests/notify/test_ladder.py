"""When to try again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertd.notify.ladder import STEPS_S, breaker_pause_s, next_attempt, step_s


def test_the_steps_grow_and_the_last_one_repeats() -> None:
    assert [step_s(n) for n in range(1, 11)] == [5, 30, 120, 600, 1800, 7200, 21600, 43200, 43200, 43200]


def test_a_failure_that_does_not_count_waits_the_first_step() -> None:
    assert step_s(0) == 5


def test_jitter_is_a_fifth_either_way() -> None:
    assert next_attempt(1000, 1, chance=lambda: 0.0) == 1000 + 4000
    assert next_attempt(1000, 1, chance=lambda: 0.5) == 1000 + 5000
    assert next_attempt(1000, 2, chance=lambda: 0.999999) == 1000 + 36000


@given(st.integers(0, 50), st.floats(0, 1, exclude_max=True))
def test_every_wait_is_within_its_step(failures: int, chance: float) -> None:
    wait = next_attempt(0, failures, chance=lambda: chance) / 1000
    assert 0.8 * STEPS_S[0] <= wait <= 1.2 * STEPS_S[-1]
    assert 0.8 * step_s(failures) <= wait <= 1.2 * step_s(failures)


@given(st.floats(0.001, 3600), st.floats(0, 1, exclude_max=True))
def test_what_the_peer_asked_for_is_never_shortened(after_s: float, chance: float) -> None:
    wait = next_attempt(0, 3, after_s, chance=lambda: chance)
    assert round(after_s * 1000) <= wait <= after_s * 1100 + 1


@pytest.mark.parametrize(("failures", "pause"), [(0, 0), (4, 0), (5, 30), (50, 30)])
def test_five_failures_in_a_row_pause_the_receiver(failures: int, pause: float) -> None:
    assert breaker_pause_s(failures) == pause
