"""Judging the history of a store that forgot some of it: what is taken in again is recorded and written again."""

from __future__ import annotations

from tests.faults.world import World


async def judged(w: World, bound: int, note: str = "") -> None:
    """Wait until nothing is under way, and judge: a message that is written again may differ, its id not.

    The ledger must have been read before the store forgot.
    """
    w.ledger.begin_anew()
    await w.settled(bound, rewritten=True, note=note)
