"""What is in force, for a process that answers and matches nothing: settings so far as is asked, rules by version.

The rules are not sent to such a process. The supervisor keeps each version, in parts, before anybody works by it;
what is asked for is read from there, in a thread, a portfolio at a time. What takes longer is asked apart
(`asking/apart.py`).
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from alertd.alerts.policy import ReceiverPolicy
from alertd.asking.desk_view import DeskView, Load, Owners
from alertd.asking.past_rules import Books, Version
from alertd.asking.portfolio_names import PortfolioName, PortfolioNames
from alertd.asking.reach import Reach
from alertd.asking.warnings import logged
from alertd.errors import Temporary
from alertd.notify.smtp import SmtpConfig
from alertd.rules.book import Portfolio, RuleBook
from alertd.rules.explanation import Explainer
from alertd.rules.places import kept_rules

NOT_READ = "the rules in force could not be kept, or cannot be read"
MOST = 16
"""Readings of rules that are kept ready."""


@dataclass(frozen=True, slots=True)
class Setup:
    """The settings as they stand, as far as they are asked about."""

    reach: Reach
    version: str
    """Of the rules in force."""
    policies: Mapping[str, ReceiverPolicy] = field(default_factory=dict)
    smtp: SmtpConfig | None = None


class InForce:
    """The settings and rules in force; a reload replaces them."""

    def __init__(self, setup: Setup, names: PortfolioNames) -> None:
        """`names` are all of the portfolios of the rules."""
        self.setup = setup
        self.names = names
        self._read: OrderedDict[tuple[str, tuple[str, ...]], RuleBook | None] = OrderedDict()
        self._turn = asyncio.Lock()
        self._books: Books | None = None

    @property
    def reach(self) -> Reach:
        """Where things are, and whose."""
        return self.setup.reach

    @property
    def version(self) -> str:
        """Name the rules in force."""
        return self.setup.version

    def serve(self, setup: Setup, names: Sequence[PortfolioName]) -> None:
        """Take those of a reload."""
        self.names.serve(names)
        self.setup, self._books = setup, None

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

    async def needed(self, portfolios: Sequence[str]) -> RuleBook:
        """Give them as `book` does. Raises Temporary where they could not be kept, or not be read."""
        book = await self.book(portfolios)
        if book is None:
            raise Temporary(NOT_READ)
        return book

    async def portfolio(self, name: str) -> Portfolio | None:
        """Give a portfolio in force; None: there is none, or its rules could not be read."""
        book = await self.book([name])
        return book.portfolio(name) if book is not None else None

    async def view(
        self,
        desk: str | None,
        load: Load,
        owners: Owners | None = None,
        only: Callable[[str, str | None], bool] | None = None,
    ) -> DeskView:
        """Make the eyes of a desk, or of whoever sees `only` some of its portfolios; None: those that see all.

        For what tells whose it is. Records of events bring rules of their time along, which are read when they are
        looked at: that is asked apart.
        """
        if self._books is None:
            shared = await self.book(())
            self._books = named_books(self.reach, self.names.all(), shared if shared is not None else RuleBook())
        return DeskView(desk, self._books, load, owners, only)


def named_books(reach: Reach, names: Sequence[PortfolioName], shared: RuleBook) -> Books:
    """Make the books whose rules of today are those in force: of the portfolios it is known whose they are."""
    portfolios = tuple(Portfolio(id=one.id, title=one.title, desk=one.desk) for one in names)
    book = replace(shared, portfolios=portfolios, source_desks=reach.source_desks)
    return Books(reach, logged, _today=Version(book, Explainer(book), then=False))
