"""The title by which an event is named beside another one, in a match of a rule over time."""

from __future__ import annotations

from alertd.model import Event


def open_title(event: Event, most: int) -> str:
    """Give so many characters of a title; empty if only some receivers may be told of the event.

    What a rule remembers is quoted in matches of later events, which may be told to others.
    """
    provenance = event.provenance
    named = provenance.rights is not None and provenance.rights.receivers
    return "" if named or provenance.classification != "public" else event.title[:most]


def is_open(event: Event) -> bool:
    """Tell whether an event's source lets anybody know of it, a language model too."""
    rights, classification = event.provenance.rights, event.provenance.classification
    return classification == "public" and (rights is None or (rights.model and not rights.receivers))
