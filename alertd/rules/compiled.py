"""The compiled files of portfolios: kept while neither a file nor what it asked for has changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from alertd.errors import Fault
from alertd.rules.cache import Cached, CachedPart
from alertd.rules.compile import compile_portfolio
from alertd.rules.files import Tree
from alertd.rules.known_rules import Asking, Defined
from alertd.rules.loaded import RuleTests
from alertd.rules.part import Part
from alertd.rules.portfolio_file import ids_in

Advance = Callable[[int], None]
"""Told of how many files are done."""


@dataclass(slots=True)
class CompiledParts:
    """What was compiled, by file."""

    kept: dict[str, CachedPart] = field(default_factory=dict)
    tests: dict[str, list[RuleTests]] = field(default_factory=dict)
    """Only of files that were compiled since somebody asked for tests."""
    faulty: dict[str, str] = field(default_factory=dict)
    """File -> the id of the portfolio that it seems to hold."""
    heads: dict[str, Part] = field(default_factory=dict)
    """What can be told of faulty files."""
    shared: str = ""
    """Fingerprint of what all questions were answered from."""
    compiled: int = 0
    """Files that the last call had to compile."""

    def take(self, cached: Cached) -> None:
        """Begin with what an earlier process compiled."""
        self.kept = {part.file: part for part in cached.parts}
        self.shared = cached.shared

    def update(
        self,
        tree: Tree,
        changed: set[str] | None,
        defined: Defined,
        shared: str,
        *,
        tests: bool = False,
        advance: Advance | None = None,
    ) -> list[Fault]:
        """Compile what must be compiled; gives the faults. `changed` are the files that may have, None if any may."""
        same = shared == self.shared
        if changed is None or not same or tests:
            wanted: Iterable[str] = [file.name for file in tree.of("portfolios")]
            self._drop([*self.kept, *self.faulty], tree)
        else:
            wanted = sorted(changed | self.faulty.keys())
            self._drop(wanted, tree)
        fresh = _Answers(defined) if not same else None
        faults: list[Fault] = []
        self.compiled = 0
        for name in wanted:
            file = tree.files.get(name)
            if file is not None and file.folder == "portfolios":
                kept = self.kept.get(name)
                good = kept is not None and kept.digest == file.digest and (not tests or name in self.tests)
                if not good or (fresh is not None and kept is not None and not fresh.same(kept.part)):
                    faults += self._compile(tree, name, defined, tests=tests)
            if advance is not None:
                advance(1)
        self.shared = shared
        return faults

    def _drop(self, names: Iterable[str], tree: Tree) -> None:
        for name in [name for name in names if name not in tree.files]:
            self.kept.pop(name, None)
            self.tests.pop(name, None)
            self.faulty.pop(name, None)
            self.heads.pop(name, None)

    def _compile(self, tree: Tree, name: str, defined: Defined, *, tests: bool) -> list[Fault]:
        self.compiled += 1
        content = tree.content(name)
        found = compile_portfolio(content, name, lambda desk: Asking(defined, desk))
        self.tests.pop(name, None)
        self.heads.pop(name, None)
        if found.head is not None:
            self.heads[name] = found.head
        if found.part is None:
            self.kept.pop(name, None)
            self.faulty[name] = next(iter(ids_in(content)), "")
        else:
            self.faulty.pop(name, None)
            self.kept[name] = CachedPart(name, tree.files[name].digest, found.part)
            if tests:
                self.tests[name] = found.tests
        return found.faults

    def all(self) -> list[Part]:
        """Give the parts in the order of their files."""
        return [self.kept[name].part for name in sorted(self.kept)]


class _Answers:
    """Asks again what parts have asked, each question once."""

    def __init__(self, defined: Defined) -> None:
        self._defined = defined
        self._known: dict[tuple[str | None, str], str] = {}

    def same(self, part: Part) -> bool:
        """Tell whether every question has the answer that it had."""
        return all(self._answer(question, part.desk) == answer for question, answer in part.answers.items())

    def _answer(self, question: str, desk: str | None) -> str:
        key = (desk, question)
        if key not in self._known:
            self._known[key] = self._defined.answer(question, desk)
        return self._known[key]
