"""Three-valued conditions: what a condition is, what it answers, and what it is asked about.

A condition is true, false or *unknown* (None). Unknown is contagious only where it decides: `all` is false as
soon as one part is false, `any` is true as soon as one part is true, `not` of unknown is unknown (Kleene's
strong logic). A rule holds only if its condition is true.

    truth()    the answer alone, as fast as it can be had
    result()   the answer with the spans that prove it and, in words, what was seen
    clauses()  what an event must have for the answer to be true: by this an index finds the rules to ask
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from typing import TYPE_CHECKING, Protocol

import msgspec

from alertd.companies.model import Holding
from alertd.model import CompanyMention, Event, Evidence, Ground, ReportedType
from alertd.text.lead import lead_words
from alertd.text.quote import quote
from alertd.text.scan import Found, Term

if TYPE_CHECKING:
    from alertd.rules.world import World

Truth = bool | None
Key = str
"""Something that an event has: `text:lease`, `title:lease`, `type:compute_lease`, `form:8-K`, `item:1.01`,
`source:prwire`, `kind:filing`, `trust:high`, `deal:reclaim_right`. `event_keys` makes them."""
Clause = frozenset[Key]
"""Keys of which at least one must be there for a condition to be true."""

REGEX_BYTES = 65_536
"""How much of a text, in UTF-8, a pattern is run over."""
CHEAP, COSTLY = 0, 1


class Result(msgspec.Struct, frozen=True, gc=False):
    """A condition's answer, the spans that prove it, and in words what was seen."""

    truth: Truth
    evidence: tuple[Evidence, ...] = ()
    seen: str = ""
    path: tuple[str, ...] = ()
    """How the bound company is exposed, step by step in words."""
    grounds: tuple[Ground, ...] = ()
    """Why it holds, where that is more than words of the text."""


class Reading:
    """One event as the conditions read it: its fields, the terms the scan found, its bytes for patterns."""

    __slots__ = (
        "_bytes", "_companies", "_lead", "_lead_terms", "_quoted", "_shown", "_types", "ends", "event", "found",
        "patterns",
    )  # fmt: skip

    def __init__(self, event: Event, found: Found) -> None:
        self.event = event
        self.found = found
        self._bytes: dict[str, tuple[bytes, bool]] = {}
        self._companies: dict[str, CompanyMention] | None = None
        self._lead = -1
        self._lead_terms: set[Term] | None = None
        self._types: dict[str, ReportedType] | None = None
        self._quoted: dict[tuple[str, int, int], Evidence] = {}
        self._shown: dict[tuple[str, frozenset[Term], int], tuple[Evidence, ...]] = {}
        self.ends: list[str] | None = None
        """The companies that it names, the most relevant first (`parties.named`); None: nobody has asked yet."""
        self.patterns: dict[str, tuple[Evidence, ...]] = {}
        """Where each pattern that was asked for stands: many rules ask for the same ones."""

    @property
    def companies(self) -> Mapping[str, CompanyMention]:
        """The companies that the event names, by id."""
        if self._companies is None:
            self._companies = {mention.id: mention for mention in reversed(self.event.companies)}
        return self._companies

    @property
    def types(self) -> Mapping[str, ReportedType]:
        """The event types that the event reports, by name; of several reports of one type the surest."""
        if self._types is None:
            self._types = {t.type: t for t in sorted(self.event.event_types, key=lambda t: t.confidence)}
        return self._types

    @property
    def understood(self) -> bool:
        """Whether the event is in a language that enrichment reads; one that states none is taken as English."""
        return self.event.language[:2].lower() in ("", "en")

    @property
    def lead(self) -> int:
        """How many of the body's words are its lead; counted when the first condition asks."""
        if self._lead < 0:
            self._lead = lead_words(self.event.body)
        return self._lead

    @property
    def lead_terms(self) -> Set[Term]:
        """The terms that stand in the body's lead."""
        if self._lead_terms is None:
            self._lead_terms = self.found.beginning("body", self.lead)
        return self._lead_terms

    def text(self, name: str) -> str:
        """Give the event's `title` or `body`."""
        return self.event.title if name == "title" else self.event.body

    def quoted(self, field: str, start: int, end: int) -> Evidence:
        """Give the evidence for a span of the title or body; many rules show the same ones."""
        known = self._quoted.get((field, start, end))
        if known is None:
            text = self.text(field)
            known = Evidence(field=field, start=start, end=end, quote=quote(text, start, end))
            self._quoted[field, start, end] = known
        return known

    def shown(self, field: str, terms: frozenset[Term], limit: int) -> tuple[Evidence, ...]:
        """Give the evidence for the first places of any of these terms in the title or body."""
        key = (field, terms, limit)
        known = self._shown.get(key)
        if known is None:
            shown = self.found.quoted(field, terms, limit)
            known = tuple([Evidence(field=field, start=start, end=end, quote=said) for start, end, said in shown])
            self._shown[key] = known
        return known

    def utf8(self, name: str) -> tuple[bytes, bool]:
        """Give the first 64 KiB of a field as UTF-8, cut between characters, and whether that is all of it.

        A lone surrogate becomes one `?`, so places still count in code points.
        """
        if name not in self._bytes:
            text = self.text(name)
            raw = text[:REGEX_BYTES].encode("utf-8", "replace")
            whole = len(raw) <= REGEX_BYTES and len(text) <= REGEX_BYTES
            if len(raw) > REGEX_BYTES:
                raw = raw[:REGEX_BYTES].decode("utf-8", "ignore").encode("utf-8")
            self._bytes[name] = (raw, whole)
        return self._bytes[name]


class Scope(msgspec.Struct, frozen=True):
    """For whom a condition is asked: what the portfolio holds, how companies are related, which one is bound."""

    world: World
    holdings: Mapping[str, Holding] = msgspec.field(default_factory=dict)
    company: str | None = None
    """The company that the company conditions are about; None: any will do."""
    types: frozenset[str] = frozenset()
    """The event types that the rule asks for: `role` is about these, or about all if there are none."""

    def bound_to(self, company: str) -> Scope:
        """Give the same scope with the company conditions bound to one."""
        return Scope(self.world, self.holdings, company, self.types)


class Node(Protocol):
    """A condition. Nodes are frozen msgspec Structs with a tag, compare by value, and hold no compiled state."""

    @property
    def cost(self) -> int:
        """CHEAP or COSTLY: costly parts are asked last, and only while they can still decide."""

    @property
    def children(self) -> tuple[Node, ...]:
        """The conditions inside this one, as written."""

    def label(self) -> str:
        """Say the condition in one line."""

    def terms(self) -> Iterator[Term]:
        """Give every term that the text must be scanned for."""

    def clauses(self) -> tuple[Clause, ...]:
        """Give what is necessary for this to be true: of each clause at least one key."""

    def company_clause(self, scope: Scope) -> frozenset[str] | None:
        """Give companies of which the event must name one for this to be true; None if it need not name any."""

    def candidates(self, reading: Reading, scope: Scope) -> Iterable[str]:
        """Give the companies for which a company condition in this may hold; none from inside `not`."""

    def truth(self, reading: Reading, scope: Scope) -> Truth:
        """Answer for one event."""

    def result(self, reading: Reading, scope: Scope) -> Result:
        """Answer with the proof."""


class Leaf(msgspec.Struct, frozen=True, gc=False):
    """A condition without parts: cheap, about no company and needing nothing, unless it says otherwise."""

    @property
    def cost(self) -> int:
        """CHEAP unless overridden."""
        return CHEAP

    @property
    def children(self) -> tuple[Node, ...]:
        """A leaf has none."""
        return ()

    def terms(self) -> Iterator[Term]:
        """No term."""
        return iter(())

    def clauses(self) -> tuple[Clause, ...]:
        """Nothing is necessary."""
        return ()

    def company_clause(self, scope: Scope) -> frozenset[str] | None:
        """No company is necessary."""
        return None

    def candidates(self, reading: Reading, scope: Scope) -> Iterable[str]:
        """It is about no company."""
        return ()

    def truth(self, reading: Reading, scope: Scope) -> Truth:
        """Give the truth of the result; a leaf overrides this where it can be had faster."""
        return self.result(reading, scope).truth

    def result(self, reading: Reading, scope: Scope) -> Result:
        """Answer with the proof: every leaf has its own."""
        raise NotImplementedError
