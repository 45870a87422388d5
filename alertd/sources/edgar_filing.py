"""Entries of EDGAR's pages -> filings, one for each accession number, with all its filers -> candidates of events.

    entries -> merged by accession -> kept if the form is watched -> title, clocks, identity -> Candidate

A filing is named by its accession number alone, and what makes a revision of it is its form and its items: not its
filers, of which a page may cut some off at its end. Who reads pages must read on before a filing that may be cut
(`ParsedFeed.unfinished`) is taken, and `join` what the pages say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

import msgspec

from alertd.base.clock import rfc3339
from alertd.base.ids import event_id, mark
from alertd.companies.names import registrant_id
from alertd.model import Candidate, Event, ParsedFeed, Rejected, Struct, event_from_json, event_to_json
from alertd.rules.filing import canonical_form
from alertd.sources.dates import Stamp, parse_date
from alertd.sources.edgar_entry import Item, Listed
from alertd.sources.events import LATE_MS, Seen, event_at
from alertd.sources.identity import identity_mark
from alertd.sources.links import absolute
from alertd.sources.plain import cut_title
from alertd.sources.sec_day import OPENS, day_of, new_york

MAX_FILERS = 200
_NAMED = 2
"""Companies that a title names before it counts."""
_WHO = 120
_ARCHIVES = "https://www.sec.gov/Archives/edgar/data"
_INDEX = re.compile(r"https?://[a-z.]{1,40}/Archives/[A-Za-z0-9/._-]{1,200}")
_ORDER = {"issuer": 0, "subject": 0, "filer": 1, "": 1}
"""Roles by how much the filing is about who has them; those who only file it come last."""
_DOES = {"reporting": "reported by", "filed by": "filed by"}
_WRITTEN = (
    ("regulation fd", "Regulation FD"),
    ("investment company act section", "Investment Company Act Section"),
    ("section 3(c)", "Section 3(c)"),
)
"""What keeps its capitals in a title."""
EXHIBITS = "9.01"
"""The item that says nothing but that there are exhibits."""


class Filing(Struct, frozen=True, kw_only=True):
    """A filing, as EDGAR's pages announce it."""

    position: int
    """Of its first entry."""
    accession: str
    form: str
    filers: list[dict[str, str]]
    """`{id, cik, name, role}`, those that it is about first."""
    items: list[Item]
    filed: str
    accepted_ms: int | None
    url: str
    size: str


def filings(entries: Iterable[Listed]) -> list[Filing]:
    """Merge entries by their accession numbers, in the order in which these first stand."""
    groups: dict[str, list[Listed]] = {}
    for entry in entries:
        groups.setdefault(entry.accession, []).append(entry)
    return [_filing(group) for group in groups.values()]


def _filing(group: list[Listed]) -> Filing:
    ranked = sorted(group, key=_rank) if len(group) > 1 else group
    first = ranked[0]
    return Filing(
        position=group[0].position,
        accession=first.accession,
        form=first.form,
        filers=_unique(_filer(entry) for entry in ranked if entry.cik or entry.name),
        items=list({item.code: item for entry in reversed(group) for item in reversed(entry.items)}.values())[::-1],
        filed=first.filed,
        accepted_ms=next((entry.accepted_ms for entry in ranked if entry.accepted_ms is not None), None),
        url=first.url,
        size=first.size,
    )


def _rank(entry: Listed) -> int:
    return _ORDER.get(entry.role, 2)


def _filer(entry: Listed) -> dict[str, str]:
    known = {"id": registrant_id(entry.cik), "cik": entry.cik} if entry.cik else {}
    return known | {"name": entry.name, "role": entry.role}


def ranked_filers(filers: Iterable[dict[str, str]]) -> list[dict[str, str]]:
    """Put filers in order, those that the filing is about first, each once."""
    return _unique(sorted(filers, key=lambda filer: _ORDER.get(filer["role"], 2)))


def _unique(filers: Iterable[dict[str, str]]) -> list[dict[str, str]]:
    """Drop those that are named twice in one role: EDGAR repeats a trust for each of its funds."""
    found = {(one.get("cik") or one.get("name", ""), one.get("role", "")): one for one in filers}
    return list(found.values())[:MAX_FILERS]


def visible_ms(accepted_ms: int, filed: str) -> int:
    """Say when a filing could first be seen.

    What is accepted after the end of EDGAR's day gets the next business day as its filing date, and is not shown
    before 06:00 of that day in New York; everything else is shown as it is accepted.
    """
    try:
        day = date.fromisoformat(filed)
    except ValueError:
        return accepted_ms
    return accepted_ms if day <= day_of(accepted_ms) else new_york(day, OPENS)


def filing_mark(accession: str) -> str:
    """Give the mark of a filing's name."""
    return identity_mark(f"guid:{accession}")


@lru_cache(maxsize=1024)
def _content_hash(form: str, items: tuple[str, ...]) -> str:
    return mark("hash", "filing", form, *items)


def candidate(filing: Filing, name: str, seen: Seen) -> Candidate:
    """Make the candidate of a filing; `name` is its mark."""
    first_ms = _first_seen(filing)
    event = _event(filing, first_ms, seen)
    form = canonical_form(filing.form)
    return Candidate(
        position=filing.position,
        event_id=event.id,
        identity=name,
        # An accession number never changes: nothing else may make one filing pass for another of the same wording.
        strong="",
        weak="",
        content_hash=_content_hash(form, tuple(sorted(item.code for item in filing.items))),
        withdrawn=False,
        title=event.title,
        published_ms=first_ms,
        event=msgspec.Raw(event_to_json(event)),
        names=[(name, event.id)],
        fetch=event.url if seen.source.full_text else "",
    )


def _first_seen(filing: Filing) -> int | None:
    if filing.accepted_ms is not None:
        return visible_ms(filing.accepted_ms, filing.filed)
    stamp = parse_date(filing.filed)
    return stamp.ms if stamp else None


_written = lru_cache(maxsize=64)(rfc3339)
"""The times of a page are few."""


def _event(filing: Filing, first_ms: int | None, seen: Seen) -> Event:
    """Make the event. It is published when it could first be seen, which is left out where that is its acceptance."""
    accepted_ms, source = filing.accepted_ms, seen.source
    held = accepted_ms is not None and first_ms != accepted_ms
    moment = parse_date(filing.filed) if accepted_ms is None else Stamp(accepted_ms, "second")
    return Event(
        id=event_id(source.id, f"guid:{filing.accession}"),
        source=source.id,
        kind=source.kind,
        url=_address(filing, seen.base_url),
        language=source.language,
        trust=source.trust,
        title=_title(filing),
        awaiting="full_text" if source.full_text else None,
        published_at=rfc3339(first_ms) if first_ms is not None and (held or accepted_ms is None) else None,
        published_precision="minute" if held else "day" if accepted_ms is None and first_ms is not None else None,
        published_raw=filing.filed,
        accepted_at=None if accepted_ms is None else _written(accepted_ms),
        seen_at=_written(seen.at_ms),
        event_at=_written(event_at(moment, seen.at_ms)),
        late=_is_late(filing, first_ms, seen.at_ms),
        form=filing.form,
        items=[item.code for item in filing.items],
        accession=filing.accession,
        filers=list[dict[str, Any]](filing.filers),
        provenance=seen.provenance(),
    )


def _is_late(filing: Filing, first_ms: int | None, seen_ms: int) -> bool:
    """Say whether it could have been seen more than an hour before; a mere day counts by its last moment."""
    if first_ms is None:
        return False
    return first_ms + (86_400_000 if filing.accepted_ms is None else 0) < seen_ms - LATE_MS


def _address(filing: Filing, base_url: str) -> str:
    """Give the address of the index page; where the page has none, as EDGAR makes them."""
    if _INDEX.fullmatch(filing.url):  # so it always is, and looking closer takes a tenth of the time for a page
        return filing.url
    if url := absolute(filing.url, base_url):
        return url
    cik = next((filer["cik"] for filer in filing.filers if filer.get("cik")), "")
    plain = filing.accession.replace("-", "")
    return f"{_ARCHIVES}/{int(cik)}/{plain}/{filing.accession}-index.htm" if cik else ""


# --- titles ---------------------------------------------------------------------------------------------


def _title(filing: Filing) -> str:
    said = "; ".join(_lower(item.name) for item in _telling(filing.items))
    head = _head(filing.form, filing.filers)
    return cut_title(f"{head}: {said}" if said else head)


def _telling(items: Sequence[Item]) -> list[Item]:
    """Give the items with a name, without the one of the exhibits unless it stands alone."""
    named = [item for item in items if item.name]
    return [item for item in named if item.code != EXHIBITS] or named


def _lower(name: str) -> str:
    text = name.lower()
    for plain, written in _WRITTEN:
        text = text.replace(plain, written)
    return text


def _head(form: str, filers: Sequence[dict[str, Any]]) -> str:
    """Say on which form who files about whom: `SCHEDULE 13D Vega Grid Inc., filed by Lyra Fund LP and 2 more`."""
    by_role: dict[str, list[str]] = {}
    for filer in filers:
        by_role.setdefault(str(filer["role"]), []).append(str(filer["name"] or filer.get("cik", "")))
    about = [name for role in ("issuer", "subject") for name in by_role.get(role, ())]
    about = about or [*by_role.get("filer", ()), *by_role.get("", ())]
    head = f"{'Form ' if form.removesuffix('/A').isdecimal() else ''}{form} {_some(about)}".strip()
    does = [f"{verb} {_some(by_role[role])}" for role, verb in _DOES.items() if role in by_role]
    return f"{head}, {' and '.join(does)}" if about and does else f"{head} {' and '.join(does)}".strip()


def _some(names: Sequence[str]) -> str:
    if len(names) == 1:
        return cut_title(names[0], _WHO)
    shown = ", ".join(cut_title(name, _WHO) for name in dict.fromkeys(names[:_NAMED]))
    more = len(names) - _NAMED
    return f"{shown} and {more} more" if more > 0 else shown


# --- pages together -------------------------------------------------------------------------------------


def join(pages: Sequence[ParsedFeed]) -> ParsedFeed:
    """Make one page of several that were read one after the other: a filing on two of them has the filers of both.

    `unfinished` is what the last page leaves so. Positions count on over the pages: each is of one entry alone.
    """
    made: dict[str, Candidate] = {}
    rejected: list[Rejected] = []
    start = 0
    for page in pages:
        for one in page.candidates:
            before = made.get(one.identity)
            placed = msgspec.structs.replace(one, position=start + one.position)
            made[one.identity] = placed if before is None else _joined(before, placed)
        rejected += (msgspec.structs.replace(one, position=start + one.position) for one in page.rejected)
        places = [*(one.position for one in page.candidates), *(one.position for one in page.rejected)]
        start += 1 + max(places, default=0)
    return msgspec.structs.replace(
        pages[-1],
        candidates=list(made.values()),
        rejected=rejected,
        duplicates=[],
        listed=list(dict.fromkeys(name for page in pages for name in page.listed)),
        repaired="; ".join(dict.fromkeys(page.repaired for page in pages if page.repaired)),
        shown=sum(page.shown for page in pages),
        newest_ms=max((page.newest_ms for page in pages if page.newest_ms is not None), default=None),
        oldest_ms=min((page.oldest_ms for page in pages if page.oldest_ms is not None), default=None),
        doubts=list(dict.fromkeys(doubt for page in pages for doubt in page.doubts)),
    )


def _joined(first: Candidate, second: Candidate) -> Candidate:
    one, other = event_from_json(bytes(first.event)), event_from_json(bytes(second.event))
    filers = ranked_filers([*one.filers, *other.filers])
    if len(filers) == len(one.filers):
        return first
    form = one.form or ""
    title = cut_title(_head(form, filers) + one.title.removeprefix(_head(form, one.filers)))
    event = msgspec.structs.replace(one, filers=list[dict[str, Any]](filers), title=title)
    return msgspec.structs.replace(first, title=title, event=msgspec.Raw(event_to_json(event)))
