"""What is told of a company says how firm it is: announced, reported, planned, only possible, or lifted."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from alertd.model import Amount, CompanyMention, Event, Evidence, Party, ReportedType
from alertd.research.exposure import gather
from alertd.research.facts_note import facts_note
from tests.research.making import LABELS, graph, holding, lease, of


def told(event: Event, section: str) -> list[str]:
    note = facts_note(gather(event, holding(), graph(), LABELS), event.event_at)
    return [one.text for one in of(note, section)]


def fined(title: str, body: str = "", type: str = "regulatory_action", status: str = "announced") -> Event:
    """Give a report of a fine for Vega Grid as the enricher would have it."""
    start = title.index("$2bn")
    amount = Evidence(field="title", start=start, end=start + 4, quote="$2bn")
    named = Evidence(
        field="title", start=title.index("Vega Grid"), end=title.index("Vega Grid") + 9, quote="Vega Grid"
    )
    reported = ReportedType(type=type, kind=None, confidence=0.9, status=status, evidence=[amount],
                            parties=[Party(company="vega", role="subject")])  # fmt: skip
    return Event(
        id="ev_fine", title=title, body=body, event_at="2026-03-02T14:30:00.000Z", event_types=[reported],
        companies=[CompanyMention(id="vega", name="Vega Grid", evidence=[named])],
        amounts=[Amount(low=2e9, high=2e9, role="penalty", of="vega", evidence=[amount])],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("title", "body", "said"),
    [
        ("Regulator fines Vega Grid $2bn", "", "has to pay"),
        ("Vega Grid fined $2bn over its meters", "It paid in May.", "has to pay"),
        ("Court dismisses appeal of Vega Grid against $2bn fine", "", "has to pay"),
        ("Court of appeals orders Vega Grid to pay $2bn", "", "has to pay"),
        ("Vega Grid could be fined $2bn over its meters", "", "may have to pay"),
        ("Vega Grid faces $2bn fine over its meters", "", "may have to pay"),
        ("Regulator seeks $2bn from Vega Grid", "", "may have to pay"),
        ("Regulator proposes fine of $2bn for Vega Grid", "", "may have to pay"),
        ("Regulator and Vega Grid differ over $2bn", "", "may have to pay"),
        ("Regulator fines Vega Grid $2bn", "The company said that it will appeal.",
         "is told to pay, and the text speaks of an appeal"),
    ],
)  # fmt: skip
def test_a_fine_is_told_as_firmly_as_the_text_tells_it(title: str, body: str, said: str) -> None:
    assert told(fined(title, body), "loser") == [f"Vega Grid {said}."]


@pytest.mark.parametrize(
    "title",
    [
        "Court overturns $2bn fine for Vega Grid",
        "$2bn fine for Vega Grid is annulled",
        "Judge throws out fine of $2bn for Vega Grid",
    ],
)
def test_who_does_not_have_to_pay_after_all_gains(title: str) -> None:
    assert told(fined(title), "loser") == []
    assert told(fined(title), "winner") == ["Vega Grid does not have to pay after all."]


@pytest.mark.parametrize(
    "title",
    [
        "Vega Grid wins appeal against $2bn fine",
        "Vega Grid asks court to overturn $2bn fine",
        "Court partly annuls $2bn fine for Vega Grid",
    ],
)
def test_who_may_not_have_to_pay_neither_gains_nor_loses(title: str) -> None:
    assert told(fined(title), "winner") == []
    assert told(fined(title), "loser") == []
    assert told(fined(title), "exposed")[0] == "Vega Grid is named as subject."


def test_of_a_fine_that_is_denied_nothing_follows() -> None:
    assert told(fined("Vega Grid denies that it was fined $2bn", status="denied"), "loser") == []


def test_of_a_fine_that_is_rumoured_nothing_follows() -> None:
    assert told(fined("Vega Grid fined $2bn, says gossip", status="rumoured"), "loser") == []


def test_damages_that_somebody_sues_for_are_not_yet_to_be_paid() -> None:
    assert told(fined("Lumen Labs sues Vega Grid for $2bn", type="litigation"), "loser") == [
        "Vega Grid may have to pay."
    ]
    assert told(fined("Jury orders Vega Grid to pay $2bn", type="litigation"), "loser") == ["Vega Grid has to pay."]


@pytest.mark.parametrize(
    ("status", "hangs_on"),
    [("announced", ""), ("reported", ", if the report is right")],
)
def test_what_is_not_announced_carries_what_it_hangs_on(status: str, hangs_on: str) -> None:
    (found,) = lease().event_types
    event = lease(event_types=[replace(found, status=status)])
    assert told(event, "winner")[0] == f"Vega Grid gets the rent{hangs_on}."
    neighbours = told(event, "loser")
    assert f"CLOUD supplies Lumen Labs (lessee): its customer now takes capacity elsewhere{hangs_on}." in neighbours


def test_from_a_rumour_and_from_talks_nothing_follows() -> None:
    (found,) = lease().event_types
    rumour = lease(event_types=[replace(found, status="rumoured")])
    talks = lease(title="Vega Grid in talks: it leases Orion to Lumen Labs", event_types=[
        replace(found, status="reported")])  # fmt: skip
    for event in (rumour, talks):
        assert (told(event, "winner"), told(event, "loser")) == ([], [])
        assert told(event, "exposed")[0] == "Vega Grid is named as lessor."


def test_what_is_planned_is_told_as_a_plan() -> None:
    title = "Vega Grid plans to buy back its shares"
    words = Evidence(field="title", start=title.index("buy back"), end=title.index("buy back") + 8, quote="buy back")
    found = ReportedType(type="buyback", confidence=0.9, status="announced", evidence=[words],
                         parties=[Party(company="vega", role="issuer")])  # fmt: skip
    event = lease(title=title, body="", event_types=[found], amounts=[], terms=[])
    assert told(event, "winner") == ["Vega Grid buys its own shares, if it comes as planned."]


def test_a_penalty_that_a_contract_names_is_not_owed_where_the_event_is_about_something_else() -> None:
    event = fined("Vega Grid is to pay $2bn to Lumen Labs if the merger fails")
    (about,) = event.event_types
    merger = replace(about, type="acquisition", confidence=0.95, parties=[])
    assert told(replace(event, event_types=[merger, replace(about, parties=[])]), "loser") == []


def test_who_has_to_pay_is_shown_where_the_sum_stands_not_where_the_case_does() -> None:
    title, body = "Vega Grid loses case", "A court in Delaware ordered Vega Grid to pay $2bn."
    event = fined("$2bn Vega Grid", type="litigation")
    place = Evidence(field="body", start=body.index("$2bn"), end=body.index("$2bn") + 4, quote=body)
    head = Evidence(field="title", start=0, end=len(title), quote=title)
    (found,), (amount,), (named,) = event.event_types, event.amounts, event.companies
    event = replace(
        event, title=title, body=body, event_types=[replace(found, evidence=[head])],
        amounts=[replace(amount, evidence=[place])], companies=[replace(named, evidence=[])],
    )  # fmt: skip
    note = facts_note(gather(event, holding(), graph(), LABELS), event.event_at)
    (said,) = of(note, "loser")
    assert (said.text, [ground.said for ground in said.grounds]) == ("Vega Grid has to pay.", [body])


@pytest.mark.parametrize(
    ("sentence", "lead"),
    [
        ("The rent is $7bn a year.", "Stated"),
        ("If all of it is used the rent is $7bn a year.", "Possible"),
        ("The rent would come to $7bn a year.", "Possible"),
        ("The rent is $7bn a year from May.", "Stated"),
        ("The rent is $7bn a year. It may be ended at any time.", "Stated"),
    ],
)
def test_a_figure_is_given_as_firmly_as_its_own_sentence_gives_it(sentence: str, lead: str) -> None:
    start = sentence.index("$7bn a year")
    place = Evidence(field="body", start=start, end=start + 11, quote=sentence)
    amount = Amount(low=7e9, high=7e9, per="year", role="revenue", of="vega", evidence=[place])
    assert told(lease(body=sentence, amounts=[amount], terms=[]), "implication")[1].startswith(f"{lead}: $7bn a year")


def test_what_analysts_reckon_is_not_what_happened_unless_their_opinion_is_the_news() -> None:
    sentence = "Analysts at two banks reckon that the rent is $7bn a year."
    place = Evidence(field="body", start=sentence.index("$7bn"), end=len(sentence) - 1, quote=sentence)
    amount = Amount(low=7e9, high=7e9, per="year", role="revenue", of="vega", evidence=[place])
    event = lease(body=sentence, amounts=[amount], terms=[])
    assert len(told(event, "implication")) == 1
    (found,) = event.event_types
    rated = replace(event, event_types=[replace(found, type="rating_change", kind="upgrade")])
    assert told(rated, "implication")[1:] == ["Stated: $7bn a year, revenue of Vega Grid."]
