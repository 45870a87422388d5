"""What the life of an alert asks of a store beside committing: silences, marks, held alerts, timers, answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from alertd.model import Hold, JournalRecord, NewDelivery, Silence, Timer, Told, Window


class LifeStore(Protocol):
    """Silences, marks, counts, windows, timers, feedback."""

    # --- what deciding rests on ------------------------------------------------------------------

    async def silences(self, now: int) -> list[Silence]:
        """Give the silences that are not over, in the order of their ids."""

    async def put_silence(self, silence: Silence, record: JournalRecord, now: int) -> None:
        """Write a silence, new or changed, with its line of the journal. Repeatable, but for the line."""

    async def marks(self, names: Sequence[str], now: int) -> dict[str, tuple[str, int]]:
        """Give value and end (ms) of the cooldown marks that are there and not over."""

    async def counted(self, names: Sequence[str]) -> dict[str, int]:
        """Give counters; 0 for one that is not there."""

    # --- alerts put off --------------------------------------------------------------------------

    async def windows(self, now: int, limit: int) -> list[Window]:
        """Give the windows that are over and have alerts in them, the one that ended first first."""

    async def waiting_in(self, receivers: Sequence[str]) -> list[Window]:
        """Give the windows of receivers, also those that are not over."""

    async def held(self, window: str) -> list[Hold]:
        """Give what waits in a window, by alert. One that cannot be read is left out and stays there."""

    async def release(
        self,
        window: str,
        members: Sequence[Hold],
        deliveries: Sequence[NewDelivery],
        record: JournalRecord,
        now: int,
        *,
        lanes: Mapping[str, Told] | None = None,
        timers: Sequence[Timer] = (),
        part: int = -1,
        versions: Mapping[str, int] | None = None,
    ) -> bool:
        """Take members out of a window, queue the messages about them and journal it, all or nothing.

        False, and nothing is done: one of the members is not there as it was read (it was released by another, or a
        newer revision has come): read again. When messages were queued the window's `part` is counted up. Where their
        ids have it in them, `part` says which they were made for: another one by now is False too, because a message
        of the same id would not be queued.

        `lanes` says of alerts what the window's receiver knows from now on; their versions go up, so that a commit
        under way decides again. A lane that by then knows a newer revision, or is held in another window, keeps that.
        `versions` are those of alerts of `lanes` as they were read: another one by now is False, for a message that
        would take the place of a newer one in its chain.
        `timers` are set, but for those that are there already.
        """

    # --- timers ----------------------------------------------------------------------------------

    async def timers_due(self, now: int, limit: int) -> list[Timer]:
        """Give the timers whose time has come, the oldest first. They stay until a commit cancels them."""

    async def claim_notes(self, now: int, until_ms: int, limit: int) -> list[str]:
        """Give alerts whose note a model is to write, to nobody else until then. They stay until a commit ends it."""
        ...

    async def put_off_note(self, alert: str, due_ms: int) -> None:
        """Say when a note is tried again."""
        ...

    async def drop_note(self, alert: str) -> None:
        """Forget a note whose alert is gone."""
        ...

    async def drop_timer(self, name: str, due_ms: int) -> None:
        """Forget a timer whose alert is not there any more, unless it was set anew meanwhile."""

    # --- answers ---------------------------------------------------------------------------------

    async def alerts(self, since_ms: int, limit: int) -> list[str]:
        """Give the ids of alerts that changed since then, the one that changed last first."""

    async def note_feedback(self, portfolio: str, alert: str, data: dict[str, Any], now: int) -> None:
        """Remember what people think of an alert, by the portfolio's identity, for 400 days; the last word counts."""

    async def feedback(self, portfolios: Sequence[str]) -> dict[str, dict[str, dict[str, Any]]]:
        """Give portfolio -> alert -> what was remembered."""
