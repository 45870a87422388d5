"""How many events a source brought, counted where they are taken in and written down with its state. No I/O."""

from __future__ import annotations

from collections.abc import Sequence

from alertd.model import IngestResult


class EventCount:
    """What was taken in and is not written down yet.

    A state may be refused, its reply lost, or never come to be written: the next poll knows what this one took, and
    would count none of it.
    """

    def __init__(self) -> None:
        self._open: dict[str, set[tuple[str, int]]] = {}
        """Source -> events and revisions that no state counts."""
        self._tried: dict[str, tuple[int, set[tuple[str, int]]]] = {}
        """Source -> the count of the state under way, and what is new in it."""

    def took(self, source: str, results: Sequence[IngestResult]) -> int:
        """Note what became of a chunk; gives how many of it are new. What was lost and comes again is the same."""
        fresh = {(one.event_id, one.revision) for one in results if one.outcome in ("new", "revised")}
        self._open.setdefault(source, set()).update(fresh)
        return len(fresh)

    def total(self, source: str, before: int) -> int:
        """Give the count for the state that is about to be written, over one that says `before`."""
        fresh = self._open.setdefault(source, set())
        if source in self._tried and before >= self._tried[source][0]:  # written after all: only the reply was lost
            fresh -= self._tried[source][1]
        self._tried[source] = (before + len(fresh), set(fresh))
        return self._tried[source][0]

    def written(self, source: str) -> None:
        """Take in that this state is written; what was taken meanwhile (late filings) is for the next."""
        self._open[source] -= self._tried.pop(source)[1]
