"""alertd itself: what the daemon runs, the calls of it that go into the core, and the two slower engines.

index         an event to its matches with their evidence: all steps, in the core where that is there
core          of these the scan for words and the search for candidates alone; what comes back may hold
dictionaries  all steps, without the core
naive         all steps, every rule asked (`alertd.rules.reference`): by it the others are judged
"""

from __future__ import annotations

from collections.abc import Set

from alertd.model import Event
from alertd.rules.engines import EngineName
from alertd.rules.index_core import CoreIndex
from alertd.rules.keys import Keys, keys_of
from alertd.rules.logic import Reading
from alertd.rules.match import Matcher
from alertd.rules.outcome import MatchResult
from alertd.rules.slot import Slot
from alertd.text.core import CoreTerms
from bench.peers.base import Way, World


class Ours:
    """A matcher over one of alertd's engines."""

    def __init__(self, world: World, engine: EngineName = "index") -> None:
        if world.book is None:
            raise ValueError("alertd's engines are made of the book")
        self.matcher = Matcher(world.book, engine)
        self._numbers = world.plains.numbers
        name = "naive" if engine == "reference" else engine
        self.ways: dict[str, Way] = {name: Way(self.matcher.match, self._matched)}
        for event in world.warm:
            self.matcher.match(event)

    def _matched(self, result: MatchResult) -> set[int]:
        return {self._numbers[match.portfolio, match.rule] for match in result.matches}

    def stored(self) -> int | None:
        """Nothing elsewhere."""
        return None

    def close(self) -> None:
        """Nothing to end."""


class WithCore(Ours):
    """What the daemon runs, which can also be asked by the calls of the core alone."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._scan, rules = self.matcher._scanner.scan, self.matcher._rules
        self._index = rules if isinstance(rules, CoreIndex) else None
        self._asked: dict[int, tuple[Set[str], set[str]]] = {}
        """By the identity of the event object: events of several kinds have the same ids."""
        if self._index is not None:
            self.ways["core"] = Way(self._call, self._candidates, whole=False)

    def _call(self, event: Event) -> list[Slot]:
        """Scan, and search by its words, and by the other keys and the companies that the same event had before."""
        words = self._scan(event.title, event.body)
        others, companies = self._asked.get(id(event)) or self._read(event)
        assert self._index is not None
        return self._index.found(companies, Keys(words, others))

    def _read(self, event: Event) -> tuple[Set[str], set[str]]:
        assert self._index is not None
        reading = Reading(event, self._scan(event.title, event.body))
        keys = self._index.with_patterns(reading, keys_of(reading))
        self._asked[id(event)] = keys.others, set(reading.companies)
        return self._asked[id(event)]

    def _candidates(self, slots: list[Slot]) -> set[int]:
        return {self._numbers[s.portfolio.id, s.rule.id] for s in slots if s.portfolio is not None and s.rule}

    def core_bytes(self) -> int:
        """Give what the core itself says that it holds: terms and postings."""
        table = self.matcher._scanner.table
        terms = table.sizes()["bytes"] if isinstance(table, CoreTerms) else 0
        postings = self._index._postings.sizes()["bytes"] if self._index is not None else 0
        return terms + postings


def dictionaries(world: World) -> Ours:
    """Make the engine that the daemon runs where there is no core."""
    return Ours(world, "dictionaries")


def naive(world: World) -> Ours:
    """Make the engine that asks every rule."""
    return Ours(world, "reference")
