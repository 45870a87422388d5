"""What is remembered of completeness in a source's cursor."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest

from alertd.model import SourceState
from alertd.sources.spells import told_spells
from alertd.workers.edgar_gap import Gap
from alertd.workers.edgar_gaps_ledger import MOST_SPELLS, BlindSpell, read_ledger, watching, with_spell, write_ledger

MONDAY = date(2026, 1, 12)


def test_what_is_written_is_read_again_and_other_keys_stay() -> None:
    cursor = {"front": {"marks": ["a"]}, "watched": {"2026-01-05": ["8-K", "4"], "2026-01-09": ["10-K"]},
              "reconciled": "2026-01-09", "spells": [[1, 2, True, 3]]}  # fmt: skip
    assert write_ledger(cursor, read_ledger(cursor)) == cursor
    assert write_ledger({}, read_ledger({})) == {"watched": {}, "reconciled": "", "spells": []}


@pytest.mark.parametrize(
    "broken",
    [
        {"watched": 1, "reconciled": 2, "spells": 3},
        {"watched": {"2026-01-05": 1}, "reconciled": "soon", "spells": [1, [1, 2], [1, 2, 3, 4], [1, 2, True, "x"]]},
        {"watched": {"2026-01-05": [1, None]}, "reconciled": None, "spells": [[True, 2, True, 3]]},
    ],
)
def test_what_is_broken_counts_as_not_there(broken: dict[str, Any]) -> None:
    ledger = read_ledger(broken)
    assert (ledger.watched, ledger.reconciled, ledger.spells) == ({}, "", [])


def test_a_form_must_be_seen_from_the_day_after_the_one_on_which_watching_it_began() -> None:
    first = watching(read_ledger({}), ["8-K", "4"], MONDAY)
    assert (first.watched, first.reconciled) == ({"8-K": "2026-01-12", "4": "2026-01-12"}, "2026-01-09")
    assert (first.full_forms(MONDAY), first.part_forms(MONDAY)) == ((), ("8-K", "4"))
    more = watching(first, ["4", "10-K"], date(2026, 1, 14))
    assert (more.full_forms(date(2026, 1, 14)), more.part_forms(date(2026, 1, 14))) == (("4",), ("10-K",))
    assert more.reconciled == first.reconciled


def test_a_spell_is_one_however_often_it_is_told_and_only_the_last_are_kept() -> None:
    gap = Gap(since_ms=10, until_ms=20)
    spells = with_spell([], gap, filled=False, late=2)
    spells = with_spell(spells, gap, filled=False, late=0)  # after a crash the count begins anew
    spells = with_spell(spells, gap, filled=True, late=1)
    assert spells == [BlindSpell(from_ms=10, to_ms=20, filled=True, late=2)]
    for n in range(MOST_SPELLS):
        spells = with_spell(spells, Gap(since_ms=100 + n, until_ms=200 + n), filled=False, late=0)
    assert len(spells) == MOST_SPELLS
    assert spells[0].from_ms == 100


def test_a_cursor_stays_small_and_is_understood_by_who_shows_the_spells() -> None:
    forms = [f"FORM {n}" for n in range(200)]
    ledger = watching(read_ledger({}), forms, MONDAY)
    spells = [BlindSpell(from_ms=1_768_000_000_000 + 10 * n, to_ms=1_768_000_000_005 + 10 * n, filled=True, late=1)
              for n in range(MOST_SPELLS)]  # fmt: skip
    cursor = write_ledger({}, msgspec.structs.replace(ledger, spells=spells))
    assert len(msgspec.json.encode(cursor)) < 4_096
    told = told_spells(SourceState(source="edgar", cursor=cursor))
    assert [(one.since_ms, one.late, one.became) for one in told] == [(s.from_ms, 1, "filled") for s in spells]
