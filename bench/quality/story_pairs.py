"""The pairs of reports that stories are measured on: scenes written by us, and named entries of real feeds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from alertd.base.ids import event_id
from alertd.base.yaml import load_yaml
from alertd.cli.parse import source_id
from alertd.companies.model import Company
from alertd.errors import AlertdError
from alertd.model import Event, event_from_json
from alertd.sources.events import SourceFacts
from alertd.sources.feed import parse_feed
from bench.quality.measured import SETS

FEEDS = "feeds"
PARTS = {"tuned on": {"tuned on"}, "looked at later": {"a", "b"}, "held out": {"c"}}
"""What is said of a part -> how the sets name it."""


class Pair(NamedTuple):
    """Two reports, and whether they are of one story."""

    first: Event
    second: Event
    one: bool
    kind: str
    part: str
    """`tuned on`, or the part of the blind set: `a` and `b` were looked at once they were measured, `c` never."""


def own_pairs() -> tuple[list[Pair], list[Company]]:
    """Read our own sets: each scene's reports in all pairs."""
    pairs: list[Pair] = []
    companies: list[Company] = []
    for file in ("stories.yaml", "stories2.yaml"):
        document: Any = load_yaml((SETS / file).read_bytes(), file).value
        pairs += _of_scenes(file, document["scenes"])
        companies += [Company(id=name, **fields) for name, fields in document["companies"].items()]
    return pairs, companies


def _of_scenes(file: str, scenes: Sequence[Any]) -> list[Pair]:
    pairs = []
    for number, scene in enumerate(scenes):
        reports = [
            (name, _event(fields, f"{file}:{number}:{name}:{n}"))
            for name, story in scene["stories"].items()
            for n, fields in enumerate(story)
        ]
        ordered = sorted(reports, key=lambda report: report[1].event_at)
        pairs += [
            Pair(a, b, one == other, scene["kind"], scene.get("part", "tuned on"))
            for (one, a), (other, b) in combinations(ordered, 2)
        ]
    return pairs


def _event(fields: dict[str, Any], name: str) -> Event:
    at = fields["at"].replace("Z", ":00.000Z")
    known = {key: value for key, value in fields.items() if key != "at"}
    return msgspec.convert(known | {"id": event_id("set", name), "event_at": at, "published_at": at}, Event)


class Feeds:
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
                found.append(Pair(first, second, label.endswith("one"), FEEDS, "tuned on"))
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
