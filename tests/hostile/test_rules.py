"""79 to 100: rules and settings as somebody in a hurry, or with a grudge, may write them.

Each is a fault with file, line and column, or means what it says; nothing is half-loaded, and nothing raises.
"""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest

from tests.cli.run import Done, alertd, small_desk
from tests.hostile.case import Case, hostile

PORTFOLIO = "rules/portfolios/example.yaml"
PLACED = re.compile(r"(?:alertd|rules/[a-z/-]+|k)\.yaml:[1-9]\d*:[1-9]\d*: ")
PROMPT_S = 10.0
"""Of computing, within which even a bomb is refused: one that goes off takes minutes."""


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with good settings and one good rule."""
    return small_desk(tmp_path)


def rule(when: str, more: str = "") -> str:
    """Write a portfolio with one rule."""
    return (
        "portfolio: example\ntitle: E\ntimezone: UTC\nreceivers: [desk]\nrules:\n"
        f"  - id: one\n    title: One\n    severity: high\n    when: {when}\n{more}"
    )


def check(desk: Path, written: str | bytes, name: str = PORTFOLIO) -> Done:
    """Write a file and check everything."""
    (desk / name).write_bytes(written.encode() if isinstance(written, str) else written)
    began = time.process_time()
    done = alertd("check", cwd=desk)
    assert time.process_time() - began < PROMPT_S
    assert "Traceback" not in done.err
    assert all(len(line) < 1_000 for line in done.out.splitlines())
    return done


def one(number: int, name: str, written: str | bytes, fault: str, file: str = PORTFOLIO) -> Any:
    return pytest.param(written, fault, file, marks=hostile(number, name), id=f"{number} {name}")


LAUGHS = "a: &a [x, x]\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [*{chr(97 + i)}, *{chr(97 + i)}]\n" for i in range(24)
)
MERGES = "a: &a {x: 1}\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} {{<<: [*{chr(97 + i)}, *{chr(97 + i)}]}}\n" for i in range(20)
)
SETTINGS = "rules: ./rules\nreceivers: [{id: desk, type: console}]\n"
QUIET = '{{id: desk, type: console, quiet: {{hours: "{}", timezone: {}}}}}'

REFUSED = [
    one(79, "duplicate key", rule("{text: a}", "    when: {text: b}\n"), "10:5: key `when` is given twice"),
    one(80, "tab", rule("{text: a}").replace("    title", "\ttitle"), "7:1: a tab cannot indent (use spaces)"),
    one(81, "ticker TRUE, unquoted", rule("{mentions: [TRUE]}"), "9:23: there is no company `TRUE`"),
    one(82, "CIK that YAML 1.1 takes for octal", rule("{mentions: [0000123456]}"),
        "9:23: there is no company `0000123456`"),
    one(84, "alias bomb", LAUGHS, "1:4: anchors (`&name`) are not supported"),
    one(85, "merge bomb", MERGES, "1:4: anchors (`&name`) are not supported"),
    one(86, "recursive anchor", "rules: &a [*a]\n", "1:8: anchors (`&name`) are not supported"),
    one(87, "nested 1,000 deep", "rules: " + "[" * 1_000 + "]" * 1_000, "nested deeper than"),
    one(87, "`all` in `all`, 300 deep", rule("{all: [" * 300 + "{text: a}" + "]}" * 300), "nested deeper than"),
    one(88, "!!python/object", "rules: !!python/object/apply:os.system [id]\n", "1:8: tags (`!name`)"),
    one(89, "empty file", "", "the file is empty"),
    one(90, "two documents", rule("{text: a}") + "---\nrules: []\n", "10:1: a second document starts here"),
    one(91, "unknown key", rule("{text: a}").replace("severity", "sevrity"),
        "8:5: unknown key `sevrity` (did you mean `severity`?)"),
    one(91, "misspelt condition", rule("{tilte: a}"), "(did you mean `title`?)"),
    one(92, "regex with look-ahead", rule("{regex: 'merge(?=r)'}"), "9:19: "),
    one(92, "regex with a back-reference", rule(r"{regex: '(a)\1'}"), "9:19: "),
    one(93, "pattern of 1,001 repetitions", rule("{regex: 'a{1001}'}"), "9:19: "),
    one(93, "pattern of nested repetitions", rule("{regex: '((a{100}){100}){100}'}"), "9:19: "),
    one(95, "empty pattern", rule("{regex: ''}"), "9:19: "),
    one(95, "empty text", rule("{text: ''}"), "9:18: "),
    one(96, "unknown time zone", rule("{text: a}").replace("UTC", "America/New_Yrok"), "3:11: "),
    one(96, "time zone that is a path", rule("{text: a}").replace("UTC", "../../etc/passwd"), "3:11: "),
    one(97, "quiet hours that begin when they end",
        SETTINGS.replace("{id: desk, type: console}", QUIET.format("22:00-22:00", "Europe/London")), "2:",
        "alertd.yaml"),
    one(98, "duplicate rule id", rule("{text: a}", "  - {id: one, title: T, severity: low, when: {text: b}}\n"),
        "10:10: "),
    one(99, "rule for a receiver that is not there", rule("{text: a}").replace("[desk]", "[dsek]"),
        "4:13: "),
]  # fmt: skip


@pytest.mark.parametrize(("written", "fault", "file"), REFUSED)
def test_what_is_wrong_is_a_fault_with_its_place(
    case: Case, desk: Path, written: str | bytes, fault: str, file: str
) -> None:
    done = check(desk, written, file)
    assert done.code == 1
    lines = [line for line in done.out.splitlines() if line.startswith(file)]
    found = [line for line in lines if fault in line]
    assert found, done.out
    assert PLACED.match(found[0]) or written == ""
    case.says(found[0].removeprefix("rules/portfolios/")[:160])


@pytest.mark.parametrize(
    ("event", "matches"),
    [
        pytest.param({"title": "x", "language": "no"}, True, marks=hostile(81, "language NO, unquoted")),
        pytest.param({"title": "x", "language": "false"}, False, marks=hostile(81, "what YAML 1.1 makes of it")),
    ],
)
def test_norway_is_a_language(case: Case, desk: Path, event: dict[str, str], matches: bool) -> None:
    assert check(desk, rule("{language: no}")).code == 0
    assert matched(desk, event) == matches
    case.says("a text, not false")


def matched(desk: Path, *events: dict[str, str]) -> bool:
    """Tell whether the rule matches."""
    lines = "\n".join(json.dumps(event) for event in events).encode()
    done = alertd("match", "--rules", "rules", cwd=desk, stdin=lines)
    assert done.code == 0, done.err
    return any(line["matches"] for line in done.lines)


@hostile(81, "words that look like truth, unquoted")
def test_words_that_look_like_truth_are_texts(case: Case, desk: Path) -> None:
    assert check(desk, rule("{title: [OFF, TRUE, Yes]}")).code == 0
    assert matched(desk, {"title": "The lights go off"}) and matched(desk, {"title": "True to its word"})
    assert not matched(desk, {"title": "The lights go on"})
    case.says("texts, not truth values")


@hostile(82, "CIK with leading zeros, unquoted")
def test_a_cik_keeps_its_zeros(case: Case, desk: Path) -> None:
    assert check(desk, rule("{mentions: [0001652044]}")).code == 0
    assert matched(desk, {"title": "Alphabet Inc. buys a company"})
    assert not matched(desk, {"title": "Apple Inc. buys a company"})
    case.says("read as text: the company of that CIK is found")


@hostile(83, "sexagesimal 22:30:00, unquoted")
@pytest.mark.parametrize(("hours", "fine"), [("22:30-06:00", True), ("22:30:00", False)])
def test_a_time_is_no_number_to_the_base_of_sixty(case: Case, desk: Path, hours: str, fine: bool) -> None:
    receiver = QUIET.replace('"', "").format(hours, "UTC")
    done = check(desk, SETTINGS.replace("{id: desk, type: console}", receiver), "alertd.yaml")
    assert (done.code == 0) is fine, done.out
    case.says("a time" if fine else done.out.splitlines()[0])


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param("(a+)+$", marks=hostile(93, "ReDoS pattern (a+)+$"), id="nested"),
        pytest.param("(.*merger.*acqui.*deal)+x", marks=hostile(93, "ReDoS pattern .*merger.*acqui"), id="analyst"),
        pytest.param("(?i)(a|a|a)*b", marks=hostile(93, "ReDoS pattern (a|a|a)*b"), id="alternatives"),
    ],
)
def test_a_pattern_is_run_in_linear_time(case: Case, desk: Path, pattern: str) -> None:
    assert check(desk, rule(f"{{regex: '{pattern}'}}")).code == 0
    began = time.process_time()
    matched(desk, {"title": "merger", "body": "a" * 250_000 + "!" + "merger acqui " * 100})
    assert (took := time.process_time() - began) < PROMPT_S
    assert took
    case.says("taken, and run over 250 kB in linear time")


@hostile(94, "pattern .* that matches all")
def test_a_pattern_that_matches_everything_is_refused(case: Case, desk: Path) -> None:
    done = check(desk, rule("{regex: '.*'}"))
    assert done.code == 1
    (line,) = [line for line in done.out.splitlines() if "9:19: regex: the pattern matches the empty text" in line]
    case.says(line.removeprefix("rules/portfolios/"))


@hostile(100, "secret file that others can read")
def test_a_secret_file_that_others_can_read_is_told(case: Case, desk: Path) -> None:
    secret = desk / "slack.url"
    secret.write_text("https://hooks.slack.com/services/T0/B0/CANARY\n")
    secret.chmod(0o644)
    receiver = "{id: desk, type: slack, webhook_url_file: slack.url}"
    done = check(desk, SETTINGS.replace("{id: desk, type: console}", receiver), "alertd.yaml")
    (line,) = [line for line in done.out.splitlines() if "can be read by every user" in line]
    assert PLACED.match(line)
    assert "CANARY" not in done.out + done.err
    case.says(line.removeprefix("alertd.yaml:"))
