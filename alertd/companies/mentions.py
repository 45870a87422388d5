"""A company named in a text: where, by which way of writing, and how sure that is."""

from __future__ import annotations

from typing import Literal, NamedTuple

from alertd.model import Struct

Way = Literal["filer", "isin", "tag", "ticker", "cik", "name", "short", "alias"]
"""How it is named, the surest first: as filer of the filing, by ISIN, by an exchange's tag such as (NASDAQ: NVDA), by
a cashtag or RIC, by CIK, by its name in full, by its name without the legal form, by an alias."""


class Mention(Struct, frozen=True):
    """One place where a company is named. Offsets are code points of the field, end exclusive."""

    company: str
    """Id."""
    field: Literal["title", "body"]
    start: int
    end: int
    way: Way
    why: str = ""
    """In words, where it had to be told from an ordinary word or from another company."""


class Beside(NamedTuple):
    """A company that an event names beside its text: in a category, or as its filer."""

    company: str
    way: Literal["filer", "tag", "ticker", "isin", "cik"]
    written: str
