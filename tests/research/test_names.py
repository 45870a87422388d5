"""Names are found as whole words, each place once."""

from __future__ import annotations

import re

import pytest

from alertd.research.names import names_one, places_of

NAMES = ("Vega Grid", "Vega", "Grid Co", "S&P", "C++")


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("Vega Grid leases to Vega.", ["Vega Grid", "Vega"]),
        ("Vegas and Las_Vega are none.", []),
        ("Vega Grid Co is built by Grid Co.", ["Vega Grid", "Grid Co"]),
        ("It is Vega’s, said S&P; in C++.", ["Vega", "S&P", "C++"]),
        ("éVega is another word than Vega", ["Vega"]),
        ("", []),
    ],
)
def test_a_name_is_found_where_it_stands_as_whole_words(said: str, found: list[str]) -> None:
    assert [said[at.start : at.end] for at in places_of(NAMES, said)] == found
    assert names_one(NAMES, said) is bool(found)
    pattern = rf"(?<!\w)(?:{'|'.join(map(re.escape, NAMES))})(?!\w)"
    assert [one.span() for one in re.finditer(pattern, said)] == places_of(NAMES, said)
