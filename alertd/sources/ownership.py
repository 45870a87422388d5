"""Forms 3, 4 and 5: what the insiders of a company hold and trade, read from the `ownershipDocument`.

    bytes -> Ownership -> `facts_of` and `title_of` (ownership_facts.py)

Reads every version of the schema (X0101 of 2003 to X0609): they differ in what they add. Fields are described in
https://www.sec.gov/info/edgar/specifications/ownershipxmltechspec.htm.
"""

from __future__ import annotations

import re
from decimal import Decimal

import msgspec

from alertd.errors import ParseFailed
from alertd.model import Struct
from alertd.sources.form_values import MAX_FIGURE, cik, day, figure, flag, line
from alertd.sources.form_xml import children, root_of, said, text_of
from alertd.sources.ownership_notes import plans, price_in, says_plan, taken_together
from alertd.sources.xml_tree import Element

MAX_OWNERS = 50
MAX_ROWS = 200
"""Transactions, and holdings. The form has room for 30 in each of its tables."""
MAX_FOOTNOTES = 99
MAX_FOOTNOTE = 4_000
MAX_PRICE_NOTES = 4
"""Footnotes of one price in which it is looked for."""
MAX_NOTES = 20
"""What was found wrong with a form."""

_FORM = re.compile(r"[345](?:/A)?")
_CODE = re.compile(r"[A-Z]")
_SEE = re.compile(r"\(?see (?:the )?(?:remark|below|footnote|explanation)", re.IGNORECASE)
_OFFICE = re.compile(r"\b(?:officer|president|director|counsel|secretary|treasurer|controller|head)\b", re.IGNORECASE)
_TRADES = ("nonDerivativeTransaction", "derivativeTransaction")
_HELD = ("nonDerivativeHolding", "derivativeHolding")


class Owner(Struct, frozen=True):
    """A reporting owner: whose form it is, alone or together with others."""

    cik: str
    """Ten digits, or empty."""
    name: str
    """As EDGAR writes it: a person's family name first."""
    roles: tuple[str, ...]
    """Of `alertd.rules.facts.INSIDERS`."""
    title: str = ""
    other: str = ""


class Position(Struct, frozen=True):
    """A row of a form: what is held, or a transaction (`code` is set). None and empty where it is not stated."""

    security: str
    derivative: bool
    code: str = ""
    date: str | None = None
    acquired: bool | None = None
    shares: Decimal | None = None
    """Traded, or held."""
    price: Decimal | None = None
    """USD a share."""
    price_low: Decimal | None = None
    price_high: Decimal | None = None
    """USD a share, of a trade in several parts."""
    price_in_footnote: bool = False
    value: Decimal | None = None
    """USD, to the cent."""
    shares_after: Decimal | None = None
    direct: bool | None = None
    nature: str = ""
    """How it is held, if not directly: by a trust, by a spouse."""
    exercise_price: Decimal | None = None
    expires: str | None = None
    underlying: str = ""
    underlying_shares: Decimal | None = None
    plan_10b5_1: bool | None = None
    footnotes: tuple[str, ...] = ()
    """Their ids."""


class Ownership(Struct, frozen=True):
    """A Form 3, 4 or 5."""

    form: str
    issuer: str
    issuer_cik: str
    ticker: str
    owners: tuple[Owner, ...]
    footnotes: dict[str, str]
    """By their ids."""
    transactions: tuple[Position, ...] = ()
    holdings: tuple[Position, ...] = ()
    period: str | None = None
    """The date of the event, or of the first transaction."""
    amends: str | None = None
    """The date of the form that this one amends."""
    plan_box: bool | None = None
    no_securities: bool = False
    remarks: str = ""
    signatures: tuple[str, ...] = ()
    schema: str = ""
    notes: tuple[str, ...] = ()
    """What is wrong with the form, in words."""


def read_ownership(body: bytes) -> Ownership:
    """Read a form from its XML or a full submission. Raises ParseFailed, in words for a person."""
    text = text_of(body)
    root = root_of(text, "ownershipDocument")
    if root is None:
        shown = "<html" in text[:4_096].lower()
        raise ParseFailed(
            "a page that shows the form; its XML lies in the folder above" if shown else "no `ownershipDocument`"
        )
    form = said(root, "documentType").upper()
    if not _FORM.fullmatch(form):
        raise ParseFailed(f"no Form 3, 4 or 5 but “{line(form, 20)}”")
    remarks = line(said(root, "remarks"), MAX_FOOTNOTE)
    owners = tuple(_owner(found, remarks) for found in children(root, "reportingOwner", most=MAX_OWNERS))
    issuer = line(said(root, "issuer/issuerName"))
    if not issuer or not any(owner.name for owner in owners):
        raise ParseFailed("the form names no issuer" if not issuer else "the form names no reporting owner")
    footnotes = {
        line(found.get("id"), 10): line("".join(found.itertext()), MAX_FOOTNOTE)
        for found in children(root.find("footnotes"), "footnote", most=MAX_FOOTNOTES)
    }
    notes: list[str] = []
    box = flag(said(root, "aff10b5One"))
    trades = [_position(found, footnotes, notes) for found in _rows(root, _TRADES, notes)]
    return Ownership(
        form=form,
        issuer=issuer,
        issuer_cik=cik(said(root, "issuer/issuerCik")),
        ticker=_ticker(said(root, "issuer/issuerTradingSymbol")),
        owners=owners,
        transactions=tuple(_with_plans(trades, footnotes, remarks, box)),
        holdings=tuple(_position(found, footnotes, notes) for found in _rows(root, _HELD, notes)),
        period=day(said(root, "periodOfReport")),
        amends=day(said(root, "dateOfOriginalSubmission")),
        plan_box=box,
        no_securities=bool(flag(said(root, "noSecuritiesOwned"))),
        footnotes=footnotes,
        remarks=remarks,
        signatures=tuple(
            line(said(found, "signatureName")) for found in children(root, "ownerSignature", most=MAX_OWNERS)
        ),
        schema=line(said(root, "schemaVersion"), 10),
        notes=tuple(dict.fromkeys(notes))[:MAX_NOTES],
    )


def _owner(found: Element, remarks: str) -> Owner:
    relation = "reportingOwnerRelationship/"
    ticks = {
        "director": "isDirector",
        "officer": "isOfficer",
        "ten_percent_owner": "isTenPercentOwner",
        "other": "isOther",
    }
    title = line(said(found, relation + "officerTitle"), 100)
    if _SEE.match(title):
        title = remarks if len(remarks) <= 100 and _OFFICE.search(remarks) else ""
    roles = [role for role, name in ticks.items() if flag(said(found, relation + name))]
    return Owner(
        cik=cik(said(found, "reportingOwnerId/rptOwnerCik")),
        name=line(said(found, "reportingOwnerId/rptOwnerName")),
        roles=tuple(roles),
        title=title,
        other=line(said(found, relation + "otherText"), 100),
    )


def _ticker(text: str) -> str:
    """Give the ticker as it is traded; empty for `NONE`, `N/A` and what is no ticker."""
    first = re.split(r"[,;/ ]", text.upper().strip("[]() "), maxsplit=1)[0].rpartition(":")[2]
    return first if re.fullmatch(r"[A-Z][A-Z0-9.-]{0,9}", first) and first not in ("NONE", "N", "NA") else ""


def _rows(root: Element, names: tuple[str, ...], notes: list[str]) -> list[Element]:
    tables = [root.find("nonDerivativeTable"), root.find("derivativeTable")]
    found = [row for table in tables for row in children(table, *names, most=MAX_ROWS + 1)]
    if len(found) > MAX_ROWS:
        notes.append(f"more than {MAX_ROWS} rows: the rest was left out")
    return found[:MAX_ROWS]


def _position(row: Element, footnotes: dict[str, str], notes: list[str]) -> Position:
    traded = row.tag.endswith("Transaction")
    security = line(said(row, "securityTitle"))

    def stated(path: str, what: str) -> Decimal | None:
        text = said(row, path)
        value = figure(text)
        if text and value is None:
            notes.append(f"{security or 'a row'}: {what} “{line(text, 30)}” is no figure")
        return value

    after = stated("postTransactionAmounts/sharesOwnedFollowingTransaction", "holding")
    shares = stated("transactionAmounts/transactionShares", "number of shares") if traded else after
    price = stated("transactionAmounts/transactionPricePerShare", "price") if traded else None
    cell = row.find("transactionAmounts/transactionPricePerShare")
    texts = [footnotes.get(key, "") for key in _footnotes(cell)[:MAX_PRICE_NOTES]] if cell is not None else []
    from_footnote, low, high = price_in(texts)
    in_footnote = traded and price is None and from_footnote is not None
    if in_footnote:
        price = from_footnote
    value = stated("transactionAmounts/transactionTotalValue", "value") if traded else None
    if value is None and shares is not None and price is not None and shares * price <= MAX_FIGURE:
        value = (shares * price).quantize(Decimal("0.01"))
    code = said(row, "transactionCoding/transactionCode").upper()
    return Position(
        security=security,
        derivative=row.tag.startswith("derivative"),
        code=code if traded and _CODE.fullmatch(code) else "",
        date=day(said(row, "transactionDate")),
        acquired={"A": True, "D": False}.get(said(row, "transactionAmounts/transactionAcquiredDisposedCode").upper()),
        shares=shares,
        price=price,
        price_low=low,
        price_high=high,
        price_in_footnote=in_footnote,
        value=value,
        shares_after=after if traded else None,
        direct={"D": True, "I": False}.get(said(row, "ownershipNature/directOrIndirectOwnership").upper()),
        nature=line(said(row, "ownershipNature/natureOfOwnership")),
        exercise_price=stated("conversionOrExercisePrice", "exercise price"),
        expires=day(said(row, "expirationDate")),
        underlying=line(said(row, "underlyingSecurity/underlyingSecurityTitle")),
        underlying_shares=stated("underlyingSecurity/underlyingSecurityShares", "number of underlying shares"),
        footnotes=_footnotes(row),
    )


def _footnotes(element: Element) -> tuple[str, ...]:
    """Name the footnotes that an element refers to, in order."""
    return tuple(dict.fromkeys(line(found.get("id"), 10) for found in element.iter("footnoteId")))[:MAX_FOOTNOTES]


def _with_plans(trades: list[Position], footnotes: dict[str, str], remarks: str, box: bool | None) -> list[Position]:
    said = {key: says_plan(text) for key, text in footnotes.items()}
    used = {key for trade in trades for key in trade.footnotes}
    rows = [taken_together(said.get(key) for key in trade.footnotes) for trade in trades]
    elsewhere = taken_together([says_plan(remarks), *(answer for key, answer in said.items() if key not in used)])
    return [
        msgspec.structs.replace(trade, plan_10b5_1=plan)
        for trade, plan in zip(trades, plans(box, rows, elsewhere), strict=True)
    ]
