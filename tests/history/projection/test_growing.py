"""However a projection grew, it holds what one made anew from the archive holds."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alertd.base.failpoints import Failpoint, arm
from alertd.history.archive.line import Place
from alertd.history.projection.projector import Projector
from alertd.model import JournalRecord
from tests.history.projection.past import (
    DAYS,
    Archive,
    Pruned,
    Sealed,
    answer,
    card,
    delivery,
    dump,
    event,
    note,
    without_quotes,
)

ALERTS = ("al_a", "al_b", "al_c")
EVENTS = ("ev_a", "ev_b", "ev_c")
STEPS = ("projection.before_position", "projection.before_commit", "projection.after_commit")


@st.composite
def cards(draw: st.DrawFn) -> dict[str, Any]:
    return card(
        draw(st.sampled_from(ALERTS)),
        draw(st.integers(1, 4)),
        desk=draw(st.sampled_from((None, "ai"))),
        portfolio=draw(st.sampled_from(("ai", "energy"))),
        title=draw(st.sampled_from(("Vega Grid leases Orion", "Vega Grid's lease amended"))),
        status=draw(st.sampled_from(("open", "closed"))),
        useful=draw(st.integers(0, 2)),
        rules=draw(st.lists(st.sampled_from(("lease", "dispute")), min_size=1, unique=True)),
    )


@st.composite
def records(draw: st.DrawFn) -> JournalRecord:
    match draw(st.sampled_from(("event", "event", "answer", "delivery", "release", "note", "broken", "notice"))):
        case "event":
            there = draw(st.lists(cards(), max_size=2, unique_by=lambda one: one["id"]))
            title = draw(st.sampled_from(("Vega Grid leases Orion", "Lease of Orion amended")))
            name = draw(st.sampled_from(EVENTS))
            made = event(name, *there, revision=draw(st.integers(1, 2)), title=title)
            if draw(st.booleans()):
                made.data["story"] = {"id": "st_a", "merged": ["st_b"]}
            return made
        case "answer":
            return answer(draw(cards()), draw(st.sampled_from(("acknowledge", "useful"))))
        case "delivery":
            reason = draw(st.sampled_from(("retry", "sent", "dead")))
            return delivery(draw(st.sampled_from(("dl_ev_a", "dl_x"))), draw(st.sampled_from(ALERTS)), reason)
        case "release":
            data = {"receiver": "desk", "delivery": "dl_w", "members": {"al_a": "listed", "al_b": "expired"}}
            ids = ["desk", "dl_w", "al_a", "al_b"]
            return JournalRecord(kind="release", at="2027-01-15T08:00:00.000Z", ids=ids, reason="digest", data=data)
        case "note":
            return note(draw(st.sampled_from(ALERTS)), draw(st.integers(1, 4)))
        case "broken" if draw(st.booleans()):
            return delivery(draw(st.sampled_from(("dl_ev_a", "dl_x"))), attempts=-1)
        case "broken":
            return JournalRecord(kind="event", at="", ids=["ev_a"], reason="no_match", data={"event": ["?"]})
        case _:
            return JournalRecord(kind="notice", at="", ids=["wire"], reason="source_failing", data={"text": "away"})


def advanced(projector: Projector, archive: Archive, most: int, point: str) -> None:
    """Read on by so many lines; with a failpoint, as often as it takes to get through."""
    arm(f"{point}:1:raise" if point else "")
    try:
        projector.advance(archive, most=most)
    except Failpoint:
        pass
    finally:
        arm("")


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_projection_that_grew_equals_one_made_anew(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        grown, anew = Projector(Path(folder, "grown.db")), Projector(Path(folder, "anew.db"))
        archive = Archive()
        day = 0
        for _ in range(data.draw(st.integers(1, 5), "turns")):
            day = min(day + data.draw(st.integers(0, 1), "next day"), len(DAYS) - 1)
            archive.add(*data.draw(st.lists(records(), max_size=6), "lines"), day=DAYS[day])
            for _ in range(data.draw(st.integers(0, 2), "calls")):
                most = data.draw(st.integers(1, 10), "most")
                advanced(grown, archive, most, data.draw(st.sampled_from(("", *STEPS)), "killed at"))
            pruned = pruned_by(data, archive)
            if data.draw(st.booleans(), "killed while removing"):
                arm("projection.remove:1:raise")
                with pytest.raises(Failpoint):
                    grown.sync_removed(archive, pruned)
                arm("")
            grown.sync_removed(archive, pruned)
        grown.advance(archive)
        anew.rebuild(archive)
        grown.close()
        anew.close()
        assert dump(Path(folder, "grown.db")) == dump(Path(folder, "anew.db"))


def pruned_by(data: st.DataObject, archive: Archive) -> list[Pruned]:
    """Let an archive remove something, whole lines, parts of them or a day; gives what."""
    there = [line.place for line in archive.written]
    gone = data.draw(st.sampled_from((None, None, None, *{place.day for place in there[:-1]})), "gone")
    if gone is not None and gone != there[-1].day:
        archive.drop(gone)
        return [Pruned(gone, gone=True)]
    chosen = data.draw(st.sets(st.sampled_from(there)), "removed") if there else set()
    redacted = set(data.draw(st.sets(st.sampled_from(there)), "redacted")) - chosen if there else set()
    archive.remove(*chosen)
    for line in archive.at(list(redacted)):
        if line.record is not None:
            archive.put(line.place, without_quotes(line.record))
    days = sorted({place.day for place in chosen | redacted}) or [DAYS[0]]
    return [Pruned(day, _numbers(chosen, day), _numbers(redacted, day)) for day in days]


def _numbers(places: set[Place], day: str) -> list[int]:
    return sorted(place.n for place in places if place.day == day)


def test_of_two_cards_of_an_alert_the_newer_counts_though_it_was_written_first(tmp_path: Path) -> None:
    """Who answers writes at once, an event when its batch is decided."""
    archive, projector = Archive(), Projector(tmp_path / "history.db")
    newer = card(revision=2, status="acknowledged", acknowledged_by="jd")
    archive.add(answer(newer), event("ev_a", card(revision=1)))
    projector.advance(archive)
    projector.close()
    (row,) = dump(tmp_path / "history.db")["alerts"]
    assert "acknowledged" in row


def test_an_alert_that_comes_again_after_its_state_was_forgotten_is_the_new_one(tmp_path: Path) -> None:
    archive, projector = Archive(), Projector(tmp_path / "history.db")
    again = card(revision=1, title="Vega Grid again", first_at="2027-05-01T00:00:00.000Z")
    archive.add(event("ev_a", card(revision=7)), event("ev_b", again))
    projector.advance(archive)
    projector.close()
    (row,) = dump(tmp_path / "history.db")["alerts"]
    assert "Vega Grid again" in row


def test_a_line_that_says_nonsense_is_found_by_its_ids_alone(tmp_path: Path) -> None:
    archive, projector = Archive(), Projector(tmp_path / "history.db")
    bad = event("ev_a", card())
    bad.data["alerts"][0]["revision"] = 2**70
    archive.add(bad, event("ev_b", card()))
    done = projector.advance(archive)
    projector.close()
    assert (done.lines, done.unreadable) == (2, 1)
    found = dump(tmp_path / "history.db")
    assert [row[1] for row in found["events"]] == ["ev_b"]
    assert ("ev_a", found["lines"][0][0]) in found["ids"]


def test_two_that_write_take_turns(tmp_path: Path) -> None:
    archive = Archive()
    one, other = Projector(tmp_path / "history.db"), Projector(tmp_path / "history.db")
    for n in range(30):
        archive.add(event(f"ev_{n}", card(f"al_{n}")))
        (one, other)[n % 2].advance(archive, most=2)
        (one, other)[n % 3 == 0].advance(archive, most=1)
    one.advance(archive)
    one.close()
    other.close()
    assert len(dump(tmp_path / "history.db")["events"]) == 30


def test_one_that_is_made_anew_while_it_grows_ends_as_whole(tmp_path: Path) -> None:
    """`alertd archive rebuild` while the daemon runs."""
    archive, daemon, command = Archive(), Projector(tmp_path / "history.db"), Projector(tmp_path / "history.db")
    for n in range(20):
        archive.add(event(f"ev_{n}", card(f"al_{n % 7}", n)))
    daemon.advance(archive, most=15)
    command.rebuild(archive, told=lambda done, at: archive.add(event("ev_late")) if done == 20 else None)
    daemon.advance(archive)
    for projector in (daemon, command):
        projector.close()
    anew = Projector(tmp_path / "anew.db")
    anew.advance(archive)
    anew.close()
    assert dump(tmp_path / "history.db") == dump(tmp_path / "anew.db")


def test_what_was_removed_while_nobody_told_of_it_is_taken_out_by_the_next_start(tmp_path: Path) -> None:
    """The daemon may die between the archive's pruning and this."""
    archive, projector = Archive(), Projector(tmp_path / "grown.db")
    archive.add(event("ev_a", card(revision=1)), event("ev_b", card(revision=2)), delivery())
    archive.add(event("ev_c", card("al_c")), day=DAYS[1])
    archive.over = {DAYS[0]: Sealed("sealed")}
    projector.advance(archive)
    projector.close()
    archive.remove(Place(DAYS[0], 2), Place(DAYS[0], 3))
    archive.over = {DAYS[0]: Sealed("pruned", 2)}
    projector.advance(archive)
    projector.close()
    anew = Projector(tmp_path / "anew.db")
    anew.rebuild(archive)
    anew.close()
    found = dump(tmp_path / "grown.db")
    assert found == dump(tmp_path / "anew.db")
    assert [row[1] for row in found["events"]] == ["ev_a", "ev_c"]
