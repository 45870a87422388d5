"""`alertd demo`: the whole daemon, in one command that ends by itself."""

from __future__ import annotations

import re
import signal
import subprocess
import tempfile
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from alertd.base.clock import parse_rfc3339
from tests.cli.run import ROOT, command, plain_environment, process
from tests.support.http import DEADLINE_S

Statement = dict[str, Any]
LABELS = "Means|Gains|Loses|Near it|Risk|Horizon|Before|Known|Against|Open"


def words(statement: Statement) -> str:
    """Give what a statement quotes."""
    return " ".join(ground["evidence"]["quote"] for ground in statement["grounds"] if ground.get("evidence"))


def ways(statement: Statement) -> list[str]:
    """Give the relations that a statement rests on, with who says so."""
    relations = [ground for ground in statement["grounds"] if ground["kind"] == "relation"]
    return [f"{ground['source']}: {ground['text'].partition(' since ')[0]}" for ground in relations]


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A folder of its own for what the demo leaves behind, which is nothing."""
    (tmp_path / "tmp").mkdir()
    return tmp_path


def test_once_as_json_shows_the_alerts_and_that_nothing_is_lost(here: Path) -> None:
    done = process("demo", "--once", "--json", cwd=here, env={"TMPDIR": str(here / "tmp")})
    assert done.code == 0, done.err
    assert done.json.keys() == {"alerts", "summary", "failing"}
    summary, alerts = done.json["summary"], done.json["alerts"]
    assert summary["lost"] == 0
    assert summary["alerts"] == len(alerts)
    assert summary["entries"] == 14
    assert summary["events"] == summary["entries"] + 1, "a headline is corrected"
    assert summary["alerts"] == 4, "what the second wire says of the lease comes into the alert of the first"
    assert summary["deliveries"] in (4, 5, 6), "a correction may overtake what it corrects, a second wire the first"
    assert 0 < summary["latency_p50_s"] <= summary["latency_max_s"]
    assert done.json["failing"] == {}
    (lease,) = [a for a in alerts if "leases its Colossus 1 supercomputer to Anthropic" in a["title"]]
    assert len({match["event"] for match in lease["matches"]}) == 2
    (sour,) = [alert for alert in alerts if "dispute over harm clause" in alert["title"]]
    assert sour["severity"] == "critical"
    for alert in alerts:
        assert alert["matches"][0]["evidence"]
        assert parse_rfc3339(alert["first_at"]) <= parse_rfc3339(alert["updated_at"])
    assert list((here / "tmp").iterdir()) == []


def test_the_note_of_the_lease_says_what_it_means_and_each_sentence_shows_its_ground(here: Path) -> None:
    done = process("demo", "--once", "--json", cwd=here, env={"TMPDIR": str(here / "tmp")})
    assert done.code == 0, done.err
    (lease,) = [
        one for one in done.json["alerts"] if "leases its Colossus 1 supercomputer to Anthropic" in one["title"]
    ]
    note = lease["note"]
    said: dict[str, list[Statement]] = {}
    for one in note["statements"]:
        said.setdefault(one["section"], []).append(one)

    assert "$3-4bn a year, revenue of SpaceX" in " ".join(one["text"] for one in said["implication"])
    (risk, *_) = said["risk"]
    assert risk["text"].startswith("Reclaim right, held by SpaceX")
    assert "harm clause allows SpaceX to reclaim the computing capacity" in words(risk)
    assert (note["horizon_low"], note["horizon_high"]) == (3, 12)
    assert said["horizon"][0]["text"].startswith("3 to 12 months")

    gains = {one["holding"]["label"]: ways(one) for one in said["winner"]}
    assert {name: gains[name] for name in ("NVDA", "VRT", "CEG")} == {
        "NVDA": ["illustrative: processors: NVDA supplies SpaceX"],
        "VRT": ["illustrative: cooling: VRT supplies SpaceX"],
        "CEG": ["illustrative: power: CEG supplies SpaceX"],
    }
    assert [one["text"].split()[0] for one in said["loser"]] == ["AMZN", "GOOGL"], (
        "the clouds that it leaves, and no other"
    )
    assert all("supplies Anthropic" in way for one in said["loser"] for way in ways(one))
    against = said["contrarian"][0]
    assert "$3-4bn a year is less certain" in against["text"]
    assert "harm clause" in words(against)
    assert len(note["statements"]) >= 12
    for one in note["statements"]:
        assert one["grounds"], one["text"]
        assert all(ground.get("text") or ground.get("evidence", {}).get("quote") for ground in one["grounds"]), one


def test_on_a_terminal_each_sentence_of_the_note_has_its_ground_behind_or_beneath_it(here: Path) -> None:
    done = process("demo", "--once", cwd=here, env={"TMPDIR": str(here / "tmp"), "COLUMNS": "2000"})
    assert done.code == 0, done.err
    notes = re.findall(r"^Means +Compute lease.*?^Note ", done.out, re.MULTILINE | re.DOTALL)
    assert notes
    for note in notes:
        rows = re.findall(rf"^(?:{LABELS}) .*?(?=^(?:{LABELS}|Note) )", note, re.MULTILINE | re.DOTALL)
        assert len(rows) >= 12
        assert [row for row in rows if not re.search(r"“.+”|\[.+\]", row, re.DOTALL)] == []


def test_a_broken_source_is_shown_and_harms_nothing(here: Path) -> None:
    done = process("demo", "--once", "--broken", cwd=here, env={"TMPDIR": str(here / "tmp")})
    assert done.code == 0, done.err
    assert "source broken-wire fails, and harms no other: an HTML page instead of a feed" in done.out
    assert re.search(r"entries 14 · events 15 · matches \d+ · alerts 4 · deliveries \d+ · lost 0\n", done.out)
    assert re.search(r"seen to delivered: p50 \d+\.\d{3} s, max \d+\.\d{3} s", done.out)
    assert "SpaceX leases its Colossus 1 supercomputer to Anthropic" in done.out
    assert "\x1b" not in done.out
    assert "Traceback" not in done.err
    assert [line for line in noted_in_readme() if line not in done.out] == []


def noted_in_readme() -> list[str]:
    """Give the lines of the note of the lease that the README shows."""
    (shown,) = re.findall(r"```text\n(Means .*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    return str(shown).splitlines()


def test_a_demo_that_takes_too_long_says_so(here: Path) -> None:
    done = process("demo", "--once", "--timeout", "1", "--json", cwd=here, env={"TMPDIR": str(here / "tmp")})
    assert (done.code, done.out) == (1, "")
    assert "the demo was stopped before everything was delivered" in done.err
    assert list((here / "tmp").iterdir()) == []


def test_without_once_it_runs_until_ctrl_c_and_can_be_asked(here: Path) -> None:
    with tempfile.TemporaryFile("w+") as log:
        demo = subprocess.Popen(
            command("demo"), cwd=here, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            env=plain_environment() | {"TMPDIR": str(here / "tmp")},
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a run in the background ignores it
        )  # fmt: skip
        assert demo.stderr is not None
        lines = iter(demo.stderr.readline, "")
        page = next(line for line in lines if line.startswith("Open the desk's page: "))
        with urllib.request.urlopen(page.rpartition(" ")[2].strip(), timeout=DEADLINE_S) as answer:
            assert b"Sign in as" in answer.read()
        hint = next(line for line in lines if line.startswith("From another terminal: "))
        words = hint.partition(": alertd ")[2].partition(" · ")[0]
        asked = process(*words.split(), cwd=here)
        assert asked.code == 0, asked
        assert "example-wire" in asked.out
        demo.send_signal(signal.SIGINT)
        log.write(demo.stderr.read())
        assert demo.wait(DEADLINE_S) == 0
        demo.stderr.close()
        log.seek(0)
        assert "Traceback" not in log.read()
    assert list((here / "tmp").iterdir()) == []
