"""Which rules a command is about: as named, of the settings, or those that a file belongs to."""

from __future__ import annotations

from pathlib import Path

from alertd.cli.connect import reach_of, settings_of
from alertd.errors import ConfigError
from alertd.rules.loader import FOLDERS

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
