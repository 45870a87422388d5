"""What the news about companies has been doing, in memory; as in indices.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from alertd.model import CompanyIndex
from alertd.store.indices import bare, confirmed


class MemoryIndices:
    """`put_indices`, `indices` and `indices_as_of`, as Redis does them."""

    _indices: dict[str, bytes]
    _indices_at: int

    async def put_indices(
        self, changed: Mapping[str, CompanyIndex | None], as_of_ms: int, *, whole: bool = False
    ) -> None:
        """Write what has changed, and confirm all others."""
        kept = {} if whole else {company: raw for company, raw in self._indices.items() if company not in changed}
        self._indices = kept | {company: bare(index) for company, index in changed.items() if index is not None}
        self._indices_at = as_of_ms

    async def indices(self, companies: Sequence[str], now: int) -> dict[str, CompanyIndex]:
        """Give the indices of companies, as they were confirmed last."""
        found = {company: self._indices[company] for company in companies if company in self._indices}
        return confirmed(found, self._indices_at, now)

    async def indices_as_of(self) -> int:
        """Say when they were confirmed last; 0: never."""
        return self._indices_at
