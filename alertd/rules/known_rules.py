"""What the files of a rules directory define for one another: companies, lists, fragments, event types.

`Defined` holds it all; each file reads it through an `Asking`, which notes every question with its answer. A file
that is the same, and whose questions still have the same answers, need not be read again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec

from alertd.base.ids import mark
from alertd.companies.model import Company, Relation
from alertd.companies.table import CompanyTable
from alertd.rules.book import EventTypeRule
from alertd.rules.known import Known, ListKind, TermList
from alertd.rules.known_names import Kinds, Names
from alertd.rules.tree import Condition
from alertd.rules.world import Rates

_canonical = msgspec.msgpack.Encoder(order="deterministic")


@dataclass(slots=True)
class NamedList:
    """A list; without content if it is faulty."""

    kind: ListKind
    desk: str | None = None
    written: tuple[str, ...] = ()
    """What a rule could have written instead."""
    content: TermList | tuple[str, ...] | frozenset[str] | None = None


@dataclass(slots=True)
class Fragment:
    """A named condition; without one if it is faulty."""

    desk: str | None = None
    written: Any = None
    """With lists and other fragments written out."""
    condition: Condition | None = None
    companies: Mapping[str, str] = field(default_factory=dict)
    """Those that it names: as written -> id."""


@dataclass(slots=True)
class Defined:
    """What is defined, and who may see it."""

    table: CompanyTable
    any_company: bool = False
    """Whatever is named is one: a file that declares companies cannot be read, and says so itself."""
    relations: tuple[Relation, ...] = ()
    lists: dict[str, NamedList] = field(default_factory=dict)
    fragments: dict[str, Fragment] = field(default_factory=dict)
    event_types: tuple[EventTypeRule, ...] = ()
    type_names: frozenset[str] | None = None
    roles: frozenset[str] | None = None
    kinds: frozenset[str] | None = None
    sources: Mapping[str, str | None] | None = None
    rates: Rates | None = None
    routine_forms: frozenset[str] = frozenset()

    def answer(self, question: str, desk: str | None) -> str:
        """Answer a question that an `Asking` has noted."""
        kind, _, name = question.partition(" ")
        return _ANSWERS[kind](self, name, desk)

    def company(self, name: str, desk: str | None) -> str:
        """Give a company's id; empty if there is none."""
        found = self.table.resolve(name)
        return found.id if found is not None else name if self.any_company else ""

    def resolve(self, text: str, exchange: str) -> Company | None:
        """Give the company of a position."""
        found = self.table.resolve(text, exchange)
        return found if found is not None or not self.any_company else Company(id=text, name=text)

    def position(self, written: str, desk: str | None) -> str:
        """Fingerprint the company of a position, written as exchange and text."""
        exchange, _, text = written.partition(" ")
        found = self.resolve(text, exchange)
        return f"{found.id} {found.label}" if found is not None else ""

    def barred(self, kind: str, name: str, desk: str | None) -> str:
        """Say which other desk's a thing is; empty if it may be named."""
        owner = self._owner(kind, name)
        if owner is None or owner == desk:
            return ""
        return f"{kind} `{name[:60]}` belongs to desk `{owner}`" + ("" if desk is None else f", not to `{desk}`")

    def _owner(self, kind: str, name: str) -> str | None:
        if kind == "company":
            found = self.table.get(name)
            return found.desk if found is not None else None
        if kind == "source":
            return (self.sources or {}).get(name)
        held = self.lists.get(name) if kind == "list" else self.fragments.get(name)
        return held.desk if held is not None else None

    def list_mark(self, name: str, desk: str | None) -> str:
        """Fingerprint a list."""
        held = self.lists.get(name)
        return mark(_canonical.encode((held.kind, held.content)).hex()) if held is not None else ""

    def fragment_mark(self, name: str, desk: str | None) -> str:
        """Fingerprint a fragment."""
        held = self.fragments.get(name)
        return mark(_canonical.encode((held.written, held.condition)).hex()) if held is not None else ""

    def visible(self, ids: AbstractSet[str], desk: str | None) -> frozenset[str]:
        """Leave out what is another desk's."""
        return frozenset(company for company in ids if not self.barred("company", company, desk))

    def sector(self, name: str, desk: str | None) -> frozenset[str]:
        """Give the companies of a sector that a desk may name."""
        return self.visible(self.table.sector(name), desk)


def _yes(found: bool) -> str:
    return "yes" if found else ""


_Answer = Callable[[Defined, str, "str | None"], str]
_ANSWERS: dict[str, _Answer] = {
    "company": Defined.company,
    "position": Defined.position,
    "list": Defined.list_mark,
    "fragment": Defined.fragment_mark,
    "sector": lambda d, name, desk: " ".join(sorted(d.sector(name, desk))),
    "sector-there": lambda d, name, desk: _yes(d.any_company or name in d.table.sectors),
    "type": lambda d, name, desk: "any" if d.type_names is None else _yes(name in d.type_names),
    "role": lambda d, name, desk: "any" if d.roles is None else _yes(name in d.roles),
    "kind": lambda d, name, desk: "any" if d.kinds is None else _yes(name in d.kinds),
    "source": lambda d, name, desk: "any" if d.sources is None else _yes(name in d.sources),
    **{
        f"barred-{kind}": lambda d, name, desk, kind=kind: d.barred(kind, name, desk)  # type: ignore[misc]
        for kind in ("list", "source", "company", "fragment")
    },
}


def named_in(questions: Iterable[str], event_types: Iterable[EventTypeRule]) -> frozenset[tuple[str, str]]:
    """Give the lists, fragments and event types that questions are about, as ("list", its name).

    Who asks for a role or a kind asks for the event types that have it.
    """
    asked = {question.partition(" ")[::2] for question in questions}
    having = {
        ("event type", one.id)
        for one in event_types
        if any(("role", role) in asked for role in one.roles) or any(("kind", kind) in asked for kind, _ in one.kinds)
    }
    return frozenset(having.union((_NAMED[kind], name) for kind, name in asked if kind in _NAMED))


_NAMED = {"list": "list", "fragment": "fragment", "type": "event type"}


class Asking(Known):
    """What one file may name, with a note of what it asked for."""

    def __init__(self, defined: Defined, desk: str | None) -> None:
        self._defined = defined
        self._desk = desk
        self.answers: dict[str, str] = {}
        """Question -> answer."""
        self.companies: dict[str, str] = {}
        """As written -> id; taken out after each rule by `taken`."""
        self.lists = Kinds(defined.lists, self._asker("list"))
        self.fragments = Names(defined.fragments.keys(), lambda name: _yes(name in defined.fragments))
        # Where they are not known the answer is noted, too: once they are, the question is asked again.
        self.event_types = Names(defined.type_names or frozenset(), self._asker("type"))
        self.roles = Names(defined.roles or frozenset(), self._asker("role"))
        self.event_kinds = Names(defined.kinds or frozenset(), self._asker("kind"))
        self.sources = Names((defined.sources or {}).keys(), self._asker("source"))
        self.sectors = Names(frozenset(defined.table.sectors), self._asker("sector-there"))

    def _asker(self, kind: str) -> Callable[[str], str]:
        return lambda name: self._ask(kind, name)

    def _ask(self, kind: str, name: str) -> str:
        question = f"{kind} {name}"
        if question not in self.answers:
            self.answers[question] = self._defined.answer(question, self._desk)
        return self.answers[question]

    def taken(self) -> dict[str, str]:
        """Give the companies that were asked for since the last time."""
        companies, self.companies = self.companies, {}
        return companies

    def _content(self, name: str) -> Any:
        self._ask("list", name)
        held = self._defined.lists.get(name)
        return held.content if held is not None else None

    def term_list(self, name: str) -> TermList | None:
        """Give a list of terms; None if there is none or if it is faulty."""
        found = self._content(name)
        return found if isinstance(found, TermList) else None

    def form_list(self, name: str) -> tuple[str, ...] | None:
        """Give a list of forms."""
        found = self._content(name)
        return found if isinstance(found, tuple) else None

    def source_list(self, name: str) -> tuple[str, ...] | None:
        """Give a list of sources."""
        found = self._content(name)
        return found if isinstance(found, tuple) else None

    def company_list(self, name: str) -> frozenset[str] | None:
        """Give the company ids of a list."""
        found = self._content(name)
        return found if isinstance(found, frozenset) else None

    def sector(self, name: str) -> frozenset[str] | None:
        """Give the ids of the companies of a sector, those of other desks left out."""
        ids = self._ask("sector", name).split()
        return frozenset(ids) if ids else None

    def company(self, text: str) -> str | None:
        """Give the id of a company written as id, ticker, CIK, slug or name."""
        found = self._ask("company", text)
        if found:
            self.companies[text] = found
        return found or None

    def resolve(self, text: str, exchange: str = "") -> Company | None:
        """Give the company of a position; None if it is not known."""
        self._ask("position", f"{exchange.strip().replace(' ', '-')} {text}")
        return self._defined.resolve(text, exchange)

    def suggest(self, text: str, exchange: str = "") -> str:
        """Say which company may have been meant by a position."""
        return self._defined.table.suggest(text, exchange)

    def company_hint(self, text: str) -> str:
        """Say which company may have been meant."""
        return self._defined.table.suggest(text)

    def fragment(self, name: str) -> Condition | None:
        """Give a fragment's condition."""
        self._ask("fragment", name)
        held = self._defined.fragments.get(name)
        self.companies.update(held.companies if held is not None else {})
        return held.condition if held is not None else None

    def barred(self, kind: Literal["list", "source", "company", "fragment"], name: str) -> str:
        """Say why something that exists may not be named here; empty if it may."""
        return self._ask(f"barred-{kind}", name)

    def written_out(self, when: Any) -> Any:
        """Give a condition as written, with what it names by lists, sectors and fragments written out."""
        if isinstance(when, list):
            return [self.written_out(item) for item in when]
        if not isinstance(when, dict):
            return when
        if len(when) == 1:
            key, name = next(iter(when.items()))
            if key == "list" and name in self._defined.lists:
                return list(self._defined.lists[name].written)
            if key == "use" and name in self._defined.fragments:
                return self._defined.fragments[name].written
            if key == "sector" and isinstance(name, (str, list)):
                names = [name] if isinstance(name, str) else name
                return sorted({c for n in names for c in self._defined.sector(str(n), self._desk)})
        return {key: self.written_out(item) for key, item in when.items()}
