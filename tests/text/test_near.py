"""Terms that stand together are found as by trying all their places, and by the core as without it."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertd.text.core import CoreField
from alertd.text.dictionaries import Dictionaries
from alertd.text.near import nearest
from alertd.text.scan import TermScanner, make_term
from tests.text.tables import WITHOUT

_PLACES = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 3), st.integers(0, 2)), max_size=9)


@given(_PLACES, st.integers(1, 3), st.integers(1, 9), st.one_of(st.none(), st.integers(0, 14)))
def test_near_finds_what_trying_all_places_finds(
    places: list[tuple[int, int, int]], groups: int, within: int, before: int | None
) -> None:
    by_group = [
        [(a, a + more) for a, more, its in places if its == group and (before is None or a + more < before)]
        for group in range(groups)
    ]
    together = [
        sorted(chosen)
        for chosen in itertools.product(*by_group)
        if max(last for _, last in chosen) - min(first for first, _ in chosen) < within
    ]
    posted = {str(group): [(a, a + more) for a, more, its in places if its == group] for group in range(groups)}
    found = nearest(posted.__getitem__, [frozenset(str(group)) for group in range(groups)], within, before)
    assert (found is not None) == bool(together)
    if found is not None:
        assert found in together


WORDS = ("lease", "leases", "the", "a", "big", "deal", "gpu", "Ünit", "計算")
TERMS = tuple(map(make_term, ("lease", "the deal", "big deal", "gpu", "a", "the", "Ünit", "計", "deal the big")))
_GROUPS = st.lists(st.frozensets(st.sampled_from(TERMS), max_size=3), min_size=1, max_size=4).map(tuple)


@WITHOUT
@given(
    st.lists(st.sampled_from(WORDS), max_size=24).map(" ".join),
    _GROUPS,
    st.integers(1, 9),
    st.one_of(st.none(), st.integers(0, 20)),
)
def test_the_core_finds_near_what_is_found_without_it(
    text: str, groups: tuple[frozenset[str], ...], within: int, before: int | None
) -> None:
    core, python = (TermScanner(TERMS, table).scan("", text) for table in (None, Dictionaries()))
    assert core.near("body", groups, within, before) == python.near("body", groups, within, before)
    assert core.near("title", groups, within, before) is None


@WITHOUT
@pytest.mark.parametrize(
    ("groups", "error"),
    [((), ValueError), ((frozenset("a"),) * 33, ValueError), ([frozenset("a")], TypeError), ((7,), TypeError)],
)
def test_what_are_no_groups_is_refused(groups: object, error: type[Exception]) -> None:

    field = TermScanner(["a"]).scan("a", "").fields[0]
    assert isinstance(field, CoreField)
    with pytest.raises(error):
        field.read.near(groups, 3, 9)  # type: ignore[arg-type]
