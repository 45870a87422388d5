"""The open stories that the events of a batch are compared with, as they were read and as the batch has made them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from heapq import nsmallest

import msgspec
import structlog

from alertd.base.beyond import Beyond, beyond
from alertd.enrich.story import Proposal, StoryState
from alertd.model import KnownStory

MAX_CANDIDATES = 32
"""Stories that an event is compared with, those first that are found under the surest and the most keys."""
MAX_LOADED = 48
"""Of those that are found for an event, so many are looked at: which of them are open still is known only then."""
MAX_READ = 1_024
"""Stories that are kept as they were read: some 10 kB each."""
MAX_HOPS = 8
"""How often a story may have become part of another that became part of another."""
_SURE = {"acc": 12, "url": 12, "doc": 4, "ti": 6, "sk": 3, "pa": 3}
"""Kind of key -> what it counts; the others count 1."""

_states = msgspec.json.Decoder(StoryState)
log = structlog.get_logger(__name__)


@dataclass(slots=True)
class StoryView:
    """The stories as they were read, and as the proposals of this round have made them since."""

    states: dict[str, StoryState] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    into: dict[str, str] = field(default_factory=dict)
    rests: dict[str, Beyond | None] = field(default_factory=dict)  # what a newer version wrote of them
    under: dict[str, list[str]] = field(default_factory=dict)
    """Key -> stories that proposals of this round have put there."""

    def take(self, name: str, known: KnownStory) -> None:
        """Take a story in as it was read; one that cannot be read is left out."""
        self.versions[name] = known.version
        if known.into:
            self.into[name] = known.into
        elif known.data:
            try:
                self.states[name], self.rests[name] = _read_state(known.data)
            except msgspec.DecodeError as error:  # it is of no use to anybody, and over in three days
                log.warning("story_unreadable", story=name, error=str(error))

    def canonical(self, name: str) -> str:
        """Give the story that one is part of by now, as far as is known: itself, if it is part of none."""
        for _ in range(MAX_HOPS):
            if name not in self.into:
                return name
            name = self.into[name]
        return name

    def candidates(self, under: Mapping[str, Sequence[str]]) -> dict[str, StoryState]:
        """Give the stories to compare with."""
        hits: Counter[str] = Counter()
        for key, names in under.items():
            there = {*names, *self.under.get(key, ())}
            there = {self.canonical(name) for name in there} if self.into else there
            worth = _SURE.get(key.partition(":")[0], 1)
            hits.update(there if worth == 1 else dict.fromkeys(there, worth))
        known = [name for name in hits if name in self.states]
        least = sorted([hits[name] for name in known])[-MAX_CANDIDATES:]  # most are found under one key only
        known = [name for name in known if hits[name] >= least[0]]
        ranked = sorted(known, key=lambda name: (-hits[name], -self.states[name].last_ms, name))
        return {name: self.states[name] for name in ranked[:MAX_CANDIDATES]}

    def make(self, proposal: Proposal) -> None:
        """Take a proposal as done."""
        name = proposal.story
        self.states[name] = proposal.state
        self.versions[name] = self.versions.get(name, 0) + 1
        for younger in proposal.merged:
            self.states.pop(younger, None)
            self.versions[younger] = self.versions.get(younger, 0) + 1
            self.into[younger] = name
        for key in proposal.keys:
            self.under.setdefault(key, []).append(name)


def likeliest(under: Mapping[str, Sequence[str]]) -> Iterable[str]:
    """Choose from all that are found, hundreds for a company of which much is told: by their keys, then the newest.

    Under each key the newest stand first.
    """
    hits: dict[str, int] = {}
    places: dict[str, int] = {}
    for key, names in under.items():
        worth = _SURE.get(key.partition(":")[0], 1)
        for rank, name in enumerate(names):
            hits[name] = hits.get(name, 0) + worth
            places[name] = min(rank, places.get(name, rank))
    if len(hits) <= MAX_LOADED:
        return hits
    return nsmallest(MAX_LOADED, hits, key=lambda name: (-hits[name], places[name], name))


@lru_cache(MAX_READ)
def _read_state(data: str) -> tuple[StoryState, Beyond | None]:
    """Read what is remembered of a story, and what a newer version wrote of it. Raises DecodeError.

    News that come together are compared with the same stories, and a report keeps what comparing asks of it.
    """
    state = _states.decode(data)
    return state, beyond(data.encode(), state)
