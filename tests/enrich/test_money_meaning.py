"""What an amount is and whose: cases that headlines once got wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertd.enrich.draft import READ
from alertd.enrich.money import add_money
from alertd.model import Amount
from tests.enrich.making import understood


def amounts(title: str, body: str = "") -> list[Amount]:
    return understood(add_money, title, body).amounts


@pytest.mark.parametrize(
    ("text", "role", "of"),
    [
        ("Tidewater bought by Harbor Robotics for $27.7 billion", "deal_value", "tidewater"),
        ("Tidewater to be acquired by Harbor Robotics for $28 billion", "deal_value", "tidewater"),
        ("Harbor Robotics completes $43 billion acquisition of Tidewater", "deal_value", "tidewater"),
        ("Harbor Robotics in $43 billion deal to buy Tidewater", "deal_value", "tidewater"),
        ("Harbor Robotics will pay $229 per share in cash for Tidewater", "per_share", "tidewater"),
        ("Harbor Robotics to buy Tidewater for $229 in cash per Tidewater share", "per_share", "tidewater"),
        ("Tidewater shareholders will receive $229 per share from Harbor Robotics", "per_share", "tidewater"),
        ("Harbor Robotics to buy sensor developer Quillon for up to $7.3bn", "deal_value", None),
        ("Harbor Robotics clinches $7.3bn deal for sensor startup", "deal_value", None),
        ("Harbor Robotics's acquisition of Quillon for $7.3bn", "deal_value", None),
        ("Quillon to be bought by Harbor Robotics for $7.3bn", "deal_value", None),
        ("Harbor Robotics offers $47.50 a share in cash for Quillon", "per_share", None),
        ("Harbor Robotics agreed to be sold for $5bn", "deal_value", "harbor"),
        ("Anthropic orders Northwind chips worth $40 billion", "deal_value", None),
        ("Northwind wins order for 65 aircraft worth $40 billion", "deal_value", "northwind"),
        ("Anthropic to buy more Northwind 777X aircraft worth $40 billion at the air show", "deal_value", None),
    ],
)
def test_what_is_paid_in_a_deal_is_of_who_is_bought_and_of_nobody_where_that_is_not_known(
    text: str, role: str, of: str | None
) -> None:
    (found,) = amounts(text)
    assert (found.role, found.of) == (role, of)


@pytest.mark.parametrize(
    ("text", "role", "of"),
    [
        ("Harbor Robotics wins a $5 million fine of Northwind", "penalty", "northwind"),
        ("SpaceX wins $634 million verdict against Northwind in rocket patent case", "penalty", "northwind"),
        ("SpaceX wins $634m in damages from Northwind", "penalty", "northwind"),
        ("SpaceX won a $634m verdict", "penalty", None),
        ("Northwind ordered to pay SpaceX $634 million in patent case", "penalty", "northwind"),
        ("Jury orders Northwind to pay SpaceX $634 million", "penalty", "northwind"),
        ("Jury says Northwind must pay SpaceX $634 million", "penalty", "northwind"),
        ("Northwind ordered to pay $966 million in talc cancer case", "penalty", "northwind"),
        ("Northwind ordered to pay $966 million after jury finds company liable", "penalty", "northwind"),
        ("Northwind to pay staff $90 million", "cost", "northwind"),
        ("Northwind settles climate suit for $600m", "settlement", "northwind"),
        ("Northwind settles dispute over stake purchase for $600m", "settlement", "northwind"),
        ("Northwind settles dispute and sells mine for $600m", "deal_value", "northwind"),
        ("Northwind sees tariff hit of up to $1.75bn", "charge", "northwind"),
        ("Northwind warns on sales, sees tariff hit of up to $1.75bn", "charge", "northwind"),
        ("Northwind takes $1.6 billion hit from pullback", "charge", "northwind"),
        ("Northwind sales hit $5bn", "revenue", "northwind"),
        ("Northwind has revenue of $5bn hit a record", "revenue", "northwind"),
    ],
)
def test_a_fine_a_settlement_or_a_hit_is_of_who_pays(text: str, role: str, of: str | None) -> None:
    (found,) = amounts(text)
    assert (found.role, found.of) == (role, of)


def test_equity_value_in_a_purchase_is_of_who_is_bought() -> None:
    price, value = amounts(
        "Harbor Robotics to buy Tidewater for $157 per share, representing about $28 billion in equity value"
    )
    assert (price.role, price.of) == ("per_share", "tidewater")
    assert (value.role, value.of) == ("valuation", "tidewater")


def test_a_total_is_never_per_share_because_the_figure_before_it_was() -> None:
    share, total = amounts("Northwind earned $1.30 per diluted share, compared with $19.3 billion")
    assert share.per == "share"
    assert (total.low, total.per, total.role) == (19.3e9, None, None)


@pytest.mark.parametrize(
    ("said", "role"),
    [
        ("Net income was $31.9 billion.", "profit"),
        ("Revenue came to $31.9 billion.", "revenue"),
        ("Net loss was $31.9 billion.", "loss"),
        ("The impairment charge was $31.9 billion.", "charge"),
        ("A dividend of $31.9 billion was declared.", "dividend"),
    ],
)
def test_results_in_an_item_about_one_company_are_of_that_company(said: str, role: str) -> None:
    (found,) = amounts("Northwind reports results", said)
    assert (found.role, found.of) == (role, "northwind")
    (open_one,) = amounts("Northwind and SpaceX report results", said)
    assert open_one.of is None


def test_what_an_industry_earns_is_not_of_the_only_company() -> None:
    (found,) = amounts("Northwind reports results", "Global chip sales were $600 billion.")
    assert (found.role, found.of) == ("revenue", None)


@pytest.mark.parametrize(
    "text",
    [
        "Northwind's quarterly EPS guidance up from $2.52 to $2.62",
        "Northwind lifts its guidance range up from $2.52 to $2.62",
        "Northwind's earnings per share estimates are up from $2.52 to $2.62",
    ],
)
def test_up_from_one_figure_to_another_is_a_change_and_no_range(text: str) -> None:
    assert [(one.low, one.high, one.earlier) for one in amounts(text)] == [(2.52, 2.52, True), (2.62, 2.62, False)]


@pytest.mark.parametrize(
    ("text", "low", "high", "currency", "shown"),
    [
        ("純利益は3.2兆円となった", 3.2e12, 3.2e12, "JPY", "3.2兆円"),
        ("同社は400億ドルを投資", 400e8, 400e8, "USD", "400億ドル"),
        ("同社は5000億円を投資", 5000e8, 5000e8, "JPY", "5000億円"),
        ("営業利益は3兆2000億円", 3.2e12, 3.2e12, "JPY", "3兆2000億円"),
        ("営業利益は3兆2,000億5000万円", 3_200_050_000_000, 3_200_050_000_000, "JPY", "3兆2,000億5000万円"),
        ("料金は1万2000円", 12_000, 12_000, "JPY", "1万2000円"),
        ("約3〜4兆円の投資", 3e12, 4e12, "JPY", "3〜4兆円"),
        ("投资3800亿元", 3800e8, 3800e8, "CNY", "3800亿元"),
        ("市值3.5万亿美元", 3.5e12, 3.5e12, "USD", "3.5万亿美元"),
        ("삼성 3조2000억원 투자", 3.2e12, 3.2e12, "KRW", "3조2000억원"),
    ],
)
def test_east_asian_figures_are_read_where_no_blank_parts_them_from_the_words(
    text: str, low: float, high: float, currency: str, shown: str
) -> None:
    (found,) = amounts(text)
    assert (found.low, found.high, found.currency) == (low, high, currency)
    (place,) = found.evidence
    assert text[place.start : place.end] == shown


@pytest.mark.parametrize("text", ["第5世代の製品", "3兆5兆", "2026年3月", "東京2020大会"])
def test_east_asian_numbers_without_a_currency_are_no_money(text: str) -> None:
    assert amounts(text) == []


def test_a_figure_that_the_end_of_what_is_read_cuts_is_not_taken_for_a_smaller_one() -> None:
    head = "word " * (READ // 5)
    body = head[: READ - len("for $4")] + "for $47.50 per share"
    assert body[:READ].endswith("for $4")
    assert amounts("x", body) == []


FIGURE = st.decimals(min_value=1, max_value=99_999, places=2)
AROUND = st.text(alphabet="$€,. -–()/abto0123456789%\n", max_size=40)


@given(FIGURE, AROUND, AROUND)
def test_a_place_of_money_never_ends_inside_a_number(figure: object, before: str, behind: str) -> None:
    text = f"{before} paid ${figure} per share {behind}"
    for amount in amounts("x", text):
        for one in amount.evidence:
            tail = text[one.end : one.end + 2]
            assert not tail[:1].isdigit(), (text, one)
            assert not (tail[:1] in {".", ","} and tail[1:].isdigit() and text[one.end - 1].isdigit()), (text, one)
