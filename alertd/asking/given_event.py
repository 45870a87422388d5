"""The event that is asked about, of the journal."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from alertd.errors import NotThere
from alertd.model import Event, event_from_dict
from alertd.rules.walls import may_see
from alertd.store.redis import RedisStore


async def event_of_journal(store: RedisStore, source_desks: Mapping[str, str], name: str, desk: str | None) -> Event:
    """Give an event as if it came for the first time. Raises NotThere where the desk may see none."""
    found = [record for _, record in await store.trace(name) if record.kind == "event"]
    events = [event_from_dict(one.data["event"]) for one in found if one.data.get("event", {}).get("id") == name]
    seen = [event for event in events if may_see(desk, source_desks.get(event.source))]
    if not seen:
        whose = f" for desk {desk}" if desk is not None else ""
        raise NotThere(f"nothing is known{whose} of {name}: the journal has no such event")
    event = seen[-1]
    return msgspec.structs.replace(event, baseline=False, revision=1, revision_reason=None, story=None)
