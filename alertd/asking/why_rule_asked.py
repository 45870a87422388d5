"""What a rule made of the events since a time, asked apart: it reads the journal, and asks the rule again."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from alertd.alerts.rights import shown
from alertd.asking.caller import Caller
from alertd.asking.room import Room
from alertd.asking.why_rule import made_of

ENOUGH_S = 30.0
"""After so long it is answered with what was made until then: whoever asks waits no longer than a minute."""


@dataclass(frozen=True, slots=True)
class RuleWhyAsked:
    """What became of the events; `portfolio` is one that whoever asks may see, with this rule."""

    caller: Caller
    portfolio: str
    rule: str
    since_ms: int
    limit: int

    async def answer(self, room: Room) -> Mapping[str, Any]:
        """Answer it. Raises StoreUnavailable."""
        until, store = time.monotonic() + ENOUGH_S, await room.store()
        with room.kept() as kept:
            made = await made_of(
                store, await room.view(self.caller, kept), self.portfolio, self.rule, self.since_ms, self.limit,
                books=room.books(), as_seen=(lambda event: event) if self.caller.all_desks else shown,
                enough=lambda: time.monotonic() > until,
            )  # fmt: skip
        return made.document() | {"until": made.until, "more": made.more}
