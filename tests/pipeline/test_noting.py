"""What rules want of notes, and whether a source lets a model read it: from the event to the alert."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from msgspec.structs import replace

from alertd import telemetry
from alertd.alerts.policy import ReceiverPolicy
from alertd.model import AlertState, DealTerm, Evidence, Provenance, Rights, Story, StreamEvent
from alertd.pipeline import Pipeline, Processed, conclude
from alertd.rules.book import RuleBook, make_book
from alertd.store.memory import MemoryStore
from tests.pipeline.desk import NOW, dispute, lease
from tests.rules.make import portfolio

BODY = "Vega Grid may reclaim the compute under a harm clause."
RECLAIM = DealTerm(
    type="reclaim_right",
    held_by="vega",
    evidence=[Evidence(field="body", start=0, end=len(BODY), quote=BODY)],
)
Wanted = Literal["off", "facts", "model"] | None
MODEL = ReceiverPolicy("desk", note="model", notes_apart=True)


def book(*wanted: Wanted) -> RuleBook:
    """Make a book of one portfolio whose rules all hold, and want this of notes."""
    made = portfolio(*["text: clause"] * len(wanted))
    rules = tuple(replace(rule, note=want) for rule, want in zip(made.rules, wanted, strict=True))
    return make_book([replace(made, rules=rules)])


async def told(rules: RuleBook, **provenance: object) -> tuple[AlertState, list[str], bool]:
    """Take a lease in: its alert, the types of messages in their order, and whether a model is to be asked."""
    event = lease(body=BODY, terms=[RECLAIM], provenance=Provenance(**provenance))  # type: ignore[arg-type]
    store = MemoryStore()
    taken = StreamEvent(stream_id="1-1", event=event, deliveries=1, identity="")
    (answer,) = await Pipeline(rules, {"desk": MODEL}, lambda: NOW).process([taken], store)
    assert isinstance(answer, Processed)
    (decision,) = answer.decisions
    state = (await store.load_alerts([decision.alert]))[decision.alert].state
    assert state is not None
    asked = await store.claim_notes(NOW, NOW + 1, 9)
    return state, [one.message.type for one in answer.deliveries], bool(asked)


@pytest.mark.parametrize(
    ("wanted", "messages", "asked"),
    [
        ((None,), ["alert.fired"], True),
        (("model",), ["alert.fired"], True),
        (("facts",), ["alert.fired", "note"], False),
        (("off",), ["alert.fired"], False),
        (("off", "facts"), ["alert.fired", "note"], False),
        (("off", None), ["alert.fired"], True),
    ],
)
async def test_the_rule_that_wants_most_says_what_an_alert_carries(
    wanted: tuple[Wanted, ...], messages: list[str], asked: bool
) -> None:
    state, types, due = await told(book(*wanted))
    assert (types, due) == (messages, asked)
    assert (state.alert.note is not None) is (set(wanted) != {"off"})
    assert (state.note_due is not None) is asked


async def test_the_note_of_an_alert_says_what_can_undo_it_with_its_words() -> None:
    state, _, _ = await told(book("facts"))
    assert state.alert.note is not None
    (risk,) = [said for said in state.alert.note.statements if said.section == "risk"]
    assert [ground.said for ground in risk.grounds] == [BODY]


async def test_no_model_is_asked_about_what_its_source_lets_none_read() -> None:
    state, types, due = await told(book("model"), rights=Rights(model=False))
    assert (types, due) == (["alert.fired", "note"], False)
    assert state.note_due is None


async def test_a_note_that_cannot_be_written_does_not_keep_its_alert_back(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(conclude, "note_on", broken)
    state, types, due = await told(book("model"))
    assert (types, due, state.alert.note) == (["alert.fired"], False, None)


async def test_what_a_model_is_to_be_shown_cannot_keep_an_alert_back_either(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(conclude, "material_on", broken)
    before = failed()
    state, types, due = await told(book("model"))
    assert (types, due) == (["alert.fired", "note"], False), "the facts go out in the model's place"
    assert state.note_due is None
    assert failed() == before + 1


def failed() -> float:
    """Give how many notes could not be written."""
    labels = {"by": "facts", "outcome": "failed"}
    return telemetry.REGISTRY.get_sample_value("alertd_notes_total", labels) or 0.0


@pytest.mark.parametrize(
    ("provenance", "shown"),
    [
        ({}, True),
        ({"rights": Rights(model=False)}, False),
        ({"classification": "internal"}, False),
        ({"rights": Rights(receivers=["desk"])}, False),
    ],
)
async def test_what_happened_before_is_shown_to_a_model_only_where_its_source_lets_it(
    provenance: dict[str, object], shown: bool
) -> None:
    store, rules = MemoryStore(), book("model")
    closed = Provenance(**provenance)  # type: ignore[arg-type]
    before = dispute("before", -30.0, source="closed", story=Story(id="st_before"), provenance=closed)
    event = lease(body=BODY, terms=[RECLAIM])
    pipeline = Pipeline(rules, {"desk": MODEL}, lambda: NOW)
    for number, one in enumerate((before, event)):
        (answer,) = await pipeline.process([StreamEvent(stream_id=f"{number}-1", event=one, deliveries=1)], store)
    assert isinstance(answer, Processed)
    (decision,) = answer.decisions
    state = (await store.load_alerts([decision.alert]))[decision.alert].state
    assert state is not None
    assert state.alert.note is not None
    assert any(said.section == "precedent" for said in state.alert.note.statements), "the desk itself is told"
    assert state.note_due is not None
    assert ("ev_before" in state.note_due.material) is shown


async def test_the_journal_has_the_note_beside_the_event_that_it_was_written_for() -> None:
    event = lease(body=BODY, terms=[RECLAIM])
    taken = StreamEvent(stream_id="1-1", event=event, deliveries=1, identity="")
    (answer,) = await Pipeline(book("facts"), {"desk": MODEL}, lambda: NOW).process([taken], MemoryStore())
    assert isinstance(answer, Processed)
    (card,) = answer.record.data["alerts"]
    assert BODY in str(card["note"]["statements"])


async def test_a_full_text_that_brings_a_clause_renews_the_note_and_tells_it_once() -> None:
    store = MemoryStore()
    facts = ReceiverPolicy("desk", note="facts", notes_apart=True)
    pipeline = Pipeline(book("facts"), {"desk": facts}, lambda: NOW)
    title = "A clause in the lease of Vega Grid"
    whole: dict[str, Any] = {"title": title, "body": BODY, "revision_reason": "full_text"}
    revisions = (
        lease(title=title, body="Vega Grid leases."),
        lease(revision=2, terms=[RECLAIM], **whole),
        lease(revision=3, terms=[RECLAIM], **whole),
    )
    told: list[list[str]] = []
    for number, event in enumerate(revisions):
        (answer,) = await pipeline.process([StreamEvent(stream_id=f"{number}-1", event=event, deliveries=1)], store)
        assert isinstance(answer, Processed)
        told.append([one.message.type for one in answer.deliveries])
    assert [types[-1:] for types in told[1:]] == [["note"], []]
    assert "alert.updated" not in told[1], "the text is no news but for that"
    (alert,) = await store.alerts(0, 9)
    state = (await store.load_alerts([alert]))[alert].state
    assert state is not None
    assert state.alert.note is not None
    assert [said.section for said in state.alert.note.statements if said.section == "risk"] == ["risk"]
    assert state.alert.note.event_revision == 2


async def test_of_a_story_told_before_the_first_event_is_the_precedent() -> None:
    store, pipeline = MemoryStore(), Pipeline(book("facts"), {"desk": MODEL}, lambda: NOW)
    story = Story(id="st_before")
    before = [
        dispute(f"before{n}", -30.0 + n, title=f"Lumen sues Vega, day {n}", story=story, source=f"wire{n}")
        for n in range(3)
    ]
    other = dispute("other", -90.0, title="Another quarrel", story=Story(id="st_other"))
    answers = []
    for number, one in enumerate((*before, other, lease(body=BODY, terms=[RECLAIM]))):
        answers += await pipeline.process([StreamEvent(stream_id=f"{number}-1", event=one, deliveries=1)], store)
    last = answers[-1]
    assert isinstance(last, Processed)
    (decision,) = last.decisions
    state = (await store.load_alerts([decision.alert]))[decision.alert].state
    assert state is not None
    assert state.alert.note is not None
    told = [said.grounds[0].event for said in state.alert.note.statements if said.section == "precedent"]
    assert told == ["ev_before0", "ev_other"]
