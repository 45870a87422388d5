"""`alertd parse --type edgar`: pages of EDGAR's feeds become filings, merged over all the pages given."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from alertd.base.clock import rfc3339
from alertd.cli.output import print_json, printable, warn
from alertd.sources.edgar_entry import Listed
from alertd.sources.edgar_filing import Filing, candidate, filing_mark, filings
from alertd.sources.edgar_page import Page, read_page
from alertd.sources.events import Seen, SourceFacts


@dataclass(slots=True)
class Pages:
    """Pages read one after the other. A filing that stands on several of them is one, with the filers of all."""

    facts: SourceFacts
    base_url: str
    now: int
    raw: bool
    _entries: list[Listed] = field(default_factory=list)
    _seen: dict[str, Seen] = field(default_factory=dict)
    """By accession number: the first page that shows it."""

    def take(self, name: str, body: bytes) -> Callable[[], None]:
        """Read a page; gives what says how it went. Raises ParseFailed."""
        page = read_page(body)
        seen = Seen(self.facts, self.base_url, self.now, hashlib.sha256(body).hexdigest(), None)
        for entry in page.entries:
            self._seen.setdefault(entry.accession, seen)
        self._entries += page.entries
        return partial(self._told, name, page)

    def _told(self, name: str, page: Page) -> None:
        for rejected in page.rejected:
            warn(f"{name}: entry {rejected.position + 1} is no filing: {rejected.reason}", "yellow")
        for note in dict.fromkeys(page.notes):
            warn(f"{name}: {note}", "dim")

    def print(self, *, as_json: bool) -> None:
        """Print the filings in the order in which they first came: events, or a line for people."""
        if self.raw:
            for entry in self._entries:
                print_json(entry)
            return
        for filing in filings(self._entries):
            if as_json:
                made = candidate(filing, filing_mark(filing.accession), self._seen[filing.accession])
                sys.stdout.buffer.write(bytes(made.event) + b"\n")
            else:
                sys.stdout.buffer.write(line(filing).encode() + b"\n")
        sys.stdout.buffer.flush()


def line(filing: Filing) -> str:
    """Write a filing on one line: accession number, form, items, filers, acceptance time, with tabs between them."""
    who = "; ".join(_filer(filer) for filer in filing.filers)
    items = ",".join(item.code for item in filing.items)
    accepted = "" if filing.accepted_ms is None else rfc3339(filing.accepted_ms)
    columns = (filing.accession, filing.form, items, who, accepted)
    return "\t".join(printable(column) or "-" for column in columns)


def _filer(filer: dict[str, str]) -> str:
    return f"{filer['name']} ({', '.join(part for part in (filer.get('cik'), filer['role']) if part)})"
