"""A lease, those around it, and who holds them: for the tests of notes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from alertd.companies.model import Holding, Relation
from alertd.companies.relations import Graph
from alertd.model import (
    Amount,
    CompanyMention,
    DealTerm,
    Duration,
    Event,
    Evidence,
    Note,
    NoteStatement,
    Party,
    ReportedType,
    Story,
)

TITLE = "Vega Grid leases Orion to Lumen Labs for $3-4bn a year"
BODY = (
    "Vega Grid may take the capacity back if it is used for harm, people familiar with the deal said. "
    "The lease runs for 15 years. It may be ended at six months' notice."
)
LABELS = {
    "vega": "Vega Grid", "lumen": "Lumen Labs", "chips": "CHIP", "cool": "COOL", "cloud": "CLOUD", "rival": "RIVAL",
    "sand": "SAND",
}  # fmt: skip
RELATIONS = (
    Relation(company="chips", type="supplier", of="vega", strength=0.3, since="2024-06-01", source="its 10-K, 2025"),
    Relation(company="cool", type="supplier", of="vega", strength=0.4, source="a press release"),
    Relation(company="lumen", type="customer", of="cloud", strength=0.8, source="its own blog", what=("compute",)),
    Relation(company="rival", type="competitor", of="vega", source="everybody"),
    Relation(company="sand", type="supplier", of="chips", source="its 20-F"),
)
HELD = {
    "chips": Holding(company="chips", weight=0.08, label="CHIP"),
    "cloud": Holding(company="cloud", weight=-0.02, label="CLOUD"),
    "vega": Holding(company="vega", weight=0.02, label="Vega Grid"),
    "other": Holding(company="other", weight=0.5, label="OTHER"),
}


def span(words: str, *, text: str = BODY, field: str = "body") -> Evidence:
    """Give the words as evidence at their place."""
    start = text.index(words)
    return Evidence(field=field, start=start, end=start + len(words), quote=words)


def lease(**changed: Any) -> Event:
    """Give the event as the enricher would have it, with what is changed."""
    head = span("leases Orion to Lumen Labs", text=TITLE, field="title")
    fields: dict[str, Any] = {
        "id": "ev_lease", "title": TITLE, "body": BODY, "event_at": "2026-03-02T14:30:00.000Z", "trust": "high",
        "companies": [
            CompanyMention(id="vega", name="Vega Grid", relevance=0.9, evidence=[span("Vega Grid")]),
            CompanyMention(id="lumen", name="Lumen Labs", relevance=0.8, evidence=[head]),
        ],
        "event_types": [ReportedType(
            type="compute_lease", confidence=0.9, status="announced", asset="Orion", evidence=[head],
            parties=[Party(company="vega", role="lessor"), Party(company="lumen", role="lessee")],
        )],
        "amounts": [Amount(low=3e9, high=4e9, per="year", role="revenue", of="vega",
                           evidence=[span("$3-4bn a year", text=TITLE, field="title")])],
        "terms": [DealTerm(type="reclaim_right", held_by="vega", evidence=[span("may take the capacity back")])],
        "durations": [],
        "story": Story(id="st_lease"),
    }  # fmt: skip
    return Event(**fields | changed)


def years(low: float, high: float) -> Duration:
    """Give how long the lease runs."""
    return Duration(low=low, high=high, unit="year", of="lease", evidence=[span("The lease runs for 15 years.")])


def notice(months: float) -> Duration:
    """Give at how much notice it may be ended."""
    return Duration(low=months, high=months, unit="month", of="notice", evidence=[span("at six months' notice")])


def graph(*more: Relation) -> Graph:
    """Give the relations that are declared."""
    return Graph((*RELATIONS, *more))


def holding(*companies: str) -> Mapping[str, Holding]:
    """Give a portfolio of some of those that are held."""
    return {company: HELD[company] for company in companies or HELD}


def of(note: Note, section: str) -> list[NoteStatement]:
    """Give the statements of a section."""
    return [said for said in note.statements if said.section == section]
