"""From an event to decisions: the steps in their order, over one small Protocol.

    [stream events] -StreamEvent-> understand -> match -> recall -> decide -> commit -> record -JournalRecord-> ...
                                   story         rules    alerts    pure      compare-    one line of
                                   (its own      of all   stored    reason    and-set,    the journal
                                   for now)      desks    so far    for each  deliveries

A batch is matched by one version of the rules, and the alerts it may touch are read in one round trip. The
caller acknowledges: it finishes each event with its record (`finish_event`), so whatever dies on the way, the
event is handed out again, the decisions come out the same, and the deliveries have the same ids.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import msgspec
import structlog

from alertd.alerts.decide import Outcome, decide, subject_of
from alertd.alerts.policy import ReceiverPolicy
from alertd.base.clock import Clock, rfc3339
from alertd.base.ids import alert_id, story_id
from alertd.errors import AlertdError
from alertd.model import (
    AlertState,
    Decision,
    Event,
    JournalRecord,
    Known,
    Match,
    NewDelivery,
    StoredAlert,
    Story,
    StreamEvent,
    event_to_dict,
)
from alertd.rules.book import Portfolio, RuleBook
from alertd.rules.match import Matcher, RuleFailure

MAX_CONFLICTS = 20
"""How often an alert may change under our hands before the event is put back."""

_NOTHING = StoredAlert(version=0, state=None)
_log = structlog.get_logger(__name__)


class AlertStore(Protocol):
    """What deciding asks of a store."""

    async def known_marks(self, source: str, marks: Sequence[str]) -> dict[str, Known]:
        """Give what is remembered of items, their newest revision among it."""

    async def load_alerts(self, ids: Sequence[str]) -> dict[str, StoredAlert]:
        """Give the alerts that exist among these."""

    async def commit(
        self, alert_id: str, expected_version: int, state: AlertState, deliveries: Sequence[NewDelivery], now: int
    ) -> StoredAlert | None:
        """Store a state and queue its deliveries together; on conflict change nothing and give what is stored."""


@dataclass(frozen=True, slots=True)
class Processed:
    """An event that is decided and committed: what is left is to finish it with its record."""

    stream_id: str
    event: Event
    record: JournalRecord
    matches: tuple[Match, ...]
    decisions: tuple[Decision, ...]
    deliveries: tuple[NewDelivery, ...]
    """Those queued by this run; a repeat of an event that was committed before queues none."""
    failures: tuple[RuleFailure, ...]
    """Rules that broke on it and are switched off now; each is named once."""


@dataclass(frozen=True, slots=True)
class PoisonEvent:
    """An event that could not be processed. It is not acknowledged and comes again, up to a count."""

    stream_id: str
    event: Event
    error: str


@dataclass(slots=True)
class _Work:
    """One event on its way through the steps."""

    stream_id: str
    event: Event
    identity: str
    newest: int = 0
    """The newest revision that was ingested, where that was asked."""
    matches: tuple[Match, ...] = ()
    failures: tuple[RuleFailure, ...] = ()
    concerned: tuple[Portfolio, ...] = ()
    """Portfolios that have a match or, from the second revision on, may have an alert."""
    decisions: list[Decision] = field(default_factory=list)
    deliveries: list[NewDelivery] = field(default_factory=list)

    def alert_id(self, portfolio: Portfolio) -> str:
        """Name the alert that this event has in a portfolio."""
        return alert_id(portfolio.id, subject_of(self.event))


class Pipeline:
    """One version of the rules and receivers, ready to process batches. Belongs to one process."""

    def __init__(self, book: RuleBook, receivers: Mapping[str, ReceiverPolicy], clock: Clock) -> None:
        self.book = book
        self._matcher = Matcher(book)
        self._policies = tuple(receivers.values())
        self._clock = clock

    async def process(self, batch: Sequence[StreamEvent], store: AlertStore) -> list[Processed | PoisonEvent]:
        """Take a batch through all steps; one answer for each event, in order.

        Raises what the store raises (StoreUnavailable): then the whole batch comes again.
        """
        answers: dict[str, Processed | PoisonEvent] = {}
        works: list[_Work] = []
        for item in batch:
            try:
                works.append(self._match(self._understand(item)))
            except Exception as error:  # noqa: BLE001 a poison event must not take its neighbours along
                answers[item.stream_id] = _poison(item.stream_id, item.event, error)
        stored = await self._recall(works, store)
        answers |= await self._conclude_all(works, stored, store)
        return [answers[item.stream_id] for item in batch]

    async def _conclude_all(
        self, works: Sequence[_Work], stored: dict[str, StoredAlert], store: AlertStore
    ) -> dict[str, Processed | PoisonEvent]:
        """Decide and commit: the revisions of one event in their order, different events at the same time.

        Redis makes what arrives together durable with one fsync; one after the other each would wait for its own.
        """
        lanes: dict[str, list[_Work]] = {}
        for work in works:
            lanes.setdefault(work.event.id, []).append(work)

        async def conclude(lane: list[_Work]) -> list[tuple[str, Processed | PoisonEvent]]:
            return [(work.stream_id, await self._conclude(work, stored, store)) for work in lane]

        # All of them end before an error is raised: none may still be writing when the batch comes again.
        done = await asyncio.gather(*map(conclude, lanes.values()), return_exceptions=True)
        for result in done:
            if isinstance(result, BaseException):
                raise result
        return dict(pair for result in done if not isinstance(result, BaseException) for pair in result)

    async def _conclude(
        self, work: _Work, stored: dict[str, StoredAlert], store: AlertStore
    ) -> Processed | PoisonEvent:
        try:
            for portfolio in work.concerned:
                await self._decide_and_commit(work, portfolio, stored, store)
            return self._record(work)
        except AlertdError:  # the store's trouble, not the event's
            raise
        except Exception as error:  # noqa: BLE001 see above
            return _poison(work.stream_id, work.event, error)

    # --- the steps ----------------------------------------------------------------------------------------

    def _understand(self, item: StreamEvent) -> _Work:
        event = item.event
        if event.story is None:
            event = msgspec.structs.replace(event, story=Story(id=story_id(event.id)))
        return _Work(item.stream_id, event, item.identity)

    def _match(self, work: _Work) -> _Work:
        result = self._matcher.match(work.event)
        work.matches, work.failures = result.matches, result.failures
        matched = {match.portfolio for match in result.matches}
        # A later revision may concern an alert although it matches no more.
        later = work.event.revision > 1
        work.concerned = tuple(p for p in self.book.portfolios if later or p.id in matched)
        return work

    async def _recall(self, works: Sequence[_Work], store: AlertStore) -> dict[str, StoredAlert]:
        ids = dict.fromkeys(work.alert_id(portfolio) for work in works for portfolio in work.concerned)
        there = await store.load_alerts(list(ids)) if ids else {}
        await self._ask_for_newest([work for work in works if work.matches], store)
        return {alert: there.get(alert, _NOTHING) for alert in ids}

    async def _ask_for_newest(self, works: Sequence[_Work], store: AlertStore) -> None:
        """Another worker may have a later revision in hand: what is taken back already must not be told."""
        marks: dict[str, list[str]] = {}
        for work in works:
            if work.identity:
                marks.setdefault(work.event.source, []).append(work.identity)
        for source, wanted in marks.items():
            known = await store.known_marks(source, wanted)
            for work in works:
                if work.event.source == source and work.identity in known:
                    work.newest = known[work.identity].revision

    async def _decide_and_commit(
        self, work: _Work, portfolio: Portfolio, stored: dict[str, StoredAlert], store: AlertStore
    ) -> None:
        alert = work.alert_id(portfolio)
        matches = [match for match in work.matches if match.portfolio == portfolio.id]
        if alert not in stored:  # an earlier event of this batch has changed it
            stored[alert] = (await store.load_alerts([alert])).get(alert, _NOTHING)
        known = stored[alert]
        for _ in range(MAX_CONFLICTS):
            now = self._clock()
            outcome = decide(known, matches, work.event, portfolio, self._policies, now, newest=work.newest)
            if outcome.state is None:
                return _note(work, outcome)
            conflict = await store.commit(alert, known.version, outcome.state, outcome.deliveries, now)
            if conflict is None:
                stored.pop(alert, None)
                return _note(work, outcome)
            stored[alert] = known = conflict
        raise RuntimeError(f"alert {alert} changed {MAX_CONFLICTS} times while it was decided")

    def _record(self, work: _Work) -> Processed:
        alerts = [decision.alert for decision in work.decisions]
        sent = [i for decision in work.decisions for i in decision.receivers.values() if i.startswith("dl_")]
        reasons = list(dict.fromkeys(decision.reason for decision in work.decisions))
        record = JournalRecord(
            kind="event",
            at=rfc3339(self._clock()),
            ids=list(dict.fromkeys([work.event.id, *alerts, *sent])),
            reason=", ".join(reasons) or "no_match",
            data={
                "event": event_to_dict(work.event),
                "matches": msgspec.to_builtins(work.matches),
                "decisions": msgspec.to_builtins(work.decisions),
                "failures": msgspec.to_builtins(work.failures),
                "rules_version": self.book.version,
            },
        )
        return Processed(
            work.stream_id,
            work.event,
            record,
            work.matches,
            tuple(work.decisions),
            tuple(work.deliveries),
            work.failures,
        )


def _note(work: _Work, outcome: Outcome) -> None:
    if outcome.decision is not None:
        work.decisions.append(outcome.decision)
    work.deliveries.extend(outcome.deliveries)


def _poison(stream_id: str, event: Event, error: Exception) -> PoisonEvent:
    _log.error("event_failed", event_id=event.id, stream_id=stream_id, exc_info=error)
    return PoisonEvent(stream_id, event, f"{type(error).__name__}: {error}"[:500])
