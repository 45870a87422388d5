"""The alerts of one portfolio that changed last, as somebody may see them: for its page and the dates ahead."""

from __future__ import annotations

from dataclasses import dataclass

from alertd.asking.caller import Caller
from alertd.asking.kept import Kept
from alertd.asking.past import Past
from alertd.base.clock import Clock
from alertd.errors import HistoryRefused, HistoryUnavailable
from alertd.model import AlertState, StoredAlert
from alertd.store.redis import RedisStore
from alertd.web.alerts import AlertReader, seen_by

SETTLED_MS = 120_000
READ = 50
"""Alerts that are read at once: the loop is others', too."""
LOOKED_AT = 500
"""Alerts of all portfolios, where there is no history."""
_NEWEST = "SELECT alert FROM alerts WHERE portfolio = ? ORDER BY first_ms DESC LIMIT ?"


@dataclass(frozen=True, slots=True)
class Newest:
    """Where they are looked for."""

    store: RedisStore
    past: Past
    reader: AlertReader
    clock: Clock

    async def alerts(self, portfolio: str, caller: Caller, most: int) -> list[AlertState]:
        """Give the alerts of a portfolio that changed last, as somebody may see them. Raises StoreUnavailable."""
        newest = await self._named(portfolio, most)
        there = dict[str, StoredAlert]()
        for start in range(0, len(newest), READ):
            there |= await self.store.load_alerts(newest[start : start + READ])
        seen = [seen_by(self.reader, there[name].state, caller) for name in newest]
        return [one for one in seen if one is not None and one.alert.portfolio == portfolio][:most]

    async def _named(self, portfolio: str, most: int) -> list[str]:
        """Name a portfolio's alerts: those that changed a moment ago are not in the history yet."""
        fresh = await self.store.alerts(self.clock() - SETTLED_MS, most * 4)

        def look(kept: Kept) -> list[str] | None:
            if kept.history is None:
                return None
            found = kept.history.query(_NEWEST, (portfolio, most))
            return [alert for (alert,) in found]

        try:
            known = await self.past.ask(look)
        except (HistoryUnavailable, HistoryRefused):
            known = None
        if known is None:
            known = await self.store.alerts(0, LOOKED_AT)
        return list(dict.fromkeys([*fresh, *known]))
