"""Documents of any age become lines of plain text, and hostile ones become little or nothing, in good time."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertd.errors import ParseFailed
from alertd.sources.filing_text import MAX_MARKUP, MAX_TEXT, read_text


def lines(document: str | bytes) -> list[str]:
    return read_text(document if isinstance(document, bytes) else document.encode()).text.split("\n")


def test_a_line_is_a_block_and_words_of_inline_elements_stay_together() -> None:
    page = "<html><body><p>Vega <b>Gr</b>id\n  leases</p><div>one<br>two</div><ul><li>three</ul>four</body></html>"
    assert lines(page) == ["Vega Grid leases", "one", "two", "three", "four"]


def test_figures_become_rows_and_their_signs_go_to_them() -> None:
    page = """<html><table><tr><td></td><td colspan=3>2025</td><td>2024</td></tr>
    <tr><td>Revenue</td><td>$</td><td>1,250</td><td></td><td>$</td><td>1,010</td></tr>
    <tr><td>Net loss</td><td>$</td><td>(31</td><td>)</td><td>(4</td><td>)</td></tr>
    <tr><td>Margin</td><td>12.5</td><td>%</td><td>—</td></tr>
    <tr><td>-----</td><td>=====</td></tr></table></html>"""
    assert lines(page) == [
        "2025 | 2024",
        "Revenue | $1,250 | $1,010",
        "Net loss | $(31) | (4)",
        "Margin | 12.5% | —",
    ]


def test_a_table_that_only_places_text_becomes_that_text() -> None:
    page = """<html><table><tr><td>Item 5.02</td><td>&nbsp;</td><td>Departure of Directors</td></tr></table>
    <table><tr><td>•</td><td><p>First point.</p><p>More of it.</p></td></tr></table>
    <table><tr><td>99.1</td><td>Press release of May 5, 2025</td></tr></table></html>"""
    assert lines(page) == [
        "Item 5.02 Departure of Directors",
        "• First point.",
        "More of it.",
        "99.1 Press release of May 5, 2025",
    ]


def test_a_table_in_a_table_is_read_in_its_place() -> None:
    page = (
        "<html><table><tr><td>A</td><td><table><tr><td>Sales</td><td>1</td><td>2</td></tr></table></td></tr></table>"
    )
    assert lines(page) == ["A Sales | 1 | 2"]


def test_what_is_for_machines_and_printers_is_left_out() -> None:
    page = """<?xml version="1.0"?><html xmlns:ix="x"><head><title>d8k.htm</title><style>p {}</style></head><body>
    <div style="display: none"><ix:header><ix:hidden><ix:nonNumeric>1</ix:nonNumeric></ix:hidden></ix:header></div>
    <p>The <ix:nonNumeric name="dei:EntityName">Vega Grid</ix:nonNumeric> report</p><script>x()</script>
    <p>- 3 -</p><hr><p>Page 4 of 9</p><p><a href="#toc">Table of Contents</a></p><p>____</p></body></html>"""
    assert lines(page) == ["The Vega Grid report"]


def test_typed_text_is_unwrapped_and_its_columns_kept_apart() -> None:
    document = """<DOCUMENT>
<TYPE>8-K
<TEXT>
<PAGE>
                              VEGA GRID, INC.
                              ---------------
        On March 6, 1997 the Board of Directors of Vega Grid declared a
dividend of one right for each share of common stock, payable on
                                    2
<PAGE>
the next day to holders of record.

<TABLE>
<CAPTION>
                                  1997        1996
<S>                               <C>         <C>
Net sales..................    $ 1,945     $ 1,530
Net loss                          (31)          --
                               -------     -------
</TABLE>
ITEM 7.  EXHIBITS AT&amp;T
</TEXT>
</DOCUMENT>"""
    assert lines(document) == [
        "VEGA GRID, INC.",
        "On March 6, 1997 the Board of Directors of Vega Grid declared a dividend of one right for each share of "
        "common stock, payable on the next day to holders of record.",
        "1997 | 1996",
        "Net sales | $ 1,945 | $ 1,530",
        "Net loss | (31) | --",
        "ITEM 7. EXHIBITS AT&T",
    ]


def test_typed_text_within_html_is_read_as_typed_text() -> None:
    assert lines("<html><body><pre>Sales         10       20\nA line that is\nwrapped.</pre>x</body>") == [
        "Sales | 10 | 20",
        "A line that is",
        "wrapped.",
        "x",
    ]


def test_an_exhibit_that_is_one_table_keeps_its_figures() -> None:
    assert lines("<html><table><tr><td>Month<td>Units<td>Value<tr><td>May<td>7<td>$9.5</table>") == [
        "Month | Units | Value",
        "May | 7 | $9.5",
    ]


@pytest.mark.parametrize(
    ("document", "text"),
    [
        (b"<html><p>caf\xe9 \x93quoted\x94</p>", "café “quoted”"),
        ("<html><p>café &#147;quoted&#148;</p>".encode(), "café “quoted”"),
        (b'<html><meta charset="utf-16"><p>plain</p>', "plain"),
        (b'<?xml version="1.0" encoding="ASCII"?><html><p>caf\xc3\xa9</p>', "café"),
        (b"", ""),
        (b"<html>", ""),
        (b"<html><p>a\xe2\x80\x8bb\x00c</p>", "ab"),
    ],
)
def test_characters_are_what_they_are_and_not_what_is_declared(document: bytes, text: str) -> None:
    assert read_text(document).text.startswith(text)


def test_entities_of_a_document_type_are_not_expanded_and_nothing_is_fetched() -> None:
    page = '<!DOCTYPE html [<!ENTITY a "boom"><!ENTITY f SYSTEM "file:///etc/passwd">]><html><p>x &a; &f;</p></html>'
    text = read_text(page.encode()).text
    assert "boom" not in text.partition("x &a")[2]
    assert "root:" not in text


def test_a_document_without_end_is_cut_before_it_is_parsed() -> None:
    part = b"<html><p>" + b"words of a filing " * 100_000
    read = read_text(part * 20)
    assert len(part) * 20 > MAX_MARKUP
    assert read.truncated
    assert len(read.text) <= MAX_TEXT
    empty = read_text(b"<html>" + b"<p> </p>" * 2_000_000 + b"<p>late</p>")
    assert empty.truncated
    assert empty.text == ""


def test_a_page_nested_without_end_keeps_its_text() -> None:
    assert lines("<html>" + "<div><font>" * 20_000 + "deep" + "</div>" * 20_000 + "<p>after</p>") == ["deep", "after"]


@pytest.mark.parametrize(
    "piece",
    [
        "<div>",
        "<table>",
        "<table><tr><td>1<td>2",
        "<td>",
        "<p>x",
        "</p>",
        "<font>a",
        "<pre>",
        "<!--",
        "<a ",
        "&#1",
        "<div style='display:none'>",
        "a  1  2\n",
        "(((((",
        "- " * 4,
        "...",
        "$ ",
        "<TABLE>\n<S> <C>\n",
    ],
)
def test_repetition_costs_no_more_than_its_length(piece: str) -> None:
    def seconds(length: int) -> float:
        half = piece * (length // len(piece) // 2)
        document = ("<html>" + half + "</span>" * (length // 14)).encode()
        started = time.process_time()
        read_text(document)
        read_text((piece * (length // len(piece))).encode())
        return time.process_time() - started

    assert seconds(1 << 20) < 24 * max(seconds(1 << 17), 0.02)


PIECES = b"""<table> <tr> <td> </table> <p> <pre> </pre> <div_style='display:none'> </div> <html> 1,250 $ <TEXT>
    <?xml_ \xff \x1f\x8b &#xD800; word <br> _ __ ___ \x00 <!-- -->""".replace(b"\n", b" ").split()


@given(st.binary(max_size=400) | st.lists(st.sampled_from([p.replace(b"_", b" ") for p in PIECES])).map(b"".join))
def test_any_bytes_become_text_or_are_refused(document: bytes) -> None:
    try:
        read = read_text(document)
    except ParseFailed:
        return
    assert "\x00" not in read.text
    assert all(line == line.strip() and line for line in read.text.split("\n") if read.text)
    read.text.encode()
