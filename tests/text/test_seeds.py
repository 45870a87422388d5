from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.text.play import Play
from tests.text.tables import WITHOUT

pytestmark = WITHOUT
SEEDS = sorted((Path(__file__).parent / "seeds").glob("*.bin"))


def test_there_are_seeds() -> None:
    assert len(SEEDS) >= 20
    assert sum(seed.stat().st_size for seed in SEEDS) < 50_000


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.stem)
def test_the_core_and_the_dictionaries_do_the_same_with_what_was_kept(seed: Path) -> None:
    Play(seed.read_bytes()).run()


@given(st.binary(max_size=1_500))
def test_the_core_and_python_do_the_same_with_whatever_comes(play: bytes) -> None:
    Play(play).run()
