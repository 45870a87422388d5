"""Form 144: an insider gives notice that he means to sell. From its XML its facts, and a sentence that says them.

    bytes -> edgarSubmission -> facts, title

Fields: EDGAR Form 144 XML Technical Specification (https://www.sec.gov/edgar/filer-information/current-edgar-technical-specifications).
On paper, before April 2023, it was not in EDGAR's archive but for a few; such are refused.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from alertd.errors import ParseFailed
from alertd.rules.filing import canonical_form
from alertd.sources.form_values import MAX_FIGURE, cik, day, figure, line, number, title_line
from alertd.sources.form_xml import children, root_of, said, text_of
from alertd.sources.person_names import natural_name
from alertd.sources.xml_tree import Element
from alertd.text.written import amount_text

FORMS = ("144", "144/A")
MAX_LOTS = 200
"""Classes of shares that are to be sold; the form has room for a few."""
MAX_TITLE = 300
MAX_REMARKS = 500
_PERSON = "issuerInfo/nameOfPersonForWhoseAccountTheSecuritiesAreToBeSold"


def read_proposed_sale(body: bytes) -> tuple[str, dict[str, Any]]:
    """Give the sentence and the facts of a Form 144. Raises ParseFailed, in words for a person."""
    root = root_of(text_of(body), "edgarSubmission")
    if root is None:
        raise ParseFailed("no Form 144: there is no `edgarSubmission`")
    form = canonical_form(said(root, "headerData/submissionType"))
    if form not in FORMS:
        raise ParseFailed(f"no Form 144 but “{line(form, 30)}”")
    data = root.find("formData")
    if data is None:
        raise ParseFailed("the form holds nothing")
    issuer, insider = line(said(data, "issuerInfo/issuerName")), line(said(data, _PERSON))
    if not issuer or not insider:
        raise ParseFailed("the form names no company" if not issuer else "the form does not name who means to sell")
    lots = [_lot(found) for found in children(data, "securitiesInformation", most=MAX_LOTS)]
    plan = any(True for dates in data.iter("planAdoptionDate") if (dates.text or "").strip())
    roles = [line(role.text, 60) for role in data.iter("relationshipToIssuer") if role.text][:10]
    facts: dict[str, Any] = {
        "form": form,
        "amendment": form.endswith("/A"),
        "issuer": issuer,
        "issuer_cik": cik(said(data, "issuerInfo/issuerCik")),
        "insider": insider,
        "relationship": roles,
        "plan_10b5_1": plan,
        "transactions": [_row(lot) for lot in lots],
        "remarks": line(said(data, "remarks"), MAX_REMARKS),
    }
    kept = {name: value for name, value in facts.items() if value != "" and value != []}
    return _title(issuer, insider, roles, lots, plan=plan), kept


Lot = dict[str, Any]


def _lot(found: Element) -> Lot:
    shares, value = figure(said(found, "noOfUnitsSold")), figure(said(found, "aggregateMarketValue"))
    price = value / shares if shares and value else None
    return {
        "security": line(said(found, "securitiesClassTitle")),
        "date": day(said(found, "approxSaleDate")),
        "shares": shares,
        "value": value,
        "price": price.quantize(Decimal("0.0001")) if price is not None and price <= MAX_FIGURE else None,
        "outstanding": figure(said(found, "noOfUnitsOutstanding")),
        "exchange": line(said(found, "securitiesExchangeName"), 60),
        "broker": line(said(found, "brokerOrMarketmakerDetails/name")),
    }


def _row(lot: Lot) -> dict[str, Any]:
    written = {name: number(value) if isinstance(value, Decimal) else value for name, value in lot.items()}
    return {name: value for name, value in written.items() if value not in (None, "")}


def _title(issuer: str, insider: str, roles: list[str], lots: list[Lot], *, plan: bool) -> str:
    """Say who means to sell how many shares of which company, for how much, and under a plan or not."""
    who = natural_name(insider) + (f", {', '.join(role.lower() for role in roles)}," if roles else "")
    shares = sum((lot["shares"] for lot in lots if lot["shares"]), Decimal())
    values = [lot["value"] for lot in lots]
    what = f"{number(shares.quantize(Decimal('0.01'))):,} shares of {issuer}" if shares else f"shares of {issuer}"
    if shares and values and all(values):
        total = float(sum(values, Decimal()))
        what += f" ({amount_text(total, total, 'USD')})"
    return title_line(f"{who} means to sell {what}{', under a 10b5-1 plan' if plan else ''}", MAX_TITLE)
