"""A story that takes itself back tells that, and whom it named: nobody gains or loses by it, and nothing is at"
" risk."""

from __future__ import annotations

import pytest

from alertd.model import Event
from alertd.research.exposure import gather
from alertd.research.facts_note import TAKEN_BACK, facts_note
from alertd.research.retracted import taken_back
from tests.research.making import LABELS, TITLE, graph, holding, lease, of


@pytest.mark.parametrize(
    ("title", "body", "back"),
    [
        ("WITHDRAWN: Vega Grid loses its tenant", "", True),
        ("STORY RETRACTED - Vega Grid loses its tenant", "", True),
        ("Vega Grid loses its tenant", "The report was withdrawn on Monday. Another grid was meant.", True),
        ("CORRECTED-Vega Grid", "An earlier story wrongly named Vega Grid as the lessor.", True),
        ("CORRECTED-Vega Grid", "The item refers to a different company of the same name.", True),
        ("CORRECTED-Vega Grid leases Orion", "(Corrects the rent in paragraph 2 to $3bn)", False),
        ("Vega Grid withdraws its forecast", "The forecast was withdrawn on Monday.", False),
        ("Vega Grid withdraws from talks", "The report of its auditor was published on Monday.", False),
    ],
)
def test_a_story_says_that_it_is_taken_back(title: str, body: str, back: bool) -> None:
    assert (taken_back(Event(id="ev_x", title=title, body=body)) is not None) is back


def test_nothing_follows_from_it() -> None:
    about = lease(body="Vega Grid was named. This story was retracted: another company was meant.", terms=[])
    note = facts_note(gather(about, holding("vega", "chips"), graph(), LABELS), about.event_at)
    assert {one.section for one in note.statements} == {"implication", "exposed"}
    assert of(note, "implication")[0].text == TAKEN_BACK
    assert [one.text for one in of(note, "exposed")] == ["Vega Grid is named as lessor."]
    assert all(one.holding is None or one.holding.impact is None for one in note.statements)
    assert note.confidence == "low"


def test_the_same_story_that_stands_has_winners() -> None:
    about = lease(body="Vega Grid was named.", terms=[])
    note = facts_note(gather(about, holding("vega", "chips"), graph(), LABELS), about.event_at)
    assert about.title == TITLE
    assert of(note, "winner")
