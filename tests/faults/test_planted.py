"""The checker itself: each bug that is planted turns it red, where it is green without."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.faults.case import Case, fault
from tests.faults.checker import Verdict
from tests.faults.planted import BUGS, Bug, Change, plant
from tests.faults.scenarios import AFTER_READ, Scenario
from tests.faults.world import world
from tests.support.daemon import eventually

STALLED_S = 40.0
"""How long a world that never becomes quiet is waited for."""
PATIENCE_S = 240.0
TOLD_S = 30.0


async def _judged(
    case: Case, folder: str, scenario: Scenario, env: dict[str, str], *, stalls: bool = False
) -> Verdict:
    part = replace(case, folder=case.folder / folder, rows=[])
    part.folder.mkdir()
    async with world(part, env=scenario.env | env) as w:
        await scenario.run(w)
        verdict = await w.settled(timeout=STALLED_S if stalls else PATIENCE_S, strict=False)
        if stalls:
            assert not await w.quiet(), "judged too early"
        else:  # the operator may be told of what was lost just then
            await eventually(w.quiet, "it is quiet, so it was not judged too early", TOLD_S)
        return verdict


async def _caught(case: Case, bug: Bug) -> None:
    without = await _judged(case, "without", bug.scenario, {})
    assert without.faults == [], "it must be green without the bug"
    package = plant(bug, case.folder / "package")
    found = await _judged(case, "with", bug.scenario, {"PYTHONPATH": str(package)}, stalls=bug.stalls)
    doubled = max(found.repeats - found.bound, 0) + found.other_ids
    assert found.lost or doubled, f"{bug.name} was not caught: {found.verdict}"
    case.row(verdict="caught", note=f"{found.lost} lost, {doubled} doubled of {found.published}")


@fault("P1", "acknowledge-first", slow=True)
async def test_acknowledging_before_the_work_is_caught(case: Case) -> None:
    await _caught(case, BUGS[0])


@fault("P2", "two-step-dedup", slow=True)
async def test_marking_and_adding_in_two_steps_is_caught(case: Case) -> None:
    await _caught(case, BUGS[1])


@fault("P3", "trim-by-length", slow=True)
async def test_trimming_a_stream_by_its_length_is_caught(case: Case) -> None:
    await _caught(case, BUGS[2])


@fault("P4", "group-from-the-end", slow=True)
async def test_a_group_that_begins_at_the_end_is_caught(case: Case) -> None:
    await _caught(case, BUGS[3])


@fault("P5", "mark-before-add", slow=True)
async def test_marking_before_adding_is_caught(case: Case) -> None:
    await _caught(case, BUGS[4])


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_each_bug_still_fits_the_code(bug: Bug, tmp_path: Path) -> None:
    plant(bug, tmp_path)


def test_a_bug_that_does_not_fit_is_an_error(tmp_path: Path) -> None:
    stale = Bug("P0", "stale", (Change("store/events.py", "no such text", ""),), AFTER_READ)
    with pytest.raises(LookupError, match=r"stale: store.events.py has 0 times"):
        plant(stale, tmp_path)
