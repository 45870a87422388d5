"""When a receiver gets too much at once: how fast its messages come, and when what folds goes out. Pure.

The rate is estimated from counters of whole minutes: of the oldest as much counts as still lies in the time that is
looked at. A counter for each minute is enough for that, and no message is remembered.
"""

from __future__ import annotations

from alertd.alerts.circumstances import MINUTE_MS, Circumstances, flow_name
from alertd.alerts.policy import ReceiverPolicy, Storm

MAX_MINUTES = 60
"""The longest time over which a rate is taken."""
KEEP_FLOW_S = (MAX_MINUTES + 2) * 60
"""How long a counter of a minute is of use."""


def flows_to_read(policy: ReceiverPolicy, now: int) -> list[str]:
    """Name the counters that a receiver's rate rests on, the minute at hand first."""
    if policy.storm is None:
        return []
    return [flow_name(policy.id, now - back * MINUTE_MS) for back in range(_minutes(policy.storm) + 1)]


def flow(policy: ReceiverPolicy, storm: Storm, circumstances: Circumstances, now: int) -> float:
    """Estimate how many messages a receiver got in the time that the storm is about, up to now."""
    count = _minutes(storm)
    sent = [circumstances.count(flow_name(policy.id, now - back * MINUTE_MS)) for back in range(count + 1)]
    return sum(sent[:-1]) + sent[-1] * (1 - (now % MINUTE_MS) / MINUTE_MS)


def is_storm(policy: ReceiverPolicy, circumstances: Circumstances, now: int) -> bool:
    """Whether one message more would be one too many."""
    storm = policy.storm
    return storm is not None and flow(policy, storm, circumstances, now) + 1 > storm.at_most


def window_end(length_s: float, now: int) -> int:
    """Give the end (ms) of the window that runs: windows of one length all end at the same moments."""
    length = max(round(length_s * 1000), 1)
    return (now // length + 1) * length


def _minutes(storm: Storm) -> int:
    return min(max(round(storm.per_s * 1000 / MINUTE_MS), 1), MAX_MINUTES)
