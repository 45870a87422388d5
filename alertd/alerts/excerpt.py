"""Cut an event to what a message carries."""

from __future__ import annotations

import msgspec

from alertd.model import Event

MAX_BYTES = 2_000
"""UTF-8 bytes of a message's body: DESIGN.md's 2 kB."""


def excerpt(event: Event) -> Event:
    """Give the event with its body cut to at most 2,000 bytes, between words.

    It stays the beginning of the body, so that offsets into it still hold; `truncated` says that it was cut.
    """
    body = event.body
    if len(body) <= MAX_BYTES and len(body.encode("utf-8", "replace")) <= MAX_BYTES:
        return event
    raw = body[: MAX_BYTES + 1].encode("utf-8", "replace")[:MAX_BYTES]
    cut = body[: len(raw.decode("utf-8", "ignore"))]
    inside_word = not body[len(cut)].isspace() and not cut[-1].isspace()
    if inside_word and len(cut.split(None, 1)) > 1:
        cut = cut.rsplit(None, 1)[0]
    return msgspec.structs.replace(event, body=cut.rstrip(), truncated=True)
