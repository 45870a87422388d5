"""Shipped event types that frames alone show, the whole way: companies found, the type, and who plays which role."""

from __future__ import annotations

from pathlib import Path

import pytest

from alertd.enrich.enricher import Enricher
from alertd.model import Event, ReportedType
from alertd.rules.loaded import KnownSettings
from alertd.rules.loader import load_rules
from alertd.rules.match import Matcher

RULES = Path(__file__).parents[2] / "rules"


class Reader:
    """Reads titles by the shipped rules."""

    def __init__(self) -> None:
        loaded = load_rules(RULES, known=KnownSettings({"desk": None}))
        self._matcher = Matcher(loaded.book, understanding=Enricher.of(loaded.book.event_types, loaded.table))

    def event(self, title: str) -> Event:
        """Give the event that a title is understood as."""
        event = Event(id="ev_1", title=title, event_at="2026-03-02T14:30:00.000Z", language="en")
        return self._matcher.read(event).event

    def read(self, title: str) -> dict[str, ReportedType]:
        """Give what a title reports, by type."""
        return {found.type: found for found in self.event(title).event_types}


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


@pytest.mark.parametrize(
    "title",
    [
        "Anthropic to rent SpaceX supercomputer Colossus 1 in deal worth up to $4bn a year",
        "Anthropic rents Colossus 1 from SpaceX",
        "SpaceX's Colossus 1 to be rented by Anthropic",
        "SpaceX leases Colossus 1 to Anthropic",
    ],
)
def test_however_it_is_said_spacex_lets_colossus_1_to_anthropic(reader: Reader, title: str) -> None:
    found = reader.read(title)["compute_lease"]
    assert {party.company: party.role for party in found.parties} == {"anthropic": "lessee", "spacex": "lessor"}
    assert found.asset == "Colossus 1"
    assert found.status == "announced"


@pytest.mark.parametrize(
    ("title", "name", "first", "other"),
    [
        ("Adobe agrees to be bought by Microsoft", "acquisition", "target", "acquirer"),
        ("Google takes Apple to court", "litigation", "plaintiff", "defendant"),
        ("Ford to buy batteries from Tesla", "supply_agreement", "customer", "supplier"),
        ("Exxon Mobil buys Shell refinery", "divestiture", "buyer", "seller"),
        ("Exxon Mobil takes Shell to arbitration", "contract_dispute", "claimant", "respondent"),
    ],
)
def test_the_company_named_first_plays_one_role_and_the_other_the_other(
    reader: Reader, title: str, name: str, first: str, other: str
) -> None:
    event = reader.event(title)
    (found,) = [one for one in event.event_types if one.type == name]
    roles = {party.company: party.role for party in found.parties}
    assert [roles[company] for company in event.parties] == [first, other]  # in the order of the text
    assert len(found.parties) == 2


@pytest.mark.parametrize(
    "title",
    [
        "Microsoft buys chips from Nvidia",
        "Amazon buys Microsoft shares",
        "Disney and Fox Corp films",
        "Shell beats BP",
        "Boeing delivers jets to United Airlines",
        "Nvidia sells chips to Microsoft",
        "Nvidia takes stake in Intel",
        "Microsoft rents vans from Ford",
        "Microsoft buys time as Nvidia waits",
    ],
)
def test_two_companies_and_a_verb_of_something_else_report_nothing(reader: Reader, title: str) -> None:
    assert reader.read(title) == {}


@pytest.mark.parametrize(
    ("title", "names"),
    [
        ("Caterpillar raises outlook", {"guidance_raise"}),
        ("Target misses estimates, cuts outlook", {"guidance_cut", "results"}),
        ("Nvidia beats expectations", {"results"}),
        ("Block to lay off nearly half its staff", {"layoffs"}),
        ("Microsoft fires 200 employees", {"layoffs"}),
        ("Apple plans $10bn buyback", {"buyback"}),
        ("Ford suspends payout", {"dividend_change"}),
        ("Stripe goes public", {"ipo"}),
        ("Intel picks new chief executive", {"executive_change"}),
        ("Intel unveils restructuring", {"restructuring"}),
        ("Target discloses hack", {"cyber_incident"}),
        ("Visa, Mastercard reach settlement with merchants", {"settlement"}),
        ("Intel wins ruling against VLSI", {"litigation"}),
        ("Apple loses appeal", {"litigation"}),
        ("Pfizer wins FDA approval", {"drug_decision"}),
        ("Lockheed Martin wins $2bn contract", {"contract_award"}),
        ("Intel takes $16bn impairment", {"impairment"}),
    ],
)
def test_a_plain_headline_of_one_company_reports_what_it_does(reader: Reader, title: str, names: set[str]) -> None:
    found = reader.read(title)
    assert set(found) == names
    assert all(reported.parties and reported.status == "announced" for reported in found.values())


@pytest.mark.parametrize(
    "title",
    [
        "Fed raises outlook",
        "UBS raises outlook for Ford",
        "Target date for the merger moved to June",
        "Target date set",
        "Apple picking season starts",
        "Ford recalls its early days",
        "Apple names new iPhone",
        "Apple wins award",
        "Apple loses appeal for consumers",
        "Intel cuts prices",
    ],
)
def test_words_of_headlines_that_mean_another_thing_report_nothing(reader: Reader, title: str) -> None:
    assert reader.read(title) == {}


@pytest.mark.parametrize(
    "title", ["Moody's cuts Ford outlook to negative", "Moody's cuts outlook to negative", "Fitch cuts Ford outlook"]
)
def test_an_outlook_of_a_rating_is_no_guidance(reader: Reader, title: str) -> None:
    assert "guidance_cut" not in reader.read(title)


@pytest.mark.parametrize("verb", ["considering", "mulling", "weighing", "eyeing", "exploring"])
def test_a_bid_that_is_pondered_is_rumoured(reader: Reader, verb: str) -> None:
    found = reader.read(f"Shell {verb} takeover bid for BP")["acquisition"]
    assert (found.status, [party.role for party in found.parties]) == ("rumoured", ["acquirer", "target"])


def test_who_lets_is_open_where_a_lease_is_with_somebody(reader: Reader) -> None:
    found = reader.read("Oracle signs data-center lease with OpenAI")["compute_lease"]
    assert {(party.company, party.role) for party in found.parties} == {("cik-0001341439", ""), ("openai", "")}
