"""From the text of a portfolio's file to its compiled part, with every fault of it at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from alertd.base.ids import mark
from alertd.base.yaml import Document, Path, check, load_yaml
from alertd.companies.holdings import HoldingsFile
from alertd.companies.model import Holdings
from alertd.errors import ConfigError, Fault
from alertd.model import Severity
from alertd.rules.book import Budget, Rule
from alertd.rules.company_leaves import is_about_company
from alertd.rules.conditions import Reader, When
from alertd.rules.holdings_files import hold_inline
from alertd.rules.known_rules import Asking
from alertd.rules.loaded import RuleTests
from alertd.rules.part import At, Override, Part
from alertd.rules.portfolio_file import PortfolioFile, RuleEntry, budget
from alertd.rules.test_entries import TestReader
from alertd.rules.traits import names_form, types_named
from alertd.rules.written_faults import empty, meant, repeated_receivers, repeated_rules

_WHOLE = ("title", "severity", "when")
"""What a rule says itself, unless it changes an inherited one."""
_UNWRITTEN = ("tests", "formerly", "enabled")
"""Keys of a rule that are no part of its definition."""


@dataclass(slots=True)
class Compiled:
    """A part, unless the file is faulty."""

    part: Part | None = None
    faults: list[Fault] = field(default_factory=list)
    tests: list[RuleTests] = field(default_factory=list)
    head: Part | None = None
    """Of a faulty file, as far as it can be read: what can be wrong with it among others."""


def compile_portfolio(content: str | bytes, file: str, asking_for: Callable[[str | None], Asking]) -> Compiled:
    """Compile a portfolio. `asking_for(desk)` gives what a file of that desk may name."""
    try:
        doc = load_yaml(content, file)
    except ConfigError as error:
        return Compiled(faults=error.faults)
    made, faults = check(PortfolioFile, doc)
    value = doc.value if isinstance(doc.value, dict) else {}
    desk = value.get("desk")
    work = _Work(doc, asking_for(desk if isinstance(desk, str) else None), extending="extends" in value)
    work.faults += [*faults, *empty(doc, ()), *repeated_rules(doc), *repeated_receivers(doc)]
    if value is doc.value:
        work.missing(value)
    for path, entry in doc.items(("rules",)):
        work.faults += empty(doc, path)
        work.condition(path, entry)
    if made is not None:
        work.positions(made)
        work.tests_of(made)
    work.faults += work.reader.faults
    if made is None or work.faults or work.unread(made):
        return Compiled(faults=work.faults, head=work.head(made) if made is not None else None)
    return Compiled(work.part(made), [], work.tests)


@dataclass(slots=True)
class _Work:
    doc: Document
    asking: Asking
    extending: bool
    """Rules may be without a condition."""
    faults: list[Fault] = field(default_factory=list)
    conditions: dict[int, tuple[When, dict[str, str]]] = field(default_factory=dict)
    """Number of the rule -> its condition, and the companies that it names: as written -> id."""
    tests: list[RuleTests] = field(default_factory=list)
    inline: Holdings | None = None
    """The positions that stand in the file."""
    reader: Reader = field(init=False)

    def __post_init__(self) -> None:
        self.reader = Reader(self.doc, self.asking)

    def missing(self, value: dict[str, Any]) -> None:
        """Name what a portfolio that extends none must say itself."""
        for key in () if self.extending else ("title", "receivers", "rules"):
            if key not in value and not meant(value, key, PortfolioFile):
                self.faults.append(self.doc.fault((), f"`{key}` is missing"))
        if value.get("rules") == [] and not self.extending:
            self.faults.append(self.doc.fault(("rules",), "`rules` is an empty list"))

    def condition(self, path: Path, entry: dict[str, Any]) -> None:
        """Read a rule's condition, or say that it is missing."""
        if "when" in entry:
            when = self.reader.when((*path, "when"))
            if when is not None:
                self.conditions[int(path[-1])] = when, self.asking.taken()
        elif self.extending and "bind" in entry:
            hint = "write the rule whole to bind it otherwise"
            self.faults.append(self.doc.fault((*path, "bind"), "`bind` stands beside the `when` of a rule", hint))
        if "when" in entry or not self.extending:
            for key in _WHOLE:
                if key not in entry and not meant(entry, key, RuleEntry):
                    self.faults.append(self.doc.fault(path, f"`{key}` is missing"))

    def unread(self, made: PortfolioFile) -> bool:
        """Whether a condition could not be read because of a list or fragment, where the fault is told."""
        return any(entry.when is not None and i not in self.conditions for i, entry in enumerate(made.rules or ()))

    def positions(self, made: PortfolioFile) -> None:
        """Take in the positions that stand in the file itself."""
        if not isinstance(made.holdings, list):
            return
        path = ("holdings",)
        self.inline, faults = hold_inline(self.doc, path, made.holdings, self.asking)
        self.faults += faults
        for i, entry in enumerate(made.holdings):
            company = self.asking.resolve(entry.written, entry.exchange or "")
            if company is not None and (reason := self.asking.barred("company", company.id)):
                self.faults.append(self.doc.fault((*path, i), reason))

    def tests_of(self, made: PortfolioFile) -> None:
        reader = TestReader(self.doc, self.asking)
        for i, entry in enumerate(made.rules or ()):
            if entry.when is None and not entry.tests:
                continue  # a change to an inherited rule, which is tested where it stands whole
            path = ("rules", i)
            tests = reader.tests((*path, "tests"), entry.tests)
            for at, test in self.doc.items((*path, "tests")):
                for key in [key for key in ("status", "kind") if key in test]:
                    message = f"a {key} is an event type's, and this is the test of a rule"
                    hint = "test it in the event type's file; a rule asks for it beside `event_type`"
                    reader.faults.append(self.doc.fault((*at, key), message, hint, key=True))
            place = self.doc.place((*path, "id"))
            self.tests.append(RuleTests(place=place, portfolio=made.portfolio, rule=entry.id, tests=tests))
        self.faults += reader.faults

    # --- from file to part ------------------------------------------------------------------------------------

    def head(self, made: PortfolioFile) -> Part:
        """Make a part without rules and positions."""
        return Part(
            file=self.doc.file,
            id=made.portfolio,
            at=self.doc.mark(("portfolio",)),
            desk=made.desk,
            receivers=made.receivers,
            receivers_at=tuple(self.doc.mark(("receivers", i)) for i in range(len(made.receivers or ()))),
            rule_receivers=self.rule_receivers(made),
        )

    def part(self, made: PortfolioFile) -> Part:
        entries = list(enumerate(made.rules or ()))
        whole = [(i, entry) for i, entry in entries if entry.when is not None]
        live = [(i, entry) for i, entry in whole if entry.enabled]
        off = [(i, entry) for i, entry in whole if not entry.enabled]
        file = isinstance(made.holdings, HoldingsFile)
        return Part(
            file=self.doc.file,
            id=made.portfolio,
            at=self.doc.mark(("portfolio",)),
            desk=made.desk,
            enabled=made.enabled,
            extends=made.extends,
            extends_at=self.doc.mark(("extends",)),
            title=made.title,
            timezone=made.timezone,
            receivers=made.receivers,
            receivers_at=tuple(self.doc.mark(("receivers", i)) for i in range(len(made.receivers or ()))),
            rule_receivers=self.rule_receivers(made),
            formerly=made.formerly,
            formerly_at=self.doc.mark(("formerly",)),
            rules=tuple(self.rule(i, entry, made.owner) for i, entry in live),
            rules_at=tuple(self.doc.mark(("rules", i, "id")) for i, _ in live),
            off=tuple(entry.id for _, entry in off),
            off_at=tuple(self.doc.mark(("rules", i, "id")) for i, _ in off),
            overrides=tuple(self.override(i, entry) for i, entry in entries if entry.when is None),
            inline=self.inline,
            holdings=self.doc.node(("holdings",)) if file else None,
            answers=self.asking.answers,
        )

    def rule_receivers(self, made: PortfolioFile) -> tuple[tuple[str, At], ...]:
        """Give whom rules name, with the places."""
        return tuple(
            (name, self.doc.mark(("rules", i, "receivers", n)))
            for i, entry in enumerate(made.rules or ())
            for n, name in enumerate(entry.receivers or ())
        )

    def rule(self, number: int, entry: RuleEntry, owner: str) -> Rule:
        when, companies = self.conditions[number]
        written = self.asking.written_out(self.written(number))
        definition = define({**written, "companies": companies} if companies else written)
        assert entry.title is not None
        return Rule(
            id=entry.id,
            title=entry.title,
            severity=_stated(entry) or "medium",
            when=when.condition,
            state=when.state,
            hash=hash_of(definition),
            definition=definition,
            binds=entry.bind == "one" and is_about_company(when.condition),
            types=types_named(when.condition) | (when.state.types() if when.state is not None else frozenset()),
            names_form=names_form(when.condition) or (when.state is not None and when.state.names_form()),
            **{"owner": owner, **_settings(entry)},
        )

    def override(self, number: int, entry: RuleEntry) -> Override:
        return Override(
            id=entry.id,
            title=entry.title,
            severity=_stated(entry),
            enabled=entry.enabled,
            settings=_settings(entry),
            written=self.written(number),
            at=self.doc.mark(("rules", number, "id")),
        )

    def written(self, number: int) -> dict[str, Any]:
        entry = self.doc.value["rules"][number]
        return {key: value for key, value in entry.items() if key not in _UNWRITTEN}


def define(written: dict[str, Any]) -> bytes:
    """Write a rule's definition."""
    return msgspec.json.encode(written, order="deterministic")


def hash_of(definition: bytes) -> str:
    """Fingerprint a definition."""
    return mark(definition.decode())


def _stated(entry: RuleEntry) -> Severity | None:
    return None if entry.severity == "auto" else entry.severity


def _settings(entry: RuleEntry) -> dict[str, Any]:
    """Give what an entry says of a rule beside its condition, as fields of Rule; what it leaves out is left out."""
    given = entry.model_fields_set
    made: dict[str, Any] = {name: getattr(entry, name) for name in ("key", "note", "owner", "tags") if name in given}
    if entry.severity is not None:
        made["auto"] = entry.severity == "auto"
    if "status" in given:
        made["experimental"] = entry.status == "experimental"
    if entry.expect is not None:
        made["expect"] = Budget(at_most=budget(entry.expect)[0], per=budget(entry.expect)[1])
    for name in ("valid_from", "valid_until"):
        day = getattr(entry, name)
        if day is not None:
            made[name] = day.isoformat()
    if entry.receivers is not None:
        made["receivers"] = entry.receivers
    if entry.formerly:
        made["identity"] = entry.formerly[0]
    return made
