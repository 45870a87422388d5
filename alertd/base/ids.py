"""Deterministic ids: the same thing has the same id on every machine, after every crash, under every rule version.

An id is `<kind>_` and 26 lower-case base32 characters (130 bits) of SHA-256 over the parts. Each part is
written as UTF-8 behind its length as 8 bytes, big-endian, so that ("ab", "c") and ("a", "bc") differ.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from typing import Literal

Kind = Literal["ev", "st", "al", "dl"]

USER_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
"""What a user may call a source, receiver, portfolio, rule, company or list."""


def _digest(parts: Iterable[str]) -> str:
    h = hashlib.sha256()
    for part in parts:
        raw = part.encode("utf-8", "surrogatepass")
        h.update(len(raw).to_bytes(8, "big"))
        h.update(raw)
    return base64.b32encode(h.digest()).decode("ascii").lower()


def make_id(kind: Kind, *parts: str) -> str:
    """Make an id from its parts."""
    return f"{kind}_{_digest(parts)[:26]}"


def event_id(source: str, identity: str) -> str:
    """Name the event of an entry; `identity` is what the source calls the entry."""
    return make_id("ev", source, identity)


def story_id(founding_event: str) -> str:
    """Name a story by the event that founded it."""
    return "st_" + founding_event.removeprefix("ev_")


def alert_id(portfolio: str, subject: str) -> str:
    """Name the alert of a portfolio about one subject."""
    return make_id("al", portfolio, subject)


def delivery_id(receiver: str, alert: str, revision: int) -> str:
    """Name the message that tells a receiver about one revision of an alert."""
    return make_id("dl", receiver, alert, str(revision))


def mark(*parts: str) -> str:
    """Fingerprint of 16 characters (80 bits) for the sets that answer "seen before?"."""
    return _digest(parts)[:16]
