"""A positions file on its way into force: accepted, or refused and then the set that was accepted last stays."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertd.companies.delimited import BadFile
from alertd.companies.model import Company
from alertd.rules.holdings_files import Held
from alertd.rules.holdings_memory import load_memory, memory_file, read_whole, save_memory
from tests.companies.make import NVDA, table
from tests.rules.positions import NAMES, Morning, ms, rows, ten, told


@pytest.fixture
def morning(tmp_path: Path) -> Morning:
    return Morning(tmp_path)


def held(found: Held) -> dict[str, float]:
    assert found.holdings is not None
    return {h.label: round(h.weight * 100, 6) for h in found.holdings.positions.values()}


# --- into force -----------------------------------------------------------------------------------------------


def test_a_good_file_is_in_force_and_remembered(morning: Morning) -> None:
    found = morning.take(rows("NVDA 8%", "AMZN -2%"))
    assert held(found) == {"NVDA": 8, "AMZN": -2}
    assert (told(found), found.trouble, morning.remembered()) == ([], [], "2026-11-27")
    assert found.read == {morning.file}
    again = morning.take()
    assert (again.accepted, again.holdings) == (None, found.holdings), "the same file is nothing new"


def test_the_time_of_the_file_is_when_the_positions_were_so_if_it_counts(morning: Morning) -> None:
    morning.says = {"file": "p.csv"}
    found = morning.take("ticker,weight\nNVDA,8%\n")
    assert found.holdings is not None
    assert (found.holdings.as_of, found.holdings.at) == ("2026-11-28", "2026-11-28T09:00:00Z")
    morning.now += 3_600_000
    later = morning.take("ticker,weight\nNVDA,8%\n").holdings
    assert later is not None and later.at == "2026-11-28T10:00:00Z"
    assert later.hash != found.holdings.hash, "it is news to who matches, too"


def test_a_time_without_a_zone_is_in_the_zone_of_the_file(morning: Morning) -> None:
    found = morning.take(rows("NVDA 8%", date="2026-11-27T06:30:00"))
    assert found.holdings is not None
    assert (found.holdings.as_of, found.holdings.at) == ("2026-11-27", "2026-11-27T11:30:00Z")


def test_loading_writes_nothing(morning: Morning) -> None:
    morning.write(ten())
    assert morning.load().accepted is not None
    assert not morning.memory.exists()


def test_without_a_memory_every_file_is_the_first(morning: Morning) -> None:
    morning.take(ten("2026-11-27"))
    memory_file(morning.memory, "ai").unlink()
    assert morning.take(ten("2026-11-24", 2)).trouble == []


def test_the_report_says_what_has_changed_since_the_file_before(morning: Morning) -> None:
    master = morning.folder / "m.csv"
    morning.says |= {"security_master": "m.csv"}
    master.write_text("cusip,ticker\n67066G104,NVDA\n00000A109,AMZN\n")
    head = "ticker,cusip,weight,date\n"
    morning.take(head + "".join(f"{row},2026-11-26\n" for row in ("NVDA,,8%", ",00000A109,3%", "BAC,,1%", "JNJ,,2%")))
    master.write_text("cusip,ticker\n67066G104,NVDA\n00000A109,ON\n")
    new = "".join(f"{row},2026-11-27\n" for row in ("NVDA,,9.5%", ",00000A109,3%", "GOOG,,1%", "JNJ,,2.5%"))
    found = morning.take(head + new)
    assert found.report is not None
    difference = found.report.difference
    assert difference is not None
    assert (difference.as_of, difference.rows) == ("2026-11-26", 4)
    assert (difference.opened, difference.closed) == (("GOOGL", "ON"), ("AMZN", "BAC"))
    assert [(m.label, m.before, m.after) for m in difference.moved] == [("NVDA", 0.08, 0.095), ("JNJ", 0.02, 0.025)]
    assert (difference.ids_new, difference.ids_gone) == (1, 1)
    assert difference.ids_changed == ("cusip:00000A109",)
    again = morning.take()
    assert again.report is not None
    assert again.report.difference == difference, "asked again, it is still the difference to the file before"


def test_a_few_rows_without_a_company_are_a_warning(morning: Morning) -> None:
    found = morning.take(rows("NVDA 98.5%", "XXXX 1.5%"))
    assert held(found) == {"NVDA": 98.5}
    assert told(found) == [
        "3:12: warning: p.csv: 1 row has no known company (1.5 %), such as XXXX; `alertd holdings` lists them"
    ]
    assert found.trouble == []


# --- refused --------------------------------------------------------------------------------------------------

GOOD = ten("2026-11-26")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (ten(count=7), "it has 7 rows, 30 % fewer than the 10 of 2026-11-26 (`alertd holdings` shows what it holds)"),
        (ten() + "XXXX,3%,2026-11-27\n",
         "5.17 % of it has no known company, more than 2 % (`alertd holdings` lists the rows)"),
        (ten("2026-11-25"),
         "it is of 2026-11-25, older than the one in force of 2026-11-26 (`alertd holdings` shows what it holds)"),
        (ten("2026-11-30"), "it is dated 2026-11-30, which is still to come (`alertd holdings` shows what it holds)"),
        (ten()[:-1],
         "its last line has no end, unlike that of the one in force: it is half written"
         " (`alertd holdings` shows what it holds)"),
        (ten()[:-8], "`202` is not a date (set `date_format`; now it is %Y-%m-%d)"),
        (ten()[:-12], "line 11 has 2 columns instead of 3 (the file is half written)"),
        ("ticker,weight,date\n", "the file has no rows (an empty portfolio is written as `holdings: []`)"),
        ("", "the file is empty (it may not have been written yet)"),
        (ten().encode()[:60] + b"\0" * 90,
         "line 4 holds a NUL character (the file is damaged or of another encoding)"),
        (b"PK\x03\x04...", "this is an Excel workbook (write it as CSV)"),
        (ten().replace("weight", "wieght"),
         "it has no weights, unlike the one in force (`alertd holdings` shows what it holds)"),
        (ten().replace("%", ""), "the weight `1` has no unit (set `weight_unit`)"),
        (rows(*(f"{name} 1,5%" for name in NAMES)),
         "line 2 has 4 columns instead of 3 (a number with a comma, or a name with the delimiter in it,"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_trusted_changes_nothing_and_is_told(
    tmp_path: Path, data: str | bytes, why: str
) -> None:
    morning = Morning(tmp_path)
    before = morning.take(GOOD)
    assert before.trouble == []
    found = morning.take(data)
    assert found.holdings == before.holdings
    assert morning.remembered() == "2026-11-26"
    assert [fault.severity for fault in found.trouble] == ["warning"]
    (line,) = told(found)
    assert "refused, the positions of 2026-11-26 stay in force: p.csv: " + why in line


def test_the_first_file_has_nothing_to_stand_in_for_it(morning: Morning) -> None:
    found = morning.take("ticker,weight,date\n")
    assert found.holdings is None
    assert told(found) == [
        "3:12: p.csv: the file has no rows (an empty portfolio is written as `holdings: []`)"
    ]  # fmt: skip
    morning.file.unlink()
    assert morning.load().faults[0].message.startswith("p.csv: there is no file ")


def test_a_file_that_vanished_leaves_the_last_one_in_force(morning: Morning) -> None:
    before = morning.take(GOOD)
    morning.file.unlink()
    found = morning.load()
    assert found.holdings == before.holdings
    assert "stay in force: p.csv: there is no file" in told(found)[0]


def test_a_folder_or_a_pipe_is_no_file(morning: Morning) -> None:
    os.mkfifo(morning.file)
    assert told(morning.load()) == ["3:12: p.csv: is no file"]


def test_a_folder_without_a_name_is_named_as_it_is_written(morning: Morning) -> None:
    morning.says |= {"file": "."}
    (fault,) = told(morning.load())
    assert fault.endswith(" .: is no file")


@pytest.mark.parametrize(
    ("keys", "count", "refused"),
    [({}, 8, False), ({}, 7, True), ({"max_drop": "50%"}, 5, False), ({"max_drop": "5%"}, 9, True),
     ({"max_drop": "0%"}, 9, True), ({"max_drop": "100%"}, 1, False), ({"max_drop": "30%"}, 7, False)],
)  # fmt: skip
def test_how_many_rows_may_be_missing_can_be_set(
    morning: Morning, keys: dict[str, str], count: int, refused: bool
) -> None:
    morning.says |= keys
    morning.take(GOOD)
    assert bool(morning.take(ten(count=count)).trouble) is refused


@pytest.mark.parametrize(
    ("keys", "unknown", "refused"),
    [({}, "2%", False), ({}, "2.1%", True), ({"max_unmapped": "5%"}, "5%", False),
     ({"max_unmapped": "0%"}, "1bp", True), ({"max_unmapped": "100%"}, "90%", False)],
)  # fmt: skip
def test_how_much_may_be_unmapped_can_be_set(
    morning: Morning, keys: dict[str, str], unknown: str, refused: bool
) -> None:
    morning.says |= keys
    known = f"NVDA {100 - float(unknown[:-1]):.3f}%" if unknown.endswith("%") else "NVDA 99.99%"
    morning.take(GOOD)
    morning.says |= {"max_drop": "100%"}
    assert bool(morning.take(rows(known, f"XXXX {unknown}")).trouble) is refused


def test_a_refused_file_says_where_in_the_portfolio_the_remedy_belongs(morning: Morning) -> None:
    morning.says = {"file": "p.csv", "map": {"ticker": "Symbl", "weight": "Wgt"}}
    morning.write("Symbol,Wgt\nNVDA,1%\n")
    assert told(morning.load()) == ["3:39: p.csv: there is no column `Symbl` (did you mean `Symbol`?)"]


def test_a_broken_security_master_leaves_the_positions_in_force(morning: Morning) -> None:
    morning.says |= {"security_master": {"file": "m.csv"}}
    master = morning.folder / "m.csv"
    master.write_text("cusip,ticker\n67066G104,NVDA\n")
    before = morning.take("cusip,weight,date\n67066G104,1%,2026-11-26\n")
    assert before.read == {morning.file, master}
    master.write_text('cusip,ticker\n67066G104,"NV')
    found = morning.take()
    assert found.holdings == before.holdings
    assert "m.csv: it ends within the quotes that open in line 2 (it is half written)" in told(found)[0]
    master.write_text("cusip,ticker\n")
    assert "100 % of it has no known company" in told(morning.take())[0], (
        "the same bytes, of which less is understood"
    )


# --- taken knowingly ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("data", [ten(count=3), ten() + "XXXX,9%,2026-11-27\n", ten("2026-11-25")])
def test_what_is_refused_can_be_taken_knowingly_and_then_stays(tmp_path: Path, data: str) -> None:
    morning = Morning(tmp_path)
    morning.take(GOOD)
    refused = morning.take(data)
    assert refused.refused is not None
    assert refused.report is not None
    assert morning.memory / "ai.json" in refused.read, "who watches sees when it is taken"
    save_memory(morning.memory, "ai", refused.refused)
    found = morning.take()
    assert (found.trouble, found.holdings) == ([], refused.refused.holdings)
    assert morning.take().trouble == []


def test_what_was_taken_knowingly_is_the_measure_of_the_next_file(morning: Morning) -> None:
    morning.take(GOOD)
    refused = morning.take(ten(count=3)).refused
    assert refused is not None
    save_memory(morning.memory, "ai", refused)
    assert morning.take(ten(count=2)).trouble != []
    assert morning.take(ten(count=3) + "BAC,1%,2026-11-27\n").trouble == []


# --- dates ----------------------------------------------------------------------------------------------------


def test_positions_are_stale_some_time_after_the_end_of_their_day_in_their_own_zone(morning: Morning) -> None:
    morning.says |= {"stale_after": "2d"}
    found = morning.take(ten("2026-11-27"))
    assert found.stale_at_ms == ms("2026-11-30T05:00"), "midnight in New York and two days"
    morning.now = ms("2026-11-30T04:59")
    assert morning.load().trouble == []
    morning.now = ms("2026-11-30T05:00")
    late = morning.load()
    assert late.holdings == found.holdings, "stale ones are better than none"
    assert [fault.message for fault in late.trouble] == ["the positions are of 2026-11-27, stale for longer than 2d"]
    morning.says |= {"timezone": "Asia/Tokyo"}
    assert morning.load().stale_at_ms == ms("2026-11-29T15:00")


def test_without_a_column_of_dates_the_files_own_date_counts_in_its_zone(morning: Morning) -> None:
    del morning.says["as_of"]
    morning.now = ms("2026-11-28T03:00")
    found = morning.take("ticker,weight\nNVDA,1%\n")
    assert found.holdings is not None
    assert found.holdings.as_of == "2026-11-27", "it is still evening in New York"


def test_tomorrows_positions_may_come_today_but_no_later_ones(morning: Morning) -> None:
    morning.take(GOOD)
    assert morning.take(ten("2026-11-29")).trouble == []
    assert morning.take(ten("2026-11-30")).trouble != []


# --- companies that change ------------------------------------------------------------------------------------


def test_remembered_positions_are_known_under_the_ids_that_their_companies_have_today(morning: Morning) -> None:
    morning.take(rows("NVDA 8%", "AMZN 2%", date="2026-11-26"))
    morning.write("")
    morning.companies = table(Company(id="nvidia", name="Nvidia", cik="0001045810"))
    found = morning.load()
    assert found.holdings is not None
    assert {name: h.weight for name, h in found.holdings.positions.items()} == {
        "nvidia": 0.08,
        "cik-0001018724": 0.02,
    }


def test_two_companies_that_have_become_one_are_held_with_both_weights(morning: Morning) -> None:
    companies = table(Company(id="chips", name="Chips"))
    morning.companies = companies
    morning.take(rows("NVDA 8%", "CHIPS 2%", date="2026-11-26"))
    morning.write("")
    nvidia = Company(id="nvidia", name="Nvidia", cik="0001045810")
    morning.companies = companies.with_declared([nvidia], {"chips": "nvidia", NVDA: "nvidia"})
    found = morning.load()
    assert found.holdings is not None
    assert {name: round(h.weight, 6) for name, h in found.holdings.positions.items()} == {"nvidia": 0.1}


# --- the disk -------------------------------------------------------------------------------------------------


def test_a_file_that_changes_while_it_is_read_is_read_again(
    morning: Morning, monkeypatch: pytest.MonkeyPatch
) -> None:
    morning.write(ten())
    real, changes = os.fstat, [3]

    def growing(descriptor: int) -> os.stat_result:
        seen = real(descriptor)
        if changes[0]:
            changes[0] -= 1
            with morning.file.open("a") as file:
                file.write("NVDA,1%,2026-11-27\n")
        return seen

    monkeypatch.setattr(os, "fstat", growing)
    data, _ = read_whole(morning.file)
    assert data.count(b"NVDA") == 4, "whole, with what came meanwhile"
    changes[0] = 100
    with pytest.raises(BadFile, match="is being written"):
        read_whole(morning.file)


def test_a_file_replaced_by_renaming_is_read_whole(morning: Morning) -> None:
    morning.take(ten("2026-11-26"))
    new = morning.folder / "p.new"
    new.write_text(ten("2026-11-27"))
    new.replace(morning.file)
    assert morning.take().trouble == []
    assert morning.remembered() == "2026-11-27"


def test_a_memory_that_cannot_be_read_makes_the_file_the_first_and_that_is_said(morning: Morning) -> None:
    morning.take(GOOD)
    for damage in (b"{", b"\xff", b'{"v": 99}', b""):
        (morning.memory / "ai.json").write_bytes(damage)
        (line,) = told(morning.take(ten(count=3)))
        assert "what was accepted last cannot be read" in line
        assert "so this file is taken as the first" in line
        assert load_memory(morning.memory, "ai")[1] == "", "it is whole again"


def test_a_memory_of_a_later_version_is_not_misread(morning: Morning) -> None:
    accepted = morning.take(GOOD).accepted
    assert accepted is not None
    path = morning.memory / "ai.json"
    path.write_bytes(path.read_bytes().replace(b'"v":1', b'"v":2'))
    assert load_memory(morning.memory, "ai")[0] is None


def test_the_memory_is_written_whole_or_not_at_all(morning: Morning, monkeypatch: pytest.MonkeyPatch) -> None:
    morning.take(GOOD)
    whole = (morning.memory / "ai.json").read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        morning.take(ten())
    assert (morning.memory / "ai.json").read_bytes() == whole
    assert [path.name for path in morning.memory.iterdir()] == ["ai.json"]
    assert (morning.memory.stat().st_mode & 0o777) == 0o700


@given(at=st.integers(0, len(ten()) - 1))
def test_of_a_file_cut_anywhere_nothing_comes_into_force(tmp_path_factory: pytest.TempPathFactory, at: int) -> None:
    """But for a line or two at the end: only a line that ends the file (`end_line`) would show that they are gone."""
    morning = Morning(tmp_path_factory.mktemp("cut"))
    before = morning.take(GOOD)
    found = morning.take(ten()[:at])
    whole = ten()[:at].endswith("\n") and ten()[:at].count("\n") > 8
    assert (found.holdings == before.holdings and bool(found.trouble)) or whole
