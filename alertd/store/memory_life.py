"""What the life of an alert asks of a store, in memory: as in scripts/effects.lua, release.lua and forget.lua."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from msgspec.structs import replace

from alertd.model import Effects, Hold, JournalRecord, NewDelivery, Silence, Timer, Told, Window
from alertd.store.effects import (
    checked_name,
    checked_window,
    hold_json,
    lane_line,
    silence_end,
    timer_of,
    window_of,
)
from alertd.store.memory_deliveries import MemoryDeliveries
from alertd.store.records import FEEDBACK_MS, PART_MS, SILENCE_MS, checked_id, from_json, to_json, unique


@dataclass(slots=True)
class LifeBook:
    """All that is remembered; a pair is a value and its end."""

    silences: dict[str, tuple[Silence, int]] = field(default_factory=dict)
    marks: dict[str, tuple[str, int]] = field(default_factory=dict)
    counts: dict[str, tuple[int, int]] = field(default_factory=dict)
    windows: dict[str, int] = field(default_factory=dict)
    held: dict[str, dict[str, tuple[int, bytes]]] = field(default_factory=lambda: defaultdict(dict))
    """Window -> alert -> version and hold."""
    parts: dict[str, tuple[int, int]] = field(default_factory=dict)
    timers: dict[str, int] = field(default_factory=dict)
    note_due: dict[str, int] = field(default_factory=dict)
    feedback: dict[tuple[str, str], tuple[bytes, int]] = field(default_factory=dict)

    def forget(self, now: int) -> dict[str, int]:
        """Drop what is over; gives counts."""
        return {
            "silences": _forget(self.silences, now - SILENCE_MS),
            "marks": _forget(self.marks, now),
            "counters": _forget(self.counts, now),
            "parts": _forget(self.parts, now),
            "feedback": _forget(self.feedback, now),
        }

    def sizes(self) -> dict[str, int]:
        """Give how much there is of each kind."""
        return {
            "silences": len(self.silences),
            "marks": len(self.marks),
            "counters": len(self.counts),
            "windows": len(self.windows),
            "held": sum(len(held) for held in self.held.values()),
            "parts": len(self.parts),
            "timers": len(self.timers),
            "note_due": len(self.note_due),
            "feedback": len(self.feedback),
        }


def _forget(kept: dict[Any, tuple[Any, int]], until_ms: int) -> int:
    over = [name for name, (_, end) in kept.items() if end <= until_ms]
    for name in over:
        del kept[name]
    return len(over)


class KeptAlert(NamedTuple):
    """An alert as `commit` wrote it, with the lanes that releases have changed since."""

    version: int
    raw: bytes
    expires: int
    lanes: bytes = b""


class MemoryLife(MemoryDeliveries):
    """All of `alertd.store.protocol_life.LifeStore` but `alerts`."""

    _life: LifeBook
    _alerts: dict[str, KeptAlert]

    async def silences(self, now: int) -> list[Silence]:
        """Give the silences that are not over, in the order of their ids."""
        return [silence for _, (silence, end) in sorted(self._life.silences.items()) if end > now]

    async def put_silence(self, silence: Silence, record: JournalRecord, now: int) -> None:
        """Write a silence, new or changed, with its line of the journal."""
        self._life.silences[silence.id] = (silence, silence_end(silence))
        self._write_journal(record)

    async def marks(self, names: Sequence[str], now: int) -> dict[str, tuple[str, int]]:
        """Give value and end (ms) of the cooldown marks that are there and not over."""
        kept = self._life.marks
        return {name: kept[name] for name in unique(names) if name in kept and kept[name][1] > now}

    async def counted(self, names: Sequence[str]) -> dict[str, int]:
        """Give counters; 0 for one that is not there."""
        return {name: self._life.counts.get(name, (0, 0))[0] for name in unique(names)}

    def _marks_stand(self, effects: Effects, now: int) -> bool:
        """Whether the marks are those that the decision rests on."""
        for mark in effects.marks:
            value, end = self._life.marks.get(mark.name, ("", 0))
            if mark.expected != (value if end > now else ""):
                return False
        return True

    def _bring_about(self, alert_id: str, version: int, effects: Effects, now: int) -> None:
        life = self._life
        for hold in effects.holds:
            window = checked_window(hold)
            life.held[window][alert_id] = (version, hold_json(hold))
            life.windows[window] = hold.until_ms
        for name in effects.cancel:
            life.timers.pop(name, None)
        for timer in effects.timers:
            life.timers[timer.name] = timer.due_ms
        for count in effects.counts:
            value, end = life.counts.get(count.name, (0, 0))
            life.counts[count.name] = (count.by + (value if end > now else 0), now + count.keep_s * 1000)
        for mark in effects.marks:
            life.marks.pop(mark.name, None)
            if mark.value and mark.until_ms > now:
                life.marks[mark.name] = (mark.value, mark.until_ms)
        if effects.note_due_ms == 0:
            life.note_due.pop(alert_id, None)
        elif effects.note_due_ms is not None:
            life.note_due[alert_id] = effects.note_due_ms
        if effects.record is not None:
            self._write_journal(effects.record)

    async def windows(self, now: int, limit: int) -> list[Window]:
        """Give the windows that are over and have alerts in them, the one that ended first first."""
        over = [name for end, name in self._by_end() if end <= now]
        return self._windows(over[: max(limit, 0)])

    async def waiting_in(self, receivers: Sequence[str]) -> list[Window]:
        """Give the windows of receivers, also those that are not over."""
        return [w for w in self._windows([name for _, name in self._by_end()]) if w.receiver in receivers]

    def _by_end(self) -> list[tuple[int, str]]:
        return sorted((end, name) for name, end in self._life.windows.items())

    def _windows(self, names: Sequence[str]) -> list[Window]:
        life = self._life
        return [
            replace(window, part=life.parts.get(window.name, (0, 0))[0], members=len(life.held[window.name]))
            for name in names
            if (window := window_of(name))
        ]

    async def held(self, window: str) -> list[Hold]:
        """Give what waits in a window, by alert."""
        rows = sorted(self._life.held.get(window, {}).items())
        return [replace(from_json(raw, Hold, "a hold"), version=version) for _, (version, raw) in rows]

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
        """Take members out of a window, queue the messages about them and journal it, all or nothing."""
        held = self._life.held.get(window, {})
        if any(hold.item.alert not in held or held[hold.item.alert][0] != hold.version for hold in members):
            return False
        if deliveries and part not in (-1, self._life.parts.get(window, (0, 0))[0]):
            return False
        for alert in lanes or {}:
            checked_id(alert, "an alert id")
            kept = self._alerts.get(alert)
            version = kept.version if kept and kept.expires > self.clock() else 0
            if alert in (versions or {}) and (versions or {})[alert] != version:
                return False
        for timer in timers:
            self._life.timers.setdefault(checked_name(timer.name), timer.due_ms)
        self._queue_all(deliveries, now)
        for alert, lane in (lanes or {}).items():
            if (kept := self._alerts.get(alert)) and kept.expires > self.clock():
                self._alerts[alert] = kept._replace(
                    version=kept.version + 1, lanes=kept.lanes + lane_line(window, lane)
                )
        for hold in members:
            del held[hold.item.alert]
        if not held:
            self._life.held.pop(window, None)
            self._life.windows.pop(window, None)
        if deliveries:
            self._life.parts[window] = (self._life.parts.get(window, (0, 0))[0] + 1, now + PART_MS)
        self._write_journal(record)
        return True

    async def timers_due(self, now: int, limit: int) -> list[Timer]:
        """Give the timers whose time has come, the oldest first. They stay until a commit cancels them."""
        due = sorted((due, name) for name, due in self._life.timers.items() if due <= now)
        found = [timer_of(name, due) for due, name in due[: max(limit, 0)]]
        return [timer for timer in found if timer]

    async def claim_notes(self, now: int, until_ms: int, limit: int) -> list[str]:
        """Give alerts whose note a model is to write, to nobody else until then. They stay until a commit ends it."""
        found = sorted((due, alert) for alert, due in self._life.note_due.items() if due <= now)[:limit]
        for _, alert in found:
            self._life.note_due[alert] = until_ms
        return [alert for _, alert in found]

    async def put_off_note(self, alert: str, due_ms: int) -> None:
        """Say when a note is tried again."""
        if checked_id(alert, "an alert id") in self._life.note_due:
            self._life.note_due[alert] = due_ms

    async def drop_note(self, alert: str) -> None:
        """Forget a note whose alert is gone."""
        self._life.note_due.pop(checked_id(alert, "an alert id"), None)

    async def drop_timer(self, name: str, due_ms: int) -> None:
        """Forget a timer whose alert is not there any more, unless it was set anew meanwhile."""
        if self._life.timers.get(checked_name(name)) == due_ms:
            del self._life.timers[name]

    async def note_feedback(self, portfolio: str, alert: str, data: dict[str, Any], now: int) -> None:
        """Remember what people think of an alert, by the portfolio's identity, for 400 days; the last word counts."""
        pair = (checked_id(portfolio, "a portfolio"), checked_id(alert, "an alert id"))
        self._life.feedback[pair] = (to_json(data), now + FEEDBACK_MS)

    async def feedback(self, portfolios: Sequence[str]) -> dict[str, dict[str, dict[str, Any]]]:
        """Give portfolio -> alert -> what was remembered."""
        found: dict[str, dict[str, dict[str, Any]]] = {portfolio: {} for portfolio in portfolios}
        for (portfolio, alert), (raw, _) in sorted(self._life.feedback.items()):
            if portfolio in found:
                found[portfolio][alert] = from_json(raw, dict[str, Any], f"feedback on {alert}")
        return found
