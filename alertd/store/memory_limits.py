"""Turns and silence in memory."""

from __future__ import annotations

from alertd.store.types import Turn

AHEAD_MS = 600_000
"""Turns further ahead than anybody would wait, and this, are those of a clock that was set back."""


class MemoryLimits:
    """`take_turn` and `keep_quiet`, as Redis does them."""

    _turns: dict[str, dict[str, int]]
    _quiet: dict[str, int]

    async def take_turn(self, limit: str, token: str, now: int, interval_ms: int, longest_ms: int) -> Turn:
        """Take the next moment at which to send."""
        if (silent := self._quiet.get(limit, 0)) > now:
            return Turn(kind="quiet", at_ms=silent)
        turns = self._turns.setdefault(limit, {})
        if token in turns:
            return Turn(kind="turn", at_ms=turns[token])
        if max(turns.values(), default=0) > now + longest_ms + AHEAD_MS:
            turns.clear()
        at = max(now, max(turns.values(), default=0) + interval_ms)
        if at - now > longest_ms:
            return Turn(kind="full", at_ms=at)
        turns[token] = at
        for old in [one for one, when in turns.items() if when <= now - 60_000]:
            del turns[old]
        return Turn(kind="turn", at_ms=at)

    async def keep_quiet(self, limit: str, until_ms: int, now: int) -> None:
        """Give nobody a turn until then."""
        if (silent := max(until_ms, self._quiet.get(limit, 0))) > now:
            self._quiet[limit] = silent
