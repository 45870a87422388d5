"""Alerts as they are found by what a person typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from alertd.asking.desk_view import DeskView
from alertd.errors import NotThere
from alertd.store.redis import RedisStore

MOST = 200_000
"""Alerts among which a beginning is looked for: more than a store holds."""
SHOWN = 5
LOOKED_AT = 200
"""Of those that a beginning fits, so many are looked at for whom they are: a beginning that fits more names none."""
WHOLE = len("al_") + 26


async def named(store: RedisStore, words: Sequence[str]) -> list[str]:
    """Give the alerts that are meant: whole ids, or the beginning of exactly one. Raises NotThere."""
    if all(_whole(word) for word in words):
        return list(words)
    known = await store.alerts(0, MOST)
    return [_meant(word, known) for word in words]


async def beginning(store: RedisStore, word: str) -> list[str]:
    """Give the alerts whose ids begin so; a whole id alone, whether there is one or not."""
    if _whole(word):
        return [word]
    known = await store.alerts(0, MOST)
    return [word] if word in known else [alert for alert in known if alert.startswith(word)]


async def newest_event(store: RedisStore, view: DeskView, word: str) -> tuple[str, str]:
    """Give the newest event of an alert and its portfolio, by its id or the beginning of that. Raises NotThere."""
    there = await store.load_alerts((await beginning(store, word))[:LOOKED_AT])
    states = {name: one.state for name, one in there.items() if one.state is not None}
    seen = [name for name, state in states.items() if view.desk is None or view.sees_alert(state)]
    state = states[one_of(word, seen)]
    if state.event is None:
        raise NotThere(f"of the alert {state.alert.id} no event is kept; alertd why {state.alert.id} says more")
    return state.event.id, state.alert.portfolio


def _whole(word: str) -> bool:
    return len(word) == WHOLE and word.startswith("al_")


def _meant(word: str, known: Sequence[str]) -> str:
    begin = word if word.startswith("al_") else f"al_{word}"
    if begin in known:
        return begin
    return one_of(word, [alert for alert in known if alert.startswith(begin)])


def one_of(word: str, found: Sequence[str]) -> str:
    """Give the one alert that a beginning fits. Raises NotThere where there are none or several."""
    return found[0] if len(found) == 1 else _unclear(word, found)


def _unclear(word: str, found: Sequence[str]) -> NoReturn:
    if not found:
        raise NotThere(f"there is no alert {word}; alertd alerts lists them")
    listed = ", ".join(found[:SHOWN]) + (f" and {len(found) - SHOWN} more" if len(found) > SHOWN else "")
    raise NotThere(f"{word} is the beginning of {len(found)} alerts: {listed}")
