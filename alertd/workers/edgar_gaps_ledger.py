"""What is remembered of an EDGAR source's completeness, in its state's cursor. Pure.

    "watched": {"2026-01-12": ["8-K", "4"]}   the forms that are watched, by the day on which that began
    "reconciled": "2026-01-16"                up to this day every business day's index has been reconciled
    "spells": [[from_ms, to_ms, filled, late]]  the last gaps, and how many filings came late for each

What a day's index lists of a form must have been seen only if the form was watched all that day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import msgspec

from alertd.model import Struct
from alertd.sources.sec_day import business_day_before
from alertd.workers.edgar_gap import Gap

WATCHED, RECONCILED, SPELLS = "watched", "reconciled", "spells"
MOST_SPELLS = 20


class BlindSpell(Struct, frozen=True, kw_only=True):
    """A time in which EDGAR may not have been seen, in ms."""

    from_ms: int
    to_ms: int
    filled: bool = False
    """Whether the indexes of all its days have been reconciled."""
    late: int = 0
    """Filings that were missing and have come late."""


class Ledger(Struct, frozen=True, kw_only=True):
    """What a cursor says."""

    watched: dict[str, str] = msgspec.field(default_factory=dict)
    """Form -> the day (ISO 8601, New York's) on which watching it began."""
    reconciled: str = ""
    """Empty: nothing is known yet."""
    spells: list[BlindSpell] = msgspec.field(default_factory=list)
    """Oldest first."""

    def full_forms(self, day: date) -> tuple[str, ...]:
        """Give the forms that were watched all of a day."""
        return tuple(form for form, began in self.watched.items() if began < day.isoformat())

    def part_forms(self, day: date) -> tuple[str, ...]:
        """Give the forms of which watching began on a day."""
        return tuple(form for form, began in self.watched.items() if began == day.isoformat())


def read_ledger(cursor: Mapping[str, Any]) -> Ledger:
    """Read what a cursor says; what is broken in it counts as not there."""
    watched = cursor.get(WATCHED)
    by_form = {
        form: day
        for day, forms in (watched.items() if isinstance(watched, dict) else ())
        if isinstance(forms, list)
        for form in forms
        if isinstance(form, str)
    }
    reconciled = cursor.get(RECONCILED)
    return Ledger(
        watched=by_form,
        reconciled=reconciled if isinstance(reconciled, str) and _is_day(reconciled) else "",
        spells=[spell for one in _list(cursor.get(SPELLS)) if (spell := _spell(one))],
    )


def write_ledger(cursor: Mapping[str, Any], ledger: Ledger) -> dict[str, Any]:
    """Give the cursor with what is in a ledger."""
    by_day: dict[str, list[str]] = {}
    for form, day in ledger.watched.items():
        by_day.setdefault(day, []).append(form)
    spells = [[one.from_ms, one.to_ms, one.filled, one.late] for one in ledger.spells[-MOST_SPELLS:]]
    return {**cursor, WATCHED: by_day, RECONCILED: ledger.reconciled, SPELLS: spells}


def watching(ledger: Ledger, forms: Iterable[str], today: date) -> Ledger:
    """Give the ledger of a source that watches these forms today; a form more is watched from today on.

    Reconciling begins with the day on which the source does.
    """
    return Ledger(
        watched={form: ledger.watched.get(form, today.isoformat()) for form in forms},
        reconciled=ledger.reconciled or business_day_before(today).isoformat(),
        spells=ledger.spells,
    )


def with_spell(spells: Iterable[BlindSpell], gap: Gap, *, filled: bool, late: int) -> list[BlindSpell]:
    """Give the spells with one as it is now; what was counted before a crash still counts."""
    others = [one for one in spells if (one.from_ms, one.to_ms) != (gap.since_ms, gap.until_ms)]
    before = next((one for one in spells if (one.from_ms, one.to_ms) == (gap.since_ms, gap.until_ms)), None)
    one = BlindSpell(
        from_ms=gap.since_ms,
        to_ms=gap.until_ms,
        filled=filled or (before is not None and before.filled),
        late=max(late, before.late if before else 0),
    )
    return sorted([*others, one], key=lambda spell: (spell.to_ms, spell.from_ms))[-MOST_SPELLS:]


def _spell(value: Any) -> BlindSpell | None:
    if not isinstance(value, list) or len(value) != 4:
        return None
    start, end, filled, late = value
    if not all(type(number) is int for number in (start, end, late)) or not isinstance(filled, bool):
        return None
    return BlindSpell(from_ms=start, to_ms=end, filled=filled, late=late)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
