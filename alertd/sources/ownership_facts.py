"""A Form 3, 4 or 5 -> its facts, as `alertd.rules.facts` reads them, and a sentence that says what happened.

What a transaction says stands in its row (`transactions`, or `holdings` where there are none); what is true of the
form stands beside them. So the form as a whole has no `price`, `value` or `code`, which a row without one would get.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from alertd.model import Struct
from alertd.rules.facts import CODES
from alertd.sources.form_values import MAX_FIGURE, line, number, title_line
from alertd.sources.ownership import Owner, Ownership, Position
from alertd.sources.ownership_notes import says_plan
from alertd.sources.person_names import natural_name
from alertd.text.written import amount_text

MAX_TITLE = 300
MAX_QUOTE = 200
MAX_SHOWN_FOOTNOTE = 500

_VERBS = {
    "P": ("bought", "bought short"),
    "S": ("bought back", "sold"),
    "A": ("was granted", "gave back"),
    "D": ("took back", "returned to the company"),
    "F": ("had returned", "had withheld for tax"),
    "G": ("was given", "gave away"),
    "M": ("got by exercise", "exercised"),
    "X": ("got by exercise", "exercised"),
    "O": ("got by exercise", "exercised"),
    "C": ("got by conversion", "converted"),
    "E": ("let expire", "let expire"),
    "H": ("let expire", "let expire"),
    "W": ("inherited", "left by will"),
    "U": ("received in a tender", "tendered"),
}
_OTHER = ("acquired", "disposed of")
_ORDER = "PSUGDJIKLWZXMOCAFEHV"
"""Codes by what they tell: a trade in the market first, what the company gave or took for tax last."""


class Total(Struct, frozen=True):
    """The transactions of one kind, taken together."""

    code: str
    acquired: bool | None
    derivative: bool
    shares: Decimal
    value: Decimal | None
    """USD; none unless every one of them states it."""
    rows: tuple[Position, ...]

    @property
    def price(self) -> Decimal | None:
        """USD a share, on average."""
        if self.value is None or not self.shares or self.value / self.shares > MAX_FIGURE:
            return None
        return (self.value / self.shares).quantize(Decimal("0.0001"))


def totals_of(transactions: Iterable[Position]) -> list[Total]:
    """Take transactions of one kind together, the most telling first."""
    kinds: dict[tuple[str, bool | None, bool], list[Position]] = {}
    for trade in transactions:
        if trade.code and trade.shares is not None:
            kinds.setdefault((trade.code, trade.acquired, trade.derivative), []).append(trade)
    totals = [
        Total(
            code,
            acquired,
            derivative,
            shares=sum((row.shares for row in rows if row.shares is not None), Decimal()),
            value=None
            if any(row.value is None for row in rows)
            else sum((row.value for row in rows if row.value is not None), Decimal()),
            rows=tuple(rows),
        )
        for (code, acquired, derivative), rows in kinds.items()
    ]
    return sorted(totals, key=lambda it: (_ORDER.find(it.code) % 99, it.derivative, -(it.value or 0), -it.shares))


def facts_of(form: Ownership) -> dict[str, Any]:
    """Give the facts of a form as JSON. What it does not state is not there. docs/forms.md names each."""
    names = [owner.name for owner in form.owners]
    plans = {trade.plan_10b5_1 for trade in form.transactions}
    titles = [owner.title for owner in form.owners if owner.title]
    totals = totals_of(form.transactions)
    largest = max(
        (trade for trade in form.transactions if trade.value), key=lambda trade: trade.value or 0, default=None
    )
    facts: dict[str, Any] = {
        "form": form.form,
        "amendment": form.form.endswith("/A"),
        "amends": form.amends,
        "period": form.period,
        "issuer": form.issuer,
        "issuer_cik": form.issuer_cik,
        "ticker": form.ticker,
        "insider": names[0] if len(names) == 1 else names,
        "insider_cik": next((owner.cik for owner in form.owners if owner.cik), ""),
        "insider_is": list(dict.fromkeys(role for owner in form.owners for role in owner.roles)),
        "officer_title": titles[0] if len(titles) == 1 else titles,
        "insiders": [_insider(owner) for owner in form.owners],
        "plan_10b5_1": plans.pop() if len(plans) == 1 else form.plan_box if not plans else None,
        "plan_quote": _plan_quote(form),
        "transactions": [_row(trade) for trade in form.transactions],
        "holdings": [_row(held) for held in form.holdings],
        "no_securities": form.no_securities or None,
        "totals": [_total(total) for total in totals],
        "largest": _row(largest) if largest is not None else None,
        "net_bought": _net(totals),
        "footnotes": {key: line(text, MAX_SHOWN_FOOTNOTE) for key, text in form.footnotes.items() if text},
        "remarks": line(form.remarks, MAX_SHOWN_FOOTNOTE),
        "schema": form.schema,
        "notes": list(form.notes),
    }
    return {name: value for name, value in facts.items() if value is not None and value not in ("", [], {})}


def _insider(owner: Owner) -> dict[str, Any]:
    said = {"name": owner.name, "cik": owner.cik, "is": list(owner.roles), "title": owner.title, "other": owner.other}
    return {name: value for name, value in said.items() if value}


def _row(position: Position) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for name in position.__struct_fields__:
        value = getattr(position, name)
        if isinstance(value, Decimal):
            value = number(value)
        elif isinstance(value, tuple):
            value = list(value)
        if value is not None and value != "" and value != []:
            row[name] = value
    if not position.price_in_footnote:
        del row["price_in_footnote"]
    return row


def _total(total: Total) -> dict[str, Any]:
    said: dict[str, Any] = {
        "code": total.code,
        "acquired": total.acquired,
        "derivative": total.derivative,
        "shares": number(total.shares),
        "rows": len(total.rows),
    }
    if total.value is not None:
        said["value"] = number(total.value)
    if total.price is not None:
        said["price"] = number(total.price)
    return {name: value for name, value in said.items() if value is not None}


def _net(totals: Iterable[Total]) -> dict[str, Any] | None:
    """Say what was bought less what was sold in the market, of shares: in shares, and in USD where all is stated."""
    market = [it for it in totals if it.code in ("P", "S") and not it.derivative]
    if not market:
        return None
    net = {"shares": number(sum((it.shares if it.code == "P" else -it.shares for it in market), Decimal()))}
    values = [it.value if it.code == "P" else -it.value for it in market if it.value is not None]
    if len(values) == len(market):
        net["value"] = number(sum(values, Decimal()))
    return net


def _plan_quote(form: Ownership) -> str:
    texts = (*form.footnotes.values(), form.remarks)
    return next((line(text, MAX_QUOTE) for text in texts if says_plan(text) is not None), "")


# --- the sentence ---------------------------------------------------------------------------------------------


def title_of(form: Ownership) -> str:
    """Say in one sentence what the form tells: who, what he is, did what, for how much, under a plan or not."""
    who = _who(form)
    totals = totals_of(form.transactions)
    if totals:
        did = _did(totals[0], form.issuer)
        if len(totals) > 1 and {totals[0].code, totals[1].code} == {"P", "S"}:
            did += f", and {_did(totals[1], '')}"
        what = did + _under_plan(totals[0])
    elif form.holdings:
        what = _holds(form)
    elif form.no_securities or form.form.startswith("3"):
        what = f"holds no shares of {form.issuer}"
    else:
        what = f"reports nothing new on {form.issuer}"
    if form.form.startswith("3"):
        what += ", first statement"
    elif form.form.startswith("5"):
        what += ", yearly statement"
    if form.form.endswith("/A"):
        what += f", amending the form of {form.amends}" if form.amends else ", amended"
    return title_line(f"{who} {what}", MAX_TITLE)


def _who(form: Ownership) -> str:
    first = form.owners[0]
    name = natural_name(first.name, form.signatures) if {"director", "officer"} & {*first.roles} else first.name
    roles = {"director": "director", "ten_percent_owner": "10 % owner"}
    role = first.title or next((word for key, word in roles.items() if key in first.roles), first.other)
    more = len(form.owners) - 1
    others = f" and {more} other{'s' if more > 1 else ''}" if more else ""
    return f"{name}{others}, {role}," if role else f"{name}{others}"


def _did(total: Total, issuer: str) -> str:
    verb = _VERBS.get(total.code, _OTHER)[0 if total.acquired is True else 1]
    if total.acquired is None:
        verb = CODES.get(total.code, "changed")
    what = "derivatives on" if total.derivative else "shares of"
    text = f"{verb} {_count(total.shares)} {what} {issuer}" if issuer else f"{verb} {_count(total.shares)}"
    if total.price:
        prices = {row.price for row in total.rows}
        text += f" at ${_price(total.price)}" + (" on average" if len(prices) > 1 else "")
        text += f" ({amount_text(float(total.value or 0), float(total.value or 0), 'USD')})"
    elif total.value is None and (first := total.rows[0]).price_low is not None and first.price_high is not None:
        text += f" at ${_price(first.price_low)} to ${_price(first.price_high)}"
    return text


def _under_plan(total: Total) -> str:
    plans = [row.plan_10b5_1 for row in total.rows]
    if not any(plans):
        return ""
    return ", under a 10b5-1 plan" if all(plans) else ", in part under a 10b5-1 plan"


def _holds(form: Ownership) -> str:
    plain = [held.shares for held in form.holdings if not held.derivative and held.shares is not None]
    derivative = sum(1 for held in form.holdings if held.derivative)
    parts = [f"{_count(sum(plain, Decimal()))} shares"] if plain else []
    parts += [f"{derivative} kind{'s' if derivative > 1 else ''} of derivatives"] if derivative else []
    return f"holds {' and '.join(parts) or 'securities'} of {form.issuer}"


def _count(shares: Decimal) -> str:
    return f"{number(shares.quantize(Decimal('0.01'))):,}"


def _price(price: Decimal) -> str:
    cents = price.quantize(Decimal("0.01"))
    return f"{cents:,}" if cents else f"{price.normalize():f}"
