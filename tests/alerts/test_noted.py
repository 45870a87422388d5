"""Whom a note is told, when, and as what: with its alert, apart from it, or written later by a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace as with_policy
from typing import Any

import pytest
from msgspec.structs import replace

from alertd.alerts.deliver import as_seen
from alertd.alerts.noted import Noted, noted
from alertd.alerts.outcome import Outcome
from alertd.alerts.policy import DigestTimes, Quiet, ReceiverPolicy, Storm
from alertd.base.clock import rfc3339
from alertd.model import (
    AlertState,
    Amount,
    Event,
    Evidence,
    NewDelivery,
    Note,
    NoteDue,
    NoteGround,
    NoteStatement,
    Provenance,
    Rights,
    Silence,
    Told,
)
from tests.alerts import living
from tests.alerts.making import MINUTE, NOW, Case, event, match

THREAD = ReceiverPolicy("desk", notes_apart=True)
MAIL = ReceiverPolicy("desk")
MODEL = ReceiverPolicy("desk", notes_apart=True, note="model")
BY_MODEL = "openai/small-1"


def note(of: str = "ev_a", text: str = "It can be taken back.", **more: Any) -> Note:
    ground = NoteGround(kind="number", text="lengths stated: 0")
    return Note(
        event=of, event_revision=1, statements=[NoteStatement(section="risk", text=text, grounds=[ground])], **more
    )


def first(*policies: ReceiverPolicy, **fields: Any) -> tuple[Case, Outcome]:
    """Raise an alert that has a note."""
    case = Case(*policies, own=tuple(policy.id for policy in policies))
    case.note = note()
    a = event("a", **fields)
    return case, case.take(a, match(a))


def types(outcome: Outcome | Noted) -> list[tuple[str, str]]:
    """Give the messages in their order: for whom, and of what type."""
    return [(one.receiver, one.message.type) for one in outcome.deliveries]


def notes_in(deliveries: Sequence[NewDelivery]) -> list[bool]:
    """Say of each message whether a note is in it."""
    return [one.message.alert is not None and one.message.alert.note is not None for one in deliveries]


# --- with the alert, or after it ------------------------------------------------------------------------------


def test_a_note_stands_in_the_alert_where_there_is_no_thread() -> None:
    case, outcome = first(MAIL)
    assert types(outcome) == [("desk", "alert.fired")]
    assert notes_in(outcome.deliveries) == [True]
    assert case.alert.note == note()


def test_a_note_follows_its_alert_where_there_is_a_thread() -> None:
    _, outcome = first(THREAD)
    assert types(outcome) == [("desk", "alert.fired"), ("desk", "note")]
    assert notes_in(outcome.deliveries) == [False, True]
    alert, apart = outcome.deliveries
    assert apart.id != alert.id
    assert apart.chain != alert.chain, "neither waits for the other, nor takes its place"
    assert (apart.message.loud, apart.message.news, apart.message.told_before) == (False, [], True)
    assert apart.due_ms > alert.due_ms, "alerts go first"


def test_the_same_note_has_the_same_id() -> None:
    assert [one.id for one in first(THREAD)[1].deliveries] == [one.id for one in first(THREAD)[1].deliveries]


def test_a_receiver_without_notes_sees_none_of_it() -> None:
    _, outcome = first(with_policy(THREAD, note="off"))
    assert types(outcome) == [("desk", "alert.fired")]
    assert notes_in(outcome.deliveries) == [False]


def test_a_rule_without_notes_has_none() -> None:
    case = Case(THREAD)
    a = event("a")
    assert types(case.take(a, match(a))) == [("desk", "alert.fired")], "its background writes none"
    assert case.alert.note is None


@pytest.mark.parametrize(
    "policy",
    [
        ReceiverPolicy("desk", notes_apart=True, quiet=Quiet(hours="10:00-18:00")),
        ReceiverPolicy("desk", notes_apart=True, digest=DigestTimes(at=("16:00",))),
        ReceiverPolicy("desk", notes_apart=True, group_s=30.0),
        ReceiverPolicy("desk", notes_apart=True, storm=Storm(at_most=0)),
    ],
    ids=["quiet", "digest", "group", "storm"],
)
def test_what_waits_is_followed_by_no_note(policy: ReceiverPolicy) -> None:
    _, outcome = first(policy)
    assert types(outcome) == []
    (held,) = outcome.effects.holds
    assert held.message is None or (
        held.message.message.alert is not None and held.message.message.alert.note is None
    )


def test_a_note_does_not_count_in_a_storm() -> None:
    _, outcome = first(with_policy(THREAD, storm=Storm(at_most=20)))
    assert types(outcome) == [("desk", "alert.fired"), ("desk", "note")]
    (counted,) = [one for one in outcome.effects.counts if "desk" in one.name and one.keep_s < 86_400]
    assert counted.by == 1


# --- updates --------------------------------------------------------------------------------------------------


def news(case: Case, said: Note | None, name: str = "b", **fields: Any) -> Outcome:
    """Take in another event, which is material news unless the fields say otherwise."""
    case.note = said
    b = event(name, **{"amounts": [Amount(low=1e9, high=1e9)], **fields})
    return case.take(b, match(b), after=MINUTE)


def test_a_note_is_told_anew_only_if_it_says_more() -> None:
    case, _ = first(THREAD)
    assert types(news(case, note("ev_b"))) == [("desk", "alert.updated")]
    assert case.alert.note == note("ev_b"), "the alert carries that of the event at hand"
    outcome = news(case, note("ev_c", "It may end at a month's notice."), "c", amounts=[Amount(low=2e9, high=2e9)])
    assert types(outcome) == [("desk", "alert.updated"), ("desk", "note")]


def test_one_report_more_writes_no_note() -> None:
    case, _ = first(THREAD)
    outcome = news(case, note("ev_b", "Something else."), amounts=[], sources=2)
    assert types(outcome) == [("desk", "alert.updated")]
    assert case.alert.note == note()


def test_news_of_which_nothing_follows_leave_no_older_note_behind() -> None:
    case, _ = first(THREAD)
    assert types(news(case, None)) == [("desk", "alert.updated")]
    assert case.alert.note is None


def test_a_correction_has_a_note_of_its_own() -> None:
    case, _ = first(THREAD, amounts=[Amount(low=4e9, high=4e9)])
    case.note = replace(note(text="Half of it can be taken back."), event_revision=2)
    second = event("a", revision=2, revision_reason="correction", amounts=[Amount(low=2e9, high=2e9)])
    outcome = case.take(second, match(second), after=MINUTE)
    assert types(outcome) == [("desk", "alert.updated"), ("desk", "note")]
    assert case.alert.note == case.note


def test_what_is_taken_back_is_followed_by_what_is_said_of_it_then() -> None:
    case, _ = first(MAIL)
    case.note = None
    outcome = case.take(event("a", revision=2, withdrawn=True), after=MINUTE)
    assert types(outcome) == [("desk", "alert.updated")]
    assert notes_in(outcome.deliveries) == [False]
    assert case.alert.note is None


def test_a_report_that_is_taken_back_leaves_the_note_of_another() -> None:
    case, _ = first(MAIL)
    news(case, note("ev_b", "Something else."))
    case.note = note("ev_a", "The source has taken it back.")
    case.take(event("a", revision=2, withdrawn=True), after=MINUTE)
    assert case.alert.note == note("ev_b", "Something else.")


def test_who_is_told_only_of_another_event_sees_no_note_of_this_one() -> None:
    case = Case(ReceiverPolicy("desk"), ReceiverPolicy("pm"), own=("desk", "pm"))
    case.note = note()
    a, b = event("a"), event("b", amounts=[Amount(low=1e9, high=1e9)])
    case.take(a, match(a, "rule-0", "high", "desk"))
    case.note = note("ev_b", "Something else.")
    outcome = case.take(b, match(b, "rule-0", "high", "pm"), after=MINUTE)
    seen = {one.receiver: one.message.alert.note for one in outcome.deliveries if one.message.alert is not None}
    assert seen == {"pm": note("ev_b", "Something else.")}
    assert as_seen(case.state, case.policies["desk"]).alert.note is None


# --- written by a model ---------------------------------------------------------------------------------------


def test_who_wants_a_model_waits_for_it_and_the_alert_does_not() -> None:
    case = Case(MODEL, ReceiverPolicy("facts", notes_apart=True), own=("desk", "facts"))
    case.note, case.material = note(), "{}"
    a = event("a")
    outcome = case.take(a, match(a))
    assert types(outcome) == [("desk", "alert.fired"), ("facts", "alert.fired"), ("facts", "note")]
    assert outcome.effects.note_due_ms == NOW
    assert case.state.note_due == NoteDue(event="ev_a", event_revision=1, revision=1, since_ms=NOW, material="{}")


def test_where_no_model_may_write_the_facts_are_told_at_once() -> None:
    _, outcome = first(MODEL)
    assert types(outcome) == [("desk", "alert.fired"), ("desk", "note")]
    assert outcome.effects.note_due_ms is None


def test_nobody_is_asked_for_a_note_that_nobody_is_told() -> None:
    case = Case(with_policy(MODEL, quiet=Quiet(hours="10:00-18:00")))
    case.note, case.material = note(), "{}"
    a = event("a")
    assert case.take(a, match(a)).effects.note_due_ms is None


def standing(wall: str | None = None, of: Event | None = None, **told: Told) -> AlertState:
    """Give an alert that is told, whose note a model is to write."""
    lanes = told or {"desk": Told(revision=1, at_ms=living.NOW - MINUTE, severity="high")}
    made = living.state(desk=wall, told=lanes, note=note(), receivers=tuple(lanes))
    due = NoteDue(event="ev_a", event_revision=1, since_ms=living.NOW - MINUTE, material="{}")
    return replace(made, note_due=due, event=of if of is not None else made.event)


def write(state: AlertState, said: Note, *policies: ReceiverPolicy, silences: Sequence[Silence] = ()) -> Noted:
    return noted(state, said, living.policies(*policies), living.NOW, {"took_ms": 310}, silences)


def answers(made: Noted) -> dict[str, str]:
    """Give what the journal says of each receiver that waited."""
    assert made.effects.record is not None
    found: dict[str, str] = made.effects.record.data["receivers"]
    return found


WRITTEN = note(by=BY_MODEL, text="Vega Grid may take it back.")


def test_what_a_model_wrote_is_told_to_those_who_know_of_the_alert_and_want_it() -> None:
    known = Told(revision=1, at_ms=living.NOW - MINUTE, severity="high")
    state = standing(None, None, desk=known, pm=known, mail=known, digest=replace(known, elsewhere=True), new=Told())
    wants = [ReceiverPolicy(name, note="model") for name in ("mail", "digest", "new", "never")]
    made = write(state, WRITTEN, MODEL, ReceiverPolicy("pm"), *wants)
    assert types(made) == [("desk", "note"), ("mail", "note")]
    assert all(one.message.alert is not None and one.message.alert.note == WRITTEN for one in made.deliveries)
    assert made.state.alert.note == WRITTEN
    assert (made.state.note_due, made.effects.note_due_ms) == (None, 0), "nothing is due any more"
    assert made.state.facts_note == state.alert.note, "what the facts are is not forgotten"
    assert made.state.told == state.told, "a note changes nothing in what was told"
    assert made.state.alert.revision == state.alert.revision


def test_where_no_model_could_write_it_only_those_hear_so_who_have_no_note_yet() -> None:
    known = Told(revision=1, at_ms=living.NOW - MINUTE, severity="high")
    made = write(
        standing(None, None, desk=known, mail=known), note(fallback="no model: it did not answer"),
        MODEL, ReceiverPolicy("mail", note="model"),
    )  # fmt: skip
    assert types(made) == [("desk", "note")], "in a mail the facts stood in the alert"


def test_no_note_crosses_the_wall_of_a_desk() -> None:
    known = Told(revision=1, at_ms=living.NOW - MINUTE, severity="high")
    state = standing("ai", None, own=known, other=known)
    made = write(
        state, WRITTEN, ReceiverPolicy("own", note="model", desk="ai"), ReceiverPolicy("other", note="model")
    )
    assert types(made) == [("own", "note")]


def test_who_may_not_know_of_the_event_is_told_no_note_of_it() -> None:
    internal = Event(**living.EVENT, provenance=Provenance(classification="internal"))
    made = write(standing(None, internal), WRITTEN, with_policy(MODEL, accepts="public"))
    assert types(made) == []
    assert made.state.alert.note is not None
    assert made.state.alert.note.rights == Rights(classification="internal")


def test_an_alert_that_was_closed_meanwhile_gets_its_note_and_nobody_is_called_back() -> None:
    state = standing()
    closed = replace(state, alert=replace(state.alert, status="closed"))
    made = write(closed, WRITTEN, MODEL)
    assert types(made) == []
    assert (made.state.alert.status, made.state.alert.note) == ("closed", WRITTEN)


@pytest.mark.parametrize(
    ("said", "reason"), [(WRITTEN, "written"), (note(fallback="no model: it did not answer"), "fallback")]
)
def test_the_journal_says_what_was_written_for_whom_and_how(said: Note, reason: str) -> None:
    made = write(standing(), said, MODEL)
    record = made.effects.record
    assert record is not None
    (delivery,) = made.deliveries
    assert (record.kind, record.reason, record.at) == ("note", reason, rfc3339(living.NOW))
    assert record.ids == ["al_a", "ev_a", delivery.id]
    assert record.data["receivers"] == {"desk": delivery.id}
    assert record.data["note"]["statements"][0]["text"] == said.statements[0].text
    assert record.data["took_ms"] == 310


def test_the_journal_has_no_words_that_may_not_be_kept() -> None:
    limited = Event(**living.EVENT, body="A secret clause.", provenance=Provenance(rights=Rights(show="title")))
    evidence = Evidence(field="body", start=0, end=15, quote="A secret clause")
    quote = NoteGround(kind="quote", evidence=evidence)
    said = NoteStatement(section="risk", text="A secret clause is in it.", grounds=[quote])
    made = write(standing(None, limited), replace(WRITTEN, statements=[*WRITTEN.statements, said]), MODEL)
    assert made.effects.record is not None
    assert "secret" not in str(made.effects.record.data)
    assert "secret" not in str(made.deliveries)


@pytest.mark.parametrize(
    ("rights", "details"),
    [(None, [("quote_not_found", "A secret clause"), ("duplicate", "")]),
     (Rights(keep_body_s=60), [("quote_not_found", ""), ("duplicate", "")])],
)  # fmt: skip
def test_the_journal_says_why_statements_were_dropped_and_with_which_words_only_where_these_may_be_kept(
    rights: Rights | None, details: list[tuple[str, str]]
) -> None:
    of = Event(**living.EVENT, body="A secret clause.", provenance=Provenance(rights=rights))
    how = {"dropped": [("quote_not_found", "A secret clause"), ("duplicate", "")]}
    made = noted(standing(None, of), WRITTEN, living.policies(MODEL), living.NOW, how)
    assert made.effects.record is not None
    assert made.effects.record.data["dropped"] == details
