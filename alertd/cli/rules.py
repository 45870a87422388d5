"""Which rules a command is about: as named, of the settings, or those that a file belongs to."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from alertd.asking import rules as asking
from alertd.cli import output
from alertd.errors import ConfigError
from alertd.rules.files import FOLDERS
from alertd.rules.loaded import Loaded

HERE = Path("rules")
SHIPPED = Path(__file__).parents[1] / "demo" / "rules"
"""The rules that alertd ships: `alertd init` copies them."""
RulesOption = Annotated[
    Path | None,
    typer.Option("--rules", metavar="DIR", help="The rules.", show_default="what --config names, or ./rules"),
]
"""What `rules_of` takes."""


def rules_of(rules: Path | None, config: Path | None) -> Path:
    """Give the rules directory: as named, of the settings named, ./rules, or of the settings that are found.

    Raises ConfigError.
    """
    if rules is not None:
        return rules
    if config is None and HERE.is_dir():
        return HERE
    from alertd.cli.connect import reach_of, settings_of

    if config is not None:
        return settings_of(config).rules
    try:
        return _as_seen(reach_of(None).rules)
    except ConfigError:
        return HERE


def loaded_rules(rules: Path | None, config: Path | None, *, tests: bool = False) -> Loaded:
    """Load the rules that a command is about. Raises ConfigError.

    Where no directory is named, or settings are, rules are loaded as the daemon of these settings would: with its
    table of companies, and with the positions that it accepted last instead of those that are refused.
    """
    directory = rules_of(rules, config)
    return loaded_with(directory, state_dir_of(config) if rules is None or config is not None else None, tests=tests)


def loaded_with(directory: Path, state_dir: Path | None, *, tests: bool = False) -> Loaded:
    """Load a rules directory with what the daemon keeps in a state directory; warnings go to stderr.

    Raises ConfigError.
    """
    return asking.loaded_with(directory, state_dir, output.told, tests=tests)


def is_as_shipped(file: Path) -> bool:
    """Whether a file of a rules directory is one that alertd ships, unchanged."""
    try:
        return (SHIPPED / file.parent.name / file.name).read_bytes() == file.read_bytes()
    except OSError:
        return False


def state_dir_of(config: Path | None) -> Path | None:
    """Give the folder where the daemon of these settings keeps what it knows; None if there are no settings."""
    from alertd.cli.connect import reach_of

    try:
        return reach_of(config).state_dir
    except ConfigError:
        if config is not None:
            raise
        return None


def rules_above(path: Path) -> Path | None:
    """Give the rules directory that a path is, or in which it lies; None if there is none."""
    if path.is_dir() and any((path / folder).is_dir() for folder in FOLDERS):
        return path
    whole = path.absolute()
    for folder in (whole, *whole.parents):
        if folder.name in FOLDERS and folder.parent.name not in FOLDERS and _is_rules(folder.parent):
            return _as_seen(folder.parent)
    return None


def _is_rules(path: Path) -> bool:
    """Tell whether a folder is one of rules: somebody's ~/companies/ does not make the whole home one."""
    return path.name == HERE.name or (path / "portfolios").is_dir()


def _as_seen(path: Path) -> Path:
    """Name a folder as seen from the working directory, if it is below it."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
