"""Sequences: which events lead, step by step, to another. Pure; rows come in the order of their time."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

import msgspec

from alertd.model import Row
from alertd.rules.beside import Beside, meets
from alertd.rules.episodes import END
from alertd.rules.fact_index import fact_of, fits, line_of
from alertd.rules.state import Sequence as Steps
from alertd.rules.state import Step, written


class Completed(msgspec.Struct, frozen=True):
    """A sequence that an event completes."""

    lines: tuple[str, ...] = ()
    """Its other events; none: the event completes none that was not there without it."""
    seen: str = ""
    """In words, what was seen."""
    last: Row | None = None
    """The event of its last step."""


def completed(
    state: Steps, known: Sequence[Row], without: Sequence[Row], me: Row, beside: Beside | None = None
) -> Completed:
    """Give the sequence that `me` completes; of several the one that ends last."""
    found = list(_chains(state, known, me, beside))
    old = {chain[-1].event for chain in _chains(state, without, me, beside)} if found else set()
    new = [chain for chain in found if chain[-1].event not in old]
    if not new:
        return Completed(seen=_missing(state, known, me, beside))
    pairs = zip(new[-1], state.steps, strict=True)
    lines = tuple(line_of(row, step) for row, step in pairs if row.event != me.event)
    return Completed(lines, "; ".join(lines), new[-1][-1])


def _chains(state: Steps, rows: Sequence[Row], me: Row, beside: Beside | None) -> Iterator[list[Row]]:
    """Give for each event of the last step, from `me` on, the chain of the latest events that leads to it."""
    for place in range(bisect_left(rows, me.at_ms, key=_time), len(rows)):
        last = rows[place]
        if not fits(state.steps[-1], fact_of(last)) or not meets(beside, last, me):
            continue
        chain: list[Row] = [last]
        for step in reversed(state.steps[:-1]):
            earlier = _latest(step, rows, chain[0].at_ms, last.at_ms - state.within_ms)
            if earlier is None:
                break
            chain.insert(0, earlier)
        else:
            yield chain


def _latest(step: Step, rows: Sequence[Row], before: int, since: int) -> Row | None:
    """Give the latest event of a step: strictly before a time, because at the same moment is not in order."""
    for place in range(bisect_left(rows, before, key=_time) - 1, -1, -1):
        if rows[place].at_ms < since:
            return None
        if fits(step, fact_of(rows[place])):
            return rows[place]
    return None


def _time(row: Row) -> int:
    return row.at_ms


def _missing(state: Steps, known: Sequence[Row], me: Row, beside: Beside | None) -> str:
    """Say which step has not been seen, or that the last one did not meet what stands beside the sequence."""
    for number, step in enumerate(state.steps, 1):
        if _latest(step, known, END, me.at_ms - state.within_ms) is None:
            return f"step {number}, {step.label()}, was not seen within {written(state.within_ms)}"
    chains = [] if beside is None else list(_chains(state, known, me, None))
    if chains and not any(meets(beside, chain[-1], me) for chain in chains):
        return f"the steps were seen, but {chains[-1][-1].event} did not meet the conditions beside the sequence"
    return "the steps were seen, but not in this order, or were told already"
