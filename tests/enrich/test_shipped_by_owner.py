"""Whose an outage is and what becomes of an IPO, by the shipped event types."""

from __future__ import annotations

import pytest

from tests.enrich.test_shipped_types import Reader

READER = Reader()


@pytest.mark.parametrize(
    ("title", "issuer"),
    [
        ("[TSMC] fire halts production of [Nvidia] chips", "TSMC"),
        ("Fire at [TSMC] plant halts production of [Nvidia] chips", "TSMC"),
        ("[Nvidia] says fire at [TSMC] fab halts production", "TSMC"),
        ("Blast at [Kestrel]'s smelter stops output for [Alder]", "Kestrel"),
        ("[Kestrel] halts production at plant after fire at supplier [Alder]", "Kestrel"),
        ("Flood shuts [Kestrel] mine", "Kestrel"),
        ("[Kestrel] cloud outage takes down [Alder] app", "Kestrel"),
        ("Outage hits [Kestrel], customers locked out of service", "Kestrel"),
    ],
)
def test_an_outage_is_of_who_owns_what_burns_or_stands_still(title: str, issuer: str) -> None:
    parties = READER.read(title)["outage"].parties
    assert [(party.company, party.role) for party in parties] == [(issuer, "issuer")]


def test_an_outage_of_somebody_unknown_is_not_one_of_whose_chips_are_made_there() -> None:
    assert READER.read("Fire at Quillon plant halts production of [Nvidia] chips")["outage"].parties == []


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("[Lumen Labs] pulls planned IPO, citing weak markets", "withdrawn"),
        ("[Lumen Labs] cancels its initial public offering", "withdrawn"),
        ("[Lumen Labs] drops IPO plans", "withdrawn"),
        ("[Lumen Labs] delays IPO to next year", "postponed"),
        ("[Lumen Labs] prices IPO at $21 a share", "priced"),
        ("[Lumen Labs] files for IPO", None),
    ],
)
def test_an_ipo_that_is_called_off_or_waits_is_of_its_own_kind(title: str, kind: str | None) -> None:
    found = READER.read(title)["ipo"]
    assert found.kind == kind
    assert [(party.company, party.role) for party in found.parties] == [("Lumen Labs", "issuer")]


@pytest.mark.parametrize(
    "title",
    [
        "Kestrel profit-booking drags shares down 3 per cent",
        "Oil falls 0.35 per cent on profit-booking",
    ],
)
def test_profits_that_are_booked_at_the_exchange_are_no_results(title: str) -> None:
    assert "results" not in READER.read(title)


@pytest.mark.parametrize(
    "title",
    [
        "[Kestrel] to buy back two million shares",
        "An opportunity to buy into software firms: fund",
        "We buy from solar developers",
    ],
)
def test_who_buys_shares_back_or_goods_from_a_firm_takes_nobody_over(title: str) -> None:
    assert "acquisition" not in READER.read(title)
