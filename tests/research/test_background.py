"""What is told of an earlier time, of others, of a career or a comparison says nothing of how large the news is."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from alertd.model import Amount, CompanyMention, Event, Evidence, Party, ReportedType
from alertd.research.exposure import gather
from alertd.research.facts_note import facts_note
from tests.research.making import graph, of

LEAD = (
    "The regulator said on Monday that it had looked into ten years of the bank's records, of which it found"
    " many to be"
    " incomplete, and some to have been written long after the day that they bear. The bank has to name"
    " somebody who sees to"
    " it that this does not happen again, and to report on it each quarter. It has thirty days to say that it"
    " accepts the"
    " order, which it may also bring before a court; in that case the matter is heard by a judge."
)
TITLE = "Regulator fines Alder Bank $40 million over its records"


def place(words: str, text: str, field: str) -> Evidence:
    start = text.index(words)
    return Evidence(field=field, start=start, end=start + len(words), quote=words)


def event(body: str, words: str, *, role: str = "penalty", type_: str = "regulatory_action") -> Event:
    """Give the news of a fine of Alder Bank, with one more sum in its body."""
    whole = place(TITLE, TITLE, "title")
    body = f"{LEAD}\n\n{body}"
    named = [place("Alder Bank", TITLE, "title")] + [place("Alder", body, "body") for _ in range("Alder" in body)]
    found = ReportedType(type=type_, kind=None, confidence=0.9, evidence=[whole],
                         parties=[Party(company="alder", role="subject")])  # fmt: skip
    amounts = [Amount(low=7e7, high=7e7, role=role, evidence=[place(words, body, "body")])]
    companies = [CompanyMention(id="alder", name="Alder Bank", relevance=0.9, evidence=named)]
    return Event(id="ev_x", title=TITLE, body=body, event_at="2026-03-02T14:30:00.000Z", event_types=[found],
                 amounts=amounts, companies=companies)  # fmt: skip


def tells(about: Event) -> bool:
    """Whether the note tells the sum as one of the news."""
    said = of(facts_note(gather(about, {}, graph(), {}), about.event_at), "implication")
    return any("$70m" in one.text for one in said)


@pytest.mark.parametrize(
    "body",
    [
        "The bank is to pay $70 million by June.",
        "Alder Bank was fined $70 million for trades that it made in 2019.",
        "Alder Bank was fined $70 million over loans of the years 2017 to 2021.",
        "The penalty of $70 million is the first since the rule was made in 2020.",
        "Alder Bank said it had agreed to pay $70 million.",
        "The fine of $70 million was announced on 27 February 2026.",
        "The settlement, dated 3 May 2025, is for $70 million.",
    ],
)
def test_a_sum_of_the_news_is_told(body: str) -> None:
    assert tells(event(body, "$70 million"))


@pytest.mark.parametrize(
    "body",
    [
        "In 2019 the bank paid a penalty of $70 million.",
        "Alder Bank has paid $70 million in fines since 2008.",
        "Alder Bank paid a penalty of $70 million last year.",
        "Alder Bank was fined $70 million in May 2024.",
        "A decade ago Alder Bank paid $70 million.",
        "Its 2021 settlement of $70 million ended another case.",
        "A fine of 2022 cost Alder Bank $70 million.",
        "Alder Bank settled with its clients in 2022, which cost it $70 million.",
        "Alder Bank had paid $70 million before.",
        "Alder Bank sold its trust business for $70 million, which closed last year.",
    ],
)
def test_a_sum_of_an_earlier_time_is_not(body: str) -> None:
    assert not tells(event(body, "$70 million"))


@pytest.mark.parametrize(
    "body",
    [
        "Corvin Trust settled for $70 million.",
        "Its rival Corvin Trust had to pay a penalty of $70 million.",
        "Other lenders have paid up to $70 million.",
        "Alder Bank did not comment, months after Corvin Trust paid $70 million.",
        "Corvin Trust was fined, too. It paid $70 million.",
        "Last month Corvin Trust paid $70 million.",
        "Shares of Corvin Trust fell when it paid $70 million.",
        "Corvin Trust owes $70 million for another case.",
        "Fines of other lenders, $70 million in all, stand.",
    ],
)
def test_a_sum_of_others_is_not(body: str) -> None:
    assert not tells(event(body, "$70 million"))


@pytest.mark.parametrize(
    "body",
    [
        "Its chief came from Norbex, where she ran a division with costs of $70 million.",
        "The bank was formed by the $70 million merger of two lenders of the north.",
        "It is the largest penalty since a lender of the south paid $70 million.",
    ],
)
def test_nor_is_one_of_a_career_or_a_comparison(body: str) -> None:
    assert not tells(event(body, "$70 million"))


def test_what_every_year_has_may_be_that_of_last_year() -> None:
    body = "The bank had revenue of $70 million in 2025."
    assert tells(event(body, "$70 million", role="revenue", type_="results"))
    assert not tells(event(body.replace("2025", "2019"), "$70 million", role="revenue", type_="results"))
    assert not tells(event(body, "$70 million", role="revenue"))  # how large the bank is says nothing of its fine


def test_what_a_newsroom_has_corrected_is_no_sum_of_before() -> None:
    body = "(Corrects the fine to $40 million from $70 million)"
    about = event(body, "$70 million")
    right = Amount(low=4e7, high=4e7, role="penalty", evidence=[place("$40 million", TITLE, "title")])
    wrong = about.amounts[0]
    both = Event(id="ev_x", title=TITLE, body=about.body, event_at=about.event_at, event_types=about.event_types,
                 amounts=[right, Amount(low=7e7, high=7e7, role="penalty", earlier=True, evidence=wrong.evidence)],
                 companies=about.companies)  # fmt: skip
    said = [one.text for one in of(facts_note(gather(both, {}, graph(), {}), both.event_at), "implication")]
    assert "Stated: $40m, penalty." in said
    assert not any("$70m" in one for one in said)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("Alder Bank was fined for gaps in its records.", True),
        ("Lawsuits that were filed against Alder Bank in 2024 are still pending.", True),
        ("Alder Bank was fined in 2019 over the same records.", False),
        ("Alder Bank has paid $90 million of penalties since 2008.", False),
        ("Its rival Corvin Trust has to pay damages to its clients.", False),
        ("Corvin Trust had to settle lawsuits of its clients.", False),
    ],
)
def test_a_fine_of_the_past_or_of_others_is_no_risk(body: str, told: bool) -> None:
    about = event(f"{body} It is $70 million.", "$70 million")
    found = of(facts_note(gather(about, {}, graph(), {}), about.event_at), "risk")
    assert any(body in ground.said for one in found for ground in one.grounds) is told


@pytest.mark.parametrize(
    "body",
    [
        "Alder Bank has paid more than $70 million in fines, settlements and refunds over the past two decades.",
        "Its $70 million purchase of a lender of the north in 2021 is still being absorbed.",
        "Norbex agreed in 2023 to pay $70 million.",
        "A similar fine cost Norbex $70 million.",
        "Jane Doe, who led a business with sales of $70 million, is to see to it.",
        "(Paragraph 3: the fine is $40 million instead of $70 million)",
        "A settlement of $70 million that was signed in 2023 is not touched by it.",
        "Talks on a settlement of $70 million, struck in secret, collapsed in 2022.",
    ],
)
def test_nor_is_one_that_is_told_beside_the_news(body: str) -> None:
    assert not tells(event(body, "$70 million"))


def test_a_kind_of_event_that_only_others_have_is_not_told() -> None:
    about = event("Corvin Trust has settled with its clients. It is $70 million.", "$70 million")
    place_of = place("settled with its clients", about.body, "body")
    other = ReportedType(type="settlement", confidence=0.8, evidence=[place_of])
    both = replace(about, event_types=[*about.event_types, other])
    said = [one.text for one in of(facts_note(gather(both, {}, graph(), {}), both.event_at), "implication")]
    assert said[0].startswith("Regulatory action")
    assert not any(one.startswith("Settlement") for one in said)
