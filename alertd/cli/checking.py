"""What `alertd check` looks at: settings, rules directories, files and folders in them, files that lie elsewhere."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from alertd.app.snapshot import all_faults
from alertd.base.clock import rfc3339, system_clock
from alertd.base.yaml import Document, Place, load_yaml
from alertd.cli.output import counted, environment, reason
from alertd.cli.progress import progress
from alertd.cli.rules import SHIPPED, is_as_shipped, rules_above
from alertd.companies.table import load_registrants
from alertd.errors import ConfigError, Fault
from alertd.notify.template_trial import tried
from alertd.rules.files import FOLDERS, SKIPPED
from alertd.rules.loaded import KnownSettings, Loaded
from alertd.rules.loader import load_portfolio, load_rules
from alertd.rules.shared import read_shared
from alertd.ruletests.lint import lint
from alertd.ruletests.lint_several import dead_receivers, without_archive
from alertd.settings import MAX_BYTES, Settings, rules_named
from alertd.sources.rights import unheard
from alertd.web.token_checks import foreign_portfolios, open_names, unknown_desks

_YAML = (".yaml", ".yml")
_ONLY_SETTINGS = re.compile(rb"^(?:state_dir|redis|smtp|web|sources|operator)\s*:", re.MULTILINE)
_KINDS = (
    ("lists", re.compile(rb"^list\s*:", re.MULTILINE)),
    ("event-types", re.compile(rb"^event_type\s*:", re.MULTILINE)),
    ("fragments", re.compile(rb"^fragments\s*:", re.MULTILINE)),
    ("companies", re.compile(rb"^(?:companies|relations)\s*:", re.MULTILINE)),
    ("portfolios", re.compile(rb"^(?:portfolio|title)\s*:", re.MULTILINE)),
)
"""The folder that a file belongs to, and what it says, also when it is too broken to be read as YAML."""


@dataclass(slots=True)
class Checking:
    """Gathers the faults and counts what was looked at; a rules directory is read once, whoever names it."""

    faults: list[Fault] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    _seen: set[Path] = field(default_factory=set)
    _rules: dict[Path, tuple[Loaded | None, list[Fault]]] = field(default_factory=dict)
    """Rules directory, resolved -> what it gave."""

    def path(self, path: Path) -> None:
        """Check what a path names: a file, a rules directory, or a folder of any of them."""
        if path.resolve() in self._seen:
            return
        self._seen.add(path.resolve())
        directory = rules_above(path)
        if not path.is_dir():
            self._file(path, directory)
        elif directory is None:
            self._folder(path)
        elif directory.resolve() == path.resolve():
            self._directory(path)
        else:
            self._part(path, directory)

    def settings(self, path: Path | None) -> None:
        """Check a settings file and the rules that it names."""
        loaded, faults = all_faults(path, environment())
        self.faults += faults
        if loaded is None:
            self._seen |= _read_beside(path)
            return
        settings, rules = loaded.snapshot.settings, loaded.rules
        self._seen |= {loaded.path.resolve(), settings.rules.resolve()}
        self.counts += Counter(sources=len(settings.sources), receivers=len(settings.receivers))
        self._count(rules, None)
        self.faults += _linted(rules, settings.rules)
        doc = load_yaml((path or loaded.path).read_bytes(), str(path or loaded.path), MAX_BYTES)
        sent_to = [*settings.operator, *(one.id for one in settings.receivers if one.coverage is not None)]
        sent_to += [name for report in settings.reports for name in report.to]
        escalates = {one.id: one.escalate.to for one in settings.receivers if one.escalate is not None}
        self.faults += dead_receivers(_receivers(settings, doc), sent_to, rules, escalates)
        self.faults += [] if settings.archive.enabled else without_archive(rules)
        self.faults += tried(settings.receivers, settings.operator, doc, system_clock())
        self.faults += unheard(doc, settings.sources, rules.book.portfolios)
        owned = [*settings.sources, *settings.receivers, *rules.book.portfolios]
        desks = {one.desk for one in owned if one.desk is not None}
        self.faults += unknown_desks(doc, settings.web.tokens, desks)
        whose = {one.id: one.desk for one in rules.book.portfolios}
        self.faults += foreign_portfolios(doc, settings.web.tokens, whose)
        self.faults += open_names(doc, settings.web)

    # --- rules ------------------------------------------------------------------------------------------------

    def _directory(self, directory: Path) -> None:
        """Check all of a rules directory."""
        loaded, faults = self._load(directory)
        self.faults += faults
        if loaded is not None:
            self._count(loaded, None)

    def _part(self, path: Path, directory: Path) -> None:
        """Check a file or folder of a rules directory, among all that lies in it."""
        if directory.resolve() in self._seen:
            return
        loaded, faults = self._load(directory)
        here = [fault for fault in faults if _inside(fault.file, path)]
        self.faults += here
        if loaded is not None:
            before = self.counts.total()
            self._count(loaded, path)
            if self.counts.total() == before:  # companies, or what is switched off
                self.counts["files"] += 1 if path.is_file() else sum(1 for _ in _yaml_in(path))
        elif not any(fault.severity == "error" for fault in here):
            elsewhere = len({fault for fault in faults if fault.severity == "error"})
            message = f"{counted(elsewhere, 'fault')} elsewhere in these rules, so this was not checked to the end"
            self.faults.append(Fault(str(path), 0, 0, message, f"alertd check {directory}", "warning"))

    def _load(self, directory: Path) -> tuple[Loaded | None, list[Fault]]:
        key = directory.resolve()
        if key not in self._rules:
            try:
                with progress("reading", _files(directory), silent=True) as advance:
                    loaded = load_rules(directory, tests=True, advance=advance)
                self._rules[key] = loaded, [*loaded.warnings, *_linted(loaded, directory)]
            except ConfigError as error:
                self._rules[key] = None, error.faults
        return self._rules[key]

    def _count(self, loaded: Loaded, path: Path | None) -> None:
        """Count what is loaded, or what of it lies in a path."""
        places = loaded.places
        for portfolio in loaded.book.portfolios:
            if path is None or _inside(places[portfolio.id, ""].file, path):
                self.counts += Counter(portfolios=1, rules=len(portfolio.rules))
        for (what, _), place in loaded.defined.items():
            if what in _COUNTED and (path is None or _inside(place.file, path)):
                self.counts[_COUNTED[what]] += 1
        if path is None:
            self.counts += Counter(companies=len(loaded.table.declared), relations=len(loaded.book.relations))

    # --- files and folders ------------------------------------------------------------------------------------

    def _folder(self, folder: Path) -> None:
        try:
            inside = sorted(p for p in folder.iterdir() if not p.name.startswith("."))
        except OSError as error:
            self.faults.append(_whole(folder, reason(error)))
            return
        wanted = [p for p in inside if p.suffix.lower() in _YAML or (p.is_dir() and p.name not in SKIPPED)]
        for path in sorted(wanted, key=lambda p: p.is_dir()):  # files first: settings say which folder holds rules
            self.path(path)
        if not wanted:
            self.faults.append(replace(_whole(folder, "there is no YAML file in this directory"), severity="warning"))

    def _file(self, path: Path, directory: Path | None) -> None:
        try:
            text = path.read_bytes()
        except OSError as error:
            self.faults.append(_whole(path, reason(error)))
            return
        kind = next((folder for folder, said in _KINDS if said.search(text)), None)
        if path.stem == "alertd" or (directory is None and kind is None and _ONLY_SETTINGS.search(text)):
            self.settings(path)
        elif directory is not None:
            self._part(path, directory)
        else:
            self._alone(path, text, kind or "portfolios")

    def _alone(self, path: Path, text: bytes, kind: str) -> None:
        """Check a file that lies in no rules directory: by itself, as far as that goes."""
        try:
            if kind == "portfolios":
                portfolio = load_portfolio(text, str(path))
                self.counts += Counter(portfolios=1, rules=len(portfolio.rules))
                return
            doc = load_yaml(text, str(path))
        except ConfigError as error:
            self.faults += error.faults
            return
        shared = read_shared({kind: [doc]}, load_registrants(), KnownSettings())
        self.faults += shared.faults
        self.counts += Counter(_COUNTED[what] for what, _ in shared.places if what in _COUNTED)
        companies = len(shared.defined.table.declared)
        self.counts += Counter(companies=companies, relations=len(shared.defined.relations))


_COUNTED = {"event type": "event types", "list": "lists", "fragment": "fragments"}


_UNUSED = ("unused-list", "unused-fragment")


def _linted(loaded: Loaded, directory: Path) -> list[Fault]:
    """Lint, but for notices that what is shipped is not used: a desk that left it as it is has no use for them."""
    total = sum(len(portfolio.rules) for portfolio in loaded.book.portfolios)
    today = date.fromisoformat(rfc3339(system_clock())[:10])
    with progress("judging", total, silent=True) as advance:
        found = lint(loaded, today=today, advance=advance)
    if directory.resolve() == SHIPPED.resolve():
        return found
    return [fault for fault in found if fault.name not in _UNUSED or not is_as_shipped(Path(fault.file))]


def _read_beside(path: Path | None) -> set[Path]:
    """Give the rules directory that was read though its settings are wrong."""
    try:
        return {rules_named(path, environment()).resolve()}
    except ConfigError:
        return set()


def _receivers(settings: Settings, doc: Document) -> dict[str, Place]:
    """Give where receivers are defined; a variable may have done it, which has no line."""
    written = {receiver.get("id"): doc.place((*at, "id")) for at, receiver in doc.items(("receivers",))}
    return {receiver.id: written.get(receiver.id, Place(doc.file, 0, 0)) for receiver in settings.receivers}


def _files(directory: Path) -> int:
    return sum(1 for _ in _yaml_in(directory / FOLDERS[0]))


def _yaml_in(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.suffix.lower() in _YAML)


def _inside(file: str, path: Path) -> bool:
    return Path(file).resolve().is_relative_to(path.resolve())


def _whole(path: Path, text: str) -> Fault:
    return Fault(str(path), 0, 0, text)
