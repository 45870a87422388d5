"""The rules of a directory, with what the daemon keeps beside them."""

from __future__ import annotations

from pathlib import Path

from alertd.asking.warnings import Warn
from alertd.companies.registrants import updated_file
from alertd.rules.loaded import Loaded
from alertd.rules.loader import load_rules
from alertd.rules.places import memory_of


def loaded_with(directory: Path, state_dir: Path | None, warn: Warn, *, tests: bool = False) -> Loaded:
    """Load a rules directory with what the daemon keeps in a state directory; None: by itself.

    Raises ConfigError.
    """
    if state_dir is None:
        loaded = load_rules(directory, tests=tests)
    else:
        known = updated_file(state_dir)
        loaded = load_rules(directory, memory=memory_of(state_dir), registrants=known, tests=tests)
    for fault in loaded.warnings:
        warn(fault)
    return loaded
