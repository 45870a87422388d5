"""The event that a command is about: a file, JSON, or an id of the journal; and the settings and rules of now."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from alertd.app.link import Snapshot
from alertd.app.snapshot import all_faults
from alertd.cli.connect import command_store, reach_from
from alertd.cli.events import EventReader
from alertd.cli.explain import content_of
from alertd.cli.output import environment, fail, guarded, warn
from alertd.errors import ConfigError, ParseFailed
from alertd.model import Event, event_from_dict
from alertd.rules.loaded import Loaded
from alertd.rules.walls import may_see

_ID = re.compile(r"ev_[a-z2-7]+")


def snapshot_of_now(config: Path | None) -> tuple[Snapshot, Loaded]:
    """Load settings and rules. Ends the command if they are faulty."""
    found, faults = all_faults(config, environment())
    if found is None:
        fail(ConfigError([fault for fault in faults if fault.severity == "error"]))
    return found.snapshot, found.rules


def event_given(snapshot: Snapshot, loaded: Loaded, written: str, desk: str | None = None) -> Event:
    """Give the event that was named. Ends the command if there is none, or none that the desk may see."""
    if _ID.fullmatch(written):
        return guarded(lambda: _of_journal(snapshot, written, desk))
    return _read(loaded, written)


def _read(loaded: Loaded, written: str) -> Event:
    """Read an event as `alertd explain` does. Ends the command if it is none."""
    reader = EventReader.of(loaded)
    try:
        event = reader.timeline(content_of(written))[-1]
    except ParseFailed as error:
        fail(f"not an event: {error}")
    for remark in reader.remarks():
        warn(remark, "yellow")
    return event


async def _of_journal(snapshot: Snapshot, name: str, desk: str | None) -> Event:
    async with command_store(reach_from(snapshot.settings)) as store:
        found = [record for _, record in await store.trace(name) if record.kind == "event"]
    events = [event_from_dict(one.data["event"]) for one in found if one.data.get("event", {}).get("id") == name]
    owners = snapshot.book.source_desks
    seen = [event for event in events if may_see(desk, owners.get(event.source))]
    if not seen:
        whose = f" for desk {desk}" if desk is not None else ""
        fail(f"nothing is known{whose} of {name}: the journal has no such event")
    event = seen[-1]
    return msgspec.structs.replace(event, baseline=False, revision=1, revision_reason=None, story=None)
