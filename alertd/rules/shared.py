"""From the files that portfolios share to what they define: companies -> lists -> fragments -> event types.

A file that is faulty still tells the names it defines, so that whoever names them is not faulted for it, too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel

from alertd.base.yaml import Document, Path, Place, check
from alertd.companies.companies_file import CompaniesFile
from alertd.companies.declared import declare
from alertd.companies.table import CompanyTable
from alertd.errors import Fault
from alertd.rules.book import EventTypeRule
from alertd.rules.conditions import Reader
from alertd.rules.conditions_origin import read_forms, read_sources
from alertd.rules.conditions_words import read_terms
from alertd.rules.known import ListKind
from alertd.rules.known_rules import Asking, Defined, Fragment, NamedList
from alertd.rules.loaded import KnownSettings, RuleTests
from alertd.rules.shared_event_types import read_event_type
from alertd.rules.shared_files import LIST_KINDS, ROUTINE_FORMS, EventTypeFile, FragmentsFile, ListFile
from alertd.rules.world import Rates

DEFAULT_ROUTINE_FORMS = frozenset((
    "424B1", "424B2", "424B3", "424B4", "424B5", "424B7", "424B8", "FWP", "144", "D", "CORRESP", "UPLOAD", "EFFECT",
    "CERT", "N-PX", "NPORT-P", "497", "497K", "485BPOS", "40-17G", "ABS-EE",
))  # fmt: skip
"""Forms that only rules see which name a form, unless a list `routine-forms` says otherwise."""

_TOP_KEY = re.compile(rb"^([a-z]+)[ ]*:[ ]*([a-z0-9-]*)", re.MULTILINE)
_INNER_KEY = re.compile(rb"^[ ]+([a-z0-9-]+)[ ]*:", re.MULTILINE)
"""What a file that is no YAML seems to define: whoever names it is not faulted for it, too."""

M = TypeVar("M", bound=BaseModel)


@dataclass(slots=True)
class Shared:
    """What the shared files define, their faults, and the tests of the event types."""

    defined: Defined
    faults: list[Fault] = field(default_factory=list)
    tests: list[RuleTests] = field(default_factory=list)
    places: dict[tuple[str, str], Place] = field(default_factory=dict)
    """(what, its name) -> where it is defined."""
    asked: set[str] = field(default_factory=set)
    """The questions that fragments and event types asked (`Asking.answers`)."""


def read_shared(
    docs: Mapping[str, list[Document]],
    table: CompanyTable,
    settings: KnownSettings,
    broken: Mapping[str, list[bytes]] | None = None,
) -> Shared:
    """Read all shared files. `docs` are their documents, by folder; `broken` are the texts of those that are none."""
    work = _Work(Shared(Defined(table, sources=settings.sources)), broken or {})
    work.companies(docs.get("companies", []))
    work.lists(docs.get("lists", []))
    work.names(docs.get("event-types", []))
    work.fragments(docs.get("fragments", []))
    work.event_types(docs.get("event-types", []))
    return work.out


@dataclass(slots=True)
class _Written:
    """A fragment before it is read."""

    doc: Document
    path: Path
    desk: str | None


@dataclass(slots=True)
class _Work:
    out: Shared
    broken: Mapping[str, list[bytes]]
    first: dict[tuple[str, str], Fault] = field(default_factory=dict)
    """(what, name) -> where it was defined first."""
    pending: dict[str, _Written] = field(default_factory=dict)
    """Fragments that are still to be read."""
    reading: list[str] = field(default_factory=list)
    """Fragments that are being read, each inside the one before."""

    @property
    def defined(self) -> Defined:
        return self.out.defined

    def _checked(self, model: type[M], docs: Iterable[Document]) -> Iterator[tuple[Document, M | None]]:
        for doc in docs:
            made, faults = check(model, doc)
            self.out.faults += faults
            yield doc, made

    def _unique(self, what: str, doc: Document, path: Path, name: str, *, key: bool = False) -> bool:
        here = doc.fault(path, f"{what} `{name[:63]}` is defined twice", key=key)
        first = self.first.setdefault((what, name), here)
        self.out.places.setdefault((what, name), Place(here.file, here.line, here.column))
        if first is not here:
            self.out.faults.append(doc.fault(path, here.message, f"first in {first.file}:{first.line}", key=key))
        return first is here

    # --- companies and lists ----------------------------------------------------------------------------------

    def companies(self, docs: list[Document]) -> None:
        sound = [(doc, made) for doc, made in self._checked(CompaniesFile, docs) if made is not None]
        self.defined.any_company = len(sound) < len(docs) or bool(self.broken.get("companies"))
        self.defined.table, self.defined.relations, faults = declare(self.defined.table, sound)
        self.out.faults += faults
        for doc, made in sound:
            for i, entry in enumerate(made.companies):
                company = self.defined.table.resolve(entry.id or entry.company or "")
                if company is not None:
                    self.out.places.setdefault(("company", company.id), doc.place(("companies", i)))
            for i, relation in enumerate(made.relations):
                pair = [self.defined.table.resolve(text) for text in (relation.company, relation.of)]
                between = " ".join(company.id for company in pair if company is not None)
                self.out.places.setdefault(("relation", between), doc.place(("relations", i)))

    def lists(self, docs: list[Document]) -> None:
        for doc, made in self._checked(ListFile, docs):
            value = doc.value if isinstance(doc.value, dict) else {}
            name = value.get("list")
            kind: ListKind = next((kind for kind in LIST_KINDS if kind in value), "terms")
            if not isinstance(name, str) or not self._unique("list", doc, ("list",), name):
                continue
            self.defined.lists[name] = NamedList(kind, made.desk if made is not None else None)
            if made is not None:
                self._list(doc, made, self.defined.lists[name])
        for text in self.broken.get("lists", ()):
            written = dict(_TOP_KEY.findall(text))
            kinds = [kind for kind in LIST_KINDS if kind.encode() in written]
            self.defined.lists.setdefault(
                written.get(b"list", b"").decode(), NamedList(kinds[0] if kinds else "terms")
            )
        routine = self.defined.lists.get(ROUTINE_FORMS)
        forms = routine.content if routine is not None else None
        self.defined.routine_forms = frozenset(forms) if isinstance(forms, tuple) else DEFAULT_ROUTINE_FORMS

    def _list(self, doc: Document, made: ListFile, held: NamedList) -> None:
        asking = Asking(self.defined, made.desk)
        reader = Reader(doc, asking)
        path = (held.kind,)
        if held.kind == "terms":
            held.content = read_terms(reader, path)
            held.written = held.content.written if held.content is not None else ()
        elif held.kind == "rates":
            self._rates(doc, made)
        elif held.kind == "companies":
            ids = [self._company(reader, asking, word, at) for word, at in reader.words(path, 10_000)]
            held.content = frozenset(company for company in ids if company is not None)
            held.written = tuple(sorted(held.content))
        else:
            read = read_forms if held.kind == "forms" else read_sources
            held.content = held.written = read(reader, path)
        self.out.faults += reader.faults

    def _company(self, reader: Reader, asking: Asking, text: str, path: Path) -> str | None:
        company = asking.company(text)
        if company is None:
            reader.fault(path, f"there is no company `{text[:60]}`", asking.company_hint(text))
        elif reason := asking.barred("company", company):
            reader.fault(path, reason)
        return company

    def _rates(self, doc: Document, made: ListFile) -> None:
        if self._unique("list of", doc, ("rates",), "rates", key=True):
            rates = {**(made.rates or {})}
            self.defined.rates = Rates(date=str(made.date), base=made.base or "USD", rates=rates)

    # --- fragments --------------------------------------------------------------------------------------------

    def names(self, docs: list[Document]) -> None:
        """Take in which event types and roles there are, before anything can name them."""
        if self.broken.get("event-types"):
            return
        values = [doc.value for doc in docs if isinstance(doc.value, dict)]
        self.defined.type_names = frozenset(v["event_type"] for v in values if isinstance(v.get("event_type"), str))
        roles = [v["roles"] for v in values if isinstance(v.get("roles"), list)]
        self.defined.roles = frozenset(role for listed in roles for role in listed if isinstance(role, str))
        kinds = [v["kinds"] for v in values if isinstance(v.get("kinds"), dict)]
        self.defined.kinds = frozenset(kind for listed in kinds for kind in listed)

    def fragments(self, docs: list[Document]) -> None:
        for doc, made in self._checked(FragmentsFile, docs):
            value = doc.value.get("fragments") if isinstance(doc.value, dict) else None
            for name in value if isinstance(value, dict) else ():
                path = ("fragments", name)
                if self._unique("fragment", doc, path, name, key=True):
                    self.pending[name] = _Written(doc, path, made.desk if made is not None else None)
                    self.defined.fragments[name] = Fragment(self.pending[name].desk)
        for text in self.broken.get("fragments", ()):
            for name in _INNER_KEY.findall(text):
                self.defined.fragments.setdefault(name.decode(), Fragment())
        for name in list(self.pending):
            self._fragment(name)

    def _fragment(self, name: str) -> None:
        """Read a fragment, those that it uses before it."""
        written = self.pending.pop(name, None)
        if written is None:
            return
        self.reading.append(name)
        value = written.doc.node(written.path)
        plain = value.plain() if value is not None else None
        sound = True
        for path, used in _uses(plain, written.path):
            if used in self.reading:
                circle = " -> ".join([*self.reading[self.reading.index(used) :], used])
                self.out.faults.append(written.doc.fault(path, f"fragments use one another in a circle: {circle}"))
                sound = False
            else:
                self._fragment(used)
        self.reading.pop()
        if sound:
            asking = Asking(self.defined, written.desk)
            reader = Reader(written.doc, asking)
            held = self.defined.fragments[name]
            held.condition = reader.condition(written.path)
            held.written = asking.written_out(plain)
            held.companies = asking.taken()
            self.out.faults += reader.faults
            self.out.asked |= asking.answers.keys()

    # --- event types ------------------------------------------------------------------------------------------

    def event_types(self, docs: list[Document]) -> None:
        made = [rule for doc, file in self._checked(EventTypeFile, docs) if (rule := self._type(doc, file))]
        self.defined.event_types = tuple(sorted(made, key=lambda rule: rule.id))

    def _type(self, doc: Document, made: EventTypeFile | None) -> EventTypeRule | None:
        name = doc.value.get("event_type") if isinstance(doc.value, dict) else None
        unique = isinstance(name, str) and self._unique("event type", doc, ("event_type",), name)
        asking = Asking(self.defined, None)
        read = read_event_type(doc, made, asking)
        self.out.faults += read.faults
        self.out.asked |= asking.answers.keys()
        if read.rule is None or not unique:
            return None
        place = doc.place(("event_type",))
        self.out.tests.append(RuleTests(place=place, event_type=read.rule.id, rule=read.rule.id, tests=read.tests))
        return read.rule


def _uses(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    """Find the fragments that a written condition names, with their places."""
    inside: Callable[[], Iterable[tuple[str | int, Any]]]
    if isinstance(value, dict):
        inside = value.items
        if isinstance(value.get("use"), str):
            yield (*path, "use"), value["use"]
    elif isinstance(value, list):
        inside = lambda: enumerate(value)  # noqa: E731
    else:
        return
    for step, item in inside():
        yield from _uses(item, (*path, step))
