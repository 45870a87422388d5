"""Alerts as a command finds them by what a person typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from alertd.cli.output import fail
from alertd.store.redis import RedisStore

MOST = 200_000
"""Alerts among which a beginning is looked for: more than a store holds."""
SHOWN = 5
WHOLE = len("al_") + 26


async def named(store: RedisStore, words: Sequence[str]) -> list[str]:
    """Give the alerts that are meant: whole ids, or the beginning of exactly one. Leaves, saying what is wrong."""
    if all(len(word) == WHOLE and word.startswith("al_") for word in words):
        return list(words)
    known = await store.alerts(0, MOST)
    return [_meant(word, known) for word in words]


def _meant(word: str, known: Sequence[str]) -> str:
    begin = word if word.startswith("al_") else f"al_{word}"
    if begin in known:
        return begin
    found = [alert for alert in known if alert.startswith(begin)]
    if len(found) == 1:
        return found[0]
    return _unclear(word, found)


def _unclear(word: str, found: Sequence[str]) -> NoReturn:
    if not found:
        fail(f"there is no alert {word}; alertd alerts lists them")
    listed = ", ".join(found[:SHOWN]) + (f" and {len(found) - SHOWN} more" if len(found) > SHOWN else "")
    fail(f"{word} is the beginning of {len(found)} alerts: {listed}")
