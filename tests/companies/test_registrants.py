"""The table's file: what is written is read, and what is not whole is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from alertd.companies.model import Company, Listing
from alertd.companies.registrants import (
    PACKAGED,
    newest_registrants,
    read_registrants,
    updated_file,
    write_registrants,
)
from alertd.companies.table import load_registrants
from alertd.errors import ConfigError
from tests.companies.make import ROWS, registrants

WHOLE = write_registrants(registrants().companies.values(), "2999-01-01", "a test")


def test_what_is_written_is_read() -> None:
    again = read_registrants(WHOLE, "x")
    assert again.companies == registrants().companies
    assert (again.as_of, again.source) == ("2999-01-01", "a test")
    assert again.version != registrants().version


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is not a table of registrants"),
        (b"\xff\xfe\x00", "is not a table of registrants"),
        (b"<html>sign in</html>", "is not a table of registrants"),
        (WHOLE[: len(WHOLE) // 2], "was cut short"),
        (WHOLE.rsplit(b"\n", 2)[0], "was cut short"),
        (WHOLE.replace(b"registrants\t1", b"registrants\t2"), "is a table of another version"),
        (WHOLE.replace(b"\tNVDA:Nasdaq", b"\tNVDA"), "line 2 is not `CIK, name, tickers`"),
        (WHOLE.replace(b"0001045810", b"1045810"), "line 2 is not"),
    ],
)
def test_a_table_that_is_not_whole_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        read_registrants(data, "registrants.tsv")


def test_the_packaged_table_is_what_writing_it_again_gives() -> None:
    packaged = load_registrants().registrants
    again = write_registrants(packaged.companies.values(), packaged.as_of, packaged.source)
    assert again == PACKAGED.read_bytes()


def test_the_newer_table_is_used(tmp_path: Path) -> None:
    file = updated_file(tmp_path)
    file.parent.mkdir()
    file.write_bytes(WHOLE)
    found, trouble = newest_registrants(file)
    assert (found.as_of, trouble) == ("2999-01-01", "")
    file.write_bytes(WHOLE.replace(b"2999-01-01", b"1999-01-01"))
    assert newest_registrants(file)[0].as_of > "2020"


def test_a_table_that_changes_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "registrants.tsv"
    file.write_bytes(WHOLE)
    before = newest_registrants(file)[0]
    more = Company(id="cik-0000000007", cik="0000000007", name="More", listings=(Listing("MORE", "NYSE"),))
    file.write_bytes(write_registrants([*before.companies.values(), more], "2999-01-02", "a test"))
    assert len(newest_registrants(file)[0].companies) == len(before.companies) + 1


def test_a_table_that_is_broken_or_unreadable_leaves_the_packaged_one_in_use_and_says_so(tmp_path: Path) -> None:
    file = tmp_path / "registrants.tsv"
    assert load_registrants(file).trouble == ""
    file.write_bytes(WHOLE[:100])
    table = load_registrants(file)
    assert len(table) > len(ROWS)
    assert table.trouble.startswith(f"{file}: is a table of another version, or was cut short")
    assert table.with_declared([]).trouble == table.trouble
    folder = tmp_path / "folder.tsv"
    folder.mkdir()
    assert load_registrants(folder).trouble.startswith(f"{folder}: cannot be read")
