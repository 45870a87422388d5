from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertd.enrich import money_numbers
from alertd.enrich.money_numbers import Quantity, quantities
from alertd.text.fold import split_words

_WRITTEN = """
    5 12 400 1,234 2.5 1987 3,5 1.2.3 $ US$ € Rs R EUR USD ALL $5 5m €3 R3 5p 5G mln bn million m dlrs dollars yen kr
    euros cents p crowns sterling U.S. U.S Canadian pct percent percentage % per cent de d' the of x
    M&A 億 円 万 's ½ _ ] °
"""
_APART = [" ", "\n", "  ", "\xa0", ". ", ", ", "; ", ")", " (", "-", "/", ",", "."]


def figure(one: Quantity) -> tuple[object, ...]:
    """Give all that counts of a number: of one that is part of something else only where it stands."""
    said = () if one.broken else (one.currency, one.monetary, one.scaled, one.careful, one.value())
    return (one.start, one.number, one.end, one.broken, said)


@given(st.lists(st.tuples(st.sampled_from(_WRITTEN.split()), st.sampled_from(_APART)), max_size=6))
def test_a_plain_number_is_read_as_any_other_would_be(pieces: list[tuple[str, str]]) -> None:
    text = "".join(word + apart for word, apart in pieces)
    for run in money_numbers._RUN.finditer(text):
        plain = money_numbers._plain_number(text, run)
        assert plain is None or figure(plain) == figure(money_numbers._read(text, *run.span()))


@pytest.mark.parametrize(
    ("text", "currency", "value"),
    [
        ("costs 400 U.S. dollars", "USD", 400.0),
        ("costs 400 U.S. dlrs an ounce", "USD", 400.0),
        ("sold at 11 mln Canadian dlrs", "CAD", 11e6),
        ("worth 5 億円", "JPY", 5e8),
        ("worth 5 yen", "JPY", 5.0),
    ],
)
def test_a_currency_behind_a_number_is_seen(text: str, currency: str, value: float) -> None:
    (one,) = quantities(text, text.lower(), set(split_words(text)))
    assert (one.currency, one.value()) == (currency, value)
