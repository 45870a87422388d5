"""What `alertd holdings` prints: a line for each portfolio, or one in full."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from alertd.asking.holdings import Shown
from alertd.cli.output import counted, plain, print_table, stdout, warn
from alertd.companies.holdings import HoldingsFile
from alertd.companies.model import NONE_HELD, Holding
from alertd.companies.report import Difference, LoadReport
from alertd.errors import Fault

NAMED = 6
"""Companies of a change that are named one by one."""


def overview(found: Sequence[Shown]) -> None:
    """Print a line for each portfolio."""
    rows = []
    for one in found:
        positions = (one.held.holdings or NONE_HELD).positions.values()
        report = one.held.report
        rows.append(
            [
                one.holder.id,
                one.state,
                one.held.holdings.as_of if one.held.holdings is not None else None,
                len(positions),
                _percent(sum(abs(h.weight) for h in positions), signed=False),
                _percent(sum(h.weight for h in positions)),
                report.unmapped if report is not None else None,
                one.file or "in the rules",
            ]
        )
    columns = ["portfolio", "state", "as of", "companies", "gross", "net", "unmapped", "positions"]
    print_table("Holdings", columns, rows)


def show(one: Shown, limit: int) -> None:
    """Print one portfolio in full."""
    report, holdings = one.held.report, one.held.holdings or NONE_HELD
    console = stdout()
    console.print(plain(f"{one.holder.title} ({one.holder.id})"))
    for name, text in _lines(one):
        console.print(f"  {name:<9} {plain(text)}", style="red" if name in ("refused", "stale") else None)
    if report is not None and report.unmapped:
        console.print()
        rows = [[r.line, r.written, _percent(r.weight), r.why] for r in report.unmapped_rows[:limit]]
        print_table("Rows without a known company", ["line", "row", "weight", "why"], rows)
        _more(report.unmapped - len(rows), "row", "rows")
    if holdings.positions or one.held.refused is not None:
        console.print()
        _weights(one, limit)


def _lines(one: Shown) -> Iterator[tuple[str, str]]:
    report, holdings = one.held.report, one.held.holdings
    of = f", of {report.as_of}" if report is not None else ""
    yield "positions", f"{one.file}{of}" if one.file else "in the portfolio's own file"
    if one.refused:
        yield "refused", one.refused
    if holdings is not None:
        fresh = f", fresh until {_local(one)}" if one.held.stale_at_ms is not None and not one.stale else ""
        yield "in force", f"the positions of {holdings.as_of}{fresh}" if holdings.as_of else "as they stand there"
    if one.stale:
        yield "stale", f"since {_local(one)}"
    if report is not None:
        yield from _report(report)
    elif holdings is not None:
        yield "comes to", _sums([*holdings.positions.values()])
    for fault in one.held.faults:
        if fault.severity != "error" and fault not in one.held.trouble and not _said(fault, report):
            yield "warning", fault.message.partition(": ")[2] or fault.message


def _said(fault: Fault, report: LoadReport | None) -> bool:
    """Whether the report says it already: how many rows have no company."""
    return report is not None and bool(report.unmapped) and "no known company" in fault.message


def _report(report: LoadReport) -> Iterator[tuple[str, str]]:
    sorts = [counted(report.securities, "security", "securities"), counted(report.options, "option")]
    yield "rows", f"{report.rows}: {', '.join(sorts)}, {report.ignored} ignored (cash, currencies, totals)"
    if report.duplicates:
        yield "repeated", counted(report.duplicates, "row")
    companies = counted(report.companies, "company", "companies")
    gross, net = _percent(report.gross, signed=False), _percent(report.net)
    yield "comes to", f"{companies}, {counted(report.shorts, 'short position')}; gross {gross}, net {net}"
    if report.unweighted:
        yield "no weight", counted(report.unweighted, "company", "companies")
    if report.unmapped:
        yield "unmapped", f"{counted(report.unmapped, 'row')}, {report.unmapped_share * 100:.3g} % of gross"
    if report.unread:
        yield "not read", f"{counted(len(report.unread), 'column')}: {_named(report.unread)}"
    for doubt in report.doubts[:NAMED]:
        yield "doubt", doubt
    if report.difference is not None:
        yield "changed", _changed(report.difference)


def _changed(difference: Difference) -> str:
    """Say what has changed since the file before."""
    parts = [
        f"{len(names)} {what}: {_named(names)}"
        for what, names in (("opened", difference.opened), ("closed", difference.closed))
        if names
    ]
    if difference.moved:
        moved = [f"{m.label} {_percent(m.before)} to {_percent(m.after)}" for m in difference.moved[:3]]
        more = ", …" if len(difference.moved) > len(moved) else ""
        parts.append(f"{counted(len(difference.moved), 'weight')}: {', '.join(moved)}{more}")
    ids = [f"{n} {what}" for n, what in ((difference.ids_new, "new"), (difference.ids_gone, "gone")) if n]
    if ids:
        parts.append(f"identifiers {', '.join(ids)}")
    if difference.ids_changed:
        several = len(difference.ids_changed)
        meaning = "means another company" if several == 1 else "mean other companies"
        parts.append(f"{counted(several, 'identifier')} {meaning}: {_named(difference.ids_changed)}")
    before = f"since {difference.as_of} ({counted(difference.rows, 'row')})"
    return f"{before}: {'; '.join(parts) or 'nothing'}"


def _named(names: Sequence[str]) -> str:
    return ", ".join(names[:NAMED]) + (", …" if len(names) > NAMED else "")


def _weights(one: Shown, limit: int) -> None:
    """Print the weights by issuer: those in force and, beside them, those of a file that is refused."""
    force = (one.held.holdings or NONE_HELD).positions
    other = one.held.refused.holdings.positions if one.held.refused is not None else {}
    largest = sorted({*force, *other}, key=lambda c: (-max(_size(force.get(c)), _size(other.get(c))), c))
    columns = ["company", "id", "weight"] + (["in the refused file"] if other else [])
    rows = []
    for company in largest[:limit]:
        held = force.get(company) or other[company]
        row = [held.label, company, _weight(force.get(company))]
        rows.append([*row, _weight(other.get(company))] if other else row)
    print_table("Weights by issuer", columns, rows)
    _more(len(largest) - limit, "company", "companies")


def _more(count: int, thing: str, things: str) -> None:
    if count > 0:
        warn(f"and {counted(count, thing, things)} more; --limit shows them", "dim")


def _size(held: Holding | None) -> float:
    return abs(held.weight) if held is not None else 0.0


def _weight(held: Holding | None) -> str:
    if held is None:
        return ""
    return (
        f"{_percent(held.weight)}, one position unknown"
        if held.unweighted and held.weight
        else ("unknown" if held.unweighted else _percent(held.weight))
    )


def _sums(held: list[Holding]) -> str:
    companies, unknown = counted(len(held), "company", "companies"), sum(h.unweighted for h in held)
    without = f", {unknown} without a weight" if unknown else ""
    gross, net = sum(abs(h.weight) for h in held), sum(h.weight for h in held)
    return f"{companies}{without}; gross {_percent(gross, signed=False)}, net {_percent(net)}"


def _percent(share: float | None, *, signed: bool = True) -> str:
    """Write a weight as a desk does."""
    if share is None:
        return ""
    text = f"{share * 100:+.2f} %" if signed else f"{share * 100:.2f} %"
    return text.replace("-0.00 %", "+0.00 %") if text == "-0.00 %" else text


def _local(one: Shown) -> str:
    """Write when the positions become stale, by the clock of their own zone."""
    entry = one.holder.said.holdings
    zone = entry.timezone if isinstance(entry, HoldingsFile) and entry.timezone else one.holder.timezone
    assert one.held.stale_at_ms is not None
    return datetime.fromtimestamp(one.held.stale_at_ms / 1000, ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M %Z")
