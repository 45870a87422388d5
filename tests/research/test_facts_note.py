"""The note that needs no model: what it says, what each sentence rests on, and what it does not say."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from alertd.model import Amount, CompanyIndex, DealTerm, Evidence, Note, Story
from alertd.research.exposure import gather
from alertd.research.facts_note import facts_note
from alertd.research.material import Earlier
from tests.research.making import BODY, LABELS, TITLE, graph, holding, lease, notice, of, span, years

AT = "2026-03-02T14:30:05.000Z"


def written(earlier: tuple[Earlier, ...] = (), hops: int = 1, **changed: Any) -> Note:
    return facts_note(gather(lease(**changed), holding(), graph(), LABELS, hops=hops, earlier=earlier), AT)


def texts(note: Note, section: str) -> list[str]:
    return [said.text for said in of(note, section)]


def test_it_says_what_happened_between_whom_and_for_how_much() -> None:
    assert texts(written(), "implication") == [
        "Compute lease: Vega Grid (lessor) → Lumen Labs (lessee), Orion.",
        "Stated: $3-4bn a year, revenue of Vega Grid.",
    ]


def test_it_names_who_gains_and_who_loses_by_which_relation_and_who_says_so() -> None:
    note = written()
    assert texts(note, "winner") == [
        "Vega Grid gets the rent.",
        "CHIP supplies Vega Grid (lessor): more of what it supplies may be needed.",
        "COOL supplies Vega Grid (lessor): more of what it supplies may be needed.",
    ]
    assert texts(note, "loser") == [
        "CLOUD supplies Lumen Labs (lessee): its customer now takes capacity elsewhere.",
        "RIVAL competes with Vega Grid (lessor): the business went to its competitor.",
    ]
    (ground,) = of(note, "winner")[1].grounds
    assert (ground.kind, ground.text, ground.source, ground.since) == (
        "relation", "CHIP supplies Vega Grid since 2024-06-01", "its 10-K, 2025", "2024-06-01"
    )  # fmt: skip


def test_a_holding_stands_beside_its_sentence_and_no_weight_in_it() -> None:
    note = written()
    assert [said.holding and said.holding.weight for said in of(note, "winner")] == [0.02, 0.08, None]
    assert not any("%" in said.text for said in note.statements)


def test_the_reclaim_right_is_the_risk_in_the_words_of_the_source() -> None:
    (risk,) = of(written(), "risk")
    assert risk.text == (
        "Reclaim right, held by Vega Grid, as people familiar with the deal say: what was given can be taken back."
    )
    (ground,) = risk.grounds
    assert ground.said.startswith("Vega Grid may take the capacity back if it is used for harm"), "the whole sentence"


@pytest.mark.parametrize(
    ("durations", "low", "high", "said"),
    [
        ([], 3, 12, ["3 to 12 months: the usual time for a reclaim right without a stated notice period."]),
        ([notice(6)], 6, 6, ["The notice period is 6 months."]),
        ([years(15, 15)], 3, 12, [
            "3 to 12 months: the usual time for a reclaim right without a stated notice period.",
            "The lease runs 15 years.",
        ]),
        ([notice(6), years(15, 15)], 6, 6, ["The notice period is 6 months.", "The lease runs 15 years."]),
    ],
)  # fmt: skip
def test_the_horizon_is_the_notice_or_what_its_risk_usually_takes(
    durations: list[Any], low: float, high: float, said: list[str]
) -> None:
    note = written(durations=durations)
    assert (note.horizon_low, note.horizon_high) == (low, high)
    assert texts(note, "horizon") == said


def test_without_a_risk_the_horizon_is_how_long_it_runs_and_without_that_there_is_none() -> None:
    assert written(terms=[], durations=[years(10, 15)]).horizon_high == 180
    runs = years(15, 15)
    until = replace(runs, low=None, high=None, until="2031-06")
    assert written(terms=[], durations=[until]).horizon_low == 63
    note = written(terms=[])
    assert (note.horizon_low, "horizon" in note.none_found, "risk" in note.none_found) == (None, True, True)


def test_what_is_ahead_says_of_what_and_a_payment_does_not_widen_the_horizon() -> None:
    body = f"{BODY} Its shareholders vote on the lease in June. A dividend is payable on 20 March 2026 to them."
    note = written(terms=[], durations=[], body=body)
    assert texts(note, "horizon") == ["Ahead: payment, 20 March 2026.", "Ahead: vote, June."]
    assert (note.horizon_low, note.horizon_high) == (3.0, 3.9)


def test_what_speaks_against_it_rests_on_a_stated_fact() -> None:
    (against,) = of(written(), "contrarian")
    assert against.text == "The $3-4bn a year is less certain than it reads: it stands under the reclaim right."
    assert [ground.kind for ground in against.grounds] == ["quote", "quote"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"status": "reported"}, "It is reported, and neither side has announced it."),
        ({"status": "rumoured"}, "It is a rumour."),
    ],
)
def test_what_is_not_announced_is_said_to_be_so(changed: dict[str, str], said: str) -> None:
    (found,) = lease().event_types
    assert said in texts(written(event_types=[replace(found, **changed)]), "contrarian")


def test_a_story_told_often_may_be_priced_in() -> None:
    note = written(story=Story(id="st_x", novelty=0.42, position=4, sources=3))
    assert "It may be priced in: its story was told 4 times." in texts(note, "contrarian")
    assert texts(note, "crowding") == ["4 reports of its story so far, 3 independent sources."]


def test_a_company_that_everybody_writes_about_is_crowded() -> None:
    vega, lumen = lease().companies
    busy = replace(vega, index=CompanyIndex(volume_z=3.14, day=12))
    assert texts(written(companies=[busy, lumen]), "crowding")[1] == (
        "Vega Grid was in 12 stories in the day before this report, far more than on a usual day of the last 30."
    )


def test_the_same_parties_before_are_the_precedent_the_newest_first() -> None:
    before = (
        Earlier("ev_a", "2025-01-02T00:00:00.000Z", "supply_agreement", "An old deal"),
        Earlier("ev_b", "2026-01-02T00:00:00.000Z", "contract_dispute", "A quarrel"),
    )
    note = written(before)
    assert texts(note, "precedent") == [
        "The same parties before: contract dispute, 2026-01-02.",
        "The same parties before: supply agreement, 2025-01-02.",
    ]
    (ground,) = of(note, "precedent")[0].grounds
    assert (ground.kind, ground.event, ground.text) == ("event", "ev_b", "contract dispute of 2026-01-02: A quarrel")


def test_two_reports_of_the_same_thing_on_one_day_are_one_precedent() -> None:
    before = tuple(
        Earlier(f"ev_{n}", f"2026-01-02T0{n}:00:00.000Z", "contract_dispute", f"A quarrel, told {n}") for n in (1, 2)
    )
    (said,) = of(written(before), "precedent")
    assert said.text == "The same parties before: contract dispute, 2026-01-02."
    assert [ground.event for ground in said.grounds] == ["ev_2", "ev_1"]


def test_a_second_source_makes_what_is_reported_surer() -> None:
    (found,) = lease().event_types
    unsure = [replace(found, status="reported", confidence=0.6)]
    note = written(event_types=unsure)
    assert (note.confidence, note.confirmed) == ("low", "medium")
    assert written(event_types=unsure, story=Story(id="st_x", sources=2)).confidence == "medium"
    assert written().confirmed is None, "what is announced is no surer by it"


def test_numbers_are_for_machines_and_words_for_people() -> None:
    note = written(terms=[DealTerm(type="reclaim_right", held_by="vega", evidence=[span("may take")])], durations=[])
    numbers = [one for said in note.statements for one in said.grounds if one.kind == "number"]
    assert {"novelty 1.00", "position 1", "sources 1", "lengths stated: 0"} <= {one.text for one in numbers}
    assert not [one.said for one in numbers if any(character.isdigit() for character in one.said)]


def test_what_the_text_does_not_say_is_asked() -> None:
    assert texts(written(), "question") == [
        "How long does it run?",
        "At how much notice can the reclaim right be used?",
    ]
    assert texts(written(durations=[years(15, 15), notice(6)]), "question") == []
    assert "What is it worth?" in texts(written(amounts=[]), "question")


def test_an_event_with_nothing_in_it_says_none_found_and_nothing_else() -> None:
    bare: dict[str, Any] = {"companies": [], "event_types": [], "amounts": [], "terms": [], "story": None}
    note = written(**bare)
    assert note.statements == []
    assert note.none_found == ["implication", "winner", "loser", "risk", "horizon", "precedent", "contrarian"]
    assert (note.confidence, note.confidence_why) == ("low", "no kind of event was recognised")


@pytest.mark.parametrize(
    ("status", "trust", "sources", "level"),
    [
        ("announced", "high", 1, "high"),
        ("announced", "medium", 1, "medium"),
        ("reported", "high", 1, "medium"),
        ("reported", "low", 1, "low"),
        ("reported", "medium", 3, "medium"),
        ("rumoured", "high", 5, "low"),
        ("denied", "high", 1, "low"),
    ],
)
def test_how_sure_it_is_follows_from_who_says_so(status: str, trust: str, sources: int, level: str) -> None:
    (found,) = lease().event_types
    story = Story(id="st_x", sources=sources)
    assert written(event_types=[replace(found, status=status)], trust=trust, story=story).confidence == level


def test_what_was_taken_back_is_said_first() -> None:
    note = written(withdrawn=True)
    assert texts(note, "implication")[0] == "The source has taken it back."
    assert note.confidence == "low"


def test_a_figure_of_before_stands_beside_the_one_of_now() -> None:
    money = [span("$3-4bn a year", text=TITLE, field="title")]
    now = Amount(low=4e9, high=4e9, role="revenue", of="vega", evidence=money)
    then = replace(now, low=5e9, high=5e9, earlier=True)
    assert texts(written(amounts=[then, now]), "implication")[1] == "Stated: $4bn, revenue of Vega Grid, before $5bn."


def test_evidence_that_is_not_in_the_text_is_no_ground_and_its_sentence_is_not_made() -> None:
    lie = Evidence(field="body", start=4_000, end=4_010, quote="never said")
    note = written(terms=[DealTerm(type="reclaim_right", held_by="vega", evidence=[lie])])
    assert of(note, "risk") == []
    assert "risk" in note.none_found


def test_a_ground_shows_the_sentence_of_its_span_with_its_own_offsets() -> None:
    around = Evidence(field="body", start=BODY.index("take"), end=BODY.index("take") + 4, quote=BODY[:40])
    (risk,) = of(written(terms=[DealTerm(type="reclaim_right", held_by="vega", evidence=[around])]), "risk")
    (ground,) = risk.grounds
    end = BODY.index(" The lease")
    assert ground.evidence == Evidence(field="body", start=0, end=end, quote=BODY[:end])
    assert ground.said == BODY[:end], "nothing is left out, so nothing says so"


@pytest.mark.parametrize(
    ("before", "after", "cut"),
    [(90, 0, (True, False)), (0, 90, (False, True)), (90, 90, (True, True)), (0, 0, (False, False))],
)
def test_a_quote_that_is_a_part_of_its_sentence_says_where_it_is_cut(
    before: int, after: int, cut: tuple[bool, bool]
) -> None:
    words = "Vega Grid may take the capacity back if it is used for harm"
    body = f"It was told on Monday. {'And so on, ' * before}{words}{', and so on' * after}. Nobody said more."
    at = body.index("may take")
    term = DealTerm(type="reclaim_right", evidence=[Evidence(field="body", start=at, end=at + 8, quote="may take")])
    (ground,) = of(written(body=body, terms=[term], companies=[]), "risk")[0].grounds
    assert (ground.cut_before, ground.cut_after) == cut
    assert (ground.said.startswith("…"), ground.said.endswith("…")) == cut
    assert ground.evidence is not None
    assert "may take the capacity back" in ground.evidence.quote
    assert "Monday" not in ground.said
    assert "Nobody" not in ground.said


@given(
    st.lists(st.builds(
        Evidence, field=st.sampled_from(["title", "body", "elsewhere"]), start=st.integers(-5, 250),
        end=st.integers(-5, 250), quote=st.sampled_from(["", "Vega", "lease", BODY, "nowhere"]),
    ), max_size=4)
)  # fmt: skip
def test_whatever_evidence_it_is_given_each_quote_stands_where_it_says(evidence: list[Evidence]) -> None:
    note = written(terms=[DealTerm(type="reclaim_right", evidence=evidence)])
    for said in note.statements:
        assert said.grounds, said.text
        for ground in said.grounds:
            if ground.evidence is not None:
                text = {"title": TITLE, "body": BODY}[ground.evidence.field]
                assert text[ground.evidence.start : ground.evidence.end] == ground.evidence.quote


@pytest.mark.parametrize(
    ("changed", "lead"),
    [
        ({}, "Stated"),
        ({"status": "rumoured"}, "Talked of"),
        ({"status": "reported"}, "Reported"),
        ({"type": "short_report"}, "Claimed"),
    ],
)
def test_a_figure_is_said_as_it_is_given(changed: dict[str, str], lead: str) -> None:
    (found,) = lease().event_types
    said = texts(written(event_types=[replace(found, **changed)]), "implication")
    assert [one for one in said if one.startswith(f"{lead}: $3-4bn a year")]


def test_of_what_is_denied_no_figure_is_told() -> None:
    (found,) = lease().event_types
    denied = written(event_types=[replace(found, status="denied")])
    assert not any("$" in said.text for said in of(denied, "implication"))


@pytest.mark.parametrize(("status", "usual"), [("announced", True), ("rumoured", False), ("denied", False)])
def test_of_what_is_denied_or_only_talked_of_no_right_runs_yet(status: str, usual: bool) -> None:
    (found,) = lease().event_types
    note = written(event_types=[replace(found, status=status)])
    assert any("usual time" in one for one in texts(note, "horizon")) is usual


def test_of_more_than_four_kinds_of_event_at_once_nothing_is_told() -> None:
    (found,) = lease().event_types
    types = [replace(found, type=name) for name in ("acquisition", "layoffs", "default", "outage", "results")]
    note = written(event_types=types)
    assert {said.section for said in note.statements} <= {"exposed", "crowding"}
    assert note.confidence == "low"


def test_what_the_text_names_as_a_risk_and_what_softens_it_is_quoted() -> None:
    body = f"{BODY} The deal is subject to approval by the city. It keeps its forecast. The rent was not disclosed."
    note = written(body=body)
    assert [said.grounds[0].said for said in of(note, "risk")[1:]] == ["The deal is subject to approval by the city."]
    assert "It keeps its forecast." in [said.grounds[0].said for said in of(note, "contrarian")]
    assert "The rent was not disclosed." in [said.grounds[0].said for said in of(note, "question")]
