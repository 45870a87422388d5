"""Filings of one poll of EDGAR's current-filings feed as events, for measuring."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

from alertd.base.ids import event_id
from alertd.model import Event

_ENTRY = re.compile(r"<entry>(.*?)</entry>", re.DOTALL)
_TITLE = re.compile(r"<title>(.{1,200}?) - ([^<]*) \((\d{10})\) \(([A-Za-z ]+)\)</title>")
_ACCESSION = re.compile(r"accession-number=([\d-]{20})")
_UPDATED = re.compile(r"<updated>(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)")
_ITEM = re.compile(r"Item (\d\.\d\d)")
_LINK = re.compile(r'href="([^"]+)"')


def polled(shared: Path) -> list[Event]:
    """Give the entries of the first poll, one event for each filer; none if it is not there."""
    folder = shared / "edgar" / "getcurrent"
    polls = sorted(folder.glob("poll1*")) if folder.is_dir() else []
    found: dict[str, Event] = {}
    for page in sorted(polls[0].iterdir()) if polls else ():
        for entry in _ENTRY.findall(page.read_text("latin-1")):
            event = _filing(entry)
            if event is not None:
                found[event.id] = event
    return sorted(found.values(), key=lambda event: (event.event_at, event.id))


def _filing(entry: str) -> Event | None:
    title, accession, at = _TITLE.search(entry), _ACCESSION.search(entry), _UPDATED.search(entry)
    if not title or not accession or not at:
        return None
    form, name, cik, role = title.groups()
    link = _LINK.search(entry)
    return Event(
        id=event_id("edgar", f"{accession[1]} {cik} {role}"),
        source="edgar",
        kind="filing",
        title=unescape(f"{form} - {name} ({cik}) ({role})"),
        url=link[1] if link else "",
        form=form,
        items=_ITEM.findall(entry),
        accession=accession[1],
        filers=[{"cik": cik, "name": unescape(name)}],
        event_at=f"{at[1]}.000Z",
    )
