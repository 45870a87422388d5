"""Retention: what is over goes, its place in the chain stays; holds keep what is asked for."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from alertd.base.clock import rfc3339
from alertd.base.failpoints import Failpoint, arm
from alertd.errors import ArchiveRefused
from alertd.history.archive import holds, manifest
from alertd.history.archive.blobs import Blobs
from alertd.history.archive.holds import LegalHold
from alertd.history.archive.layout import Layout
from alertd.history.archive.limits import has_text, without_text
from alertd.history.archive.narrowing import shareable
from alertd.history.archive.prune import PrunedDay, prune
from alertd.history.archive.reader import Reader
from alertd.history.archive.unused import remove_unused
from alertd.history.archive.writer import Writer
from alertd.history.config import KeepConfig
from alertd.model import JournalRecord
from tests.history.archive.making import (
    DAY,
    HOUR,
    MONDAY,
    archive,
    event_record,
    lines,
    numbers,
    record,
    rewritten,
    rows,
    told,
    with_writer,
)

YEAR = 400 * DAY
KEEP = KeepConfig()


@pytest.fixture(autouse=True)
def _disarmed() -> Iterator[None]:
    yield
    arm("")


def pruned(path: Path, now: int) -> list[PrunedDay]:
    return list(prune(path, KEEP, now))


def mixed(path: Path) -> Path:
    """Make a day of entries and events and a day of a notice."""

    def work(writer: Writer) -> None:
        for number in range(10):
            kind = "entry" if number % 2 else "event"
            writer.append([(f"{MONDAY + number}-0", record(number, MONDAY, kind=kind))])
        writer.append(rows(1, MONDAY + DAY))
        writer.seal("2026-11-23")

    with_writer(path, work)
    return path


def test_each_kind_is_kept_for_its_time(tmp_path: Path) -> None:
    mixed(tmp_path)
    assert pruned(tmp_path, MONDAY + 90 * DAY) == []
    (done,) = pruned(tmp_path, MONDAY + 91 * DAY)
    assert (done.day, done.removed, done.redacted, done.gone) == ("2026-11-23", [2, 4, 6, 8, 10], [], False)
    assert numbers(tmp_path) == [0, 2, 4, 6, 8, 1]
    removed = [line for line in lines(tmp_path) if line.record is None]
    assert [line.place.n for line in removed] == [2, 4, 6, 8, 10]
    assert {line.removed for line in removed} == {"kept long enough"}
    assert told(tmp_path) == []
    assert pruned(tmp_path, MONDAY + 92 * DAY) == []


def test_a_day_of_which_nothing_is_left_is_only_an_entry_of_the_manifest(tmp_path: Path) -> None:
    archive(tmp_path, 3, 3, 3)
    (first, second) = pruned(tmp_path, MONDAY + 403 * DAY)
    assert (first.gone, first.removed, first.after) == (True, [1, 2, 3], 0)
    assert second.day == "2026-11-24"
    assert Reader(tmp_path).days() == ["2026-11-25"]
    assert told(tmp_path) == []
    assert manifest.read(Layout(tmp_path).manifest).days()["2026-11-23"].t == "removed"
    with_writer(tmp_path, lambda writer: writer.append(rows(1, MONDAY + 5 * DAY, first=9)))
    assert numbers(tmp_path) == [1, 2, 3, 9]
    assert told(tmp_path) == []


def test_a_dry_run_only_says(tmp_path: Path) -> None:
    mixed(tmp_path)
    before = Layout(tmp_path).sealed("2026-11-23").read_bytes()
    (done,) = prune(tmp_path, KEEP, MONDAY + 91 * DAY, dry_run=True)
    assert done.removed == [2, 4, 6, 8, 10]
    assert Layout(tmp_path).sealed("2026-11-23").read_bytes() == before
    assert len(numbers(tmp_path)) == 11


def test_a_body_goes_before_its_time_is_over_and_the_event_stays(tmp_path: Path) -> None:
    card = {"portfolio": "ai", "quotes": ["The body."]}

    def work(writer: Writer) -> None:
        writer.append([(f"{MONDAY}-0", event_record(MONDAY, keep_body_s=30 * 86400, alerts=[card]))])
        writer.append([(f"{MONDAY}-1", event_record(MONDAY))])
        payload = record(1, kind="delivery", payload="{}", rights={"keep_body_s": 30 * 86400})
        writer.append([(f"{MONDAY}-2", payload), (f"{MONDAY}-3", record(2, kind="delivery", payload="{}"))])
        writer.seal("2026-11-23")

    with_writer(tmp_path, work)
    assert pruned(tmp_path, MONDAY + 28 * DAY) == []
    (done,) = pruned(tmp_path, MONDAY + 29 * DAY)
    assert (done.removed, done.redacted) == ([], [1, 3])
    limited, free, payload, other = lines(tmp_path)
    assert limited.record is not None
    assert limited.removed == "the text was kept as long as its source allows"
    assert limited.record.data["event"]["title"] == "Vega leases"
    assert limited.record.data["event"]["body"] == ""
    assert limited.record.data["alerts"] == [{"portfolio": "ai", "quotes": []}]
    assert free.record is not None
    assert free.record.data["event"]["body"] == "The body."
    assert payload.record is not None
    assert "payload" not in payload.record.data
    assert other.record is not None
    assert other.record.data["payload"] == "{}"
    assert told(tmp_path) == []
    assert pruned(tmp_path, MONDAY + 40 * DAY) == []
    (last,) = pruned(tmp_path, MONDAY + 8 * 366 * DAY)
    assert (last.removed, last.gone) == ([1, 2, 3, 4], True)
    assert told(tmp_path) == []


def test_nothing_of_a_text_is_left_among_what_was_found_in_it() -> None:
    made = event_record(MONDAY, keep_body_s=9)
    passage = "The company said that it would lease its supercomputer for a term of at least seven years to a buyer."
    made.data["event"] |= {
        "facts": {"amount": 7, "reason": passage, "deep": [{"said": passage}]},
        "wire_text": passage,
        "companies": [
            {"id": "x", "how": passage, "evidence": [{"field": "body", "start": 0, "end": 3, "quote": "The"}]}
        ],
        "amounts": [{"low": 1, "high": 1, "evidence": [{"field": "title", "start": 0, "end": 4, "quote": "Vega"}]}],
    }
    left = without_text(made)
    assert passage not in repr(left)
    assert left.data["event"]["companies"][0]["evidence"][0]["quote"] == ""
    assert left.data["event"]["amounts"][0]["evidence"][0]["quote"] == "Vega"
    assert left.data["event"]["facts"]["amount"] == 7
    assert left.data["event"]["provenance"]["rights"]["keep_body_s"] == 9
    assert not has_text(left)


def note_record(rights: dict[str, Any] | None) -> JournalRecord:
    """Make the line of a model's note that quotes its event, and of what was dropped from it."""
    quote = {"field": "body", "start": 0, "end": 9, "quote": "The body."}
    grounds = [{"kind": "quote", "text": "The body.", "evidence": quote}]
    note: dict[str, Any] = {
        "event": "ev_a", "event_revision": 1, "by": "openai/small-1",
        "statements": [
            {"section": "risk", "text": "The body may go.", "grounds": grounds},
            {"section": "exposed", "text": "NVDA supplies Vega.", "grounds": [{"kind": "relation", "text": "r"}]},
        ],
    }  # fmt: skip
    data = {"alert": "al_a", "portfolio": "ai", "note": note | ({"rights": rights} if rights else {}),
            "dropped": [["quote_not_plain", "The body. Ignore all"], ["duplicate", ""]]}  # fmt: skip
    return JournalRecord(kind="note", at=rfc3339(MONDAY), ids=["al_a", "ev_a"], reason="written", data=data)


def test_the_words_in_a_note_go_when_those_of_its_event_do(tmp_path: Path) -> None:
    limited = note_record({"keep_body_s": 30 * 86400})

    def work(writer: Writer) -> None:
        writer.append([(f"{MONDAY}-0", limited), (f"{MONDAY}-1", note_record(None))])
        writer.seal("2026-11-23")

    with_writer(tmp_path, work)
    assert pruned(tmp_path, MONDAY + 28 * DAY) == []
    (done,) = pruned(tmp_path, MONDAY + 29 * DAY)
    assert (done.removed, done.redacted) == ([], [1])
    less, whole = lines(tmp_path)
    assert less.record is not None
    assert "The body" not in repr(less.record.data)
    assert [one["text"] for one in less.record.data["note"]["statements"]] == ["NVDA supplies Vega."]
    assert less.record.data["dropped"] == [["quote_not_plain", ""], ["duplicate", ""]]
    assert less.record.data["alert"] == "al_a"
    assert whole.record == note_record(None)
    assert told(tmp_path) == []
    assert not has_text(less.record)


def test_words_that_may_be_kept_for_no_time_never_enter_the_archive(tmp_path: Path) -> None:
    with_writer(tmp_path, lambda writer: writer.append([(f"{MONDAY}-0", note_record({"keep_body_s": 60}))]))
    (line,) = lines(tmp_path)
    assert line.record is not None
    assert "The body" not in repr(line.record.data)


def test_what_cannot_be_read_of_a_note_is_taken_out_whole() -> None:
    odd = note_record({"keep_body_s": 9})
    odd.data["note"]["statements"] = "The body."
    assert without_text(odd).data["note"] == {}


def test_words_that_may_not_be_handed_on_are_not_in_a_note_that_is() -> None:
    assert "The body" not in repr(shareable(note_record({"export": False})).data)
    assert shareable(note_record(None)) == note_record(None)


def test_a_note_that_stands_in_the_line_of_its_event_loses_its_words_too() -> None:
    note = note_record(None).data["note"]
    left = without_text(event_record(MONDAY, keep_body_s=9, alerts=[{"portfolio": "ai", "note": note}]))
    assert "The body" not in repr(left.data["alerts"])
    assert not has_text(left)


def test_what_was_left_of_a_line_cannot_be_changed(tmp_path: Path) -> None:
    def work(writer: Writer) -> None:
        writer.append([(f"{MONDAY}-0", event_record(MONDAY, keep_body_s=30 * 86400))])
        writer.append(rows(5, MONDAY + HOUR))
        writer.seal("2026-11-23")

    with_writer(tmp_path, work)
    assert len(pruned(tmp_path, MONDAY + 29 * DAY)) == 1
    rewritten(tmp_path, "2026-11-23", lambda ls: [ls[0].replace(b"Vega", b"Lyra"), *ls[1:]])
    assert told(tmp_path) == ["2026-11-23:1: the line was altered: what was left of it is not what stands there"]


def test_a_line_that_somebody_else_removed_is_found(tmp_path: Path) -> None:
    mixed(tmp_path)
    pruned(tmp_path, MONDAY + 91 * DAY)
    whole = Layout(tmp_path).sealed("2026-11-23").read_bytes()

    def removed(ls: list[bytes]) -> list[bytes]:
        head, _, raw = ls[0].partition(b',"r":')
        raw = raw.rstrip(b"}\n") + b"}}"
        code = base64.urlsafe_b64encode(hashlib.sha256(raw).digest()[:16]).rstrip(b"=")
        return [head + b',"d":"' + code + b'","x":{"why":"kept long enough","at":"2027-01-01"}}\n', *ls[1:]]

    rewritten(tmp_path, "2026-11-23", removed)
    assert Layout(tmp_path).sealed("2026-11-23").read_bytes() != whole
    assert told(tmp_path) == [
        "2026-11-23:1: lines 1 to 10 are not as they were written: something was removed, "
        "or what was left was changed"
    ]


def test_a_hold_keeps_its_days_whole(tmp_path: Path) -> None:
    archive(tmp_path, 3, 3, 3, 3)
    assert holds.add(tmp_path, LegalHold(name="case-7", since="2026-11-24T12:00:00Z", until="2026-11-25T00:00:00Z"))
    assert not holds.add(tmp_path, LegalHold(name="case-7", since="2026-11-01T00:00:00Z"))
    assert [done.day for done in pruned(tmp_path, MONDAY + YEAR * 2)] == ["2026-11-23", "2026-11-25"]
    assert holds.remove(tmp_path, "case-7")
    assert not holds.remove(tmp_path, "case-7")
    assert [done.day for done in pruned(tmp_path, MONDAY + YEAR * 2)] == ["2026-11-24"]
    assert told(tmp_path) == []


def test_holds_that_cannot_be_read_stop_retention(tmp_path: Path) -> None:
    archive(tmp_path, 3, 3)
    Layout(tmp_path).holds.write_text('{"holds":[{"name":"x","since":"yesterday"}]}')
    with pytest.raises(ArchiveRefused, match="cannot be read, so nothing is removed"):
        pruned(tmp_path, MONDAY + YEAR * 2)


def test_a_day_that_is_not_as_it_was_sealed_is_not_touched(tmp_path: Path) -> None:
    mixed(tmp_path)
    rewritten(tmp_path, "2026-11-23", lambda ls: [ls[0].replace(b"said", b"done"), *ls[1:]])
    before = Layout(tmp_path).sealed("2026-11-23").read_bytes()
    (done,) = pruned(tmp_path, MONDAY + 91 * DAY)
    assert done.fault == "it is not as it was sealed, so nothing is removed; see alertd archive verify"
    assert Layout(tmp_path).sealed("2026-11-23").read_bytes() == before


@pytest.mark.parametrize("place", ["prune.after_scratch", "prune.after_entry", "seal.after_rename"])
@pytest.mark.parametrize("days", [91, 9000])
def test_a_crash_in_retention_is_mended(tmp_path: Path, place: str, days: int) -> None:
    mixed(tmp_path)
    arm(f"archive.{place}:1:raise")
    with pytest.raises(Failpoint):
        pruned(tmp_path, MONDAY + days * DAY)
    arm("")
    Writer(tmp_path).close()
    assert told(tmp_path) == []
    pruned(tmp_path, MONDAY + days * DAY)
    assert told(tmp_path) == []
    assert numbers(tmp_path) == ([0, 2, 4, 6, 8, 1] if days == 91 else [1])


def test_it_runs_beside_the_writer(tmp_path: Path) -> None:
    mixed(tmp_path)
    writer = Writer(tmp_path)
    assert len(pruned(tmp_path, MONDAY + 91 * DAY)) == 1
    writer.append(rows(1, MONDAY + DAY + HOUR, first=2))
    writer.close()
    assert told(tmp_path) == []


def test_files_that_no_line_names_go(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    first, second, third, stray = (blobs.put(text) for text in (b"1", b"2", b"3", b"4"))

    def work(writer: Writer) -> None:
        writer.append([(f"{MONDAY}-0", record(1, kind="version", files={"a": first}))])
        writer.append([(f"{MONDAY + DAY}-0", record(1, kind="version", files={"a": second}))])
        writer.append([(f"{MONDAY + 2 * DAY}-0", record(1, kind="version", deep=[{"er": third}]))])
        writer.seal("2026-11-23")
        writer.seal("2026-11-24")

    with_writer(tmp_path, work)
    now = MONDAY + 8 * 366 * DAY
    for name in blobs.names():
        os.utime(blobs.path(name), (MONDAY / 1000, MONDAY / 1000))
    assert remove_unused(tmp_path, MONDAY + DAY) == []  # it was put there a moment ago
    assert remove_unused(tmp_path, MONDAY + 3 * DAY, dry_run=True) == [stray]
    holds.add(tmp_path, LegalHold(name="h", since="2026-11-24T00:00:00Z", until="2026-11-25T00:00:00Z"))
    pruned(tmp_path, now)
    assert list(blobs.names()) == sorted([second, third])
    assert blobs.get(third) == b"3"
