"""The companies of an event: one entry each, with its relevance and the places where it is named."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alertd.companies.finder import CompanyFinder
from alertd.companies.mentions import Beside, Mention
from alertd.companies.model import Company, Listing
from alertd.companies.table import load_registrants
from alertd.enrich.companies import EVIDENCE, MOST, add_companies
from alertd.enrich.draft import Draft
from alertd.enrich.relevance import relevances, share
from alertd.model import CompanyMention, Event
from alertd.text.fold import Tokens

FINDER = CompanyFinder(load_registrants())


def draft(title: str = "", body: str = "", finder: CompanyFinder = FINDER, **fields: Any) -> Draft:
    made = Draft(Event(title=title, body=body, **fields), {"title": Tokens(title), "body": Tokens(body)})
    add_companies(made, finder)
    return made


def companies(title: str = "", body: str = "", **fields: Any) -> dict[str, CompanyMention]:
    return {company.ticker or company.id: company for company in draft(title, body, **fields).event.companies}


def relevance(title: str = "", body: str = "", **fields: Any) -> dict[str, float]:
    return {name: company.relevance for name, company in companies(title, body, **fields).items()}


def test_an_entry_has_the_name_ticker_and_cik_and_says_how_it_was_recognised() -> None:
    (nvidia,) = draft("Chips (NASDAQ: NVDA) sell out").event.companies
    assert (nvidia.id, nvidia.name, nvidia.ticker, nvidia.cik) == ("cik-0001045810", "Nvidia", "NVDA", "0001045810")
    assert nvidia.how == "tag NASDAQ: NVDA"
    (apple,) = draft("Target of the probe is Apple").event.companies
    assert apple.how.startswith("alias Apple: capital within a sentence")


def test_a_private_company_has_its_name_and_no_ticker() -> None:
    own = Company(id="spacex", name="SpaceX", private=True, cik="0001181412", listings=(Listing("SPCX"),))
    finder = CompanyFinder(FINDER.table.with_declared([own]))
    (spacex,) = draft("SpaceX leases a supercomputer", finder=finder).event.companies
    assert (spacex.id, spacex.name, spacex.ticker, spacex.cik) == ("spacex", "SpaceX", None, "0001181412")


def test_evidence_quotes_the_first_places_in_the_words_of_the_text() -> None:
    body = "Nvidia rose. " * 10
    (nvidia,) = draft("Nvidia rises", body).event.companies
    assert len(nvidia.evidence) == EVIDENCE
    assert [(e.field, e.start, e.end) for e in nvidia.evidence] == [("title", 0, 6), ("body", 0, 6), ("body", 13, 19)]
    assert all("Nvidia" in e.quote for e in nvidia.evidence)


def test_the_only_company_of_a_title_is_what_the_event_is_about() -> None:
    assert relevance("Nvidia cuts its outlook")["NVDA"] >= 0.9


def test_a_company_named_once_at_the_end_of_an_item_about_another_matters_little() -> None:
    body = "Nvidia said sales fell. " * 20 + "Its suppliers include Micron."
    found = relevance("Nvidia cuts its outlook", body)
    assert found["NVDA"] > 0.9
    assert found["MU"] < 0.1


def test_a_round_up_gives_each_of_its_companies_little() -> None:
    names = "Nvidia, Tesla, Boeing, Pfizer, Netflix, Salesforce, Verizon, Starbucks, Nike, Walmart"
    found = relevance(f"Movers: {names}", f"Today in focus: {names}.")
    assert len(found) == 10
    assert max(found.values()) < 0.35
    assert max(relevance("Ten stocks to watch", f"Some lines of introduction. {names}").values()) < 0.2


def test_two_parties_of_a_deal_both_matter_the_first_a_little_more() -> None:
    found = relevance("Pfizer to buy Moderna for $40 billion")
    assert found["PFE"] > found["MRNA"] > 0.75


@pytest.mark.parametrize(
    "title",
    [
        "Chip demand to stay strong: Nomura",
        "Goldman Sachs downgrades Nvidia",
        "According to Barclays analysts Nvidia leads",
    ],
)
def test_who_only_speaks_matters_less_than_whom_it_speaks_of(title: str) -> None:
    found = relevance(title)
    speaker = next(score for ticker, score in found.items() if ticker != "NVDA")
    assert speaker < 0.5
    assert speaker < found.get("NVDA", 1.0)


def test_the_filer_of_a_filing_is_what_it_is_about_though_the_text_does_not_name_it() -> None:
    found = companies("8-K - Current report", filers=[{"cik": "0001045810", "name": "NVIDIA CORP"}])
    assert found["NVDA"].relevance >= 0.9
    assert found["NVDA"].how == "filer NVIDIA CORP"
    assert found["NVDA"].evidence == []


def test_a_tag_in_the_categories_names_a_company_and_makes_its_ordinary_word_a_name() -> None:
    found = companies("Target watchers wait", categories=["NYSE:TGT"])
    assert found["TGT"].relevance >= 0.9
    assert relevance("Shop watchers wait", categories=["NYSE:TGT"])["TGT"] == 0.5


def test_companies_that_an_event_brings_are_left_as_they_are() -> None:
    own = [CompanyMention(id="cik-0000320193", relevance=0.3)]
    made = draft("Nvidia rises", companies=own)
    assert made.event.companies == own
    assert [mention.company for mention in made.mentions] == ["cik-0001045810"]


def test_an_event_has_so_many_companies_at_most_the_most_relevant_first() -> None:
    own = [Company(id=f"zorb{i}", name=f"Zorbex{i}") for i in range(80)]
    finder = CompanyFinder(FINDER.table.with_declared(own))
    found = draft("Zorbex7 rises", ", ".join(c.name for c in own), finder=finder).event.companies
    assert len(found) == MOST
    assert found[0].id == "zorb7"
    assert [c.relevance for c in found] == sorted((c.relevance for c in found), reverse=True)


def test_what_was_seen_and_not_taken_is_kept_with_the_reason() -> None:
    assert ("Apple", "part of `Tim Apple`") in draft("Tim Apple resigns").refused


def test_nothing_is_found_in_nothing() -> None:
    made = draft("", "")
    assert (made.mentions, made.event.companies, made.refused) == ((), [], [])


def test_shares_fall_with_the_number_of_companies() -> None:
    shares = [share(n) for n in range(1, 60)]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] == 1.0
    assert shares[9] == 0.2


_MENTIONS = st.lists(
    st.builds(
        Mention,
        st.sampled_from("abcdef"),
        st.sampled_from(("title", "body")),
        st.integers(0, 900),
        st.just(1_000),
        st.just("name"),
    ),
    max_size=30,
)
_BESIDE = st.lists(
    st.builds(Beside, st.sampled_from("abgh"), st.sampled_from(("filer", "tag")), st.just("x")), max_size=5
)


@given(_MENTIONS, _BESIDE, st.data())
def test_relevance_is_between_0_and_1_for_each_company_and_another_mention_never_lowers_its_own(
    mentions: list[Mention], beside: list[Beside], data: st.DataObject
) -> None:
    found = relevances(mentions, beside, [])
    assert found.keys() == {m.company for m in mentions} | {b.company for b in beside}
    assert all(0 <= value <= 1 for value in found.values())
    if mentions:
        again = data.draw(st.sampled_from(mentions))
        assert relevances([*mentions, again], beside, [])[again.company] >= found[again.company]


@settings(deadline=None)
@given(st.text(max_size=200), st.text(max_size=400), st.lists(st.text(max_size=30), max_size=3))
def test_any_event_is_read(title: str, body: str, categories: list[str]) -> None:
    made = draft(title, body, categories=categories)
    for company in made.event.companies:
        for evidence in company.evidence:
            text = title if evidence.field == "title" else body
            assert 0 <= evidence.start < evidence.end <= len(text)


def test_a_list_after_a_heading_is_a_round_up_however_few_of_it_are_known() -> None:
    found = relevance("Option activity: NVDA, ZZZQ, TSLA", "Today we look at three.")
    assert set(found) == {"NVDA", "TSLA"}
    assert max(found.values()) < 0.45
    assert relevance("Exclusive: Nvidia to buy a maker of chips, robots and cars")["NVDA"] > 0.9


def test_who_is_named_once_beside_the_company_of_the_title_is_no_subject() -> None:
    found = relevance("Netflix tells of its plans", "Netflix said it once bid for assets of Pfizer.")
    assert found["NFLX"] > 0.9
    assert found["PFE"] <= 0.3
    assert relevance("A bid is made", "Pfizer said it bid.")["PFE"] > 0.45


def test_who_stands_behind_somebody_else_is_no_subject() -> None:
    assert relevance("Pfizer-backed Quorvex raises money")["PFE"] < 0.5
