"""Loads settings and rules as one snapshot: both are good, or neither is taken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import BaseModel

from alertd.app.link import Snapshot
from alertd.app.receivers import read_receivers
from alertd.base.secrets import Secret, is_confidential
from alertd.companies.registrants import updated_file
from alertd.errors import ConfigError, Fault
from alertd.history.report.config import report_walls
from alertd.rules.held_ciks import held_ciks
from alertd.rules.loaded import KnownSettings
from alertd.rules.loaded import Loaded as LoadedRules
from alertd.rules.loader import load_rules
from alertd.rules.places import memory_of
from alertd.settings import Loaded, Settings, load_settings, rules_named
from alertd.store.address import is_several, secrets_in
from alertd.workers.archive_version import InForce

EMBEDDED = "embedded"
"""A value of `redis` that is no secret."""
TELLING = 12
"""Parts of an address that are shorter are words such as `alertd` or `rss`: masking them would garble the log."""
NO_RULES = "there are no portfolios, so nothing can alert"
RESTART = (
    "state_dir",
    "redis",
    "redis_maxmemory",
    "redis_durability",
    "namespace",
    "web",
    "processes",
    "log",
    "contact",
    "archive",
)
"""Settings that are read once, at the start."""


@dataclass(frozen=True, slots=True)
class LoadedSnapshot:
    """A snapshot with what is worth a warning about it."""

    snapshot: Snapshot
    warnings: list[Fault]
    path: Path
    rules: LoadedRules
    """All that loading the rules gave."""


def snapshot_of(loaded: Loaded, rules: LoadedRules) -> LoadedSnapshot:
    """Put settings and the rules that they name together, with the warnings of both.

    Raises ConfigError where receivers name what the rules do not define, with all other warnings.
    """
    snapshot = Snapshot(loaded.settings, rules.book, held_ciks(rules.book))
    made = read_receivers(loaded.doc, loaded.settings, rules, snapshot.zones())
    warnings = [*loaded.warnings, *rules.warnings]
    if not rules.book.portfolios:
        where = str(loaded.settings.rules)
        warnings.append(Fault(where, 0, 0, NO_RULES, "write rules/portfolios/*.yaml", severity="warning"))
    desks = {receiver.id: receiver.desk for receiver in loaded.settings.receivers}
    portfolios = {portfolio.id: portfolio.desk for portfolio in rules.book.portfolios}
    found = [*made.faults, *report_walls(loaded.doc, loaded.settings.reports, desks, portfolios)]
    warnings += found
    if any(fault.severity == "error" for fault in found):
        raise ConfigError(sorted(set(warnings)))
    files = in_force(loaded.settings, rules)
    return LoadedSnapshot(replace(snapshot, receivers=made.policies, in_force=files), warnings, loaded.path, rules)


def in_force(settings: Settings, rules: LoadedRules) -> InForce:
    """Say what was loaded, as far as it stands in files."""
    return InForce(
        rules_version=rules.book.version,
        rules=settings.rules,
        files=rules.digests,
        outside=rules.watched,
        registrants=updated_file(settings.state_dir),
    )


def known_settings(settings: Settings) -> KnownSettings:
    """Give what rules may name of the settings."""
    return KnownSettings(
        receivers={receiver.id: receiver.desk for receiver in settings.receivers},
        sources={source.id: source.desk for source in settings.sources},
    )


def needs_restart(before: Settings, after: Settings) -> list[str]:
    """Name the settings that changed but are only read at the start."""
    return [name for name in RESTART if getattr(before, name) != getattr(after, name)]


def memory_bytes(text: str) -> int:
    """Read `512mb` or `2gb` as bytes."""
    return int(text[:-2]) << {"mb": 20, "gb": 30}[text[-2:]]


def secrets_of(value: object, name: str = "") -> Iterator[str]:
    """Give the text of every secret in a settings model, so that it can be masked wherever it turns up.

    Of an address also what is secret in it, of `Bearer …` the token: an error may show a part.
    """
    if isinstance(value, Secret):
        yield from _texts_of(value.reveal())
    elif isinstance(value, str) and name == "url":
        yield from _keys_in(value)
    elif isinstance(value, BaseModel):
        for field in type(value).model_fields:
            yield from secrets_of(getattr(value, field), field)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            # Masking `earnings` wherever it stands would garble the log: of a query only what looks like a key.
            if name != "params" or not isinstance(item, Secret) or is_confidential(str(key), item.reveal()):
                yield from secrets_of(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from secrets_of(item)


def _texts_of(secret: str) -> Iterator[str]:
    if "://" not in secret:
        if secret != EMBEDDED:
            yield secret
            yield from secret.split(" ")[1:]
        return
    if is_several(secret):
        for text in secrets_in(secret):
            yield from {secret, text, unquote(text)}
        return
    parts = urlsplit(secret)
    inside = [parts.password or "", *_keys_in(secret)]
    if parts.scheme in ("http", "https") and len(parts.path) >= TELLING:
        inside.append(parts.path.strip("/"))  # a webhook's path is its password; a database's is not
    if any(inside):
        yield secret
    for text in filter(None, inside):
        yield from {text, unquote(text)}


def _keys_in(url: str) -> Iterator[str]:
    """Give the query of an address, and the values in it that can be keys."""
    query = urlsplit(url).query
    if query:
        yield query
    yield from (value for _, value in parse_qsl(query) if len(value) >= TELLING)


def all_faults(config: Path | None, env: Mapping[str, str]) -> tuple[LoadedSnapshot | None, list[Fault]]:
    """Check settings and rules; gives every fault and warning of both, and the rules with their tests."""
    try:
        loaded = load_settings(config, env)
    except ConfigError as error:
        return None, [*error.faults, *_faults_beside(config, env)]
    settings = loaded.settings
    try:
        rules = load_rules(
            settings.rules,
            known=known_settings(settings),
            memory=memory_of(settings.state_dir),
            registrants=updated_file(settings.state_dir),
            tests=True,
        )
    except ConfigError as error:
        return None, [*loaded.warnings, *error.faults]
    try:
        snapshot = snapshot_of(loaded, rules)
    except ConfigError as error:
        return None, error.faults
    return snapshot, snapshot.warnings


def _faults_beside(config: Path | None, env: Mapping[str, str]) -> list[Fault]:
    """Look at the rules of settings that do not load, so that one check shows everything."""
    try:
        named = rules_named(config, env)
        if named.is_dir():
            # Which receivers and sources there are is not known for sure, so rules may name any.
            return load_rules(named, tests=True).warnings
    except ConfigError as error:
        return error.faults
    return []
