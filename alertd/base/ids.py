"""Deterministic ids: the same thing has the same id on every machine, after every crash, under every rule version.

An id is `<kind>_` and 26 lower-case base32 characters (130 bits) of SHA-256 over the parts. Each part is
written as UTF-8 behind its length as 8 bytes, big-endian, so that ("ab", "c") and ("a", "bc") differ.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import Literal

Kind = Literal["ev", "st", "al", "dl"]

USER_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
"""What a user may call a source, receiver, portfolio, rule, company or list."""


_salt: list[str] = []


def salt_ids(salt: str) -> None:
    """Make ids of this process others than they would be, for as long as it lives: those of a replay must not be
    taken for the ids of what it replays, by a receiver that drops repeats for one.
    """
    _salt[:] = [salt]


_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS = [first + second for first in _LETTERS for second in _LETTERS]


def _digest(parts: Iterable[str], letters: int) -> str:
    """Give the first `letters` (an even number) of the digest in lower-case base32 (RFC 4648 section 6).

    Two letters at a time from a table: an entry takes a dozen of these, and base64.b32encode is five times slower.
    """
    packed: list[bytes] = []
    for part in parts:
        raw = part.encode("utf-8", "surrogatepass")
        packed += (len(raw).to_bytes(8, "big"), raw)
    bits = letters * 5
    head = hashlib.sha256(b"".join(packed)).digest()[: (bits + 7) // 8]
    number = int.from_bytes(head, "big") >> (-bits % 8)
    return "".join([_PAIRS[number >> shift & 1023] for shift in range(bits - 10, -1, -10)])


def make_id(kind: Kind, *parts: str) -> str:
    """Make an id from its parts."""
    return f"{kind}_{_digest((*_salt, *parts), 26)}"


def event_id(source: str, identity: str) -> str:
    """Name the event of an entry; `identity` is what the source calls the entry."""
    return make_id("ev", source, identity)


def usable_id(text: str) -> bool:
    """Whether an id that somebody else made can stand in our records: `|`, `,`, `@` and `/` part what is in these."""
    return 0 < len(text) <= 200 and text.isprintable() and not any(c in text for c in "|,@/")


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
    return _digest(parts, 16)
