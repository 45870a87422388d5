"""Slots in the compiled core: refused where they are none, and many at a time."""

from __future__ import annotations

import pytest

from alertd.text.core import make_postings
from tests.text.tables import WITHOUT

pytestmark = WITHOUT
A, B = frozenset({"a"}), frozenset({"b"})


@pytest.mark.parametrize(
    ("keys", "companies", "checks"),
    [
        ({"a"}, None, ()),
        (("a",), None, ()),
        (A, {"x"}, ()),
        (A, frozenset(), ()),
        (A, None, [B]),
        (A, None, (B, {"a"})),
        (A, None, (B, frozenset({("no", "text"), "a"}), None)),
    ],
)
def test_what_is_no_slot_is_refused_and_leaves_nothing(keys: object, companies: object, checks: object) -> None:
    postings = make_postings()
    with pytest.raises(TypeError):
        postings.put(keys, companies, checks)  # type: ignore[arg-type]
    assert {size for what, size in postings.sizes().items() if what != "bytes"} == {0}


@pytest.mark.parametrize("slot", [0, 2, 1 << 40])
def test_a_slot_that_is_not_there_cannot_be_dropped(slot: int) -> None:
    postings = make_postings()
    assert postings.put(A, B, ()) == 1
    with pytest.raises(KeyError):
        postings.drop(slot)
    assert postings.find({"a"}, {"b": 1}) == [1]
    postings.drop(1)
    with pytest.raises(KeyError):
        postings.drop(1)
    assert postings.find({"a"}, {"b": 1}) == []


def test_questions_that_cannot_be_read_are_errors_and_change_nothing() -> None:
    postings = make_postings()
    slot = postings.put(A, None, ())
    for keys, companies in ((None, ()), ({"a"}, None), ([["a"]], ())):
        with pytest.raises(TypeError):
            postings.find(keys, companies)  # type: ignore[arg-type]
    assert postings.find(["a"], ()) == [slot]


def test_a_hundred_thousand_slots_come_and_go_and_are_found_by_what_they_need() -> None:
    postings = make_postings()
    companies = [frozenset({f"c{number}", f"c{number + 1}"}) for number in range(1_000)]
    checks = [(frozenset({f"k{number}", "common"}),) for number in range(100)]

    def turn() -> list[int]:
        return [
            postings.put(frozenset({f"word{n % 5_000}"}), companies[n % 1_000], checks[n % 100])
            for n in range(100_000)
        ]

    slots = turn()
    assert postings.sizes()["bytes"] < 100 * len(slots)
    found = postings.find({"word7", "k7"}, {"c7": None})
    assert found == [slot for n, slot in enumerate(slots) if n % 5_000 == 7]
    assert postings.find({"word7", "k8"}, {"c7": None}) == []
    assert len(postings.find({"word7", "common"}, {"c8": None})) == 20
    for slot in slots:
        postings.drop(slot)
    before = postings.sizes()
    assert {size for what, size in before.items() if what != "bytes"} == {0}
    assert sorted(turn()) == sorted(slots)
