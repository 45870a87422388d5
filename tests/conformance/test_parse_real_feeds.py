"""Real feeds: every entry that feedparser finds is accounted for, and a second look adds nothing."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import feedparser
import pytest

from alertd.errors import ParseFailed
from alertd.model import SourceState, event_from_json
from alertd.sources.feed import SourceFacts, parse_entries, parse_feed
from alertd.sources.novelty import decide, is_flag
from tests.sources.make import SEEN, Memory, accounted

FEEDS = Path(os.environ.get("ALERTD_SHARED") or Path(__file__).parents[3] / "shared") / "data" / "feeds"
FILES = sorted(path for path in FEEDS.glob("*/*") if path.is_file()) if FEEDS.is_dir() else []
BASE = "https://feeds.example.com/feed.xml"

if not FILES:
    pytest.skip(f"no real feeds at {FEEDS} (set ALERTD_SHARED)", allow_module_level=True)


def found_by_others(body: bytes) -> int:
    """Count entries with feedparser alone, or with a JSON reader alone."""
    if body.lstrip()[:1] == b"{":
        return len(json.loads(body)["items"])
    return len(feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False)["entries"])


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.name))
def test_every_entry_is_an_event_a_duplicate_or_rejected_with_a_reason(path: Path) -> None:
    body = path.read_bytes()
    try:
        page = parse_feed(body, None, BASE, SourceFacts(id="real"), SEEN, None)
    except ParseFailed as failure:
        assert found_by_others(body) == 0, failure
        assert "\n" not in str(failure)
        return
    total = len(page.candidates) + len(page.rejected) + len(page.duplicates)
    if not body.startswith(b"\x1f\x8b"):  # feedparser does not unpack
        assert total == found_by_others(body)
    assert accounted(page) == list(range(total))
    assert all(rejected.reason for rejected in page.rejected)
    assert (
        len(parse_entries(body, None, BASE)) + len([r for r in page.rejected if "no guid" not in r.reason]) == total
    )
    kept = {candidate.position for candidate in page.candidates}
    assert all(of in kept for _, of in page.duplicates)
    for candidate in page.candidates:
        event = event_from_json(bytes(candidate.event))
        assert event.title
        assert event.title == event.title.strip()
        assert len(event.title) <= 500
        assert len(event.body.encode()) <= 256 << 10
        assert event.url == "" or event.url.startswith(("http://", "https://"))
        assert not set(event.title + event.body) & set("\x00\x1b\u200b\u202e\u2066\ufeff")


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.name))
def test_a_second_look_adds_nothing(path: Path) -> None:
    body = path.read_bytes()
    memory = Memory()
    state = SourceState(source="real")
    for _ in range(2):
        told = len(memory.told)
        try:
            page = parse_feed(body, None, BASE, SourceFacts(id="real"), SEEN, None)
        except ParseFailed:
            return
        verdict = decide(page, memory.known(), state, "all", SEEN)
        for item in verdict.items:
            memory.take(item.candidate, item.verdict, item.alias_of)
        state = SourceState(source="real", baseline_done=True, entries=len(page.candidates))
    assert len(memory.told) == told == len(page.candidates)
    assert verdict.notes == []
    assert [item for item in verdict.items if not is_flag(item)] == []
