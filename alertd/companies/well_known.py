"""Names that people write and no rule makes: the packaged file of well-known companies, read once.

AAPL | Apple | Apple Computer                                a registrant, by ticker
samsung-electronics | Samsung Electronics | !Samsung | 005930:XKRX    a company that the SEC's table does not have
anthropic | Anthropic | Anthropic PBC | private
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from alertd.companies.model import Company, Listing

_FILE = Path(__file__).parent / "data" / "well_known.txt"
_PRIVATE = "private"


class WellKnown(NamedTuple):
    """A line of the file."""

    key: str
    """A registrant's ticker, in upper case, or an id of ours."""
    name: str
    """What people call it."""
    names: tuple[str, ...]
    """All that it is called, the name among them."""
    distinct: frozenset[str]
    """Those of its names that are words, but seldom mean anything else."""
    listings: tuple[Listing, ...]
    private: bool

    @property
    def is_registrant(self) -> bool:
        """Whether the line adds to a company of the SEC's table."""
        return not self.key.islower()

    def company(self) -> Company:
        """Give it as a company of its own."""
        return Company(id=self.key, name=self.name, aliases=self.names, listings=self.listings, private=self.private)


@cache
def well_known() -> tuple[WellKnown, ...]:
    """Give the lines of the packaged file."""
    return tuple(_read(_FILE.read_text("utf-8").splitlines()))


def _read(lines: list[str]) -> Iterator[WellKnown]:
    for line in lines:
        if line.startswith("#") or not line.strip():
            continue
        key, name, others, elsewhere, *_ = (*(piece.strip() for piece in line.split("|")), "", "", "")
        names = [piece.strip() for piece in others.split(";") if piece.strip()]
        marked = frozenset(piece[1:] for piece in names if piece.startswith("!"))
        listed = [piece.partition(":") for piece in elsewhere.split() if ":" in piece]
        yield WellKnown(
            key,
            name,
            tuple(dict.fromkeys((name, *(piece.removeprefix("!") for piece in names)))),
            marked,
            tuple(Listing(ticker, exchange) for ticker, _, exchange in listed),
            elsewhere == _PRIVATE,
        )
