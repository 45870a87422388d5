from __future__ import annotations

import pytest
import structlog
from structlog.testing import capture_logs

from alertd.enrich import enricher
from alertd.enrich.draft import Draft
from alertd.enrich.enricher import Enricher
from alertd.model import Event, Evidence, ReportedType
from alertd.rules.understanding import ByFrame
from alertd.telemetry import REGISTRY
from alertd.telemetry.enrichment import EnrichMeter
from alertd.text.scan import TermScanner

SCANNER = TermScanner([])
TITLE = Evidence(field="title", start=0, end=4, quote="")


def sample(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(f"alertd_{name}", labels) or 0.0


def understand(event: Event, *types: ReportedType) -> Event:
    meter = EnrichMeter(["lease", "quarrel"])
    begun = Enricher(meter=meter).begin(event, SCANNER.scan(event.title, event.body))
    return begun.conclude(types)


def test_what_comes_of_an_event_is_counted() -> None:
    before = [
        sample("enriched_events_total", language="de"),
        sample("enriched_events_total", language="other"),
        sample("event_types_total", type="lease", outcome="refused"),
        sample("event_types_total", type="quarrel", outcome="announced"),
        sample("enrich_seconds_count"),
    ]
    understand(Event(title="Siemens hebt Prognose an", language="de"), ReportedType(type="lease", evidence=[TITLE]))
    understand(Event(title="x", language="qaa"), ReportedType(type="quarrel"), ReportedType(type="nobody's"))
    after = [
        sample("enriched_events_total", language="de"),
        sample("enriched_events_total", language="other"),
        sample("event_types_total", type="lease", outcome="refused"),
        sample("event_types_total", type="quarrel", outcome="announced"),
        sample("enrich_seconds_count"),
    ]
    assert [b - a for a, b in zip(before, after, strict=True)] == [1, 1, 1, 1, 2]
    assert sample("enrich_step_seconds_total", step="language") > 0
    assert sample("event_types_total", type="nobody's", outcome="announced") == 0


def test_a_step_that_raises_is_counted_and_logged_and_the_event_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(draft: object) -> None:
        raise ValueError("no such luck")

    monkeypatch.setattr(enricher, "add_money", broken)
    monkeypatch.setattr(enricher, "_log", structlog.get_logger("test"))
    before = sample("enrich_failures_total", step="money")
    with capture_logs() as logs:
        event = understand(
            Event(id="ev_1", title="Vega Grid leases Orion for $3 billion"), ReportedType(type="lease")
        )
    assert sample("enrich_failures_total", step="money") == before + 1
    (line,) = logs
    assert (line["event"], line["step"], line["event_id"]) == ("enrich_step_failed", "money", "ev_1")
    assert event.amounts == []
    assert [kind.type for kind in event.event_types] == ["lease"]


def test_what_a_step_had_begun_when_it_raised_is_taken_back(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def __init__(self, types: object) -> None:
            pass

        def __call__(self, draft: Draft) -> None:
            draft.by_frames["lease"] = ByFrame("{lessor} lease", ())
            draft.reported.append(ReportedType(type="lease"))
            raise ValueError("half-way")

    monkeypatch.setattr(enricher, "SureFrames", Broken)
    event = Event(id="ev_1", title="Vega Grid leases Orion for $3 billion")
    begun = Enricher().begin(event, SCANNER.scan(event.title, ""))
    assert begun.by_frames == {}
    assert begun.conclude([]).event_types == []
