"""How the sets of money, durations and terms write down what a text should give, and how that is compared."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from alertd.base.yaml import load_yaml
from alertd.companies.mentions import Mention
from alertd.enrich.draft import FIELDS, Draft
from alertd.model import Amount, DealTerm, Duration, Event
from alertd.text.fold import Tokens
from bench.quality.measured import SETS

AT = "2026-03-02T14:30:00.000Z"
_NUMBER = r"\d+(?:\.\d+)?(?:e\d+)?"
_AMOUNT = re.compile(
    rf"(?:(over|up_to|about)\s)?({_NUMBER})(?:\.\.({_NUMBER}))?\s([A-Z]{{3}})(?:\sper\s([a-zA-Z ]+?))?"
    r"(?:,\s(?!derived|earlier)(\w+))?(?:\sof\s(\w+))?(,\sderived)?(,\searlier)?"
)
_DURATION = re.compile(
    rf"(?:until\s([\d-]+)|(?:(at_least|up_to)\s)?({_NUMBER})(?:\.\.({_NUMBER}))?\s(day|week|month|year)s?)(?:,\s([\w-]+))?"
)
_TERM = re.compile(r"(\w+)(?:\sof\s(\w+))?")
_NOBODY = "nobody"
_CLOSE = 1e-9


class Case(NamedTuple):
    """A text, and what it states as the set writes it down."""

    title: str
    body: str
    stated: tuple[str, ...]
    at: str = AT
    """When the text was written."""

    @property
    def text(self) -> str:
        """Both, for a line of output."""
        return f"{self.title} | {self.body}" if self.body else self.title


class Set(NamedTuple):
    """The cases of one file."""

    cases: tuple[Case, ...]
    companies: Mapping[str, Sequence[str]]

    def draft(self, case: Case) -> Draft:
        """Make the event of a case, with its companies marked where their names stand."""
        event = Event(title=case.title, body=case.body, event_at=case.at, language="en")
        words = {"title": Tokens(event.title), "body": Tokens(event.body)}
        return Draft(event, {"title": words["title"], "body": words["body"]}, tuple(self._mentions(event)))

    def _mentions(self, event: Event) -> Iterator[Mention]:
        names = {name: company for company, names in self.companies.items() for name in names}
        longest = sorted(map(re.escape, names), key=len, reverse=True)
        pattern = re.compile(rf"\b(?:{'|'.join(longest)})\b")
        for field in FIELDS:
            for found in pattern.finditer(event.title if field == "title" else event.body):
                yield Mention(company=names[found[0]], field=field, start=found.start(), end=found.end(), way="name")


def read_set(name: str) -> Set:
    """Read a set of cases from `sets/<name>.yaml`."""
    document: Any = load_yaml((SETS / f"{name}.yaml").read_text("utf-8"), f"{name}.yaml").value
    cases = [
        Case(str(one["text"]), str(one.get("body", "")), tuple(map(str, one["is"])), str(one.get("at", AT)))
        for one in document["cases"]
    ]
    return Set(tuple(cases), document["companies"])


def objections(stated: Sequence[str], found: Sequence[Any], says: Callable[[str, Any], bool]) -> bool:
    """Whether what was found differs from what is stated."""
    return len(stated) != len(found) or not all(map(says, stated, found))


def is_amount(stated: str, found: Amount) -> bool:
    """Whether an amount is the one that is written down."""
    said = _AMOUNT.fullmatch(stated)
    if said is None:
        raise ValueError(f"not an amount: {stated}")
    bound, low, high, currency, per, role, of, derived, earlier = said.groups()
    return (
        _near(found.low, float(low))
        and _near(found.high, float(high or low))
        and (found.currency, found.per, found.bound) == (currency, per, bound)
        and (found.derived, found.earlier) == (bool(derived), bool(earlier))
        and role in (None, found.role)
        and _is_of(of, found.of)
    )


def is_duration(stated: str, found: Duration) -> bool:
    """Whether a duration is the one that is written down."""
    said = _DURATION.fullmatch(stated)
    if said is None:
        raise ValueError(f"not a duration: {stated}")
    until, bound, low, high, unit, of = said.groups()
    if of is not None and (None if of == "nothing" else of) != found.of:
        return False
    if until:
        return found.until == until and found.low is None and found.high is None
    ends = (None if bound == "up_to" else float(low), None if bound == "at_least" else float(high or low))
    return (found.low, found.high, found.unit, found.until) == (*ends, unit, None)


def is_term(stated: str, found: DealTerm) -> bool:
    """Whether a term is the one that is written down."""
    said = _TERM.fullmatch(stated)
    if said is None:
        raise ValueError(f"not a term: {stated}")
    return found.type == said[1] and _is_of(said[2], found.held_by)


def _is_of(stated: str | None, found: str | None) -> bool:
    return stated is None or (None if stated == _NOBODY else stated) == found


def _near(one: float, other: float) -> bool:
    return abs(one - other) <= _CLOSE * max(abs(one), abs(other))
