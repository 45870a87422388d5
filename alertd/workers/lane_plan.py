"""When a failed message is tried again: pure."""

from __future__ import annotations

from alertd.model import Delivery
from alertd.notify.ladder import next_attempt
from alertd.notify.outcome import Later

LAST_TRY_MS = 30_000
"""How long before its expiry a message is tried a last time, where the ladder's next step lies behind that."""


def due_again(outcome: Later, delivery: Delivery, now: int, believed: int) -> int | None:
    """Give the time of the next attempt in ms; None: none is left before the message expires.

    `believed` is `now` without what the clock has leapt lately: a message does not expire by that.
    What waits for a receiver that is gone is due at once: its pause holds it, and whoever ends the pause by hand does
    not wait for it. It is never given up; it expires.
    """
    if outcome.gone:
        return now
    due_ms = next_attempt(now, delivery.failures + outcome.counts, outcome.after_s)
    expires_ms = delivery.expires_ms + now - believed
    if due_ms >= expires_ms and expires_ms - now > 2 * LAST_TRY_MS:
        due_ms = expires_ms - LAST_TRY_MS  # what time is left is used for one more
    return due_ms if due_ms < expires_ms else None
