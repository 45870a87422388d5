"""After a message nothing more about the same for a while, unless it is louder."""

from __future__ import annotations

from typing import Any

import pytest

from alertd.alerts import lanes
from alertd.alerts.answers import answer
from alertd.alerts.circumstances import NOTHING_KNOWN, Circumstances, View
from alertd.alerts.cooldown import cooling, marks_to_read, marks_to_set
from alertd.alerts.policy import Cooldown, CooldownBy, ReceiverPolicy
from alertd.base.clock import rfc3339
from alertd.model import Answer, Event, Told
from tests.alerts.living import MINUTE, state
from tests.alerts.living import NOW as LIFE
from tests.alerts.timed import HOUR_MS, NOON, match, told, view
from tests.rules.make import portfolio


def receiver(by: CooldownBy, hours: float = 4) -> ReceiverPolicy:
    return ReceiverPolicy("desk", cooldown=Cooldown(by, hours * 3600))


def knowing(**marks: Any) -> Circumstances:
    """`ai_lease=("high", 2)`: told at this severity, for two hours from now."""
    return Circumstances(marks={name: (value, NOON + hours * HOUR_MS) for name, (value, hours) in marks.items()})


NAMES = [
    ("story", view(), ["desk/story/ai/st_1"]),
    ("portfolio", view(), ["desk/portfolio/ai"]),
    ("rule", view(match("lease"), match("dispute")), ["desk/rule/ai/lease", "desk/rule/ai/dispute"]),
    ("company", view(match("lease", "nvda", "vrt"), match("b", "nvda")), ["desk/company/nvda", "desk/company/vrt"]),
    ("company", view(), []),
]


@pytest.mark.parametrize(("by", "seen", "names"), NAMES)
def test_marks_are_named_by_what_the_cooldown_is_about(by: CooldownBy, seen: View, names: list[str]) -> None:
    assert marks_to_read(receiver(by), seen) == names


def test_a_portfolio_and_a_rule_keep_their_marks_when_they_are_renamed() -> None:
    seen = view(match("rule-0"), portfolio=portfolio("text: lease", name="ai"))
    assert marks_to_read(receiver("rule"), seen) == ["desk/rule/ai/rule-0"]


# by, the alert, marks, what is known of the alert, is it cooling?
TABLE = [
    ("company", view(match("a", "nvda")), {}, None, False),
    ("company", view(match("a", "nvda")), {"desk/company/nvda": ("high", 1)}, None, True),
    ("company", view(match("a", "nvda")), {"desk/company/nvda": ("critical", 1)}, None, True),
    ("company", view(match("a", "nvda")), {"desk/company/nvda": ("medium", 1)}, None, False),  # it is louder
    ("company", view(match("a", "nvda")), {"desk/company/nvda": ("high", 0)}, None, False),  # it is over
    # one of two companies has not been told of
    ("company", view(match("a", "nvda", "vrt")), {"desk/company/nvda": ("high", 1)}, None, False),
    ("company", view(match("a")), {"desk/company/": ("high", 1)}, None, False),  # about no company
    (
        "rule",
        view(match("a"), match("b")),
        {"desk/rule/ai/a": ("high", 1), "desk/rule/ai/b": ("high", 2)},
        None,
        True,
    ),
    ("portfolio", view(), {"desk/portfolio/ai": ("high", 1)}, None, True),
    ("portfolio", view(), {"other/portfolio/ai": ("high", 1)}, None, False),  # another receiver's
    ("story", view(news="material"), {"desk/story/ai/st_1": ("high", 1)}, told(), True),
    # what a brief told sets no mark, but the alert knows when it was told
    ("story", view(news="material"), {}, told(at=NOON - HOUR_MS), True),
    ("story", view(news="material"), {}, told(at=NOON - 5 * HOUR_MS), False),
    ("story", view(news="material"), {}, told("medium", at=NOON - HOUR_MS), False),
    ("company", view(match("a", "nvda")), {"desk/company/nvda": ("loud", 1)}, None, False),  # no severity of ours
]


@pytest.mark.parametrize(("by", "seen", "marks", "lane", "is_"), TABLE)
def test_an_alert_is_cooling_while_all_that_it_is_about_was_told_as_loud(
    by: CooldownBy, seen: View, marks: dict[str, Any], lane: Told | None, is_: bool
) -> None:
    assert bool(cooling(receiver(by), seen, knowing(**marks), lane, NOON)) == is_


def test_the_reason_names_what_was_told_of_and_until_when() -> None:
    marks = {f"desk/company/{company}": ("high", hours) for company, hours in [("nvda", 1), ("vrt", 2)]}
    reason = cooling(receiver("company"), view(match("a", "nvda", "vrt")), knowing(**marks), None, NOON)
    assert reason == f"was told of company nvda, vrt, nothing more until {rfc3339(NOON + HOUR_MS)}"


def test_sending_sets_the_marks_under_the_values_that_it_rests_on() -> None:
    known = knowing(**{"desk/company/nvda": ("low", 1), "desk/company/vrt": ("low", -1)})
    first, second = marks_to_set(receiver("company"), view(match("a", "nvda", "vrt")), known, NOON)
    assert (first.name, first.expected, first.value) == ("desk/company/nvda", "low", "high")
    assert (second.name, second.expected, second.until_ms) == ("desk/company/vrt", "", NOON + 4 * HOUR_MS)


def test_without_a_cooldown_there_are_no_marks() -> None:
    policy = ReceiverPolicy("desk")
    assert marks_to_read(policy, view()) == []
    assert marks_to_set(policy, view(), NOTHING_KNOWN, NOON) == []
    assert cooling(policy, view(), NOTHING_KNOWN, told(), NOON) == ""


def test_an_alert_about_very_many_companies_rests_on_the_first_forty() -> None:
    seen = view(match("a", *[f"c{n}" for n in range(500)]))
    assert len(marks_to_read(receiver("company"), seen)) == 40


def test_an_answer_does_not_prolong_a_cooldown() -> None:
    night = ReceiverPolicy("desk", cooldown=Cooldown("story", 3600))
    before = state(told={"desk": Told(revision=1, at_ms=LIFE - 50 * MINUTE, severity="high")})
    said = Answer(kind="acknowledge", alert="al_a", who="jd", via="cli", at_ms=LIFE)
    done = answer(before, said, {"desk": night}, LIFE)
    assert done.state is not None
    assert done.deliveries
    lane = done.state.told["desk"]
    assert lane.at_ms == LIFE, "it was told"
    assert lane.news_ms == LIFE - 50 * MINUTE
    shown = View("desk", done.state.alert, Event(), "material", None)
    assert cooling(night, shown, NOTHING_KNOWN, lane, LIFE + MINUTE)
    assert not cooling(night, shown, NOTHING_KNOWN, lane, LIFE + 11 * MINUTE)


def test_news_after_an_answer_begins_the_cooldown_anew() -> None:
    answered = Told(revision=1, at_ms=5, severity="high", news_ms=2)
    after = lanes.told(answered, state(revision=2).alert, 9)
    assert (after.at_ms, after.news_ms) == (9, 0)
