"""The companies that are looked for in texts, as a book carries them to the processes that match."""

from __future__ import annotations

import msgspec

from alertd.base.ids import mark
from alertd.companies.model import Company
from alertd.companies.table import CompanyTable
from alertd.model import Struct


class NamedCompanies(Struct, frozen=True, kw_only=True):
    """What the desk's files declare, and over which table. The table lies in a file that every process reads itself:
    with every book it would be sent again.
    """

    declared: tuple[Company, ...] = ()
    """Those that the files declare or add to, in their order."""
    other_ids: dict[str, str] = msgspec.field(default_factory=dict)
    """Former ids, and those of registrants that are declared under an id of the desk's own -> id."""
    registrants: str = ""
    """Fingerprint of the table."""
    hash: str = ""

    def over(self, table: CompanyTable) -> CompanyTable:
        """Put them over a table of registrants. If that is newer than ours, a reload that tells so is on its way."""
        return table.with_declared(self.declared, self.other_ids)


def named_in_table(table: CompanyTable) -> NamedCompanies:
    """Give the companies of a table in the form that travels."""
    found = NamedCompanies(
        declared=tuple(table.declared.values()), other_ids=table.other_ids, registrants=table.version
    )
    return msgspec.structs.replace(found, hash=mark(msgspec.json.encode(found, order="deterministic").decode()))
