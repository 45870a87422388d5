"""A date for which somebody only wishes, or that stands in what he says of others, is none that is set."""

from __future__ import annotations

import pytest

from alertd.research.wished import is_beside, is_wished


@pytest.mark.parametrize(
    ("said", "words", "wished"),
    [
        ("Customers ask for delivery by June 2027.", "June 2027", True),
        ("“Everybody wants a slot before 2028,” she said.", "2028", True),
        ("\"The rivals will be there by 2028,\" he said.", "2028", True),
        ("“They ask us whether we can deliver in 2027,” she said.", "2027", True),
        ("“The plant will open in June 2027,” she said.", "June 2027", False),
        ("“We will open the plant in June 2027,” she said.", "June 2027", False),
        ("The plant will open in June 2027, “if all goes well”.", "June 2027", False),
        ("The plant will open in June 2027, as customers asked.", "June 2027", False),
    ],
)  # fmt: skip
def test_a_wish_sets_no_date(said: str, words: str, wished: bool) -> None:
    assert is_wished(said, said.index(words)) is wished


@pytest.mark.parametrize(
    ("said", "words", "beside"),
    [
        ("The market for robots is expected to reach $90 billion by 2030.", "2030", True),
        ("Analysts at Corven expect sales to double by 2029.", "2029", True),
        ("The trade fair will take place in May 2027.", "May 2027", True),
        ("Its lease of the hangar, which is not affected, lasts until 2035.", "2035", True),
        ("The group aims to be carbon neutral by 2040.", "2040", True),
        ("It expects savings of $150 million a year by 2028.", "2028", True),
        ("The purchase is to close by June 2027.", "June 2027", False),
        ("It will be told at a conference call in May 2027.", "May 2027", False),
        ("The plant will open in June 2027, analysts said.", "June 2027", False),
    ],
)  # fmt: skip
def test_a_date_of_a_market_a_guess_or_another_thing_is_beside_the_news(said: str, words: str, beside: bool) -> None:
    assert is_beside(said, said.index(words)) is beside
