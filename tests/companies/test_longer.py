"""Whether a name goes on into the name of somebody else."""

from __future__ import annotations

import time

import pytest

from alertd.companies.longer import longer_name
from alertd.companies.ordinary import words_of
from alertd.companies.passages import FieldText
from alertd.text.fold import Tokens
from tests.companies.test_finder import FINDER, named, why_not


@pytest.mark.parametrize(
    "title",
    [
        "Harbor Robotics to acquire Tidewater Automation for $6.2bn",
        "Harbor Robotics To Acquire Tidewater Automation For $6.2bn",
        "TIDEWATER AUTOMATION AGREES TO BE BOUGHT BY HARBOR ROBOTICS",
        "The board of New Tidewater will meet again in Oslo",
        "New Tidewater says it will list in Oslo",
        "Royal Apple says it will list in Oslo",
        "Apple Bank raises rates",
        "Delta Electronics posts record sales",
        "Etsy Street Realty opens an office",
        "Samsung Heavy Industries wins an order",
        "Semtech Quarry Works LLC sues",
        "Barnes & Noble opens shops",
        "The carmaker shows its first E-Tron to dealers",
        "A fund from Palo Alto, CA closes",
        "Chamber of Commerce urges cut",
        "Employers say wages rise",
        "It traded 58,111 contracts",
    ],
)
def test_a_name_within_the_name_of_somebody_else_is_not_taken(title: str) -> None:
    assert named(title) == []


@pytest.mark.parametrize(
    ("title", "tickers"),
    [
        ("Tidewater wins charter", ["TDW"]),
        ("Tidewater Inc wins charter", ["TDW"]),
        ("Google Cloud and Microsoft Azure grow", ["GOOGL", "MSFT"]),
        ("Apple Music adds tracks", ["AAPL"]),
        ("Ford Motor Credit sells notes", ["F"]),
        ("Tesla Model 3 and Boeing 737 get dearer", ["TSLA", "BA"]),
        ("JPMorgan Chase opens branches", ["JPM"]),
        ("Goldman Sachs Bank lends", ["GS"]),
        ("New Apple tablet is due in spring", ["AAPL"]),
        ("Splunk Partners With Accenture", ["splunk", "ACN"]),
        ("Nexstar Media shares rise", ["NXST"]),
    ],
)
def test_divisions_products_and_names_of_its_own_leave_a_company_what_it_is(title: str, tickers: list[str]) -> None:
    assert named(title) == tickers


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("Harbor Robotics to acquire Tidewater Automation", "Tidewater said so. Shares of Tidewater rose."),
        ("Harbor Robotics to acquire Tidewater", "Harbor will pay $6.2bn for Tidewater Automation, it said."),
        ("Apple Bank raises rates", "Apple said the rates hold until May."),
        ("Ford Foundation gives $5m", "Ford said the grants run for three years."),
    ],
)
def test_the_short_word_means_the_longer_name_in_the_whole_item(title: str, body: str) -> None:
    assert named(title, body) == []


def test_the_company_in_full_is_meant_beside_the_longer_name() -> None:
    assert named("Tidewater Automation is bought", "Tidewater Inc. is no party. Tidewater said so.") == ["TDW"]


def test_the_reason_names_the_longer_name() -> None:
    refused = why_not("Tidewater Automation is bought")
    assert refused["Tidewater"] == "part of `Tidewater Automation`"


def test_what_may_be_a_division_leaves_the_short_name_alone() -> None:
    body = "Centessa Clinical Analytics found it. Centessa rose."
    assert named("Trial succeeds", body) == ["CNTA"]
    words = Tokens("Centessa Clinical Analytics found it in a trial")
    (hit, *_) = FINDER.registrants.find(words, len(words), 10)
    found = longer_name(
        FieldText("body", words, 1_000), hit, lambda: words_of("Centessa Pharmaceuticals"), lambda _: False
    )
    assert found is not None
    assert not found.sure
    assert found.name == "Centessa Clinical Analytics"


def test_a_site_of_two_words_is_not_the_company_of_the_first() -> None:
    assert named("Builder signs lease for 150 MW at Polaris Forge campus") == []
    assert named("Work on the Polaris Forge 2 campus begins") == []
    assert named("Work on the Polaris Texas plant begins") == ["PII"]
    assert named("Polaris Forge rose, and a campus") == ["PII"]


@pytest.mark.parametrize(
    "piece", ["Polaris Forge campus ", "Tidewater Automation ", "New Tidewater ", "Apple & Noble ", "Palo Alto, CA "]
)
def test_repetition_costs_no_more_than_its_length(piece: str) -> None:
    text = (piece * 10_000)[:65_536]
    began = time.thread_time()
    FINDER.find(Tokens(text), Tokens(text))
    assert time.thread_time() - began < 3
