"""The step that finds an event's companies: every mention, and one entry for each company with its relevance."""

from __future__ import annotations

import re

from msgspec.structs import replace

from alertd.companies.finder import CompanyFinder
from alertd.companies.mentions import Beside, Mention, Way
from alertd.enrich.draft import READ, Draft
from alertd.enrich.relevance import relevances
from alertd.model import CompanyMention

MOST = 50
"""Companies of an event; the least relevant beyond are left out."""
EVIDENCE = 3
"""Places of each that are quoted."""
_ORDER: tuple[Way, ...] = ("filer", "isin", "tag", "ticker", "cik", "name", "short", "alias")
_AROUND = 40
"""Characters around a name in which it is said that somebody only speaks."""
_HEADING = 3
"""Words of a heading before a colon; of more, it is a statement, and who stands behind it makes it."""
_SPEAKER_BEFORE = re.compile(
    r"(?:according to|analysts? (?:at|from|with|of)|economists? (?:at|with)|strategists? (?:at|with)|says|[Ss]ource:"
    r"|via|: [A-Z][\w.'-]+(?: [A-Z][\w.'-]+){0,2},)\s\Z"
)
_SPEAKER_AFTER = re.compile(
    r"\A(?:['’]s)? (?:analysts?|economists?|strategists?|says\Z|(?:upgrades|downgrades|initiates|reiterates"
    r"|raises price|cuts price|lifts price)\b)"
    r"|\A-(?:backed|owned|led|funded|controlled)\b"
)
"""Also who stands behind somebody else: `Stellantis-backed`."""
_PIECES = re.compile(r",? (?:and|&) |, |; ")
_ROUND_UP, _SHORT_PIECE = 3, 4
"""Pieces of a list from which a title is a round-up, and words that each has at most."""


def add_companies(draft: Draft, finder: CompanyFinder) -> None:
    """Find the mentions of companies and, unless the event brings its own, fill its companies."""
    event = draft.event
    found = finder.find(
        draft.words["title"],
        draft.words["body"],
        body_limit=READ,
        categories=event.categories,
        filers=event.filers,
        language=event.language,
    )
    draft.mentions = found.mentions
    draft.refused += found.refused
    if event.companies or not (found.mentions or found.beside):
        return
    speakers = [mention for mention in found.mentions[:200] if _only_speaks(draft, mention)]
    relevance = relevances(found.mentions, found.beside, speakers, listed_in(event.title))
    ranked = sorted(relevance, key=lambda company: -relevance[company])[:MOST]
    entries = [_entry(draft, finder, company, relevance[company], found.beside) for company in ranked]
    draft.event = replace(event, companies=entries)


def listed_in(title: str) -> int:
    """Give how many names a round-up's title lists after its heading: `Movers: Nvidia, Tesla and Ford`; else 0."""
    heading, colon, names = title[:500].partition(": ")
    if not colon:
        heading, colon, names = title[:500].rpartition(" - ")
    pieces = _PIECES.split(names) if heading.strip() and colon else []
    if len(pieces) < _ROUND_UP or any(len(piece.split()) > _SHORT_PIECE for piece in pieces):
        return 0
    return len(pieces)


def _only_speaks(draft: Draft, mention: Mention) -> bool:
    text = draft.text(mention.field)
    before = text[max(mention.start - _AROUND, 0) : mention.start]
    after = text[mention.end : mention.end + _AROUND]
    if _SPEAKER_BEFORE.search(before) or _SPEAKER_AFTER.search(after):
        return True
    # `Oil to stay high next year: Nomura`, but not `Stocks to watch: Nomura`
    return mention.field == "title" and before.endswith(": ") and not after.strip() and before.count(" ") > _HEADING


def _entry(
    draft: Draft, finder: CompanyFinder, company: str, relevance: float, beside: tuple[Beside, ...]
) -> CompanyMention:
    mentions = [mention for mention in draft.mentions if mention.company == company]
    known = finder.company(company)
    listings = known.listings if known is not None and not known.private else ()
    ticker = next((x.ticker for x in listings if not x.ticker.isdigit()), listings[0].ticker if listings else None)
    return CompanyMention(
        id=company,
        name=finder.display_name(known) if known is not None else company,
        ticker=ticker,
        cik=known.cik if known is not None else None,
        relevance=relevance,
        how=_how(draft, mentions, [other for other in beside if other.company == company]),
        evidence=[draft.evidence(m.field, m.start, m.end) for m in mentions[:EVIDENCE]],
    )


def _how(draft: Draft, mentions: list[Mention], beside: list[Beside]) -> str:
    """Say in words how a company was recognised, by the surest way."""
    ways = [(_ORDER.index(other.way), f"{other.way} {other.written}") for other in beside]
    ways += [(_ORDER.index(m.way), _words(draft, m)) for m in mentions]
    return min(ways, key=lambda way: way[0])[1][:300]


def _words(draft: Draft, mention: Mention) -> str:
    surface = draft.text(mention.field)[mention.start : mention.end]
    return f"{mention.way} {surface}" + (f": {mention.why}" if mention.why and mention.why != surface else "")
