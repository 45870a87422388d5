"""What is known of a daemon whose Redis does not answer: that it runs, and why it waits."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from alertd.errors import StoreFull
from alertd.store.state_dir import StateDir


def runs(pids: Sequence[int]) -> str:
    """Say which daemons run."""
    return f"alertd runs (pid {', '.join(str(pid) for pid in pids)})"


def own_redis_away(state_dir: Path, pids: Sequence[int], said: str = "") -> str:
    """Say that alertd runs here without its own Redis, and why: its disk is full, else what an attempt has `said`."""
    state = StateDir(state_dir.absolute())
    down = f"{runs(pids)}; its Redis is down: "
    try:
        state.check_space()
    except StoreFull as error:
        return f"{down}{error}"
    except OSError:  # it has no folder yet
        pass
    return f"{runs(pids)}; {said}" if said else f"{down}it is being started, or cannot be: see {state.log}"
