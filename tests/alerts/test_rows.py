"""An alert as the journal carries it: enough to list, search and count it by later, and no more."""

from __future__ import annotations

import msgspec

from alertd.alerts.rows import CARD_CHANGES, CARD_MATCHES, CARD_QUOTE, CARD_QUOTES, card, row
from alertd.model import Evidence, Rights, TouchedHolding
from tests.alerts.living import TITLE, match, state


def quoting(text: str, rule: str = "lease", rights: Rights | None = None) -> dict[str, object]:
    found = Evidence(field="body", start=0, end=len(text), quote=text)
    return card(state(matches=[match(rule, evidence=[found], rights=rights)]))


def test_a_card_is_the_row_of_a_list_without_who_was_told_and_with_what_it_is_about() -> None:
    listed, carried = row(state(desk="ai")), card(state(desk="ai"))
    assert set(listed) - set(carried) == {"told", "waits_for"}
    assert {name: carried[name] for name in listed if name in carried} == {
        name: value for name, value in listed.items() if name in carried
    }
    assert set(carried) - set(listed) == {
        "subject", "sources", "event", "companies", "matches", "changes", "quotes",
    }  # fmt: skip
    assert (carried["title"], carried["event"], carried["desk"]) == (TITLE, "ev_a", "ai")


def test_a_card_is_json_as_it_stands() -> None:
    carried = quoting("a lease")
    assert msgspec.json.decode(msgspec.json.encode(carried)) == carried


def test_a_card_names_companies_and_holdings_once_as_the_newest_match_has_them() -> None:
    old = match(company="vega", companies=["vega", "lumen"], holdings=[TouchedHolding(company="vega", weight=0.02)])
    new = match("other", company="lumen", holdings=[TouchedHolding(company="vega", label="VGRD", weight=0.03)])
    carried = card(state(matches=[old, new]))
    assert carried["companies"] == ["vega", "lumen"]
    assert carried["holdings"] == [
        {"company": "vega", "label": "VGRD", "weight": 0.03, "named": False, "path": [], "impact": None}
    ]


def test_a_card_stays_small_however_long_the_alert_lives() -> None:
    words = [Evidence(field="title", start=0, end=9, quote=f"{n} " + "word " * 100) for n in range(50)]
    long = state(revision=90, matches=[match(f"rule-{n}", evidence=words) for n in range(50)])
    carried = card(long)
    assert (len(carried["changes"]), len(carried["matches"])) == (CARD_CHANGES, CARD_MATCHES)
    assert carried["changes"][-1] == "news 90"
    assert carried["matches"][-1]["rule"] == "rule-49"
    assert len(carried["quotes"]) == CARD_QUOTES
    assert max(len(quote) for quote in carried["quotes"]) == CARD_QUOTE


def test_a_card_quotes_what_is_free_and_nothing_of_a_source_whose_rights_are_limited() -> None:
    assert quoting("a lease")["quotes"] == ["a lease"]
    assert quoting("a lease", rights=Rights(keep_body_s=60))["quotes"] == []
    assert quoting("a lease", rights=Rights(export=False))["quotes"] == []
