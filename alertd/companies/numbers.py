"""Numbers and weights as people and order management systems write them.

`1,234.50` `1.234,50` `1 234,50` `1'234.50` `(1,234)` `1234-` `−3.5 %` `80bp`
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

Decimal = Literal[".", ","]
Unit = Literal["percent", "bp", "fraction"]

_SIZE: dict[str, float] = {"percent": 100.0, "bp": 10_000.0, "fraction": 1.0}
_SIGN = str.maketrans({"−": "-", "–": "-", "\N{FULLWIDTH PLUS SIGN}": "+", "，": ",", "．": ".", "％": "%", "’": "'"})
_SPACES = re.compile(r"[\s'_\u00a0\u2007\u202f]+")
_UNIT = re.compile(r"(%|pct|percent|bps?)$", re.IGNORECASE)
_MONEY = re.compile(r"^([-+(]*)(?:[$€£¥]|USD|EUR|GBP|CHF|JPY)|(?:[$€£¥]|USD|EUR|GBP|CHF|JPY)(?=[-)]*$)")
_PLAIN = re.compile(r"\d{1,20}(?:\.\d{0,15})?(?:[eE][-+]?\d{1,2})?|\.\d{1,15}")
_GROUPS = {
    ".": re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d*)?"),
    ",": re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d*)?"),
}
_EMPTY = frozenset(("", "-", "--", "n/a", "na", "nan", "null", "none", "#n/a", "."))


class BadNumber(ValueError):
    """Not a number that can be read, in words."""


def is_empty(cell: str) -> bool:
    """Whether a cell says that there is no value."""
    return cell.strip().casefold() in _EMPTY


def parse_number(cell: str, decimal: Decimal = ".") -> float:
    """Read a number. Raises BadNumber; a thousands separator in the wrong place is refused, never guessed at."""
    text = _SPACES.sub("", cell.strip().translate(_SIGN))
    text = _MONEY.sub(r"\1", text)
    negative = False
    if text.startswith("(") and text.endswith(")"):  # accountants' minus
        negative, text = True, text[1:-1]
    if text.endswith("-"):
        negative, text = not negative, text[:-1]
    elif text[:1] in ("-", "+"):
        negative, text = negative != (text[0] == "-"), text[1:]
    if _GROUPS[decimal].fullmatch(text):
        text = text.replace("," if decimal == "." else ".", "")
    if decimal == ",":
        if "." in text:
            raise BadNumber(f"`{cell[:40]}` is not a number with a decimal comma")
        text = text.replace(",", ".")
    if not _PLAIN.fullmatch(text):
        raise BadNumber(f"`{cell[:40]}` is not a number")
    value = float(text)
    return -value if negative and value else value


def split_unit(cell: str) -> tuple[str, Unit | None]:
    """Take the unit off a weight: `8.0%` -> (`8.0`, percent)."""
    text = cell.strip().translate(_SIGN)
    closing = ")" if text.startswith("(") and text.endswith(")") else ""
    inner = text[:-1] if closing else text
    found = _UNIT.search(inner)
    if not found:
        return text, None
    unit: Unit = "bp" if found[1].lower().startswith("b") else "percent"
    return inner[: found.start()].rstrip() + closing, unit


def to_weight(cell: str, decimal: Decimal = ".", unit: Unit | None = None) -> float:
    """Read a weight as a fraction; `unit` is meant where the cell states none. Raises BadNumber."""
    text, stated = split_unit(cell)
    meant = stated or unit
    if meant is None:
        raise BadNumber(f"`{cell[:40]}` has no unit")
    return parse_number(text, decimal) / _SIZE[meant]


def parse_weight(value: object) -> float:
    """Read a weight that a person wrote into YAML: `8.0%`, `80bp`. Raises ValueError."""
    if isinstance(value, str):
        text, unit = split_unit(value)
        if unit is not None:
            return parse_number(text) / _SIZE[unit]
    if isinstance(value, (str, int, float)) and not isinstance(value, bool):
        shown = str(value).strip()[:20]
        such = f"{shown}%" if re.fullmatch(r"[-+]?[\d.]+", shown) else "8.0%"
        raise ValueError(f"say the unit: such as {such} or 80bp")
    raise ValueError("a weight is a number with its unit, such as 8.0% or 80bp")


def unit_of_header(name: str) -> Unit | None:
    """Read the unit from a column's name: `Weight (%)`, `wgt_bps`, `Pct NAV`."""
    words = re.findall(r"%|[a-z]+", name.casefold())
    if any(word in ("bp", "bps") for word in words):
        return "bp"
    if any(word in ("%", "pct", "percent", "percentage") for word in words):
        return "percent"
    return "fraction" if "fraction" in words else None


def decimal_of(cells: Iterable[str]) -> Decimal:
    """Tell from a file's numbers whether they have decimal points or commas. Raises BadNumber if both.

    `1.234,5` and `0,5` say comma; `1,234.5` and `0.5` say point; `1,234` says nothing, and with nothing said it is a
    point.
    """
    said: dict[Decimal, str] = {}
    for cell in cells:
        text = re.sub(r"[^\d.,]", "", cell.translate(_SIGN))
        style = _style(text)
        if style is not None:
            said.setdefault(style, cell)
        if len(said) == 2:
            first, second = said["."][:30], said[","][:30]
            raise BadNumber(f"`{first}` has a decimal point, `{second}` a decimal comma")
    return "," if "," in said else "."


def undecided(cells: Iterable[str]) -> str:
    """Give a number such as `1.234` if nothing in a file tells whether its point is decimal; else nothing."""
    found = ""
    for cell in cells:
        text = re.sub(r"[^\d.,]", "", cell.translate(_SIGN))
        if _style(text) is not None:
            return ""
        if "." in text and not found:
            found = cell
    return found


def _style(text: str) -> Decimal | None:
    point, comma = text.rfind("."), text.rfind(",")
    if point >= 0 and comma >= 0:
        return "." if point > comma else ","
    at = max(point, comma)
    if at < 0:
        return None
    sign: Decimal = "." if point >= 0 else ","
    other: Decimal = "," if point >= 0 else "."
    if text.count(sign) > 1:
        return other
    groups = len(text) - at - 1 == 3 and 1 <= at <= 3 and not text.startswith("0")
    return None if groups else sign
