"""Keeps what the daemon was loaded from, and loads again what has changed: settings and rules as one snapshot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from alertd.app.link import Snapshot
from alertd.app.snapshot import NO_RULES, LoadedSnapshot, known_settings, memory_of
from alertd.companies.registrants import updated_file
from alertd.companies.report import Accepted
from alertd.errors import Fault
from alertd.rules.book import BookChange
from alertd.rules.holdings_memory import save_memory
from alertd.rules.loaded import Loaded
from alertd.rules.loader import RuleLoader
from alertd.settings import Settings, load_settings

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Reloaded:
    """A snapshot that is good, and what it changed in the rules."""

    loaded: LoadedSnapshot
    change: BookChange | None
    """None: take the whole book."""
    trouble: list[Fault]
    """Warnings that the operator is told: positions that were refused or are stale."""
    watched: frozenset[Path]
    """Files outside the rules directory that were read."""
    accepted: Mapping[str, Accepted] = field(default_factory=dict)
    """Positions that are new, by portfolio: to be remembered once they are in force."""


class Reloading:
    """Belongs to the supervisor; its methods read files, so they run in a thread, one at a time."""

    def __init__(self, config: Path | None, env: Mapping[str, str]) -> None:
        self._config = config
        self._env = env
        self._loader: RuleLoader | None = None
        self._rules: Path | None = None

    def load(self) -> Reloaded:
        """Load everything. Raises ConfigError with the faults of settings and rules."""
        loaded = load_settings(self._config, self._env)
        settings = loaded.settings
        self._rules = settings.rules
        self._loader = RuleLoader(
            settings.rules,
            known=known_settings(settings),
            cache=settings.state_dir / "cache" / "rules.bin",
            memory=memory_of(settings.state_dir),
            registrants=updated_file(settings.state_dir),
        )
        return self._made(settings, loaded.path, loaded.warnings, self._loader.load(), None)

    def reload(self, paths: set[Path] | None) -> Reloaded:
        """Load what has changed; None: whatever may have. Raises ConfigError, and then what was loaded stays."""
        loaded = load_settings(self._config, self._env)
        settings = loaded.settings
        if self._loader is None or settings.rules != self._rules:
            return self.load()
        rules, change = self._loader.reload(paths or None, known=known_settings(settings))
        return self._made(settings, loaded.path, loaded.warnings, rules, change)

    def remember(self, found: Reloaded) -> None:
        """Remember the positions that came into force: what the next file is compared with."""
        memory = memory_of(found.loaded.snapshot.settings.state_dir)
        for portfolio, accepted in found.accepted.items():
            try:
                save_memory(memory, portfolio, accepted)
            except OSError as error:  # then the next file is compared with the one before
                log.warning("positions_not_remembered", portfolio=portfolio, error=error.strerror or str(error))
            else:
                report = accepted.report
                log.info(
                    "positions_taken",
                    portfolio=portfolio,
                    as_of=report.as_of,
                    rows=report.rows,
                    companies=report.companies,
                    unmapped=report.unmapped,
                )

    def _made(
        self, settings: Settings, path: Path, warnings: list[Fault], rules: Loaded, change: BookChange | None
    ) -> Reloaded:
        warnings = [*warnings, *rules.warnings]
        if not rules.book.portfolios:
            where = str(settings.rules)
            warnings.append(Fault(where, 0, 0, NO_RULES, "write rules/portfolios/*.yaml", severity="warning"))
        snapshot = Snapshot(settings, rules.book)
        loaded = LoadedSnapshot(snapshot, warnings, path)
        return Reloaded(loaded, change, list(rules.trouble), rules.watched, rules.accepted)
