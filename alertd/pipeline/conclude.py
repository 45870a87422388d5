"""The end of the steps: decide what each event of a batch means for each alert, and commit it. Compare-and-set.

merges -> for each alert: decide -> take in -> commit -> next
                            ^                    |
                            '--- give back <-----' conflict: the alert, or a mark, is not as it was read
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TypeVar

import structlog

from alertd import telemetry
from alertd.alerts.background import Background
from alertd.alerts.concern import Concern, FindPortfolio, with_earlier
from alertd.alerts.decide import decide
from alertd.alerts.outcome import Outcome
from alertd.alerts.policy import ReceiverPolicy
from alertd.alerts.rights import may_model
from alertd.base.clock import Clock, rfc3339
from alertd.base.failpoints import failpoint
from alertd.errors import AlertdError
from alertd.model import Alert, AlertState, Event, Note, StoredAlert
from alertd.pipeline.merges import Merges
from alertd.pipeline.noting import material_on, note_on, wanted_of
from alertd.pipeline.standing import Standing
from alertd.pipeline.work import AlertStore, PoisonEvent, Processed, Work
from alertd.research.study import Study
from alertd.rules.book import Portfolio
from alertd.rules.match import Matcher

MAX_CONFLICTS = 20
"""How often an alert may change under our hands before the event is put back."""

MAX_MERGES = 8
"""How many times an alert may have been carried on by another."""

AT_ONCE = 4
"""Events of a batch that are begun in one turn of the loop: all of them in one would hold up everybody else."""

NOTHING = StoredAlert(version=0, state=None)
T = TypeVar("T")
_log = structlog.get_logger(__name__)


class Conclusion:
    """Decides and commits one batch, under one version of the rules and receivers."""

    def __init__(
        self,
        matcher: Matcher,
        policies: Mapping[str, ReceiverPolicy],
        find: FindPortfolio,
        store: AlertStore,
        clock: Clock,
        keep_s: float,
    ) -> None:
        self._matcher = matcher
        self._policies = policies
        self._find = find
        self._store = store
        self._clock = clock
        self._keep_s = keep_s
        self._alone = False
        """It decides on one event, whose order among others is nobody's concern."""
        self._standing = Standing(matcher, policies)
        self._merges = Merges(matcher.book.portfolios, policies, store, clock)

    async def of(self, works: Sequence[Work], stored: dict[str, StoredAlert]) -> dict[str, Processed | PoisonEvent]:
        """Decide and commit: the revisions of one event in their order, different events at the same time.

        Redis makes what arrives together durable with one fsync; one after the other each would wait for its own.
        """
        about = ((work.event, concern, work.story) for work in works for concern in work.concerns)
        await self._standing.read(about, stored, self._store, self._clock())
        lanes: dict[str, list[Work]] = {}
        for work in works:
            lanes.setdefault(work.event.id, []).append(work)

        async def conclude(lane: list[Work], turns: int) -> list[tuple[str, Processed | PoisonEvent]]:
            for _ in range(turns):
                await asyncio.sleep(0)
            alerts: list[Alert] = []
            """Those that an earlier revision in this batch went into: they were not there when they were recalled."""
            return [(work.stream_id, await self._conclude(work, alerts, stored)) for work in lane]

        self._alone = len(lanes) == 1
        if self._alone:  # nothing to do at the same time
            return dict(await conclude(next(iter(lanes.values())), 0))
        # All of them end before an error is raised: none may still be writing when the batch comes again.
        begun = (conclude(lane, n // AT_ONCE) for n, lane in enumerate(lanes.values()))
        done = await asyncio.gather(*begun, return_exceptions=True)
        for result in done:
            if isinstance(result, BaseException):
                raise result
        return dict(pair for result in done if not isinstance(result, BaseException) for pair in result)

    async def _conclude(
        self, work: Work, alerts: list[Alert], stored: dict[str, StoredAlert]
    ) -> Processed | PoisonEvent:
        try:
            await self._merges.close(work, stored)
            now = self._clock()  # one moment for all of it, which its record names: a backtest decides at the same
            concerns = with_earlier(work.concerns, alerts, self._find)
            alerts += await self._each(work, concerns, stored, now)
            await self._merges.close_late(work, stored)
            for match in work.matches:
                self._note_desk(work, self._find(match.portfolio))
            desk = self._matcher.book.source_desks.get(work.event.source)
            return work.processed(rfc3339(now), self._matcher.version, self._keep_s, desk)
        except AlertdError:  # the store's trouble, not the event's
            raise
        except Exception as error:  # noqa: BLE001 a poison event must not take its neighbours along
            return poison(work.stream_id, work.event, error)

    async def _each(
        self, work: Work, concerns: Sequence[Concern], stored: dict[str, StoredAlert], now: int
    ) -> list[Alert]:
        """Take an event into each of its alerts; gives those that it is in.

        All are decided before the first commit is waited for, so that a batch is decided in its order: what counts
        together, as the messages of a receiver in a storm, is counted as if its events came one after the other.
        """
        begun = [self._decide_and_commit(work, concern, stored, now) for concern in concerns]
        done: Sequence[tuple[Outcome, AlertState | None] | BaseException]
        done = (
            [await begun[0]]
            if self._alone and len(begun) == 1
            else await asyncio.gather(*begun, return_exceptions=True)
        )
        for one in done:
            if isinstance(one, BaseException):
                raise one
        taken = [one for one in done if not isinstance(one, BaseException)]
        for outcome, state in taken:
            work.note(outcome)
            work.saw(state)
        return [outcome.state.alert for outcome, _ in taken if outcome.state is not None]

    async def _decide_and_commit(
        self, work: Work, concern: Concern, stored: dict[str, StoredAlert], now: int
    ) -> tuple[Outcome, AlertState | None]:
        """Take an event into an alert; gives what that came to, and the alert as it is then, if it was decided on."""
        alert, subject = concern.alert, concern.subject
        if alert not in stored:  # an earlier event of this batch has changed it
            stored[alert] = (await self._store.load_alerts([alert])).get(alert, NOTHING)
        known = stored[alert]
        for _ in range(MAX_CONFLICTS):
            for _ in range(MAX_MERGES):
                if known.state is None or not known.state.alert.merged_into:
                    break
                alert, subject = known.state.alert.merged_into, work.story  # another carries it on
                known = (await self._store.load_alerts([alert])).get(alert, NOTHING)
            outcome = self._decide(work, concern, known, subject, now)
            if outcome.decision is not None:
                self._note_desk(work, concern.portfolio)
            if outcome.state is None:
                return outcome, known.state if outcome.decision is not None else None
            failpoint("match.decided")
            marks = self._standing.take(outcome.effects)
            conflict = await self._store.commit(
                alert, known.version, outcome.state, outcome.deliveries, now, effects=outcome.effects
            )
            if conflict is None:
                stored.pop(alert, None)
                return outcome, outcome.state
            self._standing.give_back(outcome.effects, marks)
            await self._standing.read_again(outcome.effects, self._store, now)
            stored[alert] = known = conflict
        raise RuntimeError(f"alert {alert} changed {MAX_CONFLICTS} times while it was decided")

    @staticmethod
    def _note_desk(work: Work, portfolio: Portfolio | None) -> None:
        if portfolio is not None and portfolio.desk is not None:
            work.desks[portfolio.id] = portfolio.desk

    def _decide(self, work: Work, concern: Concern, known: StoredAlert, subject: str, now: int) -> Outcome:
        desk = concern.portfolio.desk
        rules = self._standing.rules_of(concern, known)
        wanted = wanted_of(rules.get(match.rule) for match in concern.matches)
        background = Background(
            self._policies,
            self._standing.circumstances(),
            rules,
            self._matcher.worlds.of(desk),
            note=partial(self._note, work, concern.portfolio, now) if wanted != "off" else _no_note,
            material=partial(self._material, work, concern.portfolio)
            if wanted == "model" and may_model(work.event)
            else None,
        )
        return decide(
            known,
            concern.matches,
            self._matcher.seen_by(work.event, desk),
            concern.portfolio,
            background,
            now,
            newest=work.newest,
            subject=subject,
            story=work.story,
        )

    def _note(self, work: Work, portfolio: Portfolio, now: int) -> Note | None:
        world, study = self._matcher.worlds.of(portfolio.desk), self._study(work, portfolio.desk)
        desks, at = self._matcher.book.source_desks, rfc3339(now)
        return _guarded(lambda: note_on(study, portfolio, world, work.past, desks, at), None, work.event, portfolio)

    def _material(self, work: Work, portfolio: Portfolio) -> str:
        # What a desk relates for itself alone is not among what a model is shown.
        world, study = self._matcher.worlds.of(None), self._study(work, portfolio.desk)
        desks = self._matcher.book.source_desks
        return _guarded(lambda: material_on(study, portfolio, world, work.past, desks), "", work.event, portfolio)

    def _study(self, work: Work, desk: str | None) -> Study:
        """Give the event for its notes, as a desk sees it: its text is read once for all portfolios of the desk."""
        study = work.studies.get(desk)
        if study is None:
            study = work.studies[desk] = Study(self._matcher.seen_by(work.event, desk))
        return study


def _guarded(write: Callable[[], T], without: T, event: Event, portfolio: Portfolio) -> T:
    """Write something of a note. What the code cannot write must not keep the alert back: that goes out without."""
    try:
        return write()
    except Exception as error:  # noqa: BLE001  whatever it is
        _log.error("note_failed", event_id=event.id, portfolio=portfolio.id, exc_info=error)
        telemetry.NOTES.labels(by="facts", outcome="failed").inc()
        return without


def _no_note() -> None:
    """Stand for a note that no rule wants."""


def poison(stream_id: str, event: Event, error: Exception) -> PoisonEvent:
    """Give an event that could not be processed, and log why."""
    _log.error("event_failed", event_id=event.id, stream_id=stream_id, exc_info=error)
    return PoisonEvent(stream_id, event, f"{type(error).__name__}: {error}"[:500])
