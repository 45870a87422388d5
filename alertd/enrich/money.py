"""The amounts of money that an event states: how much, for what period, in which role, whose. One step.

    quantities -> amounts (ranges, bounds, what was before) -> role -> whose -> per year, where a term is stated

An amount that is stated again, in the title and in the body, is one amount with both places. `docs/money.md` is the
contract for readers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from msgspec.structs import replace

from alertd.companies.mentions import Mention
from alertd.enrich.draft import FIELDS, Draft, Field
from alertd.enrich.money_amounts import Written, written
from alertd.enrich.money_numbers import quantities
from alertd.enrich.money_owner import owner
from alertd.enrich.money_roles import role_of
from alertd.enrich.money_tables import Tables
from alertd.enrich.money_yearly import yearly
from alertd.model import Amount, Event

MOST = 50
"""Amounts of one event."""
_READ = 400
"""Amounts of one field that are looked at; what is the same becomes one."""
_PLACES = 6
"""Places of one amount that are kept as evidence."""
_DATELINE = 300
"""Characters of a body that say where the report is from."""
_NOT_YEARLY = frozenset(("debt", "price_target", "per_share", "valuation"))
_SAME_THING = frozenset(("deal_value", "valuation", "revenue", "per_share", "cost"))
"""Roles between which accounts of one deal differ: a lease is worth what its lessor earns."""


_WHOLE = frozenset(("deal_value", "valuation"))
_LEAST_WHOLE = 1_000
"""Nobody buys or values a company for less, but for the symbolic 1: it is the price of a share."""
_SHARES = re.compile(
    r"\b(?:shares?|(?:share|stock)holders?|stock|tender|takeover|bid|bids|merger|buyout|acquires?|acquired|series\s[a-z])\b",
    re.I,
)
_CORRECTED = re.compile(
    r"\b(?:earlier|previous|original)\sversion\b|\b(?:incorrectly|originally)\s(?:said|stated|reported|gave)\b", re.I
)

_CORRECTING = frozenset(("version", "incorrectly", "originally"))


def add_money(draft: Draft) -> None:
    """Find the amounts, unless the event brought some with it."""
    if draft.event.amounts:
        return
    found: list[Amount] = []
    for name in FIELDS:
        for amount in _in_field(draft, name):
            _add(found, amount)
    if found:
        draft.event = replace(draft.event, amounts=found[:MOST])
        draft.found_amounts = True


def _in_field(draft: Draft, name: Field) -> Iterator[Amount]:
    text = draft.text(name)
    numbers = quantities(text, draft.lowered[name], draft.vocabulary[name])
    if numbers and numbers[-1].end == len(text) and name == "body" and len(draft.event.body) > len(text):
        numbers.pop()  # it may be cut off: $4 of $47.50
    if not any(one.monetary or one.careful for one in numbers):
        return
    read, tables = _Field(draft, name, text), Tables(text, draft.lowered[name])
    elsewhere = draft.event.title if name == "body" else ""
    beside = elsewhere or draft.text("body")[:_DATELINE]
    found = written(text, numbers, draft.sentences[name], elsewhere, _year(draft.event), beside)
    for one in islice(found, _READ):
        power = tables.power(one.start, one.figure_end) if tables and not one.said else 0
        yield from read.amounts(one.times(10**power) if power else one)


def _year(event: Event) -> int | None:
    """Give the year in which an item was written, if it says so."""
    at = event.event_at or event.published_at or ""
    return int(at[:4]) if at[:4].isdecimal() else None


class _Field:
    """The amounts of the title or the body, one after another: each may continue the one before it."""

    def __init__(self, draft: Draft, name: Field, text: str) -> None:
        self._draft, self._name, self._text = draft, name, text
        self._only = _only(draft.mentions)
        self._corrects = not _CORRECTING.isdisjoint(draft.vocabulary[name])
        self._last: Written | None = None
        self._role: str | None = None
        self._of: str | None = None
        self._per: str | None = None

    def amounts(self, one: Written) -> Iterator[Amount]:
        """Give the amount with its role and whose it is, and what it comes to in a year."""
        if self._corrects and not one.earlier and _CORRECTED.search(self._text, *one.sentence):
            one = one._replace(earlier=True)
        role, of, per = self._meaning(one)
        amount = self._amount(one, *((None, None) if one.change else (role, of)), per)
        yield amount
        if per is None and not one.earlier and role not in _NOT_YEARLY:
            per_year = yearly(self._text, one, self._draft.lengths[self._name])
            if per_year is not None:
                spans = [self._draft.evidence(self._name, per_year.start, per_year.end)]
                yield replace(amount, low=per_year.low, high=per_year.high, per="year", derived=True, evidence=spans)
        self._last, self._role, self._of, self._per = one, role, of, per

    def _meaning(self, one: Written) -> tuple[str | None, str | None, str | None]:
        """Give role, owner and period."""
        if one.again:
            return self._role, self._of, self._per
        place, sentence = one.place, one.sentence
        role = role_of(place.words, self._text, one.figure_end, sentence.end, per=one.per, scaled=one.scaled).role
        named = self._draft.mentions_in(self._name, *sentence)
        since = self._last.end if self._last is not None and place.follows else sentence.start
        per = one.per
        if role is None and place.follows and (one.earlier or place.continues()):
            if one.scaled and per is None and self._per == "share":  # $1.30 per share, compared with $19.3 billion
                return None, None, None
            role, per = self._role, per or self._per
            if not any(since <= m.start < one.start for m in named):
                return role, self._of, per
        if role in _WHOLE and per is None and _is_price(one):
            shares = _SHARES.search(self._text, *sentence) is not None
            role, per = ("per_share", "share") if shares else (None, None)
        if role is None and per == "share":
            role = "per_share"
        if one.negative and role == "profit":
            role = "loss"
        return role, owner(self._text, one.start, one.end, sentence, role, named, self._only, since), per

    def _amount(self, one: Written, role: str | None, of: str | None, per: str | None) -> Amount:
        return Amount(
            low=one.low, high=one.high, bound=one.bound, currency=one.currency, per=per, role=role, of=of,
            earlier=one.earlier, evidence=[self._draft.evidence(self._name, one.start, one.end)],
        )  # fmt: skip


def _is_price(one: Written) -> bool:
    return not one.scaled and 1 < one.high < _LEAST_WHOLE


def _only(mentions: Sequence[Mention]) -> str | None:
    """Give the one company that an item names, if it names just one."""
    companies = {mention.company for mention in mentions}
    return companies.pop() if len(companies) == 1 else None


def _add(found: list[Amount], amount: Amount) -> None:
    """Add an amount, or its place to the same one."""
    for i, other in enumerate(found):
        if _same(other, amount):
            found[i] = replace(
                other,
                per=other.per or amount.per,
                role=other.role or amount.role,
                of=other.of or amount.of,
                bound=other.bound if other.bound == amount.bound else None,
                evidence=[*other.evidence, *amount.evidence][:_PLACES],
            )
            return
    if len(found) < MOST:
        found.append(amount)


def _same(one: Amount, other: Amount) -> bool:
    if (one.low, one.high, one.currency, one.derived) != (other.low, other.high, other.currency, other.derived):
        return False
    if one.earlier != other.earlier or not _fit(one.per, other.per) or not _fit(one.of, other.of):
        return False
    return _fit(one.role, other.role) or {one.role, other.role} <= _SAME_THING


def _fit(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other
