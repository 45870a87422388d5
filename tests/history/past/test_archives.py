"""The past as the archive has it: its order stands, what is gone is said, the same line comes once."""

from __future__ import annotations

from pathlib import Path

import pytest

from alertd.base.clock import rfc3339
from alertd.errors import ConfigError
from alertd.history.past import PastEvent, PastRecord
from alertd.history.past_read import read_past
from alertd.model import Decision, Event, JournalRecord, Story
from tests.history.past.making import START, event_record, write_archive


def event(number: int, story: str = "") -> Event:
    name = f"ev_{number}"
    return Event(id=name, title=f"event {number}", seen_at=rfc3339(START), story=Story(id=story or f"st_{number}"))


def titles(paths: list[Path]) -> list[str]:
    return [one.event.title for one in read_past(paths) if isinstance(one, PastEvent)]


def test_an_event_comes_with_what_the_daemon_made_of_it(tmp_path: Path) -> None:
    decision = Decision(portfolio="ai", alert="al_1", alert_revision=1, reason="first", receivers={"desk": "dl_1"})
    story = {"id": "st_0", "merged": ["st_1"], "because": "same title"}
    record = event_record(event(1), START, decisions=[decision], newest=2, source_desk="ai", story=story)
    (one,) = read_past([write_archive(tmp_path / "archive", [record])])
    assert isinstance(one, PastEvent)
    assert one.decided
    assert (one.at_ms, one.decisions, one.newest, one.desk) == (START, (decision,), 2, "ai")
    assert (one.absorbed, one.story, one.rules_version) == (("st_1",), "st_0", "r1")


def test_the_order_of_the_archive_stands_where_its_clock_went_back(tmp_path: Path) -> None:
    records = [
        event_record(event(1), START + 5_000),
        event_record(event(2), START),
        event_record(event(3), START + 1),
    ]
    path = write_archive(tmp_path / "archive", records, ids=[f"{START + 5_000}-{n}" for n in range(3)])
    assert titles([path]) == ["event 1", "event 2", "event 3"]


def test_two_archives_that_overlap_give_each_line_once(tmp_path: Path) -> None:
    records = [event_record(event(n), START + n * 1_000) for n in range(6)]
    ids = [f"{START + n * 1_000}-{n}" for n in range(6)]
    one = write_archive(tmp_path / "one", records[:4], ids=ids[:4])
    other = write_archive(tmp_path / "other", records[2:], ids=ids[2:])
    assert titles([one, other]) == [f"event {n}" for n in range(6)]


def test_answers_silences_and_clocks_come_in_between_and_other_lines_do_not(tmp_path: Path) -> None:
    kinds = ["answer", "delivery", "silence", "source", "release", "timer", "version", "reload"]
    records = [
        JournalRecord(kind=kind, at=rfc3339(START + n), ids=["x"], reason="r")  # type: ignore[arg-type]
        for n, kind in enumerate(kinds)
    ]
    past = list(read_past([write_archive(tmp_path / "archive", records)]))
    assert [one.kind for one in past if isinstance(one, PastRecord)] == [
        "answer", "silence", "release", "timer", "version", "reload",
    ]  # fmt: skip


def test_an_archive_beside_a_file_is_put_together_by_time(tmp_path: Path) -> None:
    archive = write_archive(
        tmp_path / "archive", [event_record(event(1), START), event_record(event(3), START + 2_000)]
    )
    file = tmp_path / "feed.jsonl"
    file.write_text(f'{{"title": "event 2", "published_at": "{rfc3339(START + 1_000)}"}}\n')
    assert titles([archive, file]) == ["event 1", "event 2", "event 3"]


def test_an_archive_of_a_newer_format_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = write_archive(tmp_path / "archive", [event_record(event(1), START)])
    about = path / "archive.json"
    about.write_text(about.read_text().replace('"format":1', '"format":9'))
    with pytest.raises(ConfigError, match="newer"):
        list(read_past([path]))


def test_damaged_bytes_cost_only_the_lines_in_them_and_are_named(tmp_path: Path) -> None:
    path = write_archive(tmp_path / "archive", [event_record(event(1), START)])
    (file,) = path.glob("*.open.jsonl.zst")
    file.write_bytes(b"\x00" * 40 + file.read_bytes())
    said: list[str] = []
    past = list(read_past([path], skipped=lambda why, where: said.append(f"{why} {where}")))
    assert len(past) == 1
    assert any(text.startswith("unreadable") for text in said)
