"""Only a newer layout makes a process leave its store, not whatever else Redis may answer."""

from __future__ import annotations

import pytest

from alertd.errors import AlertdError, LayoutNewer, StoreRefused, StoreUnavailable
from alertd.workers.layout import LayoutWatch
from alertd.workers.progress import Progress


class Answers:
    """A store that answers with one error after another."""

    def __init__(self, *errors: AlertdError) -> None:
        self.errors = list(errors)

    async def check_layout(self) -> None:
        """Raise the next."""
        raise self.errors.pop(0)


async def test_a_process_leaves_for_a_newer_layout_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alertd.workers.layout.LOOK_S", 0.01)
    other = StoreRefused("Redis answers: ERR upstream failure")
    store = Answers(other, StoreUnavailable("away"), other, LayoutNewer("update this one"))
    watch = LayoutWatch(store, Progress())
    await watch.run()
    assert watch.why == "update this one"
    assert store.errors == []
