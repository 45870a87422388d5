"""Holdings of all portfolios over many loads: read again only where something has changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from alertd.base.yaml import Node, load_yaml
from alertd.companies.model import Holdings
from alertd.companies.table import CompanyTable
from alertd.rules import held
from alertd.rules.held import HoldingsReader, Kept
from alertd.rules.holdings_files import Held, hold
from alertd.rules.holdings_memory import save_memory
from alertd.rules.part import Part
from tests.companies.make import table
from tests.rules.positions import Morning, ms, rows, ten

TABLE = table()


@pytest.fixture
def morning(tmp_path: Path) -> Morning:
    made = Morning(tmp_path, companies=TABLE)
    made.write(ten())
    return made


def part(morning: Morning, says: str = "{file: p.csv, as_of: date, stale_after: 2d}") -> Part:
    doc = load_yaml(f"portfolio: ai\nholdings: {says}\n", str(morning.folder / "ai.yaml"))
    node = doc.node(("holdings",))
    assert isinstance(node, Node)
    return Part(file=doc.file, id="ai", at=(1, 12), holdings=node)


def load(
    morning: Morning, before: dict[str, Kept] | None = None, companies: CompanyTable = TABLE, says: Part | None = None
) -> tuple[HoldingsReader, Holdings | None]:
    reader = HoldingsReader(companies, morning.memory, morning.now, before or {})
    wanted = says or part(morning)
    found = reader(wanted, wanted, "America/New_York")
    accepted = reader.kept["ai"].held.accepted
    if accepted is not None:
        save_memory(morning.memory, "ai", accepted)
    return reader, found


def test_what_has_not_changed_is_kept(morning: Morning) -> None:
    first, holdings = load(morning)
    second, again = load(morning, first.kept)
    assert second.kept["ai"] is first.kept["ai"]
    assert again is holdings
    assert HoldingsReader(TABLE, morning.memory, morning.now, second.kept).changed() == set()


def test_what_has_changed_is_read_again(morning: Morning) -> None:
    first, _ = load(morning)
    for change in ("file", "companies", "says"):
        companies = TABLE
        says = part(morning)
        if change == "file":
            morning.write(ten() + "NVDA,2%,2026-11-27\n")
        elif change == "companies":
            companies = table()
        else:
            says = part(morning, "{file: p.csv, as_of: date, max_drop: 30%}")
        second, _ = load(morning, first.kept, companies, says)
        assert second.kept["ai"] is not first.kept["ai"], change


def test_a_refused_file_keeps_the_holdings_and_is_told_at_every_load(morning: Morning) -> None:
    first, holdings = load(morning)
    morning.write(ten(count=2))
    second, still = load(morning, first.kept)
    third, again = load(morning, second.kept)
    assert holdings == still == again
    assert "refused" in str(second.kept["ai"].held.trouble[0])
    assert third.kept["ai"] is second.kept["ai"], "it is not read again, but what is kept of it tells of it"


def test_a_refused_file_comes_into_force_when_a_person_takes_it(morning: Morning) -> None:
    first, _ = load(morning)
    morning.write(ten(count=2))
    second, _ = load(morning, first.kept)
    refused = second.kept["ai"].held.refused
    assert refused is not None
    save_memory(morning.memory, "ai", refused)
    assert HoldingsReader(TABLE, morning.memory, morning.now, second.kept).changed() == {"ai"}
    third, holdings = load(morning, second.kept)
    assert (holdings, third.kept["ai"].held.trouble) == (refused.holdings, [])


def test_positions_that_become_stale_are_looked_at_again_once(morning: Morning) -> None:
    first, _ = load(morning)
    morning.now = ms("2026-12-01T12:00")
    assert HoldingsReader(TABLE, morning.memory, morning.now, first.kept).changed() == {"ai"}
    second, _ = load(morning, first.kept)
    assert len(second.kept["ai"].held.trouble) == 1
    assert HoldingsReader(TABLE, morning.memory, morning.now, second.kept).changed() == set()


def test_a_file_that_changes_right_after_it_was_read_is_read_again(
    morning: Morning, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hold_and_change(*args: object, **keys: object) -> Held:
        found = hold(*args, **keys)  # type: ignore[arg-type]
        morning.write(rows("NVDA 5%"))
        return found

    monkeypatch.setattr(held, "hold", hold_and_change)
    first, _ = load(morning)
    assert HoldingsReader(TABLE, morning.memory, morning.now, first.kept).changed() == {"ai"}


def test_positions_written_in_the_file_are_taken_as_they_are(morning: Morning) -> None:
    inline = Holdings(hash="x")
    says = Part(file="ai.yaml", id="ai", at=(1, 1), inline=inline)
    assert HoldingsReader(TABLE, None, 0, {})(says, says, "UTC") is inline
