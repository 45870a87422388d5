"""Which companies a text names."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alertd.companies.finder import CompanyFinder, FoundCompanies
from alertd.companies.model import Company
from alertd.companies.table import CompanyTable, load_registrants
from alertd.text.fold import Tokens
from tests.companies.make import AMZN, NVDA

FINDER = CompanyFinder(load_registrants())


def read(title: str, body: str = "", finder: CompanyFinder = FINDER, **more: str) -> FoundCompanies:
    return finder.find(Tokens(title), Tokens(body), **more)  # type: ignore[arg-type]


def named(title: str, body: str = "", finder: CompanyFinder = FINDER) -> list[str]:
    """Give the tickers or ids of the companies found, in the order of the text."""
    found = dict.fromkeys(mention.company for mention in read(title, body, finder).mentions)
    known = [finder.company(company) for company in found]
    return [company.label if company.listings else company.id for company in known if company is not None]


def why_not(title: str, body: str = "") -> dict[str, str]:
    return dict(read(title, body).refused)


@pytest.mark.parametrize(
    ("title", "tickers"),
    [
        ("Nvidia beats estimates", ["NVDA"]),
        ("NVIDIA’s chips sell out", ["NVDA"]),
        ("Ｎｖｉｄｉａ beats estimates", ["NVDA"]),
        ("Bank of America and BofA are one", ["BAC"]),
        ("J&J and P&G raise prices", ["JNJ", "PG"]),
        ("AT&T adds customers at T-Mobile's expense", ["T", "TMUS"]),
        ("McDonald's sells more burgers", ["MCD"]),
        ("Amazon.com opens a warehouse", ["AMZN"]),
        ("JPMorgan, J.P. Morgan and JP Morgan Chase", ["JPM"]),
        ("Johnson and Johnson settles", ["JNJ"]),
        ("Google and Facebook are Alphabet and Meta", ["GOOGL", "META"]),
        ("GE Vernova is not GE Aerospace", ["GEV", "GE"]),
        ("General Motors and General Electric", ["GM", "GE"]),
        ("Apple Hospitality REIT Inc pays a dividend", ["APLE"]),
        ("Anthropic and OpenAI sign deals", ["anthropic", "openai"]),
    ],
)
def test_names_and_short_names_are_found_the_longest_first(title: str, tickers: list[str]) -> None:
    assert named(title) == tickers


@pytest.mark.parametrize(
    "title",
    ["nvidia-like chips", "the bank of a river", "general electric currents", "at T cells", "a pineapple",
     "ge and gm", "mcdonald had a farm", "Corporate America", "Sinvidia", "", "...", "inc", "The Company"],
)  # fmt: skip
def test_words_without_capitals_and_parts_of_words_are_no_names(title: str) -> None:
    assert named(title) == []


@pytest.mark.parametrize("title", ["eBay cuts fees", "profit falls at eBay", "rivals of eBay Inc. rejoice"])
def test_a_name_that_begins_with_a_small_letter_is_found(title: str) -> None:
    assert named(title) == ["EBAY"]


@pytest.mark.parametrize(
    ("title", "reason"),
    [
        ("Shares of Apple fall", "`shares of` before it"),
        ("Apple's earnings disappoint", "`earnings` after it"),
        ("Critics of the maker say Apple waits", "capital within a sentence"),
        ("APPLE INC. NAMES DIRECTOR", ""),
        ("Nvidia, Apple lead gains", "in a list with another company"),
        ("Target CEO resigns", "`ceo` after it"),
        ("Ford to recall 500,000 trucks", "`to recall` after it"),
        ("Snap says users grew", "`says` after it"),
        ("Apple (AAPL) outlook", "named with (AAPL)"),
    ],
)
def test_an_ordinary_word_is_a_company_for_a_reason_that_is_told(title: str, reason: str) -> None:
    (first, *_) = (mention for mention in read(title).mentions if mention.way not in ("ticker",))
    whys = [mention.why for mention in read(title).mentions]
    assert any(reason in why for why in whys), whys
    assert first.field == "title"


@pytest.mark.parametrize(
    ("title", "word", "reason"),
    [
        ("Apple prices rise after frost", "Apple", "capital only because a sentence begins"),
        ("Price Target Raised Again", "Target", "capitals say nothing in this headline"),
        ("Tim Apple", "Apple", "part of `Tim Apple`"),
        ("Visit Apple Valley this summer", "Apple", "part of `Apple Valley`"),
        ("Visa rules are tightened", "Visa", "capital only because a sentence begins"),
        ("Actor Harrison Ford retires", "Ford", "part of `Harrison Ford`"),
        ("HDFC Securities is bullish on cement", "HDFC", "part of `HDFC Securities`"),
    ],
)
def test_what_is_not_taken_is_told_with_the_reason(title: str, word: str, reason: str) -> None:
    assert named(title) == []
    refused = {surface: why for surface, why in why_not(title).items() if surface.startswith(word)}
    if word != "HDFC":  # who is not known to the SEC is not even refused
        assert any(reason in why for why in refused.values()), refused


def test_a_company_named_beyond_doubt_makes_its_ordinary_word_a_name_elsewhere() -> None:
    assert named("Apple watchers wait") == []
    assert named("Apple watchers wait", "On Monday Apple Inc said it will split its stock.") == ["AAPL"]
    assert named("Gap opens", "Gap Inc. (NYSE: GAP) opened a store.") == ["GAP"]


def test_a_common_word_is_a_company_only_if_the_item_names_it_otherwise() -> None:
    assert named("On rises") == []
    assert named("On rises", "Shoe maker On Holding AG (NYSE: ONON) sold more. On said so.") == ["ONON"]


def test_a_tag_decides_whom_the_name_before_it_means_here_and_later() -> None:
    body = "Vega Grid Inc. (NASDAQ: AMZN) signed a lease. Vega said it runs for ten years."
    mentions = read("Vega wins", body).mentions
    assert {mention.company for mention in mentions} == {AMZN}
    texts = [("Vega wins" if m.field == "title" else body)[m.start : m.end] for m in mentions]
    assert texts == ["Vega", "Vega Grid", "NASDAQ: AMZN", "Vega"]


def test_a_tag_of_somebody_unknown_makes_the_name_before_it_nobody() -> None:
    assert named("Apple (NASDAQ: ZZZZQ) rises") == []
    assert named("8-K - APPLE INC (0001999999) (Filer)") == []
    assert "somebody else's" in why_not("8-K - APPLE INC (0001999999) (Filer)")["APPLE"]


def test_the_first_word_of_a_name_in_full_stands_for_it_later_also_against_its_owner() -> None:
    assert named("", "Apple Hospitality REIT Inc. owns hotels. Apple said rates rose.") == ["APLE"]
    assert named("", "Berkshire Hathaway bought shares. Berkshire declined to comment.") == ["BRK-B"]
    assert named("", "Archer Aviation flew. American Tower fell. American workers walked out.") == ["ACHR", "AMT"]


def test_a_sister_company_is_not_the_one_that_is_called_so_in_short() -> None:
    essar = Company(id="essar-ports", name="Essar Ports", aliases=("Essar",))
    finder = CompanyFinder(FINDER.table.with_declared([essar]))
    assert named("Chief of Essar Energy quits", finder=finder) == []
    assert named("Chief of Essar Energy quits", "The chair of Essar said so.", finder) == []
    assert named("Chief of Essar quits", finder=finder) == ["essar-ports"]


def test_a_person_who_is_called_as_a_company_may_speak_of_it() -> None:
    assert named("Michael Dell leaves") == []
    assert named("Michael Dell leaves", "The founder of Dell said he would rest.") == ["DELL"]


def test_who_begins_the_next_sentence_is_no_part_of_a_name() -> None:
    assert named("", "It leases a computer to Anthropic. Tim said so.") == ["anthropic"]


def test_in_german_a_capital_within_a_sentence_says_nothing() -> None:
    title = "Im neuen Block wohnen jetzt viele Familien"
    assert read(title).mentions
    assert not read(title, language="de").mentions


def test_what_a_desk_declares_goes_before_what_is_known() -> None:
    own = Company(id="space-x", name="SpaceX", aliases=("Starbase Inc",), private=True)
    finder = CompanyFinder(FINDER.table.with_declared([own]))
    assert named("SpaceX launches; Space Exploration Technologies files", finder=finder) == ["space-x"]
    assert named("Starbase launches", finder=finder) == ["space-x"]
    slug = Company(id="anthropic", name="Anthropic PBC", sector="ai", private=True)
    finder = CompanyFinder(FINDER.table.with_declared([slug]))
    assert finder.company("anthropic") is slug
    assert named("Anthropic raises money", finder=finder) == ["anthropic"]


def test_an_alias_is_found_as_it_is_written_even_in_small_letters() -> None:
    own = Company(id="cn", name="consumer names", aliases=("iVega",))
    finder = CompanyFinder(FINDER.table.with_declared([own]))
    assert named("buy consumer names and iVega", finder=finder) == ["cn"]
    assert named("Ivega rises", finder=finder) == ["cn"]


def test_filers_and_categories_name_companies_beside_the_text() -> None:
    found = FINDER.find(
        Tokens("Quarterly report"),
        Tokens(""),
        categories=["Nasdaq:NVDA", "AI", "Technology"],
        filers=[{"cik": "1018724", "name": "AMAZON COM INC"}, {"name": "nobody"}, {"cik": None}, {"cik": "x"}],
    )
    assert [(other.company, other.way) for other in found.beside] == [(AMZN, "filer"), (NVDA, "tag")]
    assert found.mentions == ()


@pytest.mark.parametrize(
    ("title", "word"),
    [
        ("Court orders Amazon river dredging halted", "Amazon"),
        ("Loggers leave the wider Amazon rainforest", "Amazon"),
        ("Growers buy Apple orchards", "Apple"),
    ],
)
def test_a_thing_after_a_word_makes_it_that_thing(title: str, word: str) -> None:
    assert "a thing, " in why_not(title)[word]
    assert named(title) == []


@pytest.mark.parametrize(
    "title", ["Fitch affirms Ford at BBB-; outlook negative", "Moody's lowers Ford to Ba1", "Rating of Ford at BB+"]
)
def test_a_rating_is_a_companys(title: str) -> None:
    assert "F" in named(title)


@pytest.mark.parametrize(
    "title",
    [
        "Meta cuts jobs",
        "Alphabet board authorises additional $70bn of buybacks",
        "Oracle in talks to rent 4.5 gigawatts of data center power to OpenAI",
        "The deal would make OpenAI Oracle's biggest customer",
    ],
)
def test_a_company_to_which_a_desk_adds_is_as_well_known_as_before(title: str) -> None:
    every = [load_registrants().resolve(ticker) for ticker in ("META", "GOOGL", "ORCL")]
    adding = CompanyFinder(load_registrants().with_declared([one for one in every if one is not None]))
    assert named(title, "", adding) == named(title) != []


def test_a_fuller_name_in_the_item_says_who_its_first_word_means() -> None:
    body = "Reliance Industries said on Monday that it would build four plants. Reliance also raised its dividend."
    assert named("Reliance to invest Rs 75,000 crore", body) == ["RELIANCE"]
    assert named("Reliance raises its dividend") == ["RS"]
    assert named("Reliance, Inc. raises its dividend", body) == ["RS", "RELIANCE"]


def test_the_short_name_of_somebody_else_means_the_longer_name_that_a_desk_declares() -> None:
    body = "Polaris Moonworks said so."
    declaring = CompanyFinder(load_registrants().with_declared([Company(id="moon", name="Polaris Moonworks")]))
    assert named("Polaris opens a yard", body, declaring) == ["moon"]
    assert named("Polaris opens a yard", "", declaring) == ["PII"]
    assert named("Polaris (NYSE: PII) opens a yard", body, declaring) == ["PII", "moon"]


def test_what_is_well_known_stays_itself_beside_a_longer_name() -> None:
    assert named("Apple cuts outlook", "Apple Hospitality REIT said nothing.") == ["AAPL", "APLE"]


def test_a_place_is_not_short_for_a_company_that_begins_with_it() -> None:
    body = "The London Stock Exchange said it would close early. Traders in London agreed."
    assert "London" not in {body[one.start : one.end] for one in read("", body).mentions}


def test_in_an_item_about_a_medicine_the_maker_of_that_name_is_meant() -> None:
    assert named("FDA places clinical hold on Rocket's gene therapy") == ["RCKT"]
    assert named("Rocket to buy a lender in mortgage push") == ["RKT"]
    body = "Rocket Companies said so."
    assert named("FDA lends to Rocket staff in drug trial", body)[0] == "RKT"


def test_of_two_companies_of_one_name_the_listed_one_is_meant_or_neither() -> None:
    assert named("Rio Tinto ships more ore") == ["RIO"]
    assert "several are called so" in why_not("Orion plans a plant")["Orion"]


def test_making_a_finder_anew_does_not_cost_the_registrants_again() -> None:
    own = [Company(id=f"c{i}", name=f"Company Number{i} Ltd", aliases=(f"Number{i}",)) for i in range(1_000)]
    began = time.thread_time()
    finder = CompanyFinder(FINDER.table.with_declared(own))
    assert time.thread_time() - began < 1
    assert finder.registrants is FINDER.registrants


def test_the_cost_of_a_text_does_not_grow_with_the_companies() -> None:
    def cost(finder: CompanyFinder) -> float:
        tokens = [Tokens("Plants of the valley in spring"), Tokens("a quiet day with few words of note " * 60)]
        began = time.thread_time()
        for _ in range(20):
            finder.find(*tokens)
        return time.thread_time() - began

    many = [Company(id=f"c{i}", name=f"Zq{i} Works Ltd") for i in range(20_000)]
    large = CompanyFinder(CompanyTable(FINDER.table.registrants, many))
    assert min(cost(large) for _ in range(5)) < 3 * min(cost(FINDER) for _ in range(5)) + 0.005


@pytest.mark.parametrize(
    "piece",
    [
        "Apple ",
        "bank of ",
        "(NYSE: ",
        "$A ",
        "a.O ",
        "Target, ",
        "Ford Motor Credit ",
        "((((",
        "NYSE: A, A, ",
        "Best Buy ",
    ],
)
def test_repetition_costs_no_more_than_its_length(piece: str) -> None:
    text = (piece * 70_000)[:65_536]
    began = time.thread_time()
    FINDER.find(Tokens(text), Tokens(text))
    assert time.thread_time() - began < 3


_PIECES = st.sampled_from(
    ["Apple", "Target", "Nvidia", "Ford Motor", "AT&T", "J&J", "(NYSE: F)", "$TSLA", "VOD.L", "McDonald's", "Bank of",
     "America", "Inc.", "said", "shares of", ",", "and", ".", "\n", "É", "北", "’s", "Tim", "(AAPL)", "CIK 320193"]
)  # fmt: skip


@settings(deadline=None)
@given(
    st.lists(_PIECES, max_size=30).map(" ".join), st.lists(_PIECES | st.text(max_size=5), max_size=40).map("".join)
)
def test_mentions_of_any_text_lie_in_it_in_order_and_are_of_known_companies(title: str, body: str) -> None:
    found = read(title, body)
    last = ("title", -1)
    for mention in found.mentions:
        text = title if mention.field == "title" else body
        assert 0 <= mention.start < mention.end <= len(text)
        assert FINDER.company(mention.company) is not None
        if mention.field == last[0]:
            assert mention.start > last[1]
        last = (mention.field, mention.start)
    assert read(title, body) == found
