"""What the operator is told of settings, rules and positions: what is one desk's alone is marked so."""

from __future__ import annotations

from pathlib import Path

from alertd.app import telling
from alertd.app.link import Snapshot
from alertd.companies.report import Trouble
from alertd.errors import Fault
from alertd.rules.book import Portfolio, make_book
from alertd.settings import Settings

SHARED = Portfolio(id="open", title="Open")
HUSH = Portfolio(id="hush", title="Hush", desk="credit")
AT = "2026-01-12T07:42:03.000Z"


def snapshot(*portfolios: Portfolio) -> Snapshot:
    return Snapshot(Settings(state_dir=Path("var")), make_book(list(portfolios)))


def test_without_desks_everybody_reads_the_first_fault(tmp_path: Path) -> None:
    fault = Fault(str(tmp_path / "rules/portfolios/open.yaml"), 3, 5, "unknown key `whn`")
    tell = telling.refused([fault], tmp_path / "alertd.yaml", snapshot(SHARED), AT)
    assert tell.desk is None
    assert tell.text.endswith("open.yaml:3:5: unknown key `whn`")


def test_a_fault_in_a_desks_file_is_told_to_that_desk_and_to_the_rest_only_that_there_is_one(tmp_path: Path) -> None:
    for text in ("desk: credit\nportfolio: hush\nrules: [", "{desk: credit, companies: [{id: hush}]}"):
        file = tmp_path / "hush.yaml"
        file.write_text(text)
        tell = telling.refused([Fault(str(file), 2, 1, "hush is odd")], tmp_path / "alertd.yaml", snapshot(HUSH), AT)
        assert tell.desk == "credit"
        assert "hush is odd" in tell.text
        assert "hush" not in tell.others
        assert tell.others.endswith("1 fault; `alertd check` says what is wrong")


def test_where_there_are_desks_a_fault_of_a_shared_file_is_told_as_a_place_alone(tmp_path: Path) -> None:
    config, shared = tmp_path / "alertd.yaml", tmp_path / "open.yaml"
    shared.write_text("portfolio: open\n")
    faults = [
        Fault(str(config), 4, 2, "there is no portfolio `hsh` (did you mean `hush`?)"),
        Fault(str(shared), 0, 0, "x"),
    ]
    tell = telling.refused(faults, config, snapshot(SHARED, HUSH), AT)
    assert tell.desk == "several"
    assert tell.others.endswith(f"2 faults, at {config}:4:2, {shared}; `alertd check` says what is wrong")


def test_positions_are_named_to_the_desk_whose_they_are() -> None:
    trouble = Trouble(portfolio="hush", state="stale", text="they are old", file="hush.csv")
    book = make_book([SHARED, HUSH])
    tell = telling.positions(trouble, book, "1")
    assert (tell.desk, tell.others) == ("credit", "Desk credit: positions need a look; the log says more.")
    assert telling.positions_healed("hush", book, AT).desk == "credit"
    assert telling.positions_healed("open", book, AT).desk is None


def test_a_portfolio_that_is_in_no_book_may_be_any_desks() -> None:
    assert telling.desk_of_portfolio("gone", make_book([SHARED, HUSH])) == "unknown"
    assert telling.desk_of_portfolio("gone", make_book([SHARED])) is None
