"""How fast messages come is estimated from a counter for each minute; what is too much folds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertd.alerts.circumstances import Circumstances, flow_name
from alertd.alerts.policy import ReceiverPolicy, Storm
from alertd.alerts.storm import flow, flows_to_read, is_storm, window_end
from tests.alerts.timed import NOON

MINUTE_MS = 60_000


def sent(*ages: float, now: int = NOON) -> Circumstances:
    """Count messages sent so many seconds ago."""
    counts: dict[str, int] = {}
    for age in ages:
        name = flow_name("desk", now - round(age * 1000))
        counts[name] = counts.get(name, 0) + 1
    return Circumstances(counts=counts)


def test_a_receiver_without_a_limit_is_not_counted() -> None:
    assert flows_to_read(ReceiverPolicy("desk"), NOON) == []
    assert not is_storm(ReceiverPolicy("desk"), sent(*[1] * 1000), NOON)


# limit, messages sent so many seconds ago, seconds into the minute, is one more too many?
TABLE = [
    (Storm(3), [], 30, False),
    (Storm(3), [5, 6], 30, False),
    (Storm(3), [5, 6, 7], 30, True),
    (Storm(3), [31, 32, 33, 34], 30, False),  # of the four of the minute before, two are taken to be in the window
    (Storm(3), [31, 32, 33, 34, 5], 30, True),
    (Storm(3), [31, 32, 33, 34], 0.5, True),  # at its beginning, nearly all of them
    (Storm(3), [65, 66, 67, 68], 0, False),
    (Storm(3, per_s=300), [250, 200, 100], 30, True),
    (Storm(3, per_s=300), [400, 200, 100], 30, False),
]


@pytest.mark.parametrize(("storm", "ages", "into", "is_"), TABLE)
def test_one_more_message_is_too_many_where_the_rate_is_reached(
    storm: Storm, ages: list[float], into: float, is_: bool
) -> None:
    now = NOON + round(into * 1000)
    assert is_storm(ReceiverPolicy("desk", storm=storm), sent(*ages, now=now), now) == is_


@given(st.lists(st.integers(0, 599), max_size=50), st.integers(0, 59), st.sampled_from([60, 120, 300, 600]))
def test_the_estimate_is_never_further_off_than_the_minute_that_is_partly_in_the_window(
    ages: list[int], into: int, per: int
) -> None:
    now = NOON + into * 1000
    policy = ReceiverPolicy("desk", storm=Storm(10, per_s=per))
    assert policy.storm is not None
    exact = sum(age <= per for age in ages)
    edge = sum(abs(age - per) <= 60 for age in ages)
    assert abs(flow(policy, policy.storm, sent(*ages, now=now), now) - exact) <= edge


@given(st.integers(0, 10**13), st.integers(1, 3600))
def test_windows_of_one_length_all_end_together_and_none_is_longer(now: int, length: int) -> None:
    end = window_end(length, now)
    assert now < end <= now + length * 1000
    assert end % (length * 1000) == 0
    assert window_end(length, end - 1) == end
