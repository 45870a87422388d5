"""What is remembered of one report of a story: enough to tell whether another report is about the same. Pure.

    event -> Report: words, figures, a sketch of the text, companies, types, names it goes by

A report is small (about a kilobyte as JSON), because two of them stand in the store for every open story.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from alertd.base.ids import mark
from alertd.companies.names import registrant_id
from alertd.enrich.story_alone import stands_alone
from alertd.enrich.story_figures import numbers, periods
from alertd.enrich.story_marks import (
    correction_of,
    credit_of,
    names_of,
    publisher_of,
    series_of,
    sketch,
    title_mark,
    without_dateline,
)
from alertd.enrich.story_words import cases_of, stem, stems_of_names, weigh, weighed
from alertd.model import Event, ReportedType
from alertd.rules.fact_index import event_ms
from alertd.rules.filing import canonical_item
from alertd.rules.parties import pairs, parties_of, usable
from alertd.text.fold import split_words

READ = 700
"""Code points of a body that a report is made of, its lead."""
SKETCHED = 100
"""Words of a body that its sketch is made of."""
TITLE_WORDS, LEAD_WORDS = 20, 36
PLACES = 4
"""Places of a company that are looked at for what it is called there."""
COMPANIES, TYPES, PAIRS, FIGURES = 6, 6, 3, 12
MAIN = 0.4
"""From this relevance on a company is what the event is about."""


class Report(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, dict=True):
    """One event, as other reports are compared with it, and what comparing has worked out of it (`side_of`)."""

    event: str
    at_ms: int
    """The event's own time."""
    publisher: str = ""
    """Who published it: the site, or the source where there is no address."""
    credit: str = ""
    """The agency or wire whose text it says it is."""
    kind: Literal["news", "filing"] = "news"
    form: str = ""
    items: list[str] = []
    language: str = ""
    audience: str = ""
    """Mark of those who may see it; empty for everybody."""
    names: list[str] = []
    """Marks by which it is surely the same thing: accession, address, docket number."""
    same_title: str = ""
    """Mark of the title, where it says enough to be one."""
    title: dict[str, int] = {}
    """Stems of the title, in its order, with what they tell (0 to 9)."""
    skeleton: list[str] = []
    """All folded words of the title."""
    series: int = 0
    """How many of them stand before the colon of a title like `Daily Open: …`; 0 without one."""
    lead: dict[str, int] = {}
    """More stems, from the beginning of the body."""
    numbers: list[str] = []
    """Its figures, those of the title first."""
    headline: int = 0
    """How many of them the title says."""
    periods: list[str] = []
    """Which quarter, half or month it tells of."""
    sketch: list[int] = []
    """The smallest hashes of its shingles; empty where there is no body to speak of."""
    companies: dict[str, float] = {}
    """The most relevant, with their relevance."""
    called: list[str] = []
    """Stems of their names, as far as the report says them."""
    pairs: list[str] = []
    types: list[str] = []
    titled: list[str] = []
    """Those that the title reports."""
    assets: list[str] = []
    correction: bool = False
    alone: str = ""
    """Why it can be no part of another's story: a round-up, a routine notice."""
    filer: list[str] = []
    """The stems of the first filer's name."""
    header: bool = False
    """A filing of which only form, items and filers are known."""

    def words(self) -> dict[str, int]:
        """Give the stems of title and lead."""
        return self.title | self.lead if self.lead else self.title

    def accession(self) -> str:
        """Give the mark of its accession number."""
        return next((name for name in self.names if name.startswith("acc:")), "")

    def address(self) -> str:
        """Give the mark of its address."""
        return next((name for name in self.names if name.startswith("url:")), "")

    def dockets(self) -> list[str]:
        """Give the numbers of suits that it names."""
        return [name for name in self.names if name.startswith("doc:")]

    def main(self) -> list[str]:
        """Give the companies that it is about."""
        return [company for company, relevance in self.companies.items() if relevance >= MAIN]


def report_of(event: Event, desk: str = "") -> Report:
    """Make the report of an event. `desk`: that of its source, behind whose wall it is."""
    fixed, bare = correction_of(event.title)
    skeleton = split_words(bare)[:40]
    text = without_dateline(event.body[:READ])
    body = split_words(text)
    cases = cases_of(bare, event.body[:READ])
    called = stems_of_names(_written_names(event))
    foreign = bool(event.language) and not event.language.startswith("en")
    title = weighed(skeleton, cases, called, TITLE_WORDS, foreign=foreign)
    lead = weighed(body, cases, called, LEAD_WORDS + len(title), foreign=foreign)
    filing = event.kind == "filing"
    headline = [] if filing else numbers(bare[:300], skeleton)
    filers = _filers(event) if filing else {}
    companies = filers | {m.id: m.relevance for m in sorted(event.companies, key=lambda m: -m.relevance)[:COMPANIES]}
    parties = parties_of(event) if event.event_types else []
    return Report(
        event=event.id,
        at_ms=event_ms(event) or 0,
        publisher=publisher_of(event),
        credit=credit_of(event),
        kind=event.kind,
        form=(event.form or "").strip().upper()[:20],
        items=[canonical_item(item)[:8] for item in event.items[:10]],
        language=event.language[:8],
        audience=_audience(event, desk),
        names=names_of(event),
        same_title=title_mark(title, skeleton),
        title=title,
        skeleton=skeleton,
        series=series_of(bare),
        lead={stem: weight for stem, weight in lead.items() if stem not in title},
        numbers=list(dict.fromkeys([*headline, *numbers(text, body)]))[:FIGURES],
        headline=len(headline),
        periods=periods(skeleton, body),
        sketch=sketch(body[:SKETCHED]),
        companies={company: round(relevance, 2) for company, relevance in companies.items() if usable(company)},
        called=[word for word in (*title, *lead) if word in called],
        pairs=pairs(parties)[:PAIRS],
        types=[reported.type[:40] for reported in event.event_types[:TYPES]],
        titled=[reported.type[:40] for reported in event.event_types[:TYPES] if _in_title(reported)],
        assets=[r.asset.casefold()[:60] for r in event.event_types[:TYPES] if r.asset],
        correction=fixed,
        alone=stands_alone(event, bare, skeleton),
        filer=_filer_name(event, skeleton) if filing else [],
        header=filing and not event.body.strip(),
    )


def _audience(event: Event, desk: str) -> str:
    rights, classification = event.provenance.rights, event.provenance.classification
    named = sorted(set(rights.receivers)) if rights is not None else []
    return mark(desk, classification, *named) if desk or named or classification != "public" else ""


def _written_names(event: Event) -> Iterator[str]:
    """Give the names of companies, and as what the text calls them: `Facebook` for Meta Platforms."""
    for mention in event.companies[:COMPANIES]:
        yield mention.name
        for place in mention.evidence[:PLACES]:
            text = event.title if place.field == "title" else event.body
            yield text[place.start : place.end]


def _in_title(reported: ReportedType) -> bool:
    return any(evidence.field == "title" for evidence in reported.evidence)


def _filers(event: Event) -> dict[str, float]:
    """Give the ids of the first filers, which are what a filing is about."""
    ciks = [str(filer.get("cik") or "") for filer in event.filers[:COMPANIES]]
    return {registrant_id(cik.zfill(10)): 1.0 for cik in ciks if cik.isdigit() and len(cik) <= 10}


def _filer_name(event: Event, skeleton: list[str]) -> list[str]:
    """Give the stems by which the news would name the filer: without form and legal form."""
    names = [str(filer.get("name") or "")[:120] for filer in event.filers[:1]]
    words = split_words(names[0]) if names and names[0] else skeleton
    return [stemmed for stemmed in map(stem, words) if weigh(stemmed) > 1 and not stemmed.isdigit()][:3]
