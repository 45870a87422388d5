"""What a condition may name beside itself: sources, lists, fragments, event types, companies.

The loader fills it from all files before it reads a rule. The plain `Known` knows nothing: what is not known is
not checked, and what must be known to be read (a list, a fragment, a company) is not there.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Literal

from alertd.model import Struct
from alertd.text.scan import Term

if TYPE_CHECKING:
    from alertd.rules.tree import Condition

ListKind = Literal["companies", "terms", "forms", "sources", "rates"]


class TermList(Struct, frozen=True):
    """Words and phrases ready to be looked for; one object for all rules that name the same list."""

    written: tuple[str, ...]
    terms: frozenset[Term]


class Known:
    """What rules may name. None means: not known, so not checked."""

    sources: Collection[str] | None = None
    """Ids of the configured sources."""
    event_types: Collection[str] | None = None
    """Ids of the event types that are defined."""
    roles: Collection[str] | None = None
    """Roles that event types give to their parties."""
    event_kinds: Collection[str] | None = None
    """Kinds that event types tell apart."""
    lists: Mapping[str, ListKind] = {}
    """Name of every list -> what it holds, also of one whose content is faulty."""
    fragments: Collection[str] = ()
    """Name of every fragment, also of one that is faulty itself."""
    portfolios: Collection[str] | None = None
    rules: Collection[str] | None = None
    tags: Collection[str] | None = None
    owners: Collection[str] | None = None
    """What a condition of a receiver may name; a rule's names none of these."""
    sectors: Collection[str] = ()
    """Sectors that a company is declared in."""

    def term_list(self, name: str) -> TermList | None:
        """Give a list of terms; None if there is none or if it is faulty."""
        return None

    def form_list(self, name: str) -> tuple[str, ...] | None:
        """Give a list of forms, as `filing.read_form` writes them."""
        return None

    def source_list(self, name: str) -> tuple[str, ...] | None:
        """Give a list of sources."""
        return None

    def company_list(self, name: str) -> frozenset[str] | None:
        """Give the company ids of a list."""
        return None

    def sector(self, name: str) -> frozenset[str] | None:
        """Give the ids of the companies of a sector; None if there is no such sector."""
        return None

    def company(self, text: str) -> str | None:
        """Give the id of a company written as id, ticker, CIK, slug or name; None if it is not known."""
        return None

    def company_hint(self, text: str) -> str:
        """Say which company may have been meant."""
        return ""

    def fragment(self, name: str) -> Condition | None:
        """Give a fragment's condition; None if there is none or if it is faulty."""
        return None

    def barred(self, kind: Literal["list", "source", "company", "fragment"], name: str) -> str:
        """Say why something that exists may not be named here (it belongs to another desk); empty if it may."""
        return ""
