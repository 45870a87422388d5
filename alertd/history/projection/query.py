"""Which alerts are asked for, and the SQL for it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from alertd.alerts.policy import severity_rank
from alertd.model import Severity

Value = str | int


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertFilter:
    """Which alerts; what is None does not matter."""

    portfolio: str | None = None
    status: Literal["open", "acknowledged", "closed", "snoozed"] | None = None
    severity: Severity | None = None
    """At least so severe."""
    since_ms: int | None = None
    """It changed then or later."""
    until_ms: int | None = None
    """It was first raised before."""
    rule: str | None = None
    company: str | None = None
    """An id, a ticker or the label of a holding, in any case."""
    event_type: str | None = None
    """One of its events reports it."""
    source: str | None = None
    """One of its events is from there."""
    receiver: str | None = None
    """It was told of it, or of one that it carries on."""
    now_ms: int = 0
    """For what is snoozed."""
    desks: tuple[str | None, ...] | None = None
    """It belongs to one of these; None among them: to nobody."""
    portfolios: tuple[str, ...] | None = None
    """It is of one of these."""


FEW = 2_000
"""So many alerts can be looked at one by one."""
Few = Callable[[str, Value], bool]
"""Tells whether a query with one value gives at most `FEW` rows."""


def utf8(text: str) -> str:
    """Give a text as SQLite takes it: what a terminal gave that is no UTF-8 stands nowhere."""
    return text.encode("utf-8", "replace").decode("utf-8")


def carried(alert: str) -> str:
    """Give the query for an alert, a column or `?`, and all that became part of it (stories merged)."""
    return (
        f"WITH RECURSIVE c(alert) AS (SELECT {alert} UNION"
        " SELECT m.alert FROM c JOIN alerts m ON m.merged_into = c.alert) SELECT alert FROM c"
    )


_TOLD = (
    "WITH RECURSIVE c(alert) AS (SELECT alert FROM told WHERE receiver = ? UNION"
    " SELECT m.merged_into FROM c JOIN alerts m ON m.alert = c.alert WHERE m.merged_into IS NOT NULL)"
    " SELECT alert FROM c"
)
"""The alerts of which a receiver was told, and those that carry them on."""


def where(wanted: AlertFilter, few: Few) -> tuple[str, list[Value]]:
    """Give the condition on `alerts a`, and its values.

    Where few alerts have what is asked for these are looked up; else each alert that is looked at is asked for it.
    SQLite cannot know which it is.
    """
    parts = [*_conditions(wanted), *_having(wanted, few)]
    values = [utf8(value) if isinstance(value, str) else value for _, values in parts for value in values]
    return " AND ".join(text for text, _ in parts) or "1", values


def _conditions(wanted: AlertFilter) -> Iterator[tuple[str, list[Value]]]:
    if wanted.portfolio is not None:
        yield "a.portfolio = ?", [wanted.portfolio]
    if wanted.portfolios is not None:
        yield f"a.portfolio IN ({_marks(wanted.portfolios)})", [*wanted.portfolios]
    if wanted.desks is not None:
        named = [desk for desk in wanted.desks if desk is not None]
        nobody = " OR a.desk IS NULL" if None in wanted.desks else ""
        yield f"(a.desk IN ({_marks(named)}){nobody})", [*named]
    if wanted.status == "snoozed":
        yield "a.status <> 'closed' AND a.snoozed_ms > ?", [wanted.now_ms]
    elif wanted.status is not None:
        yield "a.status = ?", [wanted.status]
    if wanted.severity is not None:
        yield "a.rank >= ?", [severity_rank(wanted.severity)]
    if wanted.since_ms is not None:
        yield "a.updated_ms >= ?", [wanted.since_ms]
    if wanted.until_ms is not None:
        yield "a.first_ms < ?", [wanted.until_ms]
    if wanted.event_type is not None:
        yield (
            "EXISTS (SELECT 1 FROM decisions d JOIN types t ON t.event = d.event AND t.revision = d.revision"
            " WHERE d.alert = a.alert AND t.type = ? AND t.confidence >= 0.5)",
            [wanted.event_type],
        )
    if wanted.source is not None:
        yield (
            "EXISTS (SELECT 1 FROM decisions d JOIN events e ON e.event = d.event AND e.revision = d.revision"
            " WHERE d.alert = a.alert AND e.source = ?)",
            [wanted.source],
        )


def _having(wanted: AlertFilter, few: Few) -> Iterator[tuple[str, list[Value]]]:
    asked = (
        ("alert_rules", "rule", wanted.rule),
        ("alert_companies", "company", wanted.company.casefold() if wanted.company is not None else None),
    )
    for table, column, value in asked:
        if value is None:
            continue
        rows = f"SELECT alert FROM {table} WHERE {column} = ?"
        if few(rows, utf8(value)):
            yield f"a.alert IN ({rows})", [value]
        else:
            yield f"EXISTS (SELECT 1 FROM {table} x WHERE x.alert = a.alert AND x.{column} = ?)", [value]
    if wanted.receiver is not None:
        if few("SELECT alert FROM told WHERE receiver = ?", utf8(wanted.receiver)):
            yield f"a.alert IN ({_TOLD})", [wanted.receiver]
        else:
            told = f"SELECT 1 FROM told x WHERE x.receiver = ? AND x.alert IN ({carried('a.alert')})"
            yield f"EXISTS ({told})", [wanted.receiver]


def _marks(values: Sequence[str]) -> str:
    return ", ".join("?" * len(values))
