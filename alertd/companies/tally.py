"""Positions added up by issuer: what is held of each company, and the report that goes with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

import msgspec
from msgspec import Struct

from alertd.base.ids import mark
from alertd.companies.check_digits import is_right
from alertd.companies.holdings import HoldingsFile, InlineHolding
from alertd.companies.model import Company, Holding, Holdings
from alertd.companies.positions import Position, Positions
from alertd.companies.readable import readable_name
from alertd.companies.report import LoadReport, Tally, Unmapped
from alertd.companies.securities import NO_MASTER, Companies, Master, find, is_rounded, keys, underlying_of

SHOWN = 20
"""Rows that a report names one by one."""
_EVEN = 1e-9
_LARGE = 10.0
"""Of the portfolio: a gross above that is more probably a wrong unit than leverage."""
_SMALL = 0.05
"""A gross below that is more probably a wrong unit than a portfolio of cash."""


class _Counted(Struct, frozen=True, gc=False):
    """What of a holding its fingerprint is made of: a company that is renamed is held as before."""

    company: str
    weight: float
    label: str
    unweighted: bool


def tally_up(
    positions: Positions, config: HoldingsFile, companies: Companies, master: Master = NO_MASTER, file: str = ""
) -> Tally:
    """Add positions up by issuer."""
    sums: dict[str, float] = {}
    unknown: set[str] = set()
    """Companies of which a position has no weight."""
    ids: dict[str, str] = {}
    unmapped: list[Unmapped] = []
    doubts: list[str] = []
    securities = options = shorts = ignored = 0
    gross = 0.0
    for row in positions.rows:
        if row.sort in ("cash", "ignored", "total"):
            ignored += 1
            continue
        company, doubt, option = _company(row, companies, master)
        options += option
        securities += not option
        shorts += row.weight is not None and row.weight < 0
        gross += abs(row.weight or 0)
        if doubt:
            doubts.append(f"line {row.line}: {doubt}")
        if not company or row.problem:
            unmapped.append(Unmapped(row.line, row.written, row.problem or _why(row, option), row.weight))
        if not company:
            continue
        ids.update((":".join(key), company) for key in keys(row.ids))
        sums[company] = sums.get(company, 0.0) + (row.weight or 0.0)
        if row.weight is None:
            unknown.add(company)
    at = _second(positions.at) if positions.at is not None else ""
    holdings = make_holdings(_holdings(sums, unknown, companies), positions.as_of, at)
    missing = sum(abs(row.weight or 0) for row in unmapped)
    counted = securities + options
    weightless = sum(row.weight is None for row in unmapped) / counted if counted else 0.0
    report = LoadReport(
        file=file,
        as_of=positions.as_of,
        rows=len(positions.rows),
        securities=securities,
        options=options,
        shorts=shorts,
        ignored=ignored,
        duplicates=positions.duplicates,
        companies=len(sums),
        unweighted=len(unknown),
        gross=gross,
        net=sum(sums.values()),
        unmapped=len(unmapped),
        unmapped_share=max(missing / gross if gross else 0.0, weightless),
        unmapped_rows=tuple(sorted(unmapped, key=lambda row: (-abs(row.weight or 0), row.line))[:SHOWN]),
        doubts=tuple(doubts[:SHOWN]),
        warnings=(*positions.warnings, *master.warnings, *_remarks(gross, len(doubts), config)),
        unread=positions.unread,
    )
    return Tally(holdings=holdings, report=report, ids=ids)


def _company(row: Position, companies: Companies, master: Master) -> tuple[str, str, bool]:
    """Give the issuer of a row, what speaks against it, and whether the row is an option."""
    if row.sort == "option" or any(key in master.options for key in keys(row.ids)):
        company = underlying_of(row.underlying, companies, master) if row.underlying else ""
        if not company:  # the master may know the option itself; a ticker that it shares with its underlying will do
            company, _ = find(row.ids, companies, master)
        return company, "", True
    company, doubt = find(row.ids, companies, master)
    return company, doubt, False


def _why(row: Position, option: bool) -> str:
    if not row.ids and not row.underlying:
        return "no identifier"
    if any(is_rounded(value) for name, value in row.ids.items() if name != "exchange"):
        return "an identifier that a spreadsheet has rounded"
    if option:
        return "unknown underlying" if row.underlying else "an option without an underlying"
    wrong = next((name for name, value in row.ids.items() if not is_right(name, value)), "")
    reason = f": the {wrong} has a wrong check digit" if wrong else ""
    return "unknown " + ", ".join(name for name in row.ids if name != "exchange") + reason


def _remarks(gross: float, doubts: int, config: HoldingsFile) -> list[str]:
    remarks = []
    key = "weight_unit" if config.nav is None else "nav"
    if gross > _LARGE:
        remarks.append(f"gross is {gross:.0%}: is `{key}` right?")
    elif 0 < gross < _SMALL:
        remarks.append(f"gross is only {gross * 100:.2g} %: is `{key}` right?")
    if doubts:
        remarks.append(f"{doubts} rows have identifiers of different companies; the surest one counts")
    return remarks


def _holdings(sums: dict[str, float], unknown: set[str], companies: Companies) -> Iterator[Holding]:
    for company, weight in sorted(sums.items()):
        yield Holding(
            company=company,
            weight=0.0 if abs(weight) < _EVEN else round(weight, 12),
            label=_label(company, companies.get(company)),
            unweighted=company in unknown,
            name=_name(companies.get(company)),
        )


def _second(at: datetime) -> str:
    """Write a moment to the second (RFC 3339); empty for one that no clock can show."""
    try:
        return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError):
        return ""


def _label(company: str, known: Company | None) -> str:
    return known.label if known is not None else company


def _name(known: Company | None) -> str:
    """Give what people call it beside its label; empty where the label says so itself."""
    if known is None or known.label == known.name:
        return ""
    return readable_name(known.name, [listing.ticker for listing in known.listings])


def make_holdings(held: Iterable[Holding], as_of: str | None = None, at: str = "") -> Holdings:
    """Make the holdings of a portfolio, with their fingerprint; `at` is the moment of the day `as_of`."""
    positions = {holding.company: holding for holding in held}
    plain = {key: _Counted(one.company, one.weight, one.label, one.unweighted) for key, one in positions.items()}
    content = msgspec.json.encode((at or as_of, plain), order="deterministic").decode()
    return Holdings(positions=positions, as_of=as_of, hash=mark(content) if positions else "", at=at)


def add_up(entries: Iterable[tuple[InlineHolding, Company]]) -> Holdings:
    """Make holdings of what is written inline, each entry with its company."""
    held: dict[str, Holding] = {}
    for entry, company in entries:
        before = held.get(company.id, Holding(company=company.id, label=company.label, name=_name(company)))
        held[company.id] = msgspec.structs.replace(
            before,
            weight=round(before.weight + (entry.weight or 0.0), 12),
            unweighted=before.unweighted or entry.weight is None,
        )
    return make_holdings(held.values())
