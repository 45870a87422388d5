"""`alertd explain`: one rule for one event, leaf by leaf (how it reads: golden/explain.txt)."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from alertd.cli import explain as command
from tests.cli.run import HERE, Done, alertd

LEASE = {
    "title": "Vega Grid leases its Orion supercomputer to Lumen Labs",
    "companies": [{"id": "vega"}, {"id": "lumen"}],
    "amounts": [{"low": 1.2e9, "high": 1.2e9, "per": "year"}],
}
QUARREL = {"title": "Lumen Labs sues Vega Grid", "parties": ["lumen", "vega"]}


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    shutil.copytree(HERE / "tried/rules", tmp_path / "rules")
    return tmp_path


def explain(desk: Path, rule: str, *events: dict[str, Any], words: tuple[str, ...] = ()) -> Done:
    """Explain with the events on stdin, a line each."""
    return alertd("explain", rule, "-", *words, cwd=desk, stdin="\n".join(map(json.dumps, events)).encode())


def found(desk: Path, rule: str, *events: dict[str, Any]) -> dict[str, Any]:
    done = explain(desk, rule, *events, words=("--json",))
    assert (done.code, done.err) == (0, "")
    document: dict[str, Any] = done.json
    return document


# --- which rule -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["big-compute-lease", "ai/big-compute-lease", "compute_lease"])
def test_a_rule_is_named_alone_or_with_its_portfolio_and_an_event_type_by_its_name(desk: Path, name: str) -> None:
    done = explain(desk, name, LEASE)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("✓ ")


def test_a_name_that_several_portfolios_have_is_not_guessed(desk: Path) -> None:
    text = (desk / "rules/portfolios/filings.yaml").read_text()
    (desk / "rules/portfolios/other.yaml").write_text(text.replace("portfolio: filings", "portfolio: other"))
    done = explain(desk, "contract-ends", LEASE)
    assert (done.code, done.out) == (2, "")
    assert done.err == "alertd: there are several: filings/contract-ends, other/contract-ends; name one of them\n"
    assert explain(desk, "other/contract-ends", LEASE).code == 0


def test_of_a_rule_and_an_event_type_that_are_called_alike_the_rule_is_meant(desk: Path) -> None:
    portfolio = desk / "rules/portfolios/filings.yaml"
    portfolio.write_text(portfolio.read_text().replace("id: contract-ends", "id: contract-dispute"))
    assert "(did you mean filings/contract-dispute?)" in explain(desk, "contract-disputte", LEASE).err
    assert "(did you mean compute_lease?)" in explain(desk, "compute_leas", LEASE).err


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("big-compute-leas", " (did you mean ai/big-compute-lease?)"),
        ("ai/big-compute-leas", " (did you mean ai/big-compute-lease?)"),
        ("contract-dispute", " (did you mean contract_dispute?)"),
        (
            "merger",
            "; there are ai/big-compute-lease, ai/lease-turns-sour, filings/contract-ends, filings/any-mention,"
            " compute_lease, contract_dispute",
        ),
    ],
)
def test_a_name_that_is_none_is_said_with_what_may_be_meant(desk: Path, name: str, said: str) -> None:
    done = explain(desk, name, LEASE)
    assert (done.code, done.out) == (2, "")
    assert done.err == f"alertd: there is no rule {name}{said}\n"


def test_broken_rules_explain_nothing_and_show_every_fault(desk: Path) -> None:
    (desk / "rules/portfolios/filings.yaml").write_text("portfolio: [")
    done = explain(desk, "ai/big-compute-lease", LEASE)
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("rules/portfolios/filings.yaml:2:1: ")


# --- which event ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("indent", [None, 2])
def test_an_event_is_a_file_stdin_or_written_out(desk: Path, indent: int | None) -> None:
    text = json.dumps(LEASE, indent=indent)
    (desk / "event.json").write_text("\ufeff" + text, "utf-8")
    said = {
        alertd("explain", "compute_lease", "event.json", cwd=desk).out.splitlines()[0],
        alertd("explain", "compute_lease", text, cwd=desk).out.splitlines()[0],
        alertd("explain", "compute_lease", "-", cwd=desk, stdin=text.encode()).out.splitlines()[0],
    }
    assert said == {"✓ compute_lease holds"}


def test_what_match_prints_can_be_explained(desk: Path) -> None:
    matched = alertd("match", cwd=desk, stdin=json.dumps(LEASE).encode())
    (line,) = matched.lines
    assert found(desk, "big-compute-lease", line)["event"] == line["event"]["id"]


@pytest.mark.parametrize(
    ("event", "code", "said"),
    [
        ("nowhere.json", 2, "nowhere.json: there is no such file; an event is a file, -, or JSON such as"),
        ("rules", 1, "rules: cannot be read: Is a directory"),
        ("", 2, "EVENT is empty; an event is a file, -, or JSON such as"),
        ("{", 1, "EVENT: not an event: Input data was truncated"),
        ("[]", 1, "EVENT: not an event: the list is empty"),
        ("[1]", 1, "EVENT: not an event: Expected `object`, got `int`"),
        ('{"title": 7}', 1, "EVENT: not an event: Expected `str`, got `int` - at `$.title`"),
        ('{"title": "a"}\n{', 1, "EVENT: not an event: line 2: Input data was truncated"),
        ('{"at": "soon"}', 1, "EVENT: not an event: `at`: a duration is a number with ms, s, m, h or d"),
        ("[" * 5000, 1, "EVENT: not an event: nested too deeply"),
    ],
)  # fmt: skip
def test_what_is_no_event_is_said_in_one_line(desk: Path, event: str, code: int, said: str) -> None:
    done = alertd("explain", "compute_lease", event, cwd=desk)
    assert (done.code, done.out) == (code, "")
    assert done.err.startswith(f"alertd: {said}")
    assert done.err.count("\n") == 1


def test_more_than_can_be_a_timeline_is_refused(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "MAX_BYTES", 20)
    done = explain(desk, "compute_lease", LEASE)
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("alertd: stdin: more than 0 MiB")


# --- the answer -----------------------------------------------------------------------------------------------


def test_companies_may_be_named_as_people_name_them(desk: Path) -> None:
    named = LEASE | {"companies": [{"id": "Vega Grid"}]}
    assert found(desk, "big-compute-lease", named)["companies"] == ["NVDA"]
    assert found(desk, "any-mention", {"title": "x", "companies": [{"id": "NVDA"}]})["truth"]


LEASED = LEASE | {"parties": ["vega", "lumen"]}


@pytest.mark.parametrize(
    ("timeline", "holds"),
    [
        ([LEASED, QUARREL | {"at": "120d"}], True),
        ([QUARREL, LEASED | {"at": "120d"}], False),
        ([QUARREL | {"at": "120d"}, LEASED], True),  # the lease is told late: what counts is when it was
        ([LEASED, QUARREL | {"at": "366d"}], False),
        ([LEASED, {"title": "Lumen Labs sues NVIDIA", "at": "120d", "parties": ["lumen", "NVDA"]}], False),
        ([QUARREL], False),
    ],
)
def test_a_timeline_is_remembered_and_its_last_event_is_explained(
    desk: Path, timeline: list[dict[str, Any]], holds: bool
) -> None:
    told = found(desk, "lease-turns-sour", *timeline)
    assert (told["truth"], told["headline"]) == (holds, timeline[-1]["title"])


def test_events_of_a_timeline_with_the_same_words_are_several(desk: Path) -> None:
    (desk / "rules/portfolios/often.yaml").write_text(
        "portfolio: often\ntitle: O\nreceivers: []\nrules:\n"
        "  - {id: thrice, title: T, severity: low, when: {count: {at_least: 3, within: 7d}}}\n"
    )
    same = [{"title": "Vega"}, {"title": "Vega", "at": "1d"}, {"title": "Vega", "at": "2d"}]
    twice = found(desk, "thrice", *same[:2])
    assert twice["truth"] is False
    assert [line.split("  ")[1].split(" · ")[0] for line in twice["over_time"][0]["before"]] == ["“Vega”"]
    assert found(desk, "thrice", *same)["truth"] is True


def test_what_holds_for_several_companies_is_told_of_each(desk: Path) -> None:
    portfolio = desk / "rules/portfolios/ai.yaml"
    portfolio.write_text(portfolio.read_text().replace("ticker: VRT, weight: 3.5%", "company: vega, weight: 3.5%"))
    told = found(desk, "big-compute-lease", LEASE)
    assert told["companies"] == ["NVDA", "Vega Grid"]
    assert [asked["held"] for asked in told["asked"]] == ["held +8.0 %", "held +3.5 %"]
    assert "✓ Vega Grid · held +3.5 %, as NVDA but for\n  ✓ exposed" in explain(desk, "big-compute-lease", LEASE).out


def test_the_answer_is_the_exit_code_only_where_that_is_asked_for(desk: Path) -> None:
    vans = {"title": "Vega Grid leases 40 vans"}
    assert explain(desk, "compute_lease", vans).code == 0
    assert explain(desk, "compute_lease", vans, words=("--exit-code",)).code == 1
    assert explain(desk, "compute_lease", LEASE, words=("--exit-code",)).code == 0


def test_a_rule_that_raises_is_said_in_one_line(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def burst(*_: object) -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr("alertd.rules.filing.Filing.truth", burst)
    done = explain(desk, "contract-ends", {"kind": "filing", "form": "8-K", "items": ["1.02"]})
    assert (done.code, done.out) == (1, "")
    assert done.err == "alertd: rule filings/contract-ends failed: ZeroDivisionError: oops\n"


def test_a_hostile_event_does_not_drive_the_terminal(desk: Path) -> None:
    refused = explain(desk, "compute_lease", {"title": "lease", "id": "\x1b[2J"})
    assert refused.code == 1
    assert "\x1b" not in refused.err
    done = explain(desk, "compute_lease", {"title": "\x1b[2J[red]lease\u202e", "source": "\x1b[2J"})
    assert done.code == 0
    assert "\x1b" not in done.out
    assert "\u202e" not in done.out
    assert "“\ufffd[2J[red]lease\ufffd”" in done.out


# --- as the daemon would --------------------------------------------------------------------------------------


def test_positions_that_are_refused_or_stale_are_said_on_stderr(desk: Path) -> None:
    (desk / "positions.csv").write_text("ticker,weight,date\nNVDA,8%,2020-01-02\n")
    portfolio = desk / "rules/portfolios/ai.yaml"
    text = portfolio.read_text()
    before, _, rest = text.partition("holdings:\n")
    holdings = "holdings: {file: ../../positions.csv, as_of: date, stale_after: 2d}\n"
    portfolio.write_text(before + holdings + rest[rest.index("rules:") :])
    done = explain(desk, "big-compute-lease", LEASE)
    assert done.code == 0
    assert done.out.startswith("✓ ai/big-compute-lease holds for NVDA")
    assert done.err.startswith("rules/portfolios/ai.yaml:")
    assert "stale" in done.err or "2020-01-02" in done.err
