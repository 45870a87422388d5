"""Processes die and stand still, at the worst moments and at any: F1 to F11."""

from __future__ import annotations

from tests.faults.case import Case, fault
from tests.faults.world import logged, world


@fault("F4", "kill-matcher-after-read")
async def test_a_matcher_that_dies_with_a_batch_in_hand_loses_none_of_it(case: Case) -> None:
    async with world(case, env={"ALERTD_FAILPOINT": "match.read:1:exit"}) as w:
        await w.publish(90)
        await w.settled()
        assert len(logged(case.folder, "process_died")) == 1
