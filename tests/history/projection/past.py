"""Archives as values, and records as a daemon writes them, for the tests of the projection."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from alertd.base.clock import rfc3339
from alertd.history.archive.line import Line, Place
from alertd.history.projection.schema import DATA
from alertd.model import JournalRecord

NOW = 1_800_000_000_000
"""2027-01-15T08:00:00Z."""
DAYS = ("2027-01-15", "2027-01-16", "2027-01-17")


@dataclass(frozen=True)
class Sealed:
    """What an archive says of a day that is over."""

    t: str
    gone: int = 0


@dataclass
class Archive:
    """Lines in memory; what is removed stays as a line without a record."""

    written: list[Line] = field(default_factory=list)
    over: dict[str, Sealed] = field(default_factory=dict)
    id: str = "0123456789abcdef"

    def add(self, *records: JournalRecord, day: str = DAYS[0]) -> None:
        for record in records:
            n = sum(line.place.day == day for line in self.written) + 1
            number = len(self.written) + 1
            self.written.append(Line(Place(day, n), f"{NOW + number}-0", NOW + number, record))

    def remove(self, *places: Place) -> None:
        self.written = [
            one._replace(record=None, removed="kept long enough") if one.place in places else one
            for one in self.written
        ]

    def put(self, place: Place, record: JournalRecord) -> None:
        self.written = [one._replace(record=record) if one.place == place else one for one in self.written]

    def drop(self, day: str) -> None:
        self.written = [one for one in self.written if one.place.day != day]

    def lines(self, after: Place | None = None) -> Iterator[Line]:
        return iter([line for line in self.written if after is None or line.place > after])

    def sealed(self) -> dict[str, Sealed]:
        return self.over

    def at(self, places: Sequence[Place]) -> list[Line]:
        wanted = set(places)
        return [line for line in self.written if line.place in wanted]


@dataclass(frozen=True)
class Pruned:
    """What an archive removed of a day."""

    day: str
    removed: Sequence[int] = ()
    redacted: Sequence[int] = ()
    gone: bool = False


def card(alert: str = "al_a", revision: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "id": alert,
        "revision": revision,
        "portfolio": "ai",
        "portfolio_title": "AI infrastructure",
        "desk": None,
        "status": "open",
        "severity": "high",
        "title": "Vega Grid leases its Orion supercomputer to Lumen Labs",
        "rules": ["lease"],
        "story": "st_a",
        "url": "https://wire.example.com/1",
        "first_at": rfc3339(NOW),
        "updated_at": rfc3339(NOW + revision),
        "acknowledged_by": None,
        "acknowledged_at": None,
        "snoozed_until": None,
        "merged_into": None,
        "useful": 0,
        "noise": 0,
        "subject": "st_a",
        "sources": 1,
        "event": "ev_a",
        "companies": ["vega-grid"],
        "holdings": [
            {"company": "cik-0001045810", "label": "NVDA", "weight": 0.08, "named": False,
             "path": ["supplies Vega Grid"], "impact": "good"},
        ],
        "matches": [
            {"rule": "lease", "rule_hash": "h", "severity": "high", "title": "Compute lease", "event": "ev_a",
             "event_revision": 1, "experimental": False},
        ],
        "changes": ["first report"],
        "quotes": ["leases its Orion supercomputer"],
    } | more  # fmt: skip


def event(
    name: str = "ev_a", *cards: dict[str, Any], revision: int = 1, desk: str | None = None, **more: Any
) -> JournalRecord:
    """Make the record of an event that a rule held for, with the alerts that it led to."""
    told = {"desk": f"dl_{name}"}
    decisions = [
        {"portfolio": one["portfolio"], "alert": one["id"], "alert_revision": one["revision"], "reason": "first",
         "receivers": told, "rules": one["rules"]}
        for one in cards
    ]  # fmt: skip
    matches = [
        {"portfolio": one["portfolio"], "rule": one["rules"][0], "rule_hash": "h", "severity": one["severity"],
         "event": name, "event_revision": revision, "holdings": one["holdings"], "company": "cik-0001045810"}
        for one in cards
    ]  # fmt: skip
    fields = {
        "id": name,
        "source": "wire",
        "title": "Vega Grid leases its Orion supercomputer to Lumen Labs",
        "revision": revision,
        "published_at": rfc3339(NOW - 5_000),
        "published_precision": "second",
        "seen_at": rfc3339(NOW - 1_000),
        "event_at": rfc3339(NOW - 5_000),
        "companies": [{"id": "vega-grid", "name": "Vega Grid", "relevance": 0.9, "role": "lessor"}],
        "event_types": [{"type": "compute_lease", "confidence": 0.93}],
        "sentiment": {"score": 0.4, "confidence": 0.8},
        "story": {"id": "st_a", "novelty": 1.0, "sources": 1},
    } | more
    data: dict[str, Any] = {"event": fields, "matches": matches, "decisions": decisions, "alerts": list(cards)}
    if desk is not None:
        data["source_desk"] = desk
    if desks := {one["portfolio"]: one["desk"] for one in cards if one["desk"]}:
        data["desks"] = desks
    ids = list(dict.fromkeys([name, *(one["id"] for one in cards), *([f"dl_{name}"] if cards else [])]))
    return JournalRecord(kind="event", at=rfc3339(NOW), ids=ids, reason="first" if cards else "no_match", data=data)


def answer(one: dict[str, Any], kind: str = "acknowledge", who: str = "jd", receivers: Any = None) -> JournalRecord:
    data = {"who": who, "via": "slack", "portfolio": one["portfolio"], "desk": one["desk"],
            "revision": one["revision"], "receivers": receivers or {}, "alert": one}  # fmt: skip
    return JournalRecord(kind="answer", at=rfc3339(NOW), ids=[one["id"]], reason=kind, data=data)


def note(alert: str = "al_a", revision: int = 1, delivery: str = "dl_note") -> JournalRecord:
    """Make the record of a note that a model wrote."""
    written = {"event": "ev_a", "by": "openai/small-1", "statements": []}
    data: dict[str, Any] = {
        "alert": alert, "portfolio": "ai", "desk": None, "revision": revision, "receivers": {"desk": delivery},
        "note": written, "dropped": [], "took_ms": 300,
    }  # fmt: skip
    return JournalRecord(kind="note", at=rfc3339(NOW), ids=[alert, "ev_a", delivery], reason="written", data=data)


def delivery(name: str = "dl_ev_a", alert: str = "al_a", reason: str = "sent", **more: Any) -> JournalRecord:
    data = {"delivery": name, "receiver": "desk", "alert": alert, "alert_revision": 1, "type": "alert.fired",
            "queued_ms": NOW, "attempts": 1, "due_ms": NOW, "detail": ""} | more  # fmt: skip
    return JournalRecord(kind="delivery", at=rfc3339(NOW), ids=[name, alert, "desk"], reason=reason, data=data)


def dump(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Give all that is in a projection, with the words that can be searched; checks that their indexes fit."""
    with sqlite3.connect(path) as db:
        for words in ("alert_text", "event_text"):
            db.execute(f"INSERT INTO {words}({words}, rank) VALUES ('integrity-check', 1)")
        found = {table: sorted(db.execute(f"SELECT * FROM {table}"), key=repr) for table in ("meta", *DATA)}
        found["alert_text"] = db.execute("SELECT rowid, * FROM alert_text ORDER BY rowid").fetchall()
        words = "SELECT rowid FROM event_text WHERE event_text MATCH 'vega OR orion OR amended' ORDER BY rowid"
        found["event_text"] = db.execute(words).fetchall()
    db.close()
    return found


def without_quotes(record: JournalRecord) -> JournalRecord:
    """Give a record as the archive leaves it once the words of its source may not be kept any more."""
    cards = [one | {"quotes": []} for one in record.data.get("alerts", [])]
    return replace(record, data=record.data | {"alerts": cards})
