"""`alertd parse` over every real feed, and `alertd match` over what it prints: one line for each event."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from alertd.errors import ParseFailed
from alertd.model import event_from_json, event_to_json
from alertd.sources.feed import SourceFacts, parse_feed
from tests.cli.run import Done, process
from tests.support.shared import shared_data

CATCH_ALL = """
portfolio: everything
title: Everything
timezone: UTC
receivers: [sink]
rules:
  - {id: catch-all, title: Any news at all, severity: info, when: {kind: news}}
"""


@pytest.fixture(scope="module")
def files() -> list[Path]:
    return sorted(path for path in shared_data("feeds").rglob("*") if path.is_file())


@pytest.fixture(scope="module")
def parsed(files: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Done:
    return process("parse", *files, cwd=tmp_path_factory.mktemp("parse"))


def test_every_entry_of_every_feed_is_a_line_or_named_with_the_reason(files: list[Path], parsed: Done) -> None:
    events, said, no_feeds = 0, Counter[str](), set()
    for path in files:
        try:
            page = parse_feed(path.read_bytes(), None, "", SourceFacts(id="x"), 0, None)
        except ParseFailed:
            no_feeds.add(str(path))
            continue
        events += len(page.candidates)
        said[str(path)] = len(page.rejected) + len(page.duplicates)
    assert len(parsed.out.splitlines()) == events > 4_000
    complaints = Counter(line.split(": ")[0] for line in parsed.err.splitlines())
    assert {path for path in complaints if path in no_feeds} == no_feeds
    assert {path: count for path, count in complaints.items() if path not in no_feeds} == dict(+said)
    assert parsed.code == (1 if no_feeds else 0)
    assert "Traceback" not in parsed.err
    assert len(no_feeds) < len(files) / 20


def test_every_line_is_an_event_and_safe_to_print(parsed: Done) -> None:
    for line in parsed.out.splitlines():
        event = event_from_json(line)
        assert event_from_json(event_to_json(event)) == event
        assert re.fullmatch(r"ev_[a-z2-7]{26}", event.id)
        assert event.title
        assert event.seen_at
        assert event.event_at
        assert event.extra == {}
        assert event.url == "" or event.url.startswith(("http://", "https://"))


def test_a_catch_all_rule_matches_every_one_of_them(parsed: Done, tmp_path: Path) -> None:
    (tmp_path / "rules/portfolios").mkdir(parents=True)
    (tmp_path / "rules/portfolios/everything.yaml").write_text(CATCH_ALL)
    done = process("match", cwd=tmp_path, stdin=parsed.out.encode())
    assert (done.code, done.err) == (0, "")
    assert [line["event"]["id"] for line in done.lines] == [line["id"] for line in parsed.lines]
    assert all(line["matches"][0]["evidence"] for line in done.lines)
