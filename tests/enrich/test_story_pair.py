"""What makes two reports one story or two when papers choose other words, names and figures."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from alertd.base.clock import rfc3339
from alertd.enrich.story_compare import compare
from alertd.enrich.story_figures import contradict, numbers, other_periods, periods, shared_figures
from alertd.enrich.story_form import are_parts, has_another_head
from alertd.enrich.story_pair import Both
from alertd.enrich.story_report import Report, report_of
from alertd.enrich.story_synonyms import joined
from alertd.enrich.story_weights import JOIN
from alertd.enrich.story_words import NAME, ORDINARY, cases_of, weighed
from alertd.model import Event
from alertd.text.fold import split_words

NOW = 1_800_000_000_000
HOUR = 3_600_000


def report(name: str, title: str, body: str = "", *, hours: float = 0, site: str = "", **more: Any) -> Report:
    """Make the report of an event that a site published so many hours after the first."""
    at = rfc3339(NOW + round(hours * HOUR))
    fields = {"source": name, "url": f"https://{site or name}.example/{name}", "title": title, "body": body}
    return report_of(msgspec.convert({"id": f"ev_{name}", "event_at": at, "seen_at": at} | fields | more, Event))


def company(name: str, relevance: float = 0.9, **more: Any) -> dict[str, Any]:
    return {"id": name.split()[0].lower(), "name": name, "relevance": relevance, **more}


def kind(name: str, field: str = "title") -> dict[str, Any]:
    return {"type": name, "evidence": [{"field": field, "start": 0, "end": 4, "quote": "x"}]}


def joins(one: Report, other: Report) -> bool:
    """Whether they are one story, whichever comes first."""
    scores = compare(one, other).score, compare(other, one).score
    assert (scores[0] >= JOIN) == (scores[1] >= JOIN)
    return scores[0] >= JOIN


# --- words ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "counted"),
    [
        ("staff walked out", "staff strike"), ("maker laid off staff", "maker layoff staff"),
        ("he steps down as chief executive", "he resign as ceo"), ("the european central bank", "the ecb"),
        ("chinese demand", "china demand"), ("u s drug maker", "us drug maker"), ("walk", "walk"), ("", ""),
        ("consumer price index", "inflation"), ("regulator turned down the drug", "regulator reject the drug"),
    ],
)  # fmt: skip
def test_a_phrase_counts_as_one_word(said: str, counted: str) -> None:
    assert joined(said.split()) == counted.split()


def test_a_synonym_is_no_name_and_an_authority_always_one() -> None:
    title = "Fed Official Quits After Walkout At Mint"
    found = weighed(split_words(title), cases_of(title, ""), frozenset(), 20, foreign=False)
    assert found["fed"] >= NAME
    assert found["resign"] <= ORDINARY
    assert found["strik"] <= ORDINARY


def test_a_company_is_known_by_what_the_text_calls_it() -> None:
    place = {"field": "title", "start": 0, "end": 8, "quote": "Facebook warns"}
    one = report("a", "Facebook warns of privacy rules", companies=[company("Meta Platforms", evidence=[place])])
    assert "facebook" in one.called
    assert one.title["facebook"] >= NAME


def test_half_the_name_of_a_known_company_is_enough_in_a_title() -> None:
    known = report(
        "a", "Rosedale Foods cuts its annual outlook", "Cocoa is dear.",
        companies=[company("Rosedale Foods")], event_types=[kind("guidance_cut")],
    )  # fmt: skip
    short = report(
        "b", "Cocoa squeeze forces Rosedale to lower its outlook", "Rosedale blamed cocoa.",
        event_types=[kind("guidance_cut", "body")],
    )  # fmt: skip
    assert Both(short, known).half_named
    assert joins(short, known)
    other = report("c", "Cocoa squeeze forces Rosedale to lower its outlook", companies=[company("Rosedale Bank")])
    assert not Both(other, known).half_named, "it names a company of its own"


# --- figures --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("4.5 per cent", ["4.5%"]), ("two million", ["2e+06"]), ("half a billion", ["5e+08"]),
        ("$9.4 bln", ["9.4e+09"]), ("ten per cent", ["10%"]), ("61 thousand", ["61000"]), ("thousand", []),
        ("many million", []), ("one cent", []),
    ],
)  # fmt: skip
def test_figures_are_read_in_words_too(text: str, found: list[str]) -> None:
    assert numbers(text, split_words(text)) == found


@pytest.mark.parametrize(
    ("one", "other", "shared", "against"),
    [
        ("$1.23 billion", "$1.2 billion", True, False), ("$2.74 billion", "$2.7 billion", True, False),
        ("21.6%", "22%", True, False), ("$5.4 billion", "$5 billion", False, False),
        ("$1.23 billion", "$1.3 billion", False, True), ("48,000", "84,000", False, True),
        ("12%", "30%", False, True),
        ("22%", "22 million", False, False), ("7,000 people", "41 shops", False, False),
    ],
)  # fmt: skip
def test_a_rounded_figure_is_the_same_and_only_figures_of_one_size_speak_against_it(
    one: str, other: str, shared: bool, against: bool
) -> None:
    for a, b in ((numbers(one), numbers(other)), (numbers(other), numbers(one))):
        assert bool(shared_figures(a, b)) is shared
        assert (not shared and contradict(a, b)) is against


@pytest.mark.parametrize(
    ("title", "body", "found"),
    [
        ("Vega Q2 results", "In the first quarter it lost", ["q2"]), ("Vega results", "second quarter loss", ["q2"]),
        ("Third-quarter loss", "", ["q3"]), ("Sales rise in July", "", ["july"]), ("Sales rise", "On 3 July", []),
        ("A quarter point", "", []),
    ],
)  # fmt: skip
def test_a_report_tells_of_a_quarter_or_a_month(title: str, body: str, found: list[str]) -> None:
    assert periods(split_words(title), split_words(body)) == found


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        (["q1"], ["q2"], True), (["q1", "q2"], ["q2"], False), (["july"], ["august"], True),
        (["q2"], ["june"], False),
        (["q2", "june"], ["q2", "july"], True), ([], ["q2"], False),
    ],
)  # fmt: skip
def test_quarters_are_compared_with_quarters_and_months_with_months(
    one: list[str], other: list[str], differ: bool
) -> None:
    assert other_periods(one, other) is other_periods(other, one) is differ


def test_the_results_of_two_quarters_are_two_stories() -> None:
    body = "Delphin Biologics published its report for the {} quarter, which an audit had delayed."
    one, other = (
        report(f"r{n}", f"Delphin Biologics files {n} quarter report", body.format(n), hours=at,
               companies=[company("Delphin Biologics")])
        for n, at in (("first", 0), ("second", 20))
    )  # fmt: skip
    same = report("c", "Delphin Biologics files first quarter report late", body.format("first"), hours=1)
    assert joins(same, one)
    assert not joins(other, one)


def test_a_figure_of_the_economy_is_known_by_itself_within_half_a_day() -> None:
    first = "Employers added just 61,000 jobs in August as hiring cooled"
    second = "US payrolls rise by only 61,000, raising bets on rate cut"
    texts = "The jobless rate rose to 4.5%.", "Unemployment climbed to 4.5 per cent, well below forecasts."
    assert joins(report("a", first, texts[0]), report("b", second, texts[1], hours=1))
    assert not joins(report("a", first, texts[0]), report("b", second, texts[1], hours=30))
    other = report(
        "c", "US payrolls rise by 190,000, dimming hopes of rate cut", "Unemployment fell to 4.1 per cent."
    )
    assert not joins(report("a", first, texts[0]), other)


# --- what keeps apart -----------------------------------------------------------------------------------------


def test_two_authorities_that_do_the_same_are_two() -> None:
    fed = report("a", "Fed cuts rates by a quarter point, gives no guidance", "The central bank cut its rate.")
    ecb = report("b", "ECB cuts rates by a quarter point, gives no guidance", "The central bank cut its rate.")
    assert not joins(fed, ecb)


def test_headlines_that_report_different_kinds_of_events_are_two() -> None:
    told = [
        ("FDA approves Lilly's obesity pill", "Regulators cleared the pill of Lilly for obesity.", "drug_decision"),
        ("Lilly's obesity pill beats rival in trial", "The pill of Lilly led to more loss.", "clinical_result"),
    ]
    one, other = (
        report(f"r{n}", title, body, hours=n, companies=[company("Lilly")], event_types=[kind(name)])
        for n, (title, body, name) in enumerate(told)
    )
    assert Both(other, one).seen()["other deeds"] == 1.0
    untyped = msgspec.structs.replace(other, titled=[], types=[])
    assert compare(other, one).score < compare(untyped, one).score


def test_two_suits_against_one_company_are_two() -> None:
    suits = [
        ("Acmeon sued by New Jersey drivers over pay", "Drivers sued Acmeon, saying that it must pay for waiting."),
        ("Acmeon sued by shareholders over user numbers", "Shareholders sued Acmeon, saying it counted wrongly."),
    ]  # fmt: skip
    one, other = (
        report(f"r{n}", title, body, hours=n, companies=[company("Acmeon")], event_types=[kind("litigation")])
        for n, (title, body) in enumerate(suits)
    )
    assert Both(other, one).seen()["one of many"] == 1.0
    assert not joins(one, other)


@pytest.mark.parametrize(
    ("more", "alone"),
    [("", 1.0), (" It is about $34 billion.", 0.0), (" Sentrel is to blame, said Sentrel.", 0.0)],
)
def test_words_of_every_day_beside_a_company_count_less_than_a_figure_or_a_name(more: str, alone: float) -> None:
    visa: dict[str, Any] = {"companies": [company("Visa")]}
    one = report(
        "a", "Shoppers unable to pay as Visa cards fail", f"A failure left people unable to pay.{more}", **visa
    )
    other = report(
        "b", "Merchants win truce in card fee fight", f"Visa will cut fees that retailers pay.{more}", **visa
    )
    assert Both(other, one).seen()["company alone"] == alone


def test_a_deal_is_one_from_the_buyers_side_and_from_the_sellers() -> None:
    buys = report(
        "a", "Gambier to buy UK brewer Thistlewood for 874 mln pounds", "Gambier agreed to buy Thistlewood."
    )
    sold = report(
        "b", "Yorkshire beer maker Thistlewood sold to Gambier", "Thistlewood accepted 285p a share.", hours=5
    )
    assert joins(buys, sold)


def test_one_publishers_words_about_another_are_a_form() -> None:
    one = report("a", "Karnataka Bank bags MSME banking excellence awards", "Karnataka Bank won.", site="desk")
    other = report("b", "Corporation Bank bags MSME banking excellence awards", "Corporation won.", site="desk")
    assert has_another_head(one, other)
    assert not joins(one, other)
    assert not has_another_head(one, report("c", "Karnataka Bank bags MSME banking excellence awards again"))
    assert not has_another_head(one, report("d", ""))


def test_threads_of_one_forum_are_parts_of_a_series() -> None:
    one = report("a", "Help: Rainmeter Skins • Test if today is between two dates", site="forum")
    other = report("b", "Help: Rainmeter Skins • Cannot change font for launcher", site="forum")
    assert one.series == 3
    assert are_parts(one, other)


def test_the_header_of_a_filing_is_found_by_words_that_papers_use() -> None:
    filing = report(
        "f", "8-K - COPPICE ROBOTICS INC (0001333777) (Filer)", kind="filing", form="8-K", items=["2.05"],
        accession="0001-f", filers=[{"cik": "1333777", "name": "COPPICE ROBOTICS INC"}], hours=1,
    )  # fmt: skip
    assert filing.numbers == [], "the numbers of a form are no figures"
    assert joins(filing, report("a", "Coppice fires one in five employees", "Coppice Robotics lets people go."))
    assert not joins(filing, report("b", "Coppice opens a laboratory", "Coppice Robotics opens a laboratory."))
