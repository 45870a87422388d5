"""The profile of an event takes real events through the real pieces, and leaves these as they were."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from alertd.alerts.policy import ReceiverPolicy
from alertd.base.clock import system_clock
from alertd.pipeline import Pipeline
from bench import profile
from bench.generate import make_rules
from bench.load_text import HEADLINE, TEXT
from bench.steps import Clock


def test_time_is_counted_for_the_innermost_step_and_only_while_it_is_watched() -> None:
    class Pieces:
        def outer(self) -> int:
            return self.inner() + 1

        def inner(self) -> int:
            return sum(range(20_000))

    clock, pieces = Clock(), Pieces()
    with clock.watching([("outer", pieces, "outer"), ("inner", Pieces, "inner")]):
        assert pieces.outer() == sum(range(20_000)) + 1
    assert set(clock.spent) == {Clock.REST, "outer", "inner"}
    assert clock.spent["inner"] > clock.spent["outer"] > 0
    before = dict(clock.spent)
    pieces.outer()
    assert dict(clock.spent) == before
    assert "outer" not in vars(pieces)


def test_what_is_watched_is_as_it_was_behind_a_profile() -> None:
    pipeline = Pipeline(make_rules(10), {"desk": ReceiverPolicy("desk")}, system_clock)
    places = profile._places(pipeline)
    before = [getattr(where, name) for _, where, name in places]
    with pytest.raises(ZeroDivisionError), Clock().watching(places):
        assert all(getattr(where, name) != was for (_, where, name), was in zip(places, before, strict=True))
        raise ZeroDivisionError
    assert [getattr(where, name) for _, where, name in places] == before


def test_news_and_enriched_events_go_through_every_step(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rules = profile.news_rules(tmp_path)
    headline = asyncio.run(profile.news(HEADLINE, 200, rules))
    text = asyncio.run(profile.news(TEXT, 200, rules))
    enriched = asyncio.run(profile.enriched(100, 200))
    for found in (headline, text, enriched):
        steps = {step: us for step, us in found.items() if step not in ("in all", "Redis itself")}
        assert found["in all"] == pytest.approx(sum(steps.values()))
        assert all(found[step] > 0 for step in ("decode", "scan", "keys", "candidates", "journal line", "payload"))
    assert all(
        text[step] > 0 for step in ("companies", "money", "tone", "story: report", "story: proposal", "decide")
    )
    assert enriched["companies"] == enriched["tone"] == 0
    profile.show({"news": [{"step": "decode", "us": 1.0}], "enriched": profile._matching(enriched, 100)})
    assert "matching (100 rules)" in capsys.readouterr().out
