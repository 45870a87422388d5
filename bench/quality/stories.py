"""Stories: pairs of reports labelled by hand, and streams of real feeds and filings.

A pair is right if the second report, put into its story after the first, joins the first one's story exactly if both
tell of the same thing. It goes the whole way: the events are understood with the shipped rules and the companies that
the set declares, and placed over a store in memory. `words alone` is the same without that understanding: without
companies, event types and money. The pairs are of two kinds: reports written by us (`sets/stories.yaml`), in scenes
of one desk's day, and entries of real feeds (`sets/stories_feeds.yaml`), which are named there and not copied.
Weights, limits, keys and synonyms were tuned on most of them; the last scenes (`held`) were written after all that.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import structlog

from alertd.base.clock import parse_rfc3339
from alertd.base.ids import event_id
from alertd.base.yaml import load_yaml
from alertd.cli.parse import source_id
from alertd.companies.model import Company
from alertd.companies.table import load_registrants
from alertd.enrich.enricher import Enricher
from alertd.enrich.story_report import report_of
from alertd.errors import AlertdError
from alertd.model import Event, event_from_json
from alertd.pipeline.place import place
from alertd.rules.loader import load_rules
from alertd.rules.match import Matcher
from alertd.sources.events import SourceFacts
from alertd.sources.feed import parse_feed
from alertd.store.memory import MemoryStore
from bench.quality.filings import polled
from bench.quality.measured import SETS, Goal, Measured, ratio
from bench.report import Row

RULES = Path(__file__).parents[2] / "rules"
FEEDS = "feeds"
LARGEST = 12
"""Stories of the stream that are shown, the largest."""
BATCH = 32


class Pair(NamedTuple):
    """Two reports, and whether they are of one story."""

    first: Event
    second: Event
    one: bool
    kind: str
    held: bool
    """Labelled after all was set, and only measured on."""


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
    own, companies = _own_pairs()
    feeds = _Feeds(shared / FEEDS)
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
    own_wrong = [_told(tried) for tried in whole if not tried.right and tried.pair.kind != FEEDS]
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
        "tuned on": [t for t in tried if not t.pair.held],
        "held out": [t for t in tried if t.pair.held],
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


# --- the pairs -------------------------------------------------------------------------------------------------


def _own_pairs() -> tuple[list[Pair], list[Company]]:
    """Read our own set: each scene's reports in all pairs."""
    document: Any = load_yaml((SETS / "stories.yaml").read_bytes(), "stories.yaml").value
    pairs = []
    for number, scene in enumerate(document["scenes"]):
        reports = [
            (name, _event(fields, f"{number}:{name}:{n}"))
            for name, story in scene["stories"].items()
            for n, fields in enumerate(story)
        ]
        ordered = sorted(reports, key=lambda report: report[1].event_at)
        pairs += [
            Pair(a, b, one == other, scene["kind"], bool(scene.get("held")))
            for (one, a), (other, b) in combinations(ordered, 2)
        ]
    companies = [Company(id=name, **fields) for name, fields in document["companies"].items()]
    return pairs, companies


def _event(fields: dict[str, Any], name: str) -> Event:
    at = fields["at"].replace("Z", ":00.000Z")
    known = {key: value for key, value in fields.items() if key != "at"}
    return msgspec.convert(known | {"id": event_id("set", name), "event_at": at, "published_at": at}, Event)


class _Feeds:
    """The real feeds, parsed as `alertd parse` does."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.there = folder.is_dir()
        self._events: dict[str, dict[str, Event]] = {}

    def pairs(self) -> list[Pair]:
        """Give the labelled pairs."""
        document: Any = load_yaml((SETS / "stories_feeds.yaml").read_bytes(), "stories_feeds.yaml").value
        found = []
        for label in ("one", "two"):
            for names in document[label]:
                first, second = sorted((self._entry(name) for name in names), key=lambda event: event.event_at)
                found.append(Pair(first, second, label.endswith("one"), FEEDS, held=False))
        return found

    def all(self) -> list[Event]:
        """Give all entries, in the order of their time."""
        files = sorted(f for part in ("finance", "raw") for f in (self.folder / part).iterdir())
        events = [event for f in files for event in self._file(f.relative_to(self.folder).as_posix()).values()]
        return sorted(events, key=lambda event: (event.event_at, event.id))

    def _entry(self, name: str) -> Event:
        file, event = name.split(" ")
        return self._file(file)[event]

    def _file(self, name: str) -> dict[str, Event]:
        if name not in self._events:
            self._events[name] = {event.id: event for event in _parsed(self.folder / name)}
        return self._events[name]


def _parsed(file: Path) -> Iterator[Event]:
    try:
        page = parse_feed(file.read_bytes(), None, "", SourceFacts(id=source_id(file)), 1_800_000_000_000, None)
    except AlertdError:  # some of them are broken for good
        return
    for candidate in page.candidates:
        event = event_from_json(bytes(candidate.event))
        yield msgspec.structs.replace(event, event_at=event.published_at or event.updated_at or event.seen_at)


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
