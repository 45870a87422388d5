"""The pictures of the desk's pages: all are there, of a moderate size, and shown by the docs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.pages import PAGES
from tools.pictures.__main__ import FOLDER
from tools.pictures.demo_desk import SHOTS
from tools.pictures.month import DAYS, month

MOST = 150_000


@pytest.mark.parametrize("name", SHOTS)
def test_a_picture_is_there_is_no_burden_and_is_shown(name: str) -> None:
    taken = (FOLDER / f"{name}.webp").read_bytes()
    assert taken[:4] == b"RIFF" and taken[8:12] == b"WEBP"
    assert len(taken) <= MOST, f"{name} has {len(taken):,} bytes"
    assert f"pictures/{name}.webp" in "".join(page.read_text("utf-8") for page in PAGES)


def test_the_docs_show_no_picture_of_a_page_that_is_not_taken_anew() -> None:
    kept = {file.stem for file in Path(FOLDER).glob("page-*")}
    assert kept == set(SHOTS)


def test_the_month_reads_the_same_each_time_and_is_all_of_the_month() -> None:
    stories = month().stories
    assert month().stories == stories and len({one.guid for one in stories}) == len(stories) > 100
    assert all(0 < one.age < DAYS * 86_400 for one in stories)
