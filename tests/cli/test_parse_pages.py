"""The examples of pages and watched directories in deploy/examples/sources load, and read what lies beside them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.run import alertd

EXAMPLES = Path(__file__).parents[2] / "deploy/examples/sources"


@pytest.mark.parametrize(
    ("config", "source", "files", "titles"),
    [
        ("page-ir", "vega-ir", ["page-ir.html"],
         ["Vega Grid to lease its Orion supercomputer to Lumen Labs for $1.2 billion a year",
          "Preliminary results for the fourth quarter of 2025"]),
        ("page-notices", "exchange-notices", ["page-notices.html"],
         ["Suspension: trading in Halcyon Power plc ordinary shares is suspended",
          "Admission: Lumen Labs plc is admitted to trading", "Timetable: trading hours on bank holidays"]),
        ("files", "drop", ["files-notice.txt", "files-events.jsonl"],
         ["Vega Grid leases its Orion supercomputer to Lumen Labs", "Halcyon Power suspends its guidance",
          "Lumen Labs is said to look for more capacity"]),
    ],
)  # fmt: skip
def test_an_example_gives_events(config: str, source: str, files: list[str], titles: list[str]) -> None:
    done = alertd("parse", "--config", f"{config}.yaml", "--source", source, *files, cwd=EXAMPLES)
    assert done.code == 0, done.err
    assert [json.loads(line)["title"] for line in done.out.splitlines()] == titles


def test_the_notices_have_what_their_settings_ask_for() -> None:
    done = alertd(
        "parse", "--config", "page-notices.yaml", "--source", "exchange-notices", "page-notices.html", cwd=EXAMPLES
    )
    first, _, third = [json.loads(line) for line in done.out.splitlines()]
    assert first["published_at"] == "2026-01-12T16:32:00.000Z"
    assert third["published_at"] == "2025-06-09T11:15:00.000Z", "by London's summer time"
    assert (first["categories"], first["authors"]) == (["Suspension"], ["The Exchange"])
    assert first["url"] == "https://www.exchange.example/notices/n26-0041"


@pytest.mark.parametrize("config", ["page-ir", "page-notices"])
def test_an_example_of_pages_passes_the_check(config: str) -> None:
    done = alertd("check", f"{config}.yaml", cwd=EXAMPLES)
    assert done.code == 0, done.out + done.err


def test_the_check_says_where_a_watched_directory_is_missing() -> None:
    done = alertd("check", "files.yaml", cwd=EXAMPLES)
    assert done.code == 0
    assert "files.yaml:7:11: warning: nothing will be taken: there is no directory drop" in done.out + done.err


def test_the_check_names_the_place_of_a_selector_that_is_none(tmp_path: Path) -> None:
    text = (EXAMPLES / "page-ir.yaml").read_text().replace("../../../rules", str(EXAMPLES.parents[2] / "rules"))
    (tmp_path / "alertd.yaml").write_text(text.replace("title: h2", "title: h2["))
    done = alertd("check", "alertd.yaml", cwd=tmp_path)
    assert done.code == 1
    assert "alertd.yaml:13:14: `title`" in done.out + done.err
    assert "no CSS selector" in done.out + done.err
