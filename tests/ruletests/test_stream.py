"""Events through rules over time, as the daemon would take them, on the events' own clock."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from alertd.base.clock import rfc3339
from alertd.base.ids import story_id
from alertd.model import CompanyMention, Event, Story
from alertd.rules.match import Matcher
from alertd.ruletests.stream import Stream, Taken, told
from tests.ruletests.make import desk, one_rule

DAY = 86_400_000
BEGIN = 1_770_000_000_000
SEQUENCE = "{sequence: [{event_type: compute_lease}, {event_type: contract_dispute}], within: 30d}"
COUNT = "{all: [{text: lease}, {count: {at_least: 3, within: 7d}}]}"
PLAIN = one_rule("{text: lease}").replace("id: r", "id: plain")


def event(name: str, day: float, title: str, **fields: Any) -> Event:
    return Event(id=f"ev_{name}", title=title, event_at=rfc3339(BEGIN + round(day * DAY)), **fields)


def leased(day: float) -> Event:
    return event("leased", day, "Vega leases Orion", parties=["vega", "lumen"])


def sued(day: float) -> Event:
    return event("sued", day, "Lumen sues Vega", parties=["lumen", "vega"])


def held(folder: Path, when: str, *events: Event) -> list[bool]:
    """Say for which events the rule held."""
    with Stream(Matcher(desk(folder, one_rule(when)).book)) as stream:
        return [bool(stream.take(one).matches) for one in events]


def test_what_came_before_is_remembered(tmp_path: Path) -> None:
    assert held(tmp_path, SEQUENCE, leased(0), sued(20)) == [False, True]
    assert held(tmp_path, COUNT, *(event(str(i), i, "a lease") for i in range(4))) == [False, False, True, False]


def test_what_counts_is_when_events_were_and_not_when_they_are_told(tmp_path: Path) -> None:
    assert held(tmp_path, SEQUENCE, sued(20), leased(0)) == [False, True]
    assert held(tmp_path, SEQUENCE, sued(0), leased(20)) == [False, False]
    assert held(tmp_path, SEQUENCE, leased(0), sued(31)) == [False, False]


BESIDE = (
    "{all: [{title: sues}, {sequence: [{event_type: compute_lease}, {event_type: contract_dispute}], within: 30d}]}"
)


def test_what_stands_beside_a_sequence_is_asked_of_its_last_step(tmp_path: Path) -> None:
    calm = event("sued", 20, "Lumen disputes with Vega", parties=["lumen", "vega"])
    assert held(tmp_path, BESIDE, leased(0), sued(20)) == [False, True]
    assert held(tmp_path, BESIDE, sued(20), leased(0)) == [False, True]
    assert held(tmp_path, BESIDE, leased(0), calm) == [False, False]
    assert held(tmp_path, BESIDE, calm, leased(0)) == [False, False]


def test_the_same_event_again_is_not_counted_twice(tmp_path: Path) -> None:
    one = event("same", 0, "a lease")
    assert held(tmp_path, COUNT, one, one, one, event("other", 1, "b lease")) == [False] * 4


def test_an_archive_of_old_events_gives_what_it_would_have_given_then(tmp_path: Path) -> None:
    old = [leased(-9_000), sued(-8_990), event("x", 0, "vans"), sued(5)]
    assert held(tmp_path, SEQUENCE, *old) == [False, True, False, False]


@pytest.mark.parametrize("event_at", ["", "yesterday", "2026-02-02T00:00:00"])
def test_an_event_without_a_time_is_matched_and_not_remembered(tmp_path: Path, event_at: str) -> None:
    loaded = desk(tmp_path, one_rule(COUNT) + PLAIN)
    with Stream(Matcher(loaded.book)) as stream:
        for number in range(4):
            taken = stream.take(Event(id=f"ev_{number}", title="a lease", event_at=event_at))
            assert [match.rule for match in taken.matches] == ["plain"]


def test_matches_come_in_the_order_of_the_book(tmp_path: Path) -> None:
    rules = one_rule("{all: [{text: lease}, {count: {at_least: 2, within: 7d}}]}") + PLAIN
    with Stream(Matcher(desk(tmp_path, rules).book)) as stream:
        stream.take(event("1", 0, "a lease"))
        assert [match.rule for match in stream.take(event("2", 1, "a lease")).matches] == ["r", "plain"]


def test_an_event_gets_a_story_of_its_own_unless_it_has_one(tmp_path: Path) -> None:
    with Stream(Matcher(desk(tmp_path, PLAIN).book)) as stream:
        assert stream.take(event("1", 0, "x")).event.story == Story(id=story_id("ev_1"))
        mine = Story(id="st_mine", novelty=0.5)
        assert stream.take(event("2", 0, "x", story=mine)).event.story == mine


def test_event_types_that_were_found_stand_in_the_event(tmp_path: Path) -> None:
    with Stream(Matcher(desk(tmp_path, PLAIN).book)) as stream:
        assert [found.type for found in stream.take(leased(0)).event.event_types] == ["compute_lease"]


# --- what is told of it ---------------------------------------------------------------------------------------


def taken(folder: Path, when: str, *events: Event) -> Taken:
    """Give what became of the last event."""
    with Stream(Matcher(desk(folder, one_rule(when)).book), only=("p", "r")) as stream:
        return [stream.take(one) for one in events][-1]


def test_the_past_is_told_oldest_first_with_what_is_remembered_of_it(tmp_path: Path) -> None:
    other = event("other", 3, "Vega may sue Lumen", parties=["vega", "lumen"])
    (part,) = told(taken(tmp_path, SEQUENCE, other, leased(0), sued(5)), "p", "r")
    assert (part.by, part.condition.truth) == ("lumen+vega", True)
    assert part.before == (
        "2026-02-02 02:40  compute_lease · “Vega leases Orion” · ev_leased",
        "2026-02-05 02:40  contract_dispute · “Vega may sue Lumen” · ev_other",
    )


def test_what_an_earlier_step_lacks_is_told_although_no_rule_is_asked(tmp_path: Path) -> None:
    calm = event("sued", 20, "Lumen disputes with Vega", parties=["lumen", "vega"])
    (part,) = told(taken(tmp_path, BESIDE, calm, leased(0)), "p", "r")
    assert (part.earlier, part.companies, part.condition.truth) == (True, (), False)
    assert part.condition.seen == "the steps were seen, but ev_sued did not meet the conditions beside the sequence"
    (part,) = told(taken(tmp_path, BESIDE, leased(0)), "p", "r")
    assert part.condition.seen == "step 2, contract_dispute, was not seen within 30d"
    (part,) = told(taken(tmp_path, BESIDE, sued(20), leased(0)), "p", "r")
    assert (part.condition.truth, part.condition.seen) == (
        True,
        "contract_dispute 2026-02-22 · Lumen sues Vega · ev_sued",
    )


def test_titles_that_are_not_remembered_may_still_be_known(tmp_path: Path) -> None:
    last = taken(tmp_path, COUNT, event("1", 0, "a lease"), event("2", 1, "b lease"))
    (part,) = told(last, "p", "r")
    assert part.before == ("2026-02-02 02:40  ev_1",)
    (part,) = told(last, "p", "r", {"ev_1": "a lease"})
    assert part.before == ("2026-02-02 02:40  “a lease” · ev_1",)


def test_what_is_counted_once_is_told(tmp_path: Path) -> None:
    when = "{all: [{text: lease}, {count: {at_least: 2, within: 7d, distinct: source, by: company}}]}"
    nvda = [CompanyMention(id="cik-0001045810")]
    same = [event(str(day), day, "a lease", source="wire", companies=nvda) for day in (0, 1)]
    last = taken(tmp_path, when, *same)
    (part,) = told(last, "p", "r")
    assert (part.by, part.condition.truth) == ("cik-0001045810", False)
    assert part.before == ("2026-02-02 02:40  wire · ev_0",)


def test_nothing_is_told_of_rules_that_the_event_does_not_concern(tmp_path: Path) -> None:
    assert told(taken(tmp_path, COUNT, event("1", 0, "vans")), "p", "r") == []
