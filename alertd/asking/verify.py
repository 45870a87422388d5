"""By what it is judged whether everything that was taken in has an end."""

from __future__ import annotations

from alertd.asking.reach import Reach
from alertd.base.clock import machine_ms, system_clock
from alertd.history.verify.model import Limits


def limits_of(reach: Reach, patience_ms: int, since_ms: int) -> Limits:
    """Give it as of now; `since_ms`: only what came since then."""
    now = system_clock()
    receivers = frozenset(receiver.id for receiver in reach.receivers)
    return Limits(now=now, machine=machine_ms(now), patience_ms=patience_ms, since_ms=since_ms, receivers=receivers)
