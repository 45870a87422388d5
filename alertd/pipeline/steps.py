"""From an event to decisions: the steps in their order, over one small Protocol.

    [stream events] -> understand -> place -> look up -> match -> remember -> recall -> decide -> commit -> record ...
                       companies,    in a     what the   rules    facts,      alerts    pure      compare-  one line
                       types, terms, story    news was   of all   rules       stored    reason    and-set,  of the
                       tone                   like       desks    over time   so far    for each  delivers  journal

A batch is matched by one version of the rules. What its events put into the sets of the past is written and read in
one go, and so are the alerts that it may touch. The caller acknowledges: it finishes each event with its record
(`finish_event`), so whatever dies on the way, the event is handed out again, what it was put into stays as it is, the
decisions come out the same, and the deliveries have the same ids.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from msgspec.structs import replace

from alertd import telemetry
from alertd.alerts.concern import raised, with_earlier
from alertd.alerts.policy import ReceiverPolicy
from alertd.alerts.severity import Scale
from alertd.base.clock import Clock
from alertd.base.turns import by_turns
from alertd.enrich.story_report import Report, report_of
from alertd.model import Alert, AlertState, Event, Match, Row, StoredAlert, StreamEvent
from alertd.pipeline.conclude import NOTHING, Conclusion, poison
from alertd.pipeline.place import Given, place
from alertd.pipeline.tally import Tally
from alertd.pipeline.work import AlertStore, PoisonEvent, Processed, Work
from alertd.rules.book import BookChange, Portfolio, RuleBook
from alertd.rules.fact_index import is_of_pair
from alertd.rules.late import Late, Opened
from alertd.rules.match import Matcher
from alertd.rules.outcome import MatchResult, Open
from alertd.rules.over_time import Asked, ask, joined
from alertd.rules.read import Read
from alertd.rules.understanding import Understanding

NO_REPORT = Report(event="", at_ms=0)
"""Of an event that is in its story already: it is not compared with others."""


class Pipeline:
    """One version of the rules and receivers, ready to process batches. Belongs to one process."""

    def __init__(
        self,
        book: RuleBook,
        receivers: Mapping[str, ReceiverPolicy],
        clock: Clock,
        understanding: Understanding | None = None,
        *,
        keep_s: float = math.inf,
        index_file: Path | None = None,
    ) -> None:
        """Without `understanding` events carry what they bring with them, and event types are asked of that.

        `keep_s` is how long the journal is kept, `index_file` where the index of the rules is for the next start.
        """
        self._keep_s = keep_s
        self._matcher = Matcher(book, understanding=understanding, index_file=index_file)
        self._late = Late(self._matcher)
        self._scale = Scale(self._matcher)
        self._routine_forms = book.routine_forms
        self._source_desks = book.source_desks
        self._names: dict[str, str] = {}
        """First id of a portfolio that was renamed -> the one it has."""
        self._learn(book.portfolios)
        self._policies = dict(receivers)
        self._clock = clock
        self._tally: Tally | None = None

    @property
    def version(self) -> str:
        """The version of the rules in force."""
        return self._matcher.version

    def apply(self, change: BookChange, understanding: Understanding | None = None) -> None:
        """Go on to the next version of the rules, between two batches. ValueError if it is not for this version.

        `understanding` is the one to go on with, where the companies have changed.
        """
        self._matcher.apply(change, understanding)
        self._learn(change.portfolios)
        self._tally = None

    def use_receivers(self, receivers: Mapping[str, ReceiverPolicy], *, keep_s: float | None = None) -> None:
        """Take the receivers, and how long the journal is kept, as they are now, between two batches."""
        self._policies, self._tally = dict(receivers), None
        self._keep_s = self._keep_s if keep_s is None else keep_s

    def counts(self, item: Processed) -> dict[str, int]:
        """Give what an event adds to the counts of receivers that get a daily line."""
        if self._tally is None:
            self._tally = Tally(self._matcher.book.portfolios, self._policies.values(), self._source_desks)
        return self._tally.counts(item.event, item.decisions)

    def desk_of(self, portfolio: str) -> str | None:
        """Say which desk a portfolio belongs to; None: to none, or it is not there any more."""
        found = self._portfolio(portfolio)
        return found.desk if found is not None else None

    def _learn(self, portfolios: Iterable[Portfolio]) -> None:
        self._names.update((portfolio.identity, portfolio.id) for portfolio in portfolios if portfolio.identity)

    def _portfolio(self, name: str) -> Portfolio | None:
        """Give a portfolio by the id that it has, or that it had first."""
        found = self._matcher.portfolio(name)
        return found if found is not None else self._matcher.portfolio(self._names.get(name, ""))

    async def process(self, batch: Sequence[StreamEvent], store: AlertStore) -> list[Processed | PoisonEvent]:
        """Take a batch through all steps; one answer for each event, in order.

        Raises what the store raises (StoreUnavailable): then the whole batch comes again.
        """
        answers: dict[str, Processed | PoisonEvent] = {}
        works: list[Work] = []
        async for item in by_turns(batch):
            try:
                works.append(self._understand(item))
            except Exception as error:  # noqa: BLE001 a poison event must not take its neighbours along
                answers[item.stream_id] = poison(item.stream_id, item.event, error)
        for turn, work in enumerate(works):
            work.turn = turn
        await self._place(works, store)
        await self._look_up(works, store)
        async for work in by_turns(list(works)):
            try:
                self._match(work)
            except Exception as error:  # noqa: BLE001 see above
                answers[work.stream_id] = poison(work.stream_id, work.event, error)
                works.remove(work)
        answers |= await self.settled(works, store)
        answers |= await self.decided(works, store)
        return [answers[item.stream_id] for item in batch]

    async def settled(self, works: list[Work], store: AlertStore) -> dict[str, PoisonEvent]:
        """Put events that are matched into the past and ask the rules over time; gives, and takes out, what failed.

        Raises what the store raises.
        """
        answers: dict[str, PoisonEvent] = {}
        rows = await self._remember(works, store)
        async for work in by_turns(list(works)):
            try:
                self._settle(work, rows.pop(0))
            except Exception as error:  # noqa: BLE001 see above
                answers[work.stream_id] = poison(work.stream_id, work.event, error)
                works.remove(work)
        return answers

    async def decided(self, works: Sequence[Work], store: AlertStore) -> dict[str, Processed | PoisonEvent]:
        """Decide on events that are settled, and commit; gives them by stream id. Raises what the store raises."""
        stored = await self._recall(works, store)
        conclusion = Conclusion(self._matcher, self._policies, self._portfolio, store, self._clock, self._keep_s)
        return await conclusion.of(works, stored)

    def matched(self, item: StreamEvent, given: Given) -> Work:
        """Match an event that was understood, and put into its story, before; it is not decided yet."""
        read = self._matcher.read(item.event, as_found=True).with_story(given.answer.story)
        work = Work(item.stream_id, read, NO_REPORT, item.identity, item.event.revision > 1, given)
        self._match(work)
        return work

    def matched_elsewhere(
        self, item: StreamEvent, given: Given, matches: Sequence[Match], opened: Iterable[Opened]
    ) -> Work:
        """Take an event that another process matched by these rules, with the rules over time that it concerns."""
        reading = self._late.reading(item.event)
        work = Work(item.stream_id, Read(reading), NO_REPORT, item.identity, item.event.revision > 1, given)
        work.matches = tuple(matches)
        work.asked = self._ask(work, MatchResult(item.event, work.matches, self._late.opened(reading, opened)))
        return work

    # --- the steps ----------------------------------------------------------------------------------------

    def _understand(self, item: StreamEvent) -> Work:
        read = self._matcher.read(item.event)
        report = report_of(read.event, self._source_desks.get(read.event.source, ""))
        return Work(item.stream_id, read, report, item.identity, item.event.revision > 1 or item.deliveries > 1)

    async def _place(self, works: Sequence[Work], store: AlertStore) -> None:
        """Give each event its story."""
        given = await place([(work.event, work.report) for work in works], store, self._clock())
        for work, one in zip(works, given, strict=True):
            work.given = one
            work.read = work.read.with_story(one.answer.story)

    async def _look_up(self, works: Sequence[Work], store: AlertStore) -> None:
        """Give each company that is named its index as it is now; one that an event brought counts for nothing."""
        named = dict.fromkeys(company.id for work in works for company in work.event.companies)
        known = await store.indices(list(named), self._clock()) if named else {}
        for work in works:
            work.read = work.read.with_indices(known)

    def _match(self, work: Work) -> None:
        result = self._matcher.match_read(work.read)
        work.matches, work.failures = result.matches, list(result.failures)
        work.asked = self._ask(work, result)

    def _ask(self, work: Work, result: MatchResult) -> Asked:
        def failed(open_: Open, event: Event, error: Exception) -> None:
            work.failures.append(self._matcher.switch_off(open_, event, error))

        return ask([result], self._routine_forms, failed, source_desks=self._source_desks)

    async def _remember(self, works: Sequence[Work], store: AlertStore) -> list[list[list[Row]]]:
        """Put the events into the past, also where no rule asks; gives each event what is remembered for it.

        In one go, but that a later revision begins anew: what it takes out, those before it in the batch still saw.
        """
        parts: list[list[Work]] = [[]]
        for work in works:
            if work.asked.revised and parts[-1]:
                parts.append([])
            parts[-1].append(work)
        rows: list[list[Row]] = []
        for part in parts:
            observations = [observation for work in part for observation in work.asked.observations]
            revised = {event: revision for work in part for event, revision in work.asked.revised.items()}
            if observations or revised:
                with telemetry.STATE_SECONDS.time():
                    rows += await store.observe(observations, self._clock(), revised=revised)
        given = iter(rows)
        return [[next(given) for _ in work.asked.observations] for work in works]

    def _settle(self, work: Work, rows: Sequence[Sequence[Row]]) -> None:
        """Let the rules over time say what they make of it; then it is known which alerts the event is about."""
        (settled,) = work.asked.settle(rows)
        asked = zip(work.asked.observations, rows, strict=True)
        work.past = tuple(row for observation, known in asked if is_of_pair(observation) for row in known)
        work.settled = tuple(settled)
        work.matches = self._scale.weighed(joined(work.matches, settled), work.event)
        work.concerns = raised(work.event, work.matches, self._portfolio, work.story)

    async def _recall(self, works: Sequence[Work], store: AlertStore) -> dict[str, StoredAlert]:
        """Read the alerts that the matches are about, and those that the events went into before."""
        again = list(dict.fromkeys(work.event.id for work in works if work.again))
        told = await store.alerts_of(again) if again else {}
        ids = dict.fromkeys(concern.alert for work in works for concern in work.concerns)
        ids |= dict.fromkeys(alert for alerts in told.values() for alert in alerts)
        there = await store.load_alerts(list(ids)) if ids else {}
        stored = {alert: there.get(alert, NOTHING) for alert in ids}
        async for work in by_turns(works):
            states = [stored[alert].state for alert in told.get(work.event.id, ())]
            earlier = [_by_identity(state) for state in states if state is not None]
            work.concerns = with_earlier(work.concerns, earlier, self._portfolio)
        await self._ask_for_newest([work for work in works if work.matches], store)
        return stored

    async def _ask_for_newest(self, works: Sequence[Work], store: AlertStore) -> None:
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


def _by_identity(state: AlertState) -> Alert:
    """Give an alert under the first id of its portfolio: the one that it has may be neither that nor today's."""
    return replace(state.alert, portfolio=state.identity or state.alert.portfolio)
