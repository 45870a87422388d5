"""How large it is: what an amount says of that depends on what happened; and who it is of, and who did it."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from alertd.model import Amount, CompanyMention, Event, Evidence, Party, ReportedType
from alertd.research.exposure import gather
from alertd.research.facts_note import facts_note
from alertd.research.titled import titled
from tests.research.making import graph, of


def place(words: str, text: str, field: str = "title") -> Evidence:
    start = text.index(words)
    return Evidence(field=field, start=start, end=start + len(words), quote=words)


def event(title: str, type_: str, *amounts: Amount, kind: str | None = None, body: str = "") -> Event:
    whole = Evidence(field="title", start=0, end=len(title), quote=title)
    found = ReportedType(type=type_, kind=kind, confidence=0.9, evidence=[whole])
    return Event(id="ev_x", title=title, body=body, event_at="2026-03-02T14:30:00.000Z", event_types=[found],
                 amounts=list(amounts))  # fmt: skip


def rows(about: Event) -> list[str]:
    return [one.text for one in of(facts_note(gather(about, {}, graph(), {}), about.event_at), "implication")]


def money(words: str, text: str, low: float, role: str | None, per: str | None = None) -> Amount:
    field = "title"
    return Amount(low=low, high=low, role=role, per=per, evidence=[place(words, text, field)])


@pytest.mark.parametrize(
    ("title", "words", "low", "role", "type_", "said"),
    [
        ("Skylark files for a $200 million IPO", "$200 million", 2e8, None, "ipo", ["Stated: $200m."]),
        ("Skylark raises $200 million in IPO", "$200 million", 2e8, "funding", "ipo", ["Stated: $200m, funding."]),
        ("Skylark issues $60 million of notes", "$60 million", 6e7, "debt", "offering", ["Stated: $60m, debt."]),
        ("Skylark issues notes in pieces of $5,000", "$5,000", 5e3, "debt", "offering", []),
        ("Skylark with debts of $60 million to buy Norbex", "$60 million", 6e7, "debt", "acquisition", []),
        ("Skylark, with $90 million of assets, is to buy Norbex", "$90 million", 9e7, None, "acquisition", []),
        ("Skylark offers $36.50 a share for Norbex", "$36.50", 36.5, "deal_value", "tender_offer", [
            "Stated: $36.5 per share."]),
        ("Skylark offers $36.50 for Norbex", "$36.50", 36.5, "deal_value", "tender_offer", []),
        ("Skylark offers for Norbex, which closed at $29", "$29", 29, "per_share", "tender_offer", []),
        ("Skylark offers $50 a share for Norbex", "$50", 50, "per_share", "tender_offer", ["Stated: $50 per share."]),
        ("Norbex rejected a bid of Skylark at $50 a share", "$50", 50, "per_share", "tender_offer", []),
        ("Skylark raises bid for Norbex from $50 a share", "$50", 50, "per_share", "tender_offer", []),
        ("Skylark is to buy Norbex, $29 at the close", "$29", 29, "per_share", "acquisition", []),
        ("Skylark issues notes to repay $60 million", "$60 million", 6e7, "debt", "offering", []),
        ("Skylark with $60 million of debt in IPO", "$60 million", 6e7, "debt", "ipo", []),
        ("Skylark prices shares at $12 each", "$12", 12, "per_share", "offering", ["Stated: $12 per share."]),
        ("Skylark posts profit of $0.14", "$0.14", 0.14, "profit", "results", []),
        ("Skylark posts profit of $0.14 a share", "$0.14", 0.14, "profit", "results", [
            "Stated: $0.14 per share, profit."]),
        ("Skylark posts profit of $790,000", "$790,000", 7.9e5, "profit", "results", ["Stated: $790k, profit."]),
        ("Skylark has price target of $187", "$187", 187, "price_target", "price_target", [
            "Stated: $187, price target."]),
    ],
)  # fmt: skip
def test_an_amount_says_how_large_it_is_by_what_happened(
    title: str, words: str, low: float, role: str | None, type_: str, said: list[str]
) -> None:
    assert rows(event(title, type_, money(words, title, low, role)))[1:] == said


def test_a_figure_of_thousands_is_none_of_a_single_share() -> None:
    title = "Skylark posts revenue of $7.7 million a share"
    assert rows(event(title, "results", money("$7.7 million", title, 7.7e6, "revenue", "share")))[1:] == []


def test_what_is_raised_is_the_size_only_where_the_raising_is_told() -> None:
    title = "Skylark files for an IPO of $90 million"
    body = "It raised $40 million from funds in 2021. Norbex sold notes of $70 million."
    amounts = [money("$90 million", title, 9e7, "funding")]
    amounts += [replace(amounts[0], low=n * 1e6, high=n * 1e6, evidence=[place(f"${n} million", body, "body")])
                for n in (40, 70)]  # fmt: skip
    assert rows(event(title, "ipo", *amounts, body=body))[1:] == ["Stated: $90m, funding."]


def test_what_it_was_a_year_earlier_is_not_told_as_what_it_is() -> None:
    title = "Skylark posts revenue of $63 million against $47 million"
    now, then = money("$63 million", title, 6.3e7, "revenue"), money("$47 million", title, 4.7e7, "revenue")
    assert rows(event(title, "results", now, then))[1:] == ["Stated: $63m, revenue, before $47m."]
    title = "Skylark posts revenue of $63 million; $47 million a year earlier"
    now, then = money("$63 million", title, 6.3e7, "revenue"), money("$47 million", title, 4.7e7, "revenue")
    assert rows(event(title, "results", now, then))[1:] == ["Stated: $63m, revenue, before $47m."]


def test_what_it_was_is_of_the_same_scale_and_the_nearest_behind_it() -> None:
    title = "Skylark: $0.40 a share, not $0.50, on profit of $9 million, not $8 million; $7 million in half"
    small = money("$0.40", title, 0.4, "profit", "share")
    large = money("$9 million", title, 9e6, "profit")
    was = [replace(money("$0.50", title, 0.5, "profit", "share"), earlier=True)]
    was += [replace(money(f"${n} million", title, n * 1e6, "profit"), earlier=True) for n in (7, 8)]
    assert rows(event(title, "results", *was, small, large))[1:] == [
        "Stated: $0.4 per share, profit, before $0.5 per share.", "Stated: $9m, profit, before $8m."]  # fmt: skip


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("Norstar (NOR) to Buy Callicoon Bank", "Acquisition: Norstar (NOR)."),
        ("Norbex buys Skylark for cash", "Acquisition: Norbex."),
        ("8-K Skylark Communications, Inc.: other events", "Acquisition: Skylark Communications, Inc."),
        ("8-K - SKYLARK CORP (0000050863) (Filer)", "Acquisition: SKYLARK CORP."),
        ("Conrac (CAX) Soars Following Mark IV (IV) Bid", "Acquisition: Conrac (CAX)."),
        ("Moody's May Cut B.P. (BP), Standard Oil (SRD)", "Acquisition: Moody's."),
        ("Bankamerica Asks Japan Banks to Buy Securities", "Acquisition: Bankamerica."),
        ("Bed Bath & Norbex plunges on awful sales", "Acquisition: Bed Bath & Norbex."),
        ("Investigators say losses of Norbex are large", "Acquisition."),
        ("Why Skylark is to be had", "Acquisition."),
        ("Sweden to sell a bank", "Acquisition."),
        ("Regulators to look at merger", "Acquisition."),
        ("Hopes for higher bids", "Acquisition."),
    ],
)
def test_who_it_is_about_is_written_as_the_title_writes_it(title: str, said: str) -> None:
    note = facts_note(gather(event(title, "acquisition"), {}, graph(), {}), "2026-03-02T14:30:00.000Z")
    (row,) = of(note, "implication")
    assert row.text == said
    assert all(ground.evidence and ground.evidence.quote in title for ground in row.grounds)


@pytest.mark.parametrize(
    "title", ["8-K <b>Skylark</b>: other events", "8-K www.skylark.test: other events", "8-K : x"]
)
def test_a_title_with_markup_or_a_link_in_its_name_names_nobody(title: str) -> None:
    assert titled(event(title, "acquisition")) is None


def test_in_a_filing_what_is_of_nobody_is_of_who_files() -> None:
    title, body = (
        "8-K Skylark Corp: results of operations",
        "The Company had a profit of $9 million. A unit is worth $4 million.",
    )
    amounts = [Amount(low=n * 1e6, high=n * 1e6, role=role, evidence=[place(f"${n} million", body, "body")])
               for n, role in ((9, "profit"), (4, "valuation"))]  # fmt: skip
    about = event(title, "results", *amounts, body=body)
    assert rows(about) == [
        "Results: Skylark Corp.",
        "Stated: $9m, profit of Skylark Corp.",
        "Stated: $4m, valuation.",
    ]


def test_what_is_raised_is_not_of_the_bank_that_stands_beside_it() -> None:
    title = "Norbex raises $90 million through bonds of Big Bank"
    about = event(title, "offering", replace(money("$90 million", title, 9e7, "funding"), of="bank"))
    bank = CompanyMention(id="bank", name="Big Bank", evidence=[place("Big Bank", title)])
    assert rows(replace(about, companies=[bank]))[1:] == ["Stated: $90m, funding."]


def test_in_a_filing_a_bank_without_a_role_is_not_who_it_is_about() -> None:
    title, body = "8-K Skylark Corp: other events", "Notes were sold through Big Bank."
    about = event(title, "offering", body=body)
    (found,) = about.event_types
    bank = CompanyMention(id="bank", name="Big Bank", evidence=[place("Big Bank", body, "body")])
    about = replace(about, companies=[bank], event_types=[replace(found, parties=[Party(company="bank")])])
    assert rows(about) == ["Offering: Skylark Corp."]


@pytest.mark.parametrize("mark", ["", "CORRECTED: ", "UPDATE 2-", "Refile - "])
def test_a_headline_that_is_sent_again_names_whom_it_named(mark: str) -> None:
    found = titled(event(f"{mark}Northwind Semiconductor cuts full-year guidance", "guidance_cut"))
    assert found is not None
    assert (found.start, found.quote) == (len(mark), "Northwind Semiconductor")


def below(body: str, words: str, low: float, role: str | None, type_: str, per: str | None = None) -> list[str]:
    """Give what a note says of a sum in the text below a headline, beside what happened."""
    amount = Amount(low=low, high=low, role=role, per=per, evidence=[place(words, body, "body")])
    return [one for one in rows(event("Skylark and Norbex in the news", type_, amount, body=body)) if "Stated" in one]


@pytest.mark.parametrize(
    ("body", "words", "role", "type_"),
    [
        ("Skylark, which had revenue of $9 billion last year, signed it.", "$9 billion", "revenue", "contract_award"),
        ("Norbex has a market value of $9 billion.", "$9 billion", "valuation", "compute_lease"),
        ("The $9 billion company is new to the trade.", "$9 billion", None, "supply_agreement"),
        ("Skylark means to invest $9 billion over the decade.", "$9 billion", "investment", "supply_agreement"),
        ("It expects savings of about $9 billion.", "$9 billion", "cost", "acquisition"),
        ("Norbex rejected an earlier offer of $9 billion.", "$9 billion", "deal_value", "acquisition"),
        ("The union asks for pay of $9 billion in all.", "$9 billion", None, "strike"),
    ],
)
def test_what_stands_beside_the_news_is_no_size_of_it(body: str, words: str, role: str | None, type_: str) -> None:
    assert below(body, words, 9e9, role, type_) == []


@pytest.mark.parametrize(
    ("body", "words", "role", "type_"),
    [
        ("Skylark had revenue of $9 billion in the quarter.", "$9 billion", "revenue", "results"),
        ("The lease brings Norbex revenue of $9 billion.", "$9 billion", "revenue", "compute_lease"),
        ("Norbex has a market value of $9 billion.", "$9 billion", "valuation", "acquisition"),
        ("The strike has cost $9 billion so far.", "$9 billion", "cost", "strike"),
        ("It supplies parts worth $9 billion.", "$9 billion", "valuation", "supply_agreement"),
    ],
)
def test_what_belongs_to_it_is(body: str, words: str, role: str | None, type_: str) -> None:
    assert len(below(body, words, 9e9, role, type_)) == 1


@pytest.mark.parametrize(("type_", "told"), [("compute_lease", 1), ("acquisition", 0)])
def test_a_sum_a_year_is_the_size_of_what_is_paid_over_time(type_: str, told: int) -> None:
    assert (
        len(below("Norbex expects $9 billion a year by then.", "$9 billion a year", 9e9, None, type_, "year")) == told
    )


def test_a_year_ago_at_the_head_of_a_sentence_says_what_it_was() -> None:
    body = "Skylark expects revenue of $9 billion. A year ago revenue was $8 billion."
    now = Amount(low=9e9, high=9e9, role="revenue", evidence=[place("$9 billion", body, "body")])
    then = Amount(low=8e9, high=8e9, role="revenue", evidence=[place("$8 billion", body, "body")])
    said = rows(event("Skylark gives an outlook", "guidance", now, then, body=body))
    assert said[1:] == ["Stated: $9bn, revenue, before $8bn."]


def test_what_is_reported_or_sought_is_not_stated() -> None:
    body = "Skylark seeks damages of $700 million from Norbex."
    amount = Amount(low=7e8, high=7e8, role="penalty", evidence=[place("$700 million", body, "body")])
    suit = event("Skylark sues Norbex", "litigation", amount, body=body)
    assert rows(suit)[1:] == ["Sought: $700m, penalty."]
    title = "Skylark to buy Norbex for $700 million - sources"
    bid = event(title, "acquisition", money("$700 million", title, 7e8, "deal_value"))
    heard = replace(bid, event_types=[replace(bid.event_types[0], status="reported")])
    assert rows(heard)[1:] == ["Reported: $700m, deal value."]


def test_who_asks_for_damages_does_not_have_to_pay_them() -> None:
    body = "Skylark seeks damages of $700 million from Norbex."
    amount = Amount(low=7e8, high=7e8, role="penalty", of="skylark", evidence=[place("$700 million", body, "body")])
    suit = event("Skylark sues Norbex", "litigation", amount, body=body)
    parties = [Party(company="skylark", role="plaintiff"), Party(company="norbex", role="defendant")]
    names = {"skylark": "Skylark", "norbex": "Norbex"}
    companies = [CompanyMention(id=id, name=name, evidence=[place(name, suit.title)]) for id, name in names.items()]
    suit = replace(suit, event_types=[replace(suit.event_types[0], parties=parties)], companies=companies)
    note = facts_note(gather(suit, {}, graph(), {}), suit.event_at)
    assert of(note, "loser") == []


def test_what_a_title_says_comes_before_what_stands_below() -> None:
    body = "The chairman, who retires, bought shares."
    about = event("Skylark cuts its guidance", "guidance_cut", body=body)
    left = ReportedType(type="executive_change", confidence=0.9, evidence=[place("who retires", body, "body")])
    assert rows(replace(about, event_types=[left, *about.event_types]))[0].startswith("Guidance cut")


def test_a_thing_that_no_ground_names_is_not_named() -> None:
    about = event("Skylark signs supply deal with Norbex", "supply_agreement", body="It gets 40 engines.")
    named = replace(about, event_types=[replace(about.event_types[0], asset="40 engines")])
    assert "engines" not in rows(named)[0]


def test_what_a_bidder_pays_for_a_share_is_the_price_of_none_of_its_own() -> None:
    title = "Skylark offers $52 a share for Norbex"
    price = Amount(low=52, high=52, per="share", role="per_share", of="skylark", evidence=[place("$52", title)])
    bid = event(title, "acquisition", price)
    parties = [Party(company="skylark", role="acquirer"), Party(company="norbex", role="target")]
    bid = replace(bid, event_types=[replace(bid.event_types[0], parties=parties)])
    assert rows(bid)[1:] == ["Stated: $52 per share."]
