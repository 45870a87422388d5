"""A rule as it stands in its file."""

from __future__ import annotations

from pathlib import Path

import pytest

from alertd.asking.rule_source import MOST_LINES, name_of, source_of
from alertd.base.yaml import Place

TEXT = """portfolio: p
rules:
  - id: first
    when:
      all:
        - title: a

        - title: b
  # about the next
  - {id: second, when: {title: c}}
  -
    title: Third
    id: third
    when: {title: d}
receivers: [x]
"""


@pytest.mark.parametrize(
    ("line", "numbers"),
    [(3, [3, 4, 5, 6, 7, 8]), (10, [10]), (13, [11, 12, 13, 14])],
)
def test_the_lines_of_a_rule_are_its_own(tmp_path: Path, line: int, numbers: list[int]) -> None:
    file = tmp_path / "p.yaml"
    file.write_text(TEXT)
    found = source_of(Place(str(file), line, 5))
    assert [one.number for one in found] == numbers
    assert found[0].text == TEXT.splitlines()[numbers[0] - 1]


def test_a_file_that_is_gone_or_shorter_by_now_has_none(tmp_path: Path) -> None:
    assert source_of(Place(str(tmp_path / "gone.yaml"), 3, 1)) == []
    file = tmp_path / "p.yaml"
    file.write_text("portfolio: p\n")
    assert source_of(Place(str(file), 3, 1)) == []


def test_a_long_rule_is_cut(tmp_path: Path) -> None:
    file = tmp_path / "p.yaml"
    file.write_text("- id: a\n" + "  x: " + "y" * 1_000 + "\n" + "  z: 1\n" * 1_000)
    found = source_of(Place(str(file), 1, 3))
    assert len(found) == MOST_LINES
    assert max(len(one.text) for one in found) == 400


def test_a_file_is_named_by_where_it_lies_in_the_rules() -> None:
    place = Place("/etc/alertd/rules/portfolios/p.yaml", 1, 1)
    assert name_of(place, "/etc/alertd/rules") == "portfolios/p.yaml"
    assert name_of(place, "/elsewhere") == "p.yaml"
