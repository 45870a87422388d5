"""How a source stands: fine, late, silent, failing or gone; and what the operator is told of it, once. Pure.

    gone      it said so, or must not be asked             failing   its last polls failed
    late      it is not asked in time, or its items come   silent    nothing new for longer than `silent_after`, or
              much longer after their publication                    than its own rhythm makes likely

The operator hears of trouble when it begins and when it is over. What comes and goes is told three times within six
hours, then not again until it has been well for an hour.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from msgspec.structs import replace

from alertd.model import Health, SourceState, Standing
from alertd.sources.rhythm import SilentFor, expected_hours, is_behind, is_silent, usual_lag_s, watched
from alertd.sources.spells import overdue_ms

FAILING_AFTER = 3
"""Consecutive failures until the operator is told."""
FLAPPING_TIMES = 3
FLAPPING_MS = 6 * 3_600_000
"""Told of trouble so many times within so long, the operator hears no more of it…"""
CALM_MS = 3_600_000
"""…until it has been well for so long."""

_Trouble = Literal["", "late", "silent", "failing", "gone"]


@dataclass(frozen=True, slots=True)
class Watched:
    """What judging a source needs to know beside its state."""

    silent_after: SilentFor
    since_ms: int
    """Since when this process watches it: before that, nobody may have."""
    wait_ms: int | None
    """How long its timetable waits between two polls, where it has had no turn yet; None: it is not polled."""


@dataclass(frozen=True, slots=True)
class Tell:
    """What the operator is to be told."""

    kind: Literal["source_failing", "source_gone", "source_late", "source_silent", "source_healed"]
    text: str
    episode: str


def begun(was: SourceState) -> Standing:
    """Give the standing of a source of which none was written down."""
    told: _Trouble = "gone" if was.state == "gone" else "failing" if was.failures >= FAILING_AFTER else ""
    return Standing(source=was.source, state=was.state, since_ms=was.last_poll_ms, told=told)


def judge(
    before: Standing, was: SourceState, state: SourceState, seen: Watched | None, now: int
) -> tuple[Standing, list[Tell]]:
    """Judge a source now (ms); `was` is its state before the poll that has just ended, or the same again.

    Without `seen` only what polls themselves show is judged: whether it is late or silent stays as it was.
    """
    health, why = _health(before, state, seen, now)
    changed = health != before.state
    after = replace(
        before,
        state=health,
        since_ms=_since(health, state, now) if changed else before.since_ms,
        why=why if changed or health in ("failing", "gone") else before.why,
    )
    trouble = _trouble(after, state)
    if trouble and trouble != before.told:
        return _told(after, state, trouble, now)
    by_clock = before.told in ("late", "silent")  # began by the clock, so a poll that answers does not end it
    if health == "fine" and before.told and (seen is not None or not by_clock):
        return _healed(after, was, state, before, now)
    return after, []


def shown(state: SourceState, standing: Standing | None) -> Health:
    """Give the state that people are shown; where none was judged, what polls alone tell."""
    if state.state == "fine" and standing is not None and standing.state in ("late", "silent"):
        return standing.state
    return state.state


def _since(health: Health, state: SourceState, now: int) -> int:
    return state.last_new_ms or now if health == "silent" else now


def _health(before: Standing, state: SourceState, seen: Watched | None, now: int) -> tuple[Health, str]:
    if state.state in ("failing", "gone"):
        return state.state, state.error
    if state.state == "new":
        return "new", ""
    if seen is None:
        return (before.state, before.why) if before.state in ("late", "silent") else ("fine", "")
    if why := _not_asked(state, seen, now):
        return "late", why
    if why := _silence(before, state, seen, now):
        return "silent", why
    if state.rhythm is not None and is_behind(state.rhythm):
        usual = in_words(usual_lag_s(state.rhythm))
        return "late", f"its items come {in_words(state.rhythm.lag_s)} after they were published, usually {usual}"
    return "fine", ""


def _not_asked(state: SourceState, seen: Watched, now: int) -> str:
    if seen.wait_ms is None or now < state.not_before_ms:
        return ""
    last = max(state.last_poll_ms, seen.since_ms, state.not_before_ms)
    if now - last <= overdue_ms(state, seen.wait_ms):
        return ""
    wait = in_words((state.wait_ms or seen.wait_ms) / 1000)
    return f"not asked in time, although its timetable says each {wait}"


def _silence(before: Standing, state: SourceState, seen: Watched, now: int) -> str:
    """Say that it is silent; empty if it is not. As long as nobody knows anew, it stands as before."""
    rhythm, was_silent = state.rhythm, before.state == "silent"
    if seen.silent_after == "off" or rhythm is None:
        return ""
    if seen.wait_ms is not None and state.last_success_ms < seen.since_ms:
        return before.why if was_silent else ""
    last = state.last_new_ms or rhythm.begun_ms
    if isinstance(seen.silent_after, float):
        # Of what is not polled, a time in which nobody listened is no silence.
        from_ms = max(last, seen.since_ms) if seen.wait_ms is None and not was_silent else last
        allowed = in_words(seen.silent_after)
        is_over = now - from_ms > seen.silent_after * 1000
        return f"nothing new for more than the {allowed} that its settings allow" if is_over else ""
    if not is_silent(watched(rhythm, now) if seen.wait_ms is None else rhythm, now):
        return ""
    hours = round(expected_hours(rhythm, last, now))
    return f"nothing new, although {hours} of the hours since its last item usually bring something"


def _trouble(after: Standing, state: SourceState) -> _Trouble:
    """Name what is worth telling."""
    if after.state == "failing":
        return "failing" if state.failures >= FAILING_AFTER else ""
    return after.state if after.state in ("late", "silent", "gone") else ""


def _told(after: Standing, state: SourceState, trouble: _Trouble, now: int) -> tuple[Standing, list[Tell]]:
    if after.flapping and trouble != "gone":
        return after, []
    times = [*(at for at in after.told_ms if at > now - FLAPPING_MS), now][-FLAPPING_TIMES:]
    flapping = len(times) == FLAPPING_TIMES
    after = replace(after, told=trouble, told_ms=times, flapping=flapping)
    tell = _words(after, state, trouble, now)
    if flapping and trouble != "gone":
        more = ". It comes and goes: you are told again when it has been well for an hour."
        tell = Tell(tell.kind, tell.text.rstrip(".?") + more, tell.episode)
    return after, [tell]


def _words(after: Standing, state: SourceState, trouble: _Trouble, now: int) -> Tell:
    name, why = state.source, after.why
    if trouble == "failing":
        text = f"Source {name} has failed {state.failures} times in a row: {why}"
        return Tell("source_failing", text, str(state.last_success_ms))
    if trouble == "gone":
        text = f"Source {name} is not polled any more: {why.rstrip('.')}; {what_helps(state)}."
        return Tell("source_gone", text, str(state.polls))
    if trouble == "silent":
        last = (
            f"the last came {in_words((now - state.last_new_ms) / 1000)} ago"
            if state.last_new_ms
            else "none came yet"
        )
        text = f"Source {name} is silent: {why}; {last}. Is it still published, and still there?"
        return Tell("source_silent", text, str(state.last_new_ms))
    return Tell("source_late", f"Source {name} is late: {why}", str(after.since_ms))


def what_helps(state: SourceState) -> str:
    """Say what makes a source that is gone be asked again."""
    if state.url:  # it said so itself, at this address (RFC 9110, 15.5.11)
        return "only another url helps"
    return "it is asked again when its settings change"


def _healed(
    after: Standing, was: SourceState, state: SourceState, before: Standing, now: int
) -> tuple[Standing, list[Tell]]:
    if before.flapping and now - after.since_ms < CALM_MS:
        return after, []
    text = f"Source {was.source} has been well for an hour."
    episode = f"calm:{after.since_ms}"
    if not before.flapping:
        text, episode = _over(was, state, before), str(was.last_success_ms)
        if before.told in ("late", "silent"):
            episode = f"{before.told}:{before.since_ms}"
    times = [] if before.flapping else after.told_ms
    return replace(after, told="", told_ms=times, flapping=False), [Tell("source_healed", text, episode)]


def _over(was: SourceState, state: SourceState, before: Standing) -> str:
    if before.told == "silent":
        if state.last_new_ms < max(before.told_ms, default=0):
            more = "its settings allow that now. It has brought nothing new."
            return f"Source {was.source} is not called silent any more: {more}"
        return f"Source {was.source} brings something new again."
    if before.told == "late":
        return f"Source {was.source} is in time again."
    polls = "1 failed poll" if was.failures == 1 else f"{was.failures} failed polls"
    return f"Source {was.source} answers again after {polls}."


def in_words(seconds: float) -> str:
    """Write a length of time in its largest unit, or two: `45 s`, `12 min`, `2 h 30 min`, `3 d`."""
    if seconds < 120:
        return f"{max(seconds, 0):.0f} s"
    minutes = round(seconds / 60)
    if minutes < 120:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min" if minutes and hours < 10 else f"{hours} h"
    return f"{hours // 24} d"
