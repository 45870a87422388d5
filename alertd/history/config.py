"""`archive:` of the settings: what of the journal is kept, where, and for how long."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from alertd.base.config import ConfigModel, Duration

DAY = 86400.0
YEARS_7 = 7 * 365.25 * DAY
"""Books and records: six years for correspondence (17 CFR 240.17a-4(b)(4)), five, and up to seven where an authority
asks for it (MiFID II, Directive 2014/65/EU, article 16(7)); seven covers both."""

Kept = Annotated[Duration, Field(ge=DAY)]


class KeepConfig(ConfigModel):
    """How long lines of each kind are kept. What a legal hold covers is kept longer."""

    event: Kept = YEARS_7
    """Events with what was found in them, matches and decisions."""
    delivery: Kept = YEARS_7
    """Messages as they were sent, with their receivers and their answers."""
    answer: Kept = YEARS_7
    """What people did."""
    silence: Kept = YEARS_7
    """Who silenced what."""
    timer: Kept = YEARS_7
    """What a clock brought about: escalations, alerts that came back or closed."""
    release: Kept = YEARS_7
    """What was held back and when it went out."""
    version: Kept = YEARS_7
    """Which rules, holdings, companies and models were in force, with the files."""
    reload: Kept = YEARS_7
    """When rules and settings changed."""
    dead_event: Kept = 400 * DAY
    """Events that could not be processed."""
    notice: Kept = 400 * DAY
    """What the operator was told."""
    source: Kept = 400 * DAY
    """Since when a source failed or was silent, and when that was over."""
    entry: Kept = 90 * DAY
    """Items that became no event: rejected, known already."""
    other: Kept = YEARS_7
    """Kinds that this version does not know."""

    def of(self, kind: str) -> float:
        """Give how many seconds a kind is kept."""
        found = getattr(self, kind, None) if kind in KeepConfig.model_fields else None
        return float(self.other if found is None else found)


class ArchiveConfig(ConfigModel):
    """The archive of the journal: a file a day, for backtests, search and whoever asks what was known when."""

    enabled: bool = True
    path: Path | None = None
    """A directory; `archive` in `state_dir` if it is not given."""
    keep: KeepConfig = KeepConfig()
    level: Annotated[int, Field(ge=1, le=19)] = 9
    """Of zstd, for days that are over: more packs tighter and takes longer."""
