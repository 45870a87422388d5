"""Names are found where their words stand with a capital: by the core and by dictionaries at the same places."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertd.text.core import CORE, core_tokens
from alertd.text.fold import Tokens, split_words
from alertd.text.names import CoreNames, DictionaryNames, Names, make_names
from tests.text.tables import WITHOUT

WORDS = [
    "Vega",
    "grid",
    "ON",
    "on",
    "eBay",
    "3M",
    "3m",
    "Café",
    "CAFÉ",
    "straße",
    "Ⅳ",
    "ბანკი",
    "Ǆ",
    "S",
    "O'Neil’s",
    "&",
]
GAPS = [" ", ", ", "’s ", "'S ", "\n", "-", "\u0301 ", "ʼ", "ŉ", "½", " — "]
texts = st.lists(st.tuples(st.sampled_from(WORDS) | st.text(max_size=4), st.sampled_from(GAPS))).map(
    lambda pieces: "".join(word + gap for word, gap in pieces)
)
names = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(
    lambda words: tuple(split_words(" ".join(words)))
)


def both(called: dict[tuple[str, ...], str], small: set[str]) -> list[Names[str]]:
    return [DictionaryNames(called, frozenset(small)), CoreNames(called, frozenset(small))]


@WITHOUT
@given(texts)
def test_the_core_sees_the_capitals_that_python_sees(text: str) -> None:
    assert list(core_tokens(text).capitals.items()) == list(Tokens(text).capitals.items())


@WITHOUT
@given(
    st.lists(names.filter(bool), max_size=8), st.sets(st.sampled_from(["3m", "ebay", "on", "vega"])), texts,
    st.integers(0, 12), st.integers(0, 5),
)  # fmt: skip
def test_the_core_and_the_dictionaries_find_the_same_names(
    named: list[tuple[str, ...]], small: set[str], text: str, until: int, most: int
) -> None:
    called = {words: " ".join(words).upper() for words in named}
    dictionaries, core = both(called, small)
    for tokens in (Tokens(text), core_tokens(text)):
        for bounds in ((until, 1_000), (1_000, most), (len(tokens), 1_000)):
            assert core.find(tokens, *bounds) == dictionaries.find(tokens, *bounds)


@pytest.mark.parametrize("kind", [DictionaryNames, pytest.param(CoreNames, marks=WITHOUT)])
def test_a_name_begins_with_a_capital_unless_it_is_written_small(kind: type[CoreNames[str]]) -> None:
    called = {("vega",): "V", ("vega", "grid"): "VG", ("vega", "grid", "inc"): "VGI", ("ebay",): "E"}
    found = kind(called, frozenset({"ebay"})).find
    tokens = Tokens("vega Vega Grid inc on ebay, VEGA")
    assert found(tokens, 100, 100) == [(1, 1, "V"), (1, 2, "VG"), (1, 3, "VGI"), (5, 5, "E"), (6, 6, "V")]
    assert found(tokens, 3, 100) == [(1, 1, "V"), (1, 2, "VG")], "a name that goes on behind the end is not there"
    assert found(tokens, 100, 2) == [(1, 1, "V"), (1, 2, "VG")]
    assert kind({}, frozenset()).find(tokens, 100, 100) == []


def test_names_are_in_the_core_where_that_is_there() -> None:
    assert isinstance(make_names({("vega",): 1}, frozenset()), CoreNames if CORE else DictionaryNames)
