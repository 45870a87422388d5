"""The Boolean conditions, over leaves that are true, false or unknown."""

from __future__ import annotations

import pickle

import pytest

from alertd.rules.logic import Truth
from tests.rules.make import news, rule, tree

LEAVES = {"true": "title: lease", "false": "title: dispute", "unknown": "language: en"}
EVENT = news("SpaceX leases compute")  # states no language


def _truth(condition: str) -> Truth:
    return tree(condition, EVENT).truth


@pytest.mark.parametrize(
    ("parts", "all_of", "any_of"),
    [
        (["true", "true"], True, True),
        (["true", "false"], False, True),
        (["true", "unknown"], None, True),
        (["false", "unknown"], False, None),
        (["false", "false"], False, False),
        (["unknown", "unknown"], None, None),
        (["unknown", "true", "false"], False, True),
    ],
)
def test_unknown_counts_only_where_it_decides(parts: list[str], all_of: Truth, any_of: Truth) -> None:
    listed = "\n".join(f"  - {LEAVES[part]}" for part in parts)
    assert _truth(f"all:\n{listed}") is all_of
    assert _truth(f"any:\n{listed}") is any_of


@pytest.mark.parametrize(("part", "turned"), [("true", False), ("false", True), ("unknown", None)])
def test_not_turns_an_answer_around_and_leaves_unknown(part: str, turned: Truth) -> None:
    assert _truth(f"not: {{{LEAVES[part]}}}") is turned


def test_evidence_of_any_comes_from_every_part_that_held_and_of_not_from_none() -> None:
    condition = "any:\n  - title: lease\n  - title: dispute\n  - text: compute\n  - not: {title: dispute}"
    result = rule(condition).when
    assert pickle.loads(pickle.dumps(result)) == result
    found = tree(condition, EVENT)
    spans = [EVENT.title[e.start : e.end] for part in found.children for e in part.evidence]
    assert spans == ["leases", "compute"]
