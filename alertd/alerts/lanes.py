"""What each receiver knows of an alert: its lane. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from alertd.alerts.policy import loudest
from alertd.alerts.rights import RESTRICTED
from alertd.base.clock import parse_rfc3339
from alertd.model import Alert, AlertState, Event, Told

_ANSWERS = frozenset({"acknowledged", "snoozed", "reopened", "closed"})
DELIVERED = "dl_"
"""Begins the id of a delivery: what of a decision's `receivers` is no reason."""


def lanes(state: AlertState | None) -> Mapping[str, Told]:
    """Give the lanes of an alert. One of a time when they were not kept has them in what was decided."""
    if state is None:
        return {}
    return state.told if state.told or not state.folded else _derived(state)


def lane(state: AlertState | None, receiver: str) -> Told | None:
    """Give what a receiver knows; None if it was never told and nothing waits for it."""
    return lanes(state).get(receiver)


def knows(told: Told | None) -> bool:
    """Tell whether a message about the alert was queued for a receiver."""
    return told is not None and told.revision > 0


def has_message(told: Told | None) -> bool:
    """Tell whether there is a message about the alert that another can add to: a line in a digest is none."""
    return told is not None and told.revision > 0 and not told.elsewhere


def sources_of(event: Event | None) -> int:
    """Give how many independent sources its story had with an event."""
    return event.story.sources if event is not None and event.story is not None else 1


def sources_in(state: AlertState | None) -> int:
    """Give how many independent sources the story of an alert had with any of its events."""
    return max(state.sources, sources_of(state.event)) if state is not None else 1


def told(
    before: Told | None, seen: Alert, now: int, *, sources: int = 1, via: str = "", listed: bool = False
) -> Told:
    """Give the lane of a receiver for which a message about an alert, as it sees it, is queued.

    `listed`: it is but a line in a digest.
    """
    return Told(
        revision=seen.revision,
        at_ms=now,
        news_ms=0 if _tells_news(before, seen) else news_at(before),
        severity=seen.severity,
        sources=max(sources, before.sources if before is not None else 1),
        via=via or (before.via if before is not None else ""),
        elsewhere=listed and not has_message(before),
    )


def news_at(told: Told | None) -> int:
    """Give when a receiver was last told of more than an answer, in milliseconds; 0 if never."""
    return (told.news_ms or told.at_ms) if told is not None else 0


def _tells_news(before: Told | None, seen: Alert) -> bool:
    """Tell whether more than an answer came since a receiver was told, or was kept from it."""
    if before is None or not before.revision or before.missed:
        return True
    since = [one for one in seen.changes if one.revision > before.revision]
    return not since or any(one.event or one.reason not in _ANSWERS for one in since)


def held(before: Told | None, window: str, since: int, *, loud: bool = True) -> Told:
    """Give the lane of a receiver for which an alert waits in a window; `loud`: what comes to it is to be noticed."""
    quiet = not loud and (before is None or not before.held or before.held_quiet)
    if before is None:
        return Told(held=window, held_since_ms=since, held_quiet=quiet)
    since = before.held_since_ms if before.held == window else since
    return replace(before, held=window, held_since_ms=since, held_quiet=quiet)


def missing(before: Told | None, *, corrects: bool = False) -> Told:
    """Give the lane of a receiver from which something was kept: by rights, a silence, a cooldown.

    `corrects`: what it was told is not so.
    """
    known = before if before is not None else Told()
    return replace(known, missed=True, missed_loud=known.missed_loud or corrects)


def without_hold(before: Told | None) -> Told | None:
    """Give the lane of a receiver for which nothing waits any more; None if it then knows nothing."""
    if before is None or not before.held:
        return before
    return replace(before, held="", held_since_ms=0, held_quiet=False) if before.revision or before.missed else None


def united(older: Mapping[str, Told], younger: Mapping[str, Told], revision: int) -> dict[str, Told]:
    """Give the lanes of an alert that carries another on, as of a revision of it.

    Who was told of the younger knows what it said. What of it waits goes out as the older's, so it keeps waiting.
    """
    found = dict(older)
    for receiver, lane_ in younger.items():
        own = older.get(receiver)
        if own is None or not own.revision:
            waits = own if own is not None and own.held else lane_
            lane_ = below_another(replace(lane_, revision=revision if lane_.revision else 0))
            found[receiver] = replace(lane_, **_waits(waits))
            continue
        waits = own if own.held else lane_
        at, news = max(own.at_ms, lane_.at_ms), max(news_at(own), news_at(lane_))
        found[receiver] = replace(
            own,
            at_ms=at,
            news_ms=news if news < at else 0,
            severity=loudest([own.severity, lane_.severity]) if lane_.revision else own.severity,
            sources=max(own.sources, lane_.sources),
            **_waits(waits),
            missed=own.missed or lane_.missed,
            missed_loud=own.missed_loud or lane_.missed_loud,
        )
    return found


def below_another(told: Told) -> Told:
    """Give the lane of a receiver as it is with the alert that carries on the one it was told of."""
    return replace(told, elsewhere=told.revision > 0)


def _waits(lane_: Told) -> dict[str, Any]:
    return {"held": lane_.held, "held_since_ms": lane_.held_since_ms, "held_quiet": lane_.held_quiet}


def _derived(state: AlertState) -> dict[str, Told]:
    at = {change.revision: parse_rfc3339(change.at) for change in state.alert.changes}
    found: dict[str, Told] = {}
    for folded in state.folded:
        revision = folded.decision.alert_revision
        for receiver, answer in folded.decision.receivers.items():
            if answer.startswith(DELIVERED):
                found[receiver] = Told(revision=revision, at_ms=at.get(revision, 0), severity=state.alert.severity)
            elif answer.startswith(RESTRICTED):
                found[receiver] = missing(found.get(receiver))
    return found
