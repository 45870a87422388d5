"""What a replay is made of: items of past events, what there is, the stage, the account."""

from __future__ import annotations

import json
import time
from typing import Any, Literal

import msgspec
import pytest

from alertd.base.clock import parse_rfc3339, rfc3339
from alertd.history.past import Past, PastEvent, PastRecord
from alertd.history.replay.account import Account, verdicts
from alertd.history.replay.feed import NAMELESS, indices_of, item_of, source_of
from alertd.history.replay.stage import NOT_SENT, Pace, Performed, Played, staged
from alertd.history.replay.staging import Staging
from alertd.history.replay.survey import survey
from alertd.history.replay.together import AT_ONCE, Together
from alertd.model import CompanyIndex, CompanyMention, Decision, JournalRecord, Story, event_to_dict
from alertd.notify.outcome import Later, Outcome, Sent
from alertd.notify.payload import payload
from alertd.notify.protocol import Attempt
from tests.history.replay.stage import START, decided, lived
from tests.notify.cases import message

NOW = parse_rfc3339("2026-01-12T20:00:01Z")


def past(number: int = 0, **more: Any) -> PastEvent:
    event = lived(number, START, "Vega Grid leases Orion", **more)
    return PastEvent(at_ms=START, event=event, decisions=(decided(event),), decided=True)


def made(one: PastEvent, *, completed: bool = False) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(bytes(item_of(one, NOW, completed=completed).candidate.event))
    return found


def test_an_event_comes_again_without_what_was_found_in_it_and_under_another_id() -> None:
    one = past(companies=[CompanyMention(id="vega", name="Vega")], story=Story(id="st_a"))
    again = made(one)
    assert again["id"] != one.event.id and again["seen_at"] == rfc3339(NOW)
    assert not again.get("companies") and not again.get("story")
    assert (again["source"], again["title"], again["published_at"]) == ("wire", one.event.title, rfc3339(START))


def test_a_plain_event_keeps_what_it_brings() -> None:
    one = past(companies=[CompanyMention(id="vega", name="Vega")])
    plain = PastEvent(at_ms=one.at_ms, event=one.event)
    assert made(plain)["companies"][0]["id"] == "vega"


def test_the_indices_of_then_are_known_again() -> None:
    index = CompanyIndex(as_of=rfc3339(START), sentiment=-0.4, stories=12)
    known = past(companies=[CompanyMention(id="vega", name="Vega", index=index), CompanyMention(id="lumen")])
    assert indices_of([known]) == {"vega": index}
    assert indices_of([PastEvent(at_ms=START, event=known.event)]) == {}


def test_revisions_are_the_same_item_with_other_content() -> None:
    first, second = (item_of(past(revision=n), NOW, completed=False).candidate for n in (1, 2))
    assert first.identity == second.identity and first.event_id == second.event_id
    assert first.content_hash != second.content_hash


def test_an_item_whose_text_came_later_is_a_part_at_first() -> None:
    hashes = [item_of(past(revision=n), NOW, completed=True).candidate.content_hash for n in (1, 2)]
    assert [one[:1] == "0" for one in hashes] == [True, False]


def test_what_was_a_baseline_stays_one_and_what_was_withdrawn_is_withdrawn() -> None:
    assert item_of(past(baseline=True), NOW, completed=False).verdict == "baseline"
    assert item_of(past(withdrawn=True), NOW, completed=False).candidate.withdrawn


@pytest.mark.parametrize("source", ["", "a b", "{x}:y", "../x", "A"])
def test_a_source_that_is_no_name_gets_one(source: str) -> None:
    assert source_of(msgspec.structs.replace(past().event, source=source)) == NAMELESS


def test_a_survey_says_what_there_is() -> None:
    later = past(1, revision=2, revision_reason="full_text")
    silent = PastEvent(at_ms=START + 5, event=past(2).event, decided=True)
    found = survey([past(), later, silent], as_notified=False)
    assert (found.events, found.first_ms, found.last_ms, found.completed) == (3, START, START + 5, {later.event.id})
    assert survey([past(), later, silent], as_notified=True).events == 2


class Peer:
    """A receiver that remembers what it was asked to send."""

    mode: Literal["every", "latest"] = "latest"
    lease_ms, pace_ms, pace_key, concurrency = 1000, 30, "slack", 3

    def __init__(self, answer: Outcome | None = None) -> None:
        self.sent: list[tuple[bytes, float]] = []
        self.answer = answer or Sent("ok")

    def render(self, message: Any) -> bytes:
        return payload(message)

    async def send(self, payload: bytes, attempt: Attempt) -> Outcome:
        self.sent.append((payload, time.monotonic()))
        return self.answer

    async def close(self) -> None:
        pass


ATTEMPT = Attempt(delivery_id="dl_a", number=1, in_doubt=False, now=NOW)


async def test_who_is_not_named_is_only_played(tmp_path: Any) -> None:
    quiet, named = Peer(), Peer()
    stage = dict(staged([("a", quiet), ("b", named)], Staging(tmp_path, "s", frozenset({"b"}))))
    written = stage["a"].render(message())
    assert json.loads(written)["replay"] is True
    assert await stage["a"].send(written, ATTEMPT) == Sent(NOT_SENT)
    assert await stage["b"].send(written, ATTEMPT) == Sent("ok")
    assert quiet.sent == [] and [one for one, _ in named.sent] == [written]
    assert isinstance(stage["a"], Played) and stage["a"].concurrency == 3 and stage["a"].mode == "latest"


async def test_the_pace_of_a_real_receiver_is_that_of_the_wall_also_where_two_share_it(tmp_path: Any) -> None:
    one, two = Peer(), Peer()
    stage = dict(staged([("a", one), ("b", two)], Staging(tmp_path, "s", frozenset({"a", "b"}))))
    began = time.monotonic()
    for name in ("a", "b", "a"):
        await stage[name].send(b"x", ATTEMPT)
    times = sorted(at - began for peer in (one, two) for _, at in peer.sent)
    assert times[1] >= 0.03 and times[2] >= 0.06


async def test_a_notice_or_report_never_leaves() -> None:
    assert Performed(Peer(), Pace()).render(message(type="notice")) == b""


async def test_a_failure_rests_by_the_clock_on_the_wall(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alertd.history.replay.stage.REST_S", 0.02)
    began = time.monotonic()
    outcome = await Performed(Peer(Later("HTTP 500")), Pace()).send(b"x", ATTEMPT)
    assert isinstance(outcome, Later) and time.monotonic() - began >= 0.02


def record(one: PastEvent, event: str, decisions: list[Decision], ids: list[str]) -> JournalRecord:
    fields = event_to_dict(msgspec.structs.replace(one.event, id=event))
    data = {"event": fields, "decisions": msgspec.to_builtins(decisions)}
    return JournalRecord(kind="event", at=rfc3339(NOW), ids=ids, reason="matched", data=data)


def test_the_account_says_what_was_decided_otherwise() -> None:
    account = Account()
    same, other = past(0), past(1)
    account.took("ev_x", 1, same, 10.0)
    account.took("ev_y", 1, other, 10.0)
    told = msgspec.structs.replace(same.decisions[0], alert="al_new")
    account.hear(record(same, "ev_x", [told], ["ev_x", "al_new", "dl_1"]), 10.1)
    held = msgspec.structs.replace(told, reason="silenced", receivers={})
    account.hear(record(other, "ev_y", [held], ["ev_y"]), 10.1)
    sent = JournalRecord(kind="delivery", at="", ids=["dl_1"], reason="sent", data={"receiver": "oms"})
    account.hear(sent, 10.5)
    found = account.summary(held=2)
    assert (found.events, found.same, found.differs, found.held, account.waiting) == (2, 1, 1, 2, 0)
    assert account.alert_of(same.decisions[0].alert) == "al_new" and account.alert_of("al_other") == ""
    assert found.told == {"oms": 1} and found.latency_max_s == 0.5
    [difference] = found.differences
    assert difference.then == ["p first: night sent, oms sent"] and difference.now == ["p silenced"]


def test_nobody_waits_for_an_event_that_was_put_aside() -> None:
    account = Account()
    account.took("ev_x", 1, past(0), 10.0)
    account.hear(JournalRecord(kind="dead_event", at="", ids=["ev_x", "wire"], reason="poison", data={}), 10.1)
    assert (account.waiting, account.summary().dead_events) == (0, 1)


def test_verdicts_name_no_ids() -> None:
    assert verdicts([decided(past().event)]) == {"p first: night sent, oms sent"}


def at(ms: int, number: int, *, seen_ms: int | None = None, revision: int = 1) -> PastEvent:
    event = lived(number, START + (ms if seen_ms is None else seen_ms), "Vega Grid leases Orion", revision=revision)
    return PastEvent(at_ms=START + ms, event=event, decided=True)


def batches(*pasts: Past, span_ms: int = 0) -> list[list[Past]]:
    together = Together(span_ms)
    return [*filter(None, map(together.add, pasts)), together.batch]


def test_what_came_within_a_second_is_taken_in_together() -> None:
    first, second, third = at(0, 0), at(999, 1), at(1000, 2)
    assert batches(first, second, third) == [[first, second], [third]]
    assert batches(first, second, third, span_ms=5000) == [[first, second, third]]
    many = [at(0, number) for number in range(AT_ONCE + 1)]
    assert batches(*many) == [many[:-1], many[-1:]]


def test_a_revision_that_came_when_the_one_before_was_decided_is_taken_in_after_it() -> None:
    first, other = at(100, 0, seen_ms=50), at(100, 1)
    correction = at(300, 0, seen_ms=200, revision=2)
    assert batches(first, other, correction) == [[first, other], [correction]]


def test_a_revision_that_was_there_when_the_one_before_was_decided_is_taken_in_with_it() -> None:
    first, correction = at(300, 0, seen_ms=50), at(300, 0, seen_ms=200, revision=2)
    assert batches(first, correction) == [[first, correction]]


def test_what_people_did_stands_alone() -> None:
    event = at(0, 0)
    record = JournalRecord(kind="answer", at=rfc3339(START), ids=["al_a", "p"], reason="acknowledge")
    did = PastRecord(at_ms=START, kind="answer", record=record)
    assert batches(event, did, did, event) == [[event], [did], [did], [event]]
