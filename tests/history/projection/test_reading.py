"""What is asked of a projection, as whoever runs alertd and as a desk."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from alertd.errors import HistoryUnavailable
from alertd.history.projection.projector import Projector
from alertd.history.projection.query import AlertFilter, where
from alertd.history.projection.read import History
from alertd.model import JournalRecord
from tests.history.projection.past import NOW, Archive, answer, card, delivery, event, note

LAST = "2027-01-15T11:00:00.000Z"
SECRET = "cik-0009999999"


@pytest.fixture
def archive() -> Archive:
    """Two desks and nobody, each with an alert of its own; a source and a company of one desk."""
    made = Archive()
    ai = card("al_ai", desk="ai", portfolio="ai", title="Vega Grid leases Orion", severity="critical")
    energy = card(
        "al_en", desk="energy", portfolio="energy", title="Orion cancels", rules=["dispute"],
        updated_at="2027-01-15T09:00:00.000Z", companies=["orion-power"], holdings=[],
    )  # fmt: skip
    shared = card("al_no", portfolio="macro", title="Orion rates", updated_at="2027-01-15T10:00:00.000Z")
    named = [{"id": "vega-grid"}, {"id": SECRET}]
    made.add(event("ev_ai", ai, title="Vega Grid leases Orion", companies=named))
    made.add(event("ev_en", energy, desk="energy", source="desk-wire", title="Orion cancels"))
    made.add(event("ev_no", shared, title="Orion rates", event_types=[{"type": "rates", "confidence": 0.9}]))
    limited = {"classification": "public", "rights": {"receivers": ["pm"]}}
    made.add(event("ev_few", title="Orion for few", provenance=limited))
    made.add(delivery("dl_ev_ai", "al_ai"), delivery("dl_digest", "", "sent"))
    made.add(answer(ai | {"revision": 2, "status": "acknowledged", "acknowledged_by": "jd", "updated_at": LAST}))
    return made


@pytest.fixture
def path(tmp_path: Path, archive: Archive) -> Path:
    projector = Projector(tmp_path / "history.db")
    projector.advance(archive)
    projector.close()
    return tmp_path / "history.db"


def found(path: Path, desk: str | None = None, text: str = "", **wanted: Any) -> list[str]:
    with History(path, desk) as history:
        asked = AlertFilter(**wanted)
        rows = history.search(text, asked, sort="time") if text else history.alerts(asked)
        return [row["id"] for row in rows]


@pytest.mark.parametrize(
    ("wanted", "alerts"),
    [
        ({}, ["al_ai", "al_no", "al_en"]),
        ({"portfolio": "energy"}, ["al_en"]),
        ({"status": "acknowledged"}, ["al_ai"]),
        ({"severity": "critical"}, ["al_ai"]),
        ({"since_ms": NOW + 3_600_000 + 1}, ["al_ai", "al_no"]),
        ({"until_ms": NOW}, []),
        ({"rule": "dispute"}, ["al_en"]),
        ({"company": "nvda"}, ["al_ai", "al_no"]),
        ({"company": "Orion-Power"}, ["al_en"]),
        ({"event_type": "rates"}, ["al_no"]),
        ({"source": "desk-wire"}, ["al_en"]),
        ({"receiver": "desk"}, ["al_ai", "al_no", "al_en"]),
        ({"receiver": "nobody"}, []),
        ({"status": "snoozed", "now_ms": NOW}, []),
    ],
)
def test_each_filter_chooses(path: Path, wanted: dict[str, Any], alerts: list[str]) -> None:
    assert found(path, **wanted) == alerts
    assert found(path, text="orion", **wanted) == alerts


def test_a_desk_sees_its_own_and_nobodys_in_every_query(path: Path) -> None:
    assert found(path, "energy") == ["al_no", "al_en"]
    assert found(path, "energy", "orion") == ["al_no", "al_en"]
    assert found(path, "energy", portfolio="ai") == []
    assert found(path, "ai", source="desk-wire") == []
    with History(path, "ai") as history:
        assert [hit.event for hit in history.events("orion")] == ["ev_no", "ev_ai"]
        assert history.portfolios() == ["ai", "macro"]


def test_a_desks_own_sql_meets_the_same_walls(path: Path) -> None:
    """Reports count by plain SQL."""
    with History(path, "energy", hidden=[SECRET]) as history:
        ask = history.connection.execute

        def first(table: str, column: str) -> set[str]:
            return {value for (value,) in ask(f"SELECT {column} FROM {table}")}

        assert first("alerts", "alert") == {"al_en", "al_no"}
        assert first("events", "event") == {"ev_ai", "ev_en", "ev_no", "ev_few"}
        for table in ("matches", "touched", "decisions"):
            assert first(table, "portfolio") <= {"energy", "macro"}, table
        assert SECRET not in first("mentions", "company")
        assert first("deliveries", "delivery") == set()
        assert first("answers", "alert") == set()
        assert first("told", "alert") == {"al_en", "al_no"}
        assert first("lines", "seq") == first("ids", "seq") == set()


def test_a_desk_cannot_be_named_so_that_it_sees_more(path: Path) -> None:
    assert found(path, "x' OR '1'='1") == ["al_no"]


def test_a_trace_gives_the_records_of_the_archive_in_their_order(path: Path, archive: Archive) -> None:
    with History(path, archive=archive) as history:
        assert [record.kind for _, record in history.trace("al_ai")] == ["event", "delivery", "answer"]
        assert history.trace("al_nothing") == []
        archive.remove(archive.written[0].place)  # meanwhile
        assert [record.kind for _, record in history.trace("al_ai")] == ["delivery", "answer"]
    with History(path) as history:
        assert history.trace("al_ai") == []


def test_a_desk_traces_only_what_it_may_see(path: Path, archive: Archive) -> None:
    with History(path, "energy", archive=archive, hidden=[SECRET]) as history:
        assert history.trace("al_ai") == []
        assert history.trace("dl_ev_ai") == []
        ((_, seen),) = history.trace("ev_ai")
        assert (seen.ids, seen.reason, seen.data["decisions"], seen.data["alerts"]) == (["ev_ai"], "no_match", [], [])
        assert [one["id"] for one in seen.data["event"]["companies"]] == ["vega-grid"]
    with History(path, "ai", archive=archive) as history:
        assert [record.kind for _, record in history.trace("al_ai")] == ["event", "delivery", "answer"]
        assert history.trace("ev_en") == []


def test_who_was_told_in_a_digest_was_told(path: Path, archive: Archive) -> None:
    data = {"receiver": "pm", "delivery": "dl_w", "members": {"al_no": "listed", "al_en": "closed: by jd"}}
    ids = ["pm", "dl_w", "al_no", "al_en"]
    archive.add(JournalRecord(kind="release", at="2027-01-15T11:00:00.000Z", ids=ids, reason="digest", data=data))
    projector = Projector(path)
    projector.advance(archive)
    projector.close()
    assert found(path, receiver="pm") == ["al_no"]


def test_who_was_told_by_a_note_was_told_and_no_other_desk_sees_it(path: Path, archive: Archive) -> None:
    of_ai = note("al_ai", delivery="dl_note")
    archive.add(replace(of_ai, data=of_ai.data | {"desk": "ai", "receivers": {"pager": "dl_note"}}))
    with closing(Projector(path)) as projector:
        projector.advance(archive)
    assert found(path, receiver="pager") == ["al_ai"]
    with History(path, "ai", archive=archive) as history:
        assert [record.kind for _, record in history.trace("al_ai")] == ["event", "delivery", "answer", "note"]
    with History(path, "energy", archive=archive) as history:
        assert history.trace("dl_note") == []


def test_who_was_told_of_an_alert_was_told_of_the_one_that_carries_it_on(path: Path, archive: Archive) -> None:
    young = card("al_young", portfolio="macro", status="closed", merged_into="al_mid")
    mid = card("al_mid", portfolio="macro", status="closed", merged_into="al_no")
    archive.add(event("ev_young", young), event("ev_mid", mid))
    archive.add(delivery("dl_ev_young", "al_young"))
    data = {"receiver": "pm", "delivery": "dl_w", "members": {"al_young": "listed"}}
    ids = ["pm", "dl_w", "al_young"]
    archive.add(JournalRecord(kind="release", at="2027-01-15T11:00:00.000Z", ids=ids, reason="digest", data=data))
    with closing(Projector(path)) as projector:
        projector.advance(archive)
    assert set(found(path, receiver="pm")) == {"al_young", "al_mid", "al_no"}
    with History(path) as history:
        told = {row["id"]: list(row["told"]) for row in history.alerts(AlertFilter())}
        assert (told["al_no"], told["al_ai"]) == (["desk", "pm"], ["desk"])
        assert history.carried_on_by("al_no") == ["al_mid"]
        # as of a receiver that was told of many
        wanted, values = where(AlertFilter(receiver="pm"), lambda query, value: False)
        rows = history.connection.execute(f"SELECT a.alert FROM alerts a WHERE {wanted}", values)
        assert {name for (name,) in rows} == {"al_young", "al_mid", "al_no"}


def test_the_best_hit_comes_first_and_says_where_it_is(path: Path, archive: Archive) -> None:
    body = card("al_z", title="Something else", quotes=["… Orion …"], updated_at="2027-01-16T00:00:00.000Z")
    archive.add(event("ev_z", body))
    projector = Projector(path)
    projector.advance(archive)
    projector.close()
    with History(path) as history:
        rows = history.search("orion", AlertFilter())
        assert rows[-1]["id"] == "al_z"
        assert [row["snippet"][a:b] for row in rows for a, b in row["hits"]] == ["Orion"] * 4
        assert history.search("orion", AlertFilter(), sort="time")[0]["id"] == "al_z"
        assert len(history.search("orion", AlertFilter(), 2)) == 2


def test_a_row_is_that_of_a_list(path: Path) -> None:
    with History(path) as history:
        (row,) = history.alerts(AlertFilter(portfolio="ai"))
    assert row["told"] == {"desk": 1}
    assert (row["waits_for"], row["acknowledged_by"], row["status"]) == ([], "jd", "acknowledged")


def test_a_query_that_takes_far_too_long_is_given_up(tmp_path: Path, archive: Archive) -> None:
    for n in range(500):
        archive.add(event(f"ev_{n}", card(f"al_{n}", title="Orion again")))
    projector = Projector(tmp_path / "history.db")
    projector.advance(archive)
    projector.close()
    with (
        History(tmp_path / "history.db", patience=5_000) as history,
        pytest.raises(HistoryUnavailable, match="too long"),
    ):
        history.search("orion", AlertFilter())
