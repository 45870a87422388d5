"""What the news about companies has been doing; a part of `alertd.store.protocol.Store`, as its promises are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from alertd.model import CompanyIndex


class IndexStore(Protocol):
    """Values that the archive's process works out, for events that are matched."""

    async def put_indices(
        self, changed: Mapping[str, CompanyIndex | None], as_of_ms: int, *, whole: bool = False
    ) -> None:
        """Write what has changed (None: there is none any more), and confirm all others as of a time.

        `whole`: these are all there are. Repeatable.
        """

    async def indices(self, companies: Sequence[str], now: int) -> dict[str, CompanyIndex]:
        """Give the indices of companies, as they were confirmed last; none if that is more than an hour ago."""

    async def indices_as_of(self) -> int:
        """Say when they were confirmed last; 0: never, or more than two days ago."""
