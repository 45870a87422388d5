"""When to try again: pure, with the jitter brought in from outside.

Shorter than the webhook standard's schedule, because an alert is stale within hours; it ends with the delivery's
expiry and not with a number of attempts.
"""

from __future__ import annotations

import random
from collections.abc import Callable

STEPS_S = (5.0, 30.0, 120.0, 600.0, 1800.0, 7200.0, 21600.0, 43200.0)
"""Wait after the first, second, … failure; the last one repeats."""
JITTER = 0.2
"""Waits differ by up to this share either way, so that what failed together does not come back together."""
BREAKER_FAILURES = 5
BREAKER_PAUSE_S = 30.0


def step_s(failures: int) -> float:
    """Give the wait after so many counted failures, in seconds, without jitter."""
    return STEPS_S[min(max(failures, 1), len(STEPS_S)) - 1]


def next_attempt(
    now: int, failures: int, after_s: float | None = None, chance: Callable[[], float] = random.random
) -> int:
    """Give the time of the next attempt in milliseconds.

    `failures` counts this one, if it counts. `after_s` is what the peer asked for: never shortened, and lengthened
    by at most half the jitter. `chance` gives a number in [0, 1).
    """
    if after_s is not None:
        wait = after_s * (1 + JITTER / 2 * chance())
    else:
        wait = step_s(failures) * (1 + JITTER * (2 * chance() - 1))
    return now + max(1, round(wait * 1000))


def breaker_pause_s(consecutive_failures: int) -> float:
    """Give the seconds for which nothing goes to a receiver after so many failures in a row, of whatever messages.

    From the fifth on, one message probes every 30 s; the first success ends it.
    """
    return BREAKER_PAUSE_S if consecutive_failures >= BREAKER_FAILURES else 0.0
