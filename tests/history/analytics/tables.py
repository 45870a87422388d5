"""The projection's tables, filled by hand: what a report on them has to say can be worked out on paper."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass, field
from typing import Any

from alertd.alerts.policy import severity_rank
from alertd.base.clock import parse_rfc3339
from alertd.history.analytics.model import Report
from alertd.history.analytics.portfolio import report_of
from alertd.history.analytics.subject import Held, Subject
from alertd.history.projection.schema import TABLES, insert
from alertd.model import Severity

DAY, HOUR, MINUTE = 86_400_000, 3_600_000, 60_000
UNTIL = parse_rfc3339("2026-01-19T12:00:00Z")  # a Monday, 07:00 in New York
SINCE = UNTIL - 7 * DAY
NVDA, VRT, ORCL = "nvda", "vrt", "orcl"
SUBJECT = Subject(
    portfolio="ai",
    title="AI infrastructure",
    timezone="America/New_York",
    as_of="2026-01-19",
    holdings=(
        Held(company=NVDA, label="NVDA", weight=0.08),
        Held(company=VRT, label="VRT", weight=0.04),
        Held(company=ORCL, label="ORCL", weight=-0.02),
    ),
    rules={"lease": "Compute lease", "cut": "Guidance cut"},
)


def database() -> sqlite3.Connection:
    db = sqlite3.connect(":memory:")
    for statement in TABLES:
        db.execute(statement)
    return db


@dataclass
class Tables:
    """A projection. What it is told in each call is a journal line of its own."""

    db: sqlite3.Connection = field(default_factory=database)
    seq: int = 0

    def line(self, at_ms: int) -> int:
        """Add a line of the archive; gives its number."""
        self.seq += 1
        self.put("lines", self.seq, at_ms, "event", "")
        return self.seq

    def put(self, table: str, *values: Any) -> None:
        self.db.execute(insert(table), values)

    def event(
        self,
        name: str,
        at_ms: int,
        *mentions: tuple[str, float] | str,
        story: str | None = None,
        revision: int = 1,
        source: str = "wire",
        desk: str | None = None,
        types: tuple[str, ...] = (),
        confidence: float = 1.0,
        relevance: float = 1.0,
        status: str = "announced",
        sources: int = 1,
        **clocks: Any,
    ) -> str:
        """Add an event that names companies, each with the tone of its sentences (0 if it is not given)."""
        seq = self.line(clocks.get("decided_ms", at_ms))
        named = [one if isinstance(one, tuple) else (one, 0.0) for one in mentions]
        visible = clocks.get("visible_ms", at_ms)
        self.put(
            "events", seq, name, revision, clocks.get("seen_ms", at_ms), visible, at_ms,
            clocks.get("decided_ms", at_ms), clocks.get("precision", "second"), source, desk, "news", None, "en",
            "high", clocks.get("title", f"{name} happens"), f"https://wire.example/{name}", story, 1.0, sources,
            clocks.get("tone", 0.1),
            confidence, clocks.get("baseline", 0), clocks.get("late", 0), clocks.get("withdrawn", 0),
            clocks.get("shared", int(desk is None)),
        )  # fmt: skip
        for company, tone in named:
            self.put("mentions", name, revision, company, company, relevance, tone, None)
        for kind in types:
            self.put("types", name, revision, kind, 0.9, status)
        return name

    def touch(
        self, event: str, company: str, weight: float | None, path: tuple[str, ...] = (), label: str = ""
    ) -> None:
        """Say that a match of the portfolio touched a holding."""
        named = int(not path)
        self.put("touched", event, 1, "ai", company, label or company.upper(), weight, named, json.dumps(path), None)

    def alert(
        self,
        name: str,
        at_ms: int,
        event: str,
        severity: Severity = "high",
        rules: tuple[str, ...] = ("lease",),
        *,
        portfolio: str = "ai",
        desk: str | None = None,
        told: bool = True,
        **changes: Any,
    ) -> None:
        """Add an alert that an event raised."""
        story = changes.get("story", event)
        useful, noise = changes.get("useful", 0), changes.get("noise", 0)
        seq = self.line(at_ms)
        self.put(
            "alerts", seq, name, portfolio, desk, story, story, severity, severity_rank(severity), "open", name,
            at_ms, changes.get("updated_ms", at_ms), 1, 1, changes.get("acknowledged_by"), None, None,
            changes.get("merged_into"), useful, noise, "{}", seq,
        )  # fmt: skip
        self.put("decisions", event, 1, portfolio, desk, name, 1, "first", "", seq)
        for rule in rules:
            self.put("alert_rules", name, rule)
        if told:
            self.put("told", name, "pm", f"dl_{name}", 1, seq)

    def sent(self, alert: str, receiver: str, queued_ms: int, ended_ms: int, **changes: Any) -> None:
        """Add a message that told a receiver of an alert."""
        seq = self.line(ended_ms)
        kind, state = changes.get("type", "alert.fired"), changes.get("state", "sent")
        revision = changes.get("revision", 1)
        self.put(
            "deliveries", seq, f"dl_{alert}_{receiver}_{revision}", receiver, alert, revision, kind, queued_ms,
            ended_ms, state, 1, "",
        )  # fmt: skip

    def report(self, subject: Subject = SUBJECT, since: int = SINCE, until: int = UNTIL, **more: Any) -> Report:
        """Make the report."""
        return report_of(self.db, subject, since, until, until, **more)
