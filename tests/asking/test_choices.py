"""What the form of the list offers."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from alertd.asking import choices as module
from alertd.asking.caller import NOBODYS
from alertd.asking.choices import choices_of
from alertd.asking.in_force import Setup
from alertd.rules.loader import load_rules
from alertd.rules.places import kept_rules
from tests.asking.test_in_force import in_force, written

LEASE = "event_type: lease\ntitle: A lease\nwhen: {title: lease}\n"


async def test_of_the_portfolios_that_somebody_sees_it_offers_what_is_in_them(tmp_path: Path) -> None:
    (tmp_path / "rules/event-types").mkdir(parents=True)
    (tmp_path / "rules/event-types/lease.yaml").write_text(LEASE)
    there = in_force(tmp_path, written(tmp_path, "T"))
    mine = [one for one in there.names.all() if one.desk == "ai"]
    found = await choices_of(there, mine, "ai")
    assert (found.rules, found.companies) == ({"r": "R"}, {})
    assert found.sources == {"own": "feed", "wire": "feed"}
    assert found.event_types == {"lease": "A lease"}
    assert (await choices_of(there, [], NOBODYS)).sources == {"wire": "feed"}


async def test_a_company_that_is_held_is_offered_with_its_name_and_its_ticker(tmp_path: Path) -> None:
    written(tmp_path, "T")
    mine = tmp_path / "rules/portfolios/ai.yaml"
    held = "holdings: [{ticker: MSFT, weight: 5%}, {company: vega, weight: 2%}]\n"
    mine.write_text(mine.read_text() + held)
    (tmp_path / "rules/companies").mkdir()
    (tmp_path / "rules/companies/c.yaml").write_text("companies: [{id: vega, name: Vega Grid}]\n")
    book = load_rules(tmp_path / "rules").book
    kept_rules(tmp_path / "var").keep(book, 3_600)
    there = in_force(tmp_path, book)
    found = await choices_of(there, there.names.all(), None)
    assert found.companies == {"MSFT": "Microsoft (MSFT)", "Vega Grid": "Vega Grid"}


async def test_a_portfolio_of_which_too_much_would_be_read_offers_nothing(tmp_path: Path) -> None:
    there = in_force(tmp_path, written(tmp_path, "T"))
    large = [replace(one, rules=module.MOST_READ + 1) for one in there.names.all()]
    found = await choices_of(there, large, None)
    assert (found.rules, list(found.sources)) == ({}, ["own", "wire"])


async def test_each_kind_is_cut_and_rules_that_cannot_be_read_leave_sources(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = in_force(tmp_path, written(tmp_path, "T"))
    monkeypatch.setattr(module, "MOST", 1)
    found = await choices_of(there, there.names.all(), None)
    assert found.sources == {"own": "feed"}
    gone = in_force(tmp_path / "elsewhere", written(tmp_path / "elsewhere", "T"))
    gone.serve(Setup(gone.reach, "gone"), gone.names.all())
    assert (await choices_of(gone, gone.names.all(), None)).rules == {}
