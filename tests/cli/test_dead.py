"""`alertd dead`: what was given up, with the reason, and sending it again."""

from __future__ import annotations

import re

import pytest
from msgspec.structs import replace

from alertd.base.clock import system_clock
from alertd.store.redis import RedisStore
from tests.cli.conftest import Desk
from tests.cli.living import ONE, TWO, alert
from tests.store.make import delivery, new


def test_without_dead_letters_that_is_said(desk: Desk) -> None:
    done = desk.run("dead")
    assert (done.code, done.out, done.err) == (0, "no dead letters\n", "")
    assert desk.run("dead", "--json").json == {"deliveries": [], "events": []}


def test_each_dead_letter_is_shown_with_its_reason(desk: Desk) -> None:
    desk.bury("a", error="HTTP 410 no such hook")
    desk.bury("b", error="x\x1b[2J", receiver="oms")
    done = desk.run("dead")
    assert (done.code, done.err) == (0, "")
    title, head, newest, oldest, hint = done.out.splitlines()
    assert title == "Deliveries that were given up"
    assert head.split("  ")[0] == "delivery"
    assert re.fullmatch(r"dl_b +oms +al_1 +1 +\d+ s ago +x\ufffd\[2J", newest)
    assert oldest.endswith("HTTP 410 no such hook")
    assert hint == "alertd why ID tells the story of one; alertd dead --retry ID sends it again"


def test_dead_letters_as_json(desk: Desk) -> None:
    desk.bury("a", error="HTTP 410")
    (row,) = desk.run("dead", "--json").json["deliveries"]
    assert row["id"] == "dl_a"
    assert row["receiver"] == "desk"
    assert row["attempts"] == 1
    assert row["reason"] == "HTTP 410"
    assert row["died_at"].endswith("Z")
    assert "token" not in row


def test_a_limit_shows_the_newest_and_says_that_there_are_more(desk: Desk) -> None:
    desk.bury("a", "b", "c")
    done = desk.run("dead", "--limit", "2")
    assert [line.split()[0] for line in done.out.splitlines()[2:4]] == ["dl_c", "dl_b"]
    assert done.out.endswith("; these are the newest 2, --limit shows more\n")
    assert desk.run("dead", "--limit", "0").code == 2


def test_a_dead_letter_is_queued_again_under_its_id(desk: Desk) -> None:
    desk.bury("a", "b")
    done = desk.run("dead", "--retry", "dl_a")
    assert (done.code, done.out, done.err) == (0, "1 delivery queued again\n", "")
    found = desk.do(lambda store: store.delivery("dl_a"))
    assert found is not None
    assert found.state == "queued"
    assert [row["id"] for row in desk.run("dead", "--json").json["deliveries"]] == ["dl_b"]


def test_a_receiver_that_rests_is_asked_at_once_when_a_person_tries_again(desk: Desk) -> None:
    desk.bury("a")
    desk.bury("b", receiver="oms")
    for receiver in ("desk", "oms"):
        desk.do(lambda store, name=receiver: store.pause_receiver(name, system_clock() + 3_600_000))  # type: ignore[misc]
    assert desk.run("dead", "--retry", "dl_a").code == 0
    health = desk.do(lambda store: store.receiver_health())
    assert health["desk"].paused_until_ms == 0
    assert health["oms"].paused_until_ms > system_clock()


def test_trying_everything_again_asks_those_that_are_parked_too(desk: Desk) -> None:
    desk.park("desk", "HTTP 410")
    assert desk.run("dead", "--retry-all").out == "0 deliveries queued again\n"
    health = desk.do(lambda store: store.receiver_health())["desk"]
    assert (health.paused_until_ms, health.parked) == (0, "HTTP 410")


def test_what_is_no_dead_letter_is_named_and_the_others_are_queued(desk: Desk) -> None:
    desk.bury("a")
    done = desk.run("dead", "--retry", "dl_x", "--retry", "dl_a", "--retry", "dl_y")
    assert (done.code, done.out) == (1, "1 delivery queued again\n")
    assert done.err == "alertd: no dead deliveries: dl_x, dl_y\n"
    done = desk.run("dead", "--retry", "dl_a", "--json")
    assert done.code == 1
    assert done.json == {"queued": [], "unknown": ["dl_a"]}
    assert done.err == "alertd: no dead delivery: dl_a\n"


def test_all_of_them_are_queued_again_however_many(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alertd.asking.dead.BATCH", 2)
    desk.bury("a", "b", "c", "d", "e")
    done = desk.run("dead", "--retry-all")
    assert (done.code, done.out) == (0, "5 deliveries queued again\n")
    assert desk.run("dead", "--retry-all").out == "0 deliveries queued again\n"
    assert desk.run("dead").out == "no dead letters\n"


def test_events_that_could_not_be_matched_are_shown_too(desk: Desk) -> None:
    async def bury(store: RedisStore) -> None:
        await store.ingest("wire", [new("a")], system_clock())
        (event,) = await store.read_events("test", 10, 0)
        await store.bury_event(event.stream_id, "five attempts to match it failed", system_clock())

    desk.do(bury)
    done = desk.run("dead")
    assert done.code == 0
    title, head, row = done.out.splitlines()
    assert (title, head.split()) == ("Events that could not be matched", ["event", "when", "reason"])
    assert row.split(maxsplit=1)[0] == "ev_a"
    assert row.endswith("five attempts to match it failed")
    assert desk.run("dead", "--json").json["events"][0]["event"]["title"] == "a says one"


def test_a_desk_sees_and_retries_only_what_is_its_own_or_nobodys(desk: Desk) -> None:
    desk.settings(
        receivers=[
            {"id": "desk", "type": "console", "desk": "ai"},
            {"id": "oms", "type": "console", "desk": "energy"},
            {"id": "all", "type": "console"},
        ]
    )
    alert(desk, ONE)
    alert(desk, TWO, desk="energy")
    about = {"a": ("desk", ONE), "b": ("oms", ONE), "c": ("all", ONE), "d": ("all", TWO), "e": ("gone", ONE)}

    async def bury(store: RedisStore) -> None:
        now = system_clock()
        for name, (receiver, of) in about.items():
            made = delivery(name, receiver, chain=f"al_{name}", due=now, expires=now + 86_400_000)
            assert made.message.alert is not None
            message = replace(made.message, alert=replace(made.message.alert, id=of))
            await store.enqueue([replace(made, message=message)], now)
            await store.claim(receiver, f"dl_{name}", "token", now, 60_000, 0, b"payload")
            assert await store.bury(f"dl_{name}", "token", now, "HTTP 410")

    desk.do(bury)

    def listed(*words: str) -> list[str]:
        return sorted(row["id"] for row in desk.run("dead", "--json", *words).json["deliveries"])

    assert listed() == ["dl_a", "dl_b", "dl_c", "dl_d", "dl_e"]
    assert listed("--desk", "ai") == ["dl_a", "dl_c"]
    assert listed("--desk", "ai", "--limit", "1") == ["dl_c"]
    assert desk.run("dead", "--desk", "ai", "--retry", "dl_b").err == "alertd: no dead delivery: dl_b\n"
    assert desk.run("dead", "--desk", "ai", "--retry-all", "--json").json["queued"] == ["dl_c", "dl_a"]
    assert listed() == ["dl_b", "dl_d", "dl_e"]
