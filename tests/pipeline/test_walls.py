"""A company that is one desk's alone reaches no other: not its matches, nor what they are about, nor its messages."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from alertd.alerts.policy import ReceiverPolicy
from alertd.base.clock import parse_rfc3339
from alertd.enrich.enricher import Enricher
from alertd.model import (
    Amount,
    CompanyIndex,
    CompanyMention,
    DealTerm,
    Event,
    NewDelivery,
    Party,
    ReportedType,
    StreamEvent,
    event_from_dict,
)
from alertd.pipeline import Pipeline, Processed
from alertd.research.handles import handles
from alertd.research.material import only_known, read_material
from alertd.research.model_note import request
from alertd.rules.loaded import Loaded
from alertd.rules.loader import load_rules
from alertd.store.memory import MemoryStore

AT = "2026-03-01T12:00:00.000Z"
SECRET = "project-x"
FILES = {
    "companies/all.yaml": "companies: [{id: vega, name: Vega Grid}, {id: lumen, name: Lumen Labs}]",
    "companies/ours.yaml": "{desk: ai, companies: [{id: project-x, name: Xenon Foundry}]}",
    "event-types/lease.yaml": "{event_type: lease, title: A lease, roles: [lessor, lessee], when: {title: leases}}",
}
RULES = """
  - {id: lease, title: A lease, severity: high, when: {event_type: lease}}
  - {id: pair, title: About a pair, severity: high, key: parties, when: {event_type: lease}}
  - {id: often, title: Often, severity: high, when: {count: {at_least: 2, within: 1d, by: company, distinct: source}}}
  - id: again
    title: Again
    severity: high
    when: {sequence: [{event_type: lease}, {event_type: lease}], within: 1d, by: parties}
  - {id: mood, title: Mood, severity: high, when: {sentiment_index: "<= -0.3"}}
"""
DESKS = {"ours": "ai", "theirs": "credit", "nobodys": None}


@pytest.fixture
def loaded(tmp_path: Path) -> Loaded:
    portfolios = {
        f"portfolios/{name}.yaml": f"portfolio: {name}\ntitle: A desk\nreceivers: [{name}]\nrules:{RULES}"
        + (f"desk: {desk}\n" if desk else "")
        for name, desk in DESKS.items()
    }
    for name, text in (FILES | portfolios).items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return load_rules(tmp_path)


def lease(number: int) -> Event:
    return Event(
        id=f"ev_{number}",
        source=f"wire-{number}",
        title=f"A tenant leases building {number}",
        seen_at=AT,
        event_at=AT.replace("00.000Z", f"0{number}.000Z"),
        companies=[CompanyMention(id="vega", name="Vega Grid"), CompanyMention(id=SECRET, name="Xenon Foundry")],
        parties=[SECRET, "vega"],
        event_types=[ReportedType(type="lease", parties=[Party(company="vega"), Party(company=SECRET)])],
        amounts=[Amount(low=1e9, high=1e9, of=SECRET), Amount(low=2e9, high=2e9, of="vega")],
        terms=[DealTerm(type="reclaim_right", held_by=SECRET)],
    )


async def taken(loaded: Loaded, *events: Event, store: MemoryStore | None = None) -> list[Processed]:
    policies = {name: ReceiverPolicy(name, desk=desk) for name, desk in DESKS.items()}
    understanding = Enricher.of(loaded.book.event_types, loaded.table)
    pipeline = Pipeline(loaded.book, policies, lambda: parse_rfc3339(AT), understanding)
    store = store or MemoryStore(clock=lambda: parse_rfc3339(AT))
    answers: list[Processed] = []
    for number, event in enumerate(events):
        (answer,) = await pipeline.process([StreamEvent(stream_id=f"{number}-0", event=event, deliveries=1)], store)
        assert isinstance(answer, Processed), answer
        answers.append(answer)
    return answers


async def test_the_index_of_a_desks_own_company_is_that_desks_alone(loaded: Loaded) -> None:
    store = MemoryStore(clock=lambda: parse_rfc3339(AT))
    await store.put_indices({SECRET: CompanyIndex(sentiment=-0.7, stories=5)}, parse_rfc3339(AT))
    (answer,) = await taken(loaded, lease(1), store=store)
    told = {match.portfolio: (match.company, [one.quote for one in match.evidence]) for match in answer.matches
            if match.rule == "mood"}  # fmt: skip
    assert told == {
        "ours": (SECRET, [f"Xenon Foundry -0.70, 5 stories in 30 days, as of {AT[:16].replace('T', ' ')} UTC"])
    }
    assert b"-0.7" not in msgspec.json.encode(messages(answer, "theirs"))


def messages(answer: Processed, portfolio: str) -> list[NewDelivery]:
    sent = [one for one in answer.deliveries if one.message.alert and one.message.alert.portfolio == portfolio]
    assert sent
    return sent


async def test_the_desk_itself_is_told_whole(loaded: Loaded) -> None:
    (answer,) = await taken(loaded, lease(1))
    event = messages(answer, "ours")[0].message.event
    assert event is not None
    assert event.companies == answer.event.companies
    assert event.amounts == lease(1).amounts


@pytest.mark.parametrize("portfolio", ["theirs", "nobodys"])
async def test_another_desk_is_told_of_the_others_alone(loaded: Loaded, portfolio: str) -> None:
    (answer,) = await taken(loaded, lease(1))
    event = messages(answer, portfolio)[0].message.event
    assert event is not None
    assert [company.id for company in event.companies] == ["vega"]
    assert [amount.of for amount in event.amounts] == [None, "vega"]
    assert [term.held_by for term in event.terms] == [None]
    for sent in messages(answer, portfolio):
        assert b"project-x" not in msgspec.json.encode(sent.message)
        assert b"Xenon" not in msgspec.json.encode(sent.message)


@pytest.mark.parametrize("portfolio", ["theirs", "nobodys"])
async def test_no_note_of_another_desk_names_it_or_shows_it_to_a_model(loaded: Loaded, portfolio: str) -> None:
    store = MemoryStore(clock=lambda: parse_rfc3339(AT))
    policies = {name: ReceiverPolicy(name, desk=desk, note="model") for name, desk in DESKS.items()}
    understanding = Enricher.of(loaded.book.event_types, loaded.table)
    pipeline = Pipeline(loaded.book, policies, lambda: parse_rfc3339(AT), understanding)
    (answer,) = await pipeline.process([StreamEvent(stream_id="1-0", event=lease(1), deliveries=1)], store)
    assert isinstance(answer, Processed)
    for name, stored in (await store.load_alerts([one.alert for one in answer.decisions])).items():
        state = stored.state
        assert state is not None, name
        if state.alert.portfolio != portfolio:
            continue
        raw = journalled(answer)
        shown = state.note_due.material if state.note_due is not None else ""
        material = only_known(read_material(shown, raw))
        asked = request(material, handles(material), outside=True)
        for told in (asked.content, shown, str(state.alert.note)):
            assert SECRET not in told
        assert SECRET not in str(material.event.companies)


def journalled(answer: Processed) -> Event:
    """Give the event as the journal has it, which is nobody's desk's."""
    event = event_from_dict(answer.record.data["event"])
    assert SECRET in {company.id for company in event.companies}
    return event


async def test_no_rule_of_another_desk_is_about_it_or_counts_it(loaded: Loaded) -> None:
    first, second = await taken(loaded, lease(1), lease(2))
    told = {
        portfolio: {
            match.rule for answer in (first, second) for match in answer.matches if match.portfolio == portfolio
        }
        for portfolio in DESKS
    }
    assert told == {"ours": {"lease", "pair", "often", "again"}, "theirs": {"lease", "pair", "often"}, "nobodys": {
        "lease", "pair", "often"}}  # fmt: skip
    for match in (*first.matches, *second.matches):
        if match.portfolio != "ours":
            assert SECRET not in msgspec.json.encode(match).decode()
    own = [settled for answer in (first, second) for settled in answer.settled if settled.portfolio.id != "ours"]
    assert own
    assert not [settled.by for settled in own if SECRET in settled.by]


async def test_what_is_hidden_from_a_desk_is_not_found_for_it_again(loaded: Loaded) -> None:
    event = msgspec.structs.replace(lease(1), title="Xenon Foundry leases a building", companies=[], parties=[])
    (answer,) = await taken(loaded, event)
    assert SECRET in {company.id for company in answer.event.companies} | set(answer.event.parties) | {SECRET}
    theirs = messages(answer, "theirs")[0].message.event
    assert theirs is not None
    assert SECRET not in {company.id for company in theirs.companies}
    assert SECRET not in theirs.parties
