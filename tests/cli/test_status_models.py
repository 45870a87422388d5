"""The line of `alertd status` about a model."""

from __future__ import annotations

from typing import Any

import pytest

from alertd.cli.status import model_line

PLAIN = {
    "id": "m", "model": "openai/small-1", "breaker": "closed", "calls_today": 3, "tokens_today": 4200,
    "cost_today": 0.0, "currency": "", "last_error": "",
}  # fmt: skip
ASKED = "m (openai/small-1): asked 3 times today, 4,200 tokens"


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({}, ASKED),
        ({"currency": "USD", "cost_today": 0.0123}, f"{ASKED}, 0.0123 USD"),
        ({"breaker": "open", "last_error": "llm: HTTP 503"}, f"{ASKED}; [red]left alone[/red]; llm: HTTP 503"),
        ({"breaker": None}, ASKED),
        ({"last_error": "[red]x"}, rf"{ASKED}; \[red]x"),
    ],
)
def test_it_says_what_a_model_was_asked_what_that_cost_and_why_it_is_left_alone(
    more: dict[str, Any], says: str
) -> None:
    assert model_line(PLAIN | more) == says
