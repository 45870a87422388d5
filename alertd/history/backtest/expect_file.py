"""What a desk expects of its rules over the past: a file for its CI, beside the rules.

# backtest.yaml
expect:
  - {rule: ai-infrastructure/big-compute-lease, alerts: at_least 1, match: [ev_…]}
  - {portfolio: ai-infrastructure, alerts: at_most 20 per day}
  - {events: at_least 1000, budgets: kept}
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path as FilePath
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from alertd.base import suggest
from alertd.base.config import ConfigModel, UserId, as_list
from alertd.base.yaml import load_yaml
from alertd.base.yaml_document import Document, Path, Place
from alertd.base.yaml_validate import validate
from alertd.errors import ConfigError, Fault
from alertd.rules.book import RuleBook
from alertd.rules.schemas import described

MAX_ENTRIES = 1_000
MAX_EVENTS = 1_000
_NUMBER = re.compile(r"(at_least|at_most|exactly) ([0-9]{1,9})( per day)?")
_PATTERN = f"^{_NUMBER.pattern}$"

Subject = Literal["rule", "portfolio", "receiver", ""]
COUNTS: dict[Subject, tuple[str, ...]] = {
    "rule": ("alerts", "matches", "added", "lost", "changed"),
    "portfolio": ("alerts", "matches", "added", "lost", "changed"),
    "receiver": ("messages",),
    "": ("alerts", "matches", "events", "added", "lost", "changed"),
}
"""What an entry is about -> what can be counted of it."""
DIFFERENCES = ("added", "lost", "changed")
"""What there is only beside other rules (`--against`)."""


class Limit(NamedTuple):
    """How many are expected."""

    at_least: int
    at_most: int | None
    per_day: bool
    text: str
    """As written."""

    def holds(self, count: int) -> bool:
        """Tell whether so many are as expected."""
        return self.at_least <= count and (self.at_most is None or count <= self.at_most)


def limit(text: str) -> Limit:
    """Read `at_most 5 per day`. Raises ValueError."""
    found = _NUMBER.fullmatch(text)
    if found is None:
        raise ValueError("write at_least 2, at_most 2 or exactly 2, also with `per day` behind it")
    count = int(found[2])
    low, high = {"at_least": (count, None), "at_most": (0, count), "exactly": (count, count)}[found[1]]
    return Limit(low, high, found[3] is not None, text)


def _checked(text: str) -> str:
    limit(text)
    return text


Number = Annotated[str, AfterValidator(_checked), Field(json_schema_extra={"pattern": _PATTERN})]
_Named = Annotated[str, Field(min_length=1, max_length=2_000)]
Events = Annotated[
    tuple[_Named, ...],
    BeforeValidator(as_list, json_schema_input_type=str | tuple[str, ...]),
    Field(max_length=MAX_EVENTS),
]


class ExpectEntry(ConfigModel):
    """What is expected of a rule, a portfolio, a receiver, or of all together."""

    name: Annotated[str, Field(max_length=200)] = ""
    """What it shows."""
    rule: Annotated[str, Field(max_length=130)] | None = None
    """RULE, or PORTFOLIO/RULE where several portfolios have one of that id."""
    portfolio: UserId | None = None
    """All rules of this portfolio together."""
    receiver: UserId | None = None
    """What this receiver would get."""
    alerts: Number | None = None
    """Alerts that were raised or joined: at_least N, at_most N, exactly N; with `per day` on every day."""
    matches: Number | None = None
    """Events and their revisions for which a rule held."""
    messages: Number | None = None
    """Of a receiver: messages of every kind."""
    events: Number | None = None
    """Of the past itself, so that rules which tell of nothing do not pass over an empty archive."""
    match: Events = ()
    """Events for which the rule must hold: ids (ev_…) or addresses."""
    no_match: Events = ()
    """Events for which it must not hold."""
    nothing_else: bool = False
    """Beside those of `match` it must hold for no event."""
    added: Number | None = None
    """With --against: matches that the other rules do not have."""
    lost: Number | None = None
    """With --against: matches that only the other rules have."""
    changed: Number | None = None
    """With --against: matches with another severity, company, evidence, or other receivers."""
    budgets: Literal["kept"] | None = None
    """Each rule keeps the budget that its author wrote: `expect: at_most 5 per day`."""

    @property
    def subject(self) -> Subject:
        """What it is about; empty: all."""
        return "rule" if self.rule else "portfolio" if self.portfolio else "receiver" if self.receiver else ""

    @model_validator(mode="after")
    def _one_subject(self) -> ExpectEntry:
        if sum(one is not None for one in (self.rule, self.portfolio, self.receiver)) > 1:
            raise ValueError("it is about a rule, a portfolio or a receiver, not about several of them")
        asked = {key for key in self.model_fields_set if key not in ("name", "rule", "portfolio", "receiver")}
        allowed = set(COUNTS[self.subject])
        allowed |= {"match", "no_match", "nothing_else"} if self.rule else set()
        allowed |= {"budgets"} if self.subject == "" else set()
        about = self.subject or "all rules"
        if wrong := sorted(asked - allowed):
            raise ValueError(f"of {about} `{wrong[0]}` cannot be expected; it takes {', '.join(sorted(allowed))}")
        if not asked:
            raise ValueError(f"it expects nothing; of {about} it takes {', '.join(sorted(allowed))}")
        return self


class ExpectFile(ConfigModel):
    """Expectations over the past."""

    expect: Annotated[list[ExpectEntry], Field(min_length=1, max_length=MAX_ENTRIES)]
    """Each is a case of its own in reports."""


class Expectation(NamedTuple):
    """One entry with its place, and the rule that it names as (portfolio, rule)."""

    entry: ExpectEntry
    place: Place
    rule: tuple[str, str] | None = None


def read_expectations(
    file: FilePath, book: RuleBook, receivers: Sequence[str], *, against: bool, other: RuleBook | None = None
) -> list[Expectation]:
    """Read a file of expectations about the rules of a book. `against`: there are other rules to compare with.

    Raises ConfigError with every fault: the file's own, and names that the rules do not know.
    """
    try:
        text = file.read_bytes()
    except OSError as error:
        raise ConfigError.at(file, f"cannot be read: {error.strerror or error}") from error
    doc = load_yaml(text, str(file))
    made = validate(ExpectFile, doc)
    faults = [fault for i, entry in enumerate(made.expect) for fault in _faults(doc, ("expect", i), entry, against)]
    found: list[Expectation] = []
    for i, entry in enumerate(made.expect):
        named, fault = _named(doc, ("expect", i), entry, book, receivers, other)
        faults += [fault] if fault is not None else []
        found.append(Expectation(entry, doc.place(("expect", i)), named))
    if faults:
        raise ConfigError(faults)
    return found


def _faults(doc: Document, path: Path, entry: ExpectEntry, against: bool) -> Iterator[Fault]:
    for key in DIFFERENCES:
        if getattr(entry, key) is not None and not against:
            yield doc.fault((*path, key), f"`{key}` needs other rules to compare with", "give --against", key=True)
        elif getattr(entry, key) is not None and limit(getattr(entry, key)).per_day:
            yield doc.fault((*path, key), f"`{key}` is counted over the whole time", "leave `per day` out")
    if entry.matches is not None and limit(entry.matches).per_day:
        yield doc.fault((*path, "matches"), "`matches` is counted over the whole time", "leave `per day` out")
    both = sorted({*entry.match} & {*entry.no_match})
    if both:
        yield doc.fault((*path, "no_match"), f"`{both[0][:60]}` stands in `match`, too")
    if entry.nothing_else and not entry.match:
        yield doc.fault((*path, "nothing_else"), "beside what? `match` is empty", "or write matches: exactly 0")


def _named(
    doc: Document, path: Path, entry: ExpectEntry, book: RuleBook, receivers: Sequence[str], other: RuleBook | None
) -> tuple[tuple[str, str] | None, Fault | None]:
    """Give the rule that an entry names, or the fault of a name that is none."""
    if entry.rule is not None:
        found = [(p.id, r.id) for p, r in book.rules() if entry.rule in (r.id, f"{p.id}/{r.id}")]
        if not found and other is not None:
            found = [(p.id, r.id) for p, r in other.rules() if entry.rule in (r.id, f"{p.id}/{r.id}")]
        if len(found) == 1:
            return found[0], None
        if found:
            among = ", ".join(f"{p}/{r}" for p, r in found[:5])
            return None, doc.fault(
                (*path, "rule"), f"several portfolios have a rule `{entry.rule}`", f"one of: {among}"
            )
        whole = [f"{p.id}/{r.id}" for p, r in book.rules()]
        near = suggest.closest(entry.rule, whole) or suggest.closest(entry.rule, [r.id for _, r in book.rules()])
        return None, doc.fault(
            (*path, "rule"), f"there is no rule `{entry.rule[:60]}`", f"did you mean {near}?" if near else ""
        )
    if entry.portfolio is not None and book.portfolio(entry.portfolio) is None:
        hint = suggest.hint(entry.portfolio, [p.id for p in book.portfolios])
        return None, doc.fault((*path, "portfolio"), f"there is no portfolio `{entry.portfolio}`", hint)
    if entry.receiver is not None and entry.receiver not in receivers:
        hint = suggest.hint(entry.receiver, receivers)
        return None, doc.fault((*path, "receiver"), f"there is no receiver `{entry.receiver}`", hint)
    return None, None


def expect_schema() -> dict[str, Any]:
    """Describe the file, for editors."""
    return described(ExpectFile)
