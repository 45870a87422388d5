"""Close the alerts of stories that became part of older ones: without a page, compare-and-set, at most once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from alertd.alerts.merge import merge
from alertd.alerts.outcome import Outcome, alert_of
from alertd.alerts.policy import ReceiverPolicy
from alertd.base.clock import Clock
from alertd.base.failpoints import failpoint
from alertd.model import Effects, StoredAlert
from alertd.pipeline.place import canonical
from alertd.pipeline.work import AlertStore, Work
from alertd.rules.book import Portfolio

MAX_CONFLICTS = 20
LOADED = 200
"""Alerts that are read at once."""
_NOTHING = StoredAlert(version=0, state=None)


class Merges:
    """Closes what is to be closed for one event."""

    def __init__(
        self,
        portfolios: Sequence[Portfolio],
        policies: Mapping[str, ReceiverPolicy],
        store: AlertStore,
        clock: Clock,
    ) -> None:
        self._portfolios = portfolios
        self._policies = policies
        self._store = store
        self._clock = clock

    async def close(self, work: Work, stored: dict[str, StoredAlert]) -> None:
        """Close the alerts about the stories that the event's own has absorbed, and forget how they were read.

        Who finds them closed already, because another was faster or did it before it died, changes nothing.
        """
        for story in work.given.absorbed if work.given is not None else ():
            for alert in await self._close(work, story, work.story):
                stored.pop(alert, None)

    async def close_late(self, work: Work, stored: dict[str, StoredAlert]) -> None:
        """Look again, where an alert has just been raised: its story may have become part of another meanwhile."""
        if not work.raised:
            return
        now = (await canonical([work.story], self._store))[work.story]
        if now != work.story:
            for alert in await self._close(work, work.story, now):
                stored.pop(alert, None)

    async def _close(self, work: Work, younger: str, older: str) -> list[str]:
        changed: list[str] = []
        for start in range(0, len(self._portfolios), LOADED):
            part = {alert_of(p, younger): p for p in self._portfolios[start : start + LOADED]}
            for alert, known in (await self._store.load_alerts(list(part))).items():
                if known.state is None:
                    continue
                if not known.state.alert.merged_into:
                    changed += await self._close_one(work, part[alert], alert, older)
                elif work.again:  # whoever closed it may have died before it was journalled
                    work.saw(known.state)
        return changed

    async def _close_one(self, work: Work, portfolio: Portfolio, younger: str, story: str) -> list[str]:
        older = alert_of(portfolio, story)
        for _ in range(MAX_CONFLICTS):
            known = await self._store.load_alerts([older, younger])
            before, after = known.get(older, _NOTHING), known.get(younger, _NOTHING)
            now = self._clock()
            made = merge(before.state, after.state, portfolio, story, work.event, now, self._policies)
            if made is None:
                return [older, younger]
            effects = Effects(timers=made.timers, note_due_ms=made.note_due_ms)
            if made.older is not None and await self._store.commit(
                older, before.version, made.older, (), now, effects=effects
            ):
                continue
            failpoint("match.carried_on")
            effects = Effects(cancel=made.cancel, note_due_ms=0)
            if await self._store.commit(younger, after.version, made.younger, (), now, effects=effects):
                continue
            work.note(Outcome(made.decision))
            work.saw(made.older)
            work.saw(made.younger)
            if portfolio.desk is not None:
                work.desks[portfolio.id] = portfolio.desk
            return [older, younger]
        raise RuntimeError(f"alert {younger} changed {MAX_CONFLICTS} times while it was merged")
