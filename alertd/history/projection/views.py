"""Walls: views of a connection that stand before the tables, so that no query of a desk sees another's rows.

SQLite looks for a name among the temporary views first. A desk sees its own and nobody's; what cannot be attributed
it does not see: deliveries about no alert, the lines themselves.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection

_EVENT_SEEN = (
    "EXISTS (SELECT 1 FROM main.events e WHERE e.event = t.event AND e.revision = t.revision"
    " AND (e.source_desk IS NULL OR e.source_desk = {desk}))"
)
_ALERT_SEEN = "EXISTS (SELECT 1 FROM main.alerts a WHERE a.alert = t.alert AND (a.desk IS NULL OR a.desk = {desk}))"
_OWN = "(t.desk IS NULL OR t.desk = {desk})"
_SEEN = {
    "events": "(t.source_desk IS NULL OR t.source_desk = {desk})",
    "mentions": _EVENT_SEEN + " AND t.company NOT IN ({hidden})",
    "types": _EVENT_SEEN,
    "matches": f"{_OWN} AND {_EVENT_SEEN}",
    "touched": f"{_OWN} AND {_EVENT_SEEN}",
    "decisions": f"{_OWN} AND {_EVENT_SEEN}",
    "alerts": _OWN,
    "alert_rules": _ALERT_SEEN,
    "alert_companies": _ALERT_SEEN,
    "deliveries": _ALERT_SEEN,
    "told": _ALERT_SEEN,
    "answers": f"{_OWN} AND {_ALERT_SEEN}",
    "cards": _ALERT_SEEN,
    "lines": "0",
    "ids": "0",
}


def put_up(db: sqlite3.Connection, desk: str, hidden: Collection[str]) -> None:
    """Let a connection see only what a desk may; `hidden` are companies that are other desks' alone."""
    names = {"desk": _literal(desk), "hidden": ", ".join(map(_literal, sorted(hidden)))}
    for table, seen in _SEEN.items():
        db.execute(f"CREATE TEMP VIEW {table} AS SELECT * FROM main.{table} t WHERE {seen.format(**names)}")


def _literal(text: str) -> str:
    """Write a text as SQL does; a view takes no parameters."""
    return "'" + text.replace("\0", "").replace("'", "''") + "'"
