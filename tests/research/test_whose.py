"""Of whom a sentence says it: not of who stands beside, in the other clause, in a comparison, or in an opinion."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from alertd.model import Amount, CompanyMention, Event, Evidence, Party, ReportedType
from alertd.research.exposure import gather
from alertd.research.facts_note import facts_note
from tests.research.making import graph, of

NAMES = {"jpm": "JPMorgan", "bac": "Bank of America", "vega": "Vega Grid", "lumen": "Lumen Labs", "intel": "Intel",
         "spgi": "S&P Global", "tesla": "Tesla"}  # fmt: skip


def said(
    title: str, type_: str, role: str = "issuer", kind: str | None = None, status: str = "announced", body: str = ""
) -> Event:
    """Give a report in which every company that the title names is said to play the role."""
    called = {
        one: name.removesuffix(" Global") for one, name in NAMES.items() if name.removesuffix(" Global") in title
    }
    named = {one: place(name, title) for one, name in called.items()}
    whole = Evidence(field="title", start=0, end=len(title), quote=title)
    reported = ReportedType(type=type_, kind=kind, confidence=0.9, status=status, evidence=[whole],
                            parties=[Party(company=one, role=role) for one in named])  # fmt: skip
    return Event(
        id="ev_x", title=title, body=body, event_at="2026-03-02T14:30:00.000Z", event_types=[reported],
        companies=[CompanyMention(id=one, name=NAMES[one], evidence=[at]) for one, at in named.items()],
    )  # fmt: skip


def place(words: str, title: str) -> Evidence:
    start = title.index(words)
    return Evidence(field="title", start=start, end=start + len(words), quote=words)


def told(event: Event) -> list[str]:
    note = facts_note(gather(event, {}, graph(), NAMES), event.event_at)
    return [one.text for section in ("winner", "loser") for one in of(note, section)]


@pytest.mark.parametrize(
    ("title", "who"),
    [
        ("JPMorgan, Bank of America and Vega Grid maintain dividends post-stress tests, Wells Fargo to cut", []),
        ("JPMorgan and Bank of America maintain dividends, Vega Grid to cut", ["Vega Grid"]),
        ("JPMorgan keeps dividend while Vega Grid cuts it", ["Vega Grid"]),
        ("Vega Grid cuts dividend, JPMorgan raises it", ["Vega Grid"]),
        ("Vega Grid keeps guidance, cuts dividend", ["Vega Grid"]),
        ("Bank of America and JPMorgan cut dividends", ["Bank of America", "JPMorgan"]),
        ("Vega Grid to cut dividend", ["Vega Grid"]),
    ],
)
def test_of_two_verbs_each_tells_of_the_parties_of_its_own_clause(title: str, who: list[str]) -> None:
    assert told(said(title, "dividend_change", kind="cut")) == [f"{one} pays less." for one in who]


@pytest.mark.parametrize(
    ("title", "who"),
    [
        ("S&P downgrades Vega Grid's debt to 'D'", ["Vega Grid is rated lower."]),
        ("Vega Grid debt downgraded by S&P", ["Vega Grid is rated lower."]),
        ("JPMorgan upgrades Lumen Labs, downgrades Vega Grid", ["Vega Grid is rated lower."]),
    ],
)
def test_who_gives_ratings_is_not_the_one_that_is_rated(title: str, who: list[str]) -> None:
    assert told(said(title, "rating_change", kind="downgrade")) == who


@pytest.mark.parametrize(
    "title",
    [
        "Why you're smart to buy Vega Grid",
        "Is Vega Grid to be bought?",
        "Lumen Labs earnings: buying Vega Grid wouldn't be a bad idea",
        "Opinion: Vega Grid is to be bought",
    ],
)
def test_from_an_opinion_nothing_follows(title: str) -> None:
    assert told(said(title, "acquisition", role="target")) == []


def test_a_question_after_the_news_leaves_it_news() -> None:
    title = "Vega Grid buys back stock. Should we be concerned?"
    event = said(title, "buyback")
    (found,) = event.event_types
    place = Evidence(field="title", start=0, end=25, quote=title[:25])
    reported = ReportedType(type="buyback", confidence=0.9, evidence=[place], parties=found.parties)
    assert told(replace(event, event_types=[reported])) == ["Vega Grid buys its own shares."]


def test_sanctions_that_are_only_mulled_hit_nobody_yet() -> None:
    title = "Iran confident about Vega Grid deal as U.S. mulls sanctions"
    assert told(said(title, "sanctions", role="subject", status="rumoured")) == []
    assert told(said("U.S. sanctions Vega Grid", "sanctions", role="subject")) == ["Vega Grid is sanctioned."]


@pytest.mark.parametrize(
    ("title", "who"),
    [
        ("EU fines Vega Grid $2bn, which tops Intel's record", ["Vega Grid has to pay."]),
        ("Fine for Lumen Labs looms, it could exceed that of Vega Grid", ["Lumen Labs may have to pay."]),
        ("Chairman of Tesla agrees to pay $20 million fine", []),
        ("Court orders Tesla chief to pay $20 million", []),
        ("Tesla ordered to pay $20 million", ["Tesla has to pay."]),
        ("Vega Grid to be fined in EU probe", ["Vega Grid may have to pay."]),
        ("Court annuls fine of Vega Grid", ["Vega Grid does not have to pay after all."]),
        ("EU fines Vega Grid on the eve of its challenge to a penalty", [
            "Vega Grid is told to pay, and the text speaks of an appeal."]),
    ],
)  # fmt: skip
def test_only_who_is_fined_has_to_pay(title: str, who: list[str]) -> None:
    assert told(said(title, "regulatory_action", role="subject", kind="fine")) == who


def test_a_fine_of_another_in_the_body_is_not_the_one_of_the_event() -> None:
    body = "Lumen Labs may have got off lightly. It was fined $2bn last year."
    event = said("EU fines Vega Grid $5bn", "regulatory_action", role="subject", kind="fine", body=body)
    start = body.index("$2bn")
    place = Evidence(field="body", start=start, end=start + 4, quote="$2bn")
    other = CompanyMention(id="lumen", name="Lumen Labs", evidence=[
        Evidence(field="body", start=0, end=10, quote="Lumen Labs")])  # fmt: skip
    fine = Amount(low=2e9, high=2e9, role="penalty", of="lumen", evidence=[place])
    both = replace(event, companies=[*event.companies, other], amounts=[fine])
    assert told(both) == ["Vega Grid has to pay."]


@pytest.mark.parametrize(
    ("title", "who"),
    [
        ("Vega Grid fire halts production of Lumen Labs chips", ["Vega Grid"]),
        ("Fire at Vega Grid plant halts production of Lumen Labs chips", ["Vega Grid"]),
        ("Explosion shuts Vega Grid fab that makes chips for Lumen Labs", ["Vega Grid"]),
        ("Fire at Lumen Labs supplier Vega Grid halts output", ["Vega Grid"]),
        ("Lumen Labs factory fire halts production of servers for Vega Grid", ["Lumen Labs"]),
        ("Fire halts production of Tesla cars", ["Tesla"]),
        ("Vega Grid outage hits customers of Lumen Labs", ["Vega Grid"]),
    ],
)
def test_what_happens_at_a_plant_happens_to_whose_plant_it_is(title: str, who: list[str]) -> None:
    assert [one.split(" cannot")[0] for one in told(said(title, "outage"))] == who


def test_whose_plant_it_is_is_told_also_where_only_whose_goods_are_made_was_found() -> None:
    event = said("Vega Grid fire halts production of Lumen Labs chips", "outage")
    (found,) = event.event_types
    event = replace(event, event_types=[replace(found, parties=[Party(company="lumen", role="issuer")])])
    note = facts_note(gather(event, {}, graph(), NAMES), event.event_at)
    assert [one.text for one in of(note, "implication")] == ["Outage: Vega Grid (issuer)."]
    assert told(event) == ["Vega Grid cannot deliver."]
    alone = replace(event, companies=[one for one in event.companies if one.id != "vega"])
    assert told(alone) == [], "whose plant it is is not known"
