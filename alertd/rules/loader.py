"""A directory of rules -> RuleBook, all or nothing, with every fault of every file at once.

rules/portfolios/**/*.yaml   read
rules/schema/                written by `alertd schema`, skipped
any other folder with YAML   a fault: what it says would be ignored
names that begin with `.`    skipped (editors, git, Kubernetes mounts)
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from alertd.base import suggest
from alertd.base.ids import mark
from alertd.base.yaml import Document, check, load_yaml
from alertd.errors import ConfigError, Fault
from alertd.rules.book import BookChange, Portfolio, Rule, make_book
from alertd.rules.conditions import Reader
from alertd.rules.known import Known
from alertd.rules.loaded import KnownSettings, Loaded, RuleTests, Where
from alertd.rules.portfolio_file import PortfolioFile, RuleEntry
from alertd.rules.tree import Condition

FOLDERS = ("portfolios",)
"""Folders of a rules directory that are read."""
SKIPPED = ("schema",)
_SUFFIXES = (".yaml", ".yml")
_MAX_BYTES = 1 << 20


@dataclass(slots=True)
class _Loading:
    known: KnownSettings
    faults: list[Fault] = field(default_factory=list)
    first: dict[str, Fault] = field(default_factory=dict)
    """Portfolio id -> where it was seen first."""
    portfolios: list[Portfolio] = field(default_factory=list)


def load_rules(
    directory: Path,
    *,
    known: KnownSettings | None = None,
    cache: Path | None = None,
    memory: Path | None = None,
    tests: bool = False,
) -> Loaded:
    """Load a rules directory. Raises ConfigError with every fault; then nothing at all is loaded.

    `known` is what the settings define. `cache` is a file that keeps compiled rules for the next time, `memory` the
    folder of the holdings that were last accepted. With `tests`, the tests inside the rules come along.
    """
    return RuleLoader(directory, known=known, cache=cache, memory=memory).load(tests=tests)


def load_tests(directory: Path, *, known: KnownSettings | None = None) -> list[RuleTests]:
    """Give the tests of all rules and event types of a directory. Raises ConfigError with every fault."""
    return load_rules(directory, known=known, tests=True).tests


class RuleLoader:
    """Loads a rules directory, and again where it has changed: keeps what it made of every file."""

    def __init__(
        self,
        directory: Path,
        *,
        known: KnownSettings | None = None,
        cache: Path | None = None,
        memory: Path | None = None,
    ) -> None:
        self._where = Where(directory, cache, memory)
        self._known = known or KnownSettings()
        self._loaded: Loaded | None = None

    def load(self, *, tests: bool = False) -> Loaded:
        """Load everything. Raises ConfigError with every fault; then what was loaded before stays."""
        directory = self._where.directory
        if not directory.is_dir():
            raise ConfigError.at(directory, "there is no such rules directory", "`alertd init` makes one")
        loading = _Loading(self._known)
        for path in _files(directory, loading.faults):
            _load_file(path, loading)
        if loading.faults:
            raise ConfigError(loading.faults)
        self._loaded = Loaded(make_book(loading.portfolios))
        return self._loaded

    def reload(
        self, paths: set[Path] | None = None, *, known: KnownSettings | None = None
    ) -> tuple[Loaded, BookChange | None]:
        """Load what has changed; `paths` are the files that may have, None if any may.

        Gives with it what changed in the book; None where the whole book is to be taken. Raises ConfigError with
        every fault; then what was loaded before stays.
        """
        self._known = known or self._known
        return self.load(), None


def load_portfolio(text: str | bytes, file: str, *, known: KnownSettings | None = None) -> Portfolio:
    """Load one portfolio from the text of its file. Raises ConfigError."""
    loading = _Loading(known or KnownSettings())
    _load_text(text, file, loading)
    if loading.faults:
        raise ConfigError(loading.faults)
    return loading.portfolios[0]


# --- files ----------------------------------------------------------------------------------------------------


def _files(directory: Path, faults: list[Fault]) -> Iterator[Path]:
    """Go through the files to read, in the order of their names."""
    unread: set[str] = set()
    seen: set[Path] = set()

    def unreadable(error: OSError) -> None:
        faults.append(Fault(str(error.filename), 0, 0, f"cannot be read: {error.strerror or error}"))

    for folder, folders, names in os.walk(directory, onerror=unreadable, followlinks=True):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        here = Path(folder)
        top = here.relative_to(directory).parts[:1]
        if here.resolve() in seen or (top and top[0] in SKIPPED):  # a link may lead in a circle
            folders.clear()
            continue
        seen.add(here.resolve())
        for name in sorted(names):
            if name.startswith(".") or not name.lower().endswith(_SUFFIXES):
                continue
            if not top:
                hint = f"move it to {directory / FOLDERS[0]}"
                faults.append(Fault(str(here / name), 0, 0, "YAML here is not read", hint))
            elif top[0] in FOLDERS:
                yield here / name
            else:
                unread.add(top[0])
    for name in sorted(unread):
        known = ", ".join(FOLDERS)
        near = suggest.closest(name, FOLDERS)
        hint = f"did you mean `{near}`?" if near else f"folders that are: {known}"
        faults.append(Fault(str(directory / name), 0, 0, "rules in this folder are not read", hint))


def _load_file(path: Path, loading: _Loading) -> None:
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)  # one byte more, so that load_yaml sees that it is too big
    except OSError as error:
        loading.faults.append(Fault(str(path), 0, 0, f"cannot be read: {error.strerror or error}"))
        return
    _load_text(content, str(path), loading)


def _load_text(content: str | bytes, file: str, loading: _Loading) -> None:
    try:
        doc = load_yaml(content, file)
    except ConfigError as error:
        loading.faults.extend(error.faults)
        return
    made, faults = check(PortfolioFile, doc)
    known = Known()
    known.sources = loading.known.sources
    reader = Reader(doc, known)
    conditions = [reader.condition((*path, "when")) for path, rule in doc.items(("rules",)) if "when" in rule]
    faults = [*faults, *reader.faults, *_repeated(doc, loading), *_receivers(doc, loading.known.receivers)]
    loading.faults.extend(faults)
    if made is not None and not faults:
        nodes = [node for node in conditions if node is not None]
        loading.portfolios.append(_portfolio(doc, made, nodes))


# --- what only several places together can get wrong ----------------------------------------------------------


def _repeated(doc: Document, loading: _Loading) -> Iterator[Fault]:
    value = doc.value
    portfolio = value.get("portfolio") if isinstance(value, dict) else None
    if isinstance(portfolio, str):
        here = doc.fault(("portfolio",), f"portfolio `{portfolio[:63]}` is defined twice")
        first = loading.first.setdefault(portfolio, here)
        if first is not here:
            yield doc.fault(("portfolio",), here.message, f"first in {first.file}:{first.line}")
    seen: dict[str, tuple[int, int]] = {}
    for path, rule in doc.items(("rules",)):
        rule_id = rule.get("id")
        if not isinstance(rule_id, str):
            continue
        here_at = doc.mark((*path, "id"))
        if seen.setdefault(rule_id, here_at) != here_at:
            message = f"rule `{rule_id[:63]}` is defined twice in this portfolio"
            yield doc.fault((*path, "id"), message, f"first in line {seen[rule_id][0]}")


def _receivers(doc: Document, known: Collection[str] | None) -> Iterator[Fault]:
    value = doc.value
    listed = value.get("receivers") if isinstance(value, dict) else None
    named: list[object] = listed if isinstance(listed, list) else []
    for i, receiver in enumerate(named):
        path = ("receivers", i)
        if not isinstance(receiver, str):
            continue
        if receiver in named[:i]:
            yield doc.fault(path, f"receiver `{receiver[:63]}` is named twice")
        elif known is not None and receiver not in known:
            message = f"there is no receiver `{receiver[:63]}`"
            yield doc.fault(path, message, suggest.hint(receiver, known) or "define it in alertd.yaml")


# --- from file to book ----------------------------------------------------------------------------------------


def _portfolio(doc: Document, made: PortfolioFile, nodes: list[Condition]) -> Portfolio:
    rules = [
        _rule(entry, node, doc.value["rules"][i]["when"])
        for i, (entry, node) in enumerate(zip(made.rules, nodes, strict=True))
    ]
    return Portfolio(
        id=made.portfolio, title=made.title, timezone=made.timezone, receivers=made.receivers, rules=tuple(rules)
    )


def _rule(entry: RuleEntry, node: Condition, when: object) -> Rule:
    fields = {"id": entry.id, "title": entry.title, "severity": entry.severity, "when": when}
    definition = msgspec.json.encode(fields, order="deterministic")
    return Rule(
        id=entry.id,
        title=entry.title,
        severity=entry.severity,
        when=node,
        hash=mark(definition.decode()),
        definition=definition,
    )
