"""What matches in a process finds the companies of its book in texts, and those of the next from the reload on."""

from __future__ import annotations

from pathlib import Path

import pytest

from alertd.app.matching import pipeline_of, understanding_of
from alertd.model import Event, StreamEvent
from alertd.pipeline import Pipeline, Processed
from alertd.rules import index_file
from alertd.rules.loader import RuleLoader
from alertd.settings import Settings
from alertd.store.memory import MemoryStore
from alertd.text.core import CORE
from tests.rules.test_named import desk

AT = "2026-03-01T12:00:00.000Z"


async def matches(pipeline: Pipeline, title: str, name: str) -> int:
    event = Event(id=f"ev_{name}", source="wire", title=title, seen_at=AT, event_at=AT)
    (answer,) = await pipeline.process(
        [StreamEvent(stream_id=f"{name}-0", event=event, deliveries=1)], MemoryStore(clock=lambda: 0)
    )
    assert isinstance(answer, Processed)
    return len(answer.matches)


async def test_a_name_is_found_from_the_reload_on_that_declares_it(tmp_path: Path) -> None:
    settings = Settings(state_dir=tmp_path / "var")
    rules = tmp_path / "rules"
    rules.mkdir()
    loader = RuleLoader(desk(rules))
    book = loader.load().book
    pipeline = pipeline_of(book, settings)
    assert await matches(pipeline, "Vega Power raises its dividend", "1") == 1
    assert await matches(pipeline, "Vega Lines raises its dividend", "2") == 0

    desk(rules, "Vega Lines")
    loaded, change = loader.reload()
    assert change is not None
    assert change.companies is not None
    pipeline.apply(change, understanding_of(book.event_types, change.companies, settings))
    assert pipeline.version == loaded.book.version
    assert await matches(pipeline, "Vega Lines raises its dividend", "3") == 1
    assert await matches(pipeline, "Vega Power raises its dividend", "4") == 0


async def test_the_index_is_kept_in_the_state_directory_for_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_file, "MANY", 1)
    settings = Settings(state_dir=tmp_path / "var")
    (tmp_path / "rules").mkdir()
    book = RuleLoader(desk(tmp_path / "rules")).load().book
    pipeline_of(book, settings)
    kept = index_file.IndexFile(tmp_path / "var" / "cache" / "index.bin", book)
    assert (kept.kept is not None) == CORE
    assert await matches(pipeline_of(book, settings), "Vega Power raises its dividend", "1") == 1
