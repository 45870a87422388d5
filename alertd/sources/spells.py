"""Blind spells: when a source was not seen, and what became of what it showed meanwhile. Pure.

A spell runs from the last success to the next one. It is kept where that was longer than the timetable allows, where
several polls in a row failed, or where something may have been missed, however short it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from msgspec.structs import replace

from alertd.model import SourceState, Spell

MOST = 20
FAILED = 3
"""So many failed polls in a row are a spell, however short."""
SLACK_MS = 120_000
"""Beyond two waits of the timetable: a poll may take its time, and quiet ones are written down once a minute."""


def overdue_ms(state: SourceState, wait_ms: int) -> int:
    """Give how long a source may go without a success; `wait_ms` is its timetable's, if it has had no turn yet."""
    return 2 * (state.wait_ms or wait_ms) + SLACK_MS


def ended(state: SourceState, now: int, wait_ms: int) -> Spell | None:
    """Give the spell that a success ends now, if there was one. `state` is how the source was before it."""
    since = state.last_success_ms
    if not since or now <= since:
        return None
    if state.failures < FAILED and now - since <= overdue_ms(state, wait_ms):
        return None
    return Spell(since_ms=since, until_ms=now, why=state.error if state.failures else "")


def with_spell(spells: Sequence[Spell], spell: Spell | None) -> list[Spell]:
    """Add a spell; only the newest are kept."""
    return [*spells, *([spell] if spell else [])][-MOST:]


def with_gap(spells: Sequence[Spell], since_ms: int, until_ms: int) -> list[Spell]:
    """Take in that nothing known was listed at this success: some of the time before it may be missing."""
    if spells and spells[-1].until_ms == until_ms:
        return [*spells[:-1], replace(spells[-1], became="missed")]
    if not since_ms:
        return list(spells)
    return with_spell(spells, Spell(since_ms=since_ms, until_ms=until_ms, became="missed"))


def told_spells(state: SourceState) -> list[Spell]:
    """Give the spells with what a source that fills its gaps says of them in its cursor, oldest first.

    `cursor["gaps"]`, `[[since_ms, until_ms], …]`, are open; `cursor["spells"]`, `[[since_ms, until_ms, filled, late],
    …]`, say what came of those before. What does not read as such is left out.
    """
    spells = list(state.spells)
    for gap in _rows(state.cursor.get("gaps"), int, int):
        spells = _laid_over(spells, Spell(since_ms=gap[0] or gap[1], until_ms=gap[1], became="open"))
    for since, until, filled, late in _rows(state.cursor.get("spells"), int, int, bool, int):
        became: Literal["filled", "open"] = "filled" if filled else "open"
        spells = _laid_over(spells, Spell(since_ms=since or until, until_ms=until, became=became, late=late))
    return sorted(spells, key=lambda spell: (spell.until_ms, spell.since_ms))


def _laid_over(spells: list[Spell], one: Spell) -> list[Spell]:
    """Let one speak for those that it overlaps and that lasted as long; their beginning and their reason stay.

    One that was over before is told apart: the source was seen at its end.
    """
    over = [spell for spell in spells if spell.since_ms < one.until_ms and one.since_ms < spell.until_ms]
    own = [spell for spell in over if spell.until_ms >= one.until_ms]
    seen_ms = max([one.since_ms, *(spell.until_ms for spell in over if spell not in own)])
    made = replace(
        one,
        since_ms=min((spell.since_ms for spell in own), default=seen_ms),
        until_ms=max([one.until_ms, *(spell.until_ms for spell in own)]),
        why=next((spell.why for spell in own if spell.why), one.why),
        late=one.late + sum(spell.late for spell in own),
    )
    return [*(spell for spell in spells if spell not in own), made]


def _rows(value: Any, *types: type) -> list[list[Any]]:
    rows = value if isinstance(value, list) else []
    return [row for row in rows if isinstance(row, list) and [type(field) for field in row] == list(types)]


def became_in_words(spell: Spell) -> str:
    """Say what became of a spell: `filled, 1 late`."""
    if spell.became == "covered":
        return "nothing missed"
    if spell.became == "missed":
        return "some may be missing"
    if spell.became == "open":
        return "not filled yet"
    return f"filled, {spell.late} late" if spell.late else "filled, nothing was missing"
