"""Decides on the archive's clock: the daemon's pipeline, clocks and door for answers, over a store in memory.

event    its story as it was given, or anew -> rules over time -> decide -> commit
between  windows that are over, timers      -> released, rung, each at its own time
people   answers and silences of then       -> taken at their times
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from alertd.enrich.story import Answer as StoryAnswer
from alertd.errors import AlertdError
from alertd.history.backtest.clockwork import Clockwork
from alertd.history.backtest.differ import differences
from alertd.history.backtest.examine import Examined
from alertd.history.backtest.happened import Happened
from alertd.history.backtest.order import TOGETHER_MS, Item
from alertd.history.backtest.past_indices import PastIndices, asks_for_indices
from alertd.history.backtest.plan import Plan
from alertd.history.backtest.store import PastStore
from alertd.history.past import PastEvent, PastRecord
from alertd.history.past_line import past_of
from alertd.history.people import answer_of, silence_of
from alertd.model import Event, JournalRecord, StreamEvent
from alertd.pipeline import Pipeline, PoisonEvent, Processed
from alertd.pipeline.place import Given, place
from alertd.pipeline.work import Work
from alertd.rules.outcome import RuleFailure

SWEEP_EVENTS = 2_000
"""Events after which what is over is dropped from memory, if a while has passed on the archive's clock."""
SWEEP_MS = 3_600_000
AGAIN_MS = 60_000
"""When a window or timer is looked at again that could not be done."""
_STREAM_ID = "0-1"
"""Of every event: they come one by one."""


class _Ready(NamedTuple):
    """An event that is matched and settled."""

    past: PastEvent | None = None
    """None: nothing came of it."""
    work: Work | None = None
    failures: Sequence[RuleFailure] = ()
    error: str = ""


class Decider:
    """The one process that decides."""

    def __init__(self, plan: Plan, clockwork: Clockwork) -> None:
        self._plan = plan
        self._now = 0
        self._latest = 0
        self.store = PastStore(self._clock)
        self._pipeline = Pipeline(plan.book, plan.policies, self._clock)
        self._bells = clockwork.bells(self.store, plan.policies, self._clock)
        self._voices = clockwork.voices(self.store, plan.policies, self._clock)
        self._off: set[tuple[str, str]] = set()
        """Rules that raised, in whichever process: from then on they hold for nothing."""
        self._taken, self._swept_ms = 0, 0
        self._ready: dict[int, _Ready] = {}
        """Events whose turn to be decided has not come yet, by the number of their line."""
        self._indices = PastIndices(plan.book) if asks_for_indices(plan.book) else None
        self.differs: Counter[str] = Counter()

    def _clock(self) -> int:
        return self._now

    def move_to(self, at_ms: int) -> int:
        """Move the clock on, never back: but for lines that happened together, each at its own time. Gives it."""
        self._latest = max(self._latest, at_ms)
        self._now = max(at_ms, self._latest - TOGETHER_MS)
        return self._now

    # --- events -----------------------------------------------------------------------------------------------

    async def event(self, item: Item, number: int) -> Happened | None:
        """Take an event; None: nothing came of it that anybody asked to be told."""
        self._taken += 1
        for one in item.together:
            if one.found.what != "record":
                self._ready[one.number] = await self._prepared(one)
        ready = self._ready.pop(item.number, None) or await self._prepared(item)
        if ready.past is None:
            return None
        self.move_to(item.at_ms)
        for story in ready.past.absorbed if self._plan.enrich == "stored" else ():
            self.store.merged(story, ready.past.story or _story_of(ready.past.event))
        return self._happened(ready.past, item.found, await self._decided(ready), ready.failures, number)

    async def _prepared(self, item: Item) -> _Ready:
        """Put an event into the past, and ask the rules over time; what becomes of it is not decided yet."""
        found = item.found
        now = self.move_to(item.at_ms)
        failures = self._switched_off(found.failures)
        if found.what == "nothing" and not found.tell and not failures:
            if found.observations:
                await self.store.observe(found.observations, now)
            return _Ready()
        past = past_of(item.raw)
        assert isinstance(past, PastEvent)
        try:
            work = await self._work(past, found, now)
            failed = await self._pipeline.settled([work], self.store)
        except AlertdError:
            raise
        except Exception as error:  # noqa: BLE001 one event that the code cannot take must not end the backtest
            return _Ready(past, None, failures, f"{type(error).__name__}: {error}"[:500])
        return _Ready(past, work, failures, failed[_STREAM_ID].error if failed else "")

    async def _decided(self, ready: _Ready) -> Processed | PoisonEvent:
        assert ready.past is not None
        if ready.work is None or ready.error:
            return PoisonEvent(_STREAM_ID, ready.past.event, ready.error)
        return (await self._pipeline.decided([ready.work], self.store))[_STREAM_ID]

    async def _work(self, past: PastEvent, found: Examined, now: int) -> Work:
        event = found.event or past.event
        item = StreamEvent(stream_id=_STREAM_ID, event=event, deliveries=1)
        if found.what == "placed" and found.report is not None:
            (given,) = await place([(event, found.report)], self.store, now)
            self._compare(past, msgspec.structs.replace(event, story=given.answer.story))
            if self._indices is not None:
                item = msgspec.structs.replace(item, event=self._indices.given(event, now))
                self._indices.take(past, event, given, now)
        else:
            assert event.story is not None
            answer = StoryAnswer(story=event.story, merged=list(past.absorbed))
            given = Given(answer, past.story or event.story.id)
        if found.what in ("whole", "placed"):
            work = self._pipeline.matched(item, given)
        else:
            work = self._pipeline.matched_elsewhere(item, given, found.matches, found.opened)
        if self._off:
            work.matches = tuple(one for one in work.matches if (one.portfolio, one.rule) not in self._off)
        work.newest = past.newest
        return work

    def _compare(self, past: PastEvent, event: Event) -> None:
        if past.decided and past.at_ms >= self._plan.since_ms:
            self.differs.update(differences(past.event, event))

    def _happened(
        self,
        past: PastEvent,
        found: Examined,
        done: Processed | PoisonEvent,
        failures: Sequence[RuleFailure],
        number: int,
    ) -> Happened | None:
        counted = past.at_ms >= self._plan.since_ms
        if isinstance(done, PoisonEvent):
            return Happened(past, done.event, counted, (), (), tuple(failures), error=done.error, number=number)
        failures = [*failures, *self._switched_off(done.failures)]
        if not (found.tell or done.matches or done.decisions or failures):
            return None
        held = {(one.portfolio, one.rule) for one in done.matches}
        near = tuple(one for one in found.near if (one.portfolio, one.rule) not in held)
        return Happened(past, done.event, counted, done.matches, done.decisions, tuple(failures), near, number=number)

    def _switched_off(self, failures: Sequence[RuleFailure]) -> list[RuleFailure]:
        """Note rules that raised; gives those that were not known to."""
        fresh = [one for one in failures if (one.portfolio, one.rule) not in self._off]
        self._off.update((one.portfolio, one.rule) for one in fresh)
        return fresh

    # --- people -----------------------------------------------------------------------------------------------

    async def people(self, past: PastRecord) -> list[JournalRecord]:
        """Take an answer or a silence of then; gives the lines that come of it."""
        self.move_to(past.at_ms)
        record = past.record
        if not self._plan.people:
            return []
        try:
            if record.kind == "silence":
                await self.store.put_silence(silence_of(record), record, self._now)
            elif record.kind == "answer":
                await self._voices.give(answer_of(record, past.at_ms))
        except (msgspec.ValidationError, ValueError, IndexError):
            return []  # written by another version, in a way that this one does not know
        return self.store.told()

    # --- clocks -----------------------------------------------------------------------------------------------

    async def ring(self, at_ms: int) -> list[JournalRecord]:
        """Do what is due at a moment; gives the lines that come of it."""
        self.move_to(at_ms)
        if not self.store.ripen(self._now):
            return []
        await self._bells.look()
        if self.store.ripen(self._now):
            self.store.put_off(self._now + AGAIN_MS)
        return self.store.told()

    async def sweep(self) -> None:
        """Drop what is over, now and then."""
        if self._taken >= SWEEP_EVENTS and self._now >= self._swept_ms + SWEEP_MS:
            self._taken, self._swept_ms = 0, self._now
            await self.store.sweep(self._now)


def _story_of(event: Event) -> str:
    return event.story.id if event.story is not None else ""
