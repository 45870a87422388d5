"""One poll of EDGAR.

    newest page -> as many more as it takes to reach what is known (edgar_pages) -> joined -> intake -> end of poll
                                                                                     what lies between is a gap

What is remembered (`edgar_front.Front`) moves on with whole walks alone. What a walk that was cut short has read is
taken in, and the next one reads it again and goes on: a crash, a 503 or a store that is away can only cost requests.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import structlog

from alertd import telemetry
from alertd.base.clock import Clock, rfc3339
from alertd.base.failpoints import failpoint
from alertd.errors import FetchTemporary
from alertd.model import Candidate, ParsedFeed, SourceState, event_from_json
from alertd.net.client import Response
from alertd.rules.filing import canonical_form
from alertd.sources.edgar import EdgarConfig
from alertd.sources.edgar_filing import join
from alertd.sources.edgar_front import (
    FIRST_PAUSE_S,
    MOST_CUTS,
    PAGE,
    Front,
    Goal,
    after_cut,
    after_whole,
    begun_forms,
    goal_of,
    missed_since,
    read_front,
    with_front,
)
from alertd.workers.edgar_gap import Gap, GapFiller, open_gaps, with_gaps
from alertd.workers.edgar_pages import EdgarPages, Walk
from alertd.workers.intake import Intake, Taken
from alertd.workers.notices import Notices
from alertd.workers.poll import Polled
from alertd.workers.source_health import SourceHealth, healthy

log = structlog.get_logger(__name__)

READ_AGAIN_MS = 3_600_000
"""A page that does not change is read once an hour all the same: what is on it stays remembered."""


class EdgarPoll:
    """Asks EDGAR."""

    def __init__(
        self,
        intake: Intake,
        pages: EdgarPages,
        health: SourceHealth,
        notices: Notices,
        filler: GapFiller,
        clock: Clock,
    ) -> None:
        self._intake = intake
        self._pages = pages
        self._health = health
        self._notices = notices
        self._filler = filler
        self._clock = clock
        self._told: set[tuple[str, Gap]] = set()
        """Open gaps that the filler has been told of by this process."""

    async def take(self, source: EdgarConfig, state: SourceState, now: int) -> Polled:
        """Read EDGAR as far as is new, and take it in."""
        front, first = _remembered(state), not state.baseline_done
        goal = goal_of(front, first=first, asked=source.asks_for, backlog=source.backlog, now=now)
        begun = begun_forms(front, source.facts().forms, source.backlog, now)
        turn = _Turn(source, state, front, goal, begun, now)
        response = await self._pages.fetch(source, 0)
        if turn.need_not_read(response, self._clock()):
            after = self._settled(healthy(source, state, self._clock(), response))
            await self._health.quiet(state, after)
            await self._tell_gaps(source, after)
            return Polled(after, "unchanged")
        failpoint("poll.fetched")
        page = await self._pages.parse(source, response)
        walk = await self._pages.walk(source, page, front, goal, further=now >= front.not_before_ms)
        return await self._taken_in(turn, response, walk)

    async def _taken_in(self, turn: _Turn, response: Response, walk: Walk) -> Polled:
        """Go on from what was read."""
        source = turn.source
        page = await _joined(walk, whole=turn.gives_up(walk))
        taken = await self._intake_both(turn, page)
        front, gap = turn.after(walk, page)
        self._log(source, walk, front, gap)
        after = healthy(source, taken.before, self._clock(), response)
        cursor = with_front(after.cursor, front)
        if gap is not None and taken.before.baseline_done:
            cursor = with_gaps(cursor, [*open_gaps(cursor), gap])
        after = msgspec.structs.replace(after, cursor=cursor, body_sha256=response.sha256)
        after = await self._intake.end(self._settled(after), taken)
        self._measure(source, taken)
        for doubt in page.doubts:
            await self._notices.tell("edgar_times", source.id, doubt, rfc3339(turn.now)[:10])
        await self._tell_gaps(source, after)
        return Polled(after, "new" if taken.new else "nothing_new")

    def _settled(self, state: SourceState) -> SourceState:
        return msgspec.structs.replace(state, cursor=self._filler.settle(state.source, state.cursor))

    async def _intake_both(self, turn: _Turn, page: ParsedFeed) -> Taken:
        """Take in what is news, and as a baseline what could be seen before its form was watched."""
        source, state = turn.source, turn.state
        old = _before_it_began(page.candidates, turn.begun) if state.baseline_done else frozenset()
        news = [one for one in page.candidates if one.identity not in old]
        taken = await self._intake.take(
            source,
            state,
            msgspec.structs.replace(page, candidates=news),
            backlog=source.backlog,
            gaps=False,
        )
        if not old:
            return taken
        olds = [one for one in page.candidates if one.identity in old]
        silent = msgspec.structs.replace(page, candidates=olds, rejected=[])
        before = msgspec.structs.replace(state, baseline_done=False)
        return _both(taken, await self._intake.take(source, before, silent, backlog="none", gaps=False))

    async def _tell_gaps(self, source: EdgarConfig, state: SourceState) -> None:
        gaps = open_gaps(state.cursor)
        self._told = {(name, gap) for name, gap in self._told if name != source.id or gap in gaps}
        for gap in gaps:
            if (source.id, gap) not in self._told:
                await self._filler.gap(source, gap)
                self._told.add((source.id, gap))

    def _measure(self, source: EdgarConfig, taken: Taken) -> None:
        """Take down how long after a filing could first be seen it was; not of what a source shows as it begins."""
        if not taken.before.baseline_done:
            return
        seconds = []
        for item, result in taken.results:
            one = item.candidate
            told = result.outcome == "new" and item.verdict == "new"
            # Without the time of its acceptance only the day is known.
            if told and one.published_ms is not None and b'"accepted_at":"' in bytes(one.event):
                seconds.append(max(self._clock() - one.published_ms, 0) / 1000)
        for value in seconds:
            telemetry.FILING_SECONDS.labels(source=source.id).observe(value)
        if seconds:
            log.info("filings_seen", source=source.id, filings=len(seconds), slowest_s=round(max(seconds), 1))

    @staticmethod
    def _log(source: EdgarConfig, walk: Walk, front: Front, gap: Gap | None) -> None:
        pages = len(walk.pages)
        if walk.error is not None:
            error = telemetry.safe_text(str(walk.error))
            log.warning(
                "edgar_cut_short", source=source.id, pages=pages, reached=walk.met, cuts=front.cuts, error=error
            )
        elif pages > 1:
            log.info("edgar_read_on", source=source.id, pages=pages, reached=walk.met)
        if gap is not None:
            since, until = rfc3339(gap.since_ms), rfc3339(gap.until_ms)
            log.warning("edgar_gap", source=source.id, since=since, until=until, pages=pages)


@dataclass(frozen=True, slots=True)
class _Turn:
    """One poll: what it goes by. Pure."""

    source: EdgarConfig
    state: SourceState
    front: Front
    goal: Goal
    begun: dict[str, int]
    now: int

    def need_not_read(self, response: Response, now: int) -> bool:
        """Say whether the first page is that of the last poll, and there is no need to look further."""
        state = self.state
        waits = self.front.cuts > 0 or self.goal.held_back or self.front.begun != self.begun
        same = response.sha256 == state.body_sha256 and state.url == self.source.address and state.state == "fine"
        return same and state.baseline_done and now - state.last_read_ms < READ_AGAIN_MS and not waits

    def gives_up(self, walk: Walk) -> bool:
        """Say whether what a walk did not reach is given up."""
        failed = walk.error is not None and self.front.cuts + 1 >= MOST_CUTS
        return not walk.met and (walk.ended or failed)

    def after(self, walk: Walk, page: ParsedFeed) -> tuple[Front, Gap | None]:
        """Say what is remembered after a walk, and for what time what was published may have been missed."""
        front, now = self.front, self.now
        gives_up = self.gives_up(walk)
        if not walk.met and not gives_up:
            if walk.error is None:  # it was not to go further
                return msgspec.structs.replace(front, begun=self.begun), None
            wait_s = walk.error.retry_after if isinstance(walk.error, FetchTemporary) else None
            return after_cut(front, self.goal, self.begun, now, wait_s), None
        looked = self.goal.held_back and (walk.looked or walk.ended)
        looked_ms = now if looked or not self.state.baseline_done else front.looked_ms
        moved = after_whole(front, page, self.source.asks_for, self.begun, looked_ms, now)
        if walk.error is not None:  # what should have been looked at is looked at a little later
            moved = msgspec.structs.replace(moved, not_before_ms=now + int(FIRST_PAUSE_S * 1000))
        return moved, self._gap(walk) if gives_up else None

    def _gap(self, walk: Walk) -> Gap | None:
        since_ms, oldest_ms = missed_since(self.front, self.goal, walk.oldest_ms), walk.oldest_ms
        # An empty page says nothing; after one, a page that is not full has all that came since.
        all_since = not self.front.marks and walk.pages[-1].shown < PAGE
        if since_ms is None or not walk.pages[0].shown or all_since:
            return None
        return Gap(since_ms=since_ms, until_ms=max(since_ms, self.now if oldest_ms is None else oldest_ms))


def _remembered(state: SourceState) -> Front:
    """Give what is remembered; where no filing is, as of an empty page, the time of the last poll stands for it."""
    front = read_front(state.cursor)
    if front.newest_ms or front.goal_ms is not None:
        return front
    return msgspec.structs.replace(front, newest_ms=state.last_success_ms)


async def _joined(walk: Walk, *, whole: bool) -> ParsedFeed:
    """Make one page of a walk, without what may go on on a page that was not read unless that is given up."""
    pages = walk.pages
    # Off the loop: of a walk to the end there are thousands of filings.
    page = pages[0] if len(pages) == 1 else await asyncio.to_thread(join, pages)
    if whole or not walk.kept_back:
        return page
    return msgspec.structs.replace(
        page,
        candidates=[one for one in page.candidates if one.identity not in walk.kept_back],
        listed=[mark for mark in page.listed if mark not in walk.kept_back],
    )


def _before_it_began(candidates: Sequence[Candidate], begun: dict[str, int]) -> frozenset[str]:
    """Give those that could be seen before their form was watched."""
    latest = max(begun.values(), default=0)
    found = []
    for one in candidates:
        if one.published_ms is not None and one.published_ms < latest:
            form: Any = event_from_json(bytes(one.event)).form
            if one.published_ms < begun.get(canonical_form(str(form or "")), 0):
                found.append(one.identity)
    return frozenset(found)


def _both(one: Taken, other: Taken) -> Taken:
    """Make one of what became of two parts of a page."""
    verdict = msgspec.structs.replace(
        one.verdict,
        items=one.verdict.items + other.verdict.items,
        known=one.verdict.known + other.verdict.known,
        skipped=one.verdict.skipped + other.verdict.skipped,
        notes=one.verdict.notes + other.verdict.notes,
        sighted=list(dict.fromkeys(one.verdict.sighted + other.verdict.sighted)),
    )
    parsed = msgspec.structs.replace(one.parsed, candidates=one.parsed.candidates + other.parsed.candidates)
    return Taken(one.before, parsed, verdict, one.results + other.results)
