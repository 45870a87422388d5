"""How one source is doing, as plain data: for `alertd sources`, `alertd status` and `/v1/status` alike. Pure."""

from __future__ import annotations

from typing import Any

from alertd.base.clock import rfc3339, to_datetime
from alertd.base.secrets import without_query
from alertd.model import SourceState, Spell, Standing
from alertd.sources.rhythm import per_day, usual_lag_s
from alertd.sources.spells import became_in_words, told_spells
from alertd.sources.standing import shown, what_helps

RECENT_MS = 24 * 3_600_000
"""A spell that ended so lately is worth a word of a source that is fine."""
NOT_ASKED = "it was not asked"
"""Why a source was not seen that has not failed."""
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _time(ms: int | None) -> str | None:
    return rfc3339(ms) if ms else None


def source_row(
    source: str,
    type_: str,
    state: SourceState | None,
    standing: Standing | None = None,
    now: int = 0,
    paused: str = "",
) -> dict[str, Any]:
    """Give one source's line; `why` and `error` are one sentence for a person. `now` in ms.

    `paused` says why nothing is asked of any source.
    """
    state = state or SourceState(source=source)
    health = shown(state, standing)
    spells = told_spells(state)
    since = standing.since_ms if standing is not None and standing.state == health else 0
    return {
        "id": source,
        "type": type_,
        "state": health,
        "since_at": _time(since),
        "why": "; ".join(filter(None, [paused, _why(health, type_, state, standing, spells, now)])) or None,
        "error": state.error or None,
        "failures": state.failures,
        "polls": state.polls,
        "asked_at": without_query(state.url).partition("#")[0] or None,
        "last_poll_at": _time(state.last_poll_ms),
        "next_poll_at": _time(state.due_ms) if state.due_ms > now and health != "gone" else None,
        "last_success_at": _time(state.last_success_ms),
        "last_new_at": _time(state.last_new_ms),
        "wait_s": state.wait_ms / 1000 or None,
        "per_day": _rate(state, now),
        "usual_lag_s": round(usual_lag_s(state.rhythm), 1) or None if state.rhythm is not None else None,
        "entries": state.entries,
        "events": state.events,
        "duplicates": state.duplicates,
        "rejected": state.rejected,
        "moved_to": state.moved_to or None,
        "spells": [spell_row(spell) for spell in spells],
    }


def _rate(state: SourceState, now: int) -> float | None:
    rate = per_day(state.rhythm, now) if state.rhythm is not None else None
    return None if rate is None else round(rate, 2)


def spell_row(spell: Spell) -> dict[str, Any]:
    """Give one blind spell."""
    return {
        "since_at": rfc3339(spell.since_ms),
        "until_at": rfc3339(spell.until_ms),
        "why": spell.why or None,
        "became": spell.became,
        "late": spell.late,
        "text": became_in_words(spell),
    }


def _why(
    health: str, type_: str, state: SourceState, standing: Standing | None, spells: list[Spell], now: int
) -> str:
    if health == "gone":
        return f"not polled any more: {state.error.rstrip('.')}; {what_helps(state)}"
    if health == "failing":
        times = "1 time" if state.failures == 1 else f"{state.failures} times"
        return f"failed {times} in a row: {state.error}"
    if health == "new":
        return "nothing has come yet" if type_ == "push" else "not asked yet"
    if health in ("late", "silent"):
        return standing.why if standing is not None else ""
    if state.moved_to:
        return f"moved for good to {state.moved_to}: change its url"
    beside = [state.error] if state.error and not state.failures else []  # it answers, but not for all that it has
    comes_and_goes = ["comes and goes"] if standing is not None and standing.flapping else []
    recent = [spell_in_words(spell, now) for spell in spells[-1:] if spell.until_ms > now - RECENT_MS]
    return "; ".join([*beside, *comes_and_goes, *recent])


def spell_in_words(spell: Spell, now: int) -> str:
    """Say when a source was not seen, why, and what became of it: `not seen 10:02 to 10:41 UTC (HTTP 503): …`."""
    why = spell.why or NOT_ASKED
    return f"not seen {span(spell.since_ms, spell.until_ms, now)} UTC ({why}): {became_in_words(spell)}"


def span(since_ms: int, until_ms: int, now: int) -> str:
    """Write from when to when, in UTC: with the day if that is not today, with seconds if it is short."""
    start, end, today = to_datetime(since_ms), to_datetime(until_ms), to_datetime(now)
    form = "%H:%M:%S" if until_ms - since_ms < 120_000 else "%H:%M"
    first = "" if start.date() == today.date() else f"{start.day} {_MONTHS[start.month - 1]} "
    last = "" if end.date() == start.date() else f"{end.day} {_MONTHS[end.month - 1]} "
    return f"{first}{start:{form}} to {last}{end:{form}}"
