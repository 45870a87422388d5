"""What became of an alert, read from the journal."""

from __future__ import annotations

from typing import Any

from msgspec import to_builtins
from msgspec.structs import replace

from alertd.alerts.policy import ReceiverPolicy
from alertd.alerts.trail import EVERYBODY, Trail, eyes_of_a_desk, trail_of, under_way
from alertd.model import Decision, Delivery, Event, JournalRecord, Provenance, Rights, event_to_dict
from tests.alerts.living import EVENT, state


def decided(
    event: Event, *, alert: str = "al_a", revision: int = 1, told: dict[str, str] | None = None, **more: Any
) -> JournalRecord:
    decision = Decision(portfolio="ai", alert=alert, alert_revision=revision, reason="first", receivers=told or {})
    other = Decision(portfolio="energy", alert="al_other", alert_revision=1, reason="first", receivers={"x": "dl_x"})
    data = {"event": event_to_dict(event), "decisions": to_builtins([other, decision])} | more
    return JournalRecord(kind="event", at="2027-01-15T07:59:00.000Z", ids=[alert], reason="first", data=data)


def ended(name: str, receiver: str, reason: str = "sent", **more: Any) -> JournalRecord:
    data = {"delivery": name, "receiver": receiver, "alert": "al_a", "attempts": 1} | more
    return JournalRecord(kind="delivery", at="2027-01-15T07:59:01.000Z", ids=["al_a", name], reason=reason, data=data)


EV = Event(**EVENT)
SECRET = replace(EV, id="ev_s", provenance=Provenance(rights=Rights(receivers=["boss"])))


def test_each_report_comes_with_what_was_decided_of_it_for_this_alert_alone() -> None:
    trail = trail_of(state(), [decided(EV, told={"desk": "dl_1"}), decided(EV, alert="al_b")], (), EVERYBODY)
    (report,) = trail.reports
    assert (report.event.id, report.decision.portfolio, report.decision.receivers) == ("ev_a", "ai", {"desk": "dl_1"})
    assert not trail.begins_late


def test_a_journal_that_does_not_reach_back_says_so() -> None:
    assert trail_of(state(), [decided(EV, revision=2)], (), EVERYBODY).begins_late
    assert trail_of(state(), [], (), EVERYBODY).begins_late


def test_a_delivery_is_told_by_its_end_and_before_that_by_how_it_stands() -> None:
    lines = [decided(EV, told={"desk": "dl_1", "mail": "dl_2", "ops": "silenced: by jd"}), ended("dl_1", "desk")]
    assert under_way(lines, "al_a") == ["dl_2"], "neither the other alert's, nor what has ended, nor a reason"
    now = [Delivery(id="dl_2", receiver="mail", lane="normal", mode="latest", chain="al_a", attempts=2, error="busy")]
    sent = [
        (one.receiver, one.state, one.attempts, one.detail) for one in trail_of(state(), lines, now, EVERYBODY).sent
    ]
    assert sent == [("desk", "sent", 1, ""), ("mail", "queued", 2, "busy")]


def test_one_that_failed_and_is_tried_again_is_under_way() -> None:
    lines = [decided(EV, told={"desk": "dl_1"}), ended("dl_1", "desk", "retry", detail="503")]
    assert under_way(lines, "al_a") == ["dl_1"]
    now = [Delivery(id="dl_1", receiver="desk", lane="normal", mode="latest", chain="al_a", attempts=1, error="503")]
    (sent,) = trail_of(state(), lines, now, EVERYBODY).sent
    assert (sent.state, sent.at, sent.detail) == ("queued", "2027-01-15T07:59:01.000Z", "503")
    assert trail_of(state(), lines, (), EVERYBODY).sent[0].state == "retry"


def test_an_excerpt_is_made_whole_where_the_journal_has_the_text() -> None:
    trail = trail_of(state(), [decided(replace(EV, body="All of it."))], (), EVERYBODY)
    assert trail.whole(replace(EV, body="All", truncated=True)).body == "All of it."
    for other in (replace(EV, revision=2), replace(EV, id="ev_b"), replace(EV, body="Longer than that one.")):
        assert trail.whole(other) is other
    assert Trail().whole(EV) is EV


def test_what_does_not_decode_is_left_out() -> None:
    for broken in ({"event": {"title": 7}}, {"event": None}, {"decisions": [{"portfolio": 1}]}):
        line = decided(EV)
        assert trail_of(state(), [replace(line, data=line.data | broken)], (), EVERYBODY).reports == []
    assert trail_of(state(), [replace(decided(EV), data={})], (), EVERYBODY).reports == []


def seen(*lines: JournalRecord, policies: tuple[ReceiverPolicy, ...] = (ReceiverPolicy("pm", desk="ai"),)) -> Trail:
    return trail_of(state(desk="ai"), list(lines), (), eyes_of_a_desk(state(desk="ai"), "ai", policies))


def test_a_desk_sees_reports_that_one_of_its_receivers_may_be_told_of() -> None:
    assert len(seen(decided(EV), decided(SECRET)).reports) == 1
    boss = ReceiverPolicy("boss", desk="ai")
    assert len(seen(decided(EV), decided(SECRET), policies=(boss,)).reports) == 2
    internal = replace(EV, id="ev_i", provenance=Provenance(classification="internal"))
    public = ReceiverPolicy("pm", desk="ai", accepts="public")
    assert seen(decided(internal), policies=(public,)).reports == []
    assert (
        len(seen(decided(internal), policies=(public, ReceiverPolicy("x", desk="ai", accepts="internal"))).reports)
        == 1
    )
    assert seen(decided(internal), policies=()).reports == [], "a desk without receivers sees what anybody may"


def test_a_desk_sees_nothing_of_another_desks_source_nor_why_stories_are_one() -> None:
    assert seen(decided(EV, source_desk="energy")).reports == []
    (report,) = seen(decided(EV, source_desk="ai", story={"because": "it names their secret company"})).reports
    assert report.because == ""
    (whole,) = trail_of(state(), [decided(EV, story={"because": "so"})], (), EVERYBODY).reports
    assert whole.because == "so"


def test_a_desk_sees_its_own_receivers_and_those_that_its_alert_names() -> None:
    told = {"desk": "dl_1", "pm": "dl_2", "energy-desk": "dl_3"}
    trail = seen(decided(EV, told=told), *(ended(name, receiver) for receiver, name in told.items()))
    assert trail.reports[0].decision.receivers.keys() == {"desk", "pm"}
    assert [one.receiver for one in trail.sent] == ["desk", "pm"]


def test_a_journal_that_reaches_back_says_nothing_also_where_the_first_report_is_kept_back() -> None:
    assert not seen(decided(SECRET), decided(EV, revision=2)).begins_late
    assert seen(decided(EV, revision=2)).begins_late
