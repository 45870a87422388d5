"""Frames as files write them: what can be read, and what is faulted, with its place and a hint."""

from __future__ import annotations

import re
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertd.base.yaml import load_yaml
from alertd.companies.table import load_registrants
from alertd.errors import Fault
from alertd.rules.book import EventTypeRule
from alertd.rules.frames import MAX_FRAME, BadFrame, Slot, Words, is_of_one, parse_frame, parse_sure_frame
from alertd.rules.loaded import KnownSettings
from alertd.rules.shared import read_shared

ROLES = ("lessor", "lessee")


def _read(text: str) -> tuple[tuple[EventTypeRule, ...], list[Fault]]:
    shared = read_shared(
        {"event-types": [load_yaml(textwrap.dedent(text), "event-types/lease.yaml")]},
        load_registrants(),
        KnownSettings(),
    )
    return shared.defined.event_types, shared.faults


def test_a_frame_is_slots_and_words_in_their_order() -> None:
    assert parse_frame("{lessor} (lease|rent out) {asset} [back] to {lessee}", ROLES) == (
        Slot("lessor"),
        Words((("lease",), ("rent", "out"))),
        Slot("asset"),
        Words((("back",),), optional=True),
        Words((("to",),)),
        Slot("lessee"),
    )


def test_a_slot_may_stand_in_the_possessive_and_may_have_no_role() -> None:
    assert parse_frame("{lessor}'s lease with {}", ROLES) == (
        Slot("lessor", owner=True),
        Words((("lease",),)),
        Words((("with",),)),
        Slot(""),
    )


@pytest.mark.parametrize(
    ("frame", "message", "hint"),
    [
        ("{lessr} lease {asset}", "the role `lessr` is not among the `roles`", "did you mean `lessor`?"),
        ("{Lessor} lease {asset}", "`{Lessor}` is no role", "lower-case"),
        ("{lessor} to {lessee}", "has no verb and no noun", "a word must say what happens"),
        ("{lessor} (lease|to) {lessee}", "has no verb and no noun", "`to` is none"),
        ("{lessor} [lease] to {lessee}", "has no verb and no noun", "a word must say what happens"),
        ("lease of {asset}", "has no slot for a company", "such as `{lessor}`"),
        ("{lessor lease {asset}", "`{` in the frame", "roles stand in {…}"),
        ("{lessor} lease {asset} (to|from {lessee}", "`(` in the frame", "alternatives in (…|…)"),
        ("{lessor} lease] {asset}", "`]` in the frame", "may be missing in […]"),
        ("{lessor} {lessee} lease", "`{lessor}` and `{lessee}` stand side by side", "put words between them"),
        ("{lessor} lease {asset} with {asset}", "one `{asset}` at most", ""),
        ("{lessor} (lease|) {asset}", "has no word", ""),
        ("{lessor} lease … {asset}", "has no word", ""),
        ("{lessor} lease " + "x" * MAX_FRAME, f"is longer than {MAX_FRAME}", ""),
    ],
)
def test_what_is_wrong_with_a_frame_is_said(frame: str, message: str, hint: str) -> None:
    with pytest.raises(BadFrame) as caught:
        parse_frame(frame, ROLES)
    assert message in str(caught.value)
    assert hint in caught.value.hint


def test_a_faulty_frame_is_a_fault_of_the_file_at_its_place() -> None:
    types, faults = _read("""\
        event_type: lease
        title: A lease
        roles: [lessor, lessee]
        when: {title: lease}
        frames:
          - "{lessor} lease {asset} to {lessee}"
          - "{lessor} lease {asset} to {tenant}"
    """)
    assert [(fault.file, fault.line, fault.column) for fault in faults] == [("event-types/lease.yaml", 7, 5)]
    assert "`tenant` is not among the `roles`" in faults[0].message
    assert types[0].frames[0] == "{lessor} lease {asset} to {lessee}"


def test_a_frame_suffices_only_if_it_tells_who_does_it_with_whom() -> None:
    types, faults = _read("""\
        event_type: lease
        title: A lease
        roles: [lessor, lessee]
        when: {title: lease}
        frames: ["{lessor} lease {asset}"]
        sure_frames:
          - "{lessor} lease {asset} to {lessee}"
          - "{lessor} lease {asset}"
          - "{lessor} and {lessee} sign lease"
          - "{} lease from {}"
          - "{lessor} and {lessor} lease {asset}"
          - "{lessor} lease to {tenant}"
    """)
    assert [(fault.line, fault.message) for fault in faults] == [
        (8, "a frame that suffices with one company must have no `{asset}`: `{lessor} lease {asset}`"),
        (9, "a list does not suffice: `{lessor} and {lessee} sign lease` does not tell its roles"),
        (12, "the role `tenant` is not among the `roles` of the event type"),
    ]
    assert types[0].frames[:2] == ("{lessor} lease {asset}", "{lessor} lease {asset} to {lessee}")


@pytest.mark.parametrize(
    ("frame", "fault"),
    [
        ("{lessor} lease", "must have two words, the verb and another"),
        ("{lessor} (lease|lease out)", "must have two words, the verb and another"),
        ("{lessor}'s lease of vans", "must begin with it, and not as an owner"),
        ("lease of vans by {lessor}", "must begin with it, and not as an owner"),
        ("{lessor} [to] lease", "must have two words, the verb and another"),
        ("{lessor} lease out {asset}", "must have no `{asset}`"),
    ],
)
def test_a_frame_with_one_company_suffices_if_it_begins_with_it_and_says_what_it_does(frame: str, fault: str) -> None:
    with pytest.raises(BadFrame, match=re.escape(f"a frame that suffices with one company {fault}: `{frame}`")):
        parse_sure_frame(frame, ["lessor"])
    assert is_of_one(parse_sure_frame("{lessor} lease (van|crane)", ["lessor"]))
    assert is_of_one(parse_sure_frame("{} lease out its van", ["lessor"]))


def test_another_frame_is_another_definition() -> None:
    text = """\
        event_type: lease
        title: A lease
        roles: [lessor, lessee]
        when: {title: lease}
        frames: ["{%s} lease {asset}"]
    """
    (one,), _ = _read(text % "lessor")
    (other,), _ = _read(text % "lessee")
    assert one.hash != other.hash


@given(st.text(alphabet="{}()[]|' lesortx=…é", max_size=60))
def test_whatever_is_written_is_a_frame_or_a_fault_of_ours(text: str) -> None:
    try:
        pieces = parse_frame(text, ROLES)
    except BadFrame:
        return
    assert any(isinstance(piece, Slot) for piece in pieces)
