from __future__ import annotations

from pathlib import Path

import pytest

from alertd.cli.rules import rules_above


@pytest.mark.parametrize("home", ["rules", "house/rules", "desk"])
def test_a_file_belongs_to_the_rules_directory_above_it(tmp_path: Path, home: str) -> None:
    (tmp_path / home / "portfolios").mkdir(parents=True)
    file = tmp_path / home / "companies" / "space" / "orbit.yaml"
    file.parent.mkdir(parents=True)
    file.touch()
    for path in (file, file.parent, tmp_path / home):
        assert rules_above(path) == tmp_path / home


def test_a_folder_that_only_has_such_a_name_makes_no_rules_directory(tmp_path: Path) -> None:
    file = tmp_path / "companies" / "orbit.yaml"
    file.parent.mkdir()
    file.touch()
    assert rules_above(file) is None
