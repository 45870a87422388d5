"""An 8-K is split by its items, and by nothing that only speaks of them."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertd.sources.filing_items import split_items

SIGNED = """SIGNATURES
Pursuant to the requirements of the Securities Exchange Act of 1934, the registrant has duly caused this report \
to be signed on its behalf by the undersigned."""


def parts(text: str) -> dict[str, str]:
    return {item.number: text[item.start : item.end] for item in split_items(text)}


def test_an_item_goes_from_its_heading_to_the_next_and_the_last_to_the_signature() -> None:
    text = f"""FORM 8-K
Item 2.02 Results of Operations and Financial Condition.
Vega Grid issued a press release.
Item 9.01 Financial Statements and Exhibits.
99.1 Press release
{SIGNED}
EXHIBIT INDEX"""
    assert parts(text) == {
        "2.02": "Item 2.02 Results of Operations and Financial Condition.\nVega Grid issued a press release.",
        "9.01": "Item 9.01 Financial Statements and Exhibits.\n99.1 Press release",
    }
    assert [item.title for item in split_items(text)] == [
        "Results of Operations and Financial Condition",
        "Financial Statements and Exhibits",
    ]


@pytest.mark.parametrize(
    ("heading", "number"),
    [
        ("Item 1.01. Entry into a Material Definitive Agreement.", "1.01"),
        ("ITEM 1.01 ENTRY INTO A MATERIAL DEFINITIVE AGREEMENT", "1.01"),
        ("Item1.01Entry into a Material Definitive Agreement", "1.01"),
        ("ITEM 1.01.\nEntry into a Material Definitive Agreement", "1.01"),
        ("Item 1.01 | Entry into a Material Definitive Agreement", "1.01"),
        ("Item\u00a01 .01: Entry into a Material Definitive Agreement", "1.01"),
        (
            "Section 1 - Registrant's Business and Operations Item 1.01 Entry into a Material Definitive Agreement",
            "1.01",
        ),
        ("☒ Item 5.02(b), (c) Departure of Directors or Certain Officers", "5.02"),
        ("Item 8.01.", "8.01"),
        ("Item 7.01 Reg FD", "7.01"),
        ("Item 5.07. Voting results", "5.07"),
    ],
)
def test_a_heading_may_be_written_in_many_ways(heading: str, number: str) -> None:
    text = f"Cover page\n{heading}\nVega Grid signed an agreement.\n{SIGNED}"
    assert parts(text) == {number: f"{heading}\nVega Grid signed an agreement."}


@pytest.mark.parametrize(
    "mention",
    [
        "The information in Item 1.01 above is incorporated by reference.",
        "Item 1.01 of this Current Report on Form 8-K is incorporated by reference into this Item.",
        "Item 1.01 above is incorporated by reference.",
        "Items 1.01 and 2.03 are incorporated by reference.",
        "“Item 1.01 Entry into a Material Definitive Agreement” of the earlier report is replaced.",
        "Item 10 of Form 10-K was amended.",
        "The agreement is described further, for the convenience of those who hold shares, in the part called\n"
        "Item 1.01 Of the earlier report.",
    ],
)
def test_a_mention_is_no_heading(mention: str) -> None:
    text = f"Item 8.01 Other Events.\nVega Grid signed.\n{mention}\nMore was said.\n{SIGNED}"
    assert parts(text) == {"8.01": f"Item 8.01 Other Events.\nVega Grid signed.\n{mention}\nMore was said."}


def test_contents_are_passed_over() -> None:
    text = f"""TABLE OF CONTENTS
Item 5.02 Departure of Directors or Certain Officers
Item 9.01 Financial Statements and Exhibits
SIGNATURE
Ex-99.1 Press Release
Item 5.02 Departure of Directors or Certain Officers.
A director left the board of Vega Grid on Monday, as he had said he would.
Item 9.01 Financial Statements and Exhibits.
99.1 Press release
{SIGNED}"""
    assert parts(text)["5.02"].endswith("as he had said he would.")
    assert parts(text)["9.01"].endswith("99.1 Press release")
    assert len(split_items(text)) == 2


def test_an_item_that_is_continued_stays_one() -> None:
    body = """Item 5.02 Departure of Directors or Certain Officers.
The first paragraph tells that a director left the board of the company on Monday.
Item 5.02 Departure of Directors or Certain Officers (continued)
The second paragraph."""
    assert parts(f"{body}\nItem 8.01 Other Events.\nNothing.\n{SIGNED}")["5.02"] == body


def test_one_text_may_be_two_items() -> None:
    body = (
        "Items 1.01 and 2.03. Entry into a Material Definitive Agreement; Creation of a Direct Obligation.\nA loan."
    )
    assert parts(f"{body}\n{SIGNED}") == {"1.01": body, "2.03": body}


def test_reports_of_before_2004_have_other_numbers() -> None:
    text = f"""Item 5. Other Events.
Vega Grid bought a mill. See Item 7 below.
Item 7. Financial Statements and Exhibits
(c) Exhibits
{SIGNED}"""
    assert list(parts(text)) == ["5", "7"]
    assert split_items(text)[0].title == "Other Events and Regulation FD Disclosure"


def test_items_of_other_forms_are_none_where_the_numbering_is_the_new_one() -> None:
    text = f"Item 8.01 Other Events.\nRisks are told in\nItem 5. Other Events of the annual report.\n{SIGNED}"
    assert list(parts(text)) == ["8.01"]


def test_what_only_fills_the_page_before_the_signature_is_not_of_the_item() -> None:
    text = f"Item 8.01 Other Events.\nA thing.\n[Remainder of page intentionally left blank]\n{SIGNED}"
    assert parts(text) == {"8.01": "Item 8.01 Other Events.\nA thing."}


def test_without_a_signature_the_last_item_ends_at_the_index_of_exhibits_or_with_the_text() -> None:
    assert parts("Item 8.01 Other Events.\nA thing.\nEXHIBIT INDEX\n99.1 Letter") == {
        "8.01": "Item 8.01 Other Events.\nA thing."
    }
    assert parts("Item 8.01 Other Events.\nA thing.\n") == {"8.01": "Item 8.01 Other Events.\nA thing."}


@pytest.mark.parametrize("text", ["", "\n", "Item", "Item 99.99 Nothing", "no items at all", "Item 0", "Items and"])
def test_a_text_without_items_has_none(text: str) -> None:
    assert split_items(text) == []


@given(
    st.lists(
        st.sampled_from(
            [
                "Item 1.01",
                "ITEM 5.",
                " and ",
                "\n",
                "SIGNATURE",
                "Other Events",
                "(b)",
                "8.01",
                ".",
                "x" * 70,
                "Items",
            ]
        )
        | st.text(max_size=12)
    ).map("".join)
)
def test_items_lie_in_the_text_in_order_and_never_empty(text: str) -> None:
    items = split_items(text)
    for one, following in pairwise(items):
        assert one.end <= following.start or (one.start, one.end) == (following.start, following.end)
    for item in items:
        assert 0 <= item.start < item.end <= len(text)
        assert text[item.start : item.end].strip()


@pytest.mark.parametrize(
    "piece",
    [
        "Item 1.01\n",
        "Item 1.01 ",
        "SIGNATURE\n",
        "\n",
        "Section 1 " * 3,
        "Items 1.01, 1.02, 1.03, 1.01 and 2.03, ",
        "Item 5.02(b)(c)(d)(e)(a)(b)(c)(d)\n",
        "[remainder of page]\n",
    ],
)
def test_repetition_costs_no_more_than_its_length(piece: str) -> None:
    def seconds(length: int) -> float:
        text = "Item 8.01 Other Events\n" + piece * (length // len(piece))
        started = time.process_time()
        split_items(text)
        return time.process_time() - started

    assert seconds(1 << 20) < 20 * max(seconds(1 << 17), 0.01)
