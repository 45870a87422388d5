"""Who denies, what a contrast is about, and that a sentence is told as a risk or as what is against it, not twice."""

from __future__ import annotations

from typing import Any

import pytest

from alertd.model import CompanyMention, DealTerm, Event, NoteStatement, Party, ReportedType
from alertd.research import against
from alertd.research import risks as dangers
from alertd.research.material import Material
from alertd.research.said import told
from alertd.research.study import Study
from tests.research.making import span

TITLE = "Harbor to buy Tidewater"


def material(body: str, type: str = "acquisition", **fields: Any) -> Material:
    """Give an event between Harbor, who acts, and Tidewater, to whom it is done."""
    roles = {"litigation": ("plaintiff", "defendant")}.get(type, ("acquirer", "target"))
    names = {"harbor": "Harbor", "tidewater": "Tidewater"}
    event = Event(
        id="ev_1", title=TITLE, body=body, event_at="2026-03-02T14:30:00.000Z",
        companies=[
            CompanyMention(id=id, name=name, evidence=[span(name, text=TITLE, field="title")])
            for id, name in names.items()
        ],
        event_types=[ReportedType(
            type=type, confidence=0.9, evidence=[span(TITLE, text=TITLE, field="title")],
            parties=[Party(company=id, role=role) for id, role in zip(names, roles, strict=True)],
        )],
        **fields,
    )  # fmt: skip
    return Material(Study(event), names=names)


def contrarian(about: Material, before: list[NoteStatement] | None = None) -> list[NoteStatement]:
    return against.contrarian(about, told(about.study), before or ())


def questions(about: Material, before: list[NoteStatement] | None = None) -> list[NoteStatement]:
    return against.questions(about.study, told(about.study), before or ())


def risks(about: Material) -> list[NoteStatement]:
    return dangers.risks(about, told(about.study))


def kinds(said: list[NoteStatement]) -> list[str]:
    return [one.text for one in said]


DENIED = "The other side tells it otherwise."
CONTRAST = "The text sets something against it."


@pytest.mark.parametrize(
    ("body", "type", "found"),
    [
        ("Harbor said it does not plan to extend its offer.", "acquisition", []),
        ("Tidewater said it has no intention of selling.", "acquisition", [DENIED]),
        ("The company said it does not expect a delay.", "acquisition", []),
        ("The company said it has no liability in this.", "litigation", [DENIED]),
        ("Harbor said it has no other suits against them.", "litigation", []),
        ("Harbor rejected all that had been written.", "acquisition", []),
        ("The board rejected what was offered as too little.", "acquisition", [DENIED]),
    ],
)
def test_only_somebody_else_than_who_acts_tells_it_otherwise(body: str, type: str, found: list[str]) -> None:
    assert kinds(contrarian(material(body, type))) == found


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("Managers pay half a percent, but the underwriters pay one.", []),
        ("She gave her reasons, but nothing else was said there.", []),
        ("Many had hoped for more, but Tidewater lost customers.", [CONTRAST]),
    ],
)
def test_a_contrast_counts_where_it_is_about_a_party(body: str, found: list[str]) -> None:
    assert kinds(contrarian(material(body))) == found


def test_a_sentence_that_is_told_as_a_risk_is_told_nowhere_else() -> None:
    body = "It has yet to be approved, but Tidewater did not say when."
    known = material(body)
    risk = risks(known)
    assert kinds(risk) == ["It depends on something that is not settled yet."]
    assert contrarian(known, risk) == []
    assert not any(ground.evidence for one in questions(known, risk) for ground in one.grounds)
    assert any(ground.evidence for one in questions(known) for ground in one.grounds)


def test_what_is_insured_speaks_against_it_and_is_no_risk() -> None:
    known = material("Damages are covered by insurance beyond $25 million.")
    assert risks(known) == []
    assert kinds(contrarian(known)) == ["Something softens it."]


def test_what_is_not_known_is_left_open_where_there_is_another_risk() -> None:
    body = "Two customers have put off orders, without naming a day. "
    alone, beside = material(body), material(body + "Sales fell 7 percent.")
    assert kinds(risks(alone)) == ["Something is late, has stopped, or fails again."]
    assert kinds(risks(beside)) == ["It costs more, or brings less."]
    assert "The text says that this is not known." in kinds(questions(beside, risks(beside)))


def test_a_term_of_somebodys_pay_says_nothing_of_the_sum() -> None:
    body = "He gets $50,000 a year. It may be terminated at any time."
    terms = [DealTerm(type="termination_right", evidence=[span("may be terminated", text=body)])]
    assert kinds(contrarian(material(body, "executive_change", terms=terms))) == []
    assert len(kinds(contrarian(material(body, terms=terms)))) == 1


def test_a_contingency_is_told_once() -> None:
    body = "It is subject to approval by the court. It holds only if the holders agree to it."
    terms = [
        DealTerm(type="contingency", evidence=[span(words, text=body)])
        for words in ("subject to approval", "only if the holders agree")
    ]
    told = [one for one in kinds(risks(material(body, terms=terms))) if one.startswith("Contingency")]
    assert told == ["Contingency: it depends on something that has not happened yet."]


@pytest.mark.parametrize("type", ["offering", "rating_change"])
def test_a_debt_that_is_what_the_event_is_about_is_no_risk_but_that_which_is_there_is(type: str) -> None:
    kind = "Money is owed, or has to be found."
    assert risks(material("Banks will buy it, and the loans of others.", type)) == []
    assert kinds(risks(material("Banks will buy it, and the loans of others."))) == [kind]
    assert kinds(risks(material("The group has net debt of $9.3 billion.", type))) == [kind]
