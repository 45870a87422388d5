"""`alertd match`: rules over events from a pipe, as short as a title."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from alertd.cli.events import MAX_LINE
from tests.cli.run import ROOT, RULES, Done, alertd, on_terminal

TEMPLATE = (ROOT / "alertd/cli/templates/portfolio.yaml").read_text("utf-8")
HOLDS = {"title": "Vega Grid cuts full-year guidance"}


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with settings and the rule of the template: a guidance is cut."""
    assert alertd("init", cwd=tmp_path).code == 0
    return tmp_path


def match(*words: str | Path, cwd: Path, events: object = ()) -> Done:
    lines = events if isinstance(events, bytes) else b"".join(json.dumps(e).encode() + b"\n" for e in [events])
    return alertd("match", *words, cwd=cwd, stdin=lines)


def test_an_event_can_be_as_short_as_a_title(desk: Path) -> None:
    done = match(cwd=desk, events=HOLDS)
    (line,) = done.lines
    assert done.code == 0
    assert line["event"]["title"] == HOLDS["title"]
    assert line["event"]["id"].startswith("ev_")
    assert line["event"]["source"] == "stdin"
    assert line["event"]["seen_at"] == line["event"]["event_at"]
    (found,) = line["matches"]
    assert (found["portfolio"], found["rule"], found["severity"]) == ("example", "guidance-cut", "high")
    (evidence,) = found["evidence"]
    assert HOLDS["title"][evidence["start"] : evidence["end"]] == "cuts full-year guidance"
    assert match(cwd=desk, events=HOLDS).lines[0]["event"]["id"] == line["event"]["id"]


def test_fields_that_alertd_does_not_know_are_kept(desk: Path) -> None:
    event = HOLDS | {"desk_note": [1, {"a": None}], "id": "ev_mine", "extra": 1}
    (line,) = match(cwd=desk, events=event).lines
    assert line["event"]["desk_note"] == [1, {"a": None}]
    assert line["event"]["extra"] == 1
    assert line["matches"][0]["event"] == "ev_mine"


def test_events_that_no_rule_holds_for_are_printed_when_asked_for(desk: Path) -> None:
    event = {"title": "Vega Grid opens a plant"}
    assert match(cwd=desk, events=event).out == ""
    (line,) = match("--all", cwd=desk, events=event).lines
    assert line["matches"] == []


def test_what_parse_prints_match_reads(tmp_path: Path) -> None:
    feed = "<rss version='2.0'><channel><item><title>Vega cuts full-year guidance</title></item></channel></rss>"
    events = alertd("parse", cwd=tmp_path, stdin=feed.encode())
    (line,) = match("--rules", RULES, cwd=tmp_path, events=events.out.encode()).lines
    assert line["matches"][0]["rule"] == "guidance-cut"
    assert line["event"]["provenance"]["fetched_sha256"]


def test_lines_that_are_no_events_are_named_and_the_others_are_matched(desk: Path) -> None:
    good = json.dumps(HOLDS).encode()
    (desk / "events.jsonl").write_bytes(b"\n".join([
        b"\xef\xbb\xbf" + good, b"", b"{not json", b"[1]", b'{"title": 7}', b'{"kind": "rumour"}', b"\xff\xfe",
        b'{"x":' + b"[" * 5000 + b"]" * 5000 + b"}", b'{"title": "' + b"x" * (20 << 20) + b'"}', b"   ", good,
    ]))  # fmt: skip
    done = match("events.jsonl", "nowhere.jsonl", "rules", "-", cwd=desk, events=HOLDS)
    assert done.code == 1
    assert len(done.lines) == 3
    assert done.err.splitlines() == [
        "events.jsonl:3: not an event: JSON is malformed: object keys must be strings (byte 1)",
        "events.jsonl:4: not an event: Expected `object`, got `array`",
        "events.jsonl:5: not an event: Expected `str`, got `int` - at `$.title`",
        "events.jsonl:6: not an event: Invalid enum value 'rumour' - at `$.kind`",
        "events.jsonl:7: not an event: JSON is malformed: invalid character (byte 0)",
        "events.jsonl:8: not an event: nested too deeply",
        "events.jsonl:9: the line is longer than 16 MiB",
        "nowhere.jsonl: cannot be read: No such file or directory",
        "rules: cannot be read: Is a directory",
    ]


def test_a_line_as_long_as_allowed_is_matched(desk: Path) -> None:
    line = json.dumps(HOLDS).encode()
    long = line[:-1] + b', "x": "' + b"y" * (MAX_LINE - len(line) - 20) + b'"}\n'
    assert len(match(cwd=desk, events=long).lines) == 1


def test_no_input_is_no_fault(desk: Path) -> None:
    done = match(cwd=desk, events=b"")
    assert (done.code, done.out, done.err) == (0, "", "")


def test_explain_shows_each_condition_with_what_it_saw(desk: Path) -> None:
    done = match("--explain", cwd=desk, events={"title": "Vega Grid lowers guidance", "id": "ev_1"})
    assert done.code == 0
    assert done.out.splitlines() == [
        "ev_1 “Vega Grid lowers guidance”",
        "  example",
        "    ✓ guidance-cut: A company lowers its guidance (high)",
        "      ✓ all",
        "        ✓ any",
        "          ✓ text: cuts guidance, lowers guidance, cuts full-year guidance, lowers full-year guidance",
        "              title: “lowers guidance” 10-25",
        "          ✗ title: profit warning  — not in the title",
        "        ✓ not",
        "          ✗ text: guidance counsellor  — not in title or body",
    ]


def test_explaining_a_hostile_title_does_not_drive_the_terminal(desk: Path) -> None:
    done = match("--explain", cwd=desk, events={"title": "\x1b[2J[red]x\u202e guidance"})
    assert "\x1b" not in done.out
    assert "\u202e" not in done.out
    assert "[red]x" in done.out


def test_the_rules_are_those_that_the_settings_name_or_stand_in_rules(desk: Path) -> None:
    (desk / "rules").rename(desk / "desk-rules")
    done = match(cwd=desk, events=HOLDS)
    assert (done.code, done.out) == (1, "")
    assert done.err == "rules: there is no such rules directory (`alertd init` makes one)\n"
    assert len(match("--rules", "desk-rules", cwd=desk, events=HOLDS).lines) == 1
    settings = desk / "alertd.yaml"
    settings.write_text(settings.read_text().replace("rules: ./rules", "rules: ./desk-rules"))
    assert len(match("--config", "alertd.yaml", cwd=desk, events=HOLDS).lines) == 1


def test_broken_rules_match_nothing_and_show_every_fault(desk: Path) -> None:
    rule = desk / "rules/portfolios/example.yaml"
    rule.write_text(TEMPLATE.replace("severity: high", "severity: hihg").replace("text:", "txt:"))
    done = match(cwd=desk, events=HOLDS)
    assert (done.code, done.out) == (1, "")
    assert [line.split(": ")[0] for line in done.err.splitlines()[:-1]] == [
        "rules/portfolios/example.yaml:10:15",
        "rules/portfolios/example.yaml:14:15",
        "rules/portfolios/example.yaml:16:17",
    ]
    assert done.err.endswith("3 faults found\n")


def test_large_files_show_a_bar_on_a_terminal_while_the_results_go_elsewhere(desk: Path) -> None:
    (desk / "events.jsonl").write_text(json.dumps(HOLDS) + "\n{\n" + json.dumps(HOLDS) + "\n")
    shown = on_terminal("match", "events.jsonl", cwd=desk, stdout=desk / "out")
    assert shown.code == 1
    assert "matching" in shown.out
    assert "events.jsonl:2: not an event" in shown.out
    assert len((desk / "out").read_text().splitlines()) == 2


def test_a_rule_that_fails_is_named_and_the_others_go_on(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def burst(*_: object) -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr("alertd.rules.leaves.Words.truth", burst)
    done = match("--all", cwd=desk, events=HOLDS)
    assert done.code == 1
    assert done.err == "stdin:1: rule example/guidance-cut failed: ZeroDivisionError: oops\n"
    assert len(done.lines) == 1
