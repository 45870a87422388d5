"""Alerts in the order in which they changed, of very many: without and with words that have to stand in them.

A word may stand in most of a hundred thousand alerts, and those that changed last are nearly always among those that
were raised last. So these are looked through first; what is older and changed since is looked at by itself.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from alertd.history.projection.query import Value

NEWEST = 5_000
"""Alerts that are looked through for words first, those that were raised last."""
MANY = 500
"""Of those before them so many are looked at by themselves; of more, all are looked through at once."""
Found = tuple[int, int, str]
"""An alert's number, when it changed in ms, its id."""


def newest(
    connection: sqlite3.Connection, condition: str, values: Sequence[Value], match: str, limit: int
) -> list[Found]:
    """Give the alerts `a` that meet a condition, the one that changed last first, of the same moment by id.

    With `match`, an expression of FTS5, only those in which it is found.
    """
    if not match:
        return _asked(connection, condition, values, limit)
    row = connection.execute("SELECT number FROM alerts ORDER BY number DESC LIMIT 1 OFFSET ?", [NEWEST]).fetchone()
    if row is not None:
        (floor,) = row
        found = _among(connection, condition, values, match, limit, "rowid > ?", [floor])
        if found and len(found) == limit:
            risen = connection.execute(
                "SELECT number FROM alerts WHERE updated_ms >= ? AND number <= ? LIMIT ?",
                [found[-1][1], floor, MANY + 1],
            ).fetchall()
            if len(risen) <= MANY:
                numbers = [number for (number,) in risen]
                marks = ",".join("?" * len(numbers))
                older = _among(connection, condition, values, match, limit, f"rowid IN ({marks})", numbers)
                return sorted([*found, *older], key=lambda one: (one[1], one[2].encode()), reverse=True)[:limit]
    return _among(connection, condition, values, match, limit, "1", [])


def _among(
    connection: sqlite3.Connection,
    condition: str,
    values: Sequence[Value],
    match: str,
    limit: int,
    part: str,
    bounds: Sequence[Value],
) -> list[Found]:
    text = f" AND a.number IN (SELECT rowid FROM alert_text WHERE alert_text MATCH ? AND {part})"
    return _asked(connection, condition + text, [*values, match, *bounds], limit)


def _asked(connection: sqlite3.Connection, condition: str, values: Sequence[Value], limit: int) -> list[Found]:
    return connection.execute(
        f"SELECT a.number, a.updated_ms, a.alert FROM alerts a WHERE {condition}"
        " ORDER BY a.updated_ms DESC, a.alert DESC LIMIT ?",
        [*values, limit],
    ).fetchall()
