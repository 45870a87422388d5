"""Which silence holds an alert back: what it names has to fit, while it is in force, on this side of the wall."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alertd.alerts.circumstances import View
from alertd.alerts.silences import active_until, silenced, weekly_until
from alertd.base.clock import parse_rfc3339, rfc3339
from alertd.base.wall_clock import local
from alertd.model import ReportedType, Silence, Weekly
from tests.alerts.clocks_slow import MINUTE_MS, first_not
from tests.alerts.timed import HOUR_MS, NOON, event_of, match, view

LEASE = ReportedType(type="compute_lease", confidence=0.9)
RUMOUR = ReportedType(type="merger", confidence=0.3)
CUT = ReportedType(type="guidance_cut", confidence=0.9)


def silence(id_: str = "si_1", hours: float = 2, **fields: Any) -> Silence:
    begun = {"author": "jd", "reason": "known", "created_at": rfc3339(NOON), "starts_at": rfc3339(NOON - HOUR_MS)}
    return Silence(**{**begun, "id": id_, "ends_at": rfc3339(NOON + round(hours * HOUR_MS)), **fields})


def held_back(seen: View, *silences: Silence, now: int = NOON) -> str:
    found = silenced(
        silences, portfolio=seen.alert.portfolio, desk=seen.desk, receiver=seen.receiver, event=seen.event,
        matches=seen.alert.matches, now=now,
    )  # fmt: skip
    return found.by if found is not None else ""


# what the silence names, the alert, is it silenced?
TABLE: list[tuple[dict[str, Any], View, bool]] = [
    ({}, view(), True),
    ({"portfolios": ["ai"]}, view(), True),
    ({"portfolios": ["energy"]}, view(), False),
    ({"portfolios": ["energy", "ai"]}, view(), True),
    ({"receivers": ["desk"]}, view(), True),
    ({"receivers": ["phone"]}, view(), False),
    ({"sources": ["prwire"]}, view(), True),
    ({"sources": ["edgar"]}, view(), False),
    ({"portfolios": ["ai"], "sources": ["edgar"]}, view(), False),  # all of it has to fit
    ({"rules": ["lease"]}, view(match("lease")), True),
    ({"rules": ["lease"]}, view(match("lease"), match("dispute")), False),  # the other one is news
    ({"rules": ["lease", "dispute"]}, view(match("lease"), match("dispute")), True),
    ({"companies": ["nvda"]}, view(match("lease", "nvda")), True),
    ({"companies": ["nvda"]}, view(match("lease", "nvda", "vrt")), False),  # it is about the other one, too
    ({"companies": ["nvda", "vrt"]}, view(match("lease", "nvda", "vrt")), True),
    # of a rule about no company: the company that the event is mostly about
    ({"companies": ["nvda"]}, view(match("lease"), event=event_of("nvda", "vrt")), True),
    ({"companies": ["vrt"]}, view(match("lease"), event=event_of("nvda", "vrt")), False),
    ({"companies": ["nvda"]}, view(match("lease"), event=event_of()), False),
    ({"event_types": ["compute_lease"]}, view(event=event_of(event_types=[LEASE])), True),
    ({"event_types": ["compute_lease"]}, view(event=event_of(event_types=[LEASE, RUMOUR])), True),  # one is not sure
    ({"event_types": ["compute_lease"]}, view(event=event_of(event_types=[LEASE, CUT])), False),
    ({"event_types": ["compute_lease"]}, view(event=event_of()), False),
    # walls
    ({"desk": "ai"}, view(desk="ai"), True),
    ({"desk": "ai"}, view(), False),
    ({}, view(desk="ai"), False),
    ({"all_desks": True}, view(desk="ai"), True),
    ({"all_desks": True}, view(), True),
]


@pytest.mark.parametrize(("names", "seen", "is_"), TABLE)
def test_a_silence_holds_back_what_all_that_it_names_fits(names: dict[str, Any], seen: View, is_: bool) -> None:
    assert held_back(seen, silence(**names)) == ("si_1" if is_ else "")


def test_several_silences_can_hold_back_an_alert_together() -> None:
    seen = view(match("lease"), match("dispute"))
    lease, dispute = silence("si_1", 2, rules=["lease"]), silence("si_2", 1, rules=["dispute"])
    assert held_back(seen, lease) == ""
    assert held_back(seen, lease, dispute) == "si_2"  # the one that ends first, and with it the silence


def test_of_several_that_fit_the_longest_is_named() -> None:
    assert held_back(view(), silence("si_1", 1), silence("si_2", 3), silence("si_3", 2)) == "si_2"


def test_a_silence_is_in_force_from_its_start_up_to_its_end() -> None:
    asked = silence(hours=2)
    start, end = NOON - HOUR_MS, NOON + 2 * HOUR_MS
    assert [active_until(asked, at) for at in (start - 1, start, end - 1, end)] == [0, end, end, 0]


@pytest.mark.parametrize(
    "odd",
    [
        {"ends_at": "tomorrow"},
        {"weekly": [Weekly(days=[1], start="00:00", end="24:00", timezone="Mars/Olympus")]},
        {"weekly": [Weekly(days=[1], start="morning", end="24:00")]},
    ],
)
def test_a_silence_that_cannot_be_read_holds_nothing_back_and_stops_no_other(odd: dict[str, Any]) -> None:
    assert held_back(view(), silence("si_1", **odd)) == ""
    assert held_back(view(), silence("si_1", **odd), silence("si_2")) == "si_2"


FRIDAYS = Weekly(days=[4], start="16:00", end="18:00", timezone="America/New_York")
NIGHTS = Weekly(days=[0, 6], start="22:00", end="02:00", timezone="Europe/London")

WEEKS = [
    (FRIDAYS, "2026-06-19T19:59:59Z", ""),
    (FRIDAYS, "2026-06-19T20:00:00Z", "2026-06-19T22:00:00Z"),
    (FRIDAYS, "2026-06-19T22:00:00Z", ""),
    (FRIDAYS, "2026-06-18T20:30:00Z", ""),
    (FRIDAYS, "2026-12-18T21:30:00Z", "2026-12-18T23:00:00Z"),  # by the clock on the wall, in winter too
    (NIGHTS, "2026-06-21T21:00:00Z", "2026-06-22T01:00:00Z"),  # Sunday into Monday
    (NIGHTS, "2026-06-22T00:30:00Z", "2026-06-22T01:00:00Z"),
    (NIGHTS, "2026-06-23T00:30:00Z", "2026-06-23T01:00:00Z"),  # Monday into Tuesday
    (NIGHTS, "2026-06-23T21:30:00Z", ""),
    # Sunday into Monday when clocks go back: an hour longer
    (Weekly(days=[5], start="22:00", end="03:00", timezone="Europe/London"), "2026-10-24T21:00:00Z",
     "2026-10-25T03:00:00Z"),
    # begins and ends at the same time: a whole day
    (Weekly(days=[2], start="00:00", end="00:00", timezone="UTC"), "2026-06-17T10:00:00Z", "2026-06-18T00:00:00Z"),
]  # fmt: skip


@pytest.mark.parametrize(("weekly", "now", "until"), WEEKS)
def test_a_weekly_time_runs_by_the_clock_on_the_wall_of_its_zone(weekly: Weekly, now: str, until: str) -> None:
    found = weekly_until(weekly, parse_rfc3339(now))
    assert (rfc3339(found) if found else "") == until.replace("Z", ".000Z")


def test_a_weekly_silence_is_in_force_only_in_its_times_and_not_beyond_its_end() -> None:
    friday = parse_rfc3339("2026-06-19T20:30:00Z")
    asked = silence(hours=24 * 30, weekly=[FRIDAYS])
    assert rfc3339(active_until(asked, friday)) == "2026-06-19T22:00:00.000Z"
    assert active_until(asked, friday + 2 * HOUR_MS) == 0
    short = silence(hours=0, weekly=[FRIDAYS], ends_at="2026-06-19T21:00:00Z")
    assert rfc3339(active_until(short, friday)) == "2026-06-19T21:00:00.000Z"


def runs(weekly: Weekly, at: int) -> bool:
    """Whether a weekly time runs, read off the wall."""
    shown = local(at, ZoneInfo(weekly.timezone))
    clock, today = f"{shown.hour:02}:{shown.minute:02}", shown.weekday() in weekly.days
    if weekly.start < weekly.end:
        return today and weekly.start <= clock < weekly.end
    return (today and clock >= weekly.start) or ((shown.weekday() - 1) % 7 in weekly.days and clock < weekly.end)


@given(
    st.sets(st.integers(0, 6), min_size=1, max_size=2),
    st.integers(0, 47),
    st.integers(0, 47),
    st.sampled_from(["2026-03-08T07:00:00Z", "2026-11-01T06:00:00Z"]),
    st.integers(-2 * 1440, 2 * 1440),
)
@settings(max_examples=100, deadline=None)
def test_its_end_is_what_a_look_at_the_wall_each_minute_says(
    days: set[int], start: int, end: int, change: str, minutes: int
) -> None:
    texts = [f"{half // 2:02}:{half % 2 * 30:02}" for half in (start, end)]
    weekly = Weekly(days=sorted(days), start=texts[0], end=texts[1], timezone="America/New_York")
    now = parse_rfc3339(change) + minutes * MINUTE_MS
    expected = first_not(lambda at: runs(weekly, at), now)
    assert weekly_until(weekly, now) == (expected if expected > now else 0)
