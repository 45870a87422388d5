"""Reports in alertd.yaml: what is wrong about them is told with its place, and nobody gets one across a wall."""

from __future__ import annotations

from pathlib import Path

import pytest

from alertd.app.snapshot import all_faults
from alertd.cli.checking import Checking
from alertd.history.report.config import ReportConfig
from tests.settings.conftest import Desk

BEFORE = """\
smtp: {host: mail.example.com, from: a@example.com}
receivers:
- {id: pm, type: email, to: [pm@example.com]}
- {id: ai, type: email, to: [ai@example.com], desk: ai}
- {id: oms, type: webhook, url: "https://oms.example.com/h", secret: "${SECRET}"}
"""
ENV = {"SECRET": "whsec_MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI="}
PORTFOLIO = """\
portfolio: chips
title: Chips
holdings: [{ticker: NVDA, weight: 5%}]
receivers: [pm]
rules: [{id: r, title: R, severity: low, when: {title: chips}}]
"""


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    (tmp_path / "rules").mkdir()
    return Desk(tmp_path)


@pytest.mark.parametrize(
    ("reports", "fault"),
    [
        ("[{id: w, portfolio: chips, to: [pmm]}]", "6:42: report: there is no receiver `pmm` (did you mean `pm`?)"),
        ("[{id: w, portfolio: chips, to: [oms]}]", "6:42: receiver `oms` is of type webhook, and only mail"),
        ("[{id: w, portfolio: chips, to: oms}]", "6:41: receiver `oms` is of type webhook"),
        ("[{id: w, portfolio: chips, to: []}]", "6:41: `to` is an empty list"),
        ("[{id: w, to: [pm]}]", "6:11: `portfolio` is missing"),
        ("[{id: w, portfolio: c, to: pm}, {id: w, portfolio: c, to: pm}]", "6:47: two reports have the id `w`"),
        (
            "[{id: w, portfolio: c, to: pm, every: day, on: mon}]",
            "6:11: item 1 of `reports`: `on` names the day of a report that comes",
        ),
        ("[{id: w, portfolio: c, to: pm, on: mond}]", "6:45: `on` cannot be `mond`"),
        ('[{id: w, portfolio: c, to: pm, at: "25:00"}]', "6:45: `at`"),
        ("[{id: w, portfolio: c, to: pm, timezone: America/New_Yrok}]", "6:51: `timezone`: no such time zone"),
        ("[{id: w, portfolio: c, to: pm, since: 10m}]", "6:48: `since`"),
    ],
)
def test_a_fault_says_where_it_is_and_what_to_do(desk: Desk, reports: str, fault: str) -> None:
    found = desk.faults(f"{BEFORE}reports: {reports}\n", ENV)
    assert len(found) == 1 and found[0].startswith(fault), found


def test_a_day_may_be_written_in_full() -> None:
    assert ReportConfig(id="w", portfolio="c", to=["pm"], on="monday").on == "mon"
    assert ReportConfig(id="w", portfolio="c", to=["pm"]).days == (0,)
    assert ReportConfig(id="w", portfolio="c", to=["pm"], every="weekday").days == (0, 1, 2, 3, 4)


def test_a_report_on_no_portfolio_is_a_fault(desk: Desk) -> None:
    desk.write("rules/portfolios/chips.yaml", PORTFOLIO)
    assert whole(desk, "[{id: w, portfolio: chip, to: [pm]}]") == [
        "6:30: there is no portfolio `chip` (did you mean `chips`?)"
    ]


def test_a_report_on_a_desks_portfolio_goes_to_that_desk_alone(desk: Desk) -> None:
    owned = PORTFOLIO.replace("receivers: [pm]", "receivers: [ai]\ndesk: ai")
    desk.write("rules/portfolios/chips.yaml", owned)
    (fault,) = whole(desk, "[{id: w, portfolio: chips, to: [pm, ai]}]")
    assert fault.startswith("6:42: receiver `pm` belongs to no desk (reports of desk `ai` go only to its own")


def test_a_report_on_a_portfolio_of_no_desk_may_go_to_any(desk: Desk) -> None:
    desk.write("rules/portfolios/chips.yaml", PORTFOLIO)
    assert whole(desk, "[{id: w, portfolio: chips, to: [pm, ai]}]") == []


def whole(desk: Desk, reports: str) -> list[str]:
    """Give the errors of settings and rules together."""
    desk.write("alertd.yaml", f"{BEFORE}reports: {reports}\n")
    _, faults = all_faults(desk.config, ENV)
    return [str(one).removeprefix(f"{desk.config}:") for one in faults if one.severity == "error"]


def test_a_receiver_of_reports_alone_is_no_dead_one(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.write("rules/portfolios/chips.yaml", PORTFOLIO.replace("receivers: [pm]", "receivers: [ai]"))
    monkeypatch.setenv("SECRET", ENV["SECRET"])
    for reports, dead in (("[]", {"pm", "oms"}), ("[{id: w, portfolio: chips, to: [pm]}]", {"oms"})):
        desk.write("alertd.yaml", f"{BEFORE}reports: {reports}\n")
        checking = Checking()
        checking.settings(desk.config)
        told = [fault.message for fault in checking.faults if fault.name == "dead-receiver"]
        assert {message.partition("`")[2].partition("`")[0] for message in told} == dead
