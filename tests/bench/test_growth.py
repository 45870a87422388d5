"""Charts of growth hold every curve, and goals are judged by the figures."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bench import goals
from bench.floor import Floor
from bench.growth import apart, curves, draw, main
from bench.report import Row
from bench.scan_peers import measure

SVG = "{http://www.w3.org/2000/svg}"


def row(engine: str, rules: int, **more: float | str) -> Row:
    usual: Row = {
        "rules": rules,
        "of": "usual",
        "events": "normal",
        "engine": engine,
        "events/s": 1e3,
        "p99 us": 50.0,
    }
    return usual | {"x core": 200.0, "x index": 4.0} | more


def test_a_chart_has_a_curve_and_a_name_for_each_engine() -> None:
    rows = [row("index", 1_000), row("index", 100_000), row("naive <b>", 1_000), row("hard", 10) | {"of": "hard"}]
    picture = ElementTree.fromstring(draw("Rates", "events a second", curves(rows, "events/s", "normal")))
    names = [text.text for text in picture.iter(f"{SVG}text")]
    assert {"index", "naive <b>", "1,000", "100,000"} <= set(names)
    assert "hard" not in names
    assert len([path for path in picture.iter(f"{SVG}path") if path.get("class") == "curve"]) == 2
    assert len(list(picture.iter(f"{SVG}circle"))) == 3


@given(some.dictionaries(some.text("abc", min_size=1), some.floats(0, 400), max_size=20))
def test_names_never_lie_over_each_other(wanted: dict[str, float]) -> None:
    heights = sorted(apart(wanted, 0, 400).values())
    assert len(heights) == len(wanted)
    assert all(after - before > 14.9 for before, after in pairwise(heights))


def test_the_command_draws_what_was_measured_the_later_file_over_the_earlier(tmp_path: Path) -> None:
    for name, rate in (("a", 10.0), ("b", 1000.0)):
        rows = [row("index", 1_000, **{"events/s": rate}), row("index", 10_000, **{"events/s": 100.0})]
        built = [{"rules": 1_000, "of": "usual", "engine": "index", "bytes/rule": 500.0}]
        (tmp_path / name).write_text(json.dumps({"rows": rows, "built": built}))
    main([str(tmp_path / "a"), str(tmp_path / "b"), "--to", str(tmp_path)])
    assert {file.name for file in tmp_path.glob("*.svg")} == {
        "growth-rate.svg", "growth-p99.svg", "growth-memory.svg",
    }  # fmt: skip
    written = ElementTree.fromstring((tmp_path / "growth-rate.svg").read_text())
    heights = [float(circle.get("cy", "")) for circle in written.iter(f"{SVG}circle")]
    assert heights[0] < heights[1]  # 1,000 a second at 1,000 rules, as the later file says


def test_of_the_goals_ratios_alone_are_a_reason_to_fail() -> None:
    slow = row("core", 100_000, **{"events/s": 10.0, "p99 us": 1e6})
    good = [slow, row("postgres", 100_000, **{"x core": 100.0}), row("dictionaries", 100_000, **{"x index": 3.0})]
    assert not goals.missed(good, [], [])
    assert "MISSED" in "\n".join(goals.told(good, [], []))
    assert [goal.value for goal in goals.missed([*good, row("postgres", 100_000, **{"x core": 99.0})], [], [])] == [
        99.0
    ]
    weighed: Row = {"rules": 100_000, "of": "usual", "engine": "index", "bytes/rule": 900.0, "of the core": "1,401"}
    assert [goal.value for goal in goals.missed([], [weighed], [])] == [1401.0]
    scanned: Row = {"rules": 1, "terms": 19_000, "spelled": "inflected", "what": "core", "x hyperscan": "1.01"}
    assert [goal.value for goal in goals.missed([], [], [scanned])] == [1.01]
    assert not goals.missed([], [], [scanned | {"terms": 18_899}])


def test_the_floor_cuts_a_text_into_as_many_words() -> None:
    texts = ["One, two; THREE 4th", "", "  ", "x" * 1_000]
    floor = Floor([text.encode() for text in texts])
    micros, words = floor.hash_words()
    assert words == 5
    assert micros > 0
    assert floor.read_bytes() > 0


@pytest.mark.parametrize("rules", [200])
def test_scans_are_compared_and_timed(rules: int) -> None:
    rows = measure(rules, 1)
    timed = {(r["spelled"], r["what"]) for r in rows if r["us/text"] != ""}
    for spelled in ("inflected", "as written"):
        assert {(spelled, name) for name in ("dictionaries", "ahocorasick_rs", "bytes read")} <= timed
    strings = {r["spelled"]: r["strings"] for r in rows}
    assert float(strings["inflected"]) > 2 * float(strings["as written"])
