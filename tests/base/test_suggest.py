"""Did you mean …?"""

from __future__ import annotations

import pytest

from alertd.base.suggest import closest, hint

KEYS = ["webhook_url", "token", "channel", "min_severity"]


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("webhok_url", "webhook_url"),
        ("webhook-url", "webhook_url"),
        ("Token", "token"),
        ("chanel", "channel"),
        ("severity", "min_severity"),
        ("colour", None),
        ("", None),
    ],
)
def test_the_nearest_known_word_is_found(word: str, meant: str | None) -> None:
    assert closest(word, KEYS) == meant


def test_a_hint_suggests_or_lists_or_says_nothing() -> None:
    assert hint("chanel", KEYS) == "did you mean `channel`?"
    assert hint("zzz", KEYS) == "known here: webhook_url, token, channel, min_severity"
    assert hint("zzz", [f"key{i}" for i in range(50)]) == ""
    assert hint("zzz", []) == ""


def test_a_very_long_word_costs_nothing() -> None:
    assert closest("x" * 1_000_000, KEYS) is None


def test_two_letters_that_changed_places_are_nearer_than_a_longer_word() -> None:
    assert closest("fo", ["form", "of"]) == "of"
