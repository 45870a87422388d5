"""The names in a statement: rather a word too many than an invented company too few."""

from __future__ import annotations

import pytest

from alertd.research.proper_names import Name, names_in, written_words

KNOWN = frozenset({"vertiv"})
LOWERED = frozenset({"demand", "rises", "lease", "lessor"})


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Demand rises at Vertiv.", ["Vertiv"]),
        ("Vertiv gains.", ["Vertiv"]),
        ("It sells to OpenAI and AI labs.", ["OpenAI"]),
        ("The lessor, Tim Cook said, agreed.", ["Tim", "Cook"]),
        ("$NVDA gains by it.", ["$NVDA"]),
        ("It helps vertiv most.", ["vertiv"]),
        ("It helps nvidia most.", ["nvidia"]),
        ("Berlin agrees to it.", ["Berlin"]),
        ("It is Эппл that gains.", ["Эппл"]),
        ("Zzqx gains by it.", ["Zzqx"]),
        ("The CEO of the lessor sold.", []),
        ("Demand rises for the lease.", []),
        ("Higher costs are the risk.", []),
    ],
)
def test_a_name_is_found_by_how_it_is_written(text: str, names: list[str]) -> None:
    assert [one.said for one in names_in(text, KNOWN, LOWERED)] == names


@pytest.mark.parametrize(
    ("name", "ground", "there"),
    [
        (Name("Vertiv", ("vertiv",), exact=True), "Vertiv cools the site.", True),
        (Name("Apple", ("apple",), exact=True), "They sell an apple a day.", False),
        (Name("Apple", ("apple",), exact=True), "Apple sells phones.", True),
        (Name("nvidia", ("nvidia",), exact=False), "They use nvidia chips.", True),
        (Name("Tim Cook", ("tim", "cook"), exact=True), "Tim agreed with them.", False),
        (Name("Vertiv", ("vertiv",), exact=True), "", False),
    ],
)
def test_a_ground_has_a_name_if_it_writes_it_as_one(name: Name, ground: str, there: bool) -> None:
    assert written_words(ground).has(name) is there


def test_a_company_in_a_ground_may_be_called_by_any_of_its_names() -> None:
    words = written_words("NVDA supplies it.")._replace(names=frozenset({"nvidia"}))
    assert words.has(Name("Nvidia", ("nvidia",), exact=True))
