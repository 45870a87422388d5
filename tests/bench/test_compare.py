"""The comparison with other engines compares first, and says of those that are not there how to get them."""

from __future__ import annotations

import json
import os
import shutil
import signal
from importlib.util import find_spec
from pathlib import Path

import pytest

from alertd.model import Event
from alertd.text.core import CORE
from bench import compare
from bench.compare import Found, Trial, hard, main, measure, usual
from bench.generate import make_events, make_rules
from bench.hard import FILINGS, KINDS, make_filings
from bench.lanes import Lane
from bench.peers import table
from bench.peers.base import Absent, Cannot, Engine, Way, World
from bench.peers.ours import Ours, naive
from bench.peers.postgres_server import binaries
from bench.peers.postings import Postings
from bench.peers.table import ENGINES
from bench.plain import plain_rules


@pytest.fixture(autouse=True)
def short_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compare, "TURN", 0.05)
    monkeypatch.setattr(compare, "OWN_TURN", 0.05)


WHEELS = {"pyahocorasick": "ahocorasick", "hyperscan": "hyperscan", "roaring": "pyroaring", "tantivy": "tantivy"}


def world(rules: int = 300, kind: str | None = None) -> World:
    book = make_rules(rules, kind=KINDS[kind] if kind else None)
    return World(book, plain_rules(book), make_events(20, seed=1))


def found(engine: Engine, events: list[Event]) -> list[set[int]]:
    (way,) = engine.ways.values()
    return [way.numbers(way.ask(event)) for event in events]


@pytest.mark.parametrize("kind", [None, *KINDS])
def test_rules_in_plain_form_hold_for_the_same_events(kind: str | None) -> None:
    made, events = world(kind=kind), [*make_events(40), *make_events(20, skew=2), *make_filings(2, 20_000)]
    expected = found(naive(made), events)
    assert any(expected)
    assert found(Postings(made, "ahocorasick_rs"), events) == expected


@pytest.mark.parametrize("name", WHEELS)
def test_an_engine_that_comes_as_a_wheel_finds_the_same(name: str) -> None:
    if find_spec(WHEELS[name]) is None:
        with pytest.raises(Absent, match="make peers"):
            ENGINES[name](world(8))
        return
    made, events = world(100), make_events(10, skew=2)
    expected = found(naive(made), events)
    assert any(expected)
    assert found(ENGINES[name](made), events) == expected


def test_postgres_finds_the_same() -> None:
    try:
        binaries()
    except Absent as absent:
        pytest.skip(str(absent))
    pytest.importorskip("psycopg", exc_type=ImportError)
    made, events = world(), make_events(40, skew=2)
    engine = ENGINES["postgres"](made)
    try:
        expected = found(naive(made), events)
        for way in engine.ways.values():
            assert [way.numbers(way.ask(event)) for event in events] == expected
            with pytest.raises(Cannot, match="tsvector"):
                way.ask(make_filings(1, 200_000)[0])
        assert (engine.stored() or 0) > 100 * 300
    finally:
        engine.close()


def test_lucene_is_absent_without_its_jars(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ALERTD_LUCENE_JARS", raising=False)
    with pytest.raises(Absent, match="ALERTD_LUCENE_JARS names no directory"):
        ENGINES["lucene"](world(8))


@pytest.mark.skipif(shutil.which("java") is None, reason="there is no java")
def test_lucene_is_absent_where_its_jars_are_not_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ALERTD_LUCENE_JARS", str(tmp_path))
    with pytest.raises(Absent, match="are all jars in ALERTD_LUCENE_JARS"):
        ENGINES["lucene"](world(8))


OURS = ("index", "dictionaries", "naive", "ahocorasick_rs")


def test_every_engine_is_compared_timed_and_weighed() -> None:
    gathered = Found()
    measure(usual(300), OURS, 2, gathered)
    ways = ["index", *(["core"] if CORE else []), *OURS[1:]]
    for kind in ("normal", "1 %"):
        rows = [row for row in gathered.rows if row["events"] == kind]
        assert [row["engine"] for row in rows] == ways
        assert rows[0]["x index"] == 1.0
        assert all(isinstance(row["mean us"], float) and row["mean us"] > 0 for row in rows)
    assert [row["engine"] for row in gathered.built] == list(OURS)
    assert len(gathered.equal) == 2
    assert "naive = on" in gathered.equal[0]
    assert not gathered.without


class Wrong(Ours):
    """Finds a rule that there is not."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.ways = {"wrong": Way(self.matcher.match, lambda result: {*self._matched(result), -1})}


class Unable(Ours):
    """Cannot be asked."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.ways = {"unable": Way(self._ask, set)}

    def _ask(self, event: Event) -> list[int]:
        raise Cannot("it has no words")


def gone(world: World) -> Engine:
    raise Absent("make gone")


def with_engine(monkeypatch: pytest.MonkeyPatch, **engines: object) -> Trial:
    monkeypatch.setattr(compare, "ENGINES", ENGINES | engines)
    monkeypatch.setattr(compare, "OF_THE_BOOK", (*table.OF_THE_BOOK, *engines))
    return Trial("usual", 100, make_rules(100), {"normal": make_events(10)})


def test_an_engine_that_finds_something_else_ends_the_measurement(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit, match=r"usual, 100 rules, normal event 0: wrong differs by \[-1\]"):
        measure(with_engine(monkeypatch, wrong=Wrong), ["index", "wrong"], 1, Found())


def test_an_engine_that_is_not_there_or_cannot_is_a_row_that_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    gathered = Found()
    measure(with_engine(monkeypatch, gone=gone, unable=Unable), ["index", "gone", "unable"], 1, gathered)
    said = [(row["engine"], row["events"], row["why not"]) for row in gathered.without]
    assert said == [("gone", "", "make gone"), ("unable", "normal", "it has no words")]
    assert {row["engine"] for row in gathered.rows} <= {"index", "core"}


def test_an_engine_whose_process_is_told_to_end_ends_what_it_started(tmp_path: Path) -> None:
    class Closing(Ours):
        def close(self) -> None:
            (tmp_path / "closed").touch()

    lane = Lane("closing", Closing, world(8), {})
    os.kill(lane._process.pid or 0, signal.SIGTERM)
    lane._process.join(30)
    assert (tmp_path / "closed").exists()


def test_what_is_hard_is_hard() -> None:
    trials = {trial.name: trial for trial in hard(200)}
    assert list(trials) == [*KINDS, "filings"]
    rules = {name: plain_rules(trial.book).rules for name, trial in trials.items() if trial.book is not None}
    assert all(len(rule.clauses) == 12 for rule in rules["all of 12"])
    held = {len(rule.companies) for rule in rules["200 companies"] if rule.companies is not None}
    assert max(held) == 200
    alone = [rule for rule in rules["regex alone"] if rule.last and not rule.clauses]
    assert alone
    assert all(rule.companies is None for rule in alone)
    events = trials["filings"].kinds
    assert {name: len(events[name][0].body) for name in FILINGS} == FILINGS


def test_the_command_prints_all_tables_and_writes_them(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "found.json"
    arguments = ["--sizes", "100", "--hard", "0", "--engines", "index,lucene", "--rounds", "1", "--json", str(file)]
    assert main(arguments) == 0
    printed = capsys.readouterr().out
    for title in ("equal, rule by rule", "an event against all rules", "made, each in", "not compared", "the scan"):
        assert title in printed
    assert {row["rules"] for row in json.loads(file.read_text())["rows"]} == {100}


@pytest.mark.parametrize(
    ("engines", "said"), [("index,nosuch", "there is no nosuch"), ("naive", "index comes first")]
)
def test_the_command_refuses_what_it_cannot_compare(
    engines: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["--engines", engines])
    assert said in capsys.readouterr().err
