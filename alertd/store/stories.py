"""Stories: what is open, under which keys it is found, and the one step that puts an event into one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from alertd.model import KnownStory, Placed, Placement, StoriesFound, StoryAsk
from alertd.store.part import Part
from alertd.store.records import (
    BETWEEN_MS,
    MERGED_MS,
    PLACED_MS,
    STORY_MS,
    checked_id,
    checked_key,
    to_json,
    unique,
)

if TYPE_CHECKING:
    from alertd.store.client import Arg

MOST_STORIES = 64
"""Stories under a key."""
MOST_EARLIER = 8
"""Stories between two parties that are remembered."""
PLACED_AT_ONCE = 64
"""Events of one call: the server is not blocked for long."""
_RECORD = (
    "event",
    "story",
    "version",
    "keys",
    "pairs",
    "seen",
    "since_ms",
    "founded_ms",
    "last_ms",
    "merged",
    "again",
)


class StoriesPart(Part):
    """`find_stories`, `load_stories` and `place_events`."""

    async def find_stories(self, asks: Sequence[StoryAsk]) -> list[StoriesFound]:
        """Give what was frozen for events, and the stories that they may belong to."""
        found: list[StoriesFound] = []
        for start in range(0, len(asks), PLACED_AT_ONCE):
            found += await self._find(asks[start : start + PLACED_AT_ONCE])
        return found

    async def _find(self, part: Sequence[StoryAsk]) -> list[StoriesFound]:
        names: list[str] = []
        args: list[Arg] = [MOST_STORIES, MOST_EARLIER]
        for ask in part:
            names.append(f"story_of:{checked_id(ask.event, 'an event id')}")
            names += [f"under:{checked_key(key)}" for key in ask.keys]
            names += [f"between:{checked_key(pair)}" for pair in ask.pairs]
            args += [ask.event, ask.since_ms, len(ask.keys), *ask.keys, len(ask.pairs), *ask.pairs]
        reply = await self.link.run("find", names, *args)
        return [
            StoriesFound(
                answer=answer.decode(),
                under=dict(zip(ask.keys, map(_names, under), strict=True)),
                earlier=dict(zip(ask.pairs, map(_names, between), strict=True)),
            )
            for ask, (answer, under, between) in zip(part, reply[1:], strict=True)
        ]

    async def load_stories(self, ids: Sequence[str]) -> dict[str, KnownStory]:
        """Give stories as they are; version 0 for one that is not there."""
        wanted = unique(ids)
        if not wanted:
            return {}
        rows = await self.link.pipeline([["HMGET", self.keys(f"story:{i}"), "v", "s", "i"] for i in wanted])
        return {i: _known(*row) for i, row in zip(wanted, rows, strict=True)}

    async def place_events(self, placements: Sequence[Placement], now: int, *, settled: bool = False) -> list[Placed]:
        """Put events into stories, each only if nothing has changed since its story was read."""
        answers: list[Placed] = []
        for start in range(0, len(placements), PLACED_AT_ONCE):
            answers += await self._place(placements[start : start + PLACED_AT_ONCE], now, settled=settled)
        return answers

    async def _place(self, part: Sequence[Placement], now: int, *, settled: bool) -> list[Placed]:
        names = ["stories", *(name for one in part for name in key_names(one))]
        args: list[Arg] = [now, STORY_MS, PLACED_MS, BETWEEN_MS, MERGED_MS, int(settled)]
        for one in part:
            args += [to_json({name: getattr(one, name) for name in _RECORD}), one.data, one.answer]
        reply = await self.link.run("place", names, *args)
        pairs = zip(reply[1::2], reply[2::2], strict=True)
        return [Placed(outcome=outcome.decode(), answer=answer.decode()) for outcome, answer in pairs]


def key_names(one: Placement) -> Iterable[str]:
    """Name the keys that a placement touches. Raises ValueError for what no key can be made of."""
    yield f"story:{checked_id(one.story, 'a story id')}"
    yield f"story_of:{checked_id(one.event, 'an event id')}"
    yield from (f"under:{checked_key(key)}" for key in one.keys)
    yield from (f"between:{checked_key(pair)}" for pair in one.pairs)
    yield from (f"story:{checked_id(story, 'a story id')}" for story in one.merged)


def _names(reply: Sequence[bytes]) -> list[str]:
    return [name.decode() for name in reply]


def _known(version: bytes | None, data: bytes | None, into: bytes | None) -> KnownStory:
    return KnownStory(
        version=int(version or 0),
        data=data.decode("utf-8", "replace") if data else "",
        into=into.decode("utf-8", "replace") if into else "",
    )
