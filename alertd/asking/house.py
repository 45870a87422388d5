"""What a running daemon lends to those who ask it over HTTP: settings as they stand, rules in force, what is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import ParamSpec, TypeVar

import msgspec

from alertd.alerts.policy import ReceiverPolicy
from alertd.asking.past import AT_ONCE, Past
from alertd.asking.past_rules import Books, Version
from alertd.asking.reach import Reach
from alertd.asking.rules import loaded_with
from alertd.asking.warnings import logged
from alertd.base.clock import Clock
from alertd.companies.registrants import updated_file
from alertd.companies.table import CompanyTable, load_registrants
from alertd.enrich.enricher import Enricher
from alertd.errors import ConfigError
from alertd.net.client import HttpClient
from alertd.notify.smtp import SmtpConfig
from alertd.rules.book import RuleBook
from alertd.rules.explanation import Explainer
from alertd.rules.loaded import Loaded
from alertd.rules.places import kept_rules
from alertd.store.redis import RedisStore

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Setup:
    """The settings as they stand, as far as they are asked about."""

    reach: Reach
    version: str
    """Of the rules in force."""
    policies: Mapping[str, ReceiverPolicy] = field(default_factory=dict)
    smtp: SmtpConfig | None = None


@dataclass(frozen=True)
class InForce:
    """The rules in force. What is made of them is made when it is first asked for, in a thread: it takes its time."""

    book: RuleBook
    reach: Reach

    @cached_property
    def table(self) -> CompanyTable:
        """The companies that they know."""
        return self.book.companies.over(load_registrants(updated_file(self.reach.state_dir)))

    @cached_property
    def enricher(self) -> Enricher:
        """What understands events by them."""
        return Enricher.of(self.book.event_types, self.table)

    @cached_property
    def files(self) -> Loaded | None:
        """The files that they stand in, with their tests; None where these say something else by now."""
        try:
            loaded = loaded_with(self.reach.rules, self.reach.state_dir, logged, tests=True)
        except ConfigError:
            return None
        written = {(p.id, rule.id): rule.hash for p, rule in loaded.book.rules()}
        return loaded if written == {(p.id, rule.id): rule.hash for p, rule in self.book.rules()} else None

    def reread(self) -> None:
        """Read the files anew when they are next asked for: one of them has changed."""
        self.__dict__.pop("files", None)

    def alone(self, portfolio: str) -> Loaded:
        """Give one portfolio as if it were the only one: quick to match by."""
        book = msgspec.structs.replace(
            self.book, portfolios=tuple(one for one in self.book.portfolios if one.id == portfolio)
        )
        return Loaded(book, self.table)


class House:
    """What is asked of one daemon."""

    def __init__(
        self, store: RedisStore, past: Past, setup: Callable[[], Setup], http: HttpClient, clock: Clock
    ) -> None:
        self.store = store
        self.past = past
        self.setup = setup
        self.http = http
        self.clock = clock
        self._rules: InForce | None = None
        self._loading = asyncio.Lock()
        self._turn = asyncio.Semaphore(AT_ONCE)

    async def rules(self) -> InForce:
        """Give the rules in force; they are read once for each version."""
        setup = self.setup()
        async with self._loading:
            if self._rules is None or self._rules.book.version != setup.version or self._rules.reach != setup.reach:
                self._rules = await asyncio.to_thread(_in_force, setup)
            return self._rules

    async def apart(self, work: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
        """Do what takes its time in a thread, a few at a time: others need threads, too."""
        async with self._turn:
            return await asyncio.to_thread(work, *args, **named)

    def books(self, rules: InForce) -> Books:
        """Give the rules of any time; those of today are those in force."""
        return Books(rules.reach, logged, _today=Version(rules.book, Explainer(rules.book), then=False))


def _in_force(setup: Setup) -> InForce:
    """Read the version that is in force, as the supervisor keeps it; else what stands in the files."""
    reach = setup.reach
    book = kept_rules(reach.state_dir).load(setup.version) if setup.version else None
    if book is None:
        try:
            book = loaded_with(reach.rules, reach.state_dir, logged).book
        except ConfigError as error:
            logged(str(error))
            book = RuleBook()
        book = msgspec.structs.replace(book, version=setup.version)
    desks = {source.id: source.desk for source in reach.sources if source.desk is not None}
    return InForce(msgspec.structs.replace(book, source_desks=desks), reach)
