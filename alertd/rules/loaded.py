"""What loading a rules directory gives, and what it may know of the settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from alertd.base.yaml_document import Place
from alertd.companies.model import Holdings
from alertd.companies.report import Accepted, Trouble
from alertd.companies.table import CompanyTable
from alertd.errors import Fault
from alertd.model import Event, Severity, Struct
from alertd.rules.book import RuleBook
from alertd.rules.known_rules import Defined


@dataclass(frozen=True, slots=True)
class KnownSettings:
    """What alertd.yaml defines that rules may name; None where it is not known and so is not checked."""

    receivers: Mapping[str, str | None] | None = None
    """Id -> desk."""
    sources: Mapping[str, str | None] | None = None
    """Id -> desk."""


class Given(Struct, frozen=True):
    """One event of a rule's test."""

    event: Event
    at_ms: int = 0
    """When it comes, counted from the start of the test."""


class RuleTest(Struct, frozen=True, kw_only=True):
    """One entry of a rule's `tests`: for how many of the given events the rule should hold."""

    name: str = ""
    place: Place
    given: tuple[Given, ...]
    at_least: int = 0
    at_most: int | None = None
    expect: str
    """As written."""
    holdings: Holdings | None = None
    """Held instead of what the portfolio holds."""
    company: str | None = None
    """Id of the company that the rule must be bound to."""
    severity: Severity | None = None
    """That the match must have."""
    status: str | None = None
    """Of an event type: with which status it must be found."""
    kind: str | None = None
    """Of an event type: of which kind it must be."""


class RuleTests(Struct, frozen=True, kw_only=True):
    """The tests of one rule, or of one event type; also of one that has none."""

    place: Place
    """Of the rule's `id`, or of `event_type`."""
    portfolio: str | None = None
    event_type: str | None = None
    """Instead of a portfolio."""
    rule: str
    """Its id; of an event type the event type's."""
    tests: tuple[RuleTest, ...] = ()


@dataclass(frozen=True)
class Loaded:
    """A rules directory that is right."""

    book: RuleBook
    table: CompanyTable
    """The companies that are known, with those that the rules declare."""
    warnings: list[Fault] = field(default_factory=list)
    trouble: tuple[Trouble, ...] = ()
    """What of the warnings the operator must be told: positions that were refused, or are stale."""
    places: Mapping[tuple[str, str], Place] = field(default_factory=dict)
    """(portfolio, rule) -> where its id is written; (portfolio, "") for its own; ("", event type) for event types."""
    tests: list[RuleTests] = field(default_factory=list)
    """Only where they are asked for; then of every rule and event type."""
    resting: list[RuleTests] = field(default_factory=list)
    """Those of rules that are not enabled, or that stand in a portfolio that is not."""
    defined: Mapping[tuple[str, str], Place] = field(default_factory=dict)
    """("list", "fragment", "event type" or "company", its name) -> where it is defined; ("relation", both ids)."""
    named: frozenset[tuple[str, str]] = frozenset()
    """Which of these a portfolio or another of them names; only where tests are asked for."""
    accepted: Mapping[str, Accepted] = field(default_factory=dict)
    """Portfolio -> positions to be remembered once the book is in force (`holdings_memory.save_memory`)."""
    watched: frozenset[Path] = frozenset()
    """Files outside the directory that were read: positions, security masters."""
    names: Defined | None = None
    """What conditions may name, for those that stand beside the rules."""
    files: int = 0
    digests: Mapping[str, str] = field(default_factory=dict)
    """Each file of the directory -> the fingerprint of what was loaded (`files.fingerprint`)."""
    cached: int = 0
    """Files that did not have to be compiled."""


@dataclass(frozen=True, slots=True)
class Where:
    """The files and folders that loading works with."""

    directory: Path
    cache: Path | None = None
    """The compiled rules of the last time; written anew where they changed."""
    memory: Path | None = None
    """The folder of what was last accepted of each positions file."""
    registrants: Path | None = None
    """The table that `alertd companies update` wrote, if it is there."""
