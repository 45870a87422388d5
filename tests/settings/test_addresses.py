"""Addresses of sources in alertd.yaml: keys that stand in them, directories that two sources would empty."""

from __future__ import annotations

import pytest

from alertd.sources.pdf import MISSING, has_pdf
from tests.settings.conftest import Desk


def files(desk: Desk, *rest: str) -> list[str]:
    (desk.folder / "drop").mkdir(exist_ok=True)
    (desk.folder / "other").mkdir(exist_ok=True)
    lines = (f"- {{id: f{n}, type: files, {more}}}\n" for n, more in enumerate(rest))
    return desk.faults("sources:\n" + "".join(lines))


def test_two_sources_on_one_directory_are_a_fault(desk: Desk) -> None:
    (fault,) = files(desk, "path: drop", "path: ./drop/", "path: other")
    assert fault.startswith("3:31: `path` is also the directory of the source `f0` (line 2) (each file is taken once")


def test_they_are_none_where_their_patterns_keep_them_apart(desk: Desk) -> None:
    assert files(desk, "path: drop, pattern: '*.txt'", "path: drop, pattern: ['*.json', '*.eml']") == []
    assert len(files(desk, "path: drop, pattern: '*.txt'", "path: drop, pattern: ['*.eml', 'a*']")) == 1


@pytest.mark.parametrize("query", ["apikey=abc", "q=x&access_token=abc", "X-Key=abc"])
def test_a_key_that_stands_in_an_address_is_a_warning(desk: Desk, query: str) -> None:
    (fault,) = desk.faults(f'sources: [{{id: a, type: feed, url: "https://x.example/f?{query}"}}]\n')
    assert fault.startswith("1:36: warning: `")
    assert "in `url` is a secret written in the file (write " in fault
    assert "abc" not in fault


@pytest.mark.parametrize("query", ["keywords=ai&author=x&q=key", "apikey=", "apikey=${KEY}"])
def test_what_only_looks_like_one_or_comes_from_outside_is_none(desk: Desk, query: str) -> None:
    text = f'sources: [{{id: a, type: feed, url: "https://x.example/f?{query}"}}]\n'
    assert desk.faults(text, {"KEY": "k3y-of-the-vendor"}) == []


def test_files_that_are_pdf_need_the_extra(desk: Desk) -> None:
    found = files(desk, "path: drop, format: pdf")
    assert found == [] if has_pdf() else MISSING in found[0]
