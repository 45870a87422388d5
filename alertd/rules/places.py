"""Where the daemon keeps in its state directory what it knows of rules."""

from __future__ import annotations

from pathlib import Path

from alertd.rules.kept import KeptRules


def memory_of(state_dir: Path) -> Path:
    """Say where the positions are kept that were last accepted."""
    return state_dir / "holdings"


def kept_rules(state_dir: Path) -> KeptRules:
    """Give the versions of the rules that were in force here."""
    return KeptRules(state_dir / "rules-kept")
