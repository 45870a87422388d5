"""The event that a command is about: a file, JSON, or an id of the journal; and the settings and rules of now."""

from __future__ import annotations

import re
from pathlib import Path

from alertd.app.link import Snapshot
from alertd.app.snapshot import all_faults
from alertd.asking.desk_view import DeskView
from alertd.asking.events import EventReader
from alertd.asking.given_event import event_of_journal
from alertd.asking.past_rules import Books
from alertd.cli.connect import command_store, reach_from
from alertd.cli.explain import BY_ID, content_of
from alertd.cli.output import environment, fail, guarded, told, warn
from alertd.errors import ConfigError, ParseFailed
from alertd.model import Event
from alertd.rules.loaded import Loaded

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
        event = reader.timeline(content_of(written, BY_ID))[-1]
    except ParseFailed as error:
        fail(f"not an event: {error}")
    for remark in reader.remarks():
        warn(remark, "yellow")
    return event


async def _of_journal(snapshot: Snapshot, name: str, desk: str | None) -> Event:
    reach = reach_from(snapshot.settings)
    async with command_store(reach) as store:
        return await event_of_journal(store, DeskView(desk, Books(reach, told), store.load_alerts), name)
