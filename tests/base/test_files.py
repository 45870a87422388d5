"""Files that are replaced as a whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from alertd.base.files import make_private, write_whole


def test_a_file_is_written_with_its_folder_and_nothing_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "cache" / "rules.bin"
    write_whole(file, b"head", b"body")
    write_whole(file, b"again", durable=False)
    assert file.read_bytes() == b"again"
    assert list(file.parent.iterdir()) == [file]


def test_what_cannot_be_replaced_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "folder" / "inside").mkdir(parents=True)
    with pytest.raises(OSError, match="folder"):
        write_whole(tmp_path / "folder", b"text")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_folders_made_on_the_way_are_closed_to_others(tmp_path: Path) -> None:
    write_whole(tmp_path / "var" / "cache" / "rules.bin", b"rules")
    assert [(tmp_path / name).stat().st_mode & 0o777 for name in ("var", "var/cache")] == [0o700, 0o700]


def test_a_folder_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir(mode=0o750)
    (tmp_path / "var").chmod(0o750)
    write_whole(tmp_path / "var" / "epoch", b"1")
    assert (tmp_path / "var").stat().st_mode & 0o777 == 0o750


def test_a_file_that_is_in_the_way_of_a_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("")
    with pytest.raises(NotADirectoryError) as raised:
        make_private(tmp_path / "var" / "cache" / "rules")
    assert (raised.value.strerror, raised.value.filename) == ("Not a directory", str(tmp_path / "var"))
