"""Fuzzing: whatever is done to a good document, nothing raises that should not, and what comes of it is whole.

The same few examples in every run, ever new ones by `make hostile ARGS="--fuzz 10m"`. What it finds goes into
corpus/, with a line about it in corpus/index.txt.
"""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.hostile.fuzz import damaged, fuzzed
from tests.hostile.targets import TARGETS

PROMPT_S = 20.0
"""Of computing for one example, of at most 64 KiB."""


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_fuzz(name: str) -> None:
    target = TARGETS[name]

    @fuzzed
    @given(damaged(target.seeds) | st.binary(max_size=200))
    def look(body: bytes) -> None:
        began = time.thread_time()
        target.check(body)
        assert time.thread_time() - began < PROMPT_S

    look()


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_what_is_not_damaged_is_taken(name: str) -> None:
    for seed in TARGETS[name].seeds:
        TARGETS[name].check(seed)
