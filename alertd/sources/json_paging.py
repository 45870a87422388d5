"""Pages of a JSON API: the address of each, the way to the next one, where to stop, and many pages made one. Pure.

A place is what tells one page from another: its number or offset, a vendor's token, or an address; None is the first
page. Places are remembered between polls and shown to whoever looks into the store, so no secret stands in one: of an
address the parameters of the settings are taken out, and put in again when it is asked.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import msgspec

from alertd.base.secrets import is_confidential
from alertd.errors import ParseFailed
from alertd.model import Candidate, ParsedFeed, Rejected
from alertd.sources.json_config import SINCE, JsonConfig
from alertd.sources.json_times import write_time
from alertd.sources.links import MAX_URL, absolute

Place = int | str | None

MAX_TOKEN = 2_000
FRONT = 400
"""Names that are kept of the newest page: a page that ends with one of them was reached before."""
_LINK = re.compile(r"<([^<>]{1,2048})>((?:\s*;\s*[^;,<>]{0,200})*)")
_NEXT = re.compile(r"""(?:^|;)\s*rel\s*=\s*"?(?:[^";,]*\s)?next(?=["\s;,]|$)""", re.IGNORECASE)
_MIN_SECRET = 6


def page_url(source: JsonConfig, place: Place, since_ms: int) -> str:
    """Give the address of a page; `since_ms` is what `{since}` stands for."""
    paging = source.paging
    by_address = isinstance(place, str) and paging is not None and bool(paging.next or paging.link)
    parts = urlsplit(place if by_address and isinstance(place, str) else source.url)
    asked = parse_qsl(parts.query, keep_blank_values=True)
    there = {name for name, _ in asked}
    for name, secret in source.params.items():
        value = secret.reveal()
        if SINCE in value:
            if by_address:
                continue  # the vendor's own address holds what it needs of it
            value = value.replace(SINCE, write_time(since_ms, source.since.format, source.since.timezone))
        if name not in there:
            asked.append((name, value))
    if paging is not None and not by_address:
        param = paging.page or paging.offset or paging.cursor
        number = place if place is not None or paging.cursor else first_number(source)
        if param and number is not None:
            asked = [*((n, v) for n, v in asked if n != param), (param, str(number))]
    query = urlencode(asked, quote_via=quote, safe=",:")
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def first_number(source: JsonConfig) -> int:
    """Give the number of the first page, or its offset."""
    paging = source.paging
    assert paging is not None
    return paging.first if paging.first is not None else 1 if paging.page else 0


def next_place(source: JsonConfig, place: Place, parsed: ParsedFeed, link: str, url: str) -> Place:
    """Give the place of the page after one; None if it is the last.

    `link` is the header Link that came with it, `url` where it was found. Raises ParseFailed if it leads elsewhere.
    """
    paging = source.paging
    count = int(parsed.more.get("rows", 0))
    if paging is None or not count:
        return None
    if paging.page or paging.offset:
        number = place if isinstance(place, int) else first_number(source)
        return number + (1 if paging.page else count)
    stated = next_link(link) if paging.link else str(parsed.more.get("next", ""))
    if not stated or stated.lower() in ("null", "none", "false"):
        return None
    if paging.cursor:
        if len(stated) > MAX_TOKEN:
            raise ParseFailed(f"the token of the next page has {len(stated):,} characters")
        return stated if stated != place else None
    found = _address(source, stated, url)
    return found if found != place else None


def next_link(header: str) -> str:
    """Give the address that a header Link calls the next one (RFC 8288 section 3); empty if none."""
    return next((url for url, rest in _LINK.findall(header[:4_096]) if _NEXT.search(rest)), "")


def _address(source: JsonConfig, stated: str, url: str) -> str:
    found = absolute(stated, url.partition("?")[0])
    if not found or len(found) > MAX_URL:
        raise ParseFailed("the address of the next page is none, or is too long")
    here, there = urlsplit(source.url), urlsplit(found)
    if (here.hostname, here.port) != (there.hostname, there.port) or (here.scheme, there.scheme) == ("https", "http"):
        host = (there.hostname or "")[:100]
        raise ParseFailed(f"the next page is said to be at {host}, and another host is not asked")
    known = {(name, secret.reveal()) for name, secret in source.params.items()}
    query = [pair for pair in parse_qsl(there.query, keep_blank_values=True) if pair not in known]
    scheme = here.scheme if here.hostname == there.hostname else there.scheme
    return urlunsplit((scheme, there.netloc, there.path, urlencode(query, quote_via=quote, safe=",:"), ""))


def holds_secret(source: JsonConfig, place: Place) -> bool:
    """Say whether a place repeats a secret of the settings, so that it must not be written down."""
    if not isinstance(place, str):
        return False
    values = [v for name, secret in source.params.items() if is_confidential(name, v := secret.reveal())]
    values += [word for secret in source.headers.values() for word in secret.reveal().split()]
    return any(len(v) >= _MIN_SECRET and (v in place or quote(v, safe="") in place) for v in values)


def front_of(page: ParsedFeed) -> list[str]:
    """Name what the newest page shows."""
    return [candidate.identity for candidate in page.candidates[:FRONT]]


def reaches(page: ParsedFeed, front: Collection[str], floor_ms: int) -> bool:
    """Say whether a page goes down to what was read before.

    Its last third is asked, because what is pinned stands at the top. Where all of that is gone, times decide: a page
    whose newest item is older than anything new could be.
    """
    rows = page.candidates
    tail = rows[len(rows) - max(1, len(rows) // 3) :]
    if any(candidate.identity in front for candidate in tail):
        return True
    newest = int(page.more.get("newest_ms", 0))
    return bool(floor_ms and newest and newest < floor_ms)


def is_older(page: ParsedFeed, ms: int) -> bool:
    """Say whether a page goes down beyond a time, or tells no times."""
    last = page.candidates[-1].published_ms if page.candidates else None
    return last is None or last < ms


def join(pages: Sequence[ParsedFeed], *, newest_last: bool = False) -> ParsedFeed:
    """Make one page of several. What stands on two of them counts as the newer one says: the first, or the last."""
    if len(pages) == 1:
        return pages[0]
    made: dict[str, Candidate] = {}
    rejected: list[Rejected] = []
    duplicates: list[tuple[int, int]] = []
    start = 0
    for page in pages:
        for one in page.candidates:
            placed = msgspec.structs.replace(one, position=start + one.position)
            other = made.setdefault(one.identity, placed)
            if other is not placed:
                kept, repeat = (placed, other) if newest_last else (other, placed)
                made[one.identity] = kept
                duplicates.append((repeat.position, kept.position))
        rejected += (msgspec.structs.replace(one, position=start + one.position) for one in page.rejected)
        duplicates += ((start + one, start + of) for one, of in page.duplicates)
        start += int(page.more.get("rows", 0)) + 1
    left = {candidate.position for candidate in made.values()}
    return msgspec.structs.replace(
        pages[0],
        candidates=list(made.values()),
        rejected=rejected,
        duplicates=[(one, of) for one, of in duplicates if of in left],
        repaired="; ".join(dict.fromkeys(page.repaired for page in pages if page.repaired)),
        more={
            "rows": start,
            "newest_ms": max(int(page.more.get("newest_ms", 0)) for page in pages),
            "layout": next((page.more["layout"] for page in pages if page.more.get("layout")), ""),
            "lacks": any(page.more.get("lacks") for page in pages),
        },
    )
