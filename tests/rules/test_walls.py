"""What belongs to a desk does not leave it, not even through what is remembered."""

from __future__ import annotations

from pathlib import Path

import pytest

from alertd.model import Event
from alertd.rules.loaded import KnownSettings
from alertd.rules.loader import load_rules
from alertd.rules.match import Matcher
from alertd.rules.walls import may_see
from alertd.ruletests.stream import Stream

FILES = {
    "event-types/lease.yaml": "{event_type: compute_lease, title: A lease, when: {title: lease}}",
    "event-types/dispute.yaml": "{event_type: contract_dispute, title: A dispute, when: {title: dispute}}",
}
RULE = (
    "{id: sour, title: A lease turns sour, severity: high, "
    "when: {sequence: [{event_type: compute_lease}, {event_type: contract_dispute}], within: 30d}}"
)
SOURCES = {"private": "ai", "public": None}


@pytest.mark.parametrize(
    ("desk", "owner", "seen"),
    [
        ("ai", "ai", True),
        ("ai", None, True),  # nobody's
        ("ai", "credit", False),
        ("ai", "", False),
        (None, "credit", True),  # whoever runs alertd
        (None, None, True),
    ],
)
def test_a_desk_sees_its_own_and_what_is_nobodys(desk: str | None, owner: str | None, seen: bool) -> None:
    assert may_see(desk, owner) is seen


def stream(tmp_path: Path) -> Stream:
    """Give a stream of events through the same rule on desk `ai`, on another desk, and on none."""
    desks = {"ours": "desk: ai, ", "theirs": "desk: credit, ", "nobodys": ""}
    portfolios = {
        f"portfolios/{name}.yaml": f"{{portfolio: {name}, title: A desk, {desk}receivers: [], rules: [{RULE}]}}"
        for name, desk in desks.items()
    }
    for name, text in (FILES | portfolios).items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return Stream(Matcher(load_rules(tmp_path, known=KnownSettings(sources=SOURCES)).book))


def report(title: str, source: str, day: int) -> Event:
    at = f"2026-01-{day:02}T00:00:00.000Z"
    return Event(id=f"ev_{day}", source=source, title=title, event_at=at, parties=["vega", "lumen"])


@pytest.mark.parametrize(
    ("sources", "told"),
    [
        (("public", "public"), {"ours", "theirs", "nobodys"}),
        (("private", "public"), {"ours"}),
        (("public", "private"), {"ours"}),
    ],
)
def test_a_sequence_knows_nothing_of_another_desks_source(
    tmp_path: Path, sources: tuple[str, str], told: set[str]
) -> None:
    with stream(tmp_path) as events:
        assert events.take(report("Vega Grid signs a lease", sources[0], 1)).matches == ()
        taken = events.take(report("Vega Grid in a dispute", sources[1], 5))
    assert {match.portfolio for match in taken.matches} == told
    shown = [row.event for one in taken.settled if one.portfolio.id not in told for row in one.rows]
    assert "ev_1" not in shown
