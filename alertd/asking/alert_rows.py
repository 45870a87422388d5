"""The rows of a list of alerts: found in what is kept, and as the store knows them now.

The projection is behind by moments, so of each alert that the store still has its state counts, and what changed
since the projection's end is taken from there. Without a projection the store is looked through, as far as it goes.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

from alertd.alerts.rows import Wanted, row
from alertd.asking.kept import Kept
from alertd.base.ids import delivery_id
from alertd.errors import HistoryRefused, HistoryUnavailable
from alertd.history.projection.query import AlertFilter
from alertd.model import AlertState, DeliveryState
from alertd.rules.walls import may_see
from alertd.store.redis import RedisStore

READ = 200
"""Alerts that are read from the store at once."""
MOST = 20_000
"""Alerts that are looked through there, the newest."""
SLACK_MS = 60_000
"""An event is journalled after its alerts were written: so far before the projection's end one may be missing."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for."""

    wanted: AlertFilter
    text: str
    """What is searched for; empty: nothing, it is a list."""
    sort: Literal["relevance", "time"]
    limit: int
    desk: str | None

    def live(self) -> Wanted:
        """Give the same filter for what the store knows; its own `since` is by when something was written there."""
        return live_of(self.wanted)

    def standing(self) -> Wanted:
        """Give the part of it that people and clocks change."""
        return standing_of(self.wanted)

    def may_see(self, state: AlertState) -> bool:
        """Tell whether an alert is for the desk."""
        return may_see(self.desk, state.desk)


def live_of(w: AlertFilter) -> Wanted:
    """Give a filter for what the store knows; of what belongs to whom it says nothing."""
    return Wanted(
        portfolio=w.portfolio, status=w.status, severity=w.severity, now=w.now_ms, rule=w.rule, company=w.company,
        event_type=w.event_type, source=w.source, receiver=w.receiver, until_ms=w.until_ms,
    )  # fmt: skip


def standing_of(w: AlertFilter) -> Wanted:
    """Give the part of a filter that people and clocks change."""
    return Wanted(status=w.status, severity=w.severity, now=w.now_ms)


async def rows_of(asked: Asked, store: RedisStore | None, kept: Kept) -> list[dict[str, Any]]:
    """Give the rows, at most `limit`. Raises HistoryUnavailable for a search where nothing can be searched."""
    if asked.text and kept.history is None:
        raise HistoryUnavailable(f"nothing can be searched: {kept.trouble}; the daemon writes it with its archive")
    if kept.history is None:
        assert store is not None
        return await _from_store(asked, store)
    if store is None:
        return _from_kept(asked, kept, asked.limit)
    if asked.text and not await kept.catch_up(store):
        kept.warn(f"alertd: the history is behind: what came after {kept.until} is not searched yet")
    fresh = await store.alerts(max(kept.until_ms - SLACK_MS, asked.wanted.since_ms or 0), MOST)
    if len(fresh) == MOST and not asked.text:
        kept.warn(f"alertd: the history is behind, at {kept.until}: these are from the store alone")
        return await _from_store(asked, store)
    try:
        found = _from_kept(asked, kept, asked.limit + len(fresh))
    except HistoryRefused as error:
        if asked.text:
            raise
        kept.warn(f"alertd: {error}")
        return await _from_store(asked, store)
    return await _as_they_stand(asked, store, found, [] if asked.text else fresh)


async def sendings(rows: Sequence[dict[str, Any]], store: RedisStore) -> dict[tuple[str, str], DeliveryState]:
    """Give how the newest message of each alert to each receiver stands, by their ids.

    A row's `told` says what was queued. None: it was long ago, or came in a digest, which is about many.
    """
    pairs = {
        delivery_id(name, one["id"], revision): (one["id"], name)
        for one in rows
        for name, revision in one["told"].items()
    }
    return {pairs[one.id]: one.state for one in await store.deliveries(list(pairs))}


def _from_kept(asked: Asked, kept: Kept, limit: int) -> list[dict[str, Any]]:
    assert kept.history is not None
    if asked.text:
        return kept.history.search(asked.text, asked.wanted, limit, asked.sort)
    return kept.history.alerts(asked.wanted, limit)


async def _as_they_stand(
    asked: Asked, store: RedisStore, found: Sequence[dict[str, Any]], fresh: Sequence[str]
) -> list[dict[str, Any]]:
    """Put what the store knows in place of what was found, and add what is newer."""
    rows: dict[str, dict[str, Any] | None] = {one["id"]: one for one in found}
    here, live, standing = dict.fromkeys([*rows, *fresh]), asked.live(), asked.standing()
    async for state in _states(store, list(here)):
        name = state.alert.id
        fits = (standing if name in rows else live).fits(state) and asked.may_see(state)
        rows[name] = (rows.get(name) or {}) | row(state) if fits else None
    left = [one for one in rows.values() if one is not None]
    if not asked.text or asked.sort == "time":
        left.sort(key=lambda one: str(one["updated_at"]), reverse=True)
    return left[: asked.limit]


async def _from_store(asked: Asked, store: RedisStore) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    live = asked.live()
    async for state in changed_since(store, asked.wanted.since_ms or 0):
        if asked.may_see(state) and live.fits(state):
            found.append(row(state))
        if len(found) == asked.limit:
            break
    return found


async def changed_since(store: RedisStore, since_ms: int) -> AsyncIterator[AlertState]:
    """Give the alerts that the store has and that changed since then, the one that changed last first."""
    async for state in _states(store, await store.alerts(since_ms, MOST)):
        yield state


async def _states(store: RedisStore, ids: Sequence[str]) -> AsyncIterator[AlertState]:
    left = iter(ids)
    while part := list(islice(left, READ)):
        there = await store.load_alerts(part)
        for alert in part:
            if (state := there[alert].state) is not None:
                yield state
