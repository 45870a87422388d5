"""What is read in an event is read once, and where it is cut nothing is made up."""

from __future__ import annotations

import pytest

from alertd.model import Amount, CompanyMention, Event, Evidence
from alertd.research.said import AMOUNTS, told
from alertd.research.study import Study
from alertd.research.texts import READ, Text
from tests.research.making import BODY, TITLE, lease, span


def test_what_is_asked_again_is_not_worked_out_again() -> None:
    study = Study(lease())
    assert study.body.spoken is study.body.spoken
    assert study.types is study.types
    assert study.of_the_news is study.of_the_news


def test_the_sentences_of_places_are_given_once_each() -> None:
    study = Study(lease())
    places = [span("lease"), span("15 years"), span("leases", text=TITLE, field="title")]
    assert study.around(places) == ["The lease runs for 15 years.", TITLE]


def test_what_stands_behind_what_is_read_has_no_sentence() -> None:
    body = f"{'Word after word. ' * (READ // 17)}The last one goes on and on until its end."
    study = Study(Event(id="ev_x", title="A title", body=body))
    (cut,) = study.around([Evidence(field="body", start=READ - 2, end=READ + 20, quote="")])
    assert body[:READ].endswith(cut)
    assert study.around([Evidence(field="body", start=READ + 2, end=READ + 20, quote="")]) == []
    assert study.around([Evidence(field="elsewhere", start=0, end=4, quote="")]) == []


def test_a_sentence_is_cut_where_it_is_too_long() -> None:
    text = Text(f"{'long ' * 200}here {'longer ' * 200}")
    start, end = text.around(1_000, 1_004)
    assert text.said[1_000:1_004] == "here"
    assert 0 < 1_000 - start <= 400
    assert 0 < end - 1_004 <= 400
    assert text.said[start:end] == text.said[start:end].strip()


def test_a_place_between_sentences_is_its_own() -> None:
    text = Text("One is here.   Two is there.")
    assert text.around(13, 14) == (13, 14)
    assert text.around(4, 6) == (0, 12)
    assert text.around(4, 18) == (0, len(text.said))


def test_beyond_a_count_the_rest_is_one_sentence() -> None:
    text = Text("One is here. Two is there. Three is gone. Four stays.")
    assert [text.said[one.start : one.end] for one in text.front(2)] == [
        "One is here.", "Two is there. Three is gone. Four stays.",
    ]  # fmt: skip
    assert len(text.front(4)) == 4


def test_the_news_is_about_parties_and_whom_the_title_names() -> None:
    beside = CompanyMention(id="beside", name="Norbex", evidence=[span("people")])
    study = Study(lease(companies=[*lease().companies, beside]))
    assert {"Vega Grid", "Vega", "Lumen Labs", "Orion"} <= study.of_the_news
    assert "Norbex" not in study.of_the_news


def test_a_company_is_called_as_it_is_written_and_by_its_name() -> None:
    written = CompanyMention(id="vega", name="Vega Grid Holdings", evidence=[span("Vega Grid")])
    study = Study(lease(companies=[written]))
    assert study.written == {"vega": frozenset({"Vega Grid"})}
    assert study.called == {"vega": ("Vega Grid Holdings", "Vega Grid")}


@pytest.mark.parametrize("body", ["", BODY])
def test_other_types_make_it_another_study_and_the_same_ones_do_not(body: str) -> None:
    study = Study(lease(body=body))
    assert study.with_types(list(study.event.event_types)) is study
    assert study.with_types([]).types == ()


@pytest.mark.parametrize("near", [AMOUNTS - 1, AMOUNTS])
def test_sums_behind_what_is_read_are_told_only_where_there_are_too_few_before_them(near: int) -> None:
    front = "".join(f"The lease is worth ${n}00 million a year. " for n in range(1, near + 1))
    body = f"{front}{'It says no more of it. ' * (READ // 20)}The lease is worth $900 million a year."
    amounts = [
        Amount(low=n * 1e8, high=n * 1e8, role="revenue", per="year", evidence=[span(f"${n}00 million", text=body)])
        for n in (*range(1, near + 1), 9)
    ]
    assert len(told(Study(lease(body=body, amounts=amounts)))) == AMOUNTS
