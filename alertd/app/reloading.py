"""Keeps what the daemon was loaded from, and loads again what has changed: settings and rules as one snapshot."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import structlog

from alertd.app.snapshot import LoadedSnapshot, known_settings, needs_restart, snapshot_of
from alertd.companies.registrants import updated_file
from alertd.companies.report import Accepted, Trouble
from alertd.errors import ConfigError
from alertd.notify.template_source import template_files
from alertd.rules.book import BookChange
from alertd.rules.holdings_memory import save_memory
from alertd.rules.loaded import Loaded as LoadedRules
from alertd.rules.loader import RuleLoader
from alertd.rules.places import kept_rules, memory_of
from alertd.settings import Loaded, Settings, load_settings

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Reloaded:
    """A snapshot that is good, and what it changed in the rules."""

    loaded: LoadedSnapshot
    change: BookChange | None
    """None: take the whole book."""
    trouble: tuple[Trouble, ...]
    """What the operator is told: positions that were refused or are stale."""
    watched: frozenset[Path]
    """Files outside the rules directory that were read."""
    accepted: Mapping[str, Accepted] = field(default_factory=dict)
    """Positions that are new, by portfolio: to be remembered once they are in force."""
    late: tuple[str, ...] = ()
    """Settings that have changed since the start and wait for a restart; the snapshot has them as they were."""


class Reloading:
    """Belongs to the supervisor; its methods read files, so they run in a thread, one at a time."""

    def __init__(
        self, config: Path | None, env: Mapping[str, str], adjust: Callable[[Settings], Settings] | None = None
    ) -> None:
        """`adjust` changes what the settings say, for a daemon that is to work beside the one that they are for."""
        self._config = config
        self._env = env
        self._adjust = adjust
        self._loader: RuleLoader | None = None
        self._rules: Path | None = None
        self._first: Settings | None = None
        """The settings of the start: what is read only then stays so, also for a process that is started again."""

    def load(self) -> Reloaded:
        """Load everything. Raises ConfigError with the faults of settings and rules."""
        loaded, late = self._settings()
        return self._load(loaded, late)

    def reload(self, paths: set[Path] | None) -> Reloaded:
        """Load what has changed; None: whatever may have. Raises ConfigError, and then what was loaded stays."""
        loaded, late = self._settings()
        if self._loader is None or loaded.settings.rules != self._rules:
            return self._load(loaded, late)
        loader, self._loader = self._loader, None  # an error of ours leaves it half way: then the next begins anew
        try:
            rules, change = loader.reload(paths or None, known=known_settings(loaded.settings))
        except ConfigError:
            self._loader = loader
            raise
        # Where a receiver names what these rules lack, they do not come into force: then the next begins anew, too.
        found = _reloaded(loaded, rules, change, late)
        self._loader = loader
        return found

    def _load(self, loaded: Loaded, late: tuple[str, ...]) -> Reloaded:
        settings = loaded.settings
        self._rules = settings.rules
        self._loader = RuleLoader(
            settings.rules,
            known=known_settings(settings),
            cache=settings.state_dir / "cache" / "rules.bin",
            memory=memory_of(settings.state_dir),
            registrants=updated_file(settings.state_dir),
        )
        rules = self._loader.load()
        self._first = self._first or settings
        return _reloaded(loaded, rules, None, late)

    def _settings(self) -> tuple[Loaded, tuple[str, ...]]:
        """Read the settings, with what needs a restart as it was at the start; gives the names of what differs."""
        loaded = load_settings(self._config, self._env)
        if self._adjust is not None:
            loaded = replace(loaded, settings=self._adjust(loaded.settings))
        if self._first is None:
            return loaded, ()
        late = needs_restart(self._first, loaded.settings)
        kept = {name: getattr(self._first, name) for name in late}
        return replace(loaded, settings=loaded.settings.model_copy(update=kept)), tuple(late)

    def keep(self, found: Reloaded) -> str:
        """Keep the rules by their version, before they are in force; says what hinders it, empty if nothing does."""
        snapshot = found.loaded.snapshot
        try:
            kept_rules(snapshot.settings.state_dir).keep(snapshot.book, snapshot.settings.journal_keep)
        except OSError as error:  # what they decide is explained by later rules then, and `why` says so
            log.warning("rules_not_kept", version=snapshot.book.version, error=error.strerror or str(error))
            return f"{error.filename or snapshot.settings.state_dir}: {error.strerror or error}"
        return ""

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


def _reloaded(loaded: Loaded, rules: LoadedRules, change: BookChange | None, late: tuple[str, ...]) -> Reloaded:
    watched = rules.watched | template_files(loaded.settings.receivers)
    return Reloaded(snapshot_of(loaded, rules), change, rules.trouble, watched, rules.accepted, late)
