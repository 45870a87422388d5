"""`severity: auto` on its way through the pipeline: weighed once the story is known, told with its arithmetic."""

from __future__ import annotations

from msgspec.structs import replace

from alertd.alerts.severity import arithmetic
from alertd.model import Amount, Event, StreamEvent
from alertd.pipeline import Pipeline, Processed
from alertd.rules.book import EventTypeRule, Rule, RuleBook, make_book
from tests.pipeline.desk import NOW, RECEIVERS, happens
from tests.pipeline.test_pipeline import Store
from tests.rules.make import portfolio, rule


def auto(made: Rule) -> Rule:
    return replace(made, auto=True, severity="medium")


def weighing() -> RuleBook:
    made = portfolio("event_type: outage", "text: fire")
    rules = (auto(made.rules[0]), made.rules[1])
    kind = EventTypeRule(id="outage", title="Outage", when=rule("title: no such word").when, severity="high")
    return make_book([replace(made, rules=rules, hash="")], event_types=(kind,))


async def told(*events: Event) -> list[Processed]:
    pipeline, store = Pipeline(weighing(), RECEIVERS, lambda: NOW), Store()
    made: list[Processed] = []
    for number, event in enumerate(events):
        (one,) = await pipeline.process([StreamEvent(stream_id=f"1-{number}", event=event, deliveries=1)], store)
        assert isinstance(one, Processed)
        made.append(one)
    return made


async def test_a_rule_that_leaves_its_severity_to_the_event_gets_it_with_the_arithmetic() -> None:
    (processed,) = await told(happens("a", 0, "outage", amounts=[Amount(low=2e9, high=2e9)]))
    (match,) = processed.matches
    assert match.severity == "critical"
    assert arithmetic(match) == "severity: base high (outage), +1 $2bn = critical"
    (delivery,) = processed.deliveries
    assert delivery.lane == "critical"
    assert delivery.message.alert is not None and delivery.message.alert.severity == "critical"
    assert delivery.message.alert.matches[0].steps == match.steps


async def test_a_stated_severity_stays_as_it_is() -> None:
    (processed,) = await told(happens("a", 0, body="A fire.", amounts=[Amount(low=2e9, high=2e9)]))
    (match,) = processed.matches
    assert (match.severity, match.auto, match.steps) == ("high", False, [])


async def test_the_same_event_again_gives_the_same_arithmetic() -> None:
    event = happens("a", 0, "outage", amounts=[Amount(low=2e9, high=2e9)])
    first, again = await told(event, event)
    assert first.matches == again.matches
    assert not again.deliveries
