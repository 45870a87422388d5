"""The index of a day, held against what was seen that day: what is missing comes as late events.

What was seen is what the store has a mark of. It keeps marks for 14 days after their last sight, so an older day
cannot be reconciled: everything in it would seem to be missing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from alertd import telemetry
from alertd.model import Candidate, Struct
from alertd.rules.filing import canonical_form
from alertd.sources.edgar import EdgarConfig
from alertd.sources.edgar_places import filing_days
from alertd.sources.sec_day import day_of
from alertd.workers.edgar_gap import Gap
from alertd.workers.edgar_gaps_fetch import Brief, LateFilings, brief_of
from alertd.workers.edgar_gaps_ledger import Ledger

REMEMBERED_MS = 13 * 86_400_000
"""How long ago a day may be; a day less than marks are remembered."""


class DayReport(Struct, frozen=True, kw_only=True):
    """What the index of a day showed."""

    day: str
    """ISO 8601."""
    forms: tuple[str, ...]
    """The forms that were watched that day."""
    index: int
    """Filings in the index, of whatever form."""
    watched: int = 0
    """Those of the forms watched."""
    seen: int = 0
    missing: int = 0
    late: int = 0
    """Those of the missing that have become late events."""
    before: int = 0
    """Those that were filed before their form was watched: neither seen nor missing."""

    @property
    def text(self) -> str:
        """Say it in a sentence's part."""
        if not self.forms:
            return f"no form was watched on {self.day} yet"
        said = f"the index of {self.day} lists {self.watched} filings of the forms watched"
        return f"{said}, {self.missing} had not been seen" if self.missing else f"{said}, all were seen"


def too_old(day: date, now: int) -> bool:
    """Say whether what was seen on a day may be forgotten by now."""
    return day < day_of(now - REMEMBERED_MS)


class Reconciler:
    """Reconciles days."""

    def __init__(self, late: LateFilings) -> None:
        self._late = late

    async def day(
        self,
        source: EdgarConfig,
        day: date,
        ledger: Ledger,
        gaps: Sequence[Gap] = (),
        *,
        came: Callable[[Brief], None] = lambda brief: None,
        total: Callable[[int], None] = lambda count: None,
        advance: Callable[[], None] = lambda: None,
    ) -> DayReport | None:
        """Reconcile a day; None where EDGAR has no index of it (yet).

        Of a form that was only begun to be watched that day, only what was accepted in a gap counts. `came` is told
        of each late event; `total` and `advance` of the work. Raises FetchTemporary, FetchPermanent, ParseFailed,
        ParseKilled, StoreUnavailable; what came before is taken in, and known when the day is reconciled again.
        """
        within = [gap for gap in gaps if day in filing_days(gap.since_ms, gap.until_ms)]
        full = [form for form in source.facts().forms if form in ledger.full_forms(day)]
        part = [form for form in source.facts().forms if form in ledger.part_forms(day)] if within else []
        if not full and not part:
            return DayReport(day=day.isoformat(), forms=(), index=0)
        parsed = await self._late.index(source, day, [*full, *part])
        if parsed is None:
            return None

        def must_be_seen(brief: Brief) -> bool:
            return canonical_form(brief.form) in full or _accepted_in(brief, within)

        missing = await self._late.missing(source, parsed.candidates)
        total(len(missing))
        late, before = 0, 0
        for one in missing:
            brief = await self._late.take(source, one, "index", must_be_seen)
            advance()
            if brief is not None:
                late += 1
                came(brief)
            elif canonical_form(brief_of(one).form) not in full:
                before += 1
        return self._report(source, day, (*full, *part), len(parsed.listed), parsed.candidates, missing, late, before)

    @staticmethod
    def _report(
        source: EdgarConfig,
        day: date,
        forms: tuple[str, ...],
        index: int,
        candidates: Sequence[Candidate],
        missing: Sequence[Candidate],
        late: int,
        before: int,
    ) -> DayReport:
        seen = len(candidates) - len(missing)
        telemetry.RECONCILED.labels(source=source.id, outcome="seen").inc(seen)
        telemetry.RECONCILED.labels(source=source.id, outcome="missing").inc(len(missing) - before)
        return DayReport(
            day=day.isoformat(),
            forms=forms,
            index=index,
            watched=len(candidates),
            seen=seen,
            missing=len(missing) - before,
            late=late,
            before=before,
        )


def _accepted_in(brief: Brief, gaps: Sequence[Gap]) -> bool:
    ms = brief.accepted_ms
    return ms is not None and any(gap.since_ms <= ms <= gap.until_ms for gap in gaps)
