"""What becomes of held alerts when their window is over: decided again, ranked, one message, each with a reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from alertd.alerts.deliver import delivery
from alertd.alerts.lanes import told
from alertd.alerts.policy import Escalate, Quiet, ReceiverPolicy
from alertd.alerts.release import EXPIRED, LISTED, Release, Released, digest_id
from alertd.base.clock import rfc3339
from alertd.base.ids import make_id
from alertd.model import SEVERITIES, AlertState, Change, Digest, DigestKind, Hold, Silence, Told, Window
from tests.alerts.living import DAY, HOUR, NOW, held_weight, hold, match, silence, state, waiting, withdrawn

DESK = ReceiverPolicy("desk", quiet=Quiet(hours="22:00-06:30", timezone="America/New_York"))
Member = tuple[Hold, AlertState | None]


def window(kind: DigestKind = "brief", part: int = 0) -> Window:
    return Window(name=f"desk/{kind}//{NOW}", receiver="desk", kind=kind, portfolio="", until_ms=NOW, part=part)


def member(name: str = "al_a", *, kind: DigestKind = "brief", expires: int = NOW + DAY, **fields: Any) -> Member:
    """Make an alert that nobody was told of and that waits."""
    there = state(name, **({"told": {}} | fields))
    put = hold(there, kind=kind, expires=expires)
    return put, waiting(there, put)


def changed(of: Member, **alert: Any) -> Member:
    """Let something happen to the alert meanwhile."""
    put, there = of
    assert there is not None
    return put, replace(there, alert=replace(there.alert, **alert))


def over(
    *members: Member,
    kind: DigestKind = "brief",
    policy: ReceiverPolicy | None = DESK,
    silences: tuple[Silence, ...] = (),
) -> Released:
    release = Release(window(kind), policy, silences, NOW)
    for put, there in members:
        release.add(put, there)
    return release.made()


def digest(released: Released) -> Digest:
    (one,) = released.deliveries
    assert one.message.type == "digest"
    assert one.message.digest is not None
    return one.message.digest


def test_several_alerts_are_one_message_the_loudest_first() -> None:
    big = [match(severity="medium", holdings=[held_weight("nvda", 0.08)])]
    released = over(
        member("al_a", severity="low"),
        member("al_b", severity="critical"),
        member("al_c", severity="medium"),
        member("al_d", severity="medium", matches=big),
    )
    brief = digest(released)
    assert [(item.alert, item.severity) for item in brief.items] == [
        ("al_b", "critical"),
        ("al_d", "medium"),
        ("al_c", "medium"),
        ("al_a", "low"),
    ]
    assert brief.counts == {"critical": 1, "medium": 2, "low": 1}
    assert (brief.kind, brief.since, brief.until) == ("brief", rfc3339(NOW - HOUR), rfc3339(NOW))
    assert list(released.fates.values()) == ["listed"] * 4


def test_its_id_is_made_of_receiver_kind_portfolio_and_the_end_in_utc() -> None:
    (one,) = over(member("al_a"), member("al_b")).deliveries
    assert one.id == make_id("dl", "desk", "brief", "", "2027-01-15T08:00:00.000Z")
    assert digest_id(window(part=1)) == make_id("dl", "desk", "brief", "", "2027-01-15T08:00:00.000Z", "1")
    assert (one.chain, one.message.timezone) == (one.id, "America/New_York")


@pytest.mark.parametrize("kind", ["brief", "group"])
def test_one_that_is_left_of_quiet_hours_or_a_short_wait_goes_as_the_message_itself(kind: DigestKind) -> None:
    closed = changed(member("al_b", kind=kind), status="closed")
    (one,) = over(member("al_a", kind=kind), closed, kind=kind).deliveries
    assert (one.message.type, one.chain, one.message.reason) == (
        "alert.fired",
        "al_a",
        "quiet_until" if kind == "brief" else "folded_into",
    )


@pytest.mark.parametrize("kind", ["digest", "storm", "budget"])
def test_one_that_is_left_of_another_window_is_a_digest_all_the_same(kind: DigestKind) -> None:
    assert [item.alert for item in digest(over(member(kind=kind), kind=kind)).items] == ["al_a"]


def test_what_changed_since_the_receiver_was_told_stands_beside_it() -> None:
    told = {"desk": Told(revision=1, severity="high")}
    there = state("al_a", revision=3, told=told)
    put = hold(there)
    held = replace(there, told={"desk": replace(told["desk"], held=put.window)})
    released = over((put, held), member("al_b"))
    assert [item.news for item in digest(released).items if item.alert == "al_a"] == [["news 2", "news 3"]]


def test_what_became_of_each_counts_as_told_or_waits_no_more() -> None:
    snoozed = changed(member("al_b"), snoozed_until=rfc3339(NOW + HOUR))
    lanes = over(member("al_a", revision=2), snoozed, member("al_c")).lanes
    assert (lanes["al_a"].revision, lanes["al_a"].held, lanes["al_a"].at_ms) == (2, "", NOW)
    assert lanes["al_b"] == Told(missed=True), "the next report of it is news there"


LEFT_OUT: dict[str, Callable[[Any], Member]] = {
    "told meanwhile: revision 1": lambda m: (m[0], replace(m[1], told={"desk": Told(revision=1)})),
    "closed: closed by jd": lambda m: changed(
        m,
        status="closed",
        changes=[Change(at="", revision=2, event="", event_revision=0, reason="closed", text="closed by jd")],
    ),
    f"silenced: snoozed until {rfc3339(NOW + HOUR)}": lambda m: changed(m, snoozed_until=rfc3339(NOW + HOUR)),
    "restricted: the alert is another desk's": lambda m: (m[0], replace(m[1], desk="b")),
    "restricted: nothing of it may be told here": lambda m: changed(m, matches=[match(receivers=["other"])]),
    "the alert is not kept any more": lambda m: (m[0], None),
    "withdrawn before it was told": lambda m: (m[0], withdrawn(m[1])),
}


@pytest.mark.parametrize("why", LEFT_OUT)
def test_what_is_no_news_any_more_is_left_out_and_nothing_is_sent(why: str) -> None:
    released = over(LEFT_OUT[why](member()))
    assert released.fates == {"al_a": why}
    assert released.deliveries == ()
    assert (released.record.kind, released.record.reason) == ("release", "nothing")
    assert released.record.data["members"] == {"al_a": why}


def test_a_silence_that_began_meanwhile_keeps_it() -> None:
    released = over(member(), silences=(silence(portfolios=["ai"]),))
    assert released.fates == {"al_a": "silenced: by si_x until 2027-01-15T09:00:00.000Z"}


def test_a_rise_passes_the_snooze() -> None:
    put, there = member(severity="critical")
    assert there is not None
    told = replace(there, told={"desk": Told(revision=0 + 1, severity="low", held=put.window)})
    louder = changed((replace(put, item=replace(put.item, revision=2)), told), snoozed_until=rfc3339(NOW + HOUR))
    assert over(louder).fates == {"al_a": "listed"}


def test_what_is_told_then_is_passed_on_if_nobody_takes_it() -> None:
    policy = ReceiverPolicy("desk", escalate=Escalate(900, ("pm",)))
    members = (member("al_a"), changed(member("al_b"), status="acknowledged"), member("al_c", expires=NOW))
    assert [(timer.name, timer.due_ms) for timer in over(*members, policy=policy).timers] == [
        ("escalate/al_a/desk", NOW + 900_000)
    ]


def test_an_acknowledged_alert_is_listed_with_its_status() -> None:
    taken = changed(member("al_a"), status="acknowledged")
    assert {item.alert: item.status for item in digest(over(taken, member("al_b"))).items}["al_a"] == "acknowledged"


def test_what_is_too_old_by_then_stands_at_the_foot() -> None:
    released = over(member("al_a"), member("al_b", expires=NOW), member("al_c"))
    brief = digest(released)
    assert [item.alert for item in brief.items] == ["al_a", "al_c"]
    assert [(item.alert, item.reason) for item in brief.expired] == [("al_b", "expired")]
    assert brief.counts == {"high": 2}
    assert released.fates["al_b"] == "expired"


def test_of_many_the_first_are_listed_and_the_rest_counted() -> None:
    many = [member(f"al_{n}") for n in range(40)] + [member(f"al_x{n}", expires=NOW) for n in range(15)]
    brief = digest(over(*many))
    assert (len(brief.items), brief.more) == (LISTED["brief"], 40 - LISTED["brief"])
    assert (len(brief.expired), brief.more_expired) == (EXPIRED, 15 - EXPIRED)


def test_an_alert_that_another_carries_on_is_told_as_that_one_and_once() -> None:
    put, _ = member("al_young")
    old_put, older = member("al_old", revision=2)
    released = over((old_put, older), (put, older))
    assert [one.chain for one in released.deliveries] == ["al_old"]
    assert released.fates == {"al_old": "listed", "al_young": "merged_into: al_old"}
    assert over((put, older)).fates == {"al_young": "listed, as al_old"}


def test_of_a_receiver_that_is_gone_nothing_is_sent_and_all_is_written_down() -> None:
    released = over(member("al_a"), member("al_b"), policy=None)
    assert released.deliveries == ()
    assert released.record.reason == "receiver_removed"
    assert set(released.fates.values()) == {"receiver_removed"}


def test_the_record_names_every_member_and_the_message() -> None:
    released = over(member("al_a", desk="ai"), member("al_b"), policy=ReceiverPolicy("desk", desk="ai"))
    record = released.record
    assert set(record.ids) == {"desk", "al_a", "al_b", released.deliveries[0].id}
    assert (record.data["receiver"], record.data["desk"], record.data["portfolios"]) == ("desk", "ai", ["ai"])
    assert record.data["delivery"] == released.deliveries[0].id


@given(
    st.lists(st.tuples(st.sampled_from(SEVERITIES), st.booleans(), st.sampled_from(["", *LEFT_OUT])), max_size=60),
    st.sampled_from(sorted(LISTED)),
)
def test_whatever_waits_every_member_has_exactly_one_fate_and_what_is_counted_adds_up(
    made: list[tuple[Any, bool, str]], kind: DigestKind
) -> None:
    members = []
    for n, (severity, old, why) in enumerate(made):
        one = member(f"al_{n}", severity=severity, kind=kind, expires=NOW if old else NOW + DAY)
        members.append(LEFT_OUT[why](one) if why else one)
    released = over(*members, kind=kind)
    assert list(released.fates) == [f"al_{n}" for n in range(len(made))]
    told = [name for name, fate in released.fates.items() if fate in ("listed", "expired")]
    assert len(released.deliveries) == (1 if told else 0)
    if released.deliveries and released.deliveries[0].message.digest is not None:
        brief = released.deliveries[0].message.digest
        assert sum(brief.counts.values()) == len(brief.items) + brief.more
        assert len(told) == len(brief.items) + brief.more + len(brief.expired) + brief.more_expired


def test_that_no_rule_holds_any_more_is_told_to_who_was_told_that_one_did() -> None:
    there = state(revision=2, matches=[], told={"desk": Told(revision=1, severity="high")})
    put = hold(there)
    released = over((put, replace(there, told={"desk": replace(there.told["desk"], held=put.window)})))
    assert [one.message.news for one in released.deliveries] == [["news 2"]]
    unknown = over((put, waiting(replace(there, told={}), put)))
    assert (unknown.deliveries, unknown.fates) == ((), {"al_a": "no rule holds any more"})


def test_what_only_adds_to_what_was_told_begins_no_escalation() -> None:
    policy = ReceiverPolicy("desk", quiet=DESK.quiet, escalate=Escalate(900, ("pm",)))
    there = state(revision=2)
    put = hold(there)
    for quiet, timers in ((False, ["escalate/al_a/desk"]), (True, [])):
        lane = replace(there.told["desk"], held=put.window, held_quiet=quiet)
        released = over((put, replace(there, told={"desk": lane})), policy=policy)
        assert [timer.name for timer in released.timers] == timers


def test_a_correction_that_is_silenced_when_its_window_ends_stays_to_be_noticed() -> None:
    there = state(revision=2)
    put = hold(there)
    lane = replace(there.told["desk"], held=put.window)
    released = over((put, replace(there, told={"desk": lane})), silences=(silence(),))
    after = released.lanes["al_a"]
    assert (after.held, after.missed, after.missed_loud) == ("", True, True)


def test_who_read_an_alert_only_in_a_digest_has_no_message_of_it_to_go_back_to() -> None:
    put, there = member("al_a")
    assert there is not None
    released = over((put, there), member("al_b"))
    after = replace(there, told={"desk": released.lanes["al_a"]})
    later = delivery(after, DESK, kind="alert.updated", reason="update_minor", now=NOW, loud=False)
    assert not later.message.told_before
    again = replace(there, told={"desk": told(released.lanes["al_a"], there.alert, NOW)})
    assert delivery(again, DESK, kind="alert.updated", reason="update_minor", now=NOW).message.told_before


def test_a_single_alert_of_a_night_is_a_message_to_go_back_to() -> None:
    assert not over(member("al_a")).lanes["al_a"].elsewhere


def test_a_digest_does_not_take_away_the_message_that_stands() -> None:
    of, put, there = "al_a", *member("al_a", told={"desk": Told(revision=1, at_ms=1)}, revision=2)
    assert there is not None
    held = replace(there, told={"desk": Told(revision=1, at_ms=1, severity="high", held=put.window)})
    assert not over((replace(put, item=replace(put.item, revision=2)), held), member("al_b")).lanes[of].elsewhere


def test_what_sank_below_the_receivers_min_severity_is_left_out_with_its_reason() -> None:
    loud = ReceiverPolicy("desk", min_severity="medium")
    released = over(changed(member("al_a"), severity="low", matches=[match(severity="low")]), policy=loud)
    assert not released.deliveries
    assert released.fates == {"al_a": "no_receiver: below its min_severity medium"}
    assert released.record.data["members"] == released.fates


def test_what_was_told_and_sank_is_listed_as_corrected_downwards() -> None:
    loud = ReceiverPolicy("desk", min_severity="medium")
    put, there = member("al_a", revision=2, told={"desk": Told(revision=1, severity="high")})
    assert there is not None
    sank = replace(there.alert, severity="low", matches=[match(severity="low")])
    sank = replace(sank, changes=[sank.changes[0], replace(sank.changes[1], text="severity high → low")])
    lanes = {"desk": Told(revision=1, severity="high", held=put.window)}
    released = over((put, replace(there, alert=sank, told=lanes)), member("al_b"), policy=loud)
    assert [(one.severity, one.news) for one in digest(released).items] == [
        ("high", []),
        ("low", ["severity high → low"]),
    ]
