from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertd.text.sentences import sentences

PIECES = [
    "a",
    "Bc",
    " ",
    ".",
    "!",
    "…",
    "\n",
    "\r",
    "\u2028",
    '"',
    "’",
    ")",
    "•",
    "-",
    "Inc",
    "U.S",
    "1.5",
    "\t",
    "é",
]


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Sales rose. Costs fell.", ["Sales rose.", "Costs fell."]),
        ("Vega Grid Inc. rose 1.5 percent to $3.50 a share.", ["Vega Grid Inc. rose 1.5 percent to $3.50 a share."]),
        ("Mr. J. Doe left Vega Grid Inc. The board agreed.", ["Mr. J. Doe left Vega Grid Inc.", "The board agreed."]),
        ("“It is over!” She left… Really?", ["“It is over!”", "She left…", "Really?"]),
        ("HEADING\n\nThe text\ngoes on", ["HEADING", "The text\ngoes on"]),
        ("HEADING\r\n\r\nThe text", ["HEADING", "The text"]),
        ("Terms:\n• a lease\n- an option", ["Terms:", "• a lease", "- an option"]),
        ("  \n ", []),
        ("", []),
    ],
)
def test_a_text_falls_into_its_sentences(text: str, parts: list[str]) -> None:
    assert split(text) == parts


def test_after_the_last_that_is_wanted_the_rest_is_one() -> None:
    assert len(sentences("A word. " * 100, most=3)) == 3
    assert sentences("Up. Down. Up. Down.", most=3)[-1].end == len("Up. Down. Up. Down.")


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join) | st.text(max_size=200))
def test_sentences_stand_in_order_and_leave_out_nothing_but_blanks(text: str) -> None:
    found = sentences(text)
    ends = [0, *(end for _, end in found)]
    starts = [*(start for start, _ in found), len(text)]
    assert all(start < end for start, end in found)
    assert all(not text[end:start].strip() for end, start in zip(ends, starts, strict=True))


@pytest.mark.parametrize(
    "piece", [".", "\r", "\r ", "\n ", "\n", '."', ".\n", "a. ", "A. ", "a.\n\n", "\n•", '"', "!?", "\u2028 "]
)
def test_a_flood_costs_its_length(piece: str) -> None:
    for flood in (piece * (65_536 // len(piece)), f".{piece * 30_000}x"):
        began = time.thread_time()
        sentences(flood)
        assert time.thread_time() - began < 2
