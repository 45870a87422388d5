"""Rules over time, whatever the order in which events arrive and however often: the same is told in the end."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from alertd.base.clock import parse_rfc3339, rfc3339
from alertd.model import CompanyMention, Event, Party, ReportedType, Sentiment, Story
from alertd.rules.episodes import count_episodes, in_time
from alertd.rules.fact_index import event_ms
from alertd.rules.match import Matcher
from alertd.rules.over_time import Settled, ask
from alertd.rules.state import Count
from alertd.store.memory import MemoryStore
from tests.rules.make import book

START = parse_rfc3339("2026-03-01T00:00:00.000Z")
HOUR = 3_600_000
NOW = START + 100 * HOUR
RULES = book(
    "all: [{title: happens}, {count: {at_least: 3, within: 6h, by: company}}]",
    "all: [{title: happens}, {count: {at_least: 2, within: 9h, distinct: story}}]",
    "sequence: [{event_type: compute_lease}, {event_type: contract_dispute}]\nby: parties\nwithin: 8h",
    "sequence: [{event_type: compute_lease}, {event_type: merger}, {event_type: contract_dispute}]\n"
    "by: company\nwithin: 20h",
)
SWINGS = book(
    "all: [{title: happens}, {spike: {factor: 2, within: 2h, baseline: 10h, at_least: 2}}]",
    "change: {of: sentiment, by: source, at_least: 0.3, within: 2h, baseline: 10h, min_stories: 1}",
)
Verdict = tuple[str, str, str, bool]
"""Event, rule, what it was asked by, whether it held."""


def _event(number: int, hour: int, kinds: list[str], companies: list[str], story: str, tone: float) -> Event:
    parties = [Party(company=company) for company in companies]
    return Event(
        id=f"ev_{number}",
        source="wire",
        title="It happens",
        event_at=rfc3339(START + hour * HOUR),
        companies=[CompanyMention(id=company, sentiment=tone) for company in companies],
        event_types=[ReportedType(type=kind, parties=parties) for kind in kinds],
        sentiment=Sentiment(score=tone),
        story=Story(id=story),
    )


_FIELDS = st.tuples(
    st.integers(0, 24),
    st.lists(st.sampled_from(["compute_lease", "merger", "contract_dispute"]), max_size=2, unique=True),
    st.lists(st.sampled_from(["vega", "lumen", "orion"]), min_size=1, max_size=3, unique=True),
    st.sampled_from(["st_1", "st_2", "st_3"]),
    st.sampled_from([-0.5, 0.0, 0.5]),
)
_EVENTS = st.lists(_FIELDS, max_size=9).map(lambda drawn: [_event(n, *fields) for n, fields in enumerate(drawn)])


def settled(events: Sequence[Event], matcher: Matcher, *, together: int = 1) -> list[list[Settled]]:
    """Take events in this order, so many in one batch; gives for each what the rules over time said."""
    store = MemoryStore()

    async def take() -> list[list[Settled]]:
        found: list[list[Settled]] = []
        for start in range(0, len(events), together):
            asked = ask([matcher.match(event) for event in events[start : start + together]])
            found += asked.settle(await store.observe(asked.observations, NOW, revised=asked.revised))
        return found

    return asyncio.run(take())


def verdicts(found: Sequence[Settled], event: Event) -> set[Verdict]:
    """Give the verdicts on an event."""
    return {(event.id, one.rule.id, one.by, bool(one.verdict.truth)) for one in found}


def told(events: Sequence[Event], matcher: Matcher) -> set[tuple[str, str]]:
    """Give the rules that held for one of the events, with what they were asked by."""
    return {(one.rule.id, one.by) for found in settled(events, matcher) for one in found if one.verdict.truth}


@given(_EVENTS, st.data())
def test_what_is_told_in_the_end_does_not_depend_on_the_order_of_arrival_or_on_repeats(
    events: list[Event], data: st.DataObject
) -> None:
    matcher = Matcher(RULES)
    arrival = data.draw(st.permutations(events))
    for event in data.draw(st.lists(st.sampled_from(events or [_event(0, 0, [], ["vega"], "st_1", 0)]), max_size=4)):
        arrival.insert(data.draw(st.integers(0, len(arrival))), event)
    in_order = sorted({event.id: event for event in arrival}.values(), key=lambda event: (event.event_at, event.id))
    assert told(arrival, matcher) == told(in_order, matcher)


@given(_EVENTS, st.data())
def test_an_event_that_comes_again_gets_the_answer_that_it_got(events: list[Event], data: st.DataObject) -> None:
    for rules in (RULES, SWINGS):
        matcher = Matcher(rules)
        once = settled(events, matcher)
        again = data.draw(st.lists(st.sampled_from(events), max_size=5)) if events else []
        repeated = settled([*events, *again], matcher)
        assert [verdicts(*pair) for pair in zip(repeated, [*events, *again], strict=True)] == [
            *(verdicts(*pair) for pair in zip(once, events, strict=True)),
            *(verdicts(once[int(event.id[3:])], event) for event in again),
        ]


@given(_EVENTS, st.integers(2, 9))
def test_a_batch_gets_the_answers_that_its_events_get_one_by_one(events: list[Event], together: int) -> None:
    for rules in (RULES, SWINGS):
        matcher = Matcher(rules)
        alone, batched = settled(events, matcher), settled(events, matcher, together=together)
        assert [verdicts(*pair) for pair in zip(batched, events, strict=True)] == [
            verdicts(*pair) for pair in zip(alone, events, strict=True)
        ]


@given(_EVENTS)
def test_a_count_in_order_tells_each_episode_once(events: list[Event]) -> None:
    matcher = Matcher(RULES)
    ordered = sorted(events, key=lambda event: event.event_at)
    found = [one for answers in settled(ordered, matcher) for one in answers if one.rule.id == "rule-0"]
    state = RULES.portfolios[0].rules[0].state
    assert isinstance(state, Count)
    for by in {one.by for one in found}:
        own = [one for one in found if one.by == by]
        episodes = count_episodes(state, in_time(own[-1].rows))
        assert sum(bool(one.verdict.truth) for one in own) == len(episodes)


@given(_EVENTS)
def test_a_count_holds_where_plain_counting_finds_so_many(events: list[Event]) -> None:
    def plain(company: str) -> bool:
        times = sorted(
            at for e in events if company in [m.id for m in e.companies] if (at := event_ms(e)) is not None
        )
        return any(last - first < 6 * HOUR for first, last in zip(times, times[2:], strict=False))

    held = {by for rule, by in told(events, Matcher(RULES)) if rule == "rule-0"}
    assert held == {company for company in ("vega", "lumen", "orion") if plain(company)}


@given(_EVENTS)
def test_a_sequence_holds_where_plain_looking_finds_it(events: list[Event]) -> None:
    def times(kind: str, pair: str) -> list[int]:
        wanted = set(pair.split("+"))
        reporting = [e for e in events if any(r.type == kind for r in e.event_types)]
        return [at for e in reporting if wanted <= {m.id for m in e.companies} if (at := event_ms(e)) is not None]

    held = {by for rule, by in told(events, Matcher(RULES)) if rule == "rule-2"}
    assert held == {
        pair
        for pair in ("lumen+orion", "lumen+vega", "orion+vega")
        for lease in times("compute_lease", pair)
        for dispute in times("contract_dispute", pair)
        if lease < dispute <= lease + 8 * HOUR
    }
