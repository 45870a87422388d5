"""What is in force, for a process that answers and matches nothing: settings so far as is asked, rules by version.

The rules are not sent to such a process. The supervisor keeps each version, in parts, before anybody works by it;
what is asked for is read from there, in a thread.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from msgspec.structs import replace

from alertd.asking.desk_view import DeskView, Load, Owners
from alertd.asking.past_rules import Books, Version
from alertd.asking.reach import Reach
from alertd.asking.warnings import logged
from alertd.rules.book import Portfolio, RuleBook
from alertd.rules.explanation import Explainer
from alertd.rules.places import kept_rules

MOST = 16
"""Readings of rules that are kept ready."""
NOBODYS = "-"
"""The desk of whoever is for none: nothing belongs to one of this name."""
T = TypeVar("T")


class Named(Protocol):
    """A portfolio by name."""

    @property
    def id(self) -> str:
        """The user's id."""
        ...

    @property
    def title(self) -> str:
        """How it is called."""
        ...

    @property
    def desk(self) -> str | None:
        """Whose it is."""
        ...


class InForce:
    """The settings and rules in force; a reload replaces them."""

    def __init__(self, reach: Reach, version: str, named: Callable[[], Sequence[Named]]) -> None:
        """`version` is that of the rules, `named` gives all of their portfolios."""
        self.reach = reach
        self.version = version
        self._named = named
        self._read: OrderedDict[tuple[str, tuple[str, ...]], RuleBook | None] = OrderedDict()
        self._turn = asyncio.Lock()
        self._books: Books | None = None

    def serve(self, reach: Reach, version: str) -> None:
        """Take those of a reload."""
        self.reach, self.version, self._books = reach, version, None

    async def book(self, portfolios: Sequence[str]) -> RuleBook | None:
        """Give the rules in force with these portfolios alone; None: they could not be kept, or not be read."""
        key = (self.version, tuple(sorted(portfolios)))
        async with self._turn:
            if key not in self._read:
                kept = kept_rules(self.reach.state_dir)
                self._read[key] = await asyncio.to_thread(kept.load, key[0], key[1])
            self._read.move_to_end(key)
            while len(self._read) > MOST:
                self._read.popitem(last=False)
            return self._read[key]

    async def portfolio(self, name: str) -> Portfolio | None:
        """Give a portfolio in force; None: there is none, or its rules could not be read."""
        book = await self.book([name])
        return book.portfolio(name) if book is not None else None

    async def asked(self, desk: str | None, load: Load, work: Callable[[DeskView], T]) -> T:
        """Let something look in a thread, one at a time, with the eyes of a desk; None: with those that see all."""
        view = await self.view(desk, load)
        async with self._turn:
            return await asyncio.to_thread(work, view)

    async def view(self, desk: str | None, load: Load, owners: Owners | None = None) -> DeskView:
        """Make the eyes of a desk. Rules of then are read as they are asked for: in a thread, if that can be many."""
        if self._books is None:
            shared = await self.book(())
            self._books = self._with(shared if shared is not None else RuleBook())
        return DeskView(desk, self._books, load, owners)

    def _with(self, shared: RuleBook) -> Books:
        """Make the books whose rules of today are those in force: of the portfolios it is known whose they are."""
        names = tuple(Portfolio(id=one.id, title=one.title, desk=one.desk) for one in self._named())
        desks = {source.id: source.desk for source in self.reach.sources if source.desk is not None}
        book = replace(shared, portfolios=names, source_desks=desks)
        return Books(self.reach, logged, _today=Version(book, Explainer(book), then=False))
