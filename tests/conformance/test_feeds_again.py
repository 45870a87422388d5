"""Real feeds, read again when half of their entries are new: put together they are what reading all of them gives."""

from __future__ import annotations

import msgspec
import pytest

from alertd.errors import ParseFailed
from alertd.model import ParsedFeed
from alertd.sources.entry_cut import cut
from alertd.sources.feed import SourceFacts, parse_feed
from alertd.sources.feed_again import parse_again, to_remember, together
from alertd.sources.guard import FREE
from alertd.sources.wire import BARE, Again, ParseJob
from tests.conformance.test_parse_real_feeds import BASE, FILES
from tests.sources.make import SEEN

FACTS = SourceFacts(id="real")
MOSTLY = 0.8


def read(body: bytes, known: list[bytes]) -> ParsedFeed:
    job = ParseJob(type="feed", body=body, content_type=None, base_url=BASE, source=FACTS, seen_at_ms=SEEN)
    return parse_again(job, Again(known=known, unless=""), FREE)


def test_most_of_them_are_remembered_and_all_are_read_as_if_for_the_first_time(
    capsys: pytest.CaptureFixture[str],
) -> None:
    feeds = remembered = entries = saved = 0
    for path in FILES:
        body = path.read_bytes()
        try:
            whole = parse_feed(body, None, BASE, FACTS, SEEN, None)
        except ParseFailed:
            continue
        feeds += 1
        pieces = cut(body)
        before = pieces.only(range(0, len(pieces.spans), 2)) if pieces is not None else body
        try:
            kept = to_remember(read(before, []))
        except ParseFailed:
            kept = {}
        page = read(body, list(kept))
        put = together(page, kept)
        if put is not None and put.cut is not None:
            remembered, saved = remembered + 1, saved + len(put.candidates) - len(page.candidates)
        put = put or whole
        full = {c.position: bytes(c.event) for c in whole.candidates}
        assert all(bytes(c.event) in (full[c.position], bytes(BARE)) for c in put.candidates), path
        assert [msgspec.structs.replace(c, event=BARE) for c in put.candidates] == [
            msgspec.structs.replace(c, event=BARE) for c in whole.candidates
        ], path
        assert (put.rejected, put.duplicates, put.format, put.ttl_seconds) == (
            whole.rejected, whole.duplicates, whole.format, whole.ttl_seconds,
        ), path  # fmt: skip
        entries += len(whole.candidates)
    with capsys.disabled():
        print(f"\n{feeds} feeds, {remembered} are remembered; of {entries} entries {saved} were not read again")
    assert remembered > MOSTLY * feeds
