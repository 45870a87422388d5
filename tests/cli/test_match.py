"""`alertd match`: rules over events from a pipe, as short as a title."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from alertd.base.clock import rfc3339, system_clock
from alertd.cli.events import MAX_LINE
from alertd.rules.holdings_memory import save_memory
from alertd.rules.loader import load_rules
from tests.cli.run import HERE, RULES, Done, alertd, on_terminal, small_desk

TEMPLATE = (HERE / "small/example.yaml").read_text("utf-8")
HOLDS = {"title": "Vega Grid cuts full-year guidance"}


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with settings and a rule in words: a guidance is cut."""
    return small_desk(tmp_path)


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


def test_an_event_may_be_written_out_as_an_argument(desk: Path) -> None:
    text = json.dumps(HOLDS)
    piped = match(cwd=desk, events=HOLDS)
    for argument in (text, json.dumps(HOLDS, indent=2)):
        done = match(argument, cwd=desk)
        assert (done.code, done.err) == (0, "")
        assert [line["matches"] for line in done.lines] == [line["matches"] for line in piped.lines]
    done = match(f'{text}\n{{"title": 7}}', cwd=desk)
    assert (done.code, len(done.lines)) == (1, 1)
    assert done.err == "EVENT:2: not an event: Expected `str`, got `int` - at `$.title`\n"


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
        "events.jsonl:4: not an event: Expected `object`, got `array`; `jq -c '.[]'` makes a line of each",
        "events.jsonl:5: not an event: Expected `str`, got `int` - at `$.title`",
        "events.jsonl:6: not an event: Invalid enum value 'rumour' - at `$.kind`",
        "events.jsonl:7: not an event: JSON is malformed: invalid character (byte 0)",
        "events.jsonl:8: not an event: nested too deeply",
        "events.jsonl:9: the line is longer than 16 MiB",
        "nowhere.jsonl: cannot be read: No such file or directory",
        "rules: cannot be read: Is a directory",
    ]


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ({"published_at": "yesterday"}, "`yesterday` (such as 2026-01-12T07:41:56Z)"),
        ({"event_at": "2026-01-01"}, "`event_at` is no time with a zone: `2026-01-01` (write 2026-01-01T00:00:00Z)"),
        ({"seen_at": "0000-00-00T00:00:00Z"}, "`seen_at` is no time with a zone: `0000-00-00T00:00:00Z`"),
        ({"companies": ["NVDA"]}, '`companies` takes a list of mappings (write `[{"id": "NVDA"}]`)'),
        ({"items": "1.02"}, '`items` takes a list (write `["1.02"]`)'),
        ({"amounts": ["200M"]}, '`amounts` takes a list of mappings (write `[{"low": 200e6, "high": 200e6, '),
        ({"companies": [{"id": "NVDA", "relevance": 7}]}, "companies[0]: `relevance` lies between 0 and 1"),
        ({"sentiment": {"score": -2}}, "`score` lies between -1 and 1, -2 does not"),
        ({"amounts": [{"low": 5, "high": 3}]}, "amounts[0]: `low` is 5, above `high` with 3"),
        ({"id": "tag:a.example,2026:7"}, "`id` cannot be an event's: `tag:a.example,2026:7`"),
        ({"items": "1", "event_at": "now"}, "(such as 2026-01-12T07:41:56Z); `items` takes a list"),
    ],
)  # fmt: skip
def test_an_event_that_cannot_be_meant_is_named_with_what_helps(desk: Path, event: object, said: str) -> None:
    done = match("--all", cwd=desk, events=event)
    assert (done.code, done.out) == (1, "")
    assert said in done.err
    assert done.err.startswith("stdin:1: not an event: ")


def test_only_events_that_say_the_same_in_every_field_are_the_same_event(desk: Path) -> None:
    filing = {"title": "4 - LMT", "form": "4"}
    said: list[object] = [
        filing, filing | {"url": "https://example.com/1"}, filing | {"facts": {"insider": "A"}},
        filing | {"facts": {"insider": "B"}}, filing | {"accession": "0000000000-26-000001"},
        filing | {"companies": [{"id": "NVDA"}]}, filing | {"published_at": "2026-01-12T07:41:56Z"},
        filing | {"x": 1},
    ]  # fmt: skip
    twice = "".join(json.dumps(event) + "\n" for event in [*said, *said, {"form": "4", "title": "4 - LMT"}]).encode()
    ids = [line["event"]["id"] for line in match("--all", cwd=desk, events=twice).lines]
    assert ids[: len(said)] == ids[len(said) : -1]
    assert len(set(ids)) == len(said)
    assert ids[-1] == ids[0]


def test_filings_that_differ_in_their_facts_alone_are_counted_as_several(desk: Path) -> None:
    (desk / "rules/portfolios/example.yaml").write_text(
        "portfolio: example\ntitle: E\nreceivers: [desk]\nrules:\n- id: three\n  title: T\n  severity: low\n"
        "  when: {all: [{form: 4}, {mentions: LMT}, {count: {at_least: 3, within: 14d, by: company}}]}\n"
    )
    filing = {"title": "4 - LMT", "form": "4", "kind": "filing", "companies": [{"id": "LMT"}]}
    events = "".join(json.dumps(filing | {"facts": {"insider": name}}) + "\n" for name in "AABC").encode()
    assert [len(line["matches"]) for line in match("--all", cwd=desk, events=events).lines] == [0, 0, 0, 1]


def test_a_company_that_nobody_knows_is_told_once_and_the_event_is_matched(desk: Path) -> None:
    events = [{"title": "x", "companies": [{"id": name}]} for name in ("NVDIA", "NVDIA", "cik-0000000001", "NVDA")]
    done = match("--all", cwd=desk, events="".join(json.dumps(event) + "\n" for event in events).encode())
    assert (done.code, len(done.lines)) == (0, 4)
    assert done.err == "stdin:1: no company is called `NVDIA` (did you mean `NVDA` (NVIDIA CORP)?)\n"


def test_a_rule_over_time_alone_is_explained_by_what_it_is(desk: Path) -> None:
    (desk / "rules/portfolios/example.yaml").write_text(
        "portfolio: example\ntitle: E\nreceivers: [desk]\nrules:\n- id: twice\n  title: T\n  severity: low\n"
        "  when: {count: {at_least: 2, within: 1h, by: company}}\n"
    )
    done = match("--explain", cwd=desk, events={"title": "x", "id": "ev_1"})
    lines = done.out.splitlines()
    assert lines[lines.index("  example") + 1 :] == [
        "    ✗ twice: T (low)",
        "      over time",
        "        ✗ count: at least 2 within 1h by company  — the event names no company whose past could be asked",
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
    headline, language, *lines = done.out.splitlines()
    assert (headline, language) == ("ev_1 “Vega Grid lowers guidance”", "  language   en")
    assert lines[lines.index("  example") + 1 :] == [
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


# --- the whole language ---------------------------------------------------------------------------------------

TRIED = HERE / "tried/rules"
LEASE: dict[str, object] = {
    "title": "Vega Grid leases its Orion supercomputer to Lumen Labs",
    "published_at": "2026-02-02T12:41:56Z",
    "companies": [{"id": "Vega Grid", "role": "lessor"}, {"id": "lumen"}],
    "amounts": [{"low": 3e9, "high": 4e9, "per": "year", "of": "Vega Grid"}],
    "parties": ["vega", "Lumen Labs"],
}
QUARREL = {
    "title": "Lumen Labs sues Vega Grid",
    "published_at": "2026-06-02T12:41:56Z",
    "parties": ["vega", "lumen"],
}


def rules_that_hold(
    *events: Mapping[str, object], words: tuple[str | Path, ...] = ("--rules", TRIED)
) -> list[list[str]]:
    """Match events in one run; gives the rules that hold for each."""
    done = alertd("match", "--all", *words, cwd=HERE, stdin="\n".join(map(json.dumps, events)).encode())
    assert (done.code, done.err) == (0, "")
    return [[match["rule"] for match in line["matches"]] for line in done.lines]


def test_conditions_on_what_enrichment_finds_read_it_from_the_event() -> None:
    done = alertd("match", "--rules", TRIED, cwd=HERE, stdin=json.dumps(LEASE).encode())
    (line,) = done.lines
    (found,) = line["matches"]
    assert (found["rule"], found["company"]) == ("big-compute-lease", "cik-0001045810")
    assert found["path"] == ["NVDA supplier of Vega Grid (0.7)"]
    assert [(kind["type"], kind["status"]) for kind in line["event"]["event_types"]] == [
        ("compute_lease", "announced")
    ]


def test_companies_may_be_written_by_ticker_or_name_and_come_out_as_ids() -> None:
    event = LEASE | {"terms": [{"type": "reclaim_right", "held_by": "NVDA"}]}
    event["event_types"] = [{"type": "compute_lease", "parties": [{"company": "Vega Grid", "role": "lessor"}]}]
    (line,) = alertd("match", "--rules", TRIED, cwd=HERE, stdin=json.dumps(event).encode()).lines
    written = line["event"]
    assert [company["id"] for company in written["companies"]] == ["vega", "lumen"]
    assert written["parties"] == ["vega", "lumen"]
    assert written["amounts"][0]["of"] == "vega"
    assert written["terms"][0]["held_by"] == "cik-0001045810"
    assert written["event_types"][0]["parties"][0]["company"] == "vega"
    stranger = {"title": "x", "companies": [{"id": "Nobody Knows Inc"}]}
    (line,) = alertd("match", "--all", "--rules", TRIED, cwd=HERE, stdin=json.dumps(stranger).encode()).lines
    assert line["event"]["companies"][0]["id"] == "Nobody Knows Inc"


def test_rules_over_time_remember_what_came_before_in_the_same_run() -> None:
    assert rules_that_hold(LEASE, QUARREL) == [["big-compute-lease"], ["lease-turns-sour"]]
    assert rules_that_hold(QUARREL) == [[]]
    later = QUARREL | {"published_at": "2027-06-02T12:41:56Z"}
    assert rules_that_hold(LEASE, later) == [["big-compute-lease"], []]


def test_what_counts_is_when_events_were_and_not_when_they_are_told() -> None:
    assert rules_that_hold(QUARREL, LEASE) == [[], ["big-compute-lease", "lease-turns-sour"]]


def test_several_files_are_one_stream(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps(LEASE) + "\n")
    (tmp_path / "b.jsonl").write_text(json.dumps(QUARREL) + "\n")
    done = alertd("match", "--rules", TRIED, "a.jsonl", "b.jsonl", cwd=tmp_path)
    assert [match["rule"] for line in done.lines for match in line["matches"]] == [
        "big-compute-lease", "lease-turns-sour",
    ]  # fmt: skip


# --- positions ------------------------------------------------------------------------------------------------


def held(desk: Path, rows: str, **more: str) -> None:
    """Give the desk's portfolio a positions file and a rule about what it holds."""
    (desk / "positions.csv").write_text("ticker,weight,date\n" + rows)
    settings = ", ".join(f"{key}: {value}" for key, value in ({"as_of": "date"} | more).items())
    (desk / "rules/portfolios/example.yaml").write_text(
        "portfolio: example\ntitle: E\nreceivers: [desk]\n"
        f"holdings: {{file: ../../positions.csv, {settings}}}\n"
        "rules: [{id: named, title: N, severity: low, when: {mentions: holdings}}]\n"
    )


NAMED = {"title": "x", "companies": [{"id": "NVDA"}]}


def test_stale_positions_are_used_and_told_on_stderr(desk: Path) -> None:
    held(desk, "NVDA,8%,2020-01-02\n")
    done = match(cwd=desk, events=NAMED)
    assert (done.code, len(done.lines)) == (0, 1)
    assert done.err.startswith("rules/portfolios/example.yaml:4:")
    assert "warning" in done.err
    assert done.err.count("\n") == 1


def test_positions_that_are_refused_match_nothing_unless_the_daemon_took_some_before(desk: Path) -> None:
    today = rfc3339(system_clock())[:10]
    held(desk, f"NVDA,8%,{today}\nVRT,4%,{today}\n")
    loaded = load_rules(desk / "rules", memory=desk / "var/holdings")
    save_memory(desk / "var/holdings", "example", loaded.accepted["example"])
    (desk / "positions.csv").write_text("ticker,weight,date\n")
    done = match("--rules", "rules", cwd=desk, events=NAMED)
    assert (done.code, done.out) == (1, "")
    done = match(cwd=desk, events=NAMED)
    assert (done.code, len(done.lines)) == (0, 1)
    assert "warning" in done.err
