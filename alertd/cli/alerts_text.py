"""What `alertd alerts` prints of its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from alertd.asking.alert_rows import Asked
from alertd.cli.output import LONGEST, ago, cut, print_json, print_table, stdout
from alertd.model import DeliveryState

_UNDER_WAY: Mapping[DeliveryState, str] = {
    "queued": "on its way",
    "waiting": "on its way",
    "sending": "on its way",
    "in_doubt": "in doubt",
    "dead": "given up",
    "expired": "expired",
}
"""What is said of a message that did not arrive, or not yet."""
Sendings = Mapping[tuple[str, str], DeliveryState]
"""Alert and receiver -> how the newest message about it stands."""


def show(rows: Sequence[dict[str, Any]], asked: Asked, now: int, sent: Sendings, *, json: bool) -> None:
    """Print the rows."""
    if json:
        print_json(rows, pretty=True)
        return
    if not rows:
        stdout().print("no alerts")
        return
    head = ["alert", "severity", "status", "changed", "portfolio", "told", "title"]
    cells = [
        [r["id"], r["severity"], _status(r, now), ago(r["updated_at"], now), r["portfolio"],
         _told(r, sent), cut(r["title"])]
        for r in rows
    ]  # fmt: skip
    if asked.text:
        head.append("found")
        cells = [[*line, _marked(r)] for line, r in zip(cells, rows, strict=True)]
    print_table("Alerts", head, cells)
    if len(rows) == asked.limit:
        which = "best" if asked.text and asked.sort == "relevance" else "newest"
        stdout().print(f"these are the {which} {asked.limit}; --limit shows more", style="dim")


def _told(one: dict[str, Any], sent: Sendings) -> str:
    """Name the receivers that were told, and how far it is where that is not done; and those for which it is held."""
    said = [
        (name, _UNDER_WAY.get(state, "") if (state := sent.get((one["id"], name))) else "") for name in one["told"]
    ]
    said += [(name, "held") for name in one["waits_for"] if name not in one["told"]]
    return ", ".join(f"{name} ({how})" if how else name for name, how in said) or "-"


def _marked(found: dict[str, Any]) -> str:
    """Give the words around a hit, the hit in brackets; of a long text those around the first one."""
    text, parts, at = str(found.get("snippet", "")), [], 0
    for start, end in found.get("hits", []):
        parts += [text[at:start], "[", text[start:end], "]"]
        at = end
    marked = "".join([*parts, text[at:]])
    before = marked.find("[", len(parts[0])) if parts else 0
    if len(marked) > LONGEST and before > LONGEST // 2:
        marked = f"…{marked[before - LONGEST // 4 :]}"
    return cut(marked)


def _status(one: dict[str, Any], now: int) -> str:
    if one["status"] == "acknowledged":
        return f"acknowledged by {one['acknowledged_by']}"
    if one["status"] == "open" and one["snoozed_until"]:
        ahead = ago(one["snoozed_until"], now)
        return f"snoozed for {ahead.removeprefix('in ')}" if ahead.startswith("in ") else "snooze over"
    return str(one["status"])
