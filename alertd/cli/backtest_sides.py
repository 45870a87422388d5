"""Whose rules a backtest is about: of the settings, a directory or a revision, with the receivers that they tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from alertd.alerts.policy import ReceiverPolicy
from alertd.app.snapshot import known_settings, snapshot_of
from alertd.cli import output
from alertd.cli.git_rules import rules_at
from alertd.cli.output import environment
from alertd.cli.rules import HERE
from alertd.companies.registrants import updated_file
from alertd.errors import ConfigError, Fault
from alertd.rules.book import RuleBook
from alertd.rules.loader import load_rules
from alertd.rules.places import memory_of
from alertd.settings import Loaded, find_config, load_settings


@dataclass(frozen=True, slots=True)
class Side:
    """One version of the rules, ready to be run."""

    name: str
    """As people call it: a directory, or `main (1a2b3c4)`."""
    book: RuleBook
    policies: Mapping[str, ReceiverPolicy]


@dataclass(frozen=True, slots=True)
class Ground:
    """The settings that both sides share; None: there are none, and every receiver takes everything at once."""

    settings: Loaded | None
    rules: Path
    """The rules that are asked about."""

    @property
    def registrants(self) -> Path | None:
        """The updated table of companies, if there is one."""
        return updated_file(self.settings.settings.state_dir) if self.settings is not None else None

    @property
    def archive(self) -> Path | None:
        """Where the daemon of these settings keeps its archive."""
        return self.settings.settings.archive.path if self.settings is not None else None

    def side(self, directory: Path, name: str = "") -> Side:
        """Load rules with the receivers of the settings. Raises ConfigError with all faults."""
        if self.settings is None:
            loaded = load_rules(directory)
            names = {receiver for portfolio in loaded.book.portfolios for receiver in portfolio.tells()}
            policies = {receiver: ReceiverPolicy(id=receiver) for receiver in sorted(names)}
            _warn(loaded.warnings)
            return Side(name or str(directory), loaded.book, policies)
        settings = self.settings.settings
        loaded = load_rules(
            directory,
            known=known_settings(settings),
            memory=memory_of(settings.state_dir),
            registrants=self.registrants,
        )
        made = snapshot_of(self.settings, loaded)
        _warn(made.warnings)
        return Side(name or str(directory), made.snapshot.book, made.snapshot.receivers)


def ground_of(rules: Path | None, config: Path | None) -> Ground:
    """Find the settings and the rules. Raises ConfigError: what was named is not there, or is faulty."""
    try:
        found = find_config(config, environment())
    except ConfigError:
        return Ground(None, rules or HERE)
    settings = load_settings(found, environment())
    return Ground(settings, rules or _as_seen(settings.settings.rules))


@contextmanager
def other_side(ground: Ground, against: str) -> Iterator[Side]:
    """Load the rules that they are compared with: those of a directory, or of a revision of their repository.

    Raises ConfigError; the faults of another revision name its files as git does: `main:rules/portfolios/ai.yaml`.
    """
    directory = Path(against)
    if directory.is_dir():
        yield ground.side(directory, against)
        return
    with rules_at(against, ground.rules) as revision:
        try:
            side = ground.side(revision.path, revision.name)
        except ConfigError as error:
            raise ConfigError([_called(fault, revision.path, revision.written) for fault in error.faults]) from error
        yield side


def _called(fault: Fault, path: Path, written: str) -> Fault:
    return replace(
        fault,
        file=fault.file.replace(str(path), written),
        message=fault.message.replace(str(path), written),
        hint=fault.hint.replace(str(path), written),
    )


def _warn(faults: list[Fault]) -> None:
    for fault in faults:
        if fault.severity == "warning":
            output.warn(output.from_here(fault), output.fault_style(fault))


def _as_seen(path: Path) -> Path:
    """Name a folder as seen from the working directory, if it is below it."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
