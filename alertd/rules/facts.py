"""The `facts` leaf: what the fields of a form say, one typed table of them for all forms.

    {form: "4"} with {facts: {code: S, value: ">= 1M USD", plan_10b5_1: false}}

A form that says several things of one kind (the transactions of a Form 4, the holders of a Schedule 13D) has them as
a list of rows beside what it says once; all facts that a rule asks for must then be right for one row.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Literal

from alertd.model import Evidence, Struct
from alertd.rules.leaves import listed
from alertd.rules.limits import Limit
from alertd.rules.logic import Clause, Leaf, Reading, Result, Scope, Truth
from alertd.rules.money import MoneyLimit
from alertd.text.quote import MAX_QUOTE
from alertd.text.scan import Term, TermScanner

Kind = Literal["percent", "number", "money", "flag", "code", "words"]

CODES = {
    "P": "bought in the market", "S": "sold in the market", "A": "granted", "D": "returned to the issuer",
    "F": "withheld for tax", "I": "discretionary", "M": "exercised or converted", "C": "converted",
    "E": "short expired", "H": "long expired", "O": "exercised out of the money", "X": "exercised in the money",
    "G": "gift", "L": "small acquisition", "W": "by will", "Z": "voting trust", "J": "other", "K": "equity swap",
    "U": "tendered", "V": "reported early",
}  # fmt: skip
"""Transaction codes of Forms 4 and 5 (https://www.sec.gov/edgar/searchedgar/ownershipformcodes.html)."""
INSIDERS = ("director", "officer", "ten_percent_owner", "other")

_D, _I = ("SCHEDULE 13D", "SCHEDULE 13G"), ("3", "4", "5")


class Fact(Struct, frozen=True):
    """One fact: on which forms, of which type, and what it says."""

    forms: tuple[str, ...]
    kind: Kind
    summary: str
    choices: tuple[str, ...] = ()


FACTS: dict[str, Fact] = {
    "percent": Fact(_D, "percent", "share of the class held"),
    "change": Fact(_D, "percent", "difference to the share in the filing before, in percentage points"),
    "shares": Fact((*_D, *_I, "144"), "number", "shares held (13D, 13G) or traded (4, 5, 144)"),
    "amendment": Fact((*_D, *_I), "flag", "it amends an earlier filing"),
    "purpose": Fact(_D, "words", "words in the purpose of the transaction (Item 4)"),
    "subject": Fact(_D, "words", "words in the name of the company whose shares they are"),
    "filer": Fact(_D, "words", "words in the name of the holder"),
    "issuer": Fact((*_I, "144"), "words", "words in the name of the company"),
    "insider": Fact((*_I, "144"), "words", "words in the name of the insider"),
    "insider_is": Fact(_I, "code", "what the insider is to the company", INSIDERS),
    "officer_title": Fact(_I, "words", "words in the officer's title"),
    "code": Fact(("4", "5"), "code", "the transaction code", tuple(CODES)),
    "price": Fact(("4", "5", "144"), "number", "price of a share in USD"),
    "value": Fact(("4", "5", "144"), "money", "shares times price"),
    "plan_10b5_1": Fact(("4", "5", "144"), "flag", "traded under a Rule 10b5-1 plan"),
    "acquired": Fact(("4", "5"), "flag", "acquired, not disposed of"),
    "derivative": Fact(("3", "4", "5"), "flag", "an option or another derivative"),
    "direct": Fact(("3", "4", "5"), "flag", "held directly, not through another"),
    "shares_after": Fact(("4", "5"), "number", "shares held afterwards"),
}
"""The facts that rules may ask for. A fact that an event does not state, or states as another type, is unknown."""

ROWS = ("transactions", "holders", "holdings")
"""Facts that are lists of rows. What is held beside transactions (`holdings` of a Form 4) is no row of it."""
MAX_ROWS = 1_000
_MAX_TEXT = 65_536


class Asked(Struct, frozen=True):
    """One fact with what it should be: one of the fields is set, by the fact's kind."""

    name: str
    limit: Limit | None = None
    money: MoneyLimit | None = None
    flag: bool | None = None
    any_of: tuple[str, ...] = ()
    terms: frozenset[Term] = frozenset()

    def __str__(self) -> str:
        if self.flag is not None:
            return f"{self.name} {'true' if self.flag else 'false'}"
        return f"{self.name} {self.limit or self.money or listed(self.any_of)}"

    def of(self, facts: Mapping[str, Any]) -> Truth:
        """Answer for one row; what is not there or of another type is unknown."""
        value = facts.get(self.name)
        if self.flag is not None:
            return value is self.flag if isinstance(value, bool) else None
        if self.limit is not None or self.money is not None:
            number = _number(value)
            if number is None:
                return None
            return self.limit.holds(number) if self.limit else bool(self.money and self.money.within(number, number))
        said = [v for v in value if isinstance(v, str)] if isinstance(value, list) else value
        texts = [said] if isinstance(said, str) else said
        if not texts or not isinstance(texts, list):
            return None
        return any(self._says(text) for text in texts[:MAX_ROWS])

    def _says(self, text: str) -> bool:
        if not self.terms:
            return text.strip().casefold() in _folded(self.any_of)
        return bool(_scanner(self.terms).scan(text[:_MAX_TEXT], "").title)


def _number(value: Any) -> float | None:
    """Give a number, also one that stands as text; None for anything else."""
    if isinstance(value, str):
        try:
            value = float(value[:40])
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None


@lru_cache(maxsize=1024)
def _folded(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(word.casefold() for word in words)


@lru_cache(maxsize=256)
def _scanner(terms: frozenset[Term]) -> TermScanner:
    return TermScanner(terms)


def rows_of(facts: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Give what a form says, for each of its rows together with what it says once; without rows, that alone."""
    found = False
    for name in ROWS:
        rows = facts.get(name)
        if name == "holdings" and found:
            break
        for row in rows[:MAX_ROWS] if isinstance(rows, list) else ():
            if isinstance(row, dict):
                found = True
                yield {**facts, **row}
    if not found:
        yield facts


def stated(facts: Mapping[str, Any]) -> frozenset[str]:
    """Name the facts that are stated at all, in a row or once."""
    if not facts:
        return frozenset()
    return frozenset(name for row in rows_of(facts) for name in row if name in FACTS)


class Facts(Leaf, frozen=True, gc=False, tag="facts"):
    """The facts of a form are so, all of them in one of its rows."""

    asked: tuple[Asked, ...]

    def label(self) -> str:
        """Say the condition in one line."""
        return f"facts: {', '.join(map(str, self.asked))}"

    def clauses(self) -> tuple[Clause, ...]:
        """Requires every fact that it asks for."""
        return tuple(frozenset((f"fact:{fact.name}",)) for fact in self.asked)

    def truth(self, reading: Reading, scope: Scope) -> Truth:
        """Ask every row until all is right in one."""
        facts = reading.event.facts
        if not facts:
            return self._without(reading)
        truth: Truth = False
        for row in rows_of(facts):
            answer = self._of(row)
            if answer:
                return True
            if answer is None:
                truth = None
        return truth

    def result(self, reading: Reading, scope: Scope) -> Result:
        """Show the facts of the row that is right, or of the first."""
        facts = reading.event.facts
        if not facts:
            truth = self._without(reading)
            return Result(
                truth, (), "the filing states no facts" if truth is None else "not a filing, and without facts"
            )
        truth = self.truth(reading, scope)
        rows = list(rows_of(facts))
        row = next((row for row in rows if self._of(row) is truth), rows[0])
        said = [
            f"{fact.name} {wrong_kind(fact.name, row.get(fact.name)) or _said(row.get(fact.name))}"
            for fact in self.asked
        ]
        seen = ", ".join(said) + (f" (of {len(rows)} rows)" if len(rows) > 1 else "")
        if not truth:
            return Result(truth, (), seen[:MAX_QUOTE])
        return Result(
            True, tuple(Evidence(field="facts", start=0, end=0, quote=words) for words in said), seen[:MAX_QUOTE]
        )

    def _of(self, row: Mapping[str, Any]) -> Truth:
        truth: Truth = True
        for fact in self.asked:
            answer = fact.of(row)
            if answer is False:
                return False
            if answer is None:
                truth = None
        return truth

    def _without(self, reading: Reading) -> Truth:
        return None if reading.event.kind == "filing" or reading.event.form else False


_WANTED: Mapping[Kind, str] = {"flag": "true or false", "code": "a text", "words": "a text"}


def wrong_kind(name: str, value: Any) -> str:
    """Say that a fact is stated as something else than its type, by which it is unknown; empty if it is not."""
    fact = FACTS.get(name)
    if fact is None or value is None:
        return ""
    if fact.kind == "flag":
        good = isinstance(value, bool)
    elif fact.kind in ("code", "words"):
        good = isinstance(value, str) or (isinstance(value, list) and any(isinstance(v, str) for v in value))
    else:
        good = _number(value) is not None
    if good:
        return ""
    wanted = _WANTED.get(fact.kind, "a number")
    if isinstance(value, str):
        return f"is the text “{value[:40]}”, not {wanted}"
    if isinstance(value, bool):
        return f"is {'true' if value else 'false'}, not {wanted}"
    what = "a number" if isinstance(value, (int, float)) else "something else"
    return f"is {what}, not {wanted}"


def _said(value: Any) -> str:
    if value is None:
        return "not stated"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(_said(part)[:40] for part in value[:3] if not isinstance(part, list))
    if isinstance(value, int):  # Python refuses to write an integer of thousands of digits
        return f"{value:g}" if value.bit_length() < 1_000 else "a huge number"
    return str(value)[:60] if isinstance(value, (str, float)) else "of another type"
