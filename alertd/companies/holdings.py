"""What a user writes under `holdings:` of a portfolio: the positions themselves, or where the OMS puts them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema, model_validator

from alertd.base.config import ConfigModel, Duration, Timezone
from alertd.companies.numbers import parse_weight

MAX_HOLDINGS = 10_000

IdField = Literal["figi", "isin", "cusip", "sedol", "lei", "cik", "company", "ticker"]
"""What a security or its issuer is known by, the surest first."""
ID_FIELDS: tuple[IdField, ...] = get_args(IdField)
Column = Annotated[str, Field(min_length=1, max_length=200)]


def _share(value: Any) -> float:
    share = parse_weight(value)
    if not 0 <= share <= 1:
        raise ValueError("a share lies between 0% and 100%")
    return share


def _text(value: float) -> str:
    return f"{value * 100:.10g}%"


WEIGHT_PATTERN = r"^\s*[-+−]?[0-9]+(\.[0-9]+)?\s*(%|[bB][pP][sS]?)\s*$"
_SCHEMA = {"type": "string", "pattern": WEIGHT_PATTERN}
Written = Annotated[
    float, BeforeValidator(parse_weight), PlainSerializer(_text, return_type=str), WithJsonSchema(_SCHEMA)
]
"""A weight with its unit, `8.0%` or `80bp`, as a fraction."""
Share = Annotated[float, BeforeValidator(_share), PlainSerializer(_text, return_type=str), WithJsonSchema(_SCHEMA)]
"""A share of a whole with its unit, as a fraction."""


class InlineHolding(ConfigModel):
    """One position, written into the portfolio's file."""

    ticker: Annotated[str, Field(min_length=1, max_length=40)] | None = None
    exchange: Annotated[str, Field(min_length=1, max_length=40)] | None = None
    """Where the ticker is traded, as a MIC (ISO 10383) or as the SEC names it."""
    cik: Annotated[str, Field(pattern=r"^0*[0-9]{1,10}$")] | None = None
    """The SEC's number of a registrant."""
    company: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    """A company by its id, ticker or declared name."""
    weight: Written | None = None
    """Share of the portfolio with its unit, such as 8.0% or 80bp; negative for a short."""

    @model_validator(mode="after")
    def _one_identity(self) -> InlineHolding:
        given = [name for name in ("ticker", "cik", "company") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError("a holding names one of `ticker`, `cik` or `company`")
        if self.exchange is not None and self.ticker is None:
            raise ValueError("`exchange` goes with a `ticker`")
        return self

    @property
    def written(self) -> str:
        """What it names, as written."""
        return self.ticker or self.cik or self.company or ""


class Columns(ConfigModel):
    """How a file of columns is written."""

    file: Path
    """Where it lies; seen from the folder of the portfolio's file unless it begins with `/`."""
    encoding: Annotated[str, Field(max_length=40)] = "auto"
    """Such as utf-8 or cp1252; `auto` takes the byte order mark, then UTF-8, then Windows-1252 with a warning."""
    delimiter: Annotated[str, Field(min_length=1, max_length=4)] = "auto"
    """What stands between columns: one character, `tab`, or `auto`."""
    header_line: Annotated[int, Field(ge=1, le=100)] = 1
    """The line with the names of the columns."""
    end_line: Column | None = None
    """How the last line begins, if it is no row but ends the file: without it the file counts as half written."""

    @model_validator(mode="after")
    def _known_style(self) -> Columns:
        if self.delimiter not in ("auto", "tab") and len(self.delimiter) != 1:
            raise ValueError("`delimiter` is one character, `tab` or `auto`")
        if self.encoding != "auto":
            try:
                "".encode(self.encoding)
            except LookupError as error:
                raise ValueError(
                    f"there is no encoding `{self.encoding}`; such as utf-8, utf-16 or cp1252"
                ) from error
        return self


class Ids(ConfigModel):
    """The columns with what a security or its issuer is known by."""

    figi: Column | None = None
    isin: Column | None = None
    cusip: Column | None = None
    sedol: Column | None = None
    lei: Column | None = None
    """Of the issuer (ISO 17442)."""
    cik: Column | None = None
    """The SEC's number of the issuer."""
    company: Column | None = None
    """The issuer's id, ticker or declared name."""
    ticker: Column | None = None
    exchange: Column | None = None
    """Where the ticker is traded: a MIC (ISO 10383), or as the SEC names it."""
    type: Column | None = None
    """What sort of instrument it is; see `types`."""
    underlying: Column | None = None
    """Of an option: any identifier of what it is an option on."""


class PositionColumns(Ids):
    """The columns of a positions file."""

    name: Column | None = None
    """What a position is called, for messages about it."""
    weight: Column | None = None
    """Share of the portfolio."""
    quantity: Column | None = None
    """Signed: negative for a short."""
    side: Column | None = None
    """Long or short in a word, where nothing has a sign: `L` or `S`, `Long` or `Short`, `Buy` or `Sell`."""
    market_value: Column | None = None
    """Signed, in the portfolio's currency."""
    price: Column | None = None
    """With `quantity`, instead of a market value."""
    fx: Column | None = None
    """What one unit of the price's currency is worth in the portfolio's."""
    nav: Column | None = None
    """The portfolio's value, the same in every row."""
    delta: Column | None = None
    """Of an option, between -1 and 1."""
    multiplier: Column | None = None
    """Shares for one contract; 100 unless given."""
    underlying_price: Column | None = None
    exposure: Column | None = None
    """Of an option: its delta-adjusted value, signed, in the portfolio's currency."""


class SecurityMaster(Columns):
    """The desk's own table of securities: which identifiers belong to which issuer."""

    map: Ids = Ids()
    """What each column is called in the file. A column named as the field itself need not be mapped."""


class Types(ConfigModel):
    """Which words in the `type` column mean an option, cash, or what is to be left out; any case."""

    option: tuple[Column, ...] = (
        "option", "opt", "call", "put", "call option", "put option", "equity option", "stock option", "warrant",
    )  # fmt: skip
    """By delta and underlying."""
    cash: tuple[Column, ...] = (
        "cash", "currency", "fx", "fx forward", "forward fx", "fx spot", "cash equivalent", "deposit", "money market",
    )  # fmt: skip
    """Counted as ignored."""
    ignore: tuple[Column, ...] = ()
    """Counted as ignored as well."""


class HoldingsFile(Columns):
    """Positions from a file that an order management system writes."""

    map: PositionColumns = PositionColumns()
    """What each column is called in the file. A column named as the field itself need not be mapped."""
    as_of: Column = "modified"
    """The column with the date of the positions, or `modified` for the file's own date."""
    date_format: Annotated[str, Field(max_length=40)] = "%Y-%m-%d"
    """How dates are written, as strftime has it; ISO dates are always read."""
    timezone: Timezone | None = None
    """Whose midnight ends a date; by default the portfolio's."""
    stale_after: Duration = 345_600.0
    """How long after the end of their date positions count as fresh; afterwards the operator is told."""
    weight_unit: Literal["auto", "percent", "bp", "fraction"] = "auto"
    """Of weights without a unit; `auto` reads it from the column's name and refuses to guess."""
    decimal: Literal["auto", ".", ","] = "auto"
    """The decimal sign; `auto` reads it from the numbers of the file."""
    nav: Annotated[float, Field(gt=0)] | Literal["net", "gross"] | None = None
    """What market values are shares of: an amount in the portfolio's currency, or the `net` or `gross` sum."""
    security_master: SecurityMaster | Path | None = None
    """The desk's own table of identifiers, a CSV file: a path, or a mapping with `file` and `map`."""
    types: Types = Types()
    """Which words in the `type` column mean an option, cash, or what is to be left out."""
    duplicate_rows: Literal["once", "add", "refuse"] = "once"
    """What to do with a row that stands there twice, equal in every column."""
    max_drop: Share = 0.2
    """Refuse a file with so many fewer rows than the last one."""
    max_unmapped: Share = 0.02
    """Refuse a file of which more than this share of gross has no known company."""

    @property
    def master(self) -> SecurityMaster | None:
        """The security master as a mapping, however it was written."""
        if isinstance(self.security_master, Path):
            return SecurityMaster(file=self.security_master)
        return self.security_master


HoldingsEntry = Annotated[list[InlineHolding], Field(max_length=MAX_HOLDINGS)] | HoldingsFile
"""What may stand under `holdings:`."""
