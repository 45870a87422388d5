"""Processes die and stand still, at the worst moments and at any: F1 to F11."""

from __future__ import annotations

from tests.faults.case import Case, fault
from tests.faults.scenarios import AFTER_READ
from tests.faults.world import logged, world


@fault("F4", "kill-matcher-after-read")
async def test_a_matcher_that_dies_with_a_batch_in_hand_loses_none_of_it(case: Case) -> None:
    async with world(case, env=AFTER_READ.env) as w:
        await AFTER_READ.run(w)
        await w.settled()
        assert len(logged(case.folder, "process_died")) == 1
