"""`alertd backtest`: what rules would have told, on a set where the answer is known."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from rich.cells import cell_len

from alertd.base.clock import rfc3339
from alertd.base.ids import alert_id, story_id
from alertd.model import Event, JournalRecord
from tests.cli.run import Done, alertd, on_terminal
from tests.history.past.making import START, event_record, write_archive

HEAD = "portfolio: {name}\ntitle: {name}\nreceivers: [{name}-desk]\n{desk}rules:\n"
OLD = """
  - {id: lease, title: A lease, severity: high, expect: at_most 1 per day, when: {title: lease}}
  - {id: dispute, title: A dispute, severity: high, when: {title: [dispute, sue]}}
  - {id: three, title: Three leases, severity: low, when: {all: [{title: lease}, {count: {at_least: 3, within: 2d}}]}}
"""
NEW = OLD.replace("id: lease,", "id: any-lease, formerly: lease,").replace(
    "{title: lease}}\n  - {id: dispute", "{all: [{title: lease}, {not: {title: van}}]}}\n  - {id: dispute"
)
TITLES = ["Vega leases a computer", "Vega leases a van", "Lumen sues Vega", "Lumen leases a hall", "Nothing new"]
HOSTILE = "Vega leases \x1b[31mred\x1b[0m <script>alert(1)</script> [bold]x[/bold] \u202egnp.exe"


def rules(folder: Path, text: str = OLD, name: str = "ai", desk: str = "") -> None:
    """Write a portfolio."""
    file = folder / f"rules/portfolios/{name}.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(HEAD.format(name=name, desk=f"desk: {desk}\n" if desk else "") + text)


def events(folder: Path, titles: list[str] | None = None) -> None:
    """Write events of one day, an hour apart, each a story of its own."""
    with (folder / "past.jsonl").open("w") as file:
        for number, title in enumerate(TITLES if titles is None else titles):
            at = rfc3339(START + number * 3_600_000)
            one = {"id": f"ev_{number}", "source": "wire", "title": title, "url": f"https://wire.example/{number}"}
            file.write(json.dumps(one | {"published_at": at, "seen_at": at, "event_at": at}) + "\n")


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with rules and events, without settings."""
    rules(tmp_path)
    events(tmp_path)
    return tmp_path


def run(desk: Path, *words: str | Path) -> Done:
    return alertd("backtest", "--rules", "rules", "--events", "past.jsonl", "--jobs", "1", *words, cwd=desk)


def git(folder: Path, *words: str) -> None:
    """Run git there."""
    who = ["-c", "user.name=jd", "-c", "user.email=jd@example.com"]
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)


# --- one version --------------------------------------------------------------------------------------------------


def test_alerts_are_counted_by_rule_and_told_to_the_receivers_of_the_portfolio(desk: Path) -> None:
    done = run(desk)
    assert (done.code, done.err) == (0, "")
    shown = " ".join(done.out.split())
    assert "5 events" in shown
    assert "ai/lease 3 3" in shown
    assert "ai/dispute 1 1" in shown
    assert "ai/three 1 1" in shown
    assert "over budget: ai/lease: over at_most 1 per day in 1 day, at most 3" in shown
    assert "ai-desk" in shown


def test_machines_get_one_document(desk: Path) -> None:
    made = run(desk, "--json").json
    found = {one["rule"]: one for one in made["summary"]["rules"]}
    assert (found["lease"]["matches"], found["lease"]["alerts"], found["lease"]["precision"]) == (3, 3, None)
    assert made["summary"]["past"]["events"] == 5
    assert made["expectations"] == []
    assert "comparison" not in made


def test_only_what_is_named_is_reported(desk: Path) -> None:
    made = run(desk, "--json", "--rule", "ai/dispute").json
    assert [one["rule"] for one in made["summary"]["rules"]] == ["dispute"]
    assert made["summary"]["alerts"] == 1


def test_a_time_leaves_out_what_is_before_and_after_it_and_remembers_what_was_before(desk: Path) -> None:
    since, until = rfc3339(START + 3_600_000), rfc3339(START + 4 * 3_600_000)
    made = run(desk, "--json", "--since", since, "--until", until).json["summary"]
    found = {one["rule"]: one["matches"] for one in made["rules"]}
    assert (made["past"]["events"], made["past"]["warmed"]) == (3, 1)
    assert found == {"lease": 2, "dispute": 1, "three": 1}


def test_what_lies_ahead_has_no_days_without_alerts(desk: Path) -> None:
    made = run(desk, "--json", "--since", rfc3339(START), "--until", "9999-12-31").json["summary"]
    assert made["until"] < "2999" and made["alerts"] == 4


def test_text_of_feeds_stays_text_on_the_terminal_and_on_the_page(desk: Path) -> None:
    events(desk, [HOSTILE])
    done = run(desk, "--html", "report.html")
    assert done.code == 0
    assert "\x1b" not in done.out
    assert "[bold]x[/bold]" in done.out
    page = (desk / "report.html").read_text("utf-8")
    assert "<script" not in page
    assert "\x1b" not in page
    assert "&lt;script&gt;" in page
    assert "Content-Security-Policy" in page


def test_on_a_terminal_it_fits_80_columns_and_shows_how_far_it_is(desk: Path) -> None:
    words = ("backtest", "--rules", "rules", "--events", "past.jsonl", "--jobs", "1", "--samples", "0")
    done = on_terminal(*words, cwd=desk)
    assert done.code == 0
    table = [line for line in done.out.splitlines() if "ai/lease" in line and "never" not in line]
    assert table
    assert all(cell_len(line) <= 110 for line in table)  # with colours
    assert "events" in done.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["--since", "yesterday"],
            "--since takes a time such as 2h or 30d, a date, or a time with a zone, not yesterday",
        ),
        (["--since", "2026-03-02", "--until", "2026-03-01"], "--until 2026-03-01 is not after --since 2026-03-02"),
        (["--rule", "leas"], "there is no rule leas (did you mean"),
        (["--portfolio", "ia"], "there is no portfolio ia (did you mean ai?)"),
        (["--warm-up", "long"], "--warm-up takes a length of time such as 0s, 12h or 40d, not long"),
        (["--junit", "x.xml"], "--junit writes what --expect asks for"),
        (["--expect", "x.yaml", "--rule", "lease"], "--expect looks at all rules"),
    ],
)
def test_what_cannot_be_meant_is_said_in_one_line(desk: Path, words: list[str], said: str) -> None:
    done = run(desk, *words)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert done.err.count("\n") == 1


def test_without_settings_the_events_must_be_named(desk: Path) -> None:
    done = alertd("backtest", cwd=desk)
    assert (done.code, done.out) == (2, "")
    assert "name events by --events" in done.err


def test_events_that_are_not_there_and_rules_that_do_not_load_are_faults(desk: Path) -> None:
    missing = alertd("backtest", "--rules", "rules", "--events", "none.jsonl", "--jobs", "1", cwd=desk)
    assert (missing.code, missing.out) == (1, "")
    assert missing.err.startswith("none.jsonl: there are no events here")
    rules(desk, "  - {id: x}\n")
    broken = run(desk)
    assert broken.code == 1
    assert "rules/portfolios/ai.yaml:5:5: " in broken.err


def test_lines_that_are_no_events_are_named_with_what_is_wrong_and_the_others_count(desk: Path) -> None:
    whole = (desk / "past.jsonl").read_text()
    (desk / "past.jsonl").write_text('no json\n{"title": 7}\n{"published_at": "yesterday"}\n{"title": "x"}\n' + whole)
    done = run(desk)
    assert done.code == 0
    assert "5 events" in " ".join(done.out.split())
    said = done.err.splitlines()
    assert [line.split(": ")[:2] for line in said] == [[f"past.jsonl:{n}", "not an event"] for n in (1, 2, 3, 4)]
    wrong = ("JSON is malformed", "Expected `str`", "`yesterday`", "states no time")
    for line, what in zip(said, wrong, strict=True):
        assert what in line


@pytest.mark.parametrize("against", [(), ("--against", "rules")])
def test_a_file_of_nothing_but_garbage_is_a_fault_and_of_many_lines_some_are_named(
    desk: Path, against: tuple[str, ...]
) -> None:
    (desk / "past.jsonl").write_text("garbage\n" * 30)
    done = run(desk, *against, "--json")
    assert (done.code, done.out) == (1, "")
    said = done.err.splitlines()
    assert (said[0].startswith("past.jsonl:1: not an event: "), len(said)) == (True, 22)
    assert said[20] == "and 10 lines more"
    assert "nothing of the past could be read: 30 lines damaged or no events" in said[21]


def test_a_file_without_events_is_not_of_1970(desk: Path) -> None:
    (desk / "past.jsonl").write_text("")
    done = run(desk)
    assert "1970" not in done.out
    assert "there are no events in this time" in done.out


def test_a_young_archive_is_counted_from_its_beginning(desk: Path) -> None:
    made = [
        Event(id=f"ev_{n}", title="Vega leases a hall", source="wire", event_at=rfc3339(START + n * 3_600_000))
        for n in range(1, 4)
    ]
    began = JournalRecord(kind="version", at=rfc3339(START), ids=["r1"], reason="start", data={"rules_version": "r1"})
    write_archive(desk / "var", [began, *(event_record(e, START + n * 3_600_000) for n, e in enumerate(made, 1))])
    days = ("--since", "2026-02-01", "--until", "2026-03-04T10:00:00Z")
    shown = alertd("backtest", "--rules", "rules", "--events", "var", "--jobs", "1", *days, "--json", cwd=desk)
    found = json.loads(shown.out)["summary"]
    assert (found["since"][:16], found["days"]) == ("2026-03-02T10:00", 2.0)
    assert found["past"]["empty_days"] == ["2026-03-03", "2026-03-04"]
    lease = next(rule for rule in found["rules"] if rule["rule"] == "lease")
    assert (lease["per_day"], lease["p95"]) == (lease["alerts"] / 2, lease["alerts"])
    said = alertd("backtest", "--rules", "rules", "--events", "var", "--jobs", "1", *days, cwd=desk)
    assert "the archive begins 2026-03-02 10:00: days and rates are counted from there" in " ".join(said.out.split())


def test_what_people_said_of_the_same_alerts_gives_the_precision(desk: Path) -> None:
    alert = next(iter(run(desk, "--json").json["summary"]["rules"]))["samples"][0]
    found = run(desk, "--json", "--samples", "1", "--rule", "lease").json["summary"]["rules"][0]
    assert found["samples"][0]["event"] == alert["event"]
    at = START + 1_000
    event = Event(id="ev_0", source="wire", title=TITLES[0], seen_at=rfc3339(START), event_at=rfc3339(START))
    name = alert_id("ai", story_id("ev_0"))
    said = JournalRecord(
        kind="answer", at=rfc3339(at), ids=[name], reason="useful",
        data={"who": "jd", "via": "cli", "portfolio": "ai", "revision": 1},
    )  # fmt: skip
    write_archive(desk / "archive", [event_record(event, START), said])
    words = ("backtest", "--rules", "rules", "--events", "archive", "--jobs", "1", "--json")
    lease = next(r for r in alertd(*words, cwd=desk).json["summary"]["rules"] if r["rule"] == "lease")
    assert (lease["useful"], lease["precision"]) == (1, 1.0)
    alone = alertd(*words, "--no-people", cwd=desk).json["summary"]["rules"]
    assert {one["useful"] for one in alone} == {0}


def test_a_desk_sees_its_own_and_what_is_nobodys_and_hears_of_nothing_else(desk: Path) -> None:
    rules(desk, OLD, "mine", "ai")
    rules(desk, OLD, "secret", "rates")
    for words in ([], ["--json"], ["--html", "report.html"], ["--against", "rules"]):
        done = run(desk, "--desk", "ai", *words)
        assert done.code == 0
        assert "secret" not in done.out + done.err
    assert "secret" not in (desk / "report.html").read_text("utf-8")
    assert "mine/lease" in run(desk, "--desk", "ai").out
    assert run(desk, "--desk", "ai", "--portfolio", "secret").code == 2


def test_a_desk_does_not_learn_whether_another_ones_source_brought_an_event(desk: Path) -> None:
    rules(desk, OLD, "mine", "ai")
    sources = "".join(
        f"  - {{id: {name}, type: push, token: {name}-token-of-32-characters-or-more, desk: {owner}}}\n"
        for name, owner in (("wire", "rates"), ("own", "ai"))
    )
    (desk / "alertd.yaml").write_text(
        f"state_dir: ./var\nrules: ./rules\nsources:\n{sources}receivers:\n  - {{id: ai-desk, type: console}}\n"
        "  - {id: mine-desk, type: console, desk: ai}\n"
    )
    (desk / "backtest.yaml").write_text("expect:\n  - {rule: mine/lease, no_match: [ev_4, ev_none]}\n")
    for words in ([], ["--against", "rules"]):
        done = run(desk, "--desk", "ai", "--expect", "backtest.yaml", "--json", *words)
        assert {one["got"] for one in done.json["expectations"]} == {"no such event in this past"}


# --- two versions -------------------------------------------------------------------------------------------------


def differences(made: Done) -> dict[str, tuple[int, int, int, int]]:
    """Give added, lost, changed and the same by rule."""
    assert made.code == 0, made.err
    rules_ = made.json["comparison"]["rules"]
    return {one["rule"]: (one["added"], one["lost"], one["changed"], one["same"]) for one in rules_}


def test_the_difference_between_two_directories_is_what_was_built_in(desk: Path) -> None:
    (desk / "rules").rename(desk / "before")
    rules(desk, NEW)
    made = run(desk, "--against", "before", "--json")
    assert differences(made) == {"any-lease": (0, 1, 0, 2)}
    (lost,) = made.json["comparison"]["rules"][0]["lost_samples"]
    assert (lost["title"], lost["told"]) == ("Vega leases a van", {"ai-desk": "folded_into"})
    assert lost["why"] == ["✗ not title: van — title: “van” 14-17"]
    back = alertd(
        "backtest", "--rules", "before", "--events", "past.jsonl", "--jobs", "1", "--against", "rules", "--json",
        cwd=desk,
    )  # fmt: skip
    assert differences(back) == {"lease": (1, 0, 0, 2)}
    shown = run(desk, "--against", "before").out
    assert "against before: 0 matches added, 1 lost, 0 changed, 4 the same; alerts 4 → 3" in shown
    assert "ai/any-lease (was lease)" in shown


def test_rules_compared_with_themselves_differ_in_nothing(desk: Path) -> None:
    made = run(desk, "--against", "rules", "--json").json["comparison"]
    assert (made["added"], made["lost"], made["changed"], made["rules"], made["told_otherwise"]) == (0, 0, 0, [], 0)


def test_a_revision_of_the_rules_repository_is_compared_with_and_the_working_tree_left_alone(desk: Path) -> None:
    git(desk, "init", "-b", "main")
    git(desk, "add", "rules")
    git(desk, "commit", "-m", "before")
    rules(desk, NEW)
    made = run(desk, "--against", "main", "--json")
    assert differences(made) == {"any-lease": (0, 1, 0, 2)}
    assert made.json["comparison"]["against"].startswith("main (")
    assert "any-lease" in (desk / "rules/portfolios/ai.yaml").read_text()
    done = subprocess.run(["git", "status", "--short"], cwd=desk, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [" M rules/portfolios/ai.yaml", "?? past.jsonl"]


def test_faults_of_another_revision_name_its_files_as_git_does(desk: Path) -> None:
    rules(desk, "  - {id: x}\n")
    git(desk, "init", "-b", "main")
    git(desk, "add", "rules")
    git(desk, "commit", "-m", "broken")
    rules(desk)
    done = run(desk, "--against", "main")
    assert (done.code, done.out) == (1, "")
    assert "main:rules/portfolios/ai.yaml:5:5: " in done.err
    assert "/tmp" not in done.err.replace(str(desk), "")


def test_no_repository_no_revision_no_rules_then_and_no_git_are_told_apart(desk: Path) -> None:
    assert "rules: lies in no git repository" in run(desk, "--against", "main").err
    git(desk, "init", "-b", "main")
    git(desk, "add", "past.jsonl")
    git(desk, "commit", "-m", "events alone")
    assert "nowhere is no directory, and no revision" in run(desk, "--against", "nowhere").err
    assert "main:rules: there are no rules" in run(desk, "--against", "main").err
    assert "is no directory, and no revision" in run(desk, "--against=--output=stolen").err
    assert not (desk / "stolen").exists()
    words = ("backtest", "--rules", "rules", "--events", "past.jsonl", "--against", "main")
    done = alertd(*words, cwd=desk, env={"PATH": str(desk)})
    assert (done.code, done.out) == (1, "")
    assert "there is no git here" in done.err


# --- expectations -------------------------------------------------------------------------------------------------


def test_expectations_that_are_met_pass_and_others_end_with_1(desk: Path) -> None:
    (desk / "backtest.yaml").write_text(
        "expect:\n  - {rule: lease, alerts: exactly 3, match: ev_1, no_match: [ev_2]}\n  - {events: at_least 5}\n"
    )
    done = run(desk, "--expect", "backtest.yaml", "--junit", "report.xml")
    assert done.code == 0
    assert "✓ 4 expectations met" in done.out
    assert ET.parse(desk / "report.xml").getroot().get("failures") == "0"
    (desk / "backtest.yaml").write_text("expect:\n  - {rule: lease, alerts: at_most 2}\n  - {budgets: kept}\n")
    done = run(desk, "--expect", "backtest.yaml", "--junit", "report.xml", "--html", "report.html")
    assert done.code == 1
    assert "✗ backtest.yaml:2:5: ai/lease: expected alerts at_most 2, got 3" in done.out
    assert "2 of 2 expectations failed" in done.out
    root = ET.parse(desk / "report.xml").getroot()
    assert (root.get("name"), root.get("tests"), root.get("failures")) == ("alertd backtest", "2", "2")
    assert "2 failed" in (desk / "report.html").read_text("utf-8")


def test_a_faulty_file_of_expectations_stops_it_before_it_runs(desk: Path) -> None:
    (desk / "backtest.yaml").write_text("expect:\n  - {rule: leese, alerts: at_most 2}\n")
    done = run(desk, "--expect", "backtest.yaml")
    assert (done.code, done.out) == (1, "")
    assert done.err == "backtest.yaml:2:12: there is no rule `leese` (did you mean ai/lease?)\n"


def test_what_is_lost_against_other_rules_can_be_forbidden(desk: Path) -> None:
    (desk / "rules").rename(desk / "before")
    rules(desk, NEW)
    (desk / "backtest.yaml").write_text("expect:\n  - {lost: exactly 0}\n  - {rule: any-lease, added: exactly 0}\n")
    done = run(desk, "--against", "before", "--expect", "backtest.yaml")
    assert done.code == 1
    assert "✗ backtest.yaml:2:5: all rules: expected lost exactly 0, got 1" in done.out
    assert "1 of 2 expectations failed" in done.out
