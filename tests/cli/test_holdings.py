"""`alertd holdings`: the report on a positions file, weights by issuer, and a refused file taken knowingly."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from alertd.base.clock import rfc3339, system_clock
from tests.cli.long_short import LongShort, story, today, yesterday
from tests.cli.run import HERE, Done, alertd, on_terminal

GOLDEN = (HERE / "golden" / "holdings.txt").read_text("utf-8")
"""Made by: python -m tests.cli.long_short > tests/cli/golden/holdings.txt"""
DAY = 86_400_000
RULE = "{id: named, title: Named, severity: low, when: {mentions: holdings}}"


def test_the_book_of_a_long_short_desk_reads_well(tmp_path: Path) -> None:
    assert story(tmp_path) == GOLDEN


@pytest.fixture
def long_short(tmp_path: Path) -> LongShort:
    desk = LongShort(tmp_path)
    desk.prepare()
    return desk


def test_two_thousand_rows_come_to_weights_by_issuer(long_short: LongShort) -> None:
    text = today()
    assert (text.count("\r\n"), text.count("Private placement")) == (2_001, 20)
    long_short.drop(text)
    holdings = long_short.load().book.portfolios[0].holdings
    percent = {h.label: round(h.weight * 100, 3) for h in holdings.positions.values()}
    assert percent["NVDA"] == pytest.approx(7.8 - 1_000 * 100 * 156 * 0.4 / 1e7), (
        "the shares, less the put by its delta"
    )
    assert percent["GOOGL"] == pytest.approx(3.3 + 2.4 - 400 * 100 * 165 * 0.5 / 1e7), (
        "two classes, less the call sold"
    )
    assert percent["RIO"] == pytest.approx(0.79 + 0.41), "the receipt and the ordinary share"
    assert (percent["TSLA"], percent["INTC"]) == (-4.52, -2.87)


def test_a_truncated_file_changes_nothing_and_the_operator_is_told(long_short: LongShort) -> None:
    long_short.drop(yesterday())
    before = long_short.load().book
    for cut in (0, 1, 100, len(today()) // 2, len(today()) - 2):
        long_short.drop(today()[:cut])
        loaded = long_short.load()
        assert loaded.book.portfolios[0].holdings == before.portfolios[0].holdings
        (trouble,) = loaded.trouble
        assert (trouble.portfolio, trouble.state, trouble.file) == ("long-short", "refused", "positions.csv")
        assert trouble.text.startswith("the new positions were refused, those of 2025-01-09 stay in force: ")
        assert long_short.run("holdings", "long-short").code == 1


# --- small books --------------------------------------------------------------------------------------------------


def portfolio(folder: Path, name: str, **says: Any) -> None:
    """Write the file of a portfolio."""
    rules = folder / "rules/portfolios"
    rules.mkdir(parents=True, exist_ok=True)
    keys = {"portfolio": name, "title": name.title(), "receivers": [], "timezone": "America/New_York"} | says
    lines = [f"{key}: {json.dumps(value)}" for key, value in keys.items()]
    (rules / f"{name}.yaml").write_text("\n".join([*lines, f"rules: [{RULE}]", ""]))
    (folder / "alertd.yaml").write_text('{redis: "redis://127.0.0.1:1", sources: [], receivers: []}')


def drop(folder: Path, *rows: str, days_ago: int = 0) -> None:
    """Write p.csv with rows as of today, or of some days ago."""
    day = rfc3339(system_clock() - days_ago * DAY)[:10]
    text = "ticker,weight,date\n" + "".join(f"{row},{day}\n" for row in rows)
    (folder / "rules/portfolios/p.csv").write_text(text)


FILE = {"file": "p.csv", "as_of": "date", "timezone": "UTC"}


@pytest.fixture
def ask(tmp_path: Path) -> Callable[..., Done]:
    return lambda *words: alertd("holdings", *words, cwd=tmp_path)


def test_every_portfolio_has_a_line(tmp_path: Path, ask: Callable[..., Done]) -> None:
    portfolio(tmp_path, "ai", holdings=FILE)
    portfolio(tmp_path, "by-hand", holdings=[{"ticker": "NVDA", "weight": "8%"}, {"ticker": "TSLA", "weight": "-2%"}])
    portfolio(tmp_path, "empty")
    portfolio(tmp_path, "like-ai", extends="ai")
    drop(tmp_path, "NVDA,5%", "AMZN,-1%")
    done = ask()
    assert (done.code, done.err) == (0, "")
    lines = [line.split() for line in done.out.splitlines()]
    assert [line[0] for line in lines[2:]] == ["ai", "by-hand", "like-ai"]
    assert done.out.splitlines()[3] == (
        "by-hand    in force              2          10.00 %  +6.00 %            in the rules"
    )  # fmt: skip


def test_a_portfolio_by_hand_shows_its_weights(tmp_path: Path, ask: Callable[..., Done]) -> None:
    portfolio(tmp_path, "ai", holdings=[{"ticker": "NVDA", "weight": "8%"}, {"ticker": "AMZN"}])
    done = ask("ai")
    assert (done.code, done.err) == (0, "")
    assert done.out == (
        "Ai (ai)\n"
        "  positions in the portfolio's own file\n"
        "  in force  as they stand there\n"
        "  comes to  2 companies, 1 without a weight; gross 8.00 %, net +8.00 %\n"
        "\n"
        "Weights by issuer\n"
        "company  id              weight\n"
        "NVDA     cik-0001045810  +8.00 %\n"
        "AMZN     cik-0001018724  unknown\n"
    )


def test_json_says_it_all(tmp_path: Path, ask: Callable[..., Done]) -> None:
    portfolio(tmp_path, "ai", holdings=FILE)
    drop(tmp_path, "NVDA,95%", "AMZN,-2%", "XXXX,1%")
    one = ask("ai", "--json").json
    assert ask("--json").json == [one]
    assert (one["portfolio"], one["state"], one["stale"], one["as_of"]) == (
        "ai", "in force", False, rfc3339(system_clock())[:10]
    )  # fmt: skip
    assert [(h["label"], h["weight"]) for h in one["holdings"]] == [("NVDA", 0.95), ("AMZN", -0.02)]
    assert one["report"]["unmapped_rows"] == [{"line": 4, "written": "XXXX", "why": "unknown ticker", "weight": 0.01}]
    assert [fault["severity"] for fault in one["faults"]] == ["warning"]


def test_stale_positions_are_in_force_and_end_with_one(tmp_path: Path, ask: Callable[..., Done]) -> None:
    portfolio(tmp_path, "ai", holdings=FILE)
    drop(tmp_path, "NVDA,5%", days_ago=9)
    done = ask("ai")
    assert done.code == 1
    assert "\n  stale     since " in done.out
    assert "NVDA     cik-0001045810  +5.00 %" in done.out
    assert ask().out.splitlines()[2].startswith("ai         stale ")


def test_what_cannot_be_read_says_so_with_its_place(tmp_path: Path, ask: Callable[..., Done]) -> None:
    portfolio(tmp_path, "ai", holdings=FILE | {"map": {"ticker": "Sybmol"}})
    (tmp_path / "rules/portfolios/p.csv").write_text("Symbol,weight,date\nNVDA,5%,2026-01-02\n")
    done = ask("ai")
    assert done.code == 1
    assert "  refused   there is no column `Sybmol`\n" in done.out
    assert done.err == (
        "rules/portfolios/ai.yaml:5:83: p.csv: there is no column `Sybmol` (did you mean `Symbol`?)\n"
    )  # fmt: skip
    assert ask("ai", "--accept").code == 1


def test_a_refused_file_is_taken_knowingly_once(tmp_path: Path, ask: Callable[..., Done]) -> None:
    portfolio(tmp_path, "ai", holdings=FILE)
    drop(tmp_path, "NVDA,5%", "XXXX,5%")
    done = ask("ai")
    assert (done.code, "refused   50 % of it has no known company, more than 2 %" in done.out) == (1, True)
    done = ask("ai", "--accept")
    assert done.code == 0
    assert "accepted the positions of" in done.err
    assert (tmp_path / "var/holdings/ai.json").is_file()
    assert ask("ai").code == 0
    again = ask("ai", "--accept")
    assert (again.code, "nothing is refused" in again.err) == (0, True)
    drop(tmp_path, "NVDA,5%", "XXXX,6%")
    assert ask("ai").code == 1, "another file is another question"


def test_accepting_is_for_one_portfolio_and_needs_settings(tmp_path: Path, ask: Callable[..., Done]) -> None:
    portfolio(tmp_path, "ai", holdings=FILE)
    drop(tmp_path, "NVDA,5%")
    assert (ask("--accept").code, ask("ai", "--accept", "--rules", "rules").code) == (2, 2)
    (tmp_path / "alertd.yaml").unlink()
    assert ask("ai", "--accept").code == 2
    assert ask("ai").code == 0, "asking needs none"


def test_an_unknown_portfolio_has_a_near_one(tmp_path: Path, ask: Callable[..., Done]) -> None:
    portfolio(tmp_path, "ai-infra", holdings=FILE)
    portfolio(tmp_path, "empty")
    drop(tmp_path, "NVDA,5%")
    done = ask("ai-infa")
    assert (done.code, done.err) == (1, "rules: there is no portfolio `ai-infa` (did you mean `ai-infra`?)\n")
    assert ask("empty").err == "alertd: portfolio empty has no holdings\n"


def test_one_broken_portfolio_hides_no_other(tmp_path: Path, ask: Callable[..., Done]) -> None:
    portfolio(tmp_path, "ai", holdings=FILE)
    portfolio(tmp_path, "broken", holdings=FILE | {"map": {"tikker": "x"}})
    portfolio(tmp_path, "lost", extends="nobody")
    drop(tmp_path, "NVDA,5%")
    done = ask()
    assert done.code == 1
    assert done.out.splitlines()[2].startswith("ai  ")
    assert "unknown key `tikker` (did you mean `ticker`?)" in done.err
    assert "there is no portfolio `nobody`" in done.err
    assert ask("ai").code == 0
    assert ask("broken").code == 1


def test_rules_that_are_broken_do_not_hide_the_positions(tmp_path: Path, ask: Callable[..., Done]) -> None:
    portfolio(tmp_path, "ai", holdings=FILE)
    path = tmp_path / "rules/portfolios/ai.yaml"
    path.write_text(path.read_text().replace("mentions: holdings", "mentoins: holdings"))
    drop(tmp_path, "NVDA,5%")
    assert alertd("check", cwd=tmp_path).code == 1
    assert ask("ai").code == 0


def test_text_of_a_file_cannot_reach_into_the_terminal(tmp_path: Path, ask: Callable[..., Done]) -> None:
    portfolio(tmp_path, "ai", holdings=FILE)
    drop(tmp_path, "NVDA,99%", "\x1b[31mXX[bold],1%")
    done = ask("ai")
    assert "\x1b" not in done.out + done.err
    assert "�[31MXX[BOLD]" in done.out


def test_reading_many_files_shows_how_far_it_is(tmp_path: Path) -> None:
    for number in range(3):
        portfolio(tmp_path, f"p{number}", holdings=FILE)
    drop(tmp_path, "NVDA,5%")
    shown = on_terminal("holdings", "--json", cwd=tmp_path, stdout=tmp_path / "out.json")
    assert "reading positions" in shown.out
    assert [one["portfolio"] for one in json.loads((tmp_path / "out.json").read_text())] == ["p0", "p1", "p2"]
