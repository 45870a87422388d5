"""Slots in the compiled core: refused where they are none, and many at a time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertd.text.core import CoreField, make_postings
from alertd.text.scan import TermScanner
from tests.text.tables import WITHOUT

if TYPE_CHECKING:
    from alertd.text import _core

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
        (A, frozenset({7}), ()),
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


def test_slots_are_found_by_what_stands_in_texts_as_by_the_names_of_it() -> None:
    scanner, postings = TermScanner(["lease", "compute lease", "bank"]), make_postings()
    by_text, by_title = postings.put(A | {"lease"}, None, ()), postings.put(frozenset({"title:bank"}), None, ())

    def found(title: str, body: str, *keys: str) -> list[int]:
        fields = scanner.scan(title, body).fields
        assert isinstance(fields[0], CoreField)
        assert isinstance(fields[1], CoreField)
        return sorted(postings.find(keys, (), fields[0].read, fields[1].read))

    for _ in range(2):  # the second time by what was learned the first time
        assert found("A bank", "A lease") == [by_text, by_title]
        assert found("A lease", "A bank") == [by_text]
        assert found("", "A bank") == []
        assert found("", "", "a") == [by_text]
    postings.drop(by_text)
    assert found("A lease", "") == []
    again = postings.put(frozenset({"lease"}), None, ())
    assert found("A lease", "") == [again]
    scanner.remove("lease")
    scanner.add("zebra")  # has the number that the lease had
    zebra = postings.put(frozenset({"zebra"}), None, ())
    assert found("A lease, a zebra", "") == [zebra]


def test_the_slots_of_the_key_that_led_to_the_most_in_vain_are_told_by_turns() -> None:
    postings = make_postings()
    assert postings.in_vain(9, 0) == []
    slots = [postings.put(frozenset({"word"}), None, (B,)) for _ in range(5)]
    rare = postings.put(frozenset({"rare"}), None, (B,))
    postings.find({"word", "rare", "b"}, ())
    assert postings.in_vain(9, 0) == []  # all were taken
    postings.find({"word", "rare"}, ())
    assert postings.in_vain(3, 0) == slots[:3]
    assert postings.in_vain(3, 0) == [rare]
    postings.find({"word"}, ())
    assert postings.in_vain(3, 3) == [*slots[3:], slots[0]]
    assert postings.in_vain(3, 0) == []


def test_many_threads_ask_while_slots_come_and_go() -> None:
    postings = make_postings()
    stays = [postings.put(frozenset({"word"}), B, ()) for _ in range(30_000)]  # so many are looked at without the GIL

    def ask() -> None:
        for _ in range(20):
            assert set(stays) <= set(postings.find({"word"}, {"b"}))

    with ThreadPoolExecutor() as threads:
        asked = [threads.submit(ask) for _ in range(3)]
        while not all(one.done() for one in asked):
            postings.drop(postings.put(frozenset({"word", "other"}), B, (A,)))
    for one in asked:
        one.result()
    assert postings.find({"word"}, {"b"}) == stays


def _some(count: int) -> tuple[_core.Postings, list[int]]:
    postings = make_postings()
    made = [
        postings.put(
            frozenset({f"k{n % 7}", f"k{n % 3}"} if n % 4 else ()),
            frozenset({f"c{n % 5}", "c"}) if n % 3 else None,
            tuple(frozenset({f"k{m}", "k1"}) for m in range(n % 3)),
        )
        for n in range(count)
    ]
    return postings, made


QUESTIONS = [({f"k{n}", f"k{n + 2}"}, {f"c{n}": 1}) for n in range(7)]


def test_what_is_dumped_is_found_again_and_can_change() -> None:
    postings, slots = _some(60)
    again = make_postings()
    assert again.load(*postings.dump()) == 60
    assert again.dump() == postings.dump()
    for question in QUESTIONS:
        assert sorted(again.find(*question)) == sorted(postings.find(*question))
    assert [again.parts(slot) for slot in slots] == [postings.parts(slot) for slot in slots]
    for slot in slots:
        again.drop(slot)
    assert {size for what, size in again.sizes().items() if what != "bytes"} == {0}
    empty = make_postings()
    assert empty.load(*make_postings().dump()) == 0
    assert empty.put(A, B, ()) == 1


def test_only_what_was_made_at_one_go_is_dumped_and_only_into_nothing_it_is_loaded() -> None:
    postings, slots = _some(3)
    with pytest.raises(ValueError, match="there are slots already"):
        postings.load(*postings.dump())
    postings.drop(slots[1])
    with pytest.raises(ValueError, match="slots have gone"):
        postings.dump()


@given(
    st.integers(0, 12),
    st.integers(0, 3),
    st.binary(max_size=4),
    st.integers(0, 400),
    st.sampled_from(["cut", "into"]),
)
def test_what_is_broken_is_refused_or_finds_what_it_says(
    count: int, part: int, more: bytes, at: int, how: str
) -> None:
    dumped = list(_some(count)[0].dump())
    kept = dumped[part]
    if isinstance(kept, bytes):
        at = min(at, len(kept))
        dumped[part] = kept[:at] + more + (kept[at + len(more) :] if how == "into" else b"")
    else:
        dumped[part] = [*kept[: at % 5], *([f"k{at}"] if how == "into" else ["k1", "k1"])]
    postings = make_postings()
    try:
        slots = postings.load(*dumped)  # type: ignore[arg-type]
    except ValueError:
        return
    for question in QUESTIONS:
        assert all(1 <= slot <= slots for slot in postings.find(*question))
    for slot in range(1, slots + 1):
        postings.parts(slot)
        postings.drop(slot)
    assert {size for what, size in postings.sizes().items() if what != "bytes"} == {0}
