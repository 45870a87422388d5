from __future__ import annotations

import re
from typing import Any

import pytest
from msgspec.structs import replace

from alertd.companies.model import Relation
from alertd.companies.table import CompanyTable, load_registrants
from alertd.model import Evidence, Note, NoteGround, NoteStatement, Story, TouchedHolding
from alertd.research.material import Earlier, Material
from alertd.research.study import Study
from bench.quality import notes
from bench.quality.note_grounds import objections
from bench.quality.note_maker import NoteMaker
from bench.quality.note_numbers import unfounded
from bench.quality.note_scores import confidence_fault, horizon_fault, missing, unwanted, weights_told
from bench.quality.note_set import SOURCE, Forbidden, NoteCase, Required, event_of, read_notes

BODY = (
    "Vega Grid leases Orion to Lumen Labs for $3 billion to $4 billion a year. "
    "It may take it back on 90 days' notice."
)
CASE = NoteCase(
    id="one", types=["compute_lease"], title="Orion is let", body=BODY, holdings={"NVDA": 7.3}, relations=[],
    required=[], forbidden=[],
)  # fmt: skip
EARLIER = Earlier(event="ev_before", at="2025-11-17T12:00:00.000Z", type="compute_lease", title="Orion to be let")
EVENT = replace(event_of(CASE), story=Story(id="st_1", novelty=0.56, sources=3))
MATERIAL = Material(Study(EVENT), earlier=(EARLIER,), names={"vega-grid": "Vega Grid", "lumen-labs": "Lumen Labs"})
SUPPLIES = Relation(company="nvda", type="supplier", of="vega-grid", since="2024-06-01", source=SOURCE)
ENDED = Relation(company="halden", type="supplier", of="vega-grid", until="2025-12-31", source=SOURCE)
CALLED = {
    "vega-grid": ["Vega Grid"], "lumen-labs": ["Lumen Labs"], "nvda": ["NVDA", "Nvidia"], "halden": ["Halden Power"],
}  # fmt: skip
TURNED = {"company": "vega-grid", "relation": "customer", "of": "nvda"}
PRICE = "for $3 billion to $4 billion a year"


@pytest.fixture(scope="module")
def table() -> CompanyTable:
    return load_registrants()


def quote(words: str, *, at: tuple[str, int, int] | None = None) -> NoteGround:
    start = BODY.index(words)
    field, start, end = at or ("body", start, start + len(words))
    place = Evidence(field=field, start=start, end=end, quote=words)
    return NoteGround(kind="quote", evidence=place)


def relation(one: Relation, **changed: Any) -> NoteGround:
    fields = {"company": one.company, "relation": one.type, "of": one.of, "since": one.since, "source": one.source}
    return NoteGround(kind="relation", text="NVDA supplies Vega Grid", **(fields | changed))


def statement(text: str, *grounds: NoteGround, section: Any = "implication", held: Any = None) -> NoteStatement:
    return NoteStatement(section=section, text=text, grounds=[*grounds], holding=held)


def note(*statements: NoteStatement, **fields: Any) -> Note:
    return Note(event=EVENT.id, event_revision=1, statements=[*statements], **fields)


def faults(one: NoteStatement, of: Note | None = None) -> list[str]:
    return objections(one, of or note(one), MATERIAL, [SUPPLIES, ENDED], CALLED)


# --- what a statement rests on --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "one",
    [
        statement("The lease brings $3-4bn a year.", quote(PRICE)),
        statement("Worth 3 to 4 billion dollars a year", quote(PRICE)),
        statement("Nvidia supplies Vega Grid.", relation(SUPPLIES)),
        statement("Vega Grid buys from NVDA.", relation(SUPPLIES, **TURNED)),
        statement(
            "Let before, on 2025-11-17",
            NoteGround(kind="event", text="compute lease of 2025-11-17", event="ev_before"),
        ),
        statement("Told by 3 sources, novelty 0.56", NoteGround(kind="number", text="novelty 0.56, 3 sources")),
        statement("It may be taken back within 3 months.", quote("on 90 days' notice"), section="risk"),
    ],
    ids=lambda one: one.text,
)  # fmt: skip
def test_what_can_be_traced_is_grounded(one: NoteStatement) -> None:
    assert faults(one) == []


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (statement("Vega Grid gains."), "has no ground"),
        (statement("A price is told", NoteGround(kind="quote", text=PRICE)), "quotes no place"),
        (statement("A price is told", quote(PRICE, at=("body", 0, 9))), "does not stand at"),
        (statement("A price is told", quote(PRICE, at=("body", 900, 910))), "where nothing stands"),
        (statement("A price is told", quote(PRICE, at=("title", 0, 5))), "does not stand at"),
        (statement("It brings $5bn a year.", quote(PRICE)), "says 5e+09"),
        (statement("It brings $4 million a year.", quote(PRICE)), "says 4e+06"),
        (statement("Signed in March 2027", quote(PRICE)), "says 2027"),
        (statement("Back within 6 months", quote("on 90 days' notice")), "says 6"),
        (statement("NVDA supplies Lumen Labs.", relation(SUPPLIES, of="lumen-labs")), "nobody declared"),
        (statement("It buys.", relation(SUPPLIES, relation="customer")), "nobody declared"),
        (statement("Halden Power supplies.", relation(ENDED)), "not in force"),
        (statement("NVDA supplies.", relation(SUPPLIES, source="a rumour")), "another source"),
        (statement("NVDA supplies.", relation(SUPPLIES, since=None)), "another source or date"),
        (statement("Let before", NoteGround(kind="event", text="a lease", event="ev_other")), "is not there"),
        (statement("Let before", NoteGround(kind="event", text="of 2024-11-17", event="ev_before")), "not known"),
        (statement("Much read", NoteGround(kind="number", text="novelty 0.99")), "does not carry"),
        (statement("Much read", NoteGround(kind="number", text="novelty high")), "is none"),
        (statement("Nvidia gains.", quote(PRICE)), "names Nvidia"),
        (statement("x" * 281, quote(PRICE)), "281 characters"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_cannot_be_traced_is_told(one: NoteStatement, said: str) -> None:
    assert any(said in fault for fault in faults(one)), faults(one)


def test_a_length_may_be_the_notes_own_horizon_where_the_horizon_is_told() -> None:
    told = statement("It runs for 16 months.", quote(PRICE), section="horizon")
    assert faults(told, note(told, horizon_low=16.0, horizon_high=16.0)) == []
    elsewhere = replace(told, section="risk")
    said = faults(elsewhere, note(elsewhere, horizon_low=16.0, horizon_high=16.0))
    assert said == ["says 16, which its grounds do not"]


def test_a_company_may_be_named_that_the_statement_is_about() -> None:
    held = TouchedHolding(company="nvda", label="NVDA")
    assert faults(statement("NVDA gains.", quote(PRICE), section="winner", held=held)) == []


@pytest.mark.parametrize(
    ("said", "ground", "missing_there"),
    [
        ("$3-4bn", "$3 billion to $4 billion", []),
        ("3 to 4 billion", "$3-4bn", []),
        ("$450m", "450 million dollars", []),
        ("1,400 jobs", "1400 jobs", []),
        ("12 years", "a twelve-year lease", []),
        ("3 months", "90 days", []),
        ("24 months", "two years", []),
        ("2026-06-30", "30 June 2026", []),
        ("30 June 2026", "2026-06-30", []),
        ("30 July 2026", "30 June 2026", ["july"]),
        ("31 June 2026", "30 June 2026", ["31"]),
        ("€3", "$3 billion", ["3"]),
        ("5%", "15%", ["5"]),
        ("1.4bn", "14 billion", ["1.4e+09"]),
        ("5 months", "90 days", ["5"]),
    ],
)
def test_numbers_dates_and_lengths_are_compared_by_what_they_mean(
    said: str, ground: str, missing_there: list[str]
) -> None:
    assert unfounded(said, ground) == missing_there


# --- what is wanted, and what is not -------------------------------------------------------------------------------

NVDA = "cik-0001045810"
WINS = statement(
    "NVDA supplies the lessor.", relation(SUPPLIES), section="winner",
    held=TouchedHolding(company=NVDA, label="NVDA", impact="good"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("wanted", "there"),
    [
        (Required(section="winner", any_of=["SUPPL"]), True),
        (Required(section=["loser", "winner"], any_of=["nothing", "lessor"]), True),
        (Required(section="loser", any_of=["suppl"]), False),
        (Required(section="winner", any_of=["buys"]), False),
        (Required(section="winner", any_of=["Vega Grid"]), True),
        (Required(section="winner", any_of=["suppl"], ground="relation"), True),
        (Required(section="winner", any_of=["suppl"], ground="quote"), False),
        (Required(section="winner", any_of=["suppl"], company="NVDA", impact="good"), True),
        (Required(section="winner", any_of=["suppl"], company="AMD"), False),
        (Required(section="winner", any_of=["suppl"], impact="bad"), False),
    ],
    ids=str,
)  # fmt: skip
def test_a_required_statement_is_there_if_one_statement_is_all_that_is_asked(
    wanted: Required, there: bool, table: CompanyTable
) -> None:
    case = replace(CASE, required=[wanted])
    assert missing(case, note(WINS), table, CALLED) == ([] if there else [wanted])


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        (Forbidden(section="winner", why=""), True),
        (Forbidden(section="loser", why=""), False),
        (Forbidden(pattern="THE LESSOR", why=""), True),
        (Forbidden(pattern="vega grid", why=""), False),
        (Forbidden(pattern="vega grid", grounds=True, why=""), True),
        (Forbidden(section="winner", company="NVDA", why=""), True),
        (Forbidden(section="winner", company="AMD", why=""), False),
        (Forbidden(section="winner", impact="bad", why=""), False),
    ],
    ids=str,
)
def test_a_statement_is_forbidden_if_it_is_all_that_a_rule_says(
    rule: Forbidden, found: bool, table: CompanyTable
) -> None:
    assert bool(unwanted([rule], note(WINS), table, CALLED)) == found


@pytest.mark.parametrize(
    ("text", "told"),
    [("NVDA, 7.3 % of it", True), ("NVDA, 7.3%", True), ("up 17.3%", False), ("7.3 billion", False)],
)
def test_a_weight_of_the_portfolio_is_found_in_a_statement(text: str, told: bool) -> None:
    assert bool(weights_told(CASE, note(statement(text)))) == told


def test_a_figure_of_the_text_is_no_weight() -> None:
    assert weights_told(replace(CASE, body="Sales rose 7.3%."), note(statement("Sales rose 7.3%."))) == []


@pytest.mark.parametrize(
    ("wanted", "low", "high", "right"),
    [
        (None, 1.0, 900.0, True),
        ("none", None, None, True),
        ("none", 3.0, 12.0, False),
        ((3.0, 12.0), None, None, False),
        ((3.0, 12.0), 3.0, 12.0, True),
        ((3.0, 12.0), 2.9, 12.4, True),
        ((3.0, 12.0), 3.0, 14.0, False),
        ((3.0, 12.0), 1.0, 12.0, False),
        ((3.0, 12.0), 12.0, 3.0, False),
        ((3.0, 12.0), None, 6.0, True),
    ],
)
def test_a_horizon_must_lie_within_its_bounds(
    wanted: Any, low: float | None, high: float | None, right: bool
) -> None:
    fault = horizon_fault(replace(CASE, horizon=wanted), note(horizon_low=low, horizon_high=high))
    assert (fault == "") == right


def test_a_note_may_be_no_surer_than_its_event_allows() -> None:
    assert confidence_fault(CASE, note(confidence="high")) == ""
    assert confidence_fault(replace(CASE, confidence=["low"]), note(confidence="low")) == ""
    assert confidence_fault(replace(CASE, confidence=["low"]), note(confidence="high")) != ""


# --- the measurement -----------------------------------------------------------------------------------------------


class Parrot(NoteMaker):
    """Says of every event what its text says, sentence for sentence, and nothing else."""

    def material(self, case: NoteCase) -> tuple[Material, list[Relation]]:
        return Material(Study(self.understood(case))), []

    def note(self, material: Material) -> Note:
        event = material.event
        made = []
        for found in re.finditer(r"[^.\n]+\.?", event.body):
            start, end = found.start(), min(found.end(), found.start() + 200)
            place = Evidence(field="body", start=start, end=end, quote=event.body[start:end])
            ground = NoteGround(kind="quote", text=place.quote, evidence=place)
            made.append(NoteStatement(section="implication", text=place.quote, grounds=[ground]))
        return Note(event=event.id, event_revision=event.revision, statements=made)


class Silence(Parrot):
    """Says nothing."""

    def note(self, material: Material) -> Note:
        return Note(event=material.event.id, event_revision=1)


def test_repeating_a_hostile_text_is_forbidden_although_every_word_is_a_quote() -> None:
    whole = read_notes()
    hostile = whole._replace(cases=[case for case in whole.cases if case.hostile])
    scored = [*notes.score(hostile, Parrot(hostile))]
    assert [one.case.id for one in scored if one.ungrounded] == []
    assert [one.case.id for one in scored if not one.forbidden] == []


def test_saying_nothing_misses_all_that_is_required_and_does_nothing_that_is_forbidden() -> None:
    whole = read_notes()
    few = whole._replace(cases=whole.cases[:4])
    scored = [*notes.score(few, Silence(few))]
    goals = {goal.what: goal for goal in notes.figures(few, scored).goals}
    assert goals["required statements present"].figure == 0
    assert goals["required statements present"].of == sum(len(case.required) for case in few.cases)
    assert goals["forbidden statements"].met
    assert all(any("missing" in line for line in notes.complaints(one)) for one in scored if one.case.required)


def test_what_was_written_blind_has_figures_of_its_own_and_what_is_wrong_with_it_is_not_told() -> None:
    seen, blind = read_notes(), read_notes(blind=True)
    few, unseen = seen._replace(cases=seen.cases[:2]), blind._replace(cases=blind.cases[:3])
    maker = Silence(few)
    measured = notes.figures(few, [*notes.score(few, maker)], [*notes.score(unseen, maker)])
    goals = {goal.what: goal for goal in measured.goals}
    assert goals["required statements present"].of == sum(len(case.required) for case in few.cases)
    assert goals["required statements present, blind"].of == sum(len(case.required) for case in unseen.cases)
    parts = dict(measured.tables)["by part"]
    assert [(row["events"], row["number"]) for row in parts] == [("looked at", 2), ("blind", 3)]
    assert measured.wrong
    assert not any(case.id in line for case in unseen.cases for line in measured.wrong)
