"""The example rules in rules/, on headlines that they must and must not find."""

from __future__ import annotations

from pathlib import Path

import pytest

from alertd.rules.loaded import KnownSettings
from alertd.rules.loader import load_rules
from alertd.rules.match import Matcher
from tests.rules.make import news

MATCHER = Matcher(load_rules(Path(__file__).parents[2] / "rules", known=KnownSettings({"desk": None})).book)


@pytest.mark.parametrize(
    ("title", "body", "rules"),
    [
        ("SpaceX leases its Colossus 1 supercomputer to Anthropic for $3-4bn a year", "", {"compute-lease"}),
        ("Vega Grid to lease its Orion supercomputer to Lumen Labs for $1.2 billion a year", "", {"compute-lease"}),
        ("Oracle signs data-center lease with OpenAI", "", {"compute-lease"}),
        ("SpaceX and Anthropic in dispute over Colossus 1 compute lease", "", {"lease-turns-sour"}),
        ("Lumen Labs sues Vega Grid", "It wants out of its GPU lease.", {"lease-turns-sour"}),
        ("Vega Grid terminates data centre lease with Lumen Labs", "", {"lease-turns-sour"}),
        ("Acme Robotics cuts full-year revenue guidance", "", {"guidance-cut"}),
        ("Profit warning: Acme lowers outlook", "", {"guidance-cut"}),
        ("Alpha Industries to acquire Beta Systems in all-stock deal", "", {"merger"}),
        ("Alpha and Beta agree merger", "Shareholders get 0.4 shares of Alpha for each share.", {"merger"}),
        ("Vega Grid leases 40 delivery vans", "", set()),
        ("Board issues new guidance on lease accounting for data center operators", "", set()),
        ("City council cuts guidance counsellor posts", "The fiscal year ends in June.", set()),
        ("Merger of two football clubs agreed", "The deal needs a vote.", set()),
        ("Apartment lease dispute reaches court", "The computer repairman had a lease.", set()),
        ("Compute prices fall", "", set()),
    ],
)
def test_the_shipped_rules_find_the_story_and_not_the_noise(title: str, body: str, rules: set[str]) -> None:
    assert {match.rule for match in MATCHER.match(news(title, body)).matches} == rules
