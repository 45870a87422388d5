"""When the next digest is due."""

from __future__ import annotations

import pytest

from alertd.alerts.digest_times import next_digest
from alertd.alerts.policy import DigestTimes
from alertd.base.clock import parse_rfc3339, rfc3339

MORNING = DigestTimes(at=("07:30",), timezone="America/New_York")
WEEKDAYS = DigestTimes(at=("07:30", "16:30"), timezone="America/New_York", days=(0, 1, 2, 3, 4))
WEEKLY = DigestTimes(at=("18:00",), timezone="Europe/London", days=(4,))

# whose, an alert comes at, goes out at
TABLE = [
    (MORNING, "2026-06-16T11:29:59Z", "2026-06-16T11:30:00Z"),
    (MORNING, "2026-06-16T11:30:00Z", "2026-06-17T11:30:00Z"),  # what comes with it is in the next
    (WEEKDAYS, "2026-06-16T12:00:00Z", "2026-06-16T20:30:00Z"),
    (WEEKDAYS, "2026-06-19T21:00:00Z", "2026-06-22T11:30:00Z"),  # Friday evening -> Monday
    (WEEKLY, "2026-06-19T17:00:00Z", "2026-06-26T17:00:00Z"),  # a week, to the minute
    (WEEKLY, "2026-06-20T00:00:00Z", "2026-06-26T17:00:00Z"),
    (WEEKLY, "2026-03-27T18:00:00Z", "2026-04-03T17:00:00Z"),  # over a change of clocks
    # 02:30 is skipped: an hour later; of the two 01:30 the first
    (DigestTimes(at=("02:30",), timezone="America/New_York"), "2026-03-08T05:00:00Z", "2026-03-08T07:30:00Z"),
    (DigestTimes(at=("01:30",), timezone="America/New_York"), "2026-11-01T05:00:00Z", "2026-11-01T05:30:00Z"),
    (DigestTimes(at=("01:30",), timezone="America/New_York"), "2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"),
    # the day is that of the zone: Monday morning in Auckland is Sunday elsewhere
    (
        DigestTimes(at=("07:00",), timezone="Pacific/Auckland", days=(0,)),
        "2026-06-20T00:00:00Z",
        "2026-06-21T19:00:00Z",
    ),
]


@pytest.mark.parametrize(("times", "now", "due"), TABLE)
def test_a_digest_goes_out_at_the_next_of_its_times_on_one_of_its_days(
    times: DigestTimes, now: str, due: str
) -> None:
    assert rfc3339(next_digest(times, parse_rfc3339(now))) == due.replace("Z", ".000Z")
