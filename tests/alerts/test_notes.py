"""A note as it is kept and as each receiver sees it: its words, its weights, its author."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from alertd.alerts.notes import kept, note_shown, says_more
from alertd.alerts.policy import ReceiverPolicy
from alertd.model import (
    Event,
    Evidence,
    Note,
    NoteGround,
    NoteSection,
    NoteStatement,
    Provenance,
    Rights,
    TouchedHolding,
)

TITLE = "Vega Grid leases Orion"
BODY = "The lease runs for years. A secret harm clause lets Vega Grid take it back."
CLAUSE = "A secret harm clause lets Vega Grid take it back"
HELD = TouchedHolding(company="chips", label="CHIP", weight=-0.02, path=["supplies Vega Grid"], impact="bad")


def quoted(words: str, field: str = "body") -> NoteGround:
    start = (BODY if field == "body" else TITLE).index(words)
    return NoteGround(kind="quote", evidence=Evidence(field=field, start=start, end=start + len(words), quote=words))


MEANS = NoteStatement(section="implication", text="Compute lease: Vega Grid.", grounds=[quoted("leases", "title")])
GAINS = NoteStatement(
    section="winner", text="CHIP supplies Vega Grid: more may be needed.", holding=HELD,
    grounds=[NoteGround(kind="relation", text="CHIP supplies Vega Grid", source="its 10-K")],
)  # fmt: skip
LENGTH = NoteStatement(section="horizon", text="It runs for years.", grounds=[quoted("The lease runs for years")])
RISK = NoteStatement(section="risk", text="What was given can be taken back.", grounds=[quoted(CLAUSE)])
NOTE = Note(event="ev_a", event_revision=1, statements=[MEANS, GAINS, LENGTH, RISK])


def event(rights: Rights | None = None, classification: str = "public") -> Event:
    provenance = Provenance(rights=rights, classification=classification)  # type: ignore[arg-type]
    return Event(id="ev_a", title=TITLE, body=BODY, provenance=provenance)


def quotes(note: Note | None) -> list[str]:
    """Give the words that a note shows of the text."""
    assert note is not None
    return [ground.evidence.quote for said in note.statements for ground in said.grounds if ground.evidence]


def texts(note: Note | None) -> list[str]:
    assert note is not None
    return [said.text for said in note.statements]


# --- kept -----------------------------------------------------------------------------------------------------


def test_a_note_about_what_is_free_is_kept_as_it_is() -> None:
    assert kept(NOTE, event()) is NOTE
    assert kept(None, event(Rights(show="title"))) is None


@pytest.mark.parametrize(
    ("rights", "shown"),
    [
        (Rights(show="full"), ["leases", "The lease runs for years", CLAUSE]),
        (Rights(show="snippet", snippet=30), ["leases", "The lease runs for years", ""]),
        (Rights(show="title"), ["leases", "", ""]),
    ],
)
def test_a_note_keeps_of_its_quotes_what_somebody_may_see(rights: Rights, shown: list[str]) -> None:
    note = kept(NOTE, event(rights))
    assert quotes(note) == shown
    assert texts(note) == texts(NOTE), "what is said is ours"
    assert note is not None and note.rights is not None and note.rights.show == rights.show


def test_the_place_of_a_quote_stays_where_its_words_may_not_be_seen() -> None:
    note = kept(NOTE, event(Rights(show="title")))
    assert note is not None
    (ground,) = note.statements[3].grounds
    assert ground.evidence == Evidence(field="body", start=BODY.index(CLAUSE), end=len(BODY) - 1, quote="")


def test_a_sentence_of_a_model_goes_with_the_words_it_rests_on() -> None:
    copied = replace(RISK, text=f"{CLAUSE}, which is a risk.")
    note = kept(replace(NOTE, by="openai/small-1", statements=[MEANS, GAINS, copied]), event(Rights(show="title")))
    assert texts(note) == [MEANS.text, GAINS.text]


# --- shown ----------------------------------------------------------------------------------------------------

INTERNAL = Rights(classification="internal")


@pytest.mark.parametrize(
    ("policy", "rights", "sees"),
    [
        (ReceiverPolicy("desk"), None, True),
        (ReceiverPolicy("desk", note="model"), None, True),
        (ReceiverPolicy("desk", note="off"), None, False),
        (ReceiverPolicy("desk", accepts="public"), INTERNAL, False),
        (ReceiverPolicy("desk"), INTERNAL, True),
        (ReceiverPolicy("desk"), Rights(receivers=["desk"]), True),
        (ReceiverPolicy("desk"), Rights(receivers=["other"]), False),
    ],
)
def test_who_wants_a_note_and_may_know_of_its_event_sees_it(
    policy: ReceiverPolicy, rights: Rights | None, sees: bool
) -> None:
    shown = note_shown(replace(NOTE, rights=rights), policy)
    assert (shown is not None) is sees
    assert shown is None or shown.rights is None, "whom else it may be told is nothing for those who may be told"


@pytest.mark.parametrize(("wants", "sees"), [("off", False), ("facts", False), ("model", True)])
def test_what_a_model_wrote_is_for_those_who_want_it(wants: Any, sees: bool) -> None:
    written = replace(NOTE, by="anthropic/small-1")
    assert (note_shown(written, ReceiverPolicy("desk", note=wants)) is not None) is sees


def test_words_that_may_not_leave_the_house_are_in_no_note_for_a_machine_of_others() -> None:
    closed = kept(NOTE, event(Rights(export=False)))
    assert quotes(note_shown(closed, ReceiverPolicy("hook", leaves=True))) == ["leases", "", ""]
    assert quotes(note_shown(closed, ReceiverPolicy("desk"))) == quotes(NOTE)
    free = kept(NOTE, event(Rights(export=True)))
    assert quotes(note_shown(free, ReceiverPolicy("hook", leaves=True))) == quotes(NOTE)


@pytest.mark.parametrize(
    ("how", "held"),
    [
        ("exact", HELD),
        ("band", replace(HELD, weight=None, band="short 1-3 %")),
        ("none", replace(HELD, weight=None, impact=None)),
    ],
)
def test_weights_are_shown_as_those_of_the_alert(how: Any, held: TouchedHolding) -> None:
    shown = note_shown(NOTE, ReceiverPolicy("desk", show_weights=how))
    assert shown is not None
    assert [said.holding for said in shown.statements] == [None, held, None, None]
    assert texts(shown) == texts(NOTE)


# --- whether it says more -------------------------------------------------------------------------------------


def said(section: NoteSection, text: str = "new") -> NoteStatement:
    return NoteStatement(section=section, text=text, grounds=[])


@pytest.mark.parametrize(
    ("section", "more"),
    [
        ("winner", True),
        ("loser", True),
        ("risk", True),
        ("horizon", True),
        ("implication", False),
        ("exposed", False),
        ("precedent", False),
        ("crowding", False),
        ("contrarian", False),
        ("question", False),
    ],
)
def test_only_who_gains_or_loses_the_risk_and_the_horizon_are_told_anew(section: NoteSection, more: bool) -> None:
    assert says_more(replace(NOTE, statements=[*NOTE.statements, said(section)]), NOTE) is more


def test_a_note_that_says_less_or_nothing_says_no_more() -> None:
    assert not says_more(replace(NOTE, statements=[RISK]), NOTE)
    assert not says_more(NOTE, replace(NOTE, at="2026-03-02T11:00:00.000Z"))
    assert not says_more(None, NOTE)
    assert says_more(NOTE, None)
    assert not says_more(replace(NOTE, statements=[MEANS]), None)


def test_another_weight_is_no_news() -> None:
    bought = replace(GAINS, holding=replace(HELD, weight=-0.03))
    assert not says_more(replace(NOTE, statements=[bought]), NOTE)
