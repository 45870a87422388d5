"""`alertd verify`: everything that was taken in has an end, and what has none is named."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from alertd.base.clock import rfc3339, system_clock
from alertd.model import Decision, Folded, JournalRecord, SourceState, Told
from alertd.store.redis import RedisStore
from tests.alerts.living import state
from tests.cli.conftest import Desk
from tests.cli.living import ONE, alert, put
from tests.store.make import delivery, new

HOUR_MS = 3_600_000
MINUTE_MS = 60_000


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alertd.cli.verify.AGAIN_S", 0.01)


def take_in(desk: Desk, *names: str) -> None:
    """Take events in and decide on them."""

    async def work(store: RedisStore) -> None:
        await store.save_source_state(SourceState(source="wire"))
        await store.ingest("wire", [new(name) for name in names], system_clock())
        for item in await store.read_events("test", 100, 0):
            data = {"event": {"id": item.event.id, "revision": item.event.revision}}
            record = JournalRecord(
                kind="event", at=rfc3339(system_clock()), ids=[item.event.id], reason="baseline", data=data
            )
            await store.finish_event(item.stream_id, record)

    desk.do(work)


def raw(desk: Desk, *command: str | int) -> Any:
    """Do something to the store that alertd never does; the second word is a key's name."""
    return desk.do(lambda store: store.link.call(command[0], store.keys(str(command[1])), *command[2:]))


def faults(desk: Desk, *words: str) -> list[tuple[str, str]]:
    """Give kind and id of what is found."""
    done = desk.run("verify", "--json", *words)
    assert done.code == (1 if done.json["faults"] else 0)
    assert done.json["ok"] is not bool(done.json["faults"])
    return [(one["kind"], one["id"]) for one in done.json["faults"]]


def test_what_has_its_end_or_is_under_way_is_no_fault(desk: Desk) -> None:
    take_in(desk, "a", "b")
    desk.deliver("x", "y")
    desk.bury("z")
    alert(desk)
    done = desk.run("verify", "--json")
    assert (done.code, done.json["faults"]) == (0, [])
    assert done.json["kinds"]["events"] == {"count": 2, "fine": 2, "under_way": 0, "unknown": 0, "faults": 0}
    assert done.json["kinds"]["deliveries"] == {"count": 3, "fine": 1, "under_way": 2, "unknown": 0, "faults": 0}
    assert done.json["dead_letters"] == 1
    shown = desk.run("verify")
    assert shown.code == 0
    assert "1 dead letter, each with its reason: see alertd dead" in shown.out
    assert "no faults, in " in shown.out


def test_an_event_without_a_decision_is_named(desk: Desk) -> None:
    take_in(desk, "a", "b")

    async def lose(store: RedisStore) -> None:
        await store.ingest("wire", [new("c")], system_clock())
        (item,) = await store.read_events("test", 10, 0)
        await store.link.call("XACK", store.keys("events"), "match", item.stream_id)
        await store.link.call("XDEL", store.keys("events"), item.stream_id)

    desk.do(lose)
    assert faults(desk) == [("events", "ev_c")]
    done = desk.run("verify")
    assert "events  ev_c  neither in the journal nor in the stream" in done.out


def test_an_event_of_a_trimmed_journal_is_known_by_its_trace_or_said_to_be_unknown(desk: Desk) -> None:
    take_in(desk, "a", "b")
    desk.do(lambda store: store.trim_journal(system_clock() + 1000))
    raw(desk, "DEL", "trace:ev_b")
    done = desk.run("verify", "--json")
    assert done.json["kinds"]["events"] == {"count": 2, "fine": 1, "under_way": 0, "unknown": 1, "faults": 0}
    assert "1 event older than the journal, and in no archive" in desk.run("verify").out


def test_what_cannot_be_read_is_named_and_ends_nothing(desk: Desk) -> None:
    take_in(desk, "a", "b")
    alert(desk)
    (one,) = raw(desk, "ZRANGE", "alerts", 0, -1)
    raw(desk, "HSET", f"alert:{one.decode()}", "s", "{nonsense")
    mark = raw(desk, "HKEYS", "seen:wire")[0].decode()
    raw(desk, "HSET", "seen:wire", mark, "iev_a|x|y|z")
    entry = raw(desk, "XADD", "events", "*", "r", "x")
    assert faults(desk, "--patience", "1ms") == [
        ("events", f"mark:{mark}"),
        ("stream", entry.decode()),
        ("alerts", one.decode()),
    ]


def test_an_event_that_waits_too_long_is_named(desk: Desk) -> None:
    desk.do(lambda store: store.save_source_state(SourceState(source="wire")))
    desk.do(lambda store: store.ingest("wire", [new("a")], system_clock()))
    assert faults(desk) == []
    assert faults(desk, "--patience", "1ms") == [("stream", "ev_a")]
    desk.do(lambda store: store.read_events("test", 10, 0))
    assert [kind for kind, _ in faults(desk, "--patience", "1ms")] == ["stream", "pending"]


def test_a_delivery_that_nobody_will_send_is_named(desk: Desk) -> None:
    desk.deliver("a", "b", "c")
    raw(desk, "ZREM", "q:desk:normal", "dl_a")
    raw(desk, "HDEL", "chains", "al_b/desk")
    raw(desk, "HDEL", "bodies", "dl_c")
    assert faults(desk) == [("deliveries", "dl_a"), ("deliveries", "dl_b"), ("deliveries", "dl_c")]


def test_a_queue_and_a_chain_that_lead_nowhere_are_named(desk: Desk) -> None:
    desk.deliver("a")
    raw(desk, "HDEL", "deliveries", "dl_a")
    assert faults(desk) == [("chains", "al_a/desk"), ("queues", "dl_a")]


def test_a_message_that_was_due_long_ago_is_named_unless_its_receiver_rests_or_is_gone(desk: Desk) -> None:
    due = system_clock() - HOUR_MS
    made = [
        delivery("a", due=due, expires=due + 30 * HOUR_MS),
        delivery("b", "oms", due=due, expires=due + 30 * HOUR_MS, chain="al_2"),
        delivery("c", "gone", due=due, expires=due + 30 * HOUR_MS, chain="al_3"),
    ]
    desk.do(lambda store: store.enqueue(made, due))
    desk.do(lambda store: store.pause_receiver("oms", system_clock() + HOUR_MS))
    assert faults(desk) == [("deliveries", "dl_a")]
    assert faults(desk, "--patience", "2h") == []


def test_a_lane_that_comes_round_is_not_late_however_long_its_queue(desk: Desk) -> None:
    due = system_clock() - HOUR_MS
    made = [delivery(name, due=due, expires=due + 30 * HOUR_MS, chain=f"al_{name}") for name in "ab"]
    desk.do(lambda store: store.enqueue(made, due))
    desk.do(lambda store: store.claim("desk", "dl_a", "t", system_clock(), 60_000, 0, b"p"))
    desk.do(lambda store: store.finish("dl_a", "t", system_clock(), "200"))
    assert faults(desk) == []


def test_a_lease_that_is_over_for_long_is_named(desk: Desk) -> None:
    due = system_clock() - HOUR_MS
    desk.do(lambda store: store.enqueue([delivery("a", due=due, expires=due + 30 * HOUR_MS)], due))
    desk.do(lambda store: store.claim("desk", "dl_a", "t", due, 60_000, 0, b"p"))
    done = desk.run("verify", "--json")
    (fault,) = done.json["faults"]
    assert fault["what"] == "sending for desk: its lease ended 59 min ago"


def test_an_alert_whose_message_is_nowhere_is_named(desk: Desk) -> None:
    decision = Decision(
        portfolio="ai", alert=ONE, alert_revision=1, reason="first", receivers={"desk": "dl_lost", "oms": "silenced"}
    )
    made = state(ONE)
    young = replace(made.alert, first_at=rfc3339(system_clock()))
    put(desk, replace(made, alert=young, folded=[Folded(event="ev_1", revision=1, decision=decision)]))
    assert faults(desk) == [("alerts", ONE)]


def test_an_alert_that_waits_in_a_window_that_does_not_hold_it_is_named(desk: Desk) -> None:
    alert(desk, ONE, told={"desk": Told(revision=0, held="desk/quiet/ai/1")})
    assert faults(desk) == [("alerts", ONE)]


def test_timers_windows_and_texts_past_their_time_are_named(desk: Desk) -> None:
    past = system_clock() - HOUR_MS
    raw(desk, "ZADD", "timers", past, f"close/{ONE}/")
    raw(desk, "ZADD", "windows", past, "desk/quiet/ai/1")
    raw(desk, "ZADD", "fetch_due", past, "ev_x")
    assert faults(desk) == [("windows", "desk/quiet/ai/1"), ("timers", f"close/{ONE}/"), ("texts", "ev_x")]


def test_notes_of_alerts_that_are_gone_or_past_their_time_by_an_hour_are_named(desk: Desk) -> None:
    now = system_clock()
    for name in ("al_late", "al_due"):
        alert(desk, name)
    raw(desk, "ZADD", "note_due", now - 61 * MINUTE_MS, "al_late")
    raw(desk, "ZADD", "note_due", now - 30 * MINUTE_MS, "al_due")
    raw(desk, "ZADD", "note_due", now, "al_gone")
    assert sorted(faults(desk)) == [("notes", "al_gone"), ("notes", "al_late")]


def test_a_message_that_the_journal_saw_sent_twice_is_named(desk: Desk) -> None:
    sent = JournalRecord(
        kind="delivery", at=rfc3339(system_clock()), ids=["dl_a"], reason="sent", data={"delivery": "dl_a"}
    )
    desk.journal(sent, sent)
    assert faults(desk) == [("sent", "dl_a")]


def test_only_what_is_newer_is_looked_at(desk: Desk) -> None:
    take_in(desk, "a")
    desk.do(lambda store: store.trim_journal(system_clock() + 1000))
    raw(desk, "DEL", "trace:ev_a")
    raw(desk, "ZADD", "sight:wire", system_clock() - HOUR_MS, "id-a")
    assert desk.run("verify", "--json", "--since", "30m").json["kinds"]["events"]["count"] == 0
    assert desk.run("verify", "--json", "--since", "2h").json["kinds"]["events"]["count"] == 1


def test_what_is_only_in_motion_is_no_fault(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two looks the daemon does what was missing."""
    desk.deliver("a")
    raw(desk, "ZREM", "q:desk:normal", "dl_a")

    async def meanwhile(seconds: float) -> None:
        from alertd.store.redis import open_store

        store = await open_store(desk._url, desk._namespace, name="test")
        await store.link.call("ZADD", store.keys("q:desk:normal"), system_clock(), "dl_a")
        await store.aclose()

    monkeypatch.setattr("alertd.cli.verify.asyncio.sleep", meanwhile)
    assert faults(desk) == []


@pytest.mark.parametrize("words", [["--since", "soon"], ["--patience", "long"]])
def test_a_time_that_is_none_is_refused(desk: Desk, words: list[str]) -> None:
    done = desk.run("verify", *words)
    assert done.code == 2
    assert done.err.startswith(f"alertd: {words[0]}")
