"""MemoryStore's stories: what scripts/place.lua does, in Python."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from alertd.model import KnownStory, Placed, Placement, StoriesFound, StoryAsk
from alertd.store.memory_base import MemoryBase
from alertd.store.records import BETWEEN_MS, MERGED_MS, PLACED_MS, STORY_MS, checked_id, checked_key, unique
from alertd.store.stories import MOST_EARLIER, MOST_STORIES, key_names


@dataclass(slots=True)
class _Stories:
    """Stories with a time each, the newest of them."""

    times: dict[str, int] = field(default_factory=dict)
    expires: int = 0

    def newest(self, most: int, since: int | None = None) -> list[str]:
        ranked = sorted(self.times, key=lambda name: (self.times[name], name), reverse=True)
        return [name for name in ranked if since is None or self.times[name] >= since][:most]

    def put(self, name: str, at: int, most: int) -> None:
        self.times[name] = at
        self.times = {name: self.times[name] for name in self.newest(most)}


@dataclass(slots=True)
class StoryBook:
    """All that is remembered of stories; times of expiry beside what expires."""

    stories: dict[str, tuple[KnownStory, int]] = field(default_factory=dict)
    index: dict[str, int] = field(default_factory=dict)
    answers: dict[str, tuple[str, int]] = field(default_factory=dict)
    under: dict[str, _Stories] = field(default_factory=dict)
    between: dict[str, _Stories] = field(default_factory=dict)


class MemoryStories(MemoryBase):
    """`find_stories`, `load_stories` and `place_events`."""

    _stories: StoryBook

    async def find_stories(self, asks: Sequence[StoryAsk]) -> list[StoriesFound]:
        """Give what was frozen for events, and the stories that they may belong to."""
        return [
            StoriesFound(
                answer=self._answer_of(checked_id(ask.event, "an event id")),
                under={
                    key: self._living(self._stories.under, checked_key(key)).newest(MOST_STORIES, ask.since_ms)
                    for key in ask.keys
                },
                earlier={
                    pair: self._living(self._stories.between, checked_key(pair)).newest(MOST_EARLIER)
                    for pair in ask.pairs
                },
            )
            for ask in asks
        ]

    async def load_stories(self, ids: Sequence[str]) -> dict[str, KnownStory]:
        """Give stories as they are; version 0 for one that is not there."""
        return {name: self._story(name) for name in unique(ids)}

    async def place_events(self, placements: Sequence[Placement], now: int, *, settled: bool = False) -> list[Placed]:
        """Put events into stories, each only if nothing has changed since its story was read."""
        for one in placements:
            list(key_names(one))
        return [self._place(one, now, settled=settled) for one in placements]

    def _place(self, one: Placement, now: int, *, settled: bool) -> Placed:
        frozen = self._answer_of(one.event)
        if frozen and not one.again:
            return Placed(outcome="known", answer=frozen)
        if self._is_stale(one, settled=settled):
            return Placed(outcome="stale")
        self._write(one, now)
        return Placed(outcome="placed", answer=one.answer)

    def _is_stale(self, one: Placement, *, settled: bool) -> bool:
        expected = {one.story: one.version, **one.merged}
        if any(self._story(story).version != version for story, version in expected.items()):
            return True
        if settled:
            return False
        there = (
            story
            for key in one.keys
            for story in self._living(self._stories.under, key).newest(MOST_STORIES, one.since_ms)
        )
        return any(story != one.story and story not in one.seen for story in there)

    def _write(self, one: Placement, now: int) -> None:
        book, clock = self._stories, self.clock()
        self._keep(one.story, replace(self._story(one.story), version=one.version + 1, data=one.data), STORY_MS, now)
        for key in one.keys:
            under = book.under[key] = self._living(book.under, key)
            under.put(one.story, one.last_ms, MOST_STORIES)
            under.expires = clock + STORY_MS
        for pair in one.pairs:
            between = book.between[pair] = self._living(book.between, pair)
            between.put(one.story, one.founded_ms, MOST_EARLIER)
            between.expires = clock + BETWEEN_MS
        for younger, version in one.merged.items():
            self._keep(younger, KnownStory(version=version + 1, into=one.story), MERGED_MS, now)
        book.answers[one.event] = (one.answer, clock + PLACED_MS)

    def _keep(self, name: str, story: KnownStory, lifetime: int, now: int) -> None:
        self._stories.stories[name] = (story, self.clock() + lifetime)
        self._stories.index[name] = now + lifetime

    def _story(self, name: str) -> KnownStory:
        story, expires = self._stories.stories.get(name, (KnownStory(), 0))
        return story if expires > self.clock() else KnownStory()

    def _answer_of(self, event: str) -> str:
        answer, expires = self._stories.answers.get(event, ("", 0))
        return answer if expires > self.clock() else ""

    def _living(self, kept: dict[str, _Stories], key: str) -> _Stories:
        found = kept.get(key)
        return found if found is not None and found.expires > self.clock() else _Stories()

    def _forget_stories(self, now: int) -> int:
        """Drop what is over; gives how many stories."""
        book, clock = self._stories, self.clock()
        for name in [name for name, (_, expires) in book.stories.items() if expires <= clock]:
            del book.stories[name]
        for event in [event for event, (_, expires) in book.answers.items() if expires <= clock]:
            del book.answers[event]
        for kept in (book.under, book.between):
            for key in [key for key, found in kept.items() if found.expires <= clock]:
                del kept[key]
        over = _over(book.index.items(), now)
        for name in over:
            del book.index[name]
        return len(over)


def _over(index: Iterable[tuple[str, int]], now: int) -> list[str]:
    return [name for name, expires in index if expires <= now]
