"""Loops that look every few seconds."""

from __future__ import annotations

import pytest

from alertd.app.compose import READY_PATIENCE_S
from alertd.workers.looks import LONGEST_S, Looks
from alertd.workers.progress import Progress


def test_a_loop_that_would_seem_to_stand_still_between_two_looks_is_refused() -> None:
    Looks("often", LONGEST_S, Progress())
    with pytest.raises(ValueError, match="every 10 s at least, not every 60 s"):
        Looks("seldom", 60.0, Progress())


def test_readiness_is_more_patient_than_any_loop_needs() -> None:
    assert LONGEST_S < READY_PATIENCE_S
