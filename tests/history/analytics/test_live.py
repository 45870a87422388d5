"""The indices as they are now, from an archive and its projection: the same values as on the archive's clock."""

from __future__ import annotations

import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from alertd.base.clock import parse_rfc3339, rfc3339
from alertd.errors import HistoryUnavailable
from alertd.history.analytics import live
from alertd.history.analytics.live import LiveIndices
from alertd.history.analytics.minutes import MINUTE_MS, Minutes, reports_of
from alertd.history.analytics.usual import DAY_MS, HOUR_MS
from alertd.history.archive.reader import Reader
from alertd.history.projection.projector import Projector
from alertd.model import CompanyIndex, CompanyMention, Event, JournalRecord, Provenance, Rights, Sentiment, Story
from tests.history.past.making import event_record, write_archive

NOW = parse_rfc3339("2026-03-11T09:30:00Z")


def event(number: int, at_ms: int, *companies: str, tone: float = -0.5, **fields: Any) -> Event:
    given: dict[str, Any] = {
        "companies": [CompanyMention(id=company, sentiment=tone) for company in companies],
        "sentiment": Sentiment(score=tone, confidence=0.8),
        "event_at": rfc3339(at_ms),
        "source": "wire",
    }
    return Event(id=f"ev_{number}", **(given | fields))


class Past:
    """An archive that grows, with its projection."""

    def __init__(self, folder: Path) -> None:
        self.archive = folder / "archive"
        self.history = folder / "history.db"
        self.end = ""
        self._count = 0

    def add(self, *records: JournalRecord) -> None:
        ids = []
        for record in records:
            self._count += 1
            ids.append(f"{parse_rfc3339(record.at)}-{self._count}")
        write_archive(self.archive, records, ids=ids)
        self.end = ids[-1]
        projector = Projector(self.history)
        projector.advance(Reader(self.archive))
        projector.close()


@pytest.fixture
def past(tmp_path: Path) -> Past:
    return Past(tmp_path)


def three(at_ms: int, first: int = 0, company: str = "acme", **fields: Any) -> list[JournalRecord]:
    return [event_record(event(first + n, at_ms, company, **fields), at_ms) for n in range(3)]


def timeless(found: Mapping[str, CompanyIndex | None]) -> dict[str, tuple[float | None, int]]:
    return {company: (index.sentiment, index.day) for company, index in found.items() if index is not None}


def test_what_is_new_changes_the_values_of_its_companies_and_of_no_others(past: Past) -> None:
    past.add(*three(NOW - HOUR_MS), *three(NOW - HOUR_MS, 10, "vega"))
    indices = LiveIndices(past.history)
    first = indices.look(NOW, past.end)
    assert (first.as_of_ms, timeless(first.values)) == (NOW, {"acme": (-0.5, 3), "vega": (-0.5, 3)})
    past.add(event_record(event(20, NOW, "acme", tone=0.9), NOW + 1))
    assert indices.look(NOW, past.end).values == {}
    later = indices.look(NOW + MINUTE_MS, past.end)
    assert list(later.values) == ["acme"]
    assert indices.look(NOW + MINUTE_MS, past.end).values == {}


def test_what_is_over_is_told_at_the_full_hour(past: Past) -> None:
    past.add(*three(NOW - 24 * HOUR_MS + 40 * MINUTE_MS))
    indices = LiveIndices(past.history)
    assert timeless(indices.look(NOW, past.end).values) == {"acme": (-0.5, 3)}
    assert indices.look(NOW + 29 * MINUTE_MS, past.end).values == {}
    assert timeless(indices.look(NOW + HOUR_MS, past.end).values) == {"acme": (-0.5, 0)}
    assert timeless(indices.look(NOW + 12 * DAY_MS, past.end).values) == {"acme": (None, 0)}
    gone = indices.look(NOW + 40 * DAY_MS, past.end).values["acme"]
    assert gone is not None and (gone.stories, gone.volume_z) == (0, 0.0)
    assert indices.look(NOW + 95 * DAY_MS, past.end).values == {"acme": None}
    assert indices.values == {}


def test_a_desks_own_source_and_what_not_everybody_may_be_told_count_for_nobody(past: Past) -> None:
    own = [event_record(event(n, NOW - HOUR_MS, "acme"), NOW - HOUR_MS, source_desk="ai") for n in range(3)]
    few = Provenance(rights=Rights(receivers=["oms"]))
    closed = [event_record(event(n, NOW - HOUR_MS, "acme", provenance=few), NOW - HOUR_MS) for n in range(3, 6)]
    inside = Provenance(classification="internal")
    internal = [event_record(event(n, NOW, "acme", provenance=inside), NOW - HOUR_MS) for n in range(6, 9)]
    past.add(*own, *closed, *internal)
    assert LiveIndices(past.history).look(NOW, past.end).values == {}


def test_a_projection_that_is_behind_is_of_the_time_up_to_which_it_goes(past: Past) -> None:
    past.add(*three(NOW - 2 * HOUR_MS))
    indices = LiveIndices(past.history)
    behind = indices.look(NOW, f"{NOW}-0")
    assert behind.as_of_ms == NOW - 2 * HOUR_MS
    assert indices.look(NOW, past.end).as_of_ms == NOW


def test_without_a_history_there_is_nothing(tmp_path: Path, past: Past) -> None:
    with pytest.raises(HistoryUnavailable):
        LiveIndices(tmp_path / "history.db").look(NOW, "")
    projector = Projector(past.history)
    projector.position()
    projector.close()
    assert LiveIndices(past.history).look(NOW, "").as_of_ms == 0


def test_stories_that_were_merged_count_as_one_whoever_merged_them(past: Past) -> None:
    at = NOW - HOUR_MS
    reports = [event_record(event(n, at, "acme", story=Story(id=f"st_{n}")), at) for n in range(4)]
    merging = event(9, at, story=Story(id="st_9"))
    past.add(*reports, event_record(merging, at, story={"id": "st_0", "merged": ["st_3"]}, source_desk="ai"))
    assert timeless(LiveIndices(past.history).look(NOW, past.end).values) == {"acme": (-0.5, 3)}


def test_a_projection_made_anew_changes_nothing(past: Past) -> None:
    past.add(*three(NOW - HOUR_MS))
    indices = LiveIndices(past.history)
    indices.look(NOW, past.end)
    projector = Projector(past.history)
    projector.rebuild(Reader(past.archive))
    projector.close()
    assert indices.look(NOW + MINUTE_MS, past.end).values == {}


def test_months_of_news_are_read_in_parts(past: Past, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "AT_ONCE", 10)
    past.add(*(event_record(event(n, NOW - HOUR_MS, "acme"), NOW - HOUR_MS) for n in range(35)))
    indices, looks = LiveIndices(past.history), 0
    while indices.look(NOW, past.end).as_of_ms == 0:
        assert indices.more
        looks += 1
    assert looks == 3
    assert timeless(indices.values) == {"acme": (-0.5, 35)}


def test_the_values_are_those_of_a_backtest_to_the_last_digit_however_often_is_looked(past: Past) -> None:
    draw = random.Random(3)
    minutes, often, once = Minutes(), LiveIndices(past.history), LiveIndices(past.history)
    at, n = NOW - 95 * DAY_MS, 0
    while at < NOW - DAY_MS:
        records = []
        for _ in range(60):
            at, n = at + draw.randrange(DAY_MS // 4), n + 1
            names = draw.sample(["acme", "vega", "lumen"], draw.randrange(1, 4))
            story = Story(id=f"st_{draw.randrange(max(n - 20, 0), n + 1)}")
            tone = round(draw.uniform(-1, 1), 3)
            made = event(n, at - draw.randrange(HOUR_MS), *names, tone=tone, story=story)
            merged = [f"st_{n - 2}"] if n % 9 == 0 else []
            more: dict[str, Any] = {"story": {"id": f"st_{n - 4}", "merged": merged}} if merged else {}
            records.append(event_record(made, at, **more))
            canonical = f"st_{n - 4}" if merged else ""
            minutes.take(at, reports_of(made, None), [(one, canonical) for one in merged])
        past.add(*records)
        often.look(at + MINUTE_MS, past.end)
    names = ["acme", "lumen", "vega"]
    expected = minutes.at(names, at + 3 * HOUR_MS)
    often.look(at + 3 * HOUR_MS, past.end)
    once.look(at + 3 * HOUR_MS, past.end)
    for indices in (often, once):
        assert [indices.values[name] for name in names] == [
            CompanyIndex(
                sentiment=one.sentiment, stories=one.stories, volume_z=one.volume_z, volume_z90=one.volume_z90,
                day=one.day,
            )
            for one in (expected[name] for name in names)
        ]  # fmt: skip
    assert all(expected[name].volume_z is not None for name in names)
