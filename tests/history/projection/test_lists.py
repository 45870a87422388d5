"""Events, stories and what rules held for, out of the projection; as whoever runs alertd and as a desk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from alertd.base.clock import rfc3339
from alertd.history.projection import lists
from alertd.history.projection.lists import EventFilter
from alertd.history.projection.projector import Projector
from alertd.history.projection.read import History
from tests.history.projection.past import NOW, Archive, card, event

DAY = 86_400_000
LIMITED = {"classification": "public", "rights": {"receivers": ["pm"]}}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = Archive()
    made.add(event("ev_a", card("al_a", desk="ai"), title="Vega leases Orion"))
    made.add(event("ev_a", card("al_a", 2, desk="ai"), revision=2, title="Vega leases Orion, corrected"))
    made.add(event("ev_b", title="Rates rise", event_types=[{"type": "rates", "confidence": 0.9}], companies=[]))
    made.add(event("ev_c", desk="energy", source="desk-wire", title="Orion cancels", story={"id": "st_c"}))
    made.add(event("ev_d", title="Orion for few", provenance=LIMITED))
    projector = Projector(tmp_path / "history.db")
    projector.advance(made)
    projector.close()
    return tmp_path / "history.db"


def found(path: Path, desk: str | None = None, hidden: tuple[str, ...] = (), **wanted: Any) -> list[str]:
    with History(path, desk, hidden=hidden) as history:
        return [one["id"] for _, one in lists.events(history, EventFilter(**wanted), 10)]


@pytest.mark.parametrize(
    ("wanted", "events"),
    [
        ({}, ["ev_d", "ev_c", "ev_b", "ev_a"]),
        ({"text": "orion"}, ["ev_d", "ev_c", "ev_a"]),
        ({"text": "corrected"}, ["ev_a"]),
        ({"source": "desk-wire"}, ["ev_c"]),
        ({"event_type": "rates"}, ["ev_b"]),
        ({"company": "vega-grid"}, ["ev_d", "ev_c", "ev_a"]),
        ({"story": "st_c"}, ["ev_c"]),
        ({"since_ms": NOW + 100}, []),
        ({"before": (NOW + 4, "ev_c")}, ["ev_b", "ev_a"]),
    ],
)
def test_each_choice_of_events(path: Path, wanted: dict[str, Any], events: list[str]) -> None:
    assert found(path, **wanted) == events


def test_an_event_is_its_newest_revision(path: Path) -> None:
    with History(path) as history:
        (one,) = [one for _, one in lists.events(history, EventFilter(), 10) if one["id"] == "ev_a"]
    assert (one["revision"], one["title"]) == (2, "Vega leases Orion, corrected")


def test_a_desk_sees_events_that_it_may_be_told_of(path: Path) -> None:
    assert found(path, "ai") == ["ev_b", "ev_a"]
    assert found(path, "energy") == ["ev_c", "ev_b", "ev_a"]
    assert found(path, "ai", ("vega-grid",), company="vega-grid") == []


def test_what_rules_held_for_is_counted_by_day(path: Path) -> None:
    with History(path) as history:
        held = lists.hits(history, "ai", NOW + DAY, 3)
        assert lists.hits(history, "ai", NOW + 5 * DAY, 3) == {}
        assert lists.alerts_of_story(history, "st_a") == ["al_a"]
    assert held == {"lease": lists.Hits((0, 1, 0), rfc3339(NOW + 2))}
