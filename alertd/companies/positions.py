"""The rows of a positions file -> positions: what each is, whose it is by its identifiers, and its weight.

sheet -> columns -> numbers -> sort (security, option, cash…) -> nav -> weight
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time

from alertd.companies.delimited import BadFile, Sheet, bare, columns, fold
from alertd.companies.holdings import ID_FIELDS, HoldingsFile, PositionColumns
from alertd.companies.numbers import (
    BadNumber,
    Decimal,
    Unit,
    decimal_of,
    is_empty,
    parse_number,
    split_unit,
    to_weight,
    undecided,
    unit_of_header,
)
from alertd.companies.securities import identifiers, option_root
from alertd.companies.sides import compare_sides, side_of, unread_columns
from alertd.companies.weights import Row, Sort, is_short, nav_of, option_weight, security_weight

_NUMBERS = (
    "quantity", "price", "market_value", "fx", "nav", "delta", "multiplier", "underlying_price", "exposure",
)  # fmt: skip
_CASH = re.compile(r"(?:[A-Z]{3}[ _.-]?)?CASH(?:[ _.-]?[A-Z]{3})?|[A-Z]{3} CURNCY")
_TOTAL = re.compile(r"(?:grand |sub ?)?totals?\b", re.IGNORECASE)
_MOST = 1e4
"""A weight that is larger is none: 10,000 times the portfolio."""
_TOTAL_ALONE = re.compile(r"(?:grand |sub ?)?totals?:?", re.IGNORECASE)
"""Where a ticker or a company should stand: `Total SA` may be one."""


@dataclass(frozen=True, slots=True)
class Position:
    """One row, understood as far as the file alone allows."""

    line: int
    sort: Sort
    ids: Mapping[str, str]
    name: str = ""
    underlying: str = ""
    """Of an option: what it is on, as written."""
    weight: float | None = None
    """Signed share of the portfolio; of an option by its delta."""
    problem: str = ""
    """Why a number could not be read."""

    @property
    def written(self) -> str:
        """What the row is known by, for people."""
        named = next((value for name, value in self.ids.items() if name != "exchange"), "")
        return " ".join(part for part in (named, self.name) if part)[:80] or f"line {self.line}"


@dataclass(frozen=True)
class Positions:
    """All rows of a file."""

    rows: list[Position]
    as_of: str
    at: datetime | None = None
    """The moment of that day, where the file states one; without a zone it is in the file's."""
    duplicates: int = 0
    warnings: list[str] = field(default_factory=list)
    unread: tuple[str, ...] = ()
    """Columns that nobody reads."""


def read_positions(sheet: Sheet, config: HoldingsFile, modified: datetime) -> Positions:
    """Read the rows of a positions file; `modified` is when the file itself was, in its zone. Raises BadFile."""
    at = columns(sheet, config.map.model_dump(), tuple(PositionColumns.model_fields))
    if at.keys().isdisjoint(ID_FIELDS):
        raise BadFile("no column says what is held", "map one of ticker, cik, isin, cusip, sedol, figi", key="map")
    if not sheet.rows:
        raise BadFile("the file has no rows", "an empty portfolio is written as `holdings: []`")
    lines, duplicates = _unique(sheet, config)
    cells = [(line, {name: bare(row[place]) for name, place in at.items()}) for line, row in lines]
    warnings = [*sheet.warnings]
    decimal = _decimal(config, at, [row for _, row in cells], warnings)
    unit = _unit(config, sheet, at, (row.get("weight", "") for _, row in cells))
    sort = _sorter(config)
    rows = [_numbers(Row(line, row, *sort(row), {}), decimal, unit) for line, row in cells]
    nav = nav_of(config, at, rows)
    made = [_position(row, at, nav) for row in rows]
    _remark(rows, made, at, nav, warnings)
    unread = unread_columns(sheet, at, config.as_of)
    warnings += compare_sides(lines, rows, [row.weight for row in made], at, unread)
    as_of, moment = _as_of(sheet, config, lines, modified, warnings)
    return Positions(made, as_of, moment, duplicates, warnings, tuple(name[:60] for name in unread))


def _unique(sheet: Sheet, config: HoldingsFile) -> tuple[list[tuple[int, list[str]]], int]:
    seen: dict[tuple[str, ...], int] = {}
    kept: list[tuple[int, list[str]]] = []
    repeated: list[tuple[int, int]] = []
    for line, cells in sheet.rows:
        key = tuple(cell.strip() for cell in cells)
        first = seen.setdefault(key, line)
        if first != line:
            repeated.append((line, first))
        if first == line or config.duplicate_rows == "add":
            kept.append((line, cells))
    if repeated and config.duplicate_rows == "refuse":
        line, first = repeated[0]
        more = f" and {len(repeated) - 1} more" if len(repeated) > 1 else ""
        raise BadFile(f"line {line} repeats line {first}{more}", "mend the file, or set `duplicate_rows`")
    return kept, len(repeated)


# --- numbers --------------------------------------------------------------------------------------------------


def _decimal(
    config: HoldingsFile, at: Mapping[str, int], rows: list[Mapping[str, str]], warnings: list[str]
) -> Decimal:
    if config.decimal != "auto":
        return config.decimal
    numbers = [row[name] for row in rows for name in (*_NUMBERS, "weight") if name in at]
    if doubtful := undecided(numbers):
        warnings.append(f"`{doubtful[:40]}` is read with a decimal point; set `decimal`")
    try:
        return decimal_of(numbers)
    except BadNumber as error:
        raise BadFile(str(error), "set `decimal`", key="decimal") from error


def _unit(config: HoldingsFile, sheet: Sheet, at: Mapping[str, int], cells: Iterable[str]) -> Unit | None:
    if "weight" not in at:
        return None
    if config.weight_unit != "auto":
        return config.weight_unit
    unit = unit_of_header(sheet.header[at["weight"]])
    if unit is None:
        bare = next((cell for cell in cells if not is_empty(cell) and split_unit(cell)[1] is None), None)
        if bare is not None and re.search(r"[1-9]", bare):
            raise BadFile(f"the weight `{bare.strip()[:40]}` has no unit", "set `weight_unit`", key="weight_unit")
    return unit or "percent"  # only zeros are left without a unit


def _numbers(row: Row, decimal: Decimal, unit: Unit | None) -> Row:
    for name in (*_NUMBERS, "weight"):
        cell = row.cells.get(name, "")
        if not cell or is_empty(cell):
            continue
        try:
            if name == "weight":
                row.weight = to_weight(cell, decimal, unit)
            else:
                row.numbers[name] = parse_number(cell, decimal)
        except BadNumber as error:
            row.problem = row.problem or f"{name}: {error}"
    written = row.cells.get("side", "")
    row.side = side_of(written)
    if row.side is None and not is_empty(written):
        row.problem = row.problem or f"side: `{written[:40]}` is neither long nor short"
    if row.side == "short" and "quantity" in row.numbers:
        row.numbers["quantity"] = -abs(row.numbers["quantity"])
    if abs(row.numbers.get("delta", 0)) > 1:
        row.problem = row.problem or f"delta: {row.numbers['delta']:g} lies outside -1 and 1"
    return row


# --- what a row is --------------------------------------------------------------------------------------------


def _sorter(config: HoldingsFile) -> Callable[[Mapping[str, str]], tuple[Sort, dict[str, str]]]:
    listed_as: tuple[tuple[Sort, tuple[str, ...]], ...] = (
        ("option", config.types.option),
        ("cash", config.types.cash),
        ("ignored", config.types.ignore),
    )
    words = {fold(word): meant for meant, listed in listed_as for word in listed}

    def sort(cells: Mapping[str, str]) -> tuple[Sort, dict[str, str]]:
        ids = identifiers(cells)
        kind = fold(cells.get("type", ""))
        if kind in words:
            return words[kind], ids
        named = next((cell.strip() for cell in cells.values() if cell.strip()), "")
        if (not ids and _TOTAL.match(named)) or (len(ids) == 1 and _TOTAL_ALONE.fullmatch(named)):
            return "total", {}
        if option_root(ids.get("ticker", "")):
            return "option", ids
        shown = ids.get("ticker", "") if set(ids) <= {"ticker"} else ""
        if not kind and _CASH.fullmatch(shown or ("" if ids else cells.get("name", "").strip().upper())):
            return "cash", ids
        return "security", ids

    return sort


# --- weights --------------------------------------------------------------------------------------------------


def _position(row: Row, at: Mapping[str, int], nav: float | None) -> Position:
    weight = None
    if not row.problem:
        weight = option_weight(row, at, nav) if row.sort == "option" else security_weight(row, nav)
        if weight is not None and not abs(weight) < _MOST:
            row.problem = f"a weight of {weight * 100:.3g} %"
            weight = None
    name = row.cells.get("name", "").strip()[:80]
    underlying = row.cells.get("underlying", "").strip()[:200] or option_root(row.ids.get("ticker", ""))
    return Position(row.line, row.sort, row.ids, name, underlying, weight, row.problem)


def _remark(
    rows: list[Row], made: list[Position], at: Mapping[str, int], nav: float | None, warnings: list[str]
) -> None:
    """Note what of the file a person should look at."""
    if not any(row.weight is not None for row in made if row.sort in ("security", "option")):
        hint = "" if "weight" in at else "; map `weight`, or `market_value` and give `nav`"
        warnings.append(f"no weight is known{hint}")
        return
    if "weight" not in at and nav is None:
        warnings.append("`nav` is not given, so market values make no weights")
    for said, count in _at_odds(row for row in rows if row.sort == "security").items():
        if count:
            warnings.append(f"{count} rows have {said}; they count as short")
    if "delta" not in at and any(row.sort == "option" and row.weight is not None for row in made):
        warnings.append("there is no delta, so options count with the weight that the file gives them")


def _at_odds(rows: Iterable[Row]) -> dict[str, int]:
    """Count the securities of which one column says long and another short, by what they say."""
    found = dict.fromkeys(
        (
            "a positive quantity and a negative weight",
            "a negative value and a positive weight",
            "a side that is long and a negative weight or quantity",
        ),
        0,
    )
    quantity, value, side = found
    for row in rows:
        count, weight = row.numbers.get("quantity", 0), row.weight or 0
        found[quantity] += count > 0 > weight
        found[value] += not count and row.side is None and weight > 0 and is_short(row)
        found[side] += row.side == "long" and (weight < 0 or count < 0)
    return found


# --- the date -------------------------------------------------------------------------------------------------


def _as_of(
    sheet: Sheet, config: HoldingsFile, lines: list[tuple[int, list[str]]], modified: datetime, warnings: list[str]
) -> tuple[str, datetime | None]:
    if config.as_of == "modified":
        return modified.date().isoformat(), modified
    at = columns(sheet, {"as_of": config.as_of}, ("as_of",))["as_of"]
    written = dict.fromkeys(cells[at].strip() for _, cells in lines if cells[at].strip())
    if not written:
        raise BadFile(f"column `{config.as_of[:60]}` holds no date", key="as_of")
    moments = [_moment(text, config.date_format) for text in written]
    found = sorted({moment.date().isoformat() for moment in moments})
    if len(found) > 1:
        warnings.append(f"rows are of {len(found)} different dates, {found[0]} to {found[-1]}; the oldest counts")
    # Midnight is how a bare date reads. Of several times, zones among them, none can be said to be the oldest.
    timed = len(moments) == 1 and moments[0].time() != time()
    return found[0], moments[0] if timed else None


def _moment(text: str, style: str) -> datetime:
    for read in (lambda t: datetime.strptime(t, style), datetime.fromisoformat):
        try:
            return read(text)
        except ValueError:
            continue
    raise BadFile(f"`{text[:40]}` is not a date", f"set `date_format`; now it is {style}", key="date_format")
