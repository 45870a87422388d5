"""Forms 3, 4 and 5: what they say becomes facts that rules ask for."""

from __future__ import annotations

import json
import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertd.errors import ParseFailed
from alertd.rules.facts import FACTS, rows_of, wrong_kind
from alertd.sources.forms import FormFacts, has_facts, raw_address, read_form
from alertd.sources.ownership import read_ownership
from alertd.sources.ownership_facts import facts_of, title_of
from alertd.sources.person_names import natural_name
from tests.sources.form_documents import holding, owner, ownership, submission, trade


def facts(body: bytes) -> dict[str, Any]:
    return facts_of(read_ownership(body))


def title(body: bytes) -> str:
    return title_of(read_ownership(body))


def row(body: bytes) -> dict[str, Any]:
    found: dict[str, Any] = facts(body)["transactions"][0]
    return found


def test_a_sale_says_who_sold_what_for_how_much() -> None:
    said = facts(ownership(trade()))
    assert said["issuer"] == "Vega Grid Corp"
    assert said["ticker"] == "VGRD"
    assert said["issuer_cik"] == "0001999100"
    assert said["insider"] == "DOE JANE"
    assert said["insider_cik"] == "0001999001"
    assert said["insider_is"] == ["officer"]
    assert said["officer_title"] == "CFO"
    assert said["amendment"] is False
    assert said["transactions"] == [
        {
            "security": "Common Stock",
            "derivative": False,
            "code": "S",
            "date": "2026-03-04",
            "acquired": False,
            "shares": 12000,
            "price": 15.2,
            "value": 182400,
            "shares_after": 88000,
            "direct": True,
            "plan_10b5_1": False,
        }
    ]
    assert said["net_bought"] == {"shares": -12000, "value": -182400}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            ownership(trade(), box="1"),
            "Jane Doe, CFO, sold 12,000 shares of Vega Grid Corp at $15.20 ($182k), under a 10b5-1 plan",
        ),
        (
            ownership(trade("P", "1000", "20", acquired="A")),
            "Jane Doe, CFO, bought 1,000 shares of Vega Grid Corp at $20.00 ($20k)",
        ),
        (
            ownership(trade(shares="100", price="10"), trade(shares="300", price="12")),
            "Jane Doe, CFO, sold 400 shares of Vega Grid Corp at $11.50 on average ($4.6k)",
        ),
        (
            ownership(trade("M", "10", "1", acquired="A"), trade("S", "10", "9"), trade("F", "3", "9")),
            "Jane Doe, CFO, sold 10 shares of Vega Grid Corp at $9.00 ($90)",
        ),
        (ownership(trade("G", "500", "0")), "Jane Doe, CFO, gave away 500 shares of Vega Grid Corp"),
        (
            ownership(trade("A", "500", "0", acquired="A", derivative=True)),
            "Jane Doe, CFO, was granted 500 derivatives on Vega Grid Corp",
        ),
        (ownership(holding(), form="3"), "Jane Doe, CFO, holds 5,000 shares of Vega Grid Corp, first statement"),
        (
            ownership(form="3", more="<noSecuritiesOwned>1</noSecuritiesOwned>"),
            "Jane Doe, CFO, holds no shares of Vega Grid Corp, first statement",
        ),
        (
            ownership(
                trade("G", "5", "0"),
                form="5/A",
                more="<dateOfOriginalSubmission>2026-02-02</dateOfOriginalSubmission>",
            ),
            "Jane Doe, CFO, gave away 5 shares of Vega Grid Corp, yearly statement, amending the form of 2026-02-02",
        ),
        (
            ownership(trade("P", "9", "2", acquired="A"), trade("S", "4", "3")),
            "Jane Doe, CFO, bought 9 shares of Vega Grid Corp at $2.00 ($18), and sold 4 at $3.00 ($12)",
        ),
        (
            ownership(trade(), owners=[owner("Irongate Fund LP", ticks="ten", title=""), owner("Irongate GP LLC")]),
            "Irongate Fund LP and 1 other, 10 % owner, sold 12,000 shares of Vega Grid Corp at $15.20 ($182k)",
        ),
    ],
)
def test_the_sentence_says_what_happened(body: bytes, said: str) -> None:
    assert title(body) == said


def test_an_amendment_says_what_it_amends() -> None:
    said = facts(
        ownership(trade(), form="4/A", more="<dateOfOriginalSubmission>2026-03-01</dateOfOriginalSubmission>")
    )
    assert (said["amendment"], said["amends"]) == (True, "2026-03-01")


def test_several_who_file_together_are_all_named() -> None:
    said = facts(ownership(trade(), owners=[owner("A LP", ticks="ten"), owner("DOE JANE", ticks="director")]))
    assert said["insider"] == ["A LP", "DOE JANE"]
    assert said["insider_is"] == ["ten_percent_owner", "director"]
    assert [one["name"] for one in said["insiders"]] == ["A LP", "DOE JANE"]


# --- prices ---------------------------------------------------------------------------------------------------


def test_a_gift_has_a_value_of_zero() -> None:
    assert (row(ownership(trade("G", "500", "0")))["price"], row(ownership(trade("G", "500", "0")))["value"]) == (
        0,
        0,
    )


def test_a_price_that_stands_only_in_a_footnote_is_read_and_marked() -> None:
    body = ownership(
        trade(price=None, price_notes=["F1"]), footnotes={"F1": "Sold at a price of $15.25 per share on that day."}
    )
    assert row(body)["price"] == 15.25
    assert row(body)["price_in_footnote"] is True
    assert row(body)["value"] == 183000


@pytest.mark.parametrize(
    "text",
    [
        "Sold at $15.20 per share and at $15.30 per share.",
        "The price will be reported by an amendment.",
        "Held by the trust.",
    ],
)
def test_of_several_prices_or_none_in_a_footnote_none_is_taken(text: str) -> None:
    found = row(ownership(trade(price=None, price_notes=["F1"]), footnotes={"F1": text}))
    assert "price" not in found
    assert "value" not in found


def test_a_range_of_prices_is_kept_beside_the_average() -> None:
    text = "The price is the weighted average of trades at prices ranging from $15.10 to $15.31, inclusive."
    found = row(ownership(trade(price_notes=["F1"]), footnotes={"F1": text}))
    assert (found["price"], found["price_low"], found["price_high"]) == (15.2, 15.1, 15.31)


def test_the_form_as_a_whole_has_no_price_that_a_row_without_one_could_get() -> None:
    said = facts(ownership(trade(price=None), trade("P", acquired="A")))
    priced = [one.get("price") for one in rows_of(said)]
    assert priced == [None, 15.2]


@pytest.mark.parametrize("price", ["abc", "-5", "1e9", "9" * 30, "(12)", "١٢"])
def test_a_price_that_is_no_figure_is_not_stated_and_told(price: str) -> None:
    said = facts(ownership(trade(price=price)))
    assert "price" not in said["transactions"][0]
    assert "no figure" in said["notes"][0]


@given(
    st.decimals(0, 10**9, places=4).map(str),
    st.decimals(0, 10**5, places=4).map(str),
)
def test_the_value_is_shares_times_price_to_the_cent(shares: str, price: str) -> None:
    trade_ = read_ownership(ownership(trade(shares=shares, price=price))).transactions[0]
    assert trade_.value is not None
    assert abs(trade_.value - Decimal(shares) * Decimal(price)) <= Decimal("0.005")


def test_totals_take_lots_of_one_kind_together_and_the_largest_is_named() -> None:
    said = facts(ownership(trade(shares="100", price="10"), trade(shares="300", price="12"), trade("F", "7", "12")))
    assert said["totals"] == [
        {
            "code": "S",
            "acquired": False,
            "derivative": False,
            "shares": 400,
            "rows": 2,
            "value": 4600,
            "price": 11.5,
        },
        {"code": "F", "acquired": False, "derivative": False, "shares": 7, "rows": 1, "value": 84, "price": 12},
    ]
    assert said["largest"]["value"] == 3600


# --- plans of Rule 10b5-1 -------------------------------------------------------------------------------------

PLAN = "Made pursuant to a Rule 10b5-1 trading plan adopted on 1 June 2025."


@pytest.mark.parametrize(
    ("box", "texts", "remarks", "plans"),
    [
        ("1", ["", ""], "", [True, True]),
        ("0", ["", ""], "", [False, False]),
        (None, ["", ""], "", [None, None]),  # before 2023: nobody says
        (None, [PLAN, ""], "", [True, None]),
        ("1", [PLAN, ""], "", [True, None]),  # the form tells which
        ("0", [PLAN, ""], "", [True, False]),
        (None, ["", ""], PLAN, [True, True]),
        ("1", ["", "Not made under a 10b5-1 plan."], "", [True, False]),
        (None, ["Sold under a 10b5\u20131 plan", "under Rule 10b-5-1(c)"], "", [True, True]),
        ("0", ["Rule 10b-5 forbids fraud", ""], "", [False, False]),
    ],
)
def test_a_plan_is_what_the_box_and_the_footnotes_say(
    box: str | None, texts: list[str], remarks: str, plans: list[bool | None]
) -> None:
    notes = {f"F{i}": text for i, text in enumerate(texts) if text}
    body = ownership(
        *(trade(notes=[key] if (key := f"F{i}") in notes else []) for i in range(2)),
        box=box,
        footnotes=notes,
        remarks=remarks,
    )
    assert [one.plan_10b5_1 for one in read_ownership(body).transactions] == plans


def test_what_is_open_of_one_transaction_is_not_stated_by_the_form_either() -> None:
    said = facts(ownership(trade(notes=["F1"]), trade(), box="1", footnotes={"F1": PLAN}))
    assert [one.get("plan_10b5_1") for one in rows_of(said)] == [True, None]
    assert said["plan_quote"] == PLAN


# --- shapes ---------------------------------------------------------------------------------------------------


def test_the_form_is_found_in_a_full_submission() -> None:
    whole = submission("4", "<XML>\n" + ownership(trade()).decode() + "</XML>")
    assert facts(whole) == facts(ownership(trade()))


def test_an_old_schema_is_read_and_leaves_open_what_it_did_not_ask() -> None:
    said = facts(ownership(trade(), box=None, schema="X0101"))
    assert said["schema"] == "X0101"
    assert "plan_10b5_1" not in said["transactions"][0]


def test_holdings_of_a_form_3_are_rows_and_beside_transactions_they_are_not() -> None:
    first = facts(ownership(holding(direct="I", nature="By trust"), holding(derivative=True), form="3"))
    assert [(one["shares"], one["direct"], one["derivative"]) for one in rows_of(first)] == [
        (5000, False, False),
        (5000, True, True),
    ]
    both = facts(ownership(trade(), holding("999999")))
    assert [one["shares"] for one in rows_of(both)] == [12000]
    assert both["holdings"][0]["shares"] == 999999


def test_every_fact_has_the_type_that_conditions_read() -> None:
    for body in (
        ownership(trade(), holding()),
        ownership(holding(), form="3"),
        ownership(trade(derivative=True), owners=[owner(), owner("X LP", ticks="ten", title="")]),
    ):
        for one in rows_of(facts(body)):
            assert {name: reason for name in FACTS if (reason := wrong_kind(name, one.get(name)))} == {}


def test_facts_are_json() -> None:
    said = facts(ownership(trade(), holding(), footnotes={"F1": "x"}))
    assert json.loads(json.dumps(said, allow_nan=False)) == said


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b"\0\0\0", "empty"),
        (b"<html><body>SEC Form 4</body></html>", "folder above"),
        (b"{}", "no `ownershipDocument`"),
        (ownership(trade())[:-200], "cut off"),
        (ownership(trade()).replace(b"</issuer>", b"</issuerr>"), "malformed"),
        (ownership(trade()).replace(b"Vega Grid", b"Vega &grid; Grid"), "malformed"),
        (ownership(trade()).replace(b"Vega Grid Corp", b""), "no issuer"),
        (ownership(trade()).replace(b"DOE JANE", b""), "no reporting owner"),
        (ownership(trade(), form="144"), "no Form 3, 4 or 5"),
        (b"<ownershipDocument>" + b"<a>" * 5_000 + b"</a>" * 5_000 + b"</ownershipDocument>", "malformed"),
        (b"<ownershipDocument>" + b"<a/>" * 1_200_000 + b"</ownershipDocument>", "not read"),
    ],
    ids=range(12),
)
def test_what_is_no_such_form_is_refused_in_words(body: bytes, reason: str) -> None:
    with pytest.raises(ParseFailed, match=reason):
        read_ownership(body)


def test_entities_are_never_declared_so_none_can_grow_or_reach_a_file() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
    with pytest.raises(ParseFailed, match="malformed"):
        read_ownership(bomb + ownership(trade(), remarks="R").replace(b"<remarks>R", b"<remarks>&f;"))
    assert facts(bomb + ownership(trade())) == facts(ownership(trade()))


def test_thousands_of_rows_are_cut_and_told() -> None:
    said = facts(ownership(*[trade()] * 3_000))
    assert len(said["transactions"]) == 200
    assert "left out" in said["notes"][-1]


def test_each_footnote_is_read_once_however_often_it_is_referred_to() -> None:
    notes = {f"F{i}": "not under 10b5-1, at $3 per share " * 110 for i in range(99)}
    started = time.process_time()
    form = read_ownership(ownership(*[trade(notes=[*notes], price_notes=[*notes])] * 200, footnotes=notes))
    assert time.process_time() - started < 5  # seconds; once for each row, it took twenty
    assert {one.plan_10b5_1 for one in form.transactions} == {False}


_BODY = ownership(
    trade(notes=["F1"], price_notes=["F1"]), holding(), footnotes={"F1": "at $3 per share, 10b5-1"}, remarks="x"
)


@given(st.binary(max_size=400))
def test_any_bytes_are_facts_or_refused(body: bytes) -> None:
    with pytest.raises(ParseFailed):
        read_ownership(body)


@given(st.lists(st.tuples(st.integers(0, len(_BODY) - 1), st.binary(min_size=1, max_size=6)), min_size=1, max_size=5))
def test_a_damaged_form_is_facts_or_refused(damage: list[tuple[int, bytes]]) -> None:
    body = bytearray(_BODY)
    for place, put in damage:
        body[place : place + len(put)] = put
    try:
        form = read_ownership(bytes(body))
    except ParseFailed:
        return
    json.dumps(facts_of(form), allow_nan=False)
    assert len(title_of(form)) <= 300


@given(st.text(max_size=300), st.text(max_size=60), st.text(max_size=60))
def test_any_words_in_the_fields_are_facts(text: str, name: str, number: str) -> None:
    clean = "".join(char for char in text if char.isprintable())
    named = "".join(char for char in name if char.isprintable()).strip() or "X"
    figures = "".join(char for char in number if char.isprintable())
    form = read_ownership(
        ownership(
            trade(shares=figures, price=figures, price_notes=["F1"]),
            owners=[owner(named, title=named)],
            footnotes={"F1": clean},
            remarks=clean,
        )
    )
    json.dumps(facts_of(form), allow_nan=False)
    assert "\n" not in title_of(form)


# --- names ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "signature", "natural"),
    [
        ("DOE JANE", "", "Jane Doe"),
        ("Doe Jane Q.", "", "Jane Q. Doe"),
        ("Doe Jane Quentin", "", "Doe Jane Quentin"),
        ("Doe Jane Quentin", "/s/ Sam Okoye, attorney-in-fact for Jane Q. Doe", "Jane Quentin Doe"),
        ("Garcia Lopez Maria", "/s/ Maria Garcia Lopez", "Maria Garcia Lopez"),
        ("van der Berg Jan", "", "van der Berg Jan"),
        ("Doe John Jr.", "", "John Doe Jr."),
        ("Irongate Partners LP", "/s/ Jane Doe", "Irongate Partners LP"),
        ("Cher", "", "Cher"),
    ],
)
def test_a_name_is_turned_where_that_is_safe(name: str, signature: str, natural: str) -> None:
    assert natural_name(name, [signature]) == natural


# --- the table of forms ---------------------------------------------------------------------------------------


def test_a_form_is_read_by_its_name() -> None:
    found = read_form("4", ownership(trade()))
    assert isinstance(found, FormFacts)
    assert found.title.startswith("Jane Doe")
    assert has_facts("4/A")
    assert has_facts("SC 13D/A")
    assert not has_facts("424B2")


def test_a_form_that_is_another_than_it_was_filed_as_is_refused() -> None:
    with pytest.raises(ParseFailed, match="filed as 3"):
        read_form("3", ownership(trade()))
    with pytest.raises(ParseFailed, match="no facts"):
        read_form("8-K", b"")


def test_the_page_that_shows_a_form_lies_below_its_xml() -> None:
    base = "https://www.sec.gov/Archives/edgar/data/1/2/"
    assert raw_address(base + "xslF345X05/form4.xml") == base + "form4.xml"
    assert raw_address(base + "form4.xml") == base + "form4.xml"
