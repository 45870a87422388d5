"""A directory of rules -> RuleBook, all or nothing, with every fault of every file at once.

    files -> shared files (companies, lists, fragments, event types) ----+
          -> portfolios, compiled one by one (kept, or from the cache) --+-> assembled, with holdings -> book

What is loaded again costs what has changed: a file that is the same and whose questions to the shared files have the
same answers is not compiled again, and a portfolio that no change can reach is not assembled again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from alertd.base.clock import Clock, system_clock
from alertd.base.ids import mark
from alertd.base.yaml import Document, load_yaml
from alertd.companies.table import CompanyTable, load_registrants
from alertd.errors import ConfigError, Fault
from alertd.rules.assemble import Assembler, Parts, Places
from alertd.rules.book import BookChange, Portfolio, RuleBook, change_book, make_book
from alertd.rules.cache import Cached, code_hash, no_collection, read_cache, write_cache
from alertd.rules.compile import compile_portfolio
from alertd.rules.compiled import Advance, CompiledParts
from alertd.rules.files import FOLDERS, Tree
from alertd.rules.held import HoldingsReader, Kept
from alertd.rules.known_rules import Asking, Defined, named_in
from alertd.rules.labels import labels_of_parts, labels_related, labels_shared
from alertd.rules.loaded import KnownSettings, Loaded, RuleTests, Where
from alertd.rules.named import named_in_table
from alertd.rules.part import Part
from alertd.rules.shared import Shared, read_shared

MANY = 100
"""So many compiled files make it worth to write the cache anew after a reload, too."""
_SHARED = tuple(folder for folder in FOLDERS if folder != "portfolios")


def load_rules(
    directory: Path,
    *,
    known: KnownSettings | None = None,
    cache: Path | None = None,
    memory: Path | None = None,
    registrants: Path | None = None,
    tests: bool = False,
    advance: Advance | None = None,
) -> Loaded:
    """Load a rules directory. Raises ConfigError with every fault; then nothing at all is loaded.

    `known` is what the settings define. `cache` is a file that keeps compiled rules for the next time, `memory` the
    folder of the holdings that were last accepted, `registrants` the table that an update wrote. With `tests`, the
    tests inside the rules come along. `advance` is told of each file of a portfolio.
    """
    loader = RuleLoader(directory, known=known, cache=cache, memory=memory, registrants=registrants)
    return loader.load(tests=tests, advance=advance)


def load_portfolio(text: str | bytes, file: str, *, known: KnownSettings | None = None) -> Portfolio:
    """Load one portfolio from the text of its file, with the SEC's registrants and whatever event types it names.

    Raises ConfigError.
    """
    settings = known or KnownSettings()
    defined = Defined(load_registrants(), sources=settings.sources)
    found = compile_portfolio(text, file, lambda desk: Asking(defined, desk))
    made, faults = None, list(found.faults)
    if found.part is not None:
        reader = HoldingsReader(defined.table, None, system_clock(), {})
        assembler = Assembler(Parts([found.part]), settings, reader)
        made = assembler.portfolio(found.part)
        faults += [*assembler.parts.faults, *assembler.faults, *reader.faults]
    if made is None and not any(fault.severity == "error" for fault in faults):
        faults.append(Fault(file, 0, 0, "the portfolio is not enabled"))
    if made is None or any(fault.severity == "error" for fault in faults):
        raise ConfigError(sorted(faults))
    return made


@dataclass(slots=True)
class _InForce:
    """What was loaded last, and what it was made of."""

    loaded: Loaded
    parts: dict[str, Part]
    """By portfolio."""
    shared: str
    """Fingerprint of the shared files."""
    known: KnownSettings
    held: dict[str, Kept]


@dataclass(slots=True)
class _Making:
    """One load on its way."""

    parts: Parts
    reader: HoldingsReader
    todo: set[str] | None
    """Portfolios to assemble; None: all."""
    faults: list[Fault] = field(default_factory=list)
    portfolios: dict[str, Portfolio] = field(default_factory=dict)


class RuleLoader:
    """Loads a rules directory, and again where it has changed: keeps what it made of every file."""

    def __init__(
        self,
        directory: Path,
        *,
        known: KnownSettings | None = None,
        cache: Path | None = None,
        memory: Path | None = None,
        registrants: Path | None = None,
        clock: Clock = system_clock,
    ) -> None:
        self._where = Where(directory, cache, memory, registrants)
        self._known = known or KnownSettings()
        self._clock = clock
        self._tree = Tree(directory)
        self._compiled = CompiledParts()
        self._table: CompanyTable | None = None
        self._shared: Shared | None = None
        self._shared_mark = ""
        self._now: _InForce | None = None

    def load(self, *, tests: bool = False, advance: Advance | None = None) -> Loaded:
        """Load everything. Raises ConfigError with every fault; then what was loaded before stays."""
        if self._where.cache is not None and not self._compiled.kept:
            cached = read_cache(self._where.cache)
            if cached is not None:
                self._compiled.take(cached)
        loaded, _ = self._load(None, tests=tests, advance=advance)
        return loaded

    def reload(
        self, paths: set[Path] | None = None, *, known: KnownSettings | None = None
    ) -> tuple[Loaded, BookChange | None]:
        """Load what has changed; `paths` are the files that may have, None if any may.

        Gives with it what changed in the book; None where the whole book is to be taken. Raises ConfigError with
        every fault; then what was loaded before stays.
        """
        self._known = known or self._known
        return self._load(paths)

    def _load(
        self, paths: set[Path] | None, *, tests: bool = False, advance: Advance | None = None
    ) -> tuple[Loaded, BookChange | None]:
        directory = self._where.directory
        if not directory.is_dir():
            raise ConfigError.at(directory, "there is no such rules directory", "`alertd init` makes one")
        with no_collection():
            changed = self._tree.look(paths)
            shared = self._share()
            faults = [*self._tree.faults, *shared.faults]
            faults += self._compiled.update(
                self._tree, changed, shared.defined, self._shared_mark, tests=tests, advance=advance
            )
            self._tree.forget()
            making = self._assemble(faults)
            made, change = self._finish(making, shared, tests=tests)
        self._write_cache(first=self._now is None)
        self._now = made
        return made.loaded, change

    # --- the steps --------------------------------------------------------------------------------------------

    def _share(self) -> Shared:
        """Read the shared files again if they, the settings or the registrants have changed."""
        table = load_registrants(self._where.registrants)
        if self._table is None or table.registrants is not self._table.registrants:
            self._table = table
        files = {folder: self._tree.of(folder) for folder in _SHARED}
        digests = [(file.name, file.digest) for found in files.values() for file in found]
        named = msgspec.json.encode((digests, self._table.version, self._known.sources), order="deterministic")
        shared_mark = mark(named.decode())
        if self._shared is not None and shared_mark == self._shared_mark:
            return self._shared
        docs: dict[str, list[Document]] = {folder: [] for folder in _SHARED}
        broken: dict[str, list[bytes]] = {folder: [] for folder in _SHARED}
        faults: list[Fault] = []
        for folder, found in files.items():
            for file in found:
                content = self._tree.content(file.name)
                try:
                    docs[folder].append(load_yaml(content, file.name))
                except ConfigError as error:
                    faults += error.faults
                    broken[folder].append(content)
        shared = read_shared(docs, self._table, self._known, broken)
        shared.faults = [*faults, *shared.faults]
        self._shared, self._shared_mark = shared, shared_mark
        return shared

    def _assemble(self, faults: list[Fault]) -> _Making:
        """Put the parts together: all, or those that a change can reach. Raises ConfigError."""
        assert self._shared is not None
        table = self._shared.defined.table
        before = self._now
        reader = HoldingsReader(table, self._where.memory, self._clock(), before.held if before is not None else {})
        parts = Parts(self._compiled.all(), broken=self._compiled.faulty, heads=self._compiled.heads.values())
        making = _Making(parts, reader, self._todo(parts, reader), [*faults, *parts.faults])
        assembler = Assembler(parts, self._known, reader)
        old = {p.id: p for p in before.loaded.book.portfolios} if before is not None else {}
        for name, part in parts.by_id.items():
            todo = making.todo is None or name in making.todo
            portfolio = assembler.portfolio(part) if todo else old.get(name)
            if portfolio is not None:
                making.portfolios[name] = portfolio
        making.faults += [*assembler.faults, *reader.faults]
        if any(fault.severity == "error" for fault in making.faults):
            raise ConfigError(sorted(set(making.faults)))
        return making

    def _todo(self, parts: Parts, reader: HoldingsReader) -> set[str] | None:
        before = self._now
        if before is None or before.shared != self._shared_mark or before.known != self._known:
            return None
        changed = {name for name, part in parts.by_id.items() if before.parts.get(name) is not part}
        changed.update(before.parts.keys() - parts.by_id.keys())
        return parts.reached(changed) | reader.changed()

    def _finish(self, making: _Making, shared: Shared, *, tests: bool) -> tuple[_InForce, BookChange | None]:
        """Make the book, and say what has changed in it."""
        before, reader, by_id = self._now, making.reader, making.parts.by_id
        same = by_id.keys() - making.todo if making.todo is not None else ()
        held = {name: reader.before[name] for name in same if name in reader.before}
        held.update(reader.kept)
        book, change = self._book(making, shared.defined)
        warnings = [fault for kept in held.values() for fault in kept.held.faults]
        table = shared.defined.table
        if table.trouble:
            warnings.append(Fault(str(self._where.registrants), 0, 0, table.trouble, severity="warning"))
        asked = shared.asked.union(*(part.answers for part in by_id.values())) if tests else ()
        wanted, resting = self._tests(book, shared) if tests else ([], [])
        loaded = Loaded(
            book=book,
            table=table,
            warnings=sorted(warnings),
            trouble=tuple(sorted(told for kept in held.values() for told in kept.held.told)),
            places=Places(by_id, {t.rule: t.place for t in shared.tests if t.event_type}),
            tests=wanted,
            resting=resting,
            defined=shared.places,
            named=named_in(asked, shared.defined.event_types),
            accepted={
                name: kept.held.accepted
                for name, kept in reader.kept.items()
                if kept.held.accepted is not None and kept is not reader.before.get(name)
            },
            watched=frozenset(path for kept in held.values() for path in kept.held.read),
            names=shared.defined,
            files=len(self._tree.files),
            digests={file.name: file.digest for file in self._tree.files.values()},
            cached=len(self._compiled.kept) - self._compiled.compiled,
        )
        made = _InForce(loaded, by_id, self._shared_mark, self._known, held)
        return made, change if before is not None else None

    def _book(self, making: _Making, defined: Defined) -> tuple[RuleBook, BookChange | None]:
        before = self._now.loaded.book if self._now is not None else None
        done = making.parts.by_id if making.todo is None else making.todo & making.parts.by_id.keys()
        fresh = [making.portfolios[name] for name in done if name in making.portfolios]
        labels = labels_of_parts([making.parts.by_id[name] for name in done], fresh, defined.table)
        if before is not None and making.todo is not None:
            return change_book(before, making.portfolios, fresh, labels, before.companies)
        whole = make_book(
            list(making.portfolios.values()),
            event_types=defined.event_types,
            relations=defined.relations,
            companies=named_in_table(defined.table),
            labels={**labels_shared(defined), **labels},
            related=labels_related(defined),
            rates=defined.rates,
            routine_forms=defined.routine_forms,
            source_desks={source: desk for source, desk in (defined.sources or {}).items() if desk is not None},
        )
        if before is not None and before.shared == whole.shared:
            return change_book(before, making.portfolios, fresh, whole.labels, whole.companies)
        return whole, None

    def _tests(self, book: RuleBook, shared: Shared) -> tuple[list[RuleTests], list[RuleTests]]:
        """Give the tests of what is in the book, and the others: what is not enabled is not tested."""
        rules = {(portfolio.id, rule.id) for portfolio, rule in book.rules()}
        own = [tests for name in sorted(self._compiled.tests) for tests in self._compiled.tests[name]]
        live = [(tests, (tests.portfolio, tests.rule) in rules) for tests in own]
        return [*shared.tests, *(one for one, on in live if on)], [one for one, on in live if not on]

    def _write_cache(self, *, first: bool) -> None:
        if self._where.cache is not None and self._compiled.compiled > (0 if first else MANY):
            kept = list(self._compiled.kept.values())
            write_cache(self._where.cache, Cached(code=code_hash(), shared=self._compiled.shared, parts=kept))
