"""`show_weights`: what a receiver reads of how much is held, in every place where it could stand."""

from __future__ import annotations

import msgspec
import pytest
from msgspec.structs import replace

from alertd.alerts.policy import ReceiverPolicy
from alertd.alerts.rights import narrowed
from alertd.alerts.weights import Shown, as_shown, band
from alertd.model import Alert, Event, Evidence, Ground, Match, SeverityStep, TouchedHolding

MATCH = Match(
    rule="r", rule_hash="h", portfolio="p", event="ev_1", event_revision=1, severity="high", auto=True,
    holdings=[TouchedHolding(company="nvda", label="NVDA", weight=-0.0765, named=True, impact="bad"),
              TouchedHolding(company="vrt", label="VRT", weight=None)],
    steps=[SeverityStep(factor="base", seen="compute lease", move=2),
           SeverityStep(factor="weight", seen="weight −7.7 % (NVDA)", move=1),
           SeverityStep(factor="tone", seen="tone +0.50, bad for the position", move=0)],
    evidence=[Evidence(field="weight", start=0, end=0, quote="NVDA -7.7 %"),
              Evidence(field="title", start=0, end=4, quote="Vega")],
    grounds=[Ground("type", "clear compute lease"), Ground("weight", "NVDA −7.7 % ≤ −5 %")],
)  # fmt: skip
ALERT = Alert(
    id="al_1", revision=1, portfolio="p", subject="st_1", severity="high", title="t", matches=[MATCH], story="st_1",
    first_at="2026-01-01T00:00:00.000Z", updated_at="2026-01-01T00:00:00.000Z",
)  # fmt: skip


@pytest.mark.parametrize(
    ("weight", "shown"),
    [
        (0.0, "< 1 %"),
        (0.0099, "< 1 %"),
        (0.01, "1-3 %"),
        (0.03, "3-5 %"),
        (0.05, "5-10 %"),
        (0.1, "> 10 %"),
        (-0.04, "short 3-5 %"),
        (-9.0, "short > 10 %"),
    ],
)
def test_bands(weight: float, shown: str) -> None:
    assert band(weight) == shown


def test_exact_changes_nothing() -> None:
    assert as_shown([MATCH], "exact") == [MATCH]


@pytest.mark.parametrize("how", ["band", "none"])
def test_no_figure_is_left_anywhere(how: Shown) -> None:
    seen = narrowed(ALERT, Event(id="ev_1"), ReceiverPolicy(id="desk", show_weights=how))
    said = msgspec.json.encode(seen).decode()
    assert "7.7" not in said and "0.07" not in said and "Vega" in said
    (match,) = seen.matches
    assert [one.factor for one in match.steps] == ["base", "weight", "tone"]
    assert [one.text for one in match.grounds] == ["clear compute lease"]


def test_a_band_stands_in_place_of_the_weight_and_in_the_arithmetic() -> None:
    (match,) = as_shown([MATCH], "band")
    assert [(one.weight, one.band, one.impact) for one in match.holdings] == [
        (None, "short 5-10 %", "bad"),
        (None, "", None),
    ]
    assert match.steps[1].seen == "weight short 5-10 %"


def test_none_does_not_tell_a_short_from_a_long_either() -> None:
    (short,) = as_shown([MATCH], "none")
    long = replace(MATCH, holdings=[replace(MATCH.holdings[0], weight=0.0765, impact="good"), MATCH.holdings[1]])
    (other,) = as_shown([long], "none")
    assert short.holdings == other.holdings
    assert [step.seen for step in short.steps] == ["compute lease", "weight", "tone +0.50"]
