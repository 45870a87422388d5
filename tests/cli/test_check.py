"""`alertd check`: every fault, with its place, in an order that a person can work through."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.cli.run import HERE, ROOT, RULES, alertd, on_terminal

GOLDEN = (HERE / "golden" / "check.txt").read_text("utf-8")
"""Made by: cd tests/cli && alertd check broken > golden/check.txt"""
PORTFOLIO = (ROOT / "alertd/cli/templates/portfolio.yaml").read_text("utf-8")


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with good settings and one good rule."""
    assert alertd("init", cwd=tmp_path).code == 0
    return tmp_path


def test_a_folder_of_broken_files_shows_every_fault_in_order() -> None:
    done = alertd("check", "broken", cwd=HERE)
    assert done.out == GOLDEN
    assert done.err == ""
    assert done.code == 1


@pytest.mark.parametrize("config", [Path("broken/alertd.yaml"), HERE / "broken/alertd.yaml"])
def test_broken_settings_do_not_hide_the_faults_of_the_rules_beside_them(config: Path) -> None:
    done = alertd("check", "--config", config, cwd=HERE)
    assert done.out == GOLDEN
    assert done.code == 1


def test_every_broken_file_has_a_fault_and_every_fault_a_place() -> None:
    lines = GOLDEN.splitlines()[:-1]
    inside = {str(path.relative_to(HERE)) for path in (HERE / "broken").rglob("*.y*ml")}
    blamed = {line.split(":")[0] for line in lines}
    assert inside - blamed == {"broken/rules/portfolios/same-portfolio.yaml", "broken/rules/portfolio/lost.yaml"}
    without_place = {line.split(":")[0] for line in lines if not re.match(r"[^:]+:[1-9]\d*:[1-9]\d*: ", line)}
    about_whole_files = {"broken/rules/loose.yml", "broken/rules/portfolio", "broken/rules/portfolios/empty.yaml"}
    assert without_place == about_whole_files


def test_good_settings_and_rules_are_counted(desk: Path) -> None:
    expected = "fine: 1 source, 1 receiver, 1 portfolio, 1 rule\n"
    for words in [(), (".",), ("--config", "alertd.yaml"), ("alertd.yaml",), ("alertd.yaml", "rules", ".")]:
        done = alertd("check", *words, cwd=desk)
        assert (done.code, done.out, done.err) == (0, expected, ""), words
    assert alertd("check", "rules", cwd=desk).out == "fine: 1 portfolio, 1 rule\n"
    assert alertd("check", "rules/portfolios/example.yaml", cwd=desk).out == "fine: 1 portfolio, 1 rule\n"
    assert alertd("check", "rules/portfolios", cwd=desk).out == "fine: 1 portfolio, 1 rule\n"


def test_the_shipped_rules_are_fine() -> None:
    done = alertd("check", RULES, cwd=ROOT)
    assert done.code == 0
    assert done.out.startswith("fine: 2 portfolios, ")


def test_rules_that_name_an_unknown_receiver_are_faults_of_a_check_with_settings(desk: Path) -> None:
    rule = desk / "rules/portfolios/example.yaml"
    rule.write_text(PORTFOLIO.replace("receivers: [desk]", "receivers: [dekk]"))
    done = alertd("check", cwd=desk)
    assert done.code == 1
    assert done.out.startswith("rules/portfolios/example.yaml:6:13: ")
    assert "did you mean `desk`?" in done.out


def test_warnings_are_shown_beside_faults_of_the_rules_and_count_when_strict(desk: Path) -> None:
    settings = desk / "alertd.yaml"
    secret = (
        '  - {id: oms, type: webhook, url: "https://oms.example.com", secret: whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz}'
    )
    settings.write_text(settings.read_text().replace("receivers:\n", f"receivers:\n{secret}\n"))
    done = alertd("check", cwd=desk)
    assert done.code == 0
    assert "warning: `secret` is a secret written in the file" in done.out
    assert "whsec_" not in done.out
    assert done.out.endswith("fine: 1 source, 2 receivers, 1 portfolio, 1 rule, 1 warning\n")
    done = alertd("check", "--strict", cwd=desk)
    assert done.code == 1
    assert done.out.endswith("not strictly fine: 1 source, 2 receivers, 1 portfolio, 1 rule, 1 warning\n")
    (desk / "rules/portfolios/example.yaml").write_text(PORTFOLIO.replace("title: Example", "titel: Example"))
    done = alertd("check", cwd=desk)
    assert done.out.endswith("\n1 fault in 1 file, 1 warning\n")


def test_faults_as_json_are_one_document(desk: Path) -> None:
    (desk / "rules/portfolios/example.yaml").write_text(PORTFOLIO.replace("high", "hihg"))
    expected = {
        "file": "rules/portfolios/example.yaml",
        "line": 10,
        "column": 15,
        "message": "`severity` cannot be `hihg`",
        "hint": "did you mean `high`? one of: info, low, medium, high, critical",
        "severity": "error",
    }
    for words in [("--json",), ("--format", "json")]:
        done = alertd("check", *words, cwd=desk)
        assert (done.code, done.json, done.err) == (1, [expected], "")
    assert alertd("check", "--json", "broken", cwd=HERE).json[3]["line"] == 7
    shutil.rmtree(desk / "rules")
    assert alertd("init", "--force", cwd=desk).code == 0
    assert alertd("check", "--json", cwd=desk).json == []


def test_faults_become_annotations_of_a_pull_request(tmp_path: Path) -> None:
    (tmp_path / "a,b: 50%.yaml").write_text("portfolio: p\ntitle: T\n  x\n")
    done = alertd("check", "--format", "github", ".", cwd=tmp_path)
    assert done.code == 1
    assert done.out.startswith("::error file=a%2Cb%3A 50%25.yaml,line=")
    (tmp_path / "a,b: 50%.yaml").write_text("")
    assert alertd("check", "--format", "github", ".", cwd=tmp_path).out == (
        "::error file=a%2Cb%3A 50%25.yaml::the file is empty\n"
    )


def test_nothing_to_read_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = alertd("check", cwd=tmp_path)
    assert (done.code, done.err) == (1, "")
    assert done.out.splitlines()[0].startswith("alertd.yaml: there is none; looked for ./alertd.yaml, ")
    assert alertd("check", "nowhere", cwd=tmp_path).out == (
        "nowhere: cannot be read: No such file or directory\n1 fault in 1 file\n"
    )
    done = alertd("check", "empty", cwd=tmp_path)
    assert done.out == (
        "empty: warning: there is no YAML file in this directory\nfine: nothing to check, 1 warning\n"
    )
    assert alertd("check", "--config", "empty", cwd=tmp_path).out == (
        "empty: cannot be read: Is a directory\n1 fault in 1 file\n"
    )
    assert alertd("check", "--strict", "empty", cwd=tmp_path).code == 1


def test_bytes_that_are_no_text_are_one_fault(tmp_path: Path) -> None:
    (tmp_path / "noise.yaml").write_bytes(bytes(range(256)) * 64)
    for words in [("noise.yaml",), (".",), ("--config", "noise.yaml")]:
        done = alertd("check", *words, cwd=tmp_path)
        assert done.code == 1
        assert done.out.count("noise.yaml") == 1, done.out


def test_settings_are_known_by_what_is_in_them_when_their_name_does_not_say(desk: Path) -> None:
    (desk / "alertd.yaml").rename(desk / "production.yml")
    assert alertd("check", "production.yml", cwd=desk).out == "fine: 1 source, 1 receiver, 1 portfolio, 1 rule\n"
    (desk / "production.yml").write_text("sources: [")
    done = alertd("check", "production.yml", cwd=desk)
    assert done.code == 1
    assert "portfolio" not in done.out


def test_folders_that_lead_in_a_circle_end(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "back").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "a" / "p.yaml").write_text(PORTFOLIO)
    assert alertd("check", ".", cwd=tmp_path).out == "fine: 1 portfolio, 1 rule\n"


def test_control_characters_of_a_file_do_not_reach_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text('portfolio: p\n"\\e[31mtitle": T\n')
    done = alertd("check", "p.yaml", cwd=tmp_path)
    assert done.code == 1
    assert "\x1b" not in done.out
    assert "\x1b" not in json.dumps(alertd("check", "--json", "p.yaml", cwd=tmp_path).json, ensure_ascii=False)


def test_faults_are_red_on_a_terminal(tmp_path: Path) -> None:
    shown = on_terminal("check", "nowhere.yaml", cwd=tmp_path)
    assert shown.code == 1
    assert "\x1b[31m" in shown.out
    assert "nowhere.yaml: cannot be read" in shown.out
