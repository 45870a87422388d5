"""An event type that a frame shows: where `when` does not hold, unless an exception does, in both engines alike."""

from __future__ import annotations

import pytest

from alertd.enrich.enricher import Enricher
from alertd.model import Event, ReportedType
from alertd.rules.engines import EngineName
from alertd.rules.explanation_type import TypeExplainer
from alertd.rules.loaded import Loaded
from alertd.rules.loader import load_rules
from alertd.rules.match import Matcher

_FILES = {
    "event-types/takeover.yaml": """
event_type: takeover
title: Takeover
roles: [acquirer, target]
confidence: 0.8
when:
  all:
    - title: takeover
    - not: {title: rumour mill}
    - not: {text: law firm}
kinds:
  cash: {title: in cash}
frames: ["{acquirer} (bid|offer) for {target}"]
sure_frames:
  - "{acquirer} (buy|acquire) {target}"
  - "{target} (bought|acquired) by {acquirer}"
""",
    "event-types/notice.yaml": """
event_type: notice
title: Notice
alone: true
when: {title: investors are reminded}
""",
    "companies/made.yaml": """
companies:
  - {id: vega, name: Vega Grid, private: true}
  - {id: lumen, name: Lumen Labs, private: true}
""",
    "portfolios/desk.yaml": """
portfolio: desk
title: Desk
receivers: [desk]
rules:
  - {id: bought, title: Bought, severity: high, when: {all: [{event_type: takeover}, {role: target}]}}
""",
}


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    """Load these rules."""
    folder = tmp_path_factory.mktemp("rules")
    for name, text in _FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return load_rules(folder)


def _event(title: str, body: str = "") -> Event:
    return Event(id="ev_1", title=title, body=body, event_at="2026-03-02T14:30:00.000Z", language="en")


def _read(loaded: Loaded, event: Event, engine: EngineName = "index") -> list[ReportedType]:
    understanding = Enricher.of(loaded.book.event_types, loaded.table)
    return Matcher(loaded.book, engine, understanding).read(event).event.event_types


@pytest.mark.parametrize("engine", ["index", "reference"])
def test_a_frame_reports_its_type_a_little_less_sure_than_the_words_do(loaded: Loaded, engine: EngineName) -> None:
    title = "Lumen Labs agrees to be bought by Vega Grid in cash"
    (found,) = _read(loaded, _event(title), engine)
    assert (found.type, found.confidence, found.status, found.kind) == ("takeover", 0.72, "announced", "cash")
    assert {party.company: party.role for party in found.parties} == {"vega": "acquirer", "lumen": "target"}
    assert "bought" in {
        "Lumen Labs agrees to be bought by Vega Grid in cash"[e.start : e.end] for e in found.evidence
    }
    (by_words,) = _read(loaded, _event("Vega Grid in takeover of Lumen Labs"), engine)
    assert by_words.confidence == 0.8


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("Rumour mill: Vega Grid buys Lumen Labs", ""),
        ("Vega Grid buys Lumen Labs", "A law firm has news for holders."),
        ("Vega Grid bids for Lumen Labs", ""),
        ("Vega Grid buys Quillon", ""),
        ("Ten years ago Vega Grid bought Lumen Labs", ""),
    ],
)
def test_exceptions_frames_that_only_tell_roles_strangers_and_recollections_report_nothing(
    loaded: Loaded, title: str, body: str
) -> None:
    assert _read(loaded, _event(title, body)) == []


def test_where_a_type_stands_alone_no_frame_adds_another(loaded: Loaded) -> None:
    found = _read(loaded, _event("Investors are reminded that Vega Grid buys Lumen Labs"))
    assert [reported.type for reported in found] == ["notice"]


def test_the_status_is_that_of_its_clause(loaded: Loaded) -> None:
    titles = {
        "Vega Grid considers buying Lumen Labs": "rumoured",
        "Vega Grid in talks to acquire Lumen Labs": "reported",
        "Vega Grid denies it will buy Lumen Labs": "denied",
    }
    assert {title: [found.status for found in _read(loaded, _event(title))] for title in titles} == {
        title: [status] for title, status in titles.items()
    }


def test_a_type_that_the_event_brings_with_it_is_left_as_it_is(loaded: Loaded) -> None:
    brought = ReportedType(type="takeover", confidence=0.3, status="denied")
    event = Event(id="ev_1", title="Vega Grid buys Lumen Labs", event_types=[brought], language="en")
    assert [found.confidence for found in _read(loaded, event)] == [0.3]


@pytest.mark.parametrize("engine", ["index", "reference"])
def test_rules_ask_for_it_as_for_any_other(loaded: Loaded, engine: EngineName) -> None:
    matcher = Matcher(loaded.book, engine, Enricher.of(loaded.book.event_types, loaded.table))
    assert [m.rule for m in matcher.match(_event("Vega Grid buys Lumen Labs")).matches] == ["bought"]


def test_the_explanation_says_that_a_frame_shows_it(loaded: Loaded) -> None:
    kind = next(kind for kind in loaded.book.event_types if kind.id == "takeover")
    explainer = TypeExplainer(loaded.book, Enricher.of(loaded.book.event_types, loaded.table))
    told = explainer.event_type(kind, _event("Vega Grid buys Lumen Labs"))
    assert told.truth is True
    assert any("the frame `{acquirer} (buy|acquire) {target}` stands" in note for note in told.notes)
    excepted = explainer.event_type(kind, _event("Rumour mill: Vega Grid buys Lumen Labs"))
    assert excepted.truth is False
    assert any("an exception holds" in note for note in excepted.notes)
