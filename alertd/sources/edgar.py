"""The `edgar` source: EDGAR's feed of current filings; its settings and the parser of its pages.

    page -> entries (edgar_page) -> filings, merged and kept by form (edgar_filing) -> Candidates

Everything here is pure: the parse worker runs it with limits, `alertd parse --type edgar` without.
"""

from __future__ import annotations

import hashlib
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import urlencode

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from alertd.model import ParsedFeed, Trust
from alertd.rules.filing import base_form, canonical_form, read_form
from alertd.sources.edgar_entry import Listed
from alertd.sources.edgar_filing import candidate, filing_mark, filings
from alertd.sources.edgar_front import PAGE
from alertd.sources.edgar_page import read_page
from alertd.sources.events import LATEST_MS, Seen, SourceFacts
from alertd.sources.guard import FREE, Guard
from alertd.sources.polled import HttpConfig, is_url
from alertd.sources.sec_day import SecEvery, sec_timetable

SEC = "https://www.sec.gov"


def _read_form(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)  # `4` of a file
    if not isinstance(value, str):
        return value
    try:
        return read_form(value)
    except ValueError as error:
        raise ValueError(f"`{value[:60]}` {error}") from None


Form = Annotated[
    str, BeforeValidator(_read_form), WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "integer"}]})
]
"""A form as a user writes it, in canonical form once read."""


def _check_base(url: str) -> str:
    if not is_url(url) or any(c in url for c in "?#"):
        raise ValueError("the base_url starts with http:// or https:// and has a host, and no ? or #")
    return url.rstrip("/")


class EdgarConfig(HttpConfig):
    """The filings of EDGAR, as they come: an entry of `sources:` with `type: edgar`. Needs the setting `contact`."""

    address_key: ClassVar[str] = "base_url"

    type: Literal["edgar"]
    forms: Annotated[list[Form], Field(min_length=1, max_length=200)]
    """Forms that become events, such as 8-K, "4", SCHEDULE 13D; an amendment only where it is named: 8-K/A."""
    every: SecEvery = sec_timetable(10.0)
    """How often to ask from 06:00 to 22:00 New York on business days, else every 5 minutes; or hours as for feeds."""
    full_text: bool = False
    """Fetch the documents of each filing too: the event goes out at once, its text follows as a revision."""
    trust: Trust = "high"
    """How far the source is to be believed."""
    base_url: Annotated[str, AfterValidator(_check_base), Field(max_length=2_000)] = SEC
    """Where EDGAR is: another address for a mirror, or for tests."""

    @property
    def kind(self) -> Literal["news", "filing"]:
        """What its items are."""
        return "filing"

    @property
    def address(self) -> str:
        """The address of the current filings, whichever forms are asked for: other forms are no other source."""
        return f"{self.base_url}/cgi-bin/browse-edgar"

    @property
    def asks_for(self) -> str:
        """The form by which EDGAR's own filter is set: it takes one, and all that begin so. Empty: no filter."""
        bases = {base_form(form) for form in self.forms}
        return bases.pop() if len(bases) == 1 else ""

    def page_url(self, start: int) -> str:
        """Give the address of the page that begins with the entry of this number, from 0."""
        asked = {"action": "getcurrent", "type": self.asks_for, "owner": "include",
                 "count": PAGE, "start": start, "output": "atom"}  # fmt: skip
        return f"{self.address}?{urlencode(asked)}"

    def forbidden(self) -> str:
        """Say why no poll will be let through to the address; empty if one may."""
        return self.refused(self.base_url)

    def facts(self) -> SourceFacts:
        """Give what its events say of it."""
        return SourceFacts(
            id=self.id,
            kind="filing",
            trust=self.trust,
            language="en",
            classification=self.classification,
            rights=self.terms(),
            forms=tuple(dict.fromkeys(self.forms)),
            full_text=self.full_text,
        )


def parse_page(
    body: bytes,
    content_type: str | None,
    base_url: str,
    source: SourceFacts,
    seen_at_ms: int,
    http_date: str | None,
    guard: Guard = FREE,
) -> ParsedFeed:
    """Make one candidate for each filing on a page whose form is watched, with the filers that the page names.

    Raises ParseFailed, with one sentence for a person, if the page is none of EDGAR's feeds or is cut off; a broken
    entry is in `rejected`, its neighbours are not. `duplicates` is empty: an entry more is a filer more.
    """
    page = read_page(body, content_type, guard)
    seen = Seen(source, base_url, seen_at_ms, hashlib.sha256(body).hexdigest(), http_date)
    found = filings(page.entries)
    marks = {one.accession: filing_mark(one.accession) for one in found}
    watched = frozenset(source.forms)
    kept = [one for one in found if not watched or canonical_form(one.form) in watched]
    times = [one.accepted_ms for one in found if one.accepted_ms is not None]
    doubts = _doubts(page.entries, times, seen_at_ms)
    page.notes += doubts
    return ParsedFeed(
        format=f"edgar-{page.kind}",
        candidates=[candidate(one, marks[one.accession], seen) for one in kept],
        rejected=page.rejected,
        repaired="; ".join(dict.fromkeys(page.notes)),
        listed=list(marks.values()),
        unfinished=[marks[name] for name in _unfinished(page.entries)],
        shown=len(page.entries) + len(page.rejected),
        newest_ms=max(times, default=None),
        oldest_ms=min(times, default=None),
        doubts=doubts,
    )


def _doubts(entries: list[Listed], times: list[int], seen_at_ms: int) -> list[str]:
    """Say what is odd about the acceptance times; they are kept as they are, in UTC."""
    doubts = []
    if early := sum(1 for ms in times if ms > seen_at_ms + LATEST_MS):
        doubts.append(f"{early} acceptance times lie in the future: is the clock right, and EDGAR's zone?")
    strange = list(dict.fromkeys(entry.offset for entry in entries if not entry.offset_fits))
    if strange:
        count = sum(1 for entry in entries if not entry.offset_fits)
        doubts.append(
            f"{count} acceptance times have an offset that New York's clock does not have then: "
            f"{', '.join(strange[:3])}"
        )
    return doubts


def _unfinished(entries: list[Listed]) -> list[str]:
    """Give the filings that may go on on the next page: EDGAR mixes those that it accepted in the same second."""
    if not entries:
        return []
    last = entries[-1]
    names = (e.accession for e in entries if e.accession == last.accession or _same_second(e, last))
    return list(dict.fromkeys(names))


def _same_second(one: Listed, other: Listed) -> bool:
    return one.accepted_ms is not None and one.accepted_ms == other.accepted_ms
