"""The title by which an event is named beside another one, in a match of a rule over time."""

from __future__ import annotations

from alertd.model import Event


def open_title(event: Event, most: int) -> str:
    """Give so many characters of a title; empty if only some receivers may be told of the event.

    What a rule remembers is quoted in matches of later events, which may be told to others.
    """
    return "" if is_limited(event) else event.title[:most]


def is_limited(event: Event) -> bool:
    """Tell whether only some may be told of an event."""
    rights = event.provenance.rights
    return event.provenance.classification != "public" or (rights is not None and bool(rights.receivers))


def is_open(event: Event) -> bool:
    """Tell whether an event's source lets anybody know of it, a language model too."""
    rights = event.provenance.rights
    return not is_limited(event) and (rights is None or rights.model)
