"""Builds what matches in one process: the pipeline of a rule book, with what understands events for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from alertd.alerts.policy import ReceiverPolicy
from alertd.app.receivers import receiver_policies
from alertd.base.clock import system_clock
from alertd.companies.registrants import updated_file
from alertd.companies.table import load_registrants
from alertd.enrich.enricher import Enricher, warm_up
from alertd.pipeline import Pipeline
from alertd.rules import index_file
from alertd.rules.book import EventTypeRule, RuleBook
from alertd.rules.named import NamedCompanies
from alertd.rules.understanding import Understanding
from alertd.settings import Settings
from alertd.telemetry.enrichment import EnrichMeter


def pipeline_of(
    book: RuleBook, settings: Settings, receivers: Mapping[str, ReceiverPolicy] | None = None
) -> Pipeline:
    """Make a rule book ready, with the receivers of a snapshot; None: those of the settings, without conditions."""
    warm_up()
    understanding = understanding_of(book.event_types, book.companies, settings)
    policies = receivers if receivers is not None else receiver_policies(settings)
    index = settings.state_dir / "cache" / index_file.FILE
    return Pipeline(book, policies, system_clock, understanding, keep_s=settings.journal_keep, index_file=index)


def understanding_of(
    event_types: Sequence[EventTypeRule], companies: NamedCompanies, settings: Settings
) -> Understanding:
    """Make ready what finds companies, and the rest, in texts."""
    table = companies.over(load_registrants(updated_file(settings.state_dir)))
    return Enricher.of(event_types, table, EnrichMeter(kind.id for kind in event_types))
