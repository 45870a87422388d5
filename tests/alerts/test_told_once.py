"""Properties of deciding, for any life of an alert: the same again is the same, nobody is left without an answer."""

from __future__ import annotations

import dataclasses
from typing import Any, get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from alertd.alerts.policy import Cooldown, Quiet, ReceiverPolicy, Storm
from alertd.base.clock import rfc3339
from alertd.model import Amount, Event, Match, Provenance, Reason, ReportedType, Rights, Silence
from tests.alerts.making import HOUR, MINUTE, NOW, Case, event, match

REASONS = frozenset(get_args(Reason))
SEVERITIES = ("info", "low", "medium", "high", "critical")
NAMES = ("desk", "risk", "boss", "ops", "gone")
"""The last is in no settings."""

POLICIES = st.builds(
    ReceiverPolicy,
    id=st.just(""),
    min_severity=st.sampled_from(SEVERITIES),
    updates=st.sampled_from(["material", "none", "all"]),
    accepts=st.sampled_from(["public", "internal"]),
    event_types=st.sampled_from([frozenset[str](), frozenset({"lease"})]),
    cooldown=st.sampled_from([None, Cooldown("story", 900), Cooldown("company", 900), Cooldown("rule", 900)]),
    quiet=st.sampled_from([None, Quiet("10:30-11:30"), Quiet("10:30-11:30", release="drop")]),
    storm=st.sampled_from([None, Storm(at_most=2, per_s=60, every_s=60)]),
    group_s=st.sampled_from([0.0, 30.0]),
)
RIGHTS = st.sampled_from([None, Rights(receivers=["desk"]), Rights(show="title"), Rights(export=False)])


@st.composite
def steps(draw: st.DrawFn) -> list[tuple[Event, list[Match], int]]:
    """Draw a life: events of one story and their revisions, with what matches and how long after."""
    known: dict[str, int] = {}
    life = []
    for _ in range(draw(st.integers(1, 7))):
        name = draw(st.sampled_from("abc"))
        known[name] = known.get(name, 0) + draw(st.sampled_from([1, 1, 1, 0])) or 1
        fields: dict[str, Any] = {
            "title": draw(st.sampled_from(["One", "Two"])),
            "sources": draw(st.integers(1, 3)),
            "withdrawn": draw(st.integers(0, 5)) == 0,
            "revision_reason": draw(st.sampled_from([None, "correction", "full_text"])),
            "amounts": [Amount(low=x, high=x) for x in draw(st.lists(st.sampled_from([1e9, 2e9]), max_size=1))],
            "event_types": [ReportedType(type=draw(st.sampled_from(["lease", "merger"])))],
            "provenance": Provenance(rights=draw(RIGHTS)),
        }
        made = event(name, known[name], **fields)
        rules = draw(st.lists(st.sampled_from(["rule-0", "own", "both"]), unique=True, max_size=3))
        to = {"rule-0": (), "own": ("risk",), "both": ("risk", "gone")}
        found = [match(made, r, draw(st.sampled_from(SEVERITIES)), *to[r], companies=["vega"]) for r in rules]
        life.append((made, found, draw(st.sampled_from([0, MINUTE, HOUR]))))
    return life


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Draw receivers and what deciding rests on."""
    made = [dataclasses.replace(draw(POLICIES), id=name) for name in NAMES[:-1]]
    case = Case(*made, own=tuple(draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=4))))
    if draw(st.booleans()):
        case.silences = (
            Silence(
                id="si_1", author="jd", reason="known", created_at=rfc3339(NOW), starts_at=rfc3339(NOW),
                ends_at=rfc3339(NOW + HOUR), rules=draw(st.sampled_from([["rule-0"], ["own"]])),
            ),
        )  # fmt: skip
    return case


@settings(max_examples=120, deadline=None)
@given(cases(), steps())
def test_every_receiver_gets_one_answer_and_nothing_is_dropped_without_a_reason(
    case: Case, life: list[tuple[Event, list[Match], int]]
) -> None:
    for made, found, after in life:
        outcome = case.take(made, *found, after=after)
        decision = outcome.decision
        if decision is None:
            assert not found, "what matches is decided"
            continue
        if outcome.state is None:
            continue  # the answer of before, or not told for a reason of its own
        named = {name for one in found for name in (one.receivers or case.portfolio.receivers)}
        assert named <= decision.receivers.keys()
        sent = {one.receiver: one.id for one in outcome.deliveries}
        held = {one.receiver: one for one in outcome.effects.holds}
        assert len(sent) == len(outcome.deliveries)
        assert len(held) == len(outcome.effects.holds)
        assert sent.keys().isdisjoint(held)
        for receiver, answer in decision.receivers.items():
            if answer.startswith("dl_"):
                assert sent.pop(receiver) == answer
            else:
                assert answer.partition(":")[0] in REASONS, answer
        assert not sent
        assert all(decision.receivers[name].startswith(("quiet_until: ", "folded_into: ")) for name in held)
        assert all(case.lanes[name].held == one.window for name, one in held.items())


@settings(max_examples=120, deadline=None)
@given(cases(), steps(), st.data())
def test_the_same_event_again_gets_the_same_answer_and_changes_nothing(
    case: Case, life: list[tuple[Event, list[Match], int]], data: st.DataObject
) -> None:
    answers: dict[tuple[str, int], Any] = {}
    for n, (made, found, after) in enumerate(life):
        outcome = case.take(made, *found, after=after)
        if outcome.state is not None:
            answers[made.id, made.revision] = outcome.decision
        for again in data.draw(st.lists(st.integers(0, n), max_size=2)):
            other, matches, _ = life[again]
            case.now += MINUTE
            repeat = case.decide(other, *matches)
            if (other.id, other.revision) in answers:
                assert (repeat.state, repeat.deliveries) == (None, ())
                assert not (repeat.effects.holds or repeat.effects.timers or repeat.effects.counts)
                newest = max(revision for name, revision in answers if name == other.id)
                if other.revision == newest:
                    assert repeat.decision == answers[other.id, other.revision]


@settings(max_examples=80, deadline=None)
@given(cases(), steps())
def test_deciding_is_pure_and_of_two_that_decide_at_once_both_say_the_same(
    case: Case, life: list[tuple[Event, list[Match], int]]
) -> None:
    for made, found, after in life:
        case.now += after
        assert case.decide(made, *found) == case.decide(made, *found)
        case.take(made, *found)


@settings(max_examples=80, deadline=None)
@given(cases(), steps())
def test_no_receiver_is_shown_a_match_that_is_routed_to_others_or_closed_to_it(
    case: Case, life: list[tuple[Event, list[Match], int]]
) -> None:
    for made, found, after in life:
        for one in case.take(made, *found, after=after).deliveries:
            alert = one.message.alert
            assert alert is not None
            own = {"rule-0"} if one.receiver in case.portfolio.receivers else set()
            own |= {"own", "both"} if one.receiver == "risk" else set()
            assert {m.rule for m in alert.matches} <= own
            assert not any(m.receivers or m.rights for m in alert.matches)
            assert not any(change.seen for change in alert.changes)
            rights = made.provenance.rights
            assert one.receiver == "desk" or rights is None or not rights.receivers
