"""What fetching full texts has in common, whatever they are of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from alertd.errors import FetchTemporary
from alertd.model import Candidate
from alertd.store.types import FetchJob


class NotYet(FetchTemporary):
    """Nothing was sent: it is not our turn at the host. Counts as no attempt; `retry_after` says when it may be."""


def not_yet(text: str, seconds: float) -> NotYet:
    """Make the error that lets a job come again in so many seconds."""
    error = NotYet(text)
    error.retry_after = max(seconds, 0.1)
    return error


@dataclass(frozen=True, slots=True)
class Fetched:
    """A full text, as the event that has it."""

    candidate: Candidate
    note: str = ""
    """What is missing in it, for the log."""


class Fetcher(Protocol):
    """Fetches the full texts of some types of sources."""

    attempts: int
    """After so many that failed a job is given up."""

    async def fetch(self, job: FetchJob, source: Any) -> Fetched:
        """Fetch the text of an event and make the event that has it.

        Raises NotYet; FetchTemporary, ParseKilled: trying again can help; FetchPermanent, ParseFailed: it cannot;
        StoreUnavailable where turns are kept in the store.
        """
        ...
