"""A date for which somebody only wishes, or that stands in what he says of others, is none that is set."""

from __future__ import annotations

import pytest

from alertd.research.wished import is_wished


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
