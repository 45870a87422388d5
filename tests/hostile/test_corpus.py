"""What fuzzing has found, again: each file of corpus/ goes through the target that its folder names.

corpus/index.txt has a line for each file that says what it found.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hostile.targets import TARGETS

CORPUS = Path(__file__).parent / "corpus"
FILES = sorted(path.relative_to(CORPUS).as_posix() for path in CORPUS.glob("*/*"))


@pytest.mark.parametrize("name", FILES)
def test_what_was_found_once_is_harmless_now(name: str) -> None:
    TARGETS[name.partition("/")[0]].check((CORPUS / name).read_bytes())


def test_every_file_says_what_it_found() -> None:
    told = dict(line.split(": ", 1) for line in (CORPUS / "index.txt").read_text("utf-8").splitlines())
    assert sorted(told) == FILES
    assert all(told.values())
