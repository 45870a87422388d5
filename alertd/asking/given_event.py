"""The event that is asked about, of the journal."""

from __future__ import annotations

import msgspec

from alertd.asking.desk_view import DeskView
from alertd.errors import NotThere
from alertd.model import Event, event_from_dict
from alertd.store.redis import RedisStore


async def event_of_journal(store: RedisStore, view: DeskView, name: str) -> Event:
    """Give an event as if it came for the first time. Raises NotThere where the desk may see none.

    What its rights close to all receivers of a desk the desk does not see, either.
    """
    found = [await view.of(record) for _, record in await store.trace(name) if record.kind == "event"]
    shown = [one.data["event"] for one in found if one is not None and one.data.get("event", {}).get("id") == name]
    if not shown:
        whose = f" for desk {view.desk}" if view.desk is not None else ""
        raise NotThere(f"nothing is known{whose} of {name}: the journal has no such event")
    event = event_from_dict(shown[-1])
    return msgspec.structs.replace(event, baseline=False, revision=1, revision_reason=None, story=None)
