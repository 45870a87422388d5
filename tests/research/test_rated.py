"""Ratings of credits, verdicts that are lifted, and who is bought: read from the sentences that say it."""

from __future__ import annotations

import pytest

from alertd.model import Amount, CompanyMention, Event, Evidence, Party, ReportedType
from alertd.research.exposure import gather
from alertd.research.facts_note import facts_note
from tests.research.making import graph, of

NAMES = {"vega": "Vega Grid", "lumen": "Lumen Labs"}


def place(words: str, text: str, field: str) -> Evidence:
    start = text.index(words)
    return Evidence(field=field, start=start, end=start + len(words), quote=words)


def event(title: str, body: str, found: ReportedType, *amounts: Amount) -> Event:
    named = []
    for one, name in NAMES.items():
        spans = [place(name, text, field) for field, text in (("title", title), ("body", body)) if name in text]
        named += [CompanyMention(id=one, name=name, relevance=0.9, evidence=spans)] if spans else []
    return Event(id="ev_x", title=title, body=body, event_at="2026-03-02T14:30:00.000Z", event_types=[found],
                 companies=named, amounts=[*amounts])  # fmt: skip


def signs(about: Event) -> list[str]:
    note = facts_note(gather(about, {}, graph(), NAMES), about.event_at)
    return [one.text for section in ("winner", "loser") for one in of(note, section)]


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("Moody's lowers credit rating of Vega Grid to Ba2", ["Vega Grid is rated lower."]),
        ("Fitch cuts Vega Grid to junk", ["Vega Grid is rated lower."]),
        ("Fitch raises rating of Vega Grid by two notches", ["Vega Grid is rated higher."]),
        ("Fitch may lower rating of Vega Grid", []),
        ("Fitch affirms rating of Vega Grid, cuts outlook", []),
        ("Fitch lowers rating of Lumen Labs", []),
    ],
)
def test_a_credit_that_is_rated_anew_has_a_direction(title: str, said: list[str]) -> None:
    found = ReportedType(type="rating_change", kind="credit", confidence=0.9, evidence=[place(title, title, "title")],
                         parties=[Party(company="vega", role="issuer")])  # fmt: skip
    assert signs(event(title, "", found)) == said


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("Court overturns $120 million verdict against Vega Grid", ["Vega Grid does not have to pay after all."]),
        ("Court overturns $120 million verdict for infringing patents of Vega Grid", []),
        ("Vega Grid asks court to overturn $120 million verdict against Lumen Labs", []),
        ("Court refuses to overturn $120 million verdict against Vega Grid", []),
    ],
)
def test_who_a_verdict_was_against_gains_where_it_is_lifted(title: str, said: list[str]) -> None:
    found = ReportedType(type="litigation", confidence=0.9, evidence=[place(title, title, "title")])
    fine = Amount(low=1.2e8, high=1.2e8, role="penalty", evidence=[place("$120 million", title, "title")])
    assert signs(event(title, "", found, fine)) == said


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("US adds licence requirement for chips of Vega Grid", ["Vega Grid is limited in what it may sell abroad."]),
        ("US bans exports of Vega Grid to China", ["Vega Grid is limited in what it may sell abroad."]),
        ("US allows Vega Grid to sell chips despite its ban", []),
        ("US weighs curbs on Vega Grid", []),
    ],
)
def test_who_may_no_longer_sell_everywhere_loses(title: str, said: list[str]) -> None:
    found = ReportedType(type="export_control", confidence=0.9, evidence=[place(title, title, "title")],
                         parties=[Party(company="vega", role="subject")])  # fmt: skip
    assert signs(event(title, "", found)) == said


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("Vega Grid will become a wholly owned subsidiary of Lumen Labs.", ["Vega Grid is to be bought."]),
        (
            "Lumen Labs will survive the merger as a wholly-owned subsidiary of Vega Grid.",
            ["Lumen Labs is to be bought."],
        ),
        ("Vega Grid and Lumen Labs agreed on a merger of equals.", []),
    ],
)
def test_who_becomes_a_subsidiary_is_bought(body: str, said: list[str]) -> None:
    title = "Vega Grid and Lumen Labs sign merger agreement"
    parties = [Party(company=one, role="") for one in NAMES]
    found = ReportedType(type="acquisition", confidence=0.9, evidence=[place(title, title, "title")], parties=parties)
    assert signs(event(title, body, found)) == said


def test_a_share_that_is_converted_has_its_price() -> None:
    title, body = (
        "Vega Grid signs merger agreement",
        "Each share is converted into the right to receive $31.00 in cash.",
    )
    price = Amount(low=31, high=31, role="per_share", evidence=[place("$31.00", body, "body")])
    found = ReportedType(type="acquisition", confidence=0.9, evidence=[place(title, title, "title")])
    about = event(title, body, found, price)
    said = [one.text for one in of(facts_note(gather(about, {}, graph(), {}), about.event_at), "implication")]
    assert "Stated: $31 per share." in said


def test_a_fee_for_giving_up_a_bid_is_not_its_size() -> None:
    title, body = "Vega Grid signs merger agreement", "Vega Grid would pay a termination fee of $90 million."
    fee = Amount(low=9e7, high=9e7, role="penalty", evidence=[place("$90 million", body, "body")])
    found = ReportedType(type="acquisition", confidence=0.9, evidence=[place(title, title, "title")])
    about = event(title, body, found, fee)
    said = [one.text for one in of(facts_note(gather(about, {}, graph(), {}), about.event_at), "implication")]
    assert not any("$90m" in one for one in said)
