"""A desk that lives through a few weeks in memory, by rules and receivers of every kind; its journal is archived."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from alertd.alerts.silencing import record_of
from alertd.app.snapshot import snapshot_of
from alertd.base.clock import parse_rfc3339, rfc3339
from alertd.history.archive.writer import Writer
from alertd.model import (
    Amount,
    Answer,
    CompanyMention,
    Event,
    JournalRecord,
    Party,
    ReportedType,
    Sentiment,
    Silence,
    StreamEvent,
)
from alertd.pipeline import Pipeline, Processed
from alertd.rules.loader import load_rules
from alertd.settings import load_settings
from alertd.store.memory import MemoryStore
from alertd.workers.answers import Answers
from alertd.workers.due import Due
from alertd.workers.notices import Notices
from alertd.workers.progress import Progress

START = parse_rfc3339("2026-03-02T06:00:00.000Z")
HOUR = 3_600_000
PORTFOLIO = """
portfolio: chips
title: Chips
timezone: Europe/London
holdings:
  - {company: vega, weight: 8%}
  - {company: lumen, weight: -2%}
  - {company: orion, weight: 1%}
receivers: [desk, pager, brief]
rules:
  - {id: lease, title: lease, severity: high, when: {event_type: compute_lease}, expect: at_most 2 per day}
  - {id: words, title: words, severity: low, when: {text: [reactor, turbine]}}
  - {id: held, title: held, severity: auto, when: {all: [{mentions: holdings}, {sentiment: "<= -0.2"}]}}
  - {id: large, title: large, severity: medium, when: {amount: ">= 500M USD"}}
  - id: busy
    title: busy
    severity: medium
    when: {all: [{mentions: holdings}, {count: {at_least: 3, within: 12h, by: company, distinct: story}}]}
  - id: burst
    title: burst
    severity: medium
    when: {all: [{kind: news}, {spike: {factor: 2, within: 6h, baseline: 3d, at_least: 4}}]}
  - id: sours
    title: sours
    severity: medium
    when:
      all:
        - mentions: holdings
        - change: {of: sentiment, by: company, at_most: -0.3, within: 2d, baseline: 5d, min_stories: 2}
  - id: turns
    title: turns
    severity: critical
    when: {sequence: [{event_type: compute_lease}, {event_type: contract_dispute}], by: parties, within: 30d}
  - {id: trial, title: trial, severity: high, status: experimental, when: {event_type: contract_dispute}}
"""
OTHER = """
portfolio: power
title: Power
timezone: UTC
holdings: [{company: orion, weight: 5%}]
receivers: [desk, folded]
rules:
  - {id: any, title: any, severity: info, when: {mentions: holdings}}
  - {id: words, title: words, severity: medium, when: {title: turbine}}
"""
COMPANIES = """
companies:
  - {id: vega, name: Vega Grid}
  - {id: lumen, name: Lumen Labs}
  - {id: orion, name: Orion Power}
  - {id: other, name: Otherwise Ltd}
"""
RECEIVERS = [
    {"id": "desk", "type": "webhook", "updates": "all", "storm": {"at_most": 3, "per": "1h", "every": "30m"}},
    {"id": "pager", "type": "webhook", "min_severity": "medium", "cooldown": {"by": "company", "for": "6h"},
     "escalate": {"after": "2h", "to": ["brief"]}},
    {"id": "brief", "type": "webhook",
     "quiet": {"hours": "18:00-07:00", "timezone": "Europe/London", "pass": {"severity": "critical"}}},
    {"id": "folded", "type": "webhook", "digest": {"at": ["08:00", "17:00"], "timezone": "UTC"}, "group": "5m"},
]  # fmt: skip


def write_desk(folder: Path, **portfolios: str) -> Path:
    """Write settings and rules; gives the settings."""
    rules = folder / "rules"
    (rules / "portfolios").mkdir(parents=True)
    (rules / "companies").mkdir()
    for name, text in (portfolios or {"chips": PORTFOLIO, "power": OTHER}).items():
        (rules / "portfolios" / f"{name}.yaml").write_text(text)
    (rules / "companies" / "ours.yaml").write_text(COMPANIES)
    (rules / "event-types").mkdir()
    for kind in ("compute_lease", "contract_dispute", "guidance_cut"):
        text = f"event_type: {kind}\ntitle: {kind}\nroles: [a, b]\nwhen: {{title: {kind} of no title here}}\n"
        (rules / "event-types" / f"{kind}.yaml").write_text(text)
    receivers = [{"url": "https://hooks.example.com/x", "secret": "whsec_" + "QUJD" * 8} | one for one in RECEIVERS]
    settings = {"state_dir": str(folder / "var"), "rules": str(rules), "receivers": receivers}
    config = folder / "alertd.yaml"
    config.write_text(json.dumps(settings))
    return config


@dataclass
class Live:
    """The desk."""

    config: Path
    made: list[Processed] = field(default_factory=list)
    """What came of each event, in order."""
    rang: list[JournalRecord] = field(default_factory=list)

    def __post_init__(self) -> None:
        loaded = load_settings(self.config, {})
        snapshot = snapshot_of(loaded, load_rules(loaded.settings.rules)).snapshot
        self.book, self.policies = snapshot.book, snapshot.receivers
        self.now = START
        self.store = MemoryStore(self.clock)
        self.pipeline = Pipeline(self.book, self.policies, self.clock)
        notices = Notices(self.store, {}, self.clock)
        self.due = Due(self.store, self.policies, notices, self.clock, Progress())
        self.answers = Answers(self.store, self.policies, self.clock)

    def clock(self) -> int:
        return self.now

    async def pass_until(self, at: int, *, looks: int = 500) -> None:
        """Let time pass; the loop of what is due looks now and then, a moment late, as in the daemon."""
        while True:
            times = [*self.store._life.timers.values(), *self.store._life.windows.values()]
            due = min((time for time in times if time > self.now - looks), default=at + 1)
            if due + looks > at:
                break
            self.now = max(self.now, due + looks)
            await self.due.look()
        self.now = max(self.now, at)

    async def take(self, *events: Event) -> list[Processed]:
        """Take events as one batch."""
        batch = [StreamEvent(stream_id=f"{self.now}-{n}", event=e, deliveries=1) for n, e in enumerate(events)]
        found = [one for one in await self.pipeline.process(batch, self.store) if isinstance(one, Processed)]
        assert len(found) == len(events)
        for one in found:
            self.store._write_journal(one.record)
        self.made += found
        return found

    async def archived(self, path: Path) -> Path:
        """Write the journal into an archive."""
        writer = Writer(path)
        writer.append(await self.store.read_journal("", 1_000_000, 0))
        writer.close()
        return path


def news(random: Random, number: int, at: int) -> Event:
    """Make an event as it comes out of understanding."""
    cast = random.sample(["vega", "lumen", "orion", "other"], random.choice((0, 1, 1, 2)))
    kinds = random.choice(((), (), ("compute_lease",), ("contract_dispute",), ("guidance_cut",)))
    types = [ReportedType(type=kind, parties=[Party(company=one) for one in cast]) for kind in kinds]
    score = round(random.uniform(-0.9, 0.6), 2)
    theme = random.choice(("reactor", "turbine", "harbour", "lottery", "museum", "glacier"))
    place = random.choice(("Aarhus", "Lyon", "Turin", "Ghent", "Porto", "Bergen"))
    amount = random.choice(((), (Amount(low=6e8, high=9e8),)))
    return Event(
        id=f"ev_{number}",
        source=random.choice(("wire", "paper")),
        title=f"The {theme} of {place} and {' and '.join(cast) or 'nobody'} number {number // 3}",
        body=f"What is said of the {theme} in {place} today, at length: {number // 3}.",
        seen_at=rfc3339(at),
        event_at=rfc3339(at - random.randrange(0, 90_000)),
        companies=[CompanyMention(id=one, name=one.title(), sentiment=score) for one in cast],
        parties=cast,
        event_types=types,
        amounts=list(amount),
        sentiment=Sentiment(score=score),
    )


async def lived(folder: Path, events: int = 240, seed: int = 5) -> Live:
    """Let a desk live through so many events, with corrections, answers and silences."""
    live, random = Live(write_desk(folder)), Random(seed)
    seen: list[Event] = []
    number = 0
    while number < events:
        await live.pass_until(live.now + random.choice((900, 40_000, 300_000, HOUR, 5 * HOUR)))
        batch: dict[str, Event] = {}
        for _ in range(random.choice((1, 1, 1, 2))):
            event = news(random, number, live.now)
            number += 1
            batch[event.id] = event
        if seen and random.random() < 0.15:
            event = seen.pop(random.randrange(len(seen)))
            batch[event.id] = _revised(random, event)
        found = await live.take(*batch.values())
        seen = [*seen, *batch.values()][-40:]
        await _people(live, random, found)
    await live.pass_until(live.now + 3 * HOUR)
    return live


def _revised(random: Random, event: Event) -> Event:
    from msgspec.structs import replace

    if random.random() < 0.3:
        return replace(event, revision=event.revision + 1, revision_reason="withdrawal", withdrawn=True)
    more = Amount(low=7e8, high=7e8)
    return replace(event, revision=event.revision + 1, revision_reason="correction", amounts=[more])


async def _people(live: Live, random: Random, found: Sequence[Processed]) -> None:
    alerts = [decision.alert for one in found for decision in one.decisions]
    if alerts and random.random() < 0.3:
        live.now += 1_700
        kind: Any = random.choice(("acknowledge", "snooze", "close", "useful", "noise", "unacknowledge"))
        until = live.now + 4 * HOUR if kind == "snooze" else 0
        await live.answers.give(
            Answer(kind=kind, alert=random.choice(alerts), who="jd", via="cli", at_ms=live.now, until_ms=until,
                   all_desks=True)
        )  # fmt: skip
    if random.random() < 0.03:
        live.now += 1_300
        silence = Silence(
            id=f"si_{live.now}", author="jd", reason="noisy", created_at=rfc3339(live.now),
            starts_at=rfc3339(live.now), ends_at=rfc3339(live.now + 8 * HOUR), rules=["words"], all_desks=True,
        )  # fmt: skip
        await live.store.put_silence(silence, record_of(silence, "added", "jd", "cli", live.now), live.now)
