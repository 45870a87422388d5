"""What the operator was told, out of the projection: page by page, of a kind, about one thing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from alertd.asking.counts import Span, notices_of
from alertd.base.clock import rfc3339
from alertd.history.projection import notices as module
from alertd.history.projection.notices import NoticeFilter, notices
from alertd.history.projection.projector import Projector
from alertd.history.projection.read import History
from alertd.model import JournalRecord
from tests.history.projection.past import DAYS, NOW, Archive, event

DAY_MS = 86_400_000


def notice(kind: str, subject: str, text: str) -> JournalRecord:
    data = {"subject": subject, "text": text, "receivers": ["ops"]}
    return JournalRecord(kind="notice", at=rfc3339(NOW), ids=[subject, f"dl_{text}"], reason=kind, data=data)


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    made = Archive()
    made.add(notice("source_failing", "wire", "one"), event("ev_a"), notice("source_failing", "other", "two"))
    made.add(
        event("ev_b"),
        notice("store_rolled_back", "redis", "three"),
        notice("source_back", "wire", "four"),
        day=DAYS[1],
    )
    projector = Projector(tmp_path / "history.db")
    projector.advance(made)
    projector.close()
    with History(tmp_path / "history.db", archive=made) as opened:
        yield opened


def told(history: History, limit: int = 50, **wanted: object) -> tuple[list[str], int | None]:
    fields = {"since_ms": 0} | wanted
    read = notices(history, NoticeFilter(**fields), limit)  # type: ignore[arg-type]
    return [one.data["text"] for one in read.records], read.next


def test_they_come_the_newest_first_and_page_by_page(history: History) -> None:
    assert told(history) == (["four", "three", "two", "one"], None)
    first, place = told(history, 3)
    assert first == ["four", "three", "two"]
    assert told(history, 3, before=place) == (["one"], None)
    assert told(history, 4) == (["four", "three", "two", "one"], None), "nothing comes behind these"


def test_they_are_chosen_by_kind_subject_and_day(history: History) -> None:
    assert told(history, kind="source_failing")[0] == ["two", "one"]
    assert told(history, subject="wire")[0] == ["four", "one"]
    assert told(history, subject="wire", kind="source_back")[0] == ["four"]
    assert told(history, since_ms=NOW + DAY_MS)[0] == ["four", "three"]
    assert told(history, subject="nobody") == ([], None)


@pytest.mark.parametrize("subject", [None, "wire"])
def test_a_page_looks_through_so_many_lines_and_says_where_to_go_on(
    history: History, subject: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_LINES", 1)
    found, place, pages = list[str](), None, 0
    while pages == 0 or place is not None:
        texts, place = told(history, subject=subject, before=place)
        found, pages = [*found, *texts], pages + 1
    assert found == (["four", "three", "two", "one"] if subject is None else ["four", "one"])
    assert pages > len(found), "of the lines between none is a notice, and nothing is left out"
    assert [one.data["text"] for one in notices_of(history, Span(NOW // DAY_MS), 3)] == ["four", "three", "two"]
