"""What has been loaded: rules, portfolios, event types, the book of all of them.

Frozen msgspec Structs, compared by value: a book is written to and read from a cache and other processes as
MessagePack (`encode_book`, `decode_book`), 100,000 rules in seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

import msgspec

from alertd.base.ids import mark
from alertd.companies.model import Holdings, Relation
from alertd.companies.relations import Graph
from alertd.model import Severity, Struct
from alertd.rules.named import NamedCompanies
from alertd.rules.state import State
from alertd.rules.tree import Condition
from alertd.rules.world import Rates, World

KeyOf = Literal["story", "company", "parties", "rule"]


class Budget(Struct, frozen=True, kw_only=True):
    """How many alerts a rule's author expects: `at_most 5 per day`."""

    at_most: int
    per: Literal["hour", "day", "week"] = "day"


class Rule(Struct, frozen=True, kw_only=True):
    """A condition over events, with its severity."""

    id: str
    title: str
    severity: Severity
    auto: bool = False
    """`severity: auto`: what the event weighs decides, when it has matched; `severity` is then not meant."""
    when: Condition
    """The stateless condition; what of it is stateful stands in `state`."""
    state: State | None = None
    hash: str
    """Fingerprint of the definition: the same rule has the same hash in every file, process and version."""
    definition: bytes
    """Canonical JSON of the rule as written, fragments and lists written out; by it a decision is explained later."""
    identity: str = ""
    """Its first id (`formerly`), by which its state is kept; empty: its id."""
    binds: bool = False
    """It has company conditions, and they bind to one company."""
    types: frozenset[str] = frozenset()
    """The event types that it names outside `not`."""
    names_form: bool = False
    experimental: bool = False
    key: KeyOf = "story"
    receivers: tuple[str, ...] = ()
    """Whom it tells in place of the portfolio's receivers; none: those."""
    owner: str = ""
    tags: tuple[str, ...] = ()
    note: Literal["off", "facts", "model"] | None = None
    """The most that its alerts carry of what an event means; None: what each receiver wants."""
    expect: Budget | None = None
    valid_from: str | None = None
    valid_until: str | None = None
    """Dates (ISO 8601) of events, both included."""


class Portfolio(Struct, frozen=True, kw_only=True):
    """The rules that watch for one desk, what it holds, and whom they tell."""

    id: str
    title: str
    timezone: str = "UTC"
    """IANA name; clocks in messages are shown in it."""
    receivers: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    holdings: Holdings = Holdings()
    desk: str | None = None
    identity: str = ""
    """Its first id (`formerly`), by which its alerts are known; empty: its id."""
    hash: str = ""
    """Fingerprint of everything in it."""

    def tells(self) -> list[str]:
        """Give all whom its alerts may be told: its receivers, and those that its rules name."""
        named = (receiver for rule in self.rules for receiver in rule.receivers)
        return list(dict.fromkeys([*self.receivers, *named]))


class EventTypeRule(Struct, frozen=True, kw_only=True):
    """How an event type is recognised (stratum 0)."""

    id: str
    title: str
    when: Condition
    severity: Severity | None = None
    """With which `severity: auto` begins."""
    confidence: float = 0.9
    alone: bool = False
    """Where it is found, no other type is."""
    roles: tuple[str, ...] = ()
    """The roles that its parties may play."""
    statuses: tuple[tuple[str, Condition], ...] = ()
    """Status and when it is that one, in the order in which they are asked; where none holds, its words decide."""
    kinds: tuple[tuple[str, Condition], ...] = ()
    """Kind and when it is of this kind; the first that holds counts."""
    frames: tuple[str, ...] = ()
    """How a sentence says who plays which role, as written (`frames.py`); those that suffice last."""
    sure_frames: tuple[str, ...] = ()
    """Those of the frames that suffice to recognise it."""
    hash: str = ""

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """All conditions in it."""
        return (self.when, *(condition for _, condition in (*self.statuses, *self.kinds)))


class RuleBook(Struct, frozen=True, kw_only=True):
    """Everything that matching needs. Portfolios and event types are ordered by id."""

    portfolios: tuple[Portfolio, ...] = ()
    event_types: tuple[EventTypeRule, ...] = ()
    relations: tuple[Relation, ...] = ()
    companies: NamedCompanies = NamedCompanies()
    """Those that are looked for in texts."""
    labels: dict[str, str] = msgspec.field(default_factory=dict)
    """Company id -> ticker or name, of the companies that are held, listed or declared."""
    related: dict[str, str] = msgspec.field(default_factory=dict)
    """The same of those that relations are about, whoever holds what: for readers outside the house."""
    rates: Rates | None = None
    routine_forms: frozenset[str] = frozenset()
    source_desks: dict[str, str] = msgspec.field(default_factory=dict)
    """Source -> desk, for the sources that name one: their events reach that desk's portfolios alone."""
    shared: str = ""
    """Fingerprint of all that is in it beside portfolios, companies and labels."""
    version: str = ""
    """Fingerprint of everything in it but the labels."""

    def rules(self) -> Iterator[tuple[Portfolio, Rule]]:
        """Go through all rules in the order of the book."""
        return ((portfolio, rule) for portfolio in self.portfolios for rule in portfolio.rules)

    def portfolio(self, portfolio_id: str) -> Portfolio | None:
        """Give a portfolio by its id."""
        return next((portfolio for portfolio in self.portfolios if portfolio.id == portfolio_id), None)

    def world(self) -> World:
        """Make what all portfolios share."""
        return World(Graph(self.relations), self.labels, self.rates, self.related)

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel to other processes in the fast form."""
        return decode_book, (encode_book(self),)


class BookChange(Struct, frozen=True, kw_only=True):
    """What a reload changed: enough to bring a book and its index from one version to the next."""

    before: str
    """The version that it applies to."""
    version: str
    portfolios: tuple[Portfolio, ...] = ()
    """New and changed ones, whole."""
    removed: tuple[str, ...] = ()
    labels: dict[str, str] = msgspec.field(default_factory=dict)
    """Of companies that the book before had none for."""
    companies: NamedCompanies | None = None
    """Where they changed: those that are looked for from now on."""


_encoder = msgspec.msgpack.Encoder()
_decoder: Any = None


def encode_book(book: RuleBook) -> bytes:
    """Write a book as MessagePack."""
    return _encoder.encode(book)


def decode_book(data: bytes) -> RuleBook:
    """Read a book. Raises msgspec.DecodeError or msgspec.ValidationError if it is not one of this version."""
    global _decoder
    if _decoder is None:
        _decoder = msgspec.msgpack.Decoder(RuleBook)
    return _decoder.decode(data)  # type: ignore[no-any-return]


def make_book(portfolios: list[Portfolio], **shared: Any) -> RuleBook:
    """Make the book of portfolios with distinct ids; the order in which they come does not count."""
    ordered = tuple(sorted(portfolios, key=_id))
    hashed = [p if p.hash else msgspec.structs.replace(p, hash=portfolio_hash(p)) for p in ordered]
    book = RuleBook(portfolios=tuple(hashed), **shared)
    return msgspec.structs.replace(
        book, shared=shared_hash(book), version=version_of(shared_hash(book), hashed, book.companies)
    )


def change_book(
    before: RuleBook,
    portfolios: Mapping[str, Portfolio],
    fresh: Iterable[Portfolio],
    labels: Mapping[str, str],
    companies: NamedCompanies,
) -> tuple[RuleBook, BookChange]:
    """Give the next version of a book whose shared part is the same, and what changed in it.

    `portfolios` are all of the next version by id, `fresh` those that may be new or changed.
    """
    old = {portfolio.id: portfolio.hash for portfolio in before.portfolios}
    ordered = tuple(sorted(portfolios.values(), key=_id))
    added = {company: label for company, label in labels.items() if before.labels.get(company) != label}
    change = BookChange(
        before=before.version,
        version=version_of(before.shared, ordered, companies),
        portfolios=tuple(sorted((p for p in fresh if old.get(p.id) != p.hash), key=_id)),
        removed=tuple(sorted(old.keys() - portfolios.keys())),
        labels=added,
        companies=companies if companies.hash != before.companies.hash else None,
    )
    named = {**before.labels, **added} if added else before.labels
    after = {"portfolios": ordered, "labels": named, "companies": companies, "version": change.version}
    return msgspec.structs.replace(before, **after), change


def _id(portfolio: Portfolio) -> str:
    return portfolio.id


def apply_change(book: RuleBook, change: BookChange) -> RuleBook:
    """Give the book after a change. Raises ValueError if the change is not for this book."""
    if change.before != book.version:
        raise ValueError(f"a change of {change.before} cannot be applied to {book.version}")
    gone = {*change.removed, *(p.id for p in change.portfolios)}
    portfolios = sorted([*(p for p in book.portfolios if p.id not in gone), *change.portfolios], key=_id)
    labels = {**book.labels, **change.labels} if change.labels else book.labels
    companies = change.companies or book.companies
    after = {"portfolios": tuple(portfolios), "labels": labels, "companies": companies, "version": change.version}
    return msgspec.structs.replace(book, **after)


def portfolio_hash(p: Portfolio) -> str:
    """Fingerprint a portfolio."""
    head = [p.id, p.identity, p.title, p.timezone, ",".join(p.receivers), p.desk or "", p.holdings.hash]
    # none of these is part of a definition
    named = ",".join([f"{rule.identity}/{rule.owner}/{rule.note or ''}" for rule in p.rules])
    return mark(*head, "".join([rule.hash for rule in p.rules]), named)


def shared_hash(book: RuleBook) -> str:
    """Fingerprint what all portfolios share."""
    types = [t.hash for t in book.event_types]
    shared = (types, book.relations, book.rates, book.routine_forms, book.source_desks, book.related)
    return mark(msgspec.json.encode(shared, order="deterministic").decode())


def version_of(shared: str, portfolios: Iterable[Portfolio], companies: NamedCompanies) -> str:
    """Fingerprint a book by those of its parts; portfolios in the order of their ids."""
    return mark(shared, companies.hash, "".join([p.hash for p in portfolios]))
