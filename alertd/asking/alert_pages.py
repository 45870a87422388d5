"""Lists of alerts page by page: found in what is kept, and as the store knows them now.

    history -- a page of rows behind the place --> those that the store still has: as it has them -\
    store ---- what changed since the history's end, of which it may know too little --------------> in order, cut

A place is when an alert changed, in ms, and its id. What changes meanwhile moves to the top, so a page that follows
neither repeats nor leaves out what stays as it was. Without a history the store alone is looked through.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from alertd.alerts.rows import row
from alertd.asking.alert_rows import SLACK_MS, live_of, standing_of
from alertd.asking.kept import Kept
from alertd.asking.past import Past
from alertd.base.clock import parse_rfc3339
from alertd.errors import HistoryUnavailable
from alertd.history.projection.query import AlertFilter
from alertd.history.projection.read import Sort
from alertd.model import AlertState, StoredAlert

READ = 50
"""Alerts that are read at once: the loop is others', too."""
MOST_FRESH = 1_000
"""Alerts that changed since the history's end; with more it is too far behind to be asked."""
MOST = 5_000
"""Alerts that the store alone is looked through for, the newest."""
PAGES = 10
"""Pages of the history that one list looks through; who sees little of them goes on from there."""

_NOWHERE = "nothing can be searched: the daemon writes the history with its archive"

Place = tuple[int, str]
Entry = tuple[Place, dict[str, Any]]
Sees = Callable[[AlertState], AlertState | None]
"""Gives an alert as whoever asks may see it; None: it is not there for them."""


class AlertsKept(Protocol):
    """What lists ask of the store."""

    async def alerts(self, since_ms: int, limit: int) -> list[str]:
        """Give the ids of alerts that changed since then, the one that changed last first."""
        ...

    async def load_alerts(self, ids: Sequence[str]) -> dict[str, StoredAlert]:
        """Give alerts with their versions."""
        ...


@dataclass(frozen=True, slots=True)
class PageAsked:
    """What is asked for."""

    wanted: AlertFilter
    limit: int
    text: str = ""
    """Words that have to stand in it."""
    before: Place | None = None
    """Only what comes behind this place."""
    sort: Sort = "time"
    """`relevance`: of a search, what fits best first; it is one page, and nothing comes behind a place."""


@dataclass(frozen=True, slots=True)
class Page:
    """Rows as `alerts.rows.row` gives them, of a search with `snippet` and `hits`."""

    rows: list[dict[str, Any]]
    next: Place | None
    """Where the next page begins; None: there is none, or the store alone was looked through and not to its end."""
    more: bool
    """There are more, or there may be."""


@dataclass(frozen=True, slots=True)
class _Read:
    """A page of the history."""

    until_ms: int
    """How far it reaches."""
    rows: list[tuple[int, dict[str, Any]]]
    open: set[str]
    """Of these the alerts that everybody of their desk may be told of."""


@dataclass(slots=True)
class AlertPages:
    """Lists alerts for somebody."""

    store: AlertsKept
    past: Past | None
    """None: there is no history."""
    sees: Sees
    whole: bool
    """They see all that there is: what rights keep from receivers is no matter."""

    async def page(self, asked: PageAsked) -> Page:
        """Give a page. Raises StoreUnavailable; NotSearchable, and HistoryUnavailable where words are asked for."""
        if asked.text and asked.sort == "relevance":
            return await self._fitting(asked)
        read = await self._read(asked, asked.before)
        if read is None:
            if asked.text:
                raise HistoryUnavailable(_NOWHERE)
            return await self._from_store(asked)
        fresh: list[str] = []
        if not asked.text:
            fresh = await self.store.alerts(max(read.until_ms - SLACK_MS, asked.wanted.since_ms or 0), MOST_FRESH + 1)
        if len(fresh) > MOST_FRESH:
            return await self._from_store(asked)
        entries, newer = await self._fresh(asked, fresh), frozenset(fresh)
        found = 0
        for number in range(PAGES):
            known = [one for one in read.rows if one[1]["id"] not in newer]
            there = await self._as_they_stand(asked, known, read.open)
            entries += there
            found += len(there)
            ended = len(read.rows) <= asked.limit
            if ended or found > asked.limit or number == PAGES - 1:
                break
            again = await self._read(asked, _place(read.rows[-1]))
            if again is None:
                break
            read = again
        return _cut(entries, asked.limit, None if ended or not read.rows else _place(read.rows[-1]))

    async def gone(self, alert: str, wanted: AlertFilter) -> dict[str, Any] | None:
        """Give the row of an alert that the store has no more; None where the history has none that fits.

        None of one that the store has: who may not see it there may not see it here. Raises HistoryUnavailable,
        HistoryRefused: what cannot be read may have it.
        """
        if self.past is None or await self._states([alert]):
            return None

        def look(kept: Kept) -> dict[str, Any] | None:
            history = kept.history
            if history is None:
                if kept.trouble is not None and not kept.none_yet:
                    raise kept.trouble
                return None
            return history.alert(alert, wanted) if self.whole or alert in history.open_to_all([alert]) else None

        return await self.past.ask(look)

    async def _fitting(self, asked: PageAsked) -> Page:
        """Give what fits the words best, as it stands now: what is kept from somebody makes room for what is not."""
        shown: dict[str, dict[str, Any]] = {}
        for number in range(PAGES):
            read = await self._ranked(asked, number * (asked.limit + 1))
            there = await self._as_they_stand(asked, read.rows, read.open)
            shown |= {one["id"]: one for _, one in there if one["id"] not in shown}
            if (ended := len(read.rows) <= asked.limit) or len(shown) > asked.limit:
                break
        rows = list(shown.values())
        return Page(rows[: asked.limit], None, not ended or len(rows) > asked.limit)

    async def _ranked(self, asked: PageAsked, skip: int) -> _Read:
        """Read alerts in which words stand, what fits best first, behind the best ones."""

        def look(kept: Kept) -> _Read | None:
            if kept.history is None:
                return None
            found = kept.history.search(asked.text, asked.wanted, asked.limit + 1, asked.sort, skip)
            seen = set() if self.whole else kept.history.open_to_all([row["id"] for row in found])
            return _Read(kept.until_ms, [(0, row) for row in found], seen)

        read = await self.past.ask(look) if self.past is not None else None
        if read is None:
            raise HistoryUnavailable(_NOWHERE)
        return read

    async def _read(self, asked: PageAsked, before: Place | None) -> _Read | None:
        """Read a page of the history; None where there is none."""
        if self.past is None:
            return None

        def look(kept: Kept) -> _Read | None:
            if kept.history is None:
                return None
            rows = kept.history.page(asked.wanted, asked.limit + 1, before, asked.text)
            seen = set() if self.whole else kept.history.open_to_all([row["id"] for _, row in rows])
            return _Read(kept.until_ms, rows, seen)

        return await self.past.ask(look)

    async def _fresh(self, asked: PageAsked, ids: Sequence[str]) -> list[Entry]:
        """Give what the store has of alerts that changed lately."""
        live, found = live_of(asked.wanted), []
        for start in range(0, len(ids), READ):
            for state in (await self._states(ids[start : start + READ])).values():
                seen = self.sees(state)
                place = _place_of(state)
                behind = asked.before is None or place < asked.before
                if seen is not None and behind and live.fits(seen):
                    found.append((place, row(seen)))
        return found

    async def _as_they_stand(
        self, asked: PageAsked, known: Sequence[tuple[int, dict[str, Any]]], open_: set[str]
    ) -> list[Entry]:
        """Put what the store knows in place of what the history has."""
        live, standing, found = live_of(asked.wanted), standing_of(asked.wanted), []
        for start in range(0, len(known), READ):
            part = known[start : start + READ]
            states = await self._states([one["id"] for _, one in part])
            for at, one in part:
                state = states.get(one["id"])
                if state is None:
                    if self.whole or one["id"] in open_:
                        found.append(((at, one["id"]), one))
                    continue
                seen = self.sees(state)
                if seen is None or not standing.fits(seen):
                    continue
                if _is_cut(seen, state) and (asked.text or not live.fits(seen)):
                    continue  # by what is kept from them it cannot be found
                found.append(((at, one["id"]), one | row(seen)))
        return found

    async def _from_store(self, asked: PageAsked) -> Page:
        """Look through the store alone."""
        live, before = live_of(asked.wanted), asked.before
        ids = await self.store.alerts(asked.wanted.since_ms or 0, MOST)
        entries: list[Entry] = []
        for start in range(0, len(ids), READ):
            for state in (await self._states(ids[start : start + READ])).values():
                place, seen = _place_of(state), self.sees(state)
                if seen is not None and (before is None or place < before) and live.fits(seen):
                    entries.append((place, row(seen)))
            if len(entries) > asked.limit:
                break
        page = _cut(entries, asked.limit, None)
        return replace(page, more=page.more or len(ids) == MOST)

    async def _states(self, ids: Sequence[str]) -> dict[str, AlertState]:
        there = await self.store.load_alerts(ids)
        return {alert: state for alert in ids if (state := there[alert].state) is not None}


def _cut(entries: list[Entry], limit: int, horizon: Place | None) -> Page:
    """Put rows in order and cut them to a page; `horizon` is how far was looked, where not to the end."""
    if horizon is not None:
        entries = [one for one in entries if one[0] >= horizon]
    entries.sort(key=lambda one: one[0], reverse=True)
    shown = entries[:limit]
    ends = shown[-1][0] if len(entries) > limit else horizon
    return Page([one for _, one in shown], ends, ends is not None)


def _is_cut(seen: AlertState, state: AlertState) -> bool:
    """Tell whether something is kept from whoever sees it so."""
    one, whole = seen.alert, state.alert
    return (one.title, len(one.matches), len(one.changes)) != (whole.title, len(whole.matches), len(whole.changes))


def _place(read: tuple[int, dict[str, Any]]) -> Place:
    return read[0], read[1]["id"]


def _place_of(state: AlertState) -> Place:
    return parse_rfc3339(state.alert.updated_at), state.alert.id
