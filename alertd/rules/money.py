"""The `amount` leaf: a stated amount of money within a limit, and how such limits are written.

>= 500M USD per year     the low end of what is stated, in a year
<= 2B EUR                the high end of what is stated, whatever the period
1B..5B USD               both: the whole of the stated range lies between
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from alertd.base import suggest
from alertd.model import Amount, Ground, Struct
from alertd.rules.grounds import short, sign_of
from alertd.rules.leaves import PER_LEAF, absent, listed, missing, proof
from alertd.rules.limits import SIGNS, Limit
from alertd.rules.logic import Clause, Leaf, Reading, Result, Scope, Truth
from alertd.rules.world import Rates
from alertd.text.written import CACHED, amount_text

_CODES = """
    CUR REN CIE AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD
    CDF CHF CLP CNH CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD
    HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD
    MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG
    QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD
    TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
"""
CURRENCIES = frozenset(_CODES.split())
"""ISO 4217, and CNH for the renminbi outside China."""

AMOUNT_ROLES = (
    "revenue", "profit", "loss", "cost", "charge", "deal_value", "valuation", "investment", "funding", "debt",
    "dividend", "buyback", "penalty", "settlement", "price_target", "per_share", "guidance",
)  # fmt: skip
"""What an amount of money can be in what happened."""

YEARLY = {"year": 1, "quarter": 4, "month": 12, "week": 52, "day": 365}
"""How often each period comes in a year, by which a rate is compared with one of another period."""

_UNITS = {
    "": 1.0, "k": 1e3, "thousand": 1e3, "m": 1e6, "mn": 1e6, "million": 1e6, "b": 1e9, "bn": 1e9, "billion": 1e9,
    "t": 1e12, "tn": 1e12, "trillion": 1e12,
}  # fmt: skip
_NUMBER = r"(\d{1,3}(?:,\d{3}){1,5}(?:\.\d{1,6})?|\d{1,18}(?:\.\d{1,6})?)\s*([a-z]*)"
_PERIOD = r"(?:(?:\s+(?:per|a|an)\s+|\s*/\s*)([a-z]+))?"
_ONE = re.compile(rf"(>=|<=|≥|≤|>|<)\s*{_NUMBER}\s+([a-z]+){_PERIOD}", re.IGNORECASE)
_BETWEEN = re.compile(rf"{_NUMBER}\s*\.\.\s*{_NUMBER}\s+([a-z]+){_PERIOD}", re.IGNORECASE)
_SUCH = 'such as ">= 1B USD" or ">= 500M USD per year"'

AMOUNT_SCHEMA_PATTERN = (
    r"^\s*(>=|<=|≥|≤|>|<|[0-9][0-9.,]*\s*[A-Za-z]*\s*\.\.)\s*[0-9][0-9.,]*\s*[A-Za-z]*\s+[A-Za-z]+"
)
"""What a limit on money looks like, in a JSON Schema."""


class MoneyLimit(Struct, frozen=True):
    """One or two comparisons, in a currency, of a total or of what comes in a period."""

    limits: tuple[Limit, ...]
    currency: str
    per: str | None = None

    def within(self, low: float, high: float) -> bool:
        """Whether a range of money is: its low end against `>=`, its high end against `<=`."""
        return all(limit.holds(low if limit.op in (">=", ">") else high) for limit in self.limits)

    def __str__(self) -> str:
        period = f" per {self.per}" if self.per else ""
        if len(self.limits) == 2:
            return f"{scaled(self.limits[0].value)}..{scaled(self.limits[1].value)} {self.currency}{period}"
        return f"{self.limits[0].op} {scaled(self.limits[0].value)} {self.currency}{period}"


@lru_cache(CACHED)
def scaled(value: float) -> str:
    """Write a number as rules do: `2.5B`, `500M`, `90`."""
    for size, unit in ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:.4g}{unit}"
    return f"{value:.6g}"


def parse_money(text: object) -> MoneyLimit:
    """Read `>= 500M USD per year` or `1B..5B USD`. Raises ValueError in words."""
    if not isinstance(text, str):
        raise ValueError(f"money is compared with its currency, {_SUCH}")
    said = text.strip()[:100]
    if any(sign in said for sign in "$€£¥₹"):
        raise ValueError(f"write the code of the currency behind the number, {_SUCH}")
    if one := _ONE.fullmatch(said):
        sign, number, unit, currency, per = one.groups()
        limits: tuple[Limit, ...] = (Limit(SIGNS[sign], _value(number, unit)),)
    elif between := _BETWEEN.fullmatch(said):
        number, unit, most, most_unit, currency, per = between.groups()
        # In `1..5B USD` the unit stands for both.
        limits = (Limit(">=", _value(number, unit or most_unit)), Limit("<=", _value(most, most_unit)))
        if limits[0].value > limits[1].value:
            raise ValueError("the range begins above its end")
    else:
        raise ValueError(_objection(said))
    return MoneyLimit(limits, _currency(currency), _per(per))


def _objection(said: str) -> str:
    if not re.match(r"[<>≥≤]|.*\.\.", said):
        return f"money is compared, {_SUCH}"
    if re.fullmatch(r"[<>=≥≤]+\s*[\d.,]+\s*[A-Za-z]{0,8}(\s+per\b.*)?", said):
        return f"the currency is missing, {_SUCH}"
    return f"not a comparison of money, {_SUCH}"


def _value(number: str, unit: str) -> float:
    factor = _UNITS.get(unit.lower())
    if factor is None:
        near = suggest.closest(unit, _UNITS)
        raise ValueError(
            f"unknown magnitude `{unit[:20]}`; " + (f"did you mean `{near}`?" if near else "use k, M, B, T")
        )
    return float(number.replace(",", "")) * factor


def _currency(text: str) -> str:
    code = text.upper()
    if code in CURRENCIES:
        return code
    if text.lower() in _UNITS:
        raise ValueError(f"the currency is missing, {_SUCH}")
    turned = [known for known in sorted(CURRENCIES) if sorted(known) == sorted(code)]
    near = turned[0] if turned else suggest.closest(code, CURRENCIES)
    raise ValueError(f"unknown currency `{text[:20]}`" + (f"; did you mean `{near}`?" if near else " (ISO 4217)"))


def _per(text: str | None) -> str | None:
    if text is None:
        return None
    per = text.lower()
    if per not in YEARLY and per != "share":
        near = suggest.closest(per, (*YEARLY, "share"))
        known = ", ".join((*YEARLY, "share"))
        raise ValueError(f"unknown period `{text[:20]}`; " + (f"did you mean `{near}`?" if near else f"use {known}"))
    return per


class _Worth(NamedTuple):
    """What a stated amount is in the currency and period of a limit."""

    low: float
    high: float
    note: str


class Money(Leaf, frozen=True, gc=False, tag="amount"):
    """The event states an amount of money within a limit, in one of these roles if any are named.

    Unknown where a stated amount could decide but is in a currency without a rate.
    """

    limit: MoneyLimit
    roles: tuple[str, ...] = ()

    def label(self) -> str:
        """Say the condition in one line."""
        return f"amount: {self.limit}" + (f", role: {listed(self.roles)}" if self.roles else "")

    def clauses(self) -> tuple[Clause, ...]:
        """Requires an amount."""
        return (frozenset(("has:amount",)),)

    def truth(self, reading: Reading, scope: Scope) -> Truth:
        """Compare the amounts until one is within the limit."""
        truth = absent(reading)
        for amount in self._asked(reading):
            worth = self._worth(amount, scope.world.rates)
            if worth is None:
                truth = None
            elif self.limit.within(worth.low, worth.high):
                return True
        return truth

    def result(self, reading: Reading, scope: Scope) -> Result:
        """Compare the amounts, show those within the limit, or say what is stated instead."""
        rates = scope.world.rates
        asked = [(amount, self._worth(amount, rates)) for amount in self._asked(reading)]
        held = [(a, w) for a, w in asked if w is not None and self.limit.within(w.low, w.high)][:PER_LEAF]
        if held:
            said = [_said(amount) + worth.note for amount, worth in held]
            spans = [
                e for (a, _), s in zip(held, said, strict=True) for e in proof(reading, a.evidence, "amounts", s)
            ]
            why = Ground("amount", self._met(*held[0]))  # one that meets the limit is what decides
            return Result(True, tuple(spans[:PER_LEAF]), "; ".join(said), grounds=(why,))
        for amount, worth in asked:
            if worth is None:
                return Result(
                    None, (), f"{_said(amount)}: no rate to {self.limit.currency} in rules/lists/rates.yaml"
                )
        if asked:
            return missing(reading, "; ".join(_said(a) + (w.note if w else "") for a, w in asked[:PER_LEAF]))
        others = "; ".join(_said(amount) for amount in reading.event.amounts[:PER_LEAF])
        return missing(reading, f"none such; stated: {others}" if others else "no amount stated")

    def _asked(self, reading: Reading) -> Iterator[Amount]:
        """Go through the amounts of the role and the kind of period that are asked for."""
        per = self.limit.per
        for amount in reading.event.amounts:
            if amount.earlier or (self.roles and amount.role not in self.roles):
                continue
            if per is None:
                # What was worked out, and what one share or barrel costs, was not stated as such an amount.
                fits = not amount.derived and (amount.per is None or amount.per in YEARLY)
            else:
                fits = amount.per == per or (amount.per in YEARLY and per in YEARLY)
            if fits and math.isfinite(amount.low) and math.isfinite(amount.high):
                yield amount

    def _met(self, amount: Amount, worth: _Worth) -> str:
        """Write the limit and what met it: `low end $3bn ≥ $500m a year`; what was converted is said first."""
        first, last = self.limit.limits[0], self.limit.limits[-1]
        asked = amount_text(first.value, last.value, self.limit.currency, per=self.limit.per)
        stated = amount_text(amount.low, amount.high, amount.currency, per=amount.per) + " is " if worth.note else ""
        if first is not last:
            return short(f"{stated}{amount_text(worth.low, worth.high, self.limit.currency)} within {asked}")
        low = first.op in (">=", ">")
        end = "" if worth.low == worth.high else "low end " if low else "high end "
        value = worth.low if low else worth.high
        return short(f"{stated}{end}{amount_text(value, value, self.limit.currency)} {sign_of(first)} {asked}")

    def _worth(self, amount: Amount, rates: Rates | None) -> _Worth | None:
        rate, note = 1.0, ""
        if self.limit.per in YEARLY and amount.per in YEARLY and amount.per != self.limit.per:
            rate = YEARLY[amount.per] / YEARLY[self.limit.per]
            note = f", as {scaled(amount.low * rate)} per {self.limit.per}"
        currency = amount.currency.upper()
        if currency != self.limit.currency:
            change = exchange(currency, self.limit.currency, rates)
            if change is None or rates is None:
                return None
            rate *= change
            note = f", as {scaled(amount.low * rate)} {self.limit.currency} by the rates of {rates.date}"
        return _Worth(min(amount.low, amount.high) * rate, max(amount.low, amount.high) * rate, note)


def exchange(currency: str, wanted: str, rates: Rates | None) -> float | None:
    """Give what one unit of a currency is worth in another; None if the rates do not say."""
    if rates is None:
        return None
    worth = {**rates.rates, rates.base: 1.0}
    one, other = worth.get(currency, 0.0), worth.get(wanted, 0.0)
    return one / other if one > 0 and other > 0 else None


def _said(amount: Amount) -> str:
    number = scaled(amount.low) if amount.low == amount.high else f"{scaled(amount.low)} to {scaled(amount.high)}"
    period = f" per {amount.per[:20]}" if amount.per else ""
    role = f", {amount.role[:40]}" if amount.role else ""
    return f"{number} {amount.currency[:8]}{period}{role}" + "".join(
        f" ({mark})" for mark, is_so in (("derived", amount.derived), ("earlier", amount.earlier)) if is_so
    )
