"""The note of an alert as events come to it: what is compared, when a model is asked again, when a note rings."""

from __future__ import annotations

from dataclasses import replace as with_policy
from typing import Any

import pytest
from msgspec.structs import replace

from alertd.alerts.deliver import as_seen
from alertd.alerts.lanes import lane
from alertd.alerts.merge import Merge
from alertd.alerts.note_life import waited_for
from alertd.alerts.noted import WORTH_MS, Noted, noted
from alertd.alerts.outcome import Outcome
from alertd.alerts.policy import Cooldown, Fitting, Quiet, ReceiverPolicy
from alertd.base.clock import rfc3339
from alertd.base.ids import delivery_id
from alertd.model import Amount, Evidence, Note, NoteDue, NoteGround, NoteStatement, Rights, StoredAlert, Told
from alertd.rules.alert_leaves import OfAlert
from tests.alerts import living, test_merge
from tests.alerts.making import MINUTE, NOW, Case, event, match
from tests.alerts.test_noted import BY_MODEL, MODEL, THREAD, answers, note, standing, types, write

FACTS = note()
WRITTEN = note(by=BY_MODEL, text="Vega Grid may take it back.")


def waiting(*policies: ReceiverPolicy) -> Case:
    """Raise an alert whose note a model is to write."""
    case = Case(*(policies or (MODEL,)), own=tuple(policy.id for policy in policies or (MODEL,)))
    case.note, case.material = FACTS, "{}"
    case.take(event("a"), match(event("a")))
    return case


def put(case: Case, said: Note, after: int = 1_000) -> Noted:
    """Let the model's note come."""
    case.now += after
    made = noted(case.state, said, case.policies, case.now, {}, case.silences)
    case.stored = StoredAlert(version=case.stored.version + 1, state=made.state)
    return made


def news(case: Case, said: Note | None, name: str = "b", **fields: Any) -> Outcome:
    """Take in another event, which is material news unless the fields say otherwise."""
    case.note = said
    fresh = event(name, **{"amounts": [Amount(low=1e9, high=1e9)], **fields})
    return case.take(fresh, match(fresh), after=MINUTE)


# --- facts are compared with facts ----------------------------------------------------------------------------


def test_the_same_facts_are_not_told_again_after_a_model_has_worded_them() -> None:
    case = waiting()
    put(case, WRITTEN)
    outcome = news(case, note("ev_b"))
    assert types(outcome) == [("desk", "alert.updated")]
    assert outcome.effects.note_due_ms is None
    assert case.alert.note == WRITTEN, "what the model made of these facts stays"
    assert case.state.facts_note == FACTS


def test_facts_that_say_more_are_given_to_the_model_again() -> None:
    case = waiting()
    put(case, WRITTEN)
    more = note("ev_b", "It may end at a month's notice.")
    outcome = news(case, more)
    assert types(outcome) == [("desk", "alert.updated")]
    assert (outcome.effects.note_due_ms, case.alert.note, case.state.facts_note) == (case.now, more, None)
    assert case.state.note_due == NoteDue(
        event="ev_b", event_revision=1, revision=2, since_ms=case.now, material="{}"
    )


def test_how_often_it_was_told_by_whom_is_no_other_fact() -> None:
    case = waiting()
    put(case, WRITTEN)
    counted = NoteStatement(section="crowding", text="The second report of it.", grounds=FACTS.statements[0].grounds)
    newer = note("ev_b")
    news(case, replace(newer, statements=[*newer.statements, counted]))
    assert case.alert.note == WRITTEN


def test_a_figure_that_is_new_takes_the_place_of_what_a_model_said_of_the_old_one() -> None:
    case = waiting()
    put(case, WRITTEN)
    stated = NoteStatement(section="implication", text="Stated: $1bn a year.", grounds=FACTS.statements[0].grounds)
    newer = replace(note("ev_b"), statements=[*note().statements, stated])
    assert types(news(case, newer)) == [("desk", "alert.updated")], "that alone is no note of its own"
    assert case.alert.note == newer


def test_a_correction_leaves_nothing_of_what_a_model_wrote_before() -> None:
    case = waiting()
    put(case, WRITTEN)
    case.note = replace(FACTS, event_revision=2)
    second = event("a", revision=2, revision_reason="correction", title="Another headline")
    case.take(second, match(second), after=MINUTE)
    assert case.alert.note == case.note


def test_who_wants_facts_is_shown_them_also_where_a_model_wrote_the_note() -> None:
    case = waiting(MODEL, ReceiverPolicy("facts"))
    put(case, WRITTEN)
    assert as_seen(case.state, case.policies["facts"]).alert.note == FACTS
    assert as_seen(case.state, case.policies["desk"]).alert.note == WRITTEN


# --- who comes late -------------------------------------------------------------------------------------------


def test_who_comes_late_is_told_what_the_model_wrote_and_it_is_not_asked_again() -> None:
    case = waiting(MODEL, with_policy(MODEL, id="late", min_severity="critical"))
    put(case, WRITTEN)
    b = event("b", sources=2)
    case.note = note("ev_b")
    outcome = case.take(b, match(b, severity="critical"), after=MINUTE)
    assert outcome.effects.note_due_ms is None
    assert [one for one in types(outcome) if one[0] == "late"] == [("late", "alert.fired"), ("late", "note")]
    (told,) = [one for one in outcome.deliveries if (one.receiver, one.message.type) == ("late", "note")]
    assert told.message.alert is not None
    assert told.message.alert.note == WRITTEN


def test_who_comes_while_the_model_writes_waits_with_the_others() -> None:
    case = waiting(MODEL, with_policy(MODEL, id="late", min_severity="critical"))
    due = case.state.note_due
    again = event("a", revision=2, revision_reason="full_text")
    case.note = FACTS
    outcome = case.take(again, match(again, severity="critical"), after=1_000)
    assert [one for one in types(outcome) if one[0] == "late"] == [("late", "alert.fired")], "it waits, too"
    assert due is not None
    assert case.state.note_due is not None
    made = put(case, WRITTEN)
    assert types(made) == [("desk", "note"), ("late", "note")]


# --- a pending note and a newer event -------------------------------------------------------------------------


def test_a_note_that_is_waited_for_is_asked_about_the_newer_event_with_the_newer_material() -> None:
    case = waiting()
    case.material = '{"newer": 1}'
    outcome = news(case, note("ev_b"))
    assert outcome.effects.note_due_ms == case.now
    assert case.state.note_due == NoteDue(
        event="ev_b", event_revision=1, revision=1, since_ms=NOW, material='{"newer": 1}'
    )


def test_where_no_model_may_read_the_newer_event_none_is_shown_the_older_ones_material() -> None:
    case = waiting()
    case.material = None
    news(case, note("ev_b"))
    assert case.state.note_due is not None
    assert (case.state.note_due.event, case.state.note_due.material) == ("ev_b", "")


def test_a_report_that_adds_nothing_leaves_what_is_waited_for() -> None:
    case = waiting()
    before = case.state.note_due
    case.material = '{"newer": 1}'
    outcome = news(case, note("ev_b", "Something else."), amounts=[], sources=2)
    assert outcome.effects.note_due_ms is None
    assert case.state.note_due == before


def test_nothing_is_waited_for_any_more_where_nothing_follows_from_the_newer_event() -> None:
    case = waiting()
    outcome = news(case, None)
    assert (outcome.effects.note_due_ms, case.state.note_due) == (0, None)


# --- the full text comes --------------------------------------------------------------------------------------


def full_text(case: Case, said: Note) -> Outcome:
    """Let the text of the alert's event come; it changes nothing but the note."""
    case.note = replace(said, event_revision=2)
    text = event("a", revision=2, revision_reason="full_text", body="All of it.")
    return case.take(text, match(text), after=MINUTE)


MORE = note(text="It may end at a month's notice.")


def test_a_full_text_that_says_more_renews_the_note_and_tells_it_once() -> None:
    case = Case(THREAD)
    case.note = FACTS
    case.take(event("a"), match(event("a")))
    outcome = full_text(case, MORE)
    assert types(outcome) == [("desk", "note")]
    (told,) = outcome.deliveries
    assert (told.message.loud, told.behind) == (False, delivery_id("desk", case.alert.id, 1))
    assert told.id != delivery_id("desk", f"{case.alert.id}/note", 1), "it is another note than the first"
    assert case.alert.note == replace(MORE, event_revision=2)
    again = event("a", revision=3, revision_reason="full_text", body="All of it!")
    case.note = replace(MORE, event_revision=3)
    assert types(case.take(again, match(again), after=MINUTE)) == []


def test_a_full_text_that_says_no_more_leaves_the_note_as_it_is() -> None:
    case = waiting()
    put(case, WRITTEN)
    outcome = full_text(case, FACTS)
    assert (types(outcome), outcome.effects.note_due_ms, case.alert.note) == ([], None, WRITTEN)


def test_a_full_text_that_says_more_is_given_to_the_model_for_who_waits_for_it() -> None:
    case = waiting(MODEL, ReceiverPolicy("facts", notes_apart=True))
    put(case, WRITTEN)
    outcome = full_text(case, MORE)
    assert types(outcome) == [("facts", "note")]
    assert case.state.note_due is not None
    assert (case.state.note_due.event_revision, outcome.effects.note_due_ms) == (2, case.now)
    made = put(case, replace(WRITTEN, event_revision=2, at="2026-03-02T11:02:00.000Z"))
    assert types(made) == [("desk", "note")]
    assert made.deliveries[0].id != delivery_id("desk", f"{case.alert.id}/note", 1)


def test_what_a_model_makes_of_a_full_text_is_no_repeat_of_what_it_wrote_before() -> None:
    case = waiting()
    first = put(case, WRITTEN)
    assert types(full_text(case, MORE)) == []
    second = put(case, replace(WRITTEN, event_revision=2))
    assert types(second) == [("desk", "note")]
    assert first.deliveries[0].id != second.deliveries[0].id, "else it would be taken for one that is queued already"


def test_a_note_that_the_full_text_renews_rings_nobody_in_quiet_hours() -> None:
    case = Case(THREAD)
    case.note = FACTS
    case.take(event("a"), match(event("a")))
    case.policies["desk"] = with_policy(THREAD, quiet=Quiet(hours="10:00-18:00"))
    assert types(full_text(case, MORE)) == []
    assert case.alert.note == replace(MORE, event_revision=2)


# --- a note rings nowhere where its alert would not -----------------------------------------------------------

QUIET = Quiet(hours="07:00-09:00")
"""It is eight o'clock."""
UNTIL = "quiet_until: 2027-01-15T09:00:00.000Z"
LOUD = Fitting(OfAlert("severity", ("high",)))


@pytest.mark.parametrize(
    ("policy", "reason"),
    [
        (with_policy(MODEL, quiet=QUIET), UNTIL),
        (with_policy(MODEL, quiet=with_policy(QUIET, release="drop")), f"{UNTIL}, and"),
        (with_policy(MODEL, group_s=30.0), "folded_into: group"),
    ],
    ids=["quiet", "drop", "group"],
)
def test_a_note_is_not_told_where_an_update_would_wait(policy: ReceiverPolicy, reason: str) -> None:
    made = write(standing(), WRITTEN, policy)
    assert types(made) == []
    assert answers(made)["desk"].startswith(reason)
    assert made.state.alert.note == WRITTEN, "it stands in the alert"


def test_a_note_passes_the_quiet_hours_that_its_alert_passes() -> None:
    made = write(standing(), WRITTEN, with_policy(MODEL, quiet=with_policy(QUIET, passes=LOUD)))
    assert types(made) == [("desk", "note")]


def test_a_note_waits_for_no_window_in_which_something_of_its_alert_waits() -> None:
    held = Told(
        revision=1,
        at_ms=living.NOW - MINUTE,
        severity="high",
        held=f"desk/storm//{living.NOW + MINUTE}",
        held_since_ms=1,
    )
    made = write(standing(None, None, desk=held), WRITTEN, MODEL)
    assert (types(made), answers(made)["desk"][:18]) == ([], "folded_into: storm")


def test_a_note_is_not_told_where_its_alert_is_silenced() -> None:
    made = write(standing(), WRITTEN, MODEL, silences=[living.silence(portfolios=["ai"])])
    assert types(made) == []
    assert answers(made)["desk"].startswith("silenced: ")


def test_a_note_is_not_told_of_an_alert_that_is_snoozed_or_closed() -> None:
    state = standing()
    until = rfc3339(living.NOW + MINUTE)
    snoozed = write(replace(state, alert=replace(state.alert, snoozed_until=until)), WRITTEN, MODEL)
    assert (types(snoozed), answers(snoozed)) == ([], {"desk": f"silenced: snoozed until {until}"})
    closed = write(replace(state, alert=replace(state.alert, status="closed")), WRITTEN, MODEL)
    assert (types(closed), answers(closed)) == ([], {"desk": "closed"})


def test_who_acknowledged_an_alert_is_told_its_note() -> None:
    state = standing()
    taken = replace(state, alert=replace(state.alert, status="acknowledged", acknowledged_by="jd"))
    assert types(write(taken, WRITTEN, MODEL)) == [("desk", "note")]


def test_a_cooldown_that_began_with_the_alert_does_not_keep_its_note() -> None:
    assert types(write(standing(), WRITTEN, with_policy(MODEL, cooldown=Cooldown("story", 14_400.0)))) == [
        ("desk", "note")
    ]


def test_a_note_that_comes_too_late_stands_in_the_alert_and_is_told_to_nobody() -> None:
    state = standing()
    assert state.note_due is not None
    late_ = replace(state, note_due=replace(state.note_due, since_ms=living.NOW - WORTH_MS))
    made = write(late_, WRITTEN, MODEL)
    assert (types(made), answers(made)) == ([], {"desk": "expired: it came 10 min after the alert"})
    assert made.state.alert.note == WRITTEN
    intime = replace(state, note_due=replace(state.note_due, since_ms=living.NOW - WORTH_MS + 1))
    assert types(write(intime, WRITTEN, MODEL)) == [("desk", "note")]


def test_who_was_not_told_of_the_update_is_not_told_its_note() -> None:
    state = standing()
    assert state.note_due is not None
    due = replace(state.note_due, revision=2)
    assert types(write(replace(state, note_due=due), WRITTEN, MODEL)) == []


def test_a_note_goes_behind_the_newest_message_of_its_alert() -> None:
    (told,) = write(standing(), WRITTEN, MODEL).deliveries
    known = lane(standing(), "desk")
    assert known is not None
    assert told.behind == delivery_id("desk", "al_a", known.revision)


# --- two alerts become one ------------------------------------------------------------------------------------


DUE = NoteDue(event="ev_b", event_revision=1, revision=1, since_ms=test_merge.NOW, material="{}")


def merged(own: Note | None, due: NoteDue | None, other: Note | None, theirs: NoteDue | None) -> Merge:
    """Let the alert about `st_young` become part of the one about `st_old`, with their notes."""
    older, younger = test_merge.alert("a", "st_old"), test_merge.alert("b", "st_young")
    older = replace(older, alert=replace(older.alert, note=own), note_due=due)
    younger = replace(younger, alert=replace(younger.alert, note=other), note_due=theirs)
    made = test_merge.merged(older, younger)
    assert made is not None
    return made


def test_the_note_that_was_due_of_the_younger_is_due_of_the_alert_that_carries_it_on() -> None:
    made = merged(None, None, note("ev_b"), DUE)
    assert made.older is not None
    assert (made.older.alert.note, made.note_due_ms) == (note("ev_b"), test_merge.NOW + 5)
    assert waited_for(made.older, note("ev_b"))
    assert made.younger.note_due is None


def test_facts_that_nobody_waits_for_give_way_to_a_note_that_a_model_is_to_write() -> None:
    made = merged(note("ev_a"), None, note("ev_b", "It may end."), DUE)
    assert made.older is not None
    assert (made.older.alert.note, made.note_due_ms) == (note("ev_b", "It may end."), test_merge.NOW + 5)
    written = noted(made.older, replace(WRITTEN, event="ev_b"), {"desk": MODEL}, test_merge.NOW + 1_000, {})
    assert types(written) == [("desk", "note")], "who was told of the older is told there"


@pytest.mark.parametrize(
    ("own", "due"),
    [(note("ev_a"), replace(DUE, event="ev_a")), (replace(WRITTEN, event="ev_a"), None)],
    ids=["waited for", "written"],
)
def test_the_older_keeps_the_note_that_it_has_of_a_model_or_waits_for(own: Note, due: NoteDue | None) -> None:
    made = merged(own, due, note("ev_b"), DUE)
    assert made.older is not None
    assert (made.older.alert.note, made.older.note_due, made.note_due_ms) == (own, due, None)


def test_what_a_model_quotes_of_an_event_that_the_alert_is_not_shown_with_stays_within_its_rights() -> None:
    evidence = Evidence(field="body", start=0, end=15, quote="A secret clause")
    said = NoteStatement(section="risk", text="A secret.", grounds=[NoteGround(kind="quote", evidence=evidence)])
    limited = replace(WRITTEN, event="ev_b", statements=[said, *WRITTEN.statements], rights=Rights(show="title"))
    made = merged(note("ev_a"), None, note("ev_b"), DUE)
    assert made.older is not None
    written = noted(made.older, limited, {"desk": MODEL}, test_merge.NOW + 1_000, {})
    assert written.state.alert.note is not None
    assert "secret" not in str(written)


def test_an_alert_that_goes_on_under_an_older_name_takes_its_note_along() -> None:
    younger = test_merge.alert("b", "st_young")
    younger = replace(younger, alert=replace(younger.alert, note=note("ev_b")), note_due=DUE)
    made = test_merge.merged(None, younger)
    assert made is not None
    assert made.older is not None
    assert (made.older.note_due, made.note_due_ms) == (DUE, test_merge.NOW + 5)
