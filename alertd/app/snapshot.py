"""Loads settings and rules as one snapshot: both are good, or neither is taken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel

from alertd.app.link import Snapshot
from alertd.base.secrets import Secret
from alertd.errors import ConfigError, Fault
from alertd.rules.loader import load_rules
from alertd.settings import Loaded, Settings, find_config, load_settings

EMBEDDED = "embedded"
"""A value of `redis` that is no secret."""
RESTART = ("state_dir", "redis", "redis_maxmemory", "namespace", "web", "processes", "log", "contact")
"""Settings that are read once, at the start."""


@dataclass(frozen=True, slots=True)
class LoadedSnapshot:
    """A snapshot with what is worth a warning about it."""

    snapshot: Snapshot
    warnings: list[Fault]
    path: Path


def load_snapshot(config: Path | None, env: Mapping[str, str]) -> LoadedSnapshot:
    """Load alertd.yaml and the rules it names. Raises ConfigError with the faults of both."""
    return _with_rules(load_settings(config, env))


def _with_rules(loaded: Loaded) -> LoadedSnapshot:
    receivers = {receiver.id for receiver in loaded.settings.receivers}
    book = load_rules(loaded.settings.rules, receivers=receivers)
    return LoadedSnapshot(Snapshot(loaded.settings, book), loaded.warnings, loaded.path)


def needs_restart(before: Settings, after: Settings) -> list[str]:
    """Name the settings that changed but are only read at the start."""
    return [name for name in RESTART if getattr(before, name) != getattr(after, name)]


def secrets_of(value: object) -> Iterator[str]:
    """Give the text of every secret in a settings model, so that the log can mask it wherever it turns up.

    Of an address also what is secret in it: an error may show a part.
    """
    if isinstance(value, Secret):
        yield from _texts_of(value.reveal())
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from secrets_of(getattr(value, name))
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from secrets_of(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from secrets_of(item)


def _texts_of(secret: str) -> Iterator[str]:
    if "://" not in secret:
        if secret != EMBEDDED:
            yield secret
        return
    parts = urlsplit(secret)
    inside = [parts.password or ""]
    if parts.scheme in ("http", "https"):  # a webhook's path is its password; a database's is not
        inside += [parts.path.strip("/"), parts.query]
    hidden = [text for text in inside if text]
    if hidden:
        yield secret
    for text in hidden:
        yield from {text, unquote(text)}


def all_faults(config: Path | None, env: Mapping[str, str]) -> tuple[LoadedSnapshot | None, list[Fault]]:
    """Check settings and rules; gives every fault and warning of both."""
    try:
        loaded = load_settings(config, env)
    except ConfigError as error:
        return None, [*error.faults, *_faults_beside(config, env)]
    try:
        snapshot = _with_rules(loaded)
    except ConfigError as error:
        return None, [*loaded.warnings, *error.faults]
    return snapshot, snapshot.warnings


def _faults_beside(config: Path | None, env: Mapping[str, str]) -> list[Fault]:
    """Look at the rules beside settings that do not load, so that one check shows everything."""
    try:
        beside = find_config(config, env).parent / "rules"
        if beside.is_dir():
            load_rules(beside)
    except ConfigError as error:
        return error.faults
    return []
