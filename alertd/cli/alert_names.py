"""Whether what `alertd alerts` was asked for is there: a name that nothing knows would find nothing, silently."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from typing import Any

from alertd.alerts.lanes import lanes
from alertd.alerts.rows import company_names
from alertd.asking.alert_rows import Asked, changed_since
from alertd.asking.kept import Kept
from alertd.asking.reach import Reach
from alertd.base import suggest
from alertd.cli.output import USAGE, fail
from alertd.cli.rules import loaded_with
from alertd.errors import ConfigError
from alertd.history.projection.read import Kind
from alertd.model import AlertState
from alertd.rules.book import Portfolio
from alertd.rules.known_rules import Asking
from alertd.rules.loaded import Loaded
from alertd.store.redis import RedisStore

_LISTED = 15
"""Names that are listed where none is near."""
_Of = Callable[[AlertState], set[str]]


async def check_names(asked: Asked, reach: Reach, store: RedisStore | None, kept: Kept) -> None:
    """End the command if neither rules, settings nor any alert, as far as the desk may see them, know a name.

    For where nothing was found: what was found has the names. Of what rules that cannot be read could know nothing
    is said.
    """
    wanted = asked.wanted
    named: list[tuple[Kind, str | None]] = [
        ("desk", asked.desk), ("rule", wanted.rule), ("company", wanted.company), ("event type", wanted.event_type),
        ("source", wanted.source), ("receiver", wanted.receiver),
    ]  # fmt: skip
    known = _Known(reach, asked, _loaded(reach))
    for kind, name in named:
        if name is None or (there := known.now(kind)) is None or known.has(kind, name, there):
            continue
        there |= {one async for one in _of_alerts(kind, asked, store, kept)}
        if not known.has(kind, name, there):
            fail(f"there is no {kind} {name}{known.hint(kind, name, there)}", USAGE)


@dataclass(frozen=True, slots=True)
class _Known:
    """What the rules and the settings of today know, as a desk may see them."""

    reach: Reach
    asked: Asked
    loaded: Loaded | None

    def now(self, kind: Kind) -> set[str] | None:
        """Give the names of a kind; None where they are not known."""
        if kind == "source":
            return {one.id for one in self.reach.sources if self._may_see(one.desk)}
        if kind == "receiver":
            return {one.id for one in self.reach.receivers if self._may_see(one.desk)}
        if self.loaded is None:
            return None
        book = self.loaded.book
        if kind == "desk":
            owners: list[Any] = [*book.portfolios, *self.reach.sources, *self.reach.receivers]
            return {one.desk for one in owners if one.desk is not None}
        if kind == "rule":
            return {rule.id for portfolio in self._portfolios() for rule in portfolio.rules}
        if kind == "event type":
            return {one.id for one in book.event_types} or None
        return {
            name.casefold()
            for portfolio in self._portfolios()
            for position in portfolio.holdings.positions.values()
            for name in (position.company, position.label)
        }

    def has(self, kind: Kind, name: str, there: set[str]) -> bool:
        """Tell whether a name is one of those that are there; a company may be one that nobody holds."""
        if kind != "company":
            return name in there
        return name.casefold() in there or self._company(name) or self._company(name.upper())

    def hint(self, kind: Kind, name: str, there: set[str]) -> str:
        """Say what may have been meant. No desk is named: what desks there are is no desk's business."""
        if kind == "desk":
            return ""
        if near := suggest.closest(name, there):
            return f" (did you mean {near}?)"
        asking = self._asking()
        if kind == "company":
            return f"; {asking.company_hint(name)}" if asking is not None and not asking.company(name) else ""
        return f"; there are {', '.join(sorted(there))}" if 0 < len(there) <= _LISTED else ""

    def _company(self, name: str) -> bool:
        asking = self._asking()
        found = asking.company(name) if asking is not None else None
        return asking is None or (found is not None and not asking.barred("company", found))

    def _asking(self) -> Asking | None:
        names = self.loaded.names if self.loaded is not None else None
        return Asking(names, self.asked.desk) if names is not None else None

    def _portfolios(self) -> Iterator[Portfolio]:
        book = self.loaded.book if self.loaded is not None else None
        yield from (one for one in (book.portfolios if book is not None else ()) if self._may_see(one.desk))

    def _may_see(self, owner: str | None) -> bool:
        return self.asked.desk is None or owner in (None, self.asked.desk)


def _loaded(reach: Reach) -> Loaded | None:
    try:
        return loaded_with(reach.rules, reach.state_dir)
    except ConfigError:
        return None


async def _of_alerts(kind: Kind, asked: Asked, store: RedisStore | None, kept: Kept) -> AsyncIterator[str]:
    """Give the names of a kind that the history knows, and the store's alerts."""
    for name in kept.history.names(kind) if kept.history is not None else ():
        yield name
    if store is not None:
        async for state in changed_since(store, 0):
            if asked.may_see(state):
                for name in _OF[kind](state):
                    yield name


_OF: dict[Kind, _Of] = {
    "desk": lambda state: {state.desk} if state.desk is not None else set(),
    "rule": lambda state: {match.rule for match in state.alert.matches},
    "company": lambda state: company_names(state.alert.matches),
    "event type": lambda state: {one.partition(" ")[0] for one in (state.said.types if state.said else ())},
    "source": lambda state: {state.event.source} if state.event is not None else set(),
    "receiver": lambda state: set(lanes(state)),
}
