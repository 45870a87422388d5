"""A right that somebody is denied is none: no risk, no usual time, no question about its notice."""

from __future__ import annotations

import pytest

from alertd.model import DealTerm
from alertd.research.exposure import gather
from alertd.research.facts_note import facts_note
from tests.research.making import graph, lease, of, span


@pytest.mark.parametrize(
    ("body", "words", "stands"),
    [
        ("The tenant may terminate the lease.", "terminate the lease", True),
        ("A court rejected its claim that it may terminate the lease.", "terminate the lease", False),
        ("The tenant cannot terminate the lease.", "terminate the lease", False),
        ("The tenant has no right to terminate the lease.", "right to terminate", False),
        ("The tenant is not entitled to terminate the lease.", "terminate the lease", False),
    ],
)
def test_a_right_that_is_refused_is_none(body: str, words: str, stands: bool) -> None:
    place = span(words, text=body)
    about = lease(body=body, terms=[DealTerm(type="termination_right", evidence=[place])])
    note = facts_note(gather(about, {}, graph(), {}), about.event_at)
    assert any("Termination right" in one.text for one in of(note, "risk")) is stands
    assert any("usual time" in one.text for one in of(note, "horizon")) is stands
    assert any("notice" in one.text for one in of(note, "question")) is stands
