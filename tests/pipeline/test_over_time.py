"""Counts, changes and spikes: one episode is one alert; what alerts are about; what the journal keeps of verdicts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import msgspec
import pytest
from structlog.testing import capture_logs

from alertd.base.ids import alert_id
from alertd.model import Event
from alertd.rules.book import BookChange, RuleBook, apply_change, make_book
from alertd.rules.leaves import Words
from alertd.rules.logic import Reading, Result, Scope
from alertd.rules.over_time import MAX_JOURNALLED
from tests.pipeline.desk import LEASE_TURNS_SOUR, Desk, changed, desk, dispute, lease, naming, rules

Open = Callable[[RuleBook], Awaitable[Desk]]
THREE_INSIDERS = 'all: [{form: "4"}, {count: {at_least: 3, within: 14d, by: company, distinct: filer}}]'
SWING = "change: {of: sentiment, by: company, at_most: -0.5, within: 3d, baseline: 30d, min_stories: 3}"
SPIKE = "spike: {factor: 4, within: 1d, baseline: 10d, by: company}"
HOUR = 1 / 24


@pytest.fixture
async def opened(redis_url: str, namespace: str) -> AsyncIterator[Open]:
    """Open desks, each with a connection of its own, over one namespace."""
    async with AsyncExitStack() as stack:

        async def enter(book: RuleBook) -> Desk:
            return await stack.enter_async_context(desk(book, redis_url, namespace))

        yield enter


def sale(name: str, day: float, insider: str, company: str = "vega", **more: Any) -> Event:
    """Make a Form 4 of an insider."""
    return naming(name, day, company, kind="filing", form="4", facts={"insider_cik": insider}, **more)


# --- count ----------------------------------------------------------------------------------------------------


async def test_three_insiders_within_14_days_are_one_alert(opened: Open) -> None:
    ours = await opened(rules(THREE_INSIDERS))
    first = [sale("a", 0, "1"), sale("b", 3, "2"), sale("b2", 4, "2")]
    assert await ours.each(*first) == ["no_match"] * 3
    match = await ours.match(sale("c", 13, "3"))
    assert (match.company, match.evidence[0].quote) == ("vega", "3 filers within 14d up to 2026-03-14 12:00")
    assert await ours.each(sale("d", 13.5, "4"), sale("e", 15, "5")) == ["no_match"] * 2, "the episode is told"
    assert await ours.each(sale("f", 60, "1"), sale("g", 61, "2")) == ["no_match"] * 2, "a new one begins"
    assert await ours.each(sale("h", 62, "3")) == ["first"]


async def test_what_is_counted_apart_does_not_add_up(opened: Open) -> None:
    ours = await opened(rules(THREE_INSIDERS))
    events = [sale("a", 0, "1"), sale("b", 1, "2", "lumen"), sale("c", 2, "3"), sale("d", 20, "4")]
    assert await ours.each(*events) == ["no_match"] * 4


async def test_an_event_that_comes_again_does_not_count_again(opened: Open) -> None:
    ours = await opened(rules("all: [{title: happens}, {count: {at_least: 3, within: 1d}}]"))
    a, b, c = (naming(name, hour * HOUR) for hour, name in enumerate("abc"))
    assert await ours.each(a, a, b, a, b) == ["no_match"] * 5
    assert await ours.each(c, a, c) == ["first", "no_match", "first"]


async def test_it_counts_at_the_events_own_time_whenever_they_come(opened: Open) -> None:
    ours = await opened(rules("all: [{title: happens}, {count: {at_least: 3, within: 1d}}]"))
    assert await ours.each(naming("c", 0.9), naming("far", 1.5), naming("a", 0), naming("b", 0.5)) == [
        "no_match", "no_match", "no_match", "first",
    ]  # fmt: skip


async def test_an_event_that_is_taken_back_does_not_count(opened: Open) -> None:
    ours = await opened(rules("all: [{title: happens}, {count: {at_least: 3, within: 1d}}]"))
    a, b, c = (naming(name, hour * HOUR) for hour, name in enumerate("abc"))
    back = msgspec.structs.replace(b, revision=2, withdrawn=True)
    assert await ours.each(a, b, back, c) == ["no_match"] * 4


async def test_a_headline_that_is_corrected_within_the_episode_tells_it_no_second_time(opened: Open) -> None:
    ours = await opened(rules("all: [{title: happens}, {count: {at_least: 3, within: 1d}}]"))
    a, b, c = (naming(name, hour * HOUR) for hour, name in enumerate("abc"))
    assert await ours.each(a, b, c) == ["no_match", "no_match", "first"]
    assert await ours.each(msgspec.structs.replace(a, revision=2, title="It happens after all")) == ["no_match"]


async def test_the_first_news_in_an_episode_that_was_there_before_the_first_look_is_told(opened: Open) -> None:
    ours = await opened(rules(THREE_INSIDERS))
    old = [sale(name, day, name, baseline=True) for day, name in enumerate("abc")]
    assert await ours.each(*old) == ["no_match", "no_match", "baseline"]
    assert await ours.each(sale("d", 4, "d"), sale("e", 5, "e")) == ["first", "no_match"]


async def test_two_workers_count_together_and_one_of_them_tells(opened: Open) -> None:
    book = rules("all: [{title: happens}, {count: {at_least: 10, within: 1d}}]")
    one, two = await opened(book), await opened(book)
    reasons = []
    for n in range(6):
        reasons += await one.each(naming(f"a{n}", n * HOUR / 10))
        reasons += await two.each(naming(f"b{n}", n * HOUR / 20))
    assert (reasons.count("first"), reasons[9]) == (1, "first")


async def test_a_rule_that_is_renamed_goes_on_counting(opened: Open) -> None:
    book = rules("all: [{title: happens}, {count: {at_least: 3, within: 1d}}]")
    assert await (await opened(book)).each(naming("a", 0), naming("b", HOUR)) == ["no_match"] * 2
    renamed = changed(book, id="anew", identity="rule-0")
    assert await (await opened(renamed)).each(naming("c", 2 * HOUR)) == ["first"]


# --- change and spike -----------------------------------------------------------------------------------------


def tones(name: str, days: list[float], tone: float) -> list[Event]:
    return [naming(f"{name}{n}", day, "vega", tone=tone) for n, day in enumerate(days)]


async def test_a_fall_of_the_tone_is_told_when_it_crosses_and_again_only_after_it_recovered(opened: Open) -> None:
    ours = await opened(rules(SWING))
    assert set(await ours.each(*tones("good", [0, 5, 10, 15, 20], 0.4))) == {"no_match"}
    assert await ours.each(*tones("bad", [24, 24.5, 25, 25.5], -0.5)) == ["no_match", "no_match", "first", "no_match"]
    assert set(await ours.each(*tones("fine", [35, 35.5, 36], 0.4))) == {"no_match"}
    assert await ours.each(*tones("worse", [40, 40.5, 41], -0.9)) == ["no_match", "no_match", "first"]


async def test_too_few_stories_say_nothing_of_the_tone(opened: Open) -> None:
    ours = await opened(rules(SWING))
    events = [*tones("good", [0, 5], 0.4), *tones("bad", [24, 24.5, 25, 25.5], -0.9)]
    assert set(await ours.each(*events)) == {"no_match"}


async def test_a_tone_that_is_read_anew_in_an_episode_tells_it_no_second_time(opened: Open) -> None:
    ours = await opened(rules(SWING))
    bad = tones("bad", [24, 24.5, 25], -0.5)
    assert (await ours.each(*tones("good", [0, 5, 10], 0.4), *bad))[-1] == "first"
    fuller = naming("bad1", 24.5, "vega", tone=-0.6, revision=2, revision_reason="full_text")
    assert await ours.each(fuller) == ["no_match"]


async def test_a_spike_is_silent_until_its_baseline_is_full_and_then_one_alert(opened: Open) -> None:
    ours = await opened(rules(SPIKE))
    early = [naming(f"e{n}", n * HOUR, "vega") for n in range(8)]
    assert set(await ours.each(*early)) == {"no_match"}
    usual = [naming(f"u{n}", 1.0 + n, "vega") for n in range(12)]
    assert set(await ours.each(*usual)) == {"no_match"}
    many = [naming(f"m{n}", 12.5 + n * HOUR, "vega") for n in range(8)]
    reasons = await ours.each(*many)
    assert reasons.count("first") == 1
    assert set(await ours.each(*(naming(f"x{n}", 12.5 + n * HOUR, "lumen") for n in range(8)))) == {"no_match"}


# --- what an alert is about -----------------------------------------------------------------------------------


async def test_alerts_about_a_company_gather_its_events(opened: Open) -> None:
    ours = await opened(changed(rules("mentions: [NVDA, VRT]"), key="company"))
    nvda, vrt = "cik-0001045810", "cik-0001674101"
    (one,) = await ours.take(naming("one", 0, nvda))
    (two,) = await ours.take(naming("two", 1, nvda))
    (other,) = await ours.take(naming("other", 2, vrt))
    assert [answer.decisions[0].alert for answer in (one, two)] == [alert_id("desk-a", f"company:{nvda}")] * 2
    assert other.decisions[0].alert == alert_id("desk-a", f"company:{vrt}")
    assert (two.record.reason, two.decisions[0].detail) == ("update_material", "also reported: “two happens”")
    (again,) = await ours.take(naming("one", 0, nvda, revision=2, title="One happened"))
    assert again.decisions[0].detail == "headline was “one happens”, is “One happened”"
    (gone,) = await ours.take(naming("one", 0, nvda, revision=3, withdrawn=True))
    assert gone.decisions[0].detail == "withdrawn by the source"
    (stored,) = (await ours.store.load_alerts([one.decisions[0].alert])).values()
    assert stored.state is not None
    assert [match.event for match in stored.state.alert.matches] == ["ev_two", "ev_one"]
    assert (stored.state.alert.revision, stored.state.alert.first_title) == (4, "one happens")


async def test_an_event_about_two_subjects_concerns_two_alerts_and_its_revisions_find_both(opened: Open) -> None:
    one, two = changed(rules("title: happens"), key="rule").portfolios[0], rules("title: happens").portfolios[0]
    both = (*one.rules, msgspec.structs.replace(two.rules[0], id="by-story"))
    ours = await opened(make_book([msgspec.structs.replace(one, rules=both, hash="")]))
    (first,) = await ours.take(naming("a", 0))
    assert [(d.reason, d.rules) for d in first.decisions] == [("first", ["rule-0"]), ("first", ["by-story"])]
    (gone,) = await ours.take(naming("a", 0, revision=2, title="Nothing"))
    assert gone.matches == ()
    assert {d.alert for d in gone.decisions} == {d.alert for d in first.decisions}
    assert {d.reason for d in gone.decisions} == {"update_material"}


async def test_alerts_about_parties_gather_what_happens_between_them(opened: Open) -> None:
    ours = await opened(changed(rules(LEASE_TURNS_SOUR), key="parties"))
    assert await ours.each(lease(), dispute("one"), dispute("two", 120)) == ["no_match", "first", "update_material"]
    match = await ours.match(dispute("three", 130))
    assert match.subject == "parties:lumen+vega"


async def test_rules_on_trial_are_journalled_beside_the_alert_and_change_nothing(opened: Open) -> None:
    (live,) = rules("title: happens").portfolios
    trial = msgspec.structs.replace(live.rules[0], id="trial", experimental=True)
    alone = await opened(make_book([msgspec.structs.replace(live, rules=(trial,), hash="")]))
    (answer,) = await alone.take(naming("a", 0))
    assert [(d.reason, d.rules, d.receivers) for d in answer.decisions] == [("experimental", ["trial"], {})]
    assert [match["rule"] for match in answer.record.data["matches"]] == ["trial"]
    assert await alone.store.alerts_of(["ev_a"]) == {"ev_a": []}
    beside = await opened(make_book([msgspec.structs.replace(live, rules=(*live.rules, trial), hash="")]))
    (answer,) = await beside.take(naming("b", 0))
    assert [(d.reason, d.rules) for d in answer.decisions] == [("first", ["rule-0"]), ("experimental", ["trial"])]
    (answer,) = await beside.take(naming("b", 0, revision=2, title="b happens again"))
    assert [d.reason for d in answer.decisions] == ["update_material", "experimental"]


# --- journal, failures, reloads ---------------------------------------------------------------------------------


async def test_the_journal_keeps_what_rules_over_time_said_also_where_they_do_not_hold(opened: Open) -> None:
    ours = await opened(rules(LEASE_TURNS_SOUR))
    (answer,) = await ours.take(lease())
    assert answer.record.data["over_time"] == {
        "verdicts": [
            {
                "portfolio": "desk-a", "rule": "rule-0", "by": "lumen+vega", "holds": False, "remembered": 1,
                "seen": "step 2, contract_dispute, contract_termination, was not seen within 365d",
            }
        ],
        "left_out": 0,
    }  # fmt: skip
    (answer,) = await ours.take(dispute())
    assert answer.record.data["over_time"]["verdicts"][0]["holds"] is True
    (answer,) = await ours.take(naming("a", 0))
    assert "over_time" not in answer.record.data


async def test_the_journal_is_bounded_and_names_first_what_holds(opened: Open) -> None:
    two, three = (f"all: [{{title: happens}}, {{count: {{at_least: {n}, within: 1d}}}}]" for n in (2, 3))
    ours = await opened(rules(*[three] * 60, two))
    await ours.take(naming("a", 0))
    (answer,) = await ours.take(naming("b", HOUR))
    kept = answer.record.data["over_time"]
    assert (len(kept["verdicts"]), kept["left_out"]) == (MAX_JOURNALLED, 61 - MAX_JOURNALLED)
    assert [verdict["rule"] for verdict in kept["verdicts"] if verdict["holds"]] == ["rule-60"]


async def test_matches_of_rules_over_time_stand_in_their_place_among_the_others(opened: Open) -> None:
    ours = await opened(
        rules("title: happens", "all: [{title: happens}, {count: {at_least: 2, within: 1d}}]", "kind: news")
    )
    await ours.take(naming("a", 0))
    (answer,) = await ours.take(naming("b", HOUR))
    assert [match.rule for match in answer.matches] == ["rule-0", "rule-1", "rule-2"]


class Unprovable(Words, frozen=True):
    """A condition that raises when it is to be proved."""

    def result(self, reading: Reading, scope: Scope) -> Result:
        raise ZeroDivisionError("no way to divide")


async def test_a_rule_over_time_that_raises_is_switched_off_alone(opened: Open) -> None:
    count = "all: [{title: happens}, {count: {at_least: 2, within: 1d}}]"
    (sound,) = rules(count, count).portfolios
    broken = msgspec.structs.replace(sound.rules[0], when=Unprovable("title", ("happens",), frozenset({"happens"})))
    ours = await opened(make_book([msgspec.structs.replace(sound, rules=(broken, sound.rules[1]), hash="")]))
    with capture_logs() as logs:
        await ours.take(naming("a", 0))
        (second,) = await ours.take(naming("b", HOUR))
        (third,) = await ours.take(naming("c", 2 * HOUR))
    assert [failure.rule for failure in second.failures] == ["rule-0"]
    assert ([match.rule for match in second.matches], third.failures) == (["rule-1"], ())
    assert [line["event"] for line in logs if line["log_level"] == "error"] == ["rule_switched_off"]


async def test_a_change_of_the_rules_holds_from_the_next_batch_on_and_keeps_the_past(opened: Open) -> None:
    before = rules("text: merger")
    ours = await opened(before)
    assert await ours.each(lease()) == ["no_match"]
    after = rules("text: merger", LEASE_TURNS_SOUR)
    change = change_of(before, after)
    ours.pipeline.apply(change)
    assert ours.pipeline.version == apply_change(before, change).version
    (answer,) = await ours.take(dispute())
    assert (answer.record.reason, answer.record.data["rules_version"]) == ("first", ours.pipeline.version)
    with pytest.raises(ValueError, match="applies to version"):
        ours.pipeline.apply(change)


async def test_receivers_that_are_gone_get_nothing_from_the_next_batch_on(opened: Open) -> None:
    ours = await opened(rules("title: happens"))
    ours.pipeline.use_receivers({})
    (answer,) = await ours.take(naming("a", 0))
    assert (answer.record.reason, answer.decisions[0].receivers) == ("no_receiver", {"desk": "receiver_removed"})


def change_of(before: RuleBook, after: RuleBook) -> BookChange:
    """Give the change that leads from one book to another of the same portfolios."""
    return BookChange(before=before.version, version=after.version, portfolios=after.portfolios)
