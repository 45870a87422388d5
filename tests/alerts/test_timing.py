"""When a receiver is told: a table for each thing that may say not now, and the order in which they do."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from alertd.alerts.circumstances import Circumstances, News, View, expect_name, flow_name
from alertd.alerts.policy import Cooldown, DigestTimes, Fitting, Quiet, ReceiverPolicy, Storm
from alertd.alerts.timing import Put, Send, Withhold, when
from alertd.base.clock import parse_rfc3339, rfc3339
from alertd.model import SEVERITIES, Severity, Silence, Told
from alertd.rules.alert_leaves import OfAlert
from alertd.rules.book import Budget, Portfolio
from tests.alerts.timed import HOUR_MS, NOON, match, told, view
from tests.rules.make import portfolio

NIGHT = parse_rfc3339("2026-06-16T23:00:00Z")
CRITICAL = Fitting(OfAlert("severity", ("critical",)))
QUIET = Quiet(hours="22:00-06:30")
MORNINGS = DigestTimes(at=("07:30",))
SILENCE = Silence(
    id="si_1", author="jd", reason="known", created_at="2026-06-01T00:00:00Z", starts_at="2026-06-01T00:00:00Z",
    ends_at="2026-06-17T00:00:00Z",
)  # fmt: skip
STORM = {flow_name("desk", NOON): 20}


def asked(policy: dict[str, Any], seen: View, lane: Told | None = None, now: int = NOON, **known: Any) -> str:
    """Say what comes of it as a decision does; `sent` where it goes out at once."""
    found = when(ReceiverPolicy("desk", **policy), seen, Circumstances(**known), lane, now)
    return "sent" if isinstance(found, Send) else found.text


def at(hours: float, base: int = NOON) -> str:
    return rfc3339(base + round(hours * HOUR_MS))


# --- silences, snooze, cooldown -------------------------------------------------------------------------------

HELD_BACK = [
    (view(), {"silences": (SILENCE,)}, "silenced: by si_1 until 2026-06-17T00:00:00.000Z"),
    (view(severity="critical"), {"silences": (SILENCE,)}, "silenced: by si_1 until 2026-06-17T00:00:00.000Z"),
    (view(snoozed_until=at(1)), {}, f"silenced: snoozed until {at(1)}"),
    (view(snoozed_until=at(-1)), {}, "sent"),
    (view(), {}, "sent"),
]


@pytest.mark.parametrize(("seen", "known", "said"), HELD_BACK)
def test_a_silence_or_a_snooze_holds_an_alert_back_until_it_ends(
    seen: View, known: dict[str, Any], said: str
) -> None:
    assert asked({}, seen, **known) == said


NEWS: list[tuple[News, Severity, bool]] = [
    ("first", "high", False),
    ("material", "high", False),
    ("minor", "high", False),
    ("second", "high", False),
    ("rise", "high", True),
    ("correction", "high", True),
    ("withdrawal", "high", True),
    ("material", "critical", True),  # louder than the receiver was told
]


@pytest.mark.parametrize(("news", "severity", "passes"), NEWS)
def test_what_is_louder_and_what_corrects_passes_snooze_and_cooldown(
    news: News, severity: Severity, passes: bool
) -> None:
    lane = None if news == "first" else told("high", at=NOON - HOUR_MS)
    snoozed = view(news=news, severity=severity, snoozed_until=at(1))
    cooled = view(match("a", "nvda"), news=news, severity=severity)
    marks = {"desk/company/nvda": ("critical", NOON + HOUR_MS)}
    assert (asked({}, snoozed, lane) == "sent") == passes
    assert (asked({"cooldown": Cooldown("company", 3600)}, cooled, lane, marks=marks) == "sent") == passes


def test_a_cooldown_says_of_what_was_told() -> None:
    lane = told("high", at=NOON - HOUR_MS)
    said = asked({"cooldown": Cooldown("story", 4 * 3600)}, view(news="material"), lane)
    assert said == f"cooldown: was told of this story, nothing more until {at(3)}"


# --- digests and quiet hours ----------------------------------------------------------------------------------

WAITS = [
    ({"digest": MORNINGS}, "high", NOON, "folded_into: digest until 2026-06-17T07:30:00.000Z"),
    # who wants digests alone gets critical alerts in them too, unless `pass` says otherwise
    ({"digest": MORNINGS}, "critical", NOON, "folded_into: digest until 2026-06-17T07:30:00.000Z"),
    ({"digest": DigestTimes(at=("07:30",), passes=CRITICAL)}, "critical", NOON, "sent"),
    ({"digest": DigestTimes(at=("07:30",), passes=CRITICAL)}, "high", NOON,
     "folded_into: digest until 2026-06-17T07:30:00.000Z"),
    ({"quiet": QUIET}, "high", NOON, "sent"),
    ({"quiet": QUIET}, "high", NIGHT, "quiet_until: 2026-06-17T06:30:00.000Z"),
    ({"quiet": QUIET}, "critical", NIGHT, "quiet_until: 2026-06-17T06:30:00.000Z"),
    ({"quiet": Quiet(hours="22:00-06:30", passes=CRITICAL)}, "critical", NIGHT, "sent"),
    ({"quiet": Quiet(hours="22:00-06:30", passes=CRITICAL)}, "high", NIGHT,
     "quiet_until: 2026-06-17T06:30:00.000Z"),
    ({"quiet": Quiet(hours="22:00-06:30", release="drop")}, "high", NIGHT,
     "quiet_until: 2026-06-17T06:30:00.000Z, and `release: drop` tells nothing then"),
    # what need not wait for the digest still waits for the end of the night
    ({"digest": DigestTimes(at=("07:30",), passes=CRITICAL), "quiet": QUIET}, "critical", NIGHT,
     "quiet_until: 2026-06-17T06:30:00.000Z"),
]  # fmt: skip


@pytest.mark.parametrize(("policy", "severity", "now", "said"), WAITS)
def test_digests_and_quiet_hours_put_off_what_does_not_pass(
    policy: dict[str, Any], severity: Severity, now: int, said: str
) -> None:
    assert asked(policy, view(severity=severity), now=now) == said


def test_what_waited_too_long_expires_and_what_waits_for_a_digest_does_not() -> None:
    night = when(ReceiverPolicy("desk", quiet=Quiet(hours="22:00-06:30", expire_s=3600)), view(), Circumstances(),
                 None, NIGHT)  # fmt: skip
    digest = when(ReceiverPolicy("desk", digest=MORNINGS, expire_s=60), view(), Circumstances(), None, NOON)
    assert isinstance(night, Put)
    assert night.expires_ms == NIGHT + HOUR_MS
    assert isinstance(digest, Put)
    assert digest.expires_ms == digest.until_ms + 60_000


# --- budget, storm, group -------------------------------------------------------------------------------------


def expecting(at_most: int) -> Portfolio:
    made = portfolio("text: lease", "text: dispute", name="ai")
    first = replace(made.rules[0], expect=Budget(at_most=at_most, per="day"))
    return replace(made, rules=(first, made.rules[1]))


RAISED = {expect_name("ai", "rule-0", "day", NOON): 3}
BUDGETS = [
    (view(match("rule-0"), portfolio=expecting(4)), "sent"),
    (view(match("rule-0"), portfolio=expecting(3)), "folded_into: budget until 2026-06-17T00:00:00.000Z"),
    (view(match("rule-0"), match("rule-1"), portfolio=expecting(3)), "sent"),  # the other one has no budget
    (view(match("rule-0"), portfolio=expecting(3), severity="critical"), "sent"),
    (view(match("rule-0"), portfolio=expecting(3), news="material", revision=2), "sent"),  # of an alert that there is
]


@pytest.mark.parametrize(("seen", "said"), BUDGETS)
def test_new_alerts_of_a_rule_fold_beyond_what_its_author_expects(seen: View, said: str) -> None:
    assert asked({}, seen, counts=RAISED) == said


FOLDS = [
    ({"storm": Storm(20)}, "high", STORM, f"folded_into: storm until {at(1 / 60)}"),
    ({"storm": Storm(21)}, "high", STORM, "sent"),
    ({"storm": Storm(20, every_s=600)}, "high", STORM, f"folded_into: storm until {at(1 / 6)}"),
    ({"storm": Storm(20)}, "critical", STORM, "sent"),
    ({}, "high", STORM, "sent"),
    ({"group_s": 30}, "high", {}, f"folded_into: group until {at(1 / 120)}"),
    ({"group_s": 30}, "critical", {}, "sent"),
    ({"group_s": 30, "storm": Storm(20)}, "high", STORM, f"folded_into: storm until {at(1 / 60)}"),
]


@pytest.mark.parametrize(("policy", "severity", "counts", "said"), FOLDS)
def test_storms_and_groups_fold_what_is_not_critical(
    policy: dict[str, Any], severity: Severity, counts: dict[str, int], said: str
) -> None:
    assert asked(policy, view(severity=severity), counts=counts) == said


def test_what_folds_in_the_evening_does_not_go_out_in_the_night() -> None:
    """The windows of budgets, storms and groups end by the clock: a day's budget at midnight UTC."""
    evening = parse_rfc3339("2026-06-16T21:59:30Z")
    quiet = {"quiet": QUIET}
    flood = {flow_name("desk", evening): 20}
    morning = "2026-06-17T06:30:00.000Z"
    assert (
        asked({**quiet, "storm": Storm()}, view(), now=evening, counts=flood) == f"folded_into: storm until {morning}"
    )
    assert asked({**quiet, "group_s": 60.0}, view(), now=evening) == f"folded_into: group until {morning}"
    assert asked({**quiet, "group_s": 10.0}, view(), now=evening).endswith("2026-06-16T21:59:40.000Z")
    counts = {expect_name("ai", "rule-0", "day", evening): 3}
    said = asked(quiet, view(match("rule-0"), portfolio=expecting(3)), now=evening, counts=counts)
    assert said == f"folded_into: budget until {morning}"


LATER = NOON + HOUR_MS
REJOINS = [
    (f"desk/storm//{LATER}", "material", "high", f"folded_into: storm until {at(1)}"),
    (f"desk/budget/ai/{LATER}", "material", "high", f"folded_into: budget until {at(1)}"),
    (f"desk/storm//{NOON}", "material", "high", "sent"),  # that window is over
    (f"desk/storm//{LATER}", "material", "critical", "sent"),
    (f"desk/storm//{LATER}", "correction", "high", "sent"),
    (f"desk/brief//{LATER}", "material", "high", "sent"),  # it was quiet, and is not any more
]


@pytest.mark.parametrize(("window", "news", "severity", "said"), REJOINS)
def test_what_is_new_of_an_alert_waits_where_the_alert_waits(
    window: str, news: News, severity: Severity, said: str
) -> None:
    assert asked({}, view(news=news, severity=severity, revision=2), told(held=window)) == said


# --- the order ------------------------------------------------------------------------------------------------

EVERYTHING: dict[str, Any] = {
    "digest": MORNINGS, "quiet": QUIET, "cooldown": Cooldown("portfolio", 3600), "storm": Storm(20), "group_s": 30,
}  # fmt: skip
ORDER = ["silenced: by", "silenced: snoozed", "cooldown", "folded_into: digest", "quiet_until", "folded_into: storm",
         "folded_into: group", "sent"]  # fmt: skip


def test_each_is_asked_after_the_one_before_it_has_nothing_to_say() -> None:
    policy, counts = dict(EVERYTHING), {flow_name("desk", NIGHT): 20}
    marks = {"desk/portfolio/ai": ("high", NIGHT + HOUR_MS)}
    snoozed = view(snoozed_until=at(9, NIGHT))
    said = [asked(policy, snoozed, now=NIGHT, marks=marks, counts=counts, silences=(SILENCE,))]
    said.append(asked(policy, snoozed, now=NIGHT, marks=marks, counts=counts))
    for gone in ("", "cooldown", "digest", "quiet", "storm", "group_s"):
        policy.pop(gone, None)
        said.append(asked(policy, view(), now=NIGHT, marks=marks, counts=counts))
    assert [text.startswith(begin) for text, begin in zip(said, ORDER, strict=True)] == [True] * len(ORDER)


@given(
    st.sampled_from(SEVERITIES),
    st.sets(st.sampled_from(sorted(EVERYTHING))),
    st.sampled_from(["first", "rise", "correction", "withdrawal", "material", "second", "minor"]),
    st.booleans(),
    st.integers(0, 7 * 24 * 60),
)
def test_there_is_always_one_answer_the_same_for_the_same_and_with_a_reason(
    severity: Severity, keys: set[str], news: News, known: bool, minutes: int
) -> None:
    now = NOON + minutes * 60_000
    policy = {key: EVERYTHING[key] for key in keys}
    lane = told("medium", at=NOON) if known else None
    seen = view(news=news, severity=severity)
    counts = {flow_name("desk", now): 30}
    found = asked(policy, seen, lane, now, counts=counts)
    assert found == asked(policy, seen, lane, now, counts=counts)
    assert found == "sent" or found.split(":")[0] in ("cooldown", "folded_into", "quiet_until")
    if severity == "critical":
        assert "storm" not in found
        assert "group" not in found


def test_a_window_is_never_over_when_an_alert_is_put_into_it() -> None:
    for minutes in range(0, 3 * 24 * 60, 7):
        found = when(ReceiverPolicy("desk", **EVERYTHING), view(), Circumstances(), None, NOON + minutes * 60_000)
        assert isinstance(found, Put)
        assert found.until_ms > NOON + minutes * 60_000


def test_a_reason_of_what_is_withheld_is_one_of_the_closed_list() -> None:
    found = when(ReceiverPolicy("desk"), view(), Circumstances(silences=(SILENCE,)), None, NOON)
    assert isinstance(found, Withhold)
    assert found.reason == "silenced"
