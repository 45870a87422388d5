"""What the process that answers has at hand: the rules in force and what is made of them, the store, what is kept.

It is made anew when settings or rules change; what takes its time is made when it is first needed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

from msgspec.structs import replace

from alertd.asking.caller import Caller
from alertd.asking.desk_view import DeskView
from alertd.asking.in_force import NOT_READ, Setup, named_books
from alertd.asking.kept import Kept, kept_of
from alertd.asking.outlook import Known
from alertd.asking.past import PATIENCE
from alertd.asking.past_rules import Books, Version
from alertd.asking.portfolio_names import PortfolioName
from alertd.asking.reach import Reach
from alertd.asking.warnings import Warn, logged
from alertd.companies.registrants import updated_file
from alertd.companies.table import CompanyTable, load_registrants
from alertd.enrich.enricher import Enricher
from alertd.errors import NotThere, Temporary
from alertd.rules.book import Portfolio, Rule, RuleBook
from alertd.rules.explanation import Explainer
from alertd.rules.loaded import Loaded
from alertd.rules.match import Matcher
from alertd.rules.places import kept_rules
from alertd.store.redis import RedisStore, open_store


@dataclass(frozen=True, slots=True)
class Scope:
    """What is asked about."""

    setup: Setup
    names: Sequence[PortfolioName]
    redis_url: str


class Room:
    """For one version of settings and rules."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self._store: RedisStore | None = None
        self.dates = Known()
        """What was found in alerts that is ahead."""

    @property
    def reach(self) -> Reach:
        """Where things are, and whose."""
        return self.scope.setup.reach

    async def store(self) -> RedisStore:
        """Give the store. Raises StoreUnavailable."""
        if self._store is None:
            self._store = await open_store(self.scope.redis_url, self.reach.namespace, name="alertd:asked")
        return self._store

    async def aclose(self) -> None:
        """Leave the store."""
        if self._store is not None:
            await self._store.aclose()

    # --- rules ------------------------------------------------------------------------------------------------

    def book(self, portfolios: Collection[str]) -> RuleBook:
        """Give the rules in force with these portfolios alone. Raises Temporary."""
        book = kept_rules(self.reach.state_dir).load(self.scope.setup.version, portfolios)
        if book is None:
            raise Temporary(NOT_READ)
        return replace(book, source_desks=self.reach.source_desks)

    @cached_property
    def shared(self) -> RuleBook:
        """The rules in force without portfolios. Raises Temporary."""
        return self.book(())

    @cached_property
    def table(self) -> CompanyTable:
        """The companies that they know."""
        return self.shared.companies.over(load_registrants(updated_file(self.reach.state_dir)))

    @cached_property
    def enricher(self) -> Enricher:
        """What understands events by them."""
        return Enricher.of(self.shared.event_types, self.table)

    def loaded(self, portfolios: Collection[str]) -> Loaded:
        """Give portfolios as if there were no others: quick to match by. Raises Temporary."""
        return Loaded(self.book(portfolios), self.table)

    def matcher(self, loaded: Loaded) -> Matcher:
        """Give what matches for them."""
        return Matcher(loaded.book, understanding=self.enricher)

    def rule(self, loaded: Loaded, portfolio: str, rule: str) -> tuple[Portfolio, Rule]:
        """Give a rule. Raises NotThere: it went meanwhile."""
        whose = loaded.book.portfolio(portfolio)
        found = next((one for one in whose.rules if one.id == rule), None) if whose is not None else None
        if whose is None or found is None:
            raise NotThere(f"there is no rule {portfolio}/{rule}")
        return whose, found

    # --- the past ---------------------------------------------------------------------------------------------

    @cached_property
    def names(self) -> Books:
        """The rules by which it is told whose what is: those in force by name."""
        try:
            shared = self.shared
        except Temporary:
            shared = RuleBook()
        return named_books(self.reach, self.scope.names, shared)

    def books(self) -> Books:
        """Give the rules of any time, those in force among them, each read when it is asked for."""
        return _Books(self.reach, logged, self)

    @cached_property
    def whole(self) -> Version | None:
        """All rules in force; None: they cannot be read."""
        book = kept_rules(self.reach.state_dir).load(self.scope.setup.version)
        if book is None:
            return None
        book = replace(book, source_desks=self.reach.source_desks)
        return Version(book, Explainer(book), then=False)

    @contextmanager
    def kept(self) -> Iterator[Kept]:
        """Open what is kept, whole."""
        kept = kept_of(self.reach, logged, patience=PATIENCE)
        history = kept.history
        try:
            yield kept
        finally:
            if history is not None:
                history.close()

    async def view(self, caller: Caller, kept: Kept) -> DeskView:
        """Give the journal as somebody sees it. Raises StoreUnavailable."""
        only = None if caller.all_desks else caller.sees_portfolio
        return DeskView(caller.walls, self.names, (await self.store()).load_alerts, kept.owners, only)


class _Books(Books):
    """Books whose rules of today are those in force; where these are not kept, what stands in the files."""

    def __init__(self, reach: Reach, warn: Warn, room: Room) -> None:
        super().__init__(reach, warn)
        self._room = room

    def today(self) -> Version:
        """Give the rules in force."""
        return self._room.whole or super().today()
