"""What the doctor says of open files and memory."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from alertd.app.doctor.machine import (
    Files,
    files_needed,
    files_of,
    group_limit,
    judge_files,
    judge_group,
    judge_memory,
    own_files,
)


def test_the_files_of_a_process_are_counted() -> None:
    ours = files_of(os.getpid())
    assert ours is not None
    assert ours.most == own_files().most
    assert ours.open is not None and ours.open >= 3


def test_a_process_that_is_not_there_or_says_nothing_is_left_out(tmp_path: Path) -> None:
    assert files_of(1, tmp_path) is None
    (tmp_path / "1").mkdir()
    (tmp_path / "1/limits").write_text("Limit  Soft Limit  Hard Limit  Units\n")
    assert files_of(1, tmp_path) is None
    (tmp_path / "1/limits").write_text("Max open files            1024                 unlimited            files\n")
    assert files_of(1, tmp_path) == Files(1 << 20)


@pytest.mark.parametrize(
    ("files", "sources", "level"),
    [
        (Files(1024), 10, "ok"),
        (Files(1024), 1_000, "warn"),
        (Files(64), 1, "warn"),
        (Files(1024, 30), 10, "ok"),
        (Files(1024, 900), 10, "bad"),
    ],
)
def test_the_limit_is_judged_by_what_so_many_sources_need(files: Files, sources: int, level: str) -> None:
    assert judge_files("pid 7", files, sources).level == level


def test_what_is_needed_has_an_end() -> None:
    assert files_needed(5_000) == files_needed(400)


def test_little_memory_is_told() -> None:
    assert [one.level for one in judge_memory(100 << 20)] == ["warn"]
    assert list(judge_memory(8 << 30)) == list(judge_memory(None)) == []


def test_a_container_smaller_than_its_redis_is_bad(tmp_path: Path) -> None:
    (tmp_path / "memory.max").write_text("536870912\n")
    assert [one.level for one in judge_group(group_limit(tmp_path), 512 << 20)] == ["bad"]
    assert list(judge_group(group_limit(tmp_path), 128 << 20)) == []
    (tmp_path / "memory.max").write_text("max\n")
    assert group_limit(tmp_path) is None
    assert list(judge_group(None, 512 << 20)) == []
