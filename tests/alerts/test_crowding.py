"""What a note says of how often its story was told, as reports join it: true when it is shown, and told to nobody."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from alertd.alerts.crowding import often_told, recounted, told_so_far, uncounted
from alertd.alerts.deliver import as_seen
from alertd.alerts.policy import ReceiverPolicy
from alertd.model import Counted, Event, Note, NoteGround, NoteStatement, Provenance, Rights, Story
from tests.alerts.making import MINUTE, Case, event, match, told
from tests.alerts.test_note_life import merged, put
from tests.alerts.test_noted import BY_MODEL, MODEL, note, types

ONCE, TWICE = Counted(reports=1, sources=1, novelty=1.0), Counted(reports=2, sources=2, novelty=0.75)
OFTEN = Counted(reports=5, sources=3, novelty=0.32)


def of_story(told: Counted = ONCE, **more: Any) -> Note:
    """Make a note of facts that counts the reports of its story."""
    known = note(confidence="low", confidence_why="reported, kind of event likely, trust low, 1 source", counted=told)
    return replace(known, statements=[*known.statements, told_so_far(told)], confirmed="medium", **more)


def report(name: str, told: Counted, **fields: Any) -> Event:
    """Make one report more of the story, which adds nothing."""
    made = event(name, **fields)
    return replace(made, story=Story(id="st_s", position=told.reports, sources=told.sources, novelty=told.novelty))


def raised(*policies: ReceiverPolicy) -> Case:
    """Raise an alert whose note says that it is the first report."""
    case = Case(*policies, own=tuple(policy.id for policy in policies) or ("desk",))
    case.note = of_story()
    case.take(report("a", ONCE), match(event("a")))
    case.note = None
    return case


def counts(of: Note | None) -> list[str]:
    """Give what a note says of how often its story was told."""
    assert of is not None
    return [said.text for said in of.statements if said.section == "crowding"]


def test_a_second_source_is_counted_in_the_note_and_rings_nobody() -> None:
    case = raised(ReceiverPolicy("desk", notes_apart=True, updates="none"))
    outcome = case.take(report("b", TWICE), match(event("b")), after=MINUTE)
    assert types(outcome) == []
    assert counts(case.alert.note) == ["2 reports of its story so far, 2 independent sources."]
    assert case.alert.revision == 1, "it is no change of the alert"
    assert case.alert.note is not None
    assert case.alert.note.event == "ev_a", "the rest is what was written of the first report"


def test_the_next_update_shows_what_was_counted() -> None:
    case = raised(ReceiverPolicy("desk"))
    outcome = case.take(report("b", TWICE), match(event("b")), after=MINUTE)
    assert told(outcome) == {"desk": "updated"}, "the second source is told as before, and not loud"
    (delivery,) = outcome.deliveries
    assert delivery.message.alert is not None
    assert counts(delivery.message.alert.note) == ["2 reports of its story so far, 2 independent sources."]


def test_how_sure_it_is_follows_the_sources() -> None:
    case = raised()
    assert case.alert.note is not None
    assert case.alert.note.confidence == "low"
    case.take(report("b", TWICE), match(event("b")), after=MINUTE)
    assert case.alert.note is not None
    assert (case.alert.note.confidence, case.alert.note.confirmed) == ("medium", None)
    assert case.alert.note.confidence_why == "reported, kind of event likely, trust low, 2 independent sources"


def test_what_was_told_often_by_now_may_be_priced_in_and_is_said_so_once() -> None:
    case = raised()
    for name, told_ in (("b", TWICE), ("c", OFTEN), ("d", replace(OFTEN, reports=6))):
        case.take(report(name, told_), match(event(name)), after=MINUTE)
    assert case.alert.note is not None
    against = [said.text for said in case.alert.note.statements if said.section == "contrarian"]
    assert against == ["It may be priced in: its story was told 6 times."]
    assert counts(case.alert.note) == ["6 reports of its story so far, 3 independent sources."]


def test_a_late_revision_of_the_first_report_counts_nothing_back() -> None:
    case = raised()
    case.take(report("b", OFTEN), match(event("b")), after=MINUTE)
    again = report("a", ONCE, revision=2, revision_reason="correction")
    case.take(again, match(again), after=MINUTE)
    assert counts(case.alert.note) == ["5 reports of its story so far, 3 independent sources."]


def test_a_correction_writes_the_note_anew_and_keeps_the_count() -> None:
    case = raised()
    case.take(report("b", TWICE), match(event("b")), after=MINUTE)
    case.note = of_story(event_revision=2)
    again = report("a", ONCE, revision=2, revision_reason="correction", title="Another headline")
    case.take(again, match(again), after=MINUTE)
    assert case.alert.note is not None
    assert case.alert.note.event_revision == 2
    assert counts(case.alert.note) == ["2 reports of its story so far, 2 independent sources."]


def test_of_each_source_there_is_a_report() -> None:
    note = recounted(of_story(), Counted(reports=1, sources=3, novelty=1.0))
    assert counts(note) == ["3 reports of its story so far, 3 independent sources."]


def test_a_models_note_is_counted_anew_and_its_own_words_on_it_go() -> None:
    case = raised(MODEL)
    alone = NoteGround(kind="number", text="independent sources: 1")
    risk, count = of_story().statements
    said = [NoteStatement(section="contrarian", text="Only one source tells it.", grounds=[alone])]
    put(case, replace(of_story(by=BY_MODEL), statements=[risk, count, *said]))
    case.take(report("b", TWICE), match(event("b")), after=MINUTE)
    for one in (case.alert.note, case.state.facts_note):
        assert counts(one) == ["2 reports of its story so far, 2 independent sources."]
        assert "Only one source" not in str(one)


def test_what_a_model_wrote_while_a_second_source_came_is_counted_with_it() -> None:
    case = raised(MODEL)
    case.take(report("b", TWICE), match(event("b")), after=MINUTE)
    put(case, of_story(by=BY_MODEL))
    assert counts(case.alert.note) == ["2 reports of its story so far, 2 independent sources."]


def test_two_stories_that_become_one_are_counted_together() -> None:
    made = merged(of_story(), None, of_story(TWICE, event="ev_b"), None)
    assert made.older is not None
    assert counts(made.older.alert.note) == ["3 reports of its story so far, 2 independent sources."]


def test_who_may_not_know_of_a_report_does_not_see_it_counted() -> None:
    case = raised(ReceiverPolicy("desk"), ReceiverPolicy("risk"))
    secret = report("b", TWICE, provenance=Provenance(rights=Rights(receivers=["risk"])))
    case.take(secret, match(secret, rights=Rights(receivers=["risk"])), after=MINUTE)
    desk, risk = (as_seen(case.state, case.policies[name]).alert.note for name in ("desk", "risk"))
    assert counts(risk) == ["2 reports of its story so far, 2 independent sources."]
    assert counts(desk) == []
    assert "2 independent" not in str(desk)


def test_a_note_without_a_story_or_of_an_older_version_stays_as_it_is() -> None:
    for one in (note(), of_story(TWICE)):
        assert recounted(one, ONCE) == one
        assert recounted(one, None) == one
        assert uncounted(one) == one
    assert recounted(note(), OFTEN) == note()
    assert often_told(ONCE) == []
