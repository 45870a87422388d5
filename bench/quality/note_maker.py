"""The way from an event of the set to its note: the real enricher, the exposures, the material, the builder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from alertd.companies.model import Company, Relation
from alertd.companies.relations import Graph
from alertd.companies.table import CompanyTable
from alertd.enrich.enricher import Enricher
from alertd.model import Event, Note
from alertd.research.exposure import gather
from alertd.research.facts_note import facts_note
from alertd.research.material import Material
from alertd.rules.loader import load_rules
from alertd.rules.match import Matcher
from bench.quality.note_set import AT, NoteCase, NoteSet, earlier_of, event_of, holdings_of, relations_of
from bench.quality.roles import RULES

HOPS = 2


class NoteMaker:
    """Makes the notes of a set, with the shipped event types and the set's companies."""

    def __init__(self, notes: NoteSet) -> None:
        loaded = load_rules(RULES)
        declared = [*loaded.table.declared.values(), *notes.companies]
        self.table: CompanyTable = loaded.table.with_declared(declared, loaded.table.other_ids)
        self.labels = {company.id: company.label for company in self.table}
        self.types = frozenset(rule.id for rule in loaded.book.event_types)
        self._matcher = Matcher(loaded.book, understanding=Enricher.of(loaded.book.event_types, self.table))

    def understood(self, case: NoteCase) -> Event:
        """Give the event of a case with what is found in it."""
        return self._matcher.read(event_of(case)).event

    def material(self, case: NoteCase) -> tuple[Material, list[Relation]]:
        """Gather what the note of a case may rest on, with the relations that it declares."""
        event, relations = self.understood(case), relations_of(case, self.table)
        holdings, earlier = holdings_of(case, self.table), earlier_of(case)
        found = gather(event, holdings.positions, Graph(relations), self.labels, hops=HOPS, earlier=earlier)
        return found, relations

    def note(self, material: Material) -> Note:
        """Write the note of a case, without a model."""
        return facts_note(material, AT)

    def called(self, material: Material, relations: Sequence[Relation]) -> Mapping[str, Sequence[str]]:
        """Give for each company that a note could name what it is called, the longest first: names and tickers."""
        ids = set(material.names) | {end for one in relations for end in (one.company, one.of)}
        found = {company: self.table.get(company) for company in sorted(ids)}
        return {
            company: sorted(_names(one) | _as_written(company, material), key=lambda name: (-len(name), name))
            for company, one in found.items()
            if one is not None
        }


def _names(company: Company) -> set[str]:
    """Give what a company is called; not tickers of one letter, which stand for much else."""
    tickers = [] if company.private else [listing.ticker for listing in company.listings]
    return {name for name in (company.name, company.label, *company.aliases, *tickers) if len(name) > 1}


def _as_written(company: str, material: Material) -> set[str]:
    """Give how the event itself writes a company's name: the SEC calls Nvidia NVIDIA CORP."""
    event = material.event
    texts = {"title": event.title, "body": event.body}
    quoted = (
        texts[place.field][place.start : place.end]
        for one in event.companies
        if one.id == company
        for place in one.evidence
        if place.field in texts
    )
    return {words for words in quoted if words.strip()}
