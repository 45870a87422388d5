"""Where in an alert words stand: a passage around them, and the places of the words in it.

By FTS5 itself, over the few alerts that are shown: the whole index would be gone through once for each of them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from alertd.history.projection.schema import ALERT_TEXT

WORDS = 16
_HIT, _END = "\x02", "\x03"


def snippets(texts: Sequence[tuple[Any, ...]], match: str) -> dict[int, dict[str, Any]]:
    """Give for each alert (number, title, changes, quotes, companies, rules) `snippet` and `hits`, ends exclusive."""
    db = sqlite3.connect(":memory:")
    try:
        db.execute(ALERT_TEXT)
        db.executemany(
            "INSERT INTO alert_text(rowid, title, changes, quotes, companies, rules) VALUES (?, ?, ?, ?, ?, ?)", texts
        )
        found = db.execute(
            f"SELECT rowid, snippet(alert_text, -1, ?, ?, '…', {WORDS}) FROM alert_text WHERE alert_text MATCH ?",
            (_HIT, _END, match),
        ).fetchall()
    finally:
        db.close()
    return {number: _parted(marked) for number, marked in found}


def _parted(marked: str) -> dict[str, Any]:
    """Take the marks out of a snippet, and say where they were."""
    text, hits, start = "", [], 0
    for c in marked:
        if c == _HIT:
            start = len(text)
        elif c == _END:
            hits.append([start, len(text)])
        else:
            text += " " if c == "\n" else c
    return {"snippet": text, "hits": hits}
