"""Which rules a command is about: as named, of the settings, or those that a file belongs to."""

from __future__ import annotations

from pathlib import Path

from alertd.app.snapshot import memory_of
from alertd.cli import output
from alertd.cli.connect import reach_of, settings_of
from alertd.companies.table import updated_file
from alertd.errors import ConfigError
from alertd.rules.loaded import Loaded
from alertd.rules.loader import FOLDERS, load_rules

HERE = Path("rules")


def rules_of(rules: Path | None, config: Path | None) -> Path:
    """Give the rules directory: as named, of the settings named, ./rules, or of the settings that are found.

    Raises ConfigError.
    """
    if rules is not None:
        return rules
    if config is not None:
        return settings_of(config).rules
    if HERE.is_dir():
        return HERE
    try:
        return from_here(reach_of(None).rules)
    except ConfigError:
        return HERE


def loaded_from(directory: Path, config: Path | None, *, tests: bool = False) -> Loaded:
    """Load rules as the daemon of these settings would, or of those that are found, if there are any.

    Its table of companies counts, and the positions that it accepted last. Warnings go to stderr: positions that
    were refused, or are stale. Raises ConfigError.
    """
    try:
        state_dir = reach_of(config).state_dir
    except ConfigError:
        if config is not None:
            raise
        loaded = load_rules(directory, tests=tests)
    else:
        known = updated_file(state_dir)
        loaded = load_rules(directory, memory=memory_of(state_dir), registrants=known, tests=tests)
    for fault in loaded.warnings:
        output.warn(output.from_here(fault), output.fault_style(fault))
    return loaded


def rules_above(path: Path) -> Path | None:
    """Give the rules directory that a path is, or in which it lies; None if there is none."""
    if path.is_dir() and any((path / folder).is_dir() for folder in FOLDERS):
        return path
    whole = path.absolute()
    for folder in (whole, *whole.parents):
        if folder.name in FOLDERS and folder.parent.name not in FOLDERS:
            return from_here(folder.parent)
    return None


def from_here(path: Path) -> Path:
    """Name a folder as seen from the working directory, if it is below it."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
