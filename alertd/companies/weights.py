"""What a row of a positions file weighs: its share of the portfolio, of an option that of its underlying by delta."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from alertd.companies.delimited import BadFile, fold
from alertd.companies.holdings import HoldingsFile
from alertd.companies.securities import option_symbol

Sort = Literal["security", "option", "cash", "ignored", "total"]
"""What a row is."""
Side = Literal["long", "short"]

_LEAST_NET = 0.1
"""Of gross: a net sum below that is no measure to put weights to."""


@dataclass(slots=True)
class Row:
    """A row while it is read."""

    line: int
    cells: Mapping[str, str]
    sort: Sort
    ids: Mapping[str, str]
    numbers: dict[str, float]
    weight: float | None = None
    problem: str = ""
    side: Side | None = None
    """As the column `side` says; then the quantity has its sign."""


def is_short(row: Row) -> bool:
    """Whether something beside its weight says that a position is short."""
    if row.side == "short":
        return True
    quantity = row.numbers.get("quantity", 0)
    return quantity < 0 if quantity else _signed_value(row) < 0


def _signed_value(row: Row) -> float:
    # An option's exposure has the sign of its delta, too: a put that is held has a negative one.
    other = row.numbers.get("exposure", 0.0) if row.sort == "security" else 0.0
    return row.numbers.get("market_value", other)


def _value(row: Row) -> float | None:
    """Give a row's market value in the portfolio's currency."""
    numbers = row.numbers
    if "market_value" in numbers:
        value = numbers["market_value"]
        # Many systems write the value of a short without its sign.
        return -abs(value) if is_short(row) else value
    if "quantity" in numbers and "price" in numbers:
        size = numbers.get("multiplier", 100.0 if row.sort == "option" else 1.0)
        return numbers["quantity"] * numbers["price"] * size * numbers.get("fx", 1.0)
    return None


def nav_of(config: HoldingsFile, at: Mapping[str, int], rows: list[Row]) -> float | None:
    """Give what market values are shares of, if it is known. Raises BadFile."""
    if isinstance(config.nav, float):
        return config.nav
    if "nav" in at:
        given = {row.numbers["nav"] for row in rows if "nav" in row.numbers}
        if len(given) > 1:
            raise BadFile(f"column nav holds {len(given)} different values", "it is that of the whole portfolio")
        if given and min(given) > 0:
            return given.pop()
    if config.nav is None:
        return None
    values = [value for row in rows if row.sort not in ("total", "ignored") and (value := _value(row)) is not None]
    gross, net = sum(map(abs, values)), sum(values)
    if config.nav == "gross" or not gross:
        return gross or None
    if net < gross * _LEAST_NET:
        share = f"{net / gross:.1%} of gross"
        raise BadFile(f"the net sum is only {share}", "set `nav` to the portfolio's value", key="nav")
    return net


def security_weight(row: Row, nav: float | None) -> float | None:
    """Weigh a position that is no option."""
    weight = row.weight
    if weight is None and nav is not None and (value := _value(row)) is not None:
        weight = value / nav
    if weight is not None and is_short(row):
        weight = -abs(weight)  # as with values: many write a short without its sign
    return weight


def option_weight(row: Row, at: Mapping[str, int], nav: float | None) -> float | None:
    """Weigh an option as the position in its underlying that it is worth now."""
    numbers = row.numbers
    if "exposure" in numbers and nav is not None:
        return numbers["exposure"] / nav
    delta = _delta(row)
    if delta is None:
        return None if "delta" in at or row.weight is None else security_weight(row, nav)
    if nav is not None and "quantity" in numbers and "underlying_price" in numbers:
        shares = numbers["quantity"] * numbers.get("multiplier", 100.0)
        return shares * numbers["underlying_price"] * numbers.get("fx", 1.0) * delta / nav
    if row.weight is None:
        return None
    notional = -abs(row.weight) if is_short(row) else row.weight
    return notional * delta


def _delta(row: Row) -> float | None:
    """Give an option's delta with its sign: that of a put is negative, however it is written."""
    delta = row.numbers.get("delta")
    if delta is None:
        return None
    kind = {*fold(row.cells.get("type", "")).split(), option_symbol(row.ids.get("ticker", ""))[1].lower()}
    if kind & {"put", "p"}:
        return -abs(delta)
    return abs(delta) if kind & {"call", "c"} else delta
