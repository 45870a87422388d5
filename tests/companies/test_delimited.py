"""The bytes of a CSV file: every dialect and encoding that systems write, and what is not whole is refused."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertd.companies.delimited import MAX_BYTES, MAX_CELL, BadFile, columns, read_sheet
from tests.companies.make import holdings_file

TEXT = "ticker;name;weight\nNVDA;Nvidia;8%\nMÜV2;Münchener Rück;2%\n"


def rows(data: bytes | str, **keys: object) -> list[list[str]]:
    found = read_sheet(data.encode() if isinstance(data, str) else data, holdings_file(**keys))
    return [list(found.header), *(cells for _, cells in found.rows)]


PLAIN = rows(TEXT)


def fault(data: bytes | str, **keys: object) -> tuple[str, str, str]:
    with pytest.raises(BadFile) as refused:
        rows(data, **keys)
    return str(refused.value), refused.value.hint, refused.value.key


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_the_delimiter_is_seen(sign: str) -> None:
    assert rows(TEXT.replace(";", sign)) == PLAIN


@pytest.mark.parametrize(("name", "sign"), [("tab", "\t"), ("^", "^"), (";", ";")])
def test_a_delimiter_may_be_named(name: str, sign: str) -> None:
    assert rows(TEXT.replace(";", sign), delimiter=name) == PLAIN


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_may_end_in_any_way(end: str) -> None:
    found = read_sheet(TEXT.replace("\n", end).encode(), holdings_file())
    assert found.newline
    assert [line for line, _ in found.rows] == [2, 3]


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(), TEXT.encode("utf-8-sig"), TEXT.encode("utf-16"), TEXT.encode("utf-32"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), TEXT.encode("utf-16-le"), TEXT.encode("utf-16-be"),
    ],
)  # fmt: skip
def test_unicode_is_seen_with_or_without_its_mark(data: bytes) -> None:
    found = read_sheet(data, holdings_file())
    assert [list(found.header), *(cells for _, cells in found.rows)] == PLAIN
    assert found.warnings == []


def test_another_encoding_is_taken_for_windows_and_that_is_said() -> None:
    found = read_sheet(TEXT.encode("latin-1"), holdings_file())
    assert found.rows[1][1] == ["MÜV2", "Münchener Rück", "2%"]
    assert found.warnings == ["is not UTF-8 and was read as Windows-1252; set `encoding`"]


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf_8", "UTF-16", "shift_jis"])
def test_an_encoding_may_be_named(encoding: str) -> None:
    text = "ticker,name\n7203,トヨタ\n" if encoding == "shift_jis" else "ticker,name\nMUV2,Münchener\n"
    found = read_sheet(text.encode(encoding), holdings_file(encoding=encoding))
    assert found.rows[0][1][1] in ("トヨタ", "Münchener")


def test_a_named_encoding_that_does_not_fit_says_where() -> None:
    message, hint, key = fault(TEXT.encode("latin-1"), encoding="utf-8")
    assert message.startswith("byte 36 is not utf-8")
    assert (hint, key) == ("it may be half written, or set `encoding`", "encoding")


def test_bytes_that_end_within_a_letter_are_half_a_file_and_no_other_encoding() -> None:
    whole = "ticker,name\nMUV2,Münchener Rü".encode()
    assert fault(whole[:-1])[1] == "it may be half written, or set `encoding`"


def test_quotes_may_hold_delimiters_quotes_and_lines() -> None:
    text = 'ticker,name\nA,"Alpha, Inc."\nB,"the ""B"" company"\nC,"two\nlines"\nD,d\n'
    found = read_sheet(text.encode(), holdings_file())
    assert [cells[1] for _, cells in found.rows] == ["Alpha, Inc.", 'the "B" company', "two\nlines", "d"]
    assert [line for line, _ in found.rows] == [2, 3, 4, 6]


def test_empty_lines_and_lines_of_delimiters_are_left_out() -> None:
    found = read_sheet(b"ticker,weight\n\nA,1%\n,\n  \nB,2%\n\n", holdings_file())
    assert found.rows == [(3, ["A", "1%"]), (6, ["B", "2%"])]


def test_the_header_may_stand_further_down() -> None:
    text = "Positions report\nas of,2026-11-27\n\nticker,weight\nA,1%\n"
    found = read_sheet(text.encode(), holdings_file(header_line=4))
    assert (found.header, found.rows) == (("ticker", "weight"), [(5, ["A", "1%"])])
    assert fault(text, header_line=9) == ("the file has no line 9", "", "header_line")


def test_a_line_that_ends_the_file_shows_that_it_is_whole() -> None:
    text = "ticker,weight\nA,1%\nEOF 1 rows\n\n"
    assert rows(text, end_line="EOF") == [["ticker", "weight"], ["A", "1%"]]
    message = "the last line does not begin with `EOF`"
    assert fault("ticker,weight\nA,1%\n", end_line="EOF") == (message, "it is half written", "end_line")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "the file is empty"),
        (b" \r\n \n", "the file is empty"),
        (b"\xef\xbb\xbf", "the file is empty"),
        (b",,,\n,,,\n", "the file is empty"),
        (b"ticker,weight\nNV\0DA,1%\n", "line 2 holds a NUL character"),
        (b"ticker,weight\nA,1%\n" + b"\0" * 40, "line 3 holds a NUL character"),
        (b"PK\x03\x04rest of a workbook", "this is an Excel workbook"),
        (b"\x1f\x8brest", "this is no text"),
        (b"ticker,weight\nA,1%\nB", "line 3 has 1 columns instead of 2"),
        (b"ticker,weight\nA\nB,1%\n", "line 2 has 1 columns instead of 2"),
        (b"ticker,weight\nA,1,234\n", "line 2 has 3 columns instead of 2"),
        (b'ticker,name\nA,"Alp', "it ends within the quotes that open in line 2"),
        (b'ticker,name\nA,"Alpha" Inc\n', "line 2 is not CSV: ',' expected after '\"'"),
        (b"ticker,name\nA," + b"x" * (MAX_CELL + 1), f"line 2 has a cell of more than {MAX_CELL} characters"),
        (b"x" * (MAX_BYTES + 1), f"the file has {MAX_BYTES + 1} bytes, more than {MAX_BYTES}"),
    ],
)
def test_what_cannot_be_trusted_is_refused(data: bytes, message: str) -> None:
    assert fault(data)[0] == message


@given(st.integers(1, len(TEXT.encode()) - 1))
def test_a_file_cut_anywhere_is_refused_or_ends_without_a_line_end(at: int) -> None:
    try:
        found = read_sheet(TEXT.encode()[:at], holdings_file())
    except BadFile:
        return
    assert not found.newline or found.rows == [(2, ["NVDA", "Nvidia", "8%"])][: len(found.rows)]


@given(st.binary(max_size=300))
def test_any_bytes_are_a_sheet_or_refused(data: bytes) -> None:
    try:
        found = read_sheet(data, holdings_file())
    except BadFile:
        return
    assert all(len(cells) >= len(found.header) for _, cells in found.rows)


CELL = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20).map(str.strip)


@given(st.lists(st.tuples(CELL.filter(bool), CELL), min_size=1, max_size=8), st.sampled_from([",", ";", "|"]))
def test_what_a_writer_of_csv_quotes_comes_back(written: list[tuple[str, str]], sign: str) -> None:
    import csv
    import io

    out = io.StringIO()
    writer = csv.writer(out, delimiter=sign, quoting=csv.QUOTE_ALL)
    writer.writerows([("ticker", "name"), *written])
    assert rows(out.getvalue()) == [["ticker", "name"], *map(list, written)]


# --- columns --------------------------------------------------------------------------------------------------


def places(header: str, **mapped: str) -> dict[str, int]:
    return columns(
        read_sheet(f"{header}\n{header}\n".encode(), holdings_file()), mapped, ("ticker", "weight", "name")
    )


def test_columns_are_found_by_their_own_names_however_spelt() -> None:
    assert places("TICKER, Weight ,name") == {"ticker": 0, "weight": 1, "name": 2}


def test_mapped_columns_are_found_whatever_the_case_and_signs() -> None:
    assert places("BBG_Ticker,Wgt (%)", ticker="bbg ticker", weight="WGT") == {"ticker": 0, "weight": 1}


def test_a_mapped_column_that_is_not_there_is_a_fault_with_a_hint() -> None:
    with pytest.raises(BadFile, match="there is no column `Tikker`") as refused:
        places("Ticker,weight", ticker="Tikker")
    assert (refused.value.hint, refused.value.key) == ("did you mean `Ticker`?", "map.ticker")


def test_of_two_columns_the_one_that_is_written_exactly_so_counts() -> None:
    assert places("Ticker,TICKER,weight", ticker="TICKER")["ticker"] == 1
    with pytest.raises(BadFile, match="there are 2 columns `Ticker`"):
        places("Ticker,Ticker,weight")
