"""Archives for tests: records at their times, written as the daemon writes them."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec

from alertd.base.clock import parse_rfc3339, rfc3339
from alertd.history.archive.writer import Writer
from alertd.model import Decision, Event, JournalRecord, Match, event_to_dict

START = parse_rfc3339("2026-03-02T10:00:00Z")


def event_record(
    event: Event,
    at_ms: int,
    *,
    matches: Iterable[Match] = (),
    decisions: Iterable[Decision] = (),
    **data: Any,
) -> JournalRecord:
    fields = {
        "event": event_to_dict(event),
        "matches": msgspec.to_builtins(list(matches)),
        "decisions": msgspec.to_builtins(list(decisions)),
        "failures": [],
        "rules_version": "r1",
    }
    return JournalRecord(kind="event", at=rfc3339(at_ms), ids=[event.id], reason="no_match", data=fields | data)


def write_archive(path: Path, records: Iterable[JournalRecord], *, ids: Iterable[str] = ()) -> Path:
    """Write records under journal ids of their own times, or those given."""
    given = list(ids)
    lines = [(given[n] if given else f"{parse_rfc3339(record.at)}-{n}", record) for n, record in enumerate(records)]
    with closing(Writer(path)) as writer:
        writer.append(lines)
    return path
