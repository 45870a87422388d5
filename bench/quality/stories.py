"""Stories: pairs of reports labelled by hand, and streams of real feeds and filings.

A pair is right if the second report, put into its story after the first, joins the first one's story exactly if both
tell of the same thing. It goes the whole way: the events are understood with the shipped rules and the companies that
the set declares, and placed over a store in memory. `words alone` is the same without that understanding: without
companies, event types and money. The pairs are of two kinds: reports written by us (`sets/stories.yaml`), in scenes
of one desk's day, and entries of real feeds (`sets/stories_feeds.yaml`), which are named there and not copied.
Weights, limits, keys and synonyms were tuned on the first set. The second (`stories2.yaml`) was written blind:
parts `a` and `b` were looked at once they had been measured, part `c` never.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import structlog

from alertd.base.clock import parse_rfc3339
from alertd.companies.model import Company
from alertd.companies.table import load_registrants
from alertd.enrich.enricher import Enricher
from alertd.enrich.story_report import report_of
from alertd.model import Event
from alertd.pipeline.place import place
from alertd.rules.loader import load_rules
from alertd.rules.match import Matcher
from alertd.store.memory import MemoryStore
from bench.quality.filings import polled
from bench.quality.measured import Goal, Measured, ratio
from bench.quality.story_pairs import FEEDS, PARTS, Feeds, Pair, own_pairs
from bench.report import Row

RULES = Path(__file__).parents[2] / "rules"
LARGEST = 12
"""Stories of the stream that are shown, the largest."""
BATCH = 32


class Tried(NamedTuple):
    """What came out for a pair."""

    pair: Pair
    joined: bool
    because: str

    @property
    def right(self) -> bool:
        """Whether it is as labelled."""
        return self.joined == self.pair.one


def measure(shared: Path) -> Measured:
    """Measure pairs, and streams where the feeds are there."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    missing: list[str] = []
    own, companies = own_pairs()
    feeds = Feeds(shared / FEEDS)
    pairs = own + feeds.pairs() if feeds.there else own
    if not feeds.there:
        missing.append(f"pairs of real feeds, and their stream: there is no {feeds.folder}")
    matcher = _matcher(companies)
    whole = [_tried(pair, matcher) for pair in pairs]
    words = [_tried(pair, None) for pair in pairs]
    tables: list[tuple[str, Sequence[Row]]] = [
        ("pairs", _table({"understood": whole, "words alone": words})),
        ("understood, by kind", _by_kind(whole)),
    ]
    if feeds.there:
        stream = _placed(feeds.all(), matcher)
        tables += [("all entries of the feeds, in the order of their time", _stream(stream))]
        tables += [("the largest stories of that stream", _largest(stream))]
    filings = polled(shared)
    if filings:
        tables += [("one poll of EDGAR", _stream(_placed(filings, None), filings))]
    else:
        missing.append("a poll of EDGAR: it is not there")
    shown = [tried for tried in whole if tried.pair.kind != FEEDS and tried.pair.part not in PARTS["held out"]]
    own_wrong = [_told(tried) for tried in shown if not tried.right]
    return Measured(_goals(whole), tables, missing, own_wrong)


def _goals(tried: Sequence[Tried]) -> list[Goal]:
    goals = []
    for name, part in _parts(tried).items():
        one, two = [t for t in part if t.pair.one], [t for t in part if not t.pair.one]
        goals += [
            Goal(f"joined right, {name}", ratio(sum(t.joined for t in one), len(one)), 0.95, of=len(one)),
            Goal(
                f"joined wrongly, {name}",
                ratio(sum(t.joined for t in two), len(two)),
                0.01,
                at_most=True,
                of=len(two),
            ),
        ]
    return goals


def _parts(tried: Sequence[Tried]) -> dict[str, list[Tried]]:
    return {
        "all": list(tried),
        **{name: [t for t in tried if t.pair.part in parts] for name, parts in PARTS.items()},
    }


# --- one pair, and many events --------------------------------------------------------------------------------


def _matcher(companies: Iterable[Company]) -> Matcher:
    table = load_registrants()
    book = load_rules(RULES).book
    return Matcher(book, understanding=Enricher.of(book.event_types, table.with_declared(companies)))


def _understood(event: Event, matcher: Matcher | None) -> Event:
    return event if matcher is None else matcher.read(event).event


def _tried(pair: Pair, matcher: Matcher | None) -> Tried:
    (_, first, _), (_, second, because) = _placed([pair.first, pair.second], matcher)
    return Tried(pair, first == second, because)


def _placed(events: Sequence[Event], matcher: Matcher | None) -> list[tuple[Event, str, str]]:
    """Give each event with its story, and why it joined it."""
    now = 0
    store = MemoryStore(clock=lambda: now)

    async def run() -> list[tuple[Event, str, str]]:
        nonlocal now
        found = []
        for start in range(0, len(events), BATCH):
            batch = [_understood(event, matcher) for event in events[start : start + BATCH]]
            now = max([now, *(parse_rfc3339(event.event_at) for event in batch)])
            given = await place([(event, report_of(event)) for event in batch], store, now)
            found += [(event, one.story, one.answer.because) for event, one in zip(batch, given, strict=True)]
            await store.sweep(now)
        return found

    return asyncio.run(run())


# --- tables ----------------------------------------------------------------------------------------------------


def _table(ways: dict[str, list[Tried]]) -> list[Row]:
    return [
        {"way": way, "half": name, **_figures(part)}
        for way, tried in ways.items()
        for name, part in _parts(tried).items()
    ]


def _by_kind(tried: Sequence[Tried]) -> list[Row]:
    kinds: defaultdict[str, list[Tried]] = defaultdict(list)
    for one in tried:
        kinds[one.pair.kind].append(one)
    return [{"kind": kind, **_figures(part)} for kind, part in kinds.items()]


def _figures(tried: Sequence[Tried]) -> Row:
    one, two = [t for t in tried if t.pair.one], [t for t in tried if not t.pair.one]
    return {
        "one story": len(one),
        "joined right": f"{ratio(sum(t.joined for t in one), len(one)):.3f}" if one else "",
        "two stories": len(two),
        "joined wrongly": f"{ratio(sum(t.joined for t in two), len(two)):.3f}" if two else "",
    }


def _stream(placed: Sequence[tuple[Event, str, str]], filings: Sequence[Event] = ()) -> list[Row]:
    sizes = Counter(story for _, story, _ in placed)
    row: Row = {
        "events": f"{len(placed):,}",
        "stories": f"{len(sizes):,}",
        "of more than one": f"{sum(size > 1 for size in sizes.values()):,}",
        "largest": max(sizes.values()),
    }
    if filings:
        row["accession numbers"] = f"{len({event.accession for event in filings}):,}"
    return [row]


def _largest(placed: Sequence[tuple[Event, str, str]]) -> list[Row]:
    """Tell of the largest stories how many titles they have: copies of one are no glue. No text of theirs."""
    stories: defaultdict[str, list[Event]] = defaultdict(list)
    for event, story, _ in placed:
        stories[story].append(event)
    ranked = sorted(stories.values(), key=len, reverse=True)[:LARGEST]
    return [
        {
            "reports": len(story),
            "titles": len({event.title for event in story}),
            "feeds": len({event.source for event in story}),
            "founded": f"{story[0].source} {story[0].event_at[:10]}",
        }
        for story in ranked
    ]


def _told(tried: Tried) -> str:
    pair = tried.pair
    said = "joined wrongly" if tried.joined else "not joined"
    return f"{said} ({pair.kind}): {pair.first.title!r} | {pair.second.title!r} {tried.because}"
