"""A feed that was read before: only the entries that were not on it, byte for byte, are read.

    cut -> the same page as before?           nothing to read
        -> entries that are not remembered    read in a document of their own, under the root of the whole
        -> anything odd about what is read    the whole is read

What is remembered is whatever needs no look at other entries. An entry's name does (`identity.identify`): so who puts
the page together again has to see that the names of all on it differ (`together`).
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from alertd.errors import ParseFailed
from alertd.model import Candidate, CutPage, ParsedFeed
from alertd.sources.entry_cut import Cut, cut
from alertd.sources.feed import parse_feed
from alertd.sources.guard import Guard
from alertd.sources.wire import BARE, Again, ParseJob


def parse_again(job: ParseJob, again: Again, guard: Guard) -> ParsedFeed:
    """Read a feed but for what is remembered of it (`again`); `cut` of the page says how it was cut.

    Without `cut` the page is whole, and nothing of it is to be remembered. Raises ParseFailed.
    """
    facts = msgspec.msgpack.encode(job.source)
    pieces = cut(job.body, (job.content_type or "").encode(), job.base_url.encode(), facts)
    if pieces is None:
        return _parsed(job, job.body, guard)
    said = CutPage(digest=pieces.digest, entries=pieces.digests)
    if pieces.digest == again.unless:
        return ParsedFeed(format="", candidates=[], cut=said)
    known = frozenset(again.known)
    new = [index for index, digest in enumerate(pieces.digests) if digest not in known]
    page = _part(job, pieces, new, guard) if len(new) < len(pieces.spans) else None
    if page is None:
        page = _parsed(job, job.body, guard)
        if not _plain(page, len(pieces.spans)):
            return page
    return msgspec.structs.replace(page, cut=said)


def _part(job: ParseJob, pieces: Cut, new: list[int], guard: Guard) -> ParsedFeed | None:
    """Read some entries of a document, under their places in the whole; None if anything is odd about them."""
    try:
        page = _parsed(job, pieces.only(frozenset(new)), guard, pieces.body)
    except ParseFailed:
        return None
    if not _plain(page, len(new)):
        return None
    placed = [msgspec.structs.replace(c, position=new[c.position]) for c in page.candidates]
    return msgspec.structs.replace(page, candidates=placed)


def _parsed(job: ParseJob, body: bytes, guard: Guard, whole: bytes | None = None) -> ParsedFeed:
    return parse_feed(
        body, job.content_type, job.base_url, job.source, job.seen_at_ms, job.http_date, guard, whole=whole
    )


def _plain(page: ParsedFeed, entries: int) -> bool:
    """Say whether each entry became one candidate, in their order, and nothing had to be mended or left out."""
    return (
        not (page.rejected or page.duplicates or page.repaired)
        and len(page.candidates) == entries
        and all(candidate.position == place for place, candidate in enumerate(page.candidates))
    )


def together(page: ParsedFeed, remembered: Mapping[bytes, Candidate]) -> ParsedFeed | None:
    """Put the entries that were read among those that are remembered, which lack their events.

    None where two share a name: such a page has to be read as a whole.
    """
    if page.cut is None or page.rejected:  # where something is rejected it was read as a whole
        return msgspec.structs.replace(page, cut=None)
    read = {candidate.position: candidate for candidate in page.candidates}
    whole = [
        read.get(place) or msgspec.structs.replace(remembered[digest], position=place)
        for place, digest in enumerate(page.cut.entries)
    ]
    if len({candidate.names[0] for candidate in whole}) < len(whole):
        return None
    return msgspec.structs.replace(page, candidates=whole)


def to_remember(page: ParsedFeed) -> dict[bytes, Candidate]:
    """Give what is to be remembered of a page, by the digests of its entries: candidates without their events."""
    if page.cut is None:
        return {}
    bare = (msgspec.structs.replace(candidate, event=BARE) for candidate in page.candidates)
    return dict(zip(page.cut.entries, bare, strict=True))
