"""Put the events of a batch into their stories: read, propose, assign; again for those that something came before.

    find: what is frozen for the events, which stories stand under their keys     one round trip for the batch
    load: those stories                                                           one more
    propose: each event against them and against what those before it made        pure
    assign: all of them, each only if nothing has changed since                   one script
      `-> stale: from the beginning

An event's answer is frozen when it is assigned: a repeat, and every later revision, get the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import msgspec
import structlog

from alertd import telemetry
from alertd.base.beyond import kept
from alertd.base.ids import story_id
from alertd.base.turns import by_turns
from alertd.enrich.story import IDLE_MS, Answer, Proposal, keys_of, propose, revised
from alertd.enrich.story_report import Report
from alertd.model import Event, KnownStory, Placed, Placement, StoriesFound, StoryAsk
from alertd.pipeline.story_view import MAX_HOPS, StoryView, likeliest

MAX_ROUNDS = 40
"""Each round at least one of those that meet over a story gets through."""
SETTLED_ROUND = 8
"""From this round on, stories that others have founded meanwhile under the same keys are not waited for."""
_answers = msgspec.json.Decoder(Answer)
_encoder = msgspec.json.Encoder()
log = structlog.get_logger(__name__)


class StoryStore(Protocol):
    """What placing asks of a store."""

    async def find_stories(self, asks: Sequence[StoryAsk]) -> list[StoriesFound]:
        """Give what was frozen for events, and the stories under their keys."""

    async def load_stories(self, ids: Sequence[str]) -> dict[str, KnownStory]:
        """Give stories as they are."""

    async def place_events(self, placements: Sequence[Placement], now: int, *, settled: bool = False) -> list[Placed]:
        """Put events into stories, each only if nothing has changed."""


@dataclass(frozen=True, slots=True)
class Given:
    """The story that an event was given."""

    answer: Answer
    """As it was frozen."""
    story: str
    """The story that it belongs to by now: the answer's, or the older one that this became part of."""

    @property
    def absorbed(self) -> list[str]:
        """The stories that became part of it, as far as this event knows."""
        return sorted({*self.answer.merged, self.answer.story.id} - {self.story})


async def place(items: Sequence[tuple[Event, Report]], store: StoryStore, now: int) -> list[Given]:
    """Give each event its story, in their order; those that bring one keep it.

    Raises what the store raises; what was assigned by then stands.
    """
    events = [event for event, _ in items]
    answers = {n: Given(Answer(story=e.story), e.story.id) for n, e in enumerate(events) if e.story is not None}
    with telemetry.STORY_SECONDS.time():
        for round_ in range(MAX_ROUNDS):
            waiting = [n for n in range(len(events)) if n not in answers]
            if not waiting:
                break
            # Of one event only one revision at a time: a later one must see what was frozen for it.
            turn = list({events[n].id: n for n in reversed(waiting)}.values())[::-1]
            answers |= await _round({n: items[n] for n in turn}, store, now, round_)
    for n in [n for n in range(len(events)) if n not in answers]:
        answers[n] = await _alone(*items[n], store, now)
    return [answers[n] for n in range(len(events))]


async def canonical(names: Iterable[str], store: StoryStore) -> dict[str, str]:
    """Give for each story the one that it is part of by now: itself, if it did not become part of an older one."""
    found = {name: name for name in names}
    known: dict[str, KnownStory] = {}
    for _ in range(MAX_HOPS):
        wanted = sorted(set(found.values()) - known.keys())
        if not wanted:
            break
        known |= await store.load_stories(wanted)
        found = {name: known[now].into or now for name, now in found.items()}
    return found


async def _round(
    pending: Mapping[int, tuple[Event, Report]], store: StoryStore, now: int, round_: int
) -> dict[int, Given]:
    asks = [_ask(report) async for _, report in by_turns(pending.values())]
    found = dict(zip(pending, await store.find_stories(asks), strict=True))
    frozen = {n: _frozen(found[n].answer, event.id) for n, (event, _) in pending.items()}
    view = await _read(found.values(), [answer for answer in frozen.values() if answer is not None], store)
    answers: dict[int, Given] = {}
    placements: dict[int, Placement] = {}
    joined: dict[int, Proposal] = {}
    async for n, (event, report) in by_turns(pending.items()):
        known = frozen[n]
        proposal = _propose(event, report, found[n], known, view)
        if proposal is None:
            assert known is not None
            answers[n] = Given(known, view.canonical(known.story.id))
            telemetry.STORIES.labels(outcome="known").inc()
        elif not proposal.keys:  # nothing can come to it, and it has come to nothing
            answers[n] = Given(proposal.answer, proposal.story)
            _count(event, proposal)
        else:
            placements[n] = _placement(report, proposal, found[n], view)
            joined[n] = proposal
            view.make(proposal)
    settled = round_ >= SETTLED_ROUND
    placed = await store.place_events(list(placements.values()), now, settled=settled) if placements else []
    for n, done in zip(placements, placed, strict=True):
        if done.outcome == "stale":
            telemetry.STORY_CONFLICTS.inc()
            continue
        answer = _frozen(done.answer, pending[n][0].id)
        if answer is None:  # the next round finds it, and writes another over it
            continue
        if done.outcome == "placed":
            _count(pending[n][0], joined[n])
            answers[n] = Given(answer, joined[n].story)
        else:
            answers[n] = Given(answer, answer.story.id)
    return answers


async def _alone(event: Event, report: Report, store: StoryStore, now: int) -> Given:
    """Let an event found its story without regard to others: they changed whenever it was looked at."""
    log.warning("story_contended", event_id=event.id, rounds=MAX_ROUNDS)
    proposal = propose(report, {})
    placement = Placement(
        event=event.id,
        story=proposal.story,
        version=0,
        data=_encoder.encode(proposal.state).decode(),
        answer=_encoder.encode(proposal.answer).decode(),
        keys=proposal.keys,
        founded_ms=report.at_ms,
        last_ms=report.at_ms,
    )
    (placed,) = await store.place_events([placement], now, settled=True)
    answer = _frozen(placed.answer, event.id) or proposal.answer
    return Given(answer, answer.story.id)


def _frozen(answer: str, event: str) -> Answer | None:
    """Read what was frozen for an event; None if nothing was, or what cannot be read, as by a downgrade."""
    if not answer:
        return None
    try:
        return _answers.decode(answer)
    except msgspec.DecodeError as error:  # a failure would hold up the whole batch, again and again
        log.warning("story_answer_unreadable", event_id=event, error=str(error))
        return None


def _ask(report: Report) -> StoryAsk:
    return StoryAsk(
        event=report.event, keys=keys_of(report), pairs=report.pairs, since_ms=max(report.at_ms - IDLE_MS, 0)
    )


async def _read(found: Iterable[StoriesFound], answers: Iterable[Answer], store: StoryStore) -> StoryView:
    """Load the stories that were found, those that they became part of, and those of the frozen answers."""
    view = StoryView()
    wanted = {answer.story.id for answer in answers}.union(*(likeliest(one.under) for one in found))
    for _ in range(MAX_HOPS):
        if not wanted:
            break
        async for name, known in by_turns((await store.load_stories(sorted(wanted))).items()):
            view.take(name, known)
        wanted = set(view.into.values()) - view.versions.keys()
    return view


def _propose(
    event: Event, report: Report, found: StoriesFound, known: Answer | None, view: StoryView
) -> Proposal | None:
    """Say what the event should become; None if it has its answer and changes nothing."""
    if known is not None and event.revision == 1:
        return None
    stories = view.candidates(found.under)
    telemetry.STORY_CANDIDATES.observe(len(stories))
    if known is not None:
        own = view.canonical(known.story.id)
        if event.withdrawn or own not in view.states:
            return None
        return revised(report, own, {**stories, own: view.states[own]}, known)
    earlier = [view.canonical(name) for names in found.earlier.values() for name in names]
    return propose(report, stories, earlier)


def _placement(report: Report, proposal: Proposal, found: StoriesFound, view: StoryView) -> Placement:
    """Write a proposal down, with all that it rests on: the view is as it was before it.

    An answer that stands there already, be it one that cannot be read, is written over.
    """
    seen: set[str] = set().union(*found.under.values(), *(view.under.get(key, ()) for key in found.under))
    return Placement(
        event=report.event,
        story=proposal.story,
        version=view.versions.get(proposal.story, 0),
        data=_encoder.encode(kept(view.rests.get(proposal.story), proposal.state)).decode(),
        answer=_encoder.encode(proposal.answer).decode(),
        keys=proposal.keys,
        pairs=report.pairs if not report.audience else [],  # nobody's earlier story, if not all may know of it
        seen=list(seen),
        since_ms=max(report.at_ms - IDLE_MS, 0),
        founded_ms=proposal.state.founder.at_ms,
        last_ms=proposal.state.last_ms,
        merged={name: view.versions.get(name, 0) for name in proposal.merged},
        again=bool(found.answer),
    )


def _count(event: Event, proposal: Proposal) -> None:
    founded = proposal.answer.story.id == story_id(event.id)
    telemetry.STORIES.labels(outcome="founded" if founded else "joined").inc()
    if proposal.merged:
        telemetry.STORIES.labels(outcome="merged").inc(len(proposal.merged))
        log.info(
            "story_merged", event_id=event.id, story=proposal.story, merged=list(proposal.merged),
            because=proposal.answer.because,
        )  # fmt: skip
