"""`alertd route`: whom an event would be told, when, who would not be, and why."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from alertd.base.clock import rfc3339, system_clock
from alertd.model import JournalRecord, Provenance, Rights, Silence
from tests.cli.conftest import PORTFOLIO, Desk
from tests.cli.test_why import EVENT, event_record

UNKNOWN = "alertd: nothing is known for desk a of ev_aaa: the journal has no such event\n"
LEASE = json.dumps({"title": "Vega leases Orion"})
RECEIVERS: list[dict[str, Any]] = [
    {"id": "desk", "type": "console"},
    {"id": "pm", "type": "console", "min_severity": "critical"},
    {"id": "night", "type": "console", "quiet": {"hours": "22:00-06:30", "timezone": "Europe/London"}},
    {"id": "daily", "type": "console", "digest": {"at": "07:30", "timezone": "America/New_York"}},
]


@pytest.fixture
def routed(desk: Desk) -> Desk:
    desk.settings(receivers=RECEIVERS)
    file = desk.folder / "rules/portfolios/ai.yaml"
    file.write_text(PORTFOLIO.replace("[desk]", "[desk, pm, night, daily]"))
    return desk


def route(desk: Desk, *words: str) -> list[str]:
    done = desk.run("route", *words)
    assert (done.code, done.err) == (0, "")
    return done.out.splitlines()


def test_each_receiver_has_its_time_and_its_reason_on_the_night_the_clocks_go_back(routed: Desk) -> None:
    assert route(routed, LEASE, "--at", "2026-10-25T00:30:00Z") == [
        "“Vega leases Orion” at 2026-10-25T00:30:00.000Z",
        "ai: the first alert about this (first report)",
        "  rule lease (high)",
        "  desk: now",
        "  pm: no receiver is entitled to it or wants it (below its min_severity critical)",
        "  night: held back during quiet hours (2026-10-25T06:30:00.000Z = Sun 06:30 GMT)",
        "  daily: folded into another message (digest until 2026-10-25T11:30:00.000Z = Sun 07:30 EDT)",
    ]


def test_json_says_the_same_for_machines(routed: Desk) -> None:
    (found,) = routed.run("route", LEASE, "--at", "2026-10-25T00:30:00Z", "--json").json
    assert (found["portfolio"], found["reason"]) == ("ai", "first")
    assert found["rules"] == [{"rule": "lease", "severity": "high"}]
    assert found["receivers"] == {
        "desk": "now",
        "pm": "no_receiver: below its min_severity critical",
        "night": "quiet_until: 2026-10-25T06:30:00.000Z",
        "daily": "folded_into: digest until 2026-10-25T11:30:00.000Z",
    }


def test_a_silence_of_the_daemon_counts(routed: Desk) -> None:
    now = system_clock()
    silence = Silence(
        id="si_1", author="jd", reason="maintenance", created_at=rfc3339(now), starts_at=rfc3339(now - 1000),
        ends_at=rfc3339(now + 3_600_000), portfolios=["ai"], all_desks=True,
    )  # fmt: skip
    record = JournalRecord(kind="silence", at=rfc3339(now), ids=["si_1"], reason="made")
    routed.do(lambda store: store.put_silence(silence, record, now))
    told = route(routed, LEASE)
    assert told[3].startswith("  desk: somebody silenced it (by si_1 until ")


def test_an_event_of_the_journal_is_taken_as_if_it_came_now(routed: Desk) -> None:
    event = msgspec.structs.replace(EVENT, id="ev_aaa", baseline=True)
    routed.journal(event_record(event=event, matches=[]))
    assert "  desk: now" in route(routed, "ev_aaa")
    done = routed.run("route", "ev_bbb")
    assert (done.code, done.out, done.err) == (
        1, "", "alertd: nothing is known of ev_bbb: the journal has no such event\n"
    )  # fmt: skip


def test_without_a_daemon_it_says_what_is_not_known(routed: Desk) -> None:
    routed.settings(receivers=RECEIVERS, redis="embedded")
    assert route(routed, LEASE)[1] == "  no daemon runs here: its silences, cooldowns and counts are not known"


def test_an_event_for_which_no_rule_holds_tells_nobody(routed: Desk) -> None:
    assert route(routed, json.dumps({"title": "Rain"}))[1:] == ["1 portfolio has no rule that holds"]
    assert routed.run("route", json.dumps({"title": "Rain"}), "--json").json == []


def test_a_desk_sees_only_its_portfolios(routed: Desk) -> None:
    hush = PORTFOLIO.replace("portfolio: ai", "portfolio: hush\ndesk: b").replace("[desk]", "[other]")
    (routed.folder / "rules/portfolios/hush.yaml").write_text(hush)
    routed.settings(receivers=[*RECEIVERS, {"id": "other", "type": "console", "desk": "b"}])
    assert "hush: the first alert about this (first report)" in route(routed, LEASE)
    assert "hush" not in "\n".join(route(routed, LEASE, "--desk", "a"))
    done = routed.run("route", LEASE, "--desk", "a", "--portfolio", "hush")
    assert (done.code, done.err) == (2, "alertd: there is no portfolio hush; there are ai\n")


def test_a_source_of_another_desk_is_not_there_for_a_desk(routed: Desk) -> None:
    feed = {"id": "tape", "type": "feed", "url": "https://wire.example.com/rss", "desk": "b"}
    routed.settings(receivers=RECEIVERS, sources=[feed])
    event = msgspec.structs.replace(EVENT, id="ev_aaa", source="tape")
    routed.journal(event_record(event=event, matches=[]))
    done = routed.run("route", "ev_aaa", "--desk", "a")
    assert (done.code, done.out, done.err) == (1, "", UNKNOWN)


def test_what_only_another_desks_receivers_may_be_told_of_is_not_there_for_a_desk(routed: Desk) -> None:
    routed.settings(receivers=[*RECEIVERS, {"id": "other", "type": "console", "desk": "b"}])
    closed = Provenance(rights=Rights(receivers=["other"]))
    routed.journal(event_record(event=msgspec.structs.replace(EVENT, id="ev_aaa", provenance=closed), matches=[]))
    done = routed.run("route", "ev_aaa", "--desk", "a")
    assert (done.code, done.out, done.err) == (1, "", UNKNOWN)
    assert routed.run("route", "ev_aaa", "--desk", "b").code == 0
    assert routed.run("route", "ev_aaa").code == 0


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        ([LEASE, "--portfolio", "nope"], 2, "there is no portfolio nope; there are ai"),
        ([LEASE, "--at", "tomorrow"], 2, "--at takes a time with a zone"),
        (["{"], 1, "not an event"),
        (["missing.json"], 2, "there is no such file; an event is its id (ev_…), a file, -, or JSON"),
    ],
)
def test_what_is_asked_wrongly_is_said(routed: Desk, words: list[str], code: int, says: str) -> None:
    done = routed.run("route", *words)
    assert (done.code, done.out) == (code, "")
    assert says in done.err
