"""What a model outside the house is sent, whoever holds what: the same, to the byte."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from alertd.alerts.policy import ReceiverPolicy
from alertd.enrich.enricher import Enricher
from alertd.model import Event, Party, ReportedType, StreamEvent
from alertd.net.client import HttpClient
from alertd.pipeline import Pipeline, Processed
from alertd.research.answers import Answers
from alertd.research.asking import Asker
from alertd.research.client import ModelClient
from alertd.research.governor import Governor
from alertd.rules.loader import load_rules
from alertd.store.memory import MemoryStore
from alertd.telemetry.research import ModelMeter
from alertd.workers.notes import Notes
from alertd.workers.progress import Progress
from tests.alerts.living import NOW
from tests.research.asked import config
from tests.support.model_server import ModelServer, says
from tests.workers.noting import draft

pytestmark = pytest.mark.asyncio(loop_scope="module")

ALPHABET = "cik-0001652044"
COMPANIES = """
companies: [{id: vega, name: Vega Grid}]
relations:
  - {company: NVDA, is: supplier, of: vega, strength: 0.3, source: its 10-K}
  - {company: VRT, is: supplier, of: vega, strength: 0.4, source: a press release}
  - {company: MSFT, is: partner, of: vega, source: everybody}
"""
DESKS_OWN = """
desk: credit
companies: []
relations: [{company: NVDA, is: competitor, of: vega, strength: 0.9, source: our own talks}]
"""
HELD = {
    "nothing": "[]",
    "long": "[{ticker: GOOG, weight: 4%}, {ticker: NVDA, weight: 8%}, {ticker: MSFT, weight: 3%}]",
    "short": "[{ticker: GOOGL, weight: -4%}, {ticker: NVDA, weight: -8%}, {ticker: MSFT, weight: -3%}]",
    "another": "[{ticker: KO, weight: 4%}, {company: vega, weight: 1%}]",
}
EVENT = Event(
    id="ev_lease",
    source="wire",
    title="Vega Grid leases Orion to Alphabet Inc. for $3-4bn a year",
    body="Vega Grid may take the capacity back if it is used for harm. NVIDIA Corporation makes the chips.",
    event_at="2026-01-12T07:40:00.000Z",
    event_types=[
        ReportedType(
            type="compute_lease",
            confidence=0.9,
            parties=[Party(company="vega", role="lessor"), Party(company=ALPHABET, role="lessee")],
        )
    ],
)


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with ModelServer() as running:
        running.script(says(draft()))
        yield running


async def sent(folder: Path, holdings: str, model: ModelServer, http: HttpClient, desk: str = "") -> bytes:
    """Load rules of a portfolio that holds so, take the lease in, have its note written; gives what was sent."""
    portfolio = f"""
portfolio: ai
title: AI infrastructure
receivers: [desk]
holdings: {holdings}
rules: [{{id: lease, title: A lease, severity: high, when: {{title: leases}}}}]
""" + (f"desk: {desk}" if desk else "")
    files = {"companies/all.yaml": COMPANIES, "companies/own.yaml": DESKS_OWN, "portfolios/ai.yaml": portfolio}
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    loaded = load_rules(folder)
    policies = {"desk": ReceiverPolicy("desk", note="model", notes_apart=True, desk=desk or None)}
    store = MemoryStore()
    pipeline = Pipeline(loaded.book, policies, lambda: NOW, Enricher.of(loaded.book.event_types, loaded.table))
    (answer,) = await pipeline.process([StreamEvent(stream_id="1-1", event=EVENT, deliveries=1)], store)
    assert isinstance(answer, Processed), answer
    await store.journal(answer.record)
    made = config(model)
    asker = Asker(ModelClient(made, http), Governor(made.id, made.budget, store), Answers(), ModelMeter(made.id))
    asker.outside = True
    before = model.asked
    worker = Notes(store, [asker], policies, lambda: NOW, Progress())
    await worker.look()
    await worker.drain(30)
    assert model.asked == before + 1
    return model.server.requests[-1].body


async def test_the_same_is_sent_whether_a_company_is_held_long_short_or_not(
    tmp_path: Path, model: ModelServer, http: HttpClient
) -> None:
    bodies = {name: await sent(tmp_path / name, held, model, http) for name, held in HELD.items()}
    assert set(bodies.values()) == {bodies["nothing"]}
    text = bodies["nothing"].decode()
    assert "GOOGL" in text, "a named company goes by the ticker that the event has for it"
    assert "VRT supplies Vega Grid" in text, "a neighbour with a direction is there, held or not"
    assert "MSFT" not in text, "one without a direction is not, held or not"


async def test_what_a_desk_relates_for_itself_does_not_show_in_what_is_sent(
    tmp_path: Path, model: ModelServer, http: HttpClient
) -> None:
    held = "[{ticker: NVDA, weight: 5%}]"
    own = await sent(tmp_path / "own", held, model, http, desk="credit")
    assert own == await sent(tmp_path / "nobodys", held, model, http)
    assert b"NVDA supplies Vega Grid" in own, "the desk's own relation, which is stronger, does not take its place"
