"""The bytes of a CSV file -> its columns and rows, or why it cannot be trusted.

bytes -> encoding -> delimiter -> rows -> is it whole?
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from alertd.base import suggest
from alertd.companies.holdings import Columns

MAX_BYTES = 32 << 20
MAX_ROWS = 200_000
MAX_CELL = 10_000
"""Characters of one cell."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DELIMITERS = ",;\t|"


class BadFile(ValueError):
    """A file that cannot be used at all, with what to do about it."""

    def __init__(self, message: str, hint: str = "", *, key: str = "file") -> None:
        super().__init__(message)
        self.hint = hint
        self.key = key
        """The setting under `holdings` that the fault belongs to."""


@dataclass(frozen=True)
class Sheet:
    """A file of columns as it stands there: texts."""

    header: tuple[str, ...]
    rows: list[tuple[int, list[str]]]
    """(line, cells); empty lines are left out."""
    delimiter: str
    encoding: str
    newline: bool
    """The last line ends as a line does."""
    warnings: list[str] = field(default_factory=list)


def read_sheet(data: bytes, config: Columns) -> Sheet:
    """Read a file of columns. Raises BadFile."""
    if len(data) > MAX_BYTES:
        raise BadFile(f"the file has {len(data)} bytes, more than {MAX_BYTES}")
    if not data.strip():
        raise BadFile("the file is empty", "it may not have been written yet")
    text, encoding, warnings = _decode(data, config.encoding)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    newline = not lines[-1].strip()
    if len(lines) < config.header_line:
        raise BadFile(f"the file has no line {config.header_line}", "", key="header_line")
    if config.end_line is not None:
        _drop_end(lines, config.end_line)
    delimiter = _delimiter(lines[config.header_line - 1], config.delimiter)
    body = "\n".join(lines[config.header_line - 1 :])
    header, rows = _parse(body, delimiter, config.header_line)
    return Sheet(header, rows, delimiter, encoding, newline, warnings)


def _drop_end(lines: list[str], begin: str) -> None:
    """Take off the line that ends a file."""
    while lines and not lines[-1].strip():
        lines.pop()
    if not lines or not lines[-1].startswith(begin):
        raise BadFile(f"the last line does not begin with `{begin}`", "it is half written", key="end_line")
    lines.pop()


def _decode(data: bytes, encoding: str) -> tuple[str, str, list[str]]:
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise BadFile("this is an Excel workbook", "write it as CSV")
    if data.startswith((b"\x1f\x8b", b"%PDF")):
        raise BadFile("this is no text", "write it as CSV, not packed")
    if encoding == "auto":
        found = next((name for bom, name in _BOMS if data.startswith(bom)), "")
        encoding = found or _without_mark(data)
    warnings: list[str] = []
    try:
        text = data.decode("utf-8-sig" if encoding.lower().replace("_", "-") in ("utf-8", "utf8") else encoding)
    except UnicodeDecodeError as error:
        place = f"byte {error.start + 1}"
        hint = "it may be half written, or set `encoding`"
        raise BadFile(f"{place} is not {encoding}: {error.reason}", hint, key="encoding") from error
    except (LookupError, UnicodeError) as error:
        raise BadFile(f"cannot be read as {encoding}: {error}", key="encoding") from error
    if encoding == "cp1252":
        warnings.append("is not UTF-8 and was read as Windows-1252; set `encoding`")
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise BadFile(f"line {line} holds a NUL character", "the file is damaged or of another encoding")
    return text, encoding, warnings


def _without_mark(data: bytes) -> str:
    head = data[:4096]
    # Text in UTF-16 has its NULs at odd (little-endian) or at even places, and many of them; others are damage.
    odd, even = head[1::2].count(0), head[::2].count(0)
    if max(odd, even) * 4 > len(head) and min(odd, even) * 10 < max(odd, even):
        return "utf-16-le" if odd > even else "utf-16-be"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        # Bytes cut off within the last character are a half-written UTF-8 file, not another encoding.
        return "utf-8" if error.reason == "unexpected end of data" else "cp1252"
    return "utf-8"


def _delimiter(header: str, wanted: str) -> str:
    if wanted == "tab":
        return "\t"
    if wanted != "auto":
        return wanted
    return max(_DELIMITERS, key=lambda sign: header.count(sign))


def _parse(body: str, delimiter: str, first: int) -> tuple[tuple[str, ...], list[tuple[int, list[str]]]]:
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=delimiter, strict=True)
    rows: list[tuple[int, list[str]]] = []
    begin = 0
    try:
        for cells in reader:
            line, begin = begin + first, reader.line_num
            if any(len(cell) > MAX_CELL for cell in cells):
                raise BadFile(f"line {line} has a cell of more than {MAX_CELL} characters", "a quote is not closed?")
            if any(cell.strip() for cell in cells):
                rows.append((line, cells))
            if len(rows) > MAX_ROWS:
                raise BadFile(f"the file has more than {MAX_ROWS} rows")
    except csv.Error as error:
        line = begin + first
        if "unexpected end of data" in str(error):
            raise BadFile(f"it ends within the quotes that open in line {line}", "it is half written") from error
        raise BadFile(f"line {line} is not CSV: {error}", 'a quote within quotes is written `""`') from error
    if not rows:
        raise BadFile("the file is empty", "it may not have been written yet")
    header = tuple(cell.strip() for cell in rows[0][1])
    for line, cells in rows[1:]:
        _check_width(line, cells, len(header), line == rows[-1][0])
    return header, rows[1:]


def _check_width(line: int, cells: list[str], width: int, last: bool) -> None:
    if len(cells) < width:
        what = f"line {line} has {len(cells)} columns instead of {width}"
        raise BadFile(what, "the file is half written" if last else "is the delimiter right?")
    if any(cell.strip() for cell in cells[width:]):
        hint = "a number with a comma, or a name with the delimiter in it, needs quotes"
        raise BadFile(f"line {line} has {len(cells)} columns instead of {width}", hint)


# --- columns by their names -----------------------------------------------------------------------------------


def fold(name: str) -> str:
    """Fold a column's name or a cell's word: case, spaces and signs do not count."""
    return re.sub(r"[\W_]+", " ", name.casefold()).strip()


def bare(cell: str) -> str:
    """Give what a cell says: `="037833100"` and `'037833100` are how spreadsheets keep zeros."""
    text = cell.strip()
    if text[:1] not in ("=", "'"):
        return text
    if text.startswith('="') and text.endswith('"'):
        text = text[2:-1]
    return text.lstrip("'").strip()


def columns(sheet: Sheet, mapped: Mapping[str, str | None], fields: tuple[str, ...]) -> dict[str, int]:
    """Find the columns: those that are mapped must be there, others are found under their own names.

    Raises BadFile, with the key that names a column that is not there.
    """
    places: dict[str, list[int]] = {}
    for at, name in enumerate(sheet.header):
        places.setdefault(fold(name), []).append(at)
    found: dict[str, int] = {}
    for name in fields:
        key = name if name == "as_of" else f"map.{name}"
        written = mapped.get(name)
        at_all = _places(sheet, places, written if written is not None else name)
        if written is not None and not at_all:
            hint = suggest.hint(written, [shown[:60] for shown in sheet.header if shown])
            raise BadFile(f"there is no column `{written[:60]}`", hint, key=key)
        if len(at_all) > 1:
            raise BadFile(f"there are {len(at_all)} columns `{sheet.header[at_all[0]][:60]}`", key=key)
        if at_all:
            found[name] = at_all[0]
    return found


def _places(sheet: Sheet, places: Mapping[str, list[int]], name: str) -> list[int]:
    exact = [at for at, shown in enumerate(sheet.header) if shown == name]
    return exact if len(exact) == 1 else places.get(fold(name), [])
