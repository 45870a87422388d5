"""Schedules 13D and 13G: who holds how much of whom, from XML and from the cover pages before it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertd.errors import ParseFailed
from alertd.rules.facts import FACTS, rows_of, wrong_kind
from alertd.sources.beneficial_facts import facts_of, read_schedule, title_of
from alertd.sources.forms import read_form
from tests.sources.form_documents import (
    as_cells,
    as_html,
    cover,
    page,
    person_13d,
    schedule_13d,
    schedule_13g,
    submission,
)


def facts(body: bytes | str) -> dict[str, Any]:
    return facts_of(read_schedule(body.encode() if isinstance(body, str) else body))


def title(body: bytes | str) -> str:
    return title_of(read_schedule(body.encode() if isinstance(body, str) else body))


def test_a_new_13d_says_who_holds_how_much_of_whom_and_what_for() -> None:
    said = facts(schedule_13d(purpose="To seek seats on the board.\n\nAnd more."))
    assert said["form"] == "SCHEDULE 13D"
    assert said["amendment"] is False
    assert (said["subject"], said["subject_cik"]) == ("Vega Grid Corp", "0001999100")
    assert (said["filer"], said["percent"], said["shares"]) == ("Irongate Partners LP", 6.2, 3100000)
    assert said["event_date"] == "2026-05-04"
    assert said["purpose"] == "To seek seats on the board. And more."
    assert said["holders"][0]["types"] == ["PN"]
    assert said["holders"][0]["shared_voting"] == 3100000
    assert "five_or_less" not in said


def test_cusip_numbers_are_left_out() -> None:
    for body in (schedule_13d(), cover().encode()):
        assert "000000AA0" not in json.dumps(facts(body))


def test_a_13g_has_other_names_for_the_same() -> None:
    said = facts(schedule_13g())
    assert (said["filer"], said["percent"], said["shares"]) == ("Larkspur Index Advisers", 7.4, 3700000)
    assert (said["event_date"], said["rule"]) == ("2025-12-31", "13d-1(b)")
    assert said["holders"][0]["sole_voting"] == 10
    assert "purpose" not in said


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (schedule_13d(), "Irongate Partners LP reports 6.2 % of Vega Grid Corp, first 13D"),
        (schedule_13g(), "Larkspur Index Advisers reports 7.4 % of Vega Grid Corp, first 13G"),
        (
            schedule_13g("4.1", form="SCHEDULE 13G/A", ceased="Y"),
            "Larkspur Index Advisers reports 4.1 % of Vega Grid Corp, no longer over 5 %, 13G amended",
        ),
        (
            schedule_13g("0", form="SCHEDULE 13G/A", ceased="Y"),
            "Larkspur Index Advisers reports to hold no more of Vega Grid Corp, 13G amended",
        ),
        (
            schedule_13d(
                form="SCHEDULE 13D/A",
                number="4",
                stake="The stake rose from approximately 5.1% to 6.2% of the class.",
            ),
            "Irongate Partners LP reports 6.2 % of Vega Grid Corp, up from 5.1 %, 13D amended (no. 4)",
        ),
        (
            schedule_13d(person_13d("A LP"), person_13d("B LLC"), person_13d("Jane Doe", kind="IN")),
            "A LP and 2 others report 6.2 % of Vega Grid Corp, first 13D",
        ),
    ],
)
def test_the_sentence_says_what_is_reported(body: bytes, said: str) -> None:
    assert title(body) == said


# --- what all hold together -----------------------------------------------------------------------------------


def test_the_same_shares_reported_three_times_are_not_added() -> None:
    said = facts(schedule_13d(person_13d("A LP"), person_13d("B LLC"), person_13d("Jane Doe")))
    assert (said["percent"], said["together"]) == (6.2, "same")
    assert len(said["holders"]) == 3


def test_what_the_form_says_of_all_together_is_a_row_of_its_own() -> None:
    said = facts(
        schedule_13d(
            person_13d("A Inc", "4.04", "1211530"),
            person_13d("B LLC", "0.71", "212400"),
            person_13d("C Foundation", "0.26", "78200"),
            stake="The aggregate number of shares that this relates to is 1,502,130, representing 5.01% of it.",
        )
    )
    assert (said["percent"], said["shares"], said["together"]) == (5.01, 1502130, "stated")
    assert said["holders"][0] == {
        "filer": ["A Inc", "B LLC", "C Foundation"],
        "group": True,
        "percent": 5.01,
        "shares": 1502130,
    }


def test_who_must_report_only_together_is_added_up() -> None:
    said = facts(schedule_13d(person_13d("A", "4.5", "450"), person_13d("B", "3", "300")))
    assert (said["percent"], said["shares"], said["together"]) == (7.5, 750, "computed")


def test_the_largest_share_stands_for_a_fund_and_who_controls_it() -> None:
    said = facts(schedule_13d(person_13d("A LP", "6.2"), person_13d("Jane Doe", "7.9", "3950000")))
    assert (said["filer"], said["percent"], said["together"]) == ("Jane Doe", 7.9, "largest")


def test_a_stated_total_outside_of_what_is_possible_is_not_believed() -> None:
    for stated in ("25%", "3%"):
        said = facts(
            schedule_13d(person_13d("A", "6"), person_13d("B", "7", "9"), stake=f"Together they hold {stated}.")
        )
        assert (said["percent"], said["together"]) == (7, "largest")


# --- change ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stake", "before"),
    [
        ("decreased from 9.1% to 6.2% of the class", 9.1),
        ("decreased from 9.1 percent of the class to approximately 6.2 percent", 9.1),
        ("as compared with the previously reported 7.75%", 7.75),
        ("from 2.0% to 3.0% of another class", None),
        ("holds 6.2%", None),
    ],
)
def test_the_change_is_the_difference_to_what_an_amendment_says_of_before(stake: str, before: float | None) -> None:
    said = facts(schedule_13d(form="SCHEDULE 13D/A", stake=stake))
    assert said.get("percent_before") == before
    assert said.get("change") == (None if before is None else pytest.approx(6.2 - before))


def test_a_first_form_has_no_change() -> None:
    assert "change" not in facts(schedule_13d(stake="rose from 5.1% to 6.2%"))


# --- cover pages of text and HTML -----------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [str, as_html, as_cells], ids=["text", "html", "cells"])
def test_cover_pages_say_the_same_as_xml(shape: Any) -> None:
    text = cover(
        page("Irongate Partners LP"),
        page("Jane Doe", "3,950,000", "7.9%", "IN, HC"),
        number="2",
        purpose="The persons seek seats on the board.",
        stake="The stake decreased from 9.1% to 7.9%.",
    )
    said = facts(shape(text))
    assert (said["form"], said["amendment"], said["amendment_number"]) == ("SCHEDULE 13D/A", True, 2)
    assert (said["subject"], said["security"]) == ("VEGA GRID CORP", "Common Stock, par value $0.01")
    assert said["event_date"] == "2022-03-04"
    assert [(one["filer"], one["percent"], one["shares"], one["types"]) for one in said["holders"]] == [
        ("Irongate Partners LP", 6.2, 3100000, ["PN"]),
        ("Jane Doe", 7.9, 3950000, ["IN", "HC"]),
    ]
    assert said["holders"][0]["sole_voting"] == 0
    assert said["holders"][0]["shared_disposal"] == 3100000
    assert said["purpose"] == "The persons seek seats on the board."
    assert said["change"] == pytest.approx(-1.2)


def test_a_first_13d_of_text_is_no_amendment() -> None:
    assert facts(cover())["amendment"] is False


@pytest.mark.parametrize(
    ("share", "percent"),
    [("6.2%", 6.2), ("6.2", 6.2), ("6.20 % (1)", 6.2), ("-0-", 0), ("None", 0), ("See Item 5", None), ("640%", None)],
)
def test_a_percent_is_read_as_filers_write_it(share: str, percent: float | None) -> None:
    assert facts(cover(page("A LP", share=share)))["holders"][0]["percent"] == percent


def test_the_header_of_a_submission_names_form_and_subject() -> None:
    header = (
        "SUBJECT COMPANY:\n\tCOMPANY DATA:\n\t\tCOMPANY CONFORMED NAME:\t\tVEGA GRID CORP /DE/\n"
        "\t\tCENTRAL INDEX KEY:\t\t0001999100\nFILED BY:\n\t\tCOMPANY CONFORMED NAME:\t\tIRONGATE\n"
    )
    said = facts(submission("SC 13D/A", cover(), header=header))
    assert (said["form"], said["subject"], said["subject_cik"]) == (
        "SCHEDULE 13D/A",
        "VEGA GRID CORP /DE/",
        "0001999100",
    )


def test_a_13g_without_rows_is_read_from_its_items() -> None:
    text = """SCHEDULE 13G
Item 1(a) Name of Issuer: Vega Grid Corp
Item 2(a) Name of Person Filing: Larkspur Trust Company
Item 4. Ownership
(a) Amount beneficially owned: 2,100,000
(b) Percent of class: 5.4%
"""
    said = facts(text)
    assert (said["subject"], said["filer"], said["percent"], said["shares"]) == (
        "Vega Grid Corp",
        "Larkspur Trust Company",
        5.4,
        2100000,
    )


@pytest.mark.parametrize(("tick", "ceased"), [("[X]", True), ("[ x ]", True), ("\u2612", True), ("[ ]", None)])
def test_the_boxes_of_a_13g_are_read(tick: str, ceased: bool | None) -> None:
    text = cover(page("A LP", share="4.4%"), number="3").replace("SCHEDULE 13D", "SCHEDULE 13G")
    text = text.replace("Item 1.", f"{tick} Rule 13d-1(b)\n[ ] Rule 13d-1(c)\nItem 1.", 1)
    text += (
        "Item 5. If this statement is filed to report that the person has ceased to be the owner of more than five"
        f"\npercent of the class of securities, check the following {tick}."
    )
    said = facts(text)
    assert said["form"] == "SCHEDULE 13G/A"
    assert said.get("rule") == ("13d-1(b)" if ceased else None)
    assert said["five_or_less"] is True  # by its tick, or as an amendment with 4.4 %
    assert read_schedule(text.encode()).five_or_less is bool(ceased)


# --- bad input ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("share", ["106.3", "-1", "abc", "1e1"])
def test_a_percent_that_is_not_possible_is_not_stated_and_told(share: str) -> None:
    said = facts(schedule_13d(person_13d("A LP", share)))
    assert said["holders"][0]["percent"] is None
    assert "percent" not in said
    assert "not possible" in said["notes"][0]


def test_a_holder_without_a_percent_does_not_get_that_of_all() -> None:
    said = facts(schedule_13d(person_13d("A LP"), person_13d("B LP", "")))
    assert [one["percent"] for one in rows_of(said)] == [6.2, None]


def test_a_day_that_does_not_exist_is_not_stated() -> None:
    assert "event_date" not in facts(schedule_13d(event="02/30/2026"))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b"hello", "names neither"),
        (schedule_13d()[:-30], "cut off"),
        (schedule_13d(form="D/A"), "no Schedule 13D or 13G"),
        (schedule_13d().replace(b"Vega Grid Corp", b""), "no company"),
        (schedule_13d().replace(b"Irongate Partners LP", b" "), "no holder"),
        (schedule_13d().replace(b"</coverPageHeader>", b""), "malformed"),
        (b"SCHEDULE 13D\nVega\n(Name of Issuer)", "no holder"),
    ],
    ids=range(8),
)
def test_what_is_no_schedule_is_refused_in_words(body: bytes, reason: str) -> None:
    with pytest.raises(ParseFailed, match=reason):
        read_schedule(body)


def test_every_fact_has_the_type_that_conditions_read() -> None:
    for body in (schedule_13d(purpose="x"), schedule_13g(), cover().encode()):
        for one in rows_of(facts(body)):
            assert {name: reason for name in FACTS if (reason := wrong_kind(name, one.get(name)))} == {}


def test_sc_13d_is_read_as_schedule_13d() -> None:
    assert read_form("SC 13D", schedule_13d()).facts["form"] == "SCHEDULE 13D"
    with pytest.raises(ParseFailed, match="filed as SC 13G"):
        read_form("SC 13G", schedule_13d())


_FLOODS = {
    "captions": "NAMES OF REPORTING PERSONS\n" * 15_000,
    "pages": page("A LP") * 400,
    "digits": "13G percent of class: " + "9" * 400_000,
    "open brackets": "SCHEDULE 13G " + "(" * 400_000,
    "spaces": "SCHEDULE 13D item 4 purpose of" + " \n" * 200_000,
    "from": "SCHEDULE 13D/A item 5 interest in securities of the issuer " + "from 5% and together " * 20_000,
    "tags": "<html><p>SCHEDULE 13D" + "<p a='" * 60_000,
}


@pytest.mark.parametrize("flood", _FLOODS.values(), ids=_FLOODS)
def test_floods_end_in_facts_or_a_refusal(flood: str) -> None:
    for text in (flood, cover() + flood, cover(stake=flood, purpose=flood)):
        try:
            form = read_schedule(text.encode())
        except ParseFailed:
            continue
        json.dumps(facts_of(form), allow_nan=False)
        assert len(form.holders) <= 200


@given(st.binary(max_size=400))
def test_any_bytes_are_refused(body: bytes) -> None:
    with pytest.raises(ParseFailed):
        read_schedule(body)


_BODIES = [schedule_13d(purpose="Board.", stake="together 7%"), schedule_13g(), cover().encode()]


@given(st.sampled_from(_BODIES), st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=6)), max_size=5))
def test_a_damaged_schedule_is_facts_or_refused(body: bytes, damage: list[tuple[float, bytes]]) -> None:
    changed = bytearray(body)
    for share, put in damage:
        place = int(share * (len(body) - 1))
        changed[place : place + len(put)] = put
    try:
        form = read_schedule(bytes(changed))
    except ParseFailed:
        return
    said = facts_of(form)
    json.dumps(said, allow_nan=False)
    assert all(0 <= one["percent"] <= 100 for one in said["holders"] if one["percent"] is not None)
    assert "\n" not in title_of(form)
