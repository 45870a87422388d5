"""What is running and healthy, as a desk may see it."""

from __future__ import annotations

from typing import Any

from alertd.asking.desk_view import DeskView, owners_of
from alertd.history.walls import UNKNOWN
from alertd.text.written import counted

TROUBLE = ("late", "silent", "failing", "gone")
"""States of a source that are not as they should be."""
_ORDER = {state: place for place, state in enumerate(("gone", "failing", "silent", "late", "new", "fine"))}


def in_order(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Put the rows of sources in trouble first, the worst before the others."""
    return sorted(rows, key=lambda row: _ORDER.get(row["state"], 0))


def seen_by(found: dict[str, Any], view: DeskView) -> dict[str, Any]:
    """Leave out what is another desk's: sources, receivers, positions, and faults, which may name anything."""
    owners = owners_of(view.books.reach)
    seen = dict(found)
    for rows in {"sources", "receivers"} & found.keys():
        seen[rows] = [row for row in found[rows] if view.may_see(owners.get(row["id"], UNKNOWN))]
    seen["daemons"] = [_daemon(daemon, view) for daemon in found.get("daemons", [])]
    return seen


def _daemon(daemon: dict[str, Any], view: DeskView) -> dict[str, Any]:
    positions = [one for one in daemon["positions"] if view.sees_portfolio(one["portfolio"], view.books.today())]
    faults = [f"{counted(len(daemon['faults']), 'fault')}: see alertd check"] if daemon["faults"] else []
    return daemon | {"positions": positions, "faults": faults}


def overlay(found: dict[str, Any], live: dict[str, Any] | None) -> None:
    """Put the rows of sources that a daemon polls itself over those written down, unless these are newer."""
    rows = {row["id"]: row for row in (live or {}).get("sources", []) if row.get("polls")}
    found["sources"] = [
        rows[row["id"]] if rows.get(row["id"], {"polls": -1})["polls"] >= row["polls"] else row
        for row in found["sources"]
    ]
