"""The measurement of notes measures what it says: real notes of each length, and alerts of all three kinds."""

from __future__ import annotations

import asyncio

import pytest

from bench import notes, notes_live
from bench.quality.note_set import read_notes


def test_notes_are_written_from_texts_of_each_length() -> None:
    rows = {row["text"]: row for row in notes.writing(rounds=1)}
    assert list(rows) == ["headline", "500 words", "60 kB"]
    assert [int(row["n"]) for row in rows.values()] == [len(read_notes().cases)] * 3
    headline, long, longest = (int(row["characters"]) for row in rows.values())
    assert headline < 200 < long < 8_000 < 59_000 < longest
    assert all(0 < float(row["p50 ms"]) <= float(row["p99 ms"]) for row in rows.values())
    assert float(rows["500 words"]["statements"]) > float(rows["headline"]["statements"]) > 1


def test_alerts_with_and_without_notes_come_from_one_run(capsys: pytest.CaptureFixture[str]) -> None:
    alerts, memory, disk = asyncio.run(notes_live.measure(events=2, rate=4.0))
    assert [(row["note"], row["n"]) for row in alerts] == [("off", 2), ("facts", 2), ("model", 2)]
    assert alerts[0]["p99 : off"] == 1.0
    assert alerts[2]["by the model"] == 2 + notes_live.WARM_UP
    assert float(alerts[2]["note after p50 ms"]) > 0
    off, facts, model = memory
    assert [row["alerts"] for row in memory] == [2 + notes_live.WARM_UP] * 3
    assert off["more alert bytes"] == 0 < int(facts["more alert bytes"])
    assert int(model["alert bytes"]) > int(off["alert bytes"]) > 1_000
    notes_live.show(alerts, memory, disk)
    assert "note after p99 ms" in capsys.readouterr().out
