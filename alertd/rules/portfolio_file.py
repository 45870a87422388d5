"""The file a user writes for a portfolio."""

from __future__ import annotations

import datetime
import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from alertd.base.config import ConfigModel, Timezone, UserId, as_list
from alertd.companies.holdings import HoldingsEntry
from alertd.rules.book import KeyOf
from alertd.rules.test_entries import TestEntry

MAX_RULES = 10_000

_ID = re.compile(rb"^portfolio *: *['\"]?([a-z0-9][a-z0-9-]*)", re.MULTILINE)
_BUDGET = re.compile(r"at_most ([0-9]{1,6}) per (hour|day|week)")
BUDGET_PATTERN = "^at_most [0-9]{1,6} per (hour|day|week)$"


def ids_in(content: bytes) -> list[str]:
    """Give the ids that the text of a portfolio's file seems to define, also where it is too broken to be read."""
    return [found.decode() for found in _ID.findall(content)]


def _check_budget(text: str) -> str:
    if not _BUDGET.fullmatch(text):
        raise ValueError("write at_most 5 per day (or per hour, per week)")
    return text


def budget(text: str) -> tuple[int, Literal["hour", "day", "week"]]:
    """Read what `expect` says: how many, in which time."""
    found = _BUDGET.fullmatch(text)
    assert found is not None
    return int(found[1]), found[2]  # type: ignore[return-value]


RuleSeverity = Literal["info", "low", "medium", "high", "critical", "auto"]
Title = Annotated[str, Field(min_length=1, max_length=200)]
Owner = Annotated[str, Field(max_length=200)]
Formerly = Annotated[
    tuple[UserId, ...],
    BeforeValidator(as_list, json_schema_input_type=UserId | tuple[UserId, ...]),
]
"""Ids that it had before, the oldest first."""


class RuleEntry(ConfigModel):
    """One rule. In a portfolio that extends another, what is left out of a rule of the same id is inherited."""

    id: UserId
    """Unique in its portfolio; stays the same when the rule changes."""
    title: Title | None = None
    """What a person reads first: what has happened when this rule holds."""
    severity: RuleSeverity | None = None
    """How loud: info, low, medium, high or critical; `auto`: by what the event weighs (docs/severity.md)."""
    when: Any = None
    """The condition; see docs/rules.md."""
    bind: Literal["one", "none"] = "one"
    """`one`: all company conditions hold for one and the same company; `none`: each for any."""
    key: KeyOf = "story"
    """What one alert is about: the story, the bound company, the parties, or the rule itself."""
    status: Literal["live", "experimental"] = "live"
    """`experimental` matches and is journalled, but tells nobody."""
    enabled: bool = True
    """`false`: checked, but not asked."""
    receivers: tuple[UserId, ...] | None = None
    """Whom it tells in place of the portfolio's receivers; each sees only what is routed to it."""
    owner: Owner = ""
    """Who answers for it; by default the portfolio's owner."""
    tags: Annotated[tuple[UserId, ...], Field(max_length=50)] = ()
    """For filtering and reports."""
    note: Literal["off", "facts", "model"] | None = None
    """The most that its alerts carry of what an event means; by default what each receiver wants."""
    expect: (
        Annotated[str, AfterValidator(_check_budget), Field(json_schema_extra={"pattern": BUDGET_PATTERN})] | None
    ) = None
    """How many alerts are expected, such as `at_most 5 per day`."""
    valid_from: datetime.date | None = None
    """The first day of events that it is asked about."""
    valid_until: datetime.date | None = None
    """The last day of events that it is asked about."""
    formerly: Formerly = ()
    """Ids that it had before, the oldest first; its state goes on."""
    tests: list[TestEntry] = Field(default_factory=list)
    """Events for which it should hold, or should not; `alertd test` runs them."""


class PortfolioFile(ConfigModel):
    """A portfolio and the rules that watch it."""

    portfolio: UserId
    """Unique among all files."""
    title: Title | None = None
    """What a person calls it."""
    extends: UserId | None = None
    """The portfolio whose settings and rules this one takes over, where it does not say otherwise."""
    timezone: Timezone | None = None
    """Clocks in messages are shown in this zone; UTC if none is given."""
    receivers: tuple[UserId, ...] | None = None
    """Ids of receivers in alertd.yaml. An empty list raises alerts without telling anybody."""
    desk: UserId | None = None
    """Whose it is: its receivers, lists and sources must be of the same desk."""
    owner: Owner = ""
    """Who answers for its rules."""
    enabled: bool = True
    """`false`: checked, but not watched; others may extend it."""
    formerly: Formerly = ()
    """Ids that it had before, the oldest first; its alerts go on."""
    holdings: HoldingsEntry | None = None
    """What it holds: positions, or the file that they come in."""
    rules: Annotated[list[RuleEntry], Field(max_length=MAX_RULES)] | None = None
    """What it is told about."""
