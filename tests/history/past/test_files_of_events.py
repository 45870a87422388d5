"""The past as files of events: in the order of their times, each line once, bad ones named."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
import zstandard

from alertd.base.clock import parse_rfc3339
from alertd.errors import ConfigError
from alertd.history.past import Past, PastEvent
from alertd.history.past_read import read_past

DAY = 86_400_000
START = parse_rfc3339("2026-03-02T10:00:00Z")


def line(title: str, at: str, **fields: object) -> str:
    return json.dumps({"title": title, "published_at": at, **fields}) + "\n"


def titles(past: list[Past]) -> list[str]:
    return [one.event.title for one in past if isinstance(one, PastEvent)]


def test_events_come_in_the_order_of_their_times_whatever_the_order_in_the_file(tmp_path: Path) -> None:
    file = tmp_path / "feed.jsonl"
    file.write_text(
        line("third", "2026-03-02T12:00:00Z")
        + line("first", "2026-03-02T10:00:00Z")
        + line("second", "2026-03-02T11:00:00Z")
    )
    assert titles(list(read_past([file]))) == ["first", "second", "third"]


def test_what_an_event_leaves_out_is_filled_in(tmp_path: Path) -> None:
    file = tmp_path / "feed.jsonl"
    file.write_text(line("first", "2026-03-02T10:00:00Z"))
    (one,) = read_past([file])
    assert isinstance(one, PastEvent)
    assert one.at_ms == START
    assert one.event.id.startswith("ev_")
    assert one.event.source == "file"
    assert one.event.event_at == "2026-03-02T10:00:00Z"
    assert not one.decided


def test_when_it_was_seen_counts_more_than_when_it_was_published(tmp_path: Path) -> None:
    file = tmp_path / "feed.jsonl"
    file.write_text(line("late", "2026-03-01T10:00:00Z", seen_at="2026-03-02T10:00:00.000Z"))
    (one,) = read_past([file])
    assert one.at_ms == START


def test_lines_as_match_prints_them_are_taken(tmp_path: Path) -> None:
    file = tmp_path / "matched.jsonl"
    event = {"title": "first", "published_at": "2026-03-02T10:00:00Z"}
    file.write_text(json.dumps({"event": event, "matches": []}) + "\n")
    assert titles(list(read_past([file]))) == ["first"]


def test_only_what_lies_within_the_time_is_given_and_its_end_is_not(tmp_path: Path) -> None:
    file = tmp_path / "feed.jsonl"
    file.write_text("".join(line(f"at {hour}", f"2026-03-02T{hour}:00:00Z") for hour in (10, 11, 12)))
    hour = 3_600_000
    assert titles(list(read_past([file], START + hour, START + 2 * hour))) == ["at 11"]


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_packed_files_are_read_in_order_too(tmp_path: Path, suffix: str) -> None:
    text = (line("second", "2026-03-02T11:00:00Z") + line("first", "2026-03-02T10:00:00Z")).encode()
    file = tmp_path / f"feed.jsonl{suffix}"
    file.write_bytes(gzip.compress(text) if suffix == ".gz" else zstandard.compress(text))
    assert titles(list(read_past([file]))) == ["first", "second"]


def test_a_line_that_is_no_event_costs_only_itself_and_is_named(tmp_path: Path) -> None:
    file = tmp_path / "feed.jsonl"
    file.write_text(
        "{broken\n\n"
        + json.dumps({"title": "when?"})
        + "\n"
        + line("good", "2026-03-02T10:00:00Z")
        + line("odd", "2026-03-02T10:00:00Z", companies="NVDA")
    )
    said: list[tuple[str, str]] = []
    assert titles(list(read_past([file], skipped=lambda why, where: said.append((why, where))))) == ["good"]
    assert [(why, where.split(": ")[0]) for why, where in said] == [
        ("unreadable", f"{file}:1"),
        ("no_time", f"{file}:3"),
        ("unreadable", f"{file}:5"),
    ]


def test_a_torn_last_line_of_a_packed_file_is_an_error_that_names_it(tmp_path: Path) -> None:
    file = tmp_path / "feed.jsonl.gz"
    file.write_bytes(gzip.compress(line("first", "2026-03-02T10:00:00Z").encode() * 50)[:-9])
    with pytest.raises(ConfigError, match=r"feed\.jsonl\.gz: the events cannot be read"):
        list(read_past([file]))


def test_several_files_are_put_together_by_time_and_the_same_line_comes_once(tmp_path: Path) -> None:
    one, other = tmp_path / "one.jsonl", tmp_path / "other.jsonl"
    shared = line("both", "2026-03-02T11:00:00Z")
    one.write_text(line("first", "2026-03-02T10:00:00Z") + shared)
    other.write_text(shared + line("last", "2026-03-02T12:00:00Z"))
    assert titles(list(read_past([one, other, one]))) == ["first", "both", "last"]


def test_a_path_that_is_not_there_and_a_directory_that_is_no_archive_are_errors(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there are no events here"):
        list(read_past([tmp_path / "gone.jsonl"]))
    with pytest.raises(ConfigError, match="this directory is no archive"):
        list(read_past([tmp_path]))


def test_fields_that_this_version_does_not_know_are_kept(tmp_path: Path) -> None:
    file = tmp_path / "feed.jsonl"
    file.write_text(line("first", "2026-03-02T10:00:00Z", mood="calm"))
    (one,) = read_past([file])
    assert isinstance(one, PastEvent)
    assert one.event.extra == {"mood": "calm"}
