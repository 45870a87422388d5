"""What was missed on EDGAR's pages becomes candidates all the same: equal in name, id and content to those of a page.

A filing that was missed is found in other places (a company's submissions, the index of a day) and told in full by
its header. Whichever of them, and the pages, comes second must neither be an event of its own nor pass for a
correction of the first:

    its items are known    the content hash is that of the page
    they are not           the hash of a part (`part_hash`): it is stored where nothing is known yet, and is never a
                           revision; the first sight that knows more completes it

Pure.
"""

from __future__ import annotations

import msgspec

from alertd.base.ids import mark
from alertd.model import Candidate, event_from_json, event_to_json
from alertd.rules.filing import base_form, canonical_form
from alertd.sources.edgar_entry import Item
from alertd.sources.edgar_filing import Filing, candidate, filing_mark
from alertd.sources.events import Seen
from alertd.sources.filing_item_titles import MODERN

PART = "0"
"""What begins the hash of a part; a mark never begins so."""
SINCE, UNTIL, DAY = "since_ms", "until_ms", "day"
"""Keys of `SourceFacts.reads`: which filings are wanted, by the time of acceptance; and of which day an index is."""

_NUMBERED = frozenset(("8-K", "8-K12B", "8-K12G3", "8-K15D5"))
"""Forms whose items are the same in all of EDGAR's places, where they are named."""
_OTHERS = frozenset(("D", "REGDEX", "1-U"))
"""Forms of which EDGAR's pages announce items that other places write in another way, or not all."""


def part_hash(form: str) -> str:
    """Give the content hash of a filing of which not all is known. `scripts/ingest.lua` knows it by the 0."""
    return PART + mark("hash", "filing", canonical_form(form))


def knows_items(form: str, items: list[Item]) -> bool:
    """Say whether these are all items that the page of current filings names; none may mean that none is known."""
    base = base_form(form)
    return bool(items) if base in _NUMBERED else base not in _OTHERS


def named_item(code: str) -> Item:
    """Name an item by its code, as form 8-K does."""
    return Item(code, MODERN.get(code, ""))


def wanted(form: str, forms: tuple[str, ...]) -> bool:
    """Say whether a form is one of those that become events; none named: all do."""
    return not forms or canonical_form(form) in forms


def late_candidate(filing: Filing, seen: Seen, *, whole: bool) -> Candidate:
    """Make the candidate of a filing that was missed: marked late, however long ago it was.

    `whole`: its items are known.
    """
    made = candidate(filing, filing_mark(filing.accession), seen)
    event = msgspec.structs.replace(event_from_json(bytes(made.event)), late=True)
    return msgspec.structs.replace(
        made,
        event=msgspec.Raw(event_to_json(event)),
        content_hash=made.content_hash if whole else part_hash(filing.form),
    )
