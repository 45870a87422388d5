"""Judging the history of a store that forgot some of it: what is taken in again is recorded and written again."""

from __future__ import annotations

from collections import Counter

from tests.faults.world import World
from tests.support.daemon import eventually


async def judged(w: World, bound: int, note: str = "") -> None:
    """Wait until nothing is under way, and judge: a message that is written again may differ, its id not.

    The ledger must have been read before the store forgot.
    """
    await eventually(w.quiet, "everything is taken in and nothing is under way")
    verdict = await w.judge(bound)
    ids: dict[str, set[str]] = {}
    times: Counter[str] = Counter()
    for receipt in w.sink.receipts:
        ids.setdefault(receipt.subject, set()).add(receipt.id)
        times[receipt.id] += receipt.accepted
    repeats = sum(max(count - 1, 0) for count in times.values())
    w.case.row(
        published=verdict.published, delivered=verdict.delivered, lost=verdict.lost, repeats=repeats, bound=bound,
        note=note,
    )  # fmt: skip
    assert (verdict.lost, verdict.made_up, dict(verdict.orphans)) == (0, 0, {}), verdict.missing
    assert {len(found) for found in ids.values()} == {1}, "the same message has the same id"
    assert repeats <= bound
