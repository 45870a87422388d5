"""On which side positions are, long or short: as words say it, and as columns say it that nobody reads.

A short that counts as a long turns every alert about it around. So a column that is not read, and is called as if it
said the side, is compared with the weights.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from alertd.companies.delimited import BadFile, Sheet, bare, fold
from alertd.companies.numbers import BadNumber, Decimal, is_empty, parse_number
from alertd.companies.weights import Row, Side, is_short

_SIGNS: tuple[Decimal, ...] = (".", ",")
_WORDS: Mapping[str, Side] = {
    **dict.fromkeys(("s", "sh", "ss", "short", "sell", "sell short", "short sell", "sold", "sld"), "short"),
    **dict.fromkeys(("l", "lg", "long", "b", "buy", "bought", "bot"), "long"),
}
_CALLED: tuple[tuple[Literal["side", "quantity", "value"], tuple[str, ...]], ...] = (
    ("side", ("side", "direction", "ls", "long short", "l s", "buy sell", "b s")),
    (
        "quantity",
        ("qty", "quantity", "position", "positions", "pos", "shares", "units", "contracts", "lots", "nominal",
         "notional", "holding", "holdings"),
    ),
    ("value", ("value", "val", "mv", "exposure", "amount")),
)  # fmt: skip
"""What columns are called that say a side: all words of one of these."""
_NOT_HELD = frozenset((
    "change", "chg", "diff", "difference", "delta", "trade", "traded", "trades", "order", "orders", "day", "daily",
    "bought", "sold", "pending", "prior", "previous", "prev", "pl", "pnl", "gain", "loss", "unrealized",
    "unrealised", "realized", "realised", "limit", "target", "price", "cost", "accrued", "variation", "lent",
    "borrowed", "rating", "analyst", "recommendation",
))  # fmt: skip
"""What is called so is about trades, gains or opinions: it may have another sign than the position."""


def side_of(cell: str) -> Side | None:
    """Give the side that a word or a signed number means; None if it means neither."""
    if (side := _WORDS.get(fold(cell))) is not None:
        return side
    for decimal in _SIGNS:
        try:
            number = parse_number(cell, decimal)
        except BadNumber:
            continue
        return "short" if number < 0 else "long" if number else None
    return None


def unread_columns(sheet: Sheet, at: Mapping[str, int], as_of: str) -> dict[str, int]:
    """Give the columns that nobody reads."""
    read = set(at.values())
    return {
        name: place
        for place, name in enumerate(sheet.header)
        if name and place not in read and fold(name) != fold(as_of)
    }


def compare_sides(
    lines: Sequence[tuple[int, list[str]]],
    rows: Sequence[Row],
    weights: Sequence[float | None],
    at: Mapping[str, int],
    unread: Mapping[str, int],
) -> Iterator[str]:
    """Compare the columns that nobody reads with the weights; gives warnings.

    Raises BadFile where a side or a quantity says short and the weight says long.
    """
    for name, place in unread.items():
        cells = [bare(line[place]) for _, line in lines]
        counted = [i for i, row in enumerate(rows) if row.sort in ("security", "option")]
        kind = _kind(name)
        if kind == "quantity" and any(fold(cells[i]) in _WORDS for i in counted):
            kind = "side"  # a column `Position` may hold either
        if kind is None or "side" in at or (kind == "quantity" and "quantity" in at):
            continue
        against = [i for i in counted if side_of(cells[i]) == "short" and _counts_long(rows[i], weights[i])]
        if against:
            text = f"by column `{name[:60]}`, which is not read, {_named([rows[i] for i in against])} short"
            if kind != "value":
                raise BadFile(text, f"add `{kind}: {_quoted(name)}` to `map`", key="map")
            yield f"{text}; check the signs of the weights"
        elif kind == "side" and any(not is_empty(cells[i]) and side_of(cells[i]) is None for i in counted):
            yield f"column `{name[:60]}` is not read; if it says long or short, add `side: {_quoted(name)}` to `map`"


def _kind(name: str) -> Literal["side", "quantity", "value"] | None:
    words = set(fold(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)).split())
    if words & _NOT_HELD:
        return None
    return next((kind for kind, called in _CALLED if any(words.issuperset(name.split()) for name in called)), None)


def _counts_long(row: Row, weight: float | None) -> bool:
    """Whether a row counts with a weight of which nothing that is read says that it is short."""
    signed = row.sort == "option" and "exposure" in row.numbers
    return bool(weight) and not signed and not is_short(row) and (row.weight or 0) >= 0


def _named(rows: Sequence[Row]) -> str:
    first = rows[0]
    such = next((value for key, value in first.ids.items() if key != "exchange"), "")
    where = f"{such[:40]} in line {first.line}" if such else f"line {first.line}"
    return f"{where} is" if len(rows) == 1 else f"{len(rows)} rows such as {where} are"


def _quoted(name: str) -> str:
    """Write the name of a column as YAML takes it."""
    if re.fullmatch(r"[A-Za-z][\w /.()-]*", name):
        return name[:60]
    inside = name[:60].replace("'", "''")
    return f"'{inside}'"
