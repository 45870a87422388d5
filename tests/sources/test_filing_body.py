"""A filing's body is what it says of itself: without cover, signatures, cautions; then its exhibits."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertd.errors import ParseFailed
from alertd.sources.filing_body import MAX_EXHIBITS, filing_body
from alertd.sources.filing_boilerplate import reduce_text
from alertd.sources.filing_items import split_items
from alertd.sources.filing_submission import Document
from alertd.sources.plain import MAX_BODY

COVER = """UNITED STATES
SECURITIES AND EXCHANGE COMMISSION
Washington, D.C. 20549
FORM 8-K
VEGA GRID, INC.
(Exact name of registrant as specified in its charter)
Check the appropriate box below if the Form 8-K filing is intended to satisfy the obligation of the registrant:
☐ Written communications pursuant to Rule 425 under the Securities Act"""
RESULTS = """Item 2.02 Results of Operations and Financial Condition.
Vega Grid issued a press release on its results."""
NOT_FILED = (
    """The information in this Item 2.02 is furnished and shall not be deemed “filed” for purposes of Section 18."""
)
EXHIBITS = """Item 9.01 Financial Statements and Exhibits.
99.1 Press release"""
CAUTION = """Forward-Looking Statements
This report contains forward-looking statements that involve risks and uncertainties, and may differ materially.
• changes in demand;
The Company undertakes no obligation to update them."""
SIGNED = """SIGNATURES
Pursuant to the requirements of the Securities Exchange Act of 1934, the registrant has caused this to be signed.
VEGA GRID, INC.
By: /s/ Jane Doe"""
INDEX = """EXHIBIT INDEX
Exhibit No. Description
99.1 Press release"""


def test_boilerplate_goes_and_the_items_keep_their_places() -> None:
    text = "\n".join([COVER, RESULTS, NOT_FILED, CAUTION, EXHIBITS, SIGNED, INDEX])
    reduced = reduce_text(text, split_items(text))
    assert reduced.text == f"{RESULTS}\n{EXHIBITS}"
    assert [reduced.text[i.start : i.end] for i in reduced.items] == [RESULTS, EXHIBITS]
    assert set(reduced.left_out) == {"cover", "signature", "exhibit index", "caution", "not filed"}
    assert sum(reduced.left_out.values()) + len(reduced.text) + 1 == len(text) + 1


def test_a_release_keeps_its_news_around_the_cautions() -> None:
    text = f"Vega Grid raises its outlook\nRevenue rose.\n{CAUTION}\nAbout Vega Grid\nVega Grid builds grids."
    assert reduce_text(text).text == (
        "Vega Grid raises its outlook\nRevenue rose.\nAbout Vega Grid\nVega Grid builds grids."
    )


@pytest.mark.parametrize(
    "line",
    [
        "Vega Grid signs its lease with Lumen Labs.",
        "Safe harbor",
        "The registrant caused a stir.",
        "Signature Bank closed.",
        "Revenue | 12 | 13",
        "The board discussed forward-looking statements.",
        "Shares shall not be deemed outstanding.",
    ],
)
def test_a_line_that_only_looks_like_boilerplate_stays(line: str) -> None:
    text = f"A heading\n{line}\nAnother line of the text."
    assert reduce_text(text).text == text


def test_the_cover_of_a_report_without_items_is_told_line_by_line() -> None:
    text = "\n".join([COVER, "Report of the month", "Vega Grid leased its plant."])
    assert reduce_text(text).text == "VEGA GRID, INC.\nReport of the month\nVega Grid leased its plant."


LINES = [*"\n".join([COVER, RESULTS, NOT_FILED, CAUTION, EXHIBITS, SIGNED, INDEX]).split("\n"), "Text.", "x" * 500]


@given(st.lists(st.sampled_from(LINES), max_size=40))
def test_in_any_order_the_items_that_are_left_lie_in_what_is_left(lines: list[str]) -> None:
    text = "\n".join(lines)
    items = split_items(text)
    reduced = reduce_text(text, items)
    for item in reduced.items:
        assert 0 <= item.start < item.end <= len(reduced.text)
        heading = reduced.text[item.start : item.end].split("\n")[0]
        assert heading in {text[i.start : i.end].split("\n")[0] for i in items if i.number == item.number}
        was = next(i for i in items if i.number == item.number and i.title == item.title)
        assert len(reduced.text[item.start : item.end]) <= max(
            i.end - i.start for i in items if i.number == was.number
        )
    assert [i.number for i in reduced.items] == [i.number for i in items]
    assert set(reduced.text.split("\n")) <= {*text.split("\n"), ""}


def filed(kind: str, text: str, sequence: int = 1) -> Document:
    return Document(sequence=sequence, type=kind, filename=f"d{sequence}.htm", content=f"<TEXT>{text}".encode())


def test_the_body_is_the_filing_and_then_its_exhibits() -> None:
    report = "\n\n".join([COVER, RESULTS, EXHIBITS, SIGNED]).replace("\n", "\n\n")
    body = filing_body(
        "8-K", [filed("8-K", report), filed("EX-99.1", "Revenue rose.", 2), filed("EX-10.1", "Lease", 3)]
    )
    assert body.text == f"{RESULTS}\n{EXHIBITS}\nRevenue rose."
    assert [(p.type, body.text[p.start : p.end]) for p in body.parts] == [
        ("8-K", f"{RESULTS}\n{EXHIBITS}"),
        ("EX-99.1", "Revenue rose."),
    ]
    assert [body.text[i.start : i.end] for i in body.items] == [RESULTS, EXHIBITS]
    assert not body.truncated
    assert body.unread == ()


def test_a_long_report_leaves_room_for_the_release() -> None:
    long = "<p>" + "Words of a long report. " * 10 + "</p>"
    body = filing_body("10-Q", [filed("10-Q", long * 4_000), filed("EX-99.1", "<p>Revenue rose.</p>", 2)])
    assert body.truncated
    assert body.text.endswith("Revenue rose.")
    assert len(body.text.encode()) <= MAX_BODY
    assert filing_body("10-Q", [filed("10-Q", "é" * 300_000)]).truncated


def test_too_many_exhibits_are_cut_and_said_to_be() -> None:
    many = [filed("EX-99", f"Exhibit text {n}.", n) for n in range(2, MAX_EXHIBITS + 4)]
    body = filing_body("6-K", [filed("6-K", "The report."), *many])
    assert len(body.parts) == MAX_EXHIBITS + 1
    assert body.truncated


def test_an_exhibit_that_cannot_be_read_is_named_and_the_others_are_read() -> None:
    broken = Document(sequence=2, type="EX-99.1", filename="broken.htm", content=b"\x1f\x8bnot gzip")
    body = filing_body("8-K", [filed("8-K", RESULTS), broken])
    assert body.unread == ("broken.htm",)
    assert body.text.startswith("Item 2.02")
    with pytest.raises(ParseFailed, match=r"broken\.htm"):
        filing_body("8-K", [broken])


def test_a_filing_without_contents_has_an_empty_body() -> None:
    assert filing_body("8-K", []).text == ""
    assert filing_body("8-K", [Document(sequence=1, type="8-K", filename="d8k.htm")]).parts == ()


@pytest.mark.parametrize(
    "line",
    [
        "The information shall " + "not be deemed " * 100 + "\n",
        "Forward-looking statements\n",
        "Forward-looking statements\n• risk factors;\n",
        "SIGNATURES\n",
        SIGNED.split("\n")[1] + "\n",
        "caused " * 60 + "\n",
        "EXHIBIT INDEX\n99.1 x\n",
        "Undertakes no obligation, forward-looking statement " * 20 + "\n",
        "of the securities exchange act of 1934 " * 30 + "\n",
        "(((((\n",
    ],
)
def test_repetition_costs_no_more_than_its_length(line: str) -> None:
    def seconds(length: int) -> float:
        text = line * (length // len(line))
        started = time.process_time()
        reduce_text(text)
        return time.process_time() - started

    assert seconds(1 << 19) < min(20 * max(seconds(1 << 16), 0.01), 2.0)
