"""`alertd note --model`: a model writes it now; the day's budget counts it, and nothing of it is sent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from alertd.base.clock import system_clock
from alertd.model import (
    CompanyMention,
    Event,
    JournalRecord,
    Party,
    Provenance,
    ReportedType,
    Rights,
    Story,
    event_to_dict,
)
from alertd.research.governor import DAY_MS
from alertd.rules.fact_index import fact_observations
from tests.cli.conftest import PORTFOLIO, Desk
from tests.cli.run import Done
from tests.support.model_server import KEY, ModelServer, failing, malicious, says
from tests.workers.noting import INVENTED, RISK, draft

LEASE: dict[str, Any] = {
    "title": "Vega Grid leases Orion to Lumen Labs for $3-4bn a year",
    "body": "Vega Grid may take the capacity back if it is used for harm, people familiar with the deal said.",
}
TEXT = str(RISK["text"])
GRIDS = "portfolio: grids\ntitle: Grids\nreceivers: [oms]\nholdings: [{company: vega, weight: -2%}]\n"
RULES = "rules: [{id: any, title: Any, severity: low, when: {mentions: holdings}}]\n"


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with ModelServer() as running:
        running.script(says(draft(RISK, INVENTED)))
        yield running


@pytest.fixture
def asking(desk: Desk, model: ModelServer) -> Desk:
    holdings = "holdings: [{company: vega, weight: 8.13%}]\nreceivers:"
    files = {
        "companies/all.yaml": "companies: [{id: vega, name: Vega Grid}, {id: lumen, name: Lumen Labs}]",
        "portfolios/ai.yaml": PORTFOLIO.replace("receivers:", holdings),
        "portfolios/grids.yaml": GRIDS + RULES,
    }
    for name, text in files.items():
        file = desk.folder / "rules" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    desk.settings(models=[configured(model)])
    return desk


def configured(model: ModelServer, **more: Any) -> dict[str, Any]:
    plain = {"id": "m", "protocol": "openai", "base_url": model.base("openai"), "model": "small-1", "key": KEY}
    return plain | {"allow_private": True} | more


def ask(desk: Desk, *words: str, event: str = "") -> Done:
    return desk.run("note", event or json.dumps(LEASE), *words)


def test_what_the_model_wrote_is_shown_with_what_was_dropped_and_why(asking: Desk, model: ModelServer) -> None:
    done = ask(asking, "ai", "--model")
    assert (done.code, done.err) == (0, "")
    assert TEXT in done.out
    assert "by openai/small-1" in done.out
    (line,) = [line for line in done.out.splitlines() if line.startswith("  Dropped")]
    assert line.split()[1] in ("name_not_in_ground:", "number_not_in_ground:")
    assert "8.13" not in model.sent.decode()


def test_what_is_asked_counts_for_the_day_and_nothing_is_kept_or_sent(asking: Desk, model: ModelServer) -> None:
    found = ask(asking, "--model", "--json").json
    assert [one["portfolio"] for one in found] == ["ai", "grids"]
    assert {one["note"]["by"] for one in found} == {"openai/small-1"}
    assert found[0]["dropped"][0]["reason"] in ("name_not_in_ground", "number_not_in_ground")
    assert model.asked == 1, "both ask the same"
    spent = asking.do(lambda store: store.spent("m", system_clock() // DAY_MS))
    assert (spent.calls, spent.tokens) == (1, 1020)
    sizes = asking.do(lambda store: store.key_counts())
    assert (sizes["alerts"], sizes["deliveries"], sizes["note_due"], sizes["journal"]) == (0, 0, 0, 0)
    assert "asked 1 times today, 1,020 tokens" in asking.run("status").out


def test_an_event_that_was_told_of_is_asked_about_as_the_journal_has_it(asking: Desk, model: ModelServer) -> None:
    event = Event(id="ev_abc", source="wire", **LEASE)
    data = {"event": event_to_dict(event), "matches": [], "decisions": [], "failures": []}
    at = "2026-01-12T07:42:03.020Z"
    asking.journal(JournalRecord(kind="event", at=at, ids=["ev_abc"], reason="first", data=data))
    model.script(says(draft(RISK | {"company": ""})))
    done = ask(asking, "ai", "--model-id", "m", event="ev_abc")
    assert (done.code, done.err) == (0, "")
    assert TEXT in done.out
    none = ask(asking, "--model", event="ev_nothing")
    assert (none.code, none.err) == (1, "alertd: nothing is known of ev_nothing: the journal has no such event\n")


def quarrel(name: str, source: str = "wire", **more: Any) -> Event:
    """Make an earlier event between the two, in a story of its own."""
    reported = ReportedType(type="contract_dispute", confidence=0.9, parties=[Party(company=c) for c in PARTIES])
    return Event(
        id=f"ev_{name}", source=source, title=f"A quarrel, {name}", event_at="2026-01-02T08:00:00.000Z",
        event_types=[reported], story=Story(id=f"st_{name}"), **more,
    )  # fmt: skip


PARTIES = ("lumen", "vega")


def test_of_an_event_that_was_told_of_it_is_shown_what_the_daemon_shows_it(asking: Desk, model: ModelServer) -> None:
    event = Event(
        id="ev_abc", source="wire", event_at="2026-01-12T07:42:03.000Z", parties=list(PARTIES),
        companies=[CompanyMention(id=one, name=one.title()) for one in PARTIES], story=Story(id="st_abc"), **LEASE,
    )  # fmt: skip
    closed = quarrel("closed", provenance=Provenance(rights=Rights(model=False)))
    past = [quarrel("open"), closed, quarrel("other", source="theirs")]
    asking.settings(models=[configured(model)], sources=[source("wire"), source("theirs", desk="credit")])
    observed = [observation for one in past for observation in fact_observations(one)]
    asking.do(lambda store: store.observe(observed, system_clock()))
    data = {"event": event_to_dict(event), "matches": [], "decisions": [], "failures": []}
    at = "2026-01-12T07:42:03.020Z"
    asking.journal(JournalRecord(kind="event", at=at, ids=["ev_abc"], reason="first", data=data))
    before = asking.do(lambda store: store.key_counts())["states"]
    model.script(says(draft(RISK | {"company": ""})))
    done = ask(asking, "ai", "--model", event="ev_abc")
    assert (done.code, done.err) == (0, "")
    asked = model.sent.decode()
    assert "A quarrel, open" in asked
    assert "A quarrel, closed" not in asked
    assert "A quarrel, other" not in asked
    assert [line.strip() for line in done.out.splitlines() if line.startswith("  Before")] == [
        "Before    The same parties before: contract dispute, 2026-01-02."
        " · [contract dispute of 2026-01-02: A quarrel, open] · [contract dispute of 2026-01-02: A quarrel, closed]"
    ], "the desk itself is told of both"
    assert asking.do(lambda store: store.key_counts())["states"] == before, "asking remembers nothing"


def test_what_was_answered_before_is_not_asked_again(asking: Desk, model: ModelServer) -> None:
    first, second = ask(asking, "ai", "--model"), ask(asking, "ai", "--model")
    assert TEXT in first.out
    assert TEXT in second.out
    assert model.asked == 1


def source(name: str, **more: Any) -> dict[str, Any]:
    """Give the settings of a source."""
    return {"id": name, "type": "feed", "url": f"https://{name}.example.com/rss"} | more


def test_a_model_that_may_not_read_it_is_not_asked(asking: Desk, model: ModelServer) -> None:
    closed = Event(id="ev_abc", source="wire", provenance=Provenance(rights=Rights(model=False)), **LEASE)
    data = {"event": event_to_dict(closed), "matches": [], "decisions": [], "failures": []}
    at = "2026-01-12T07:42:03.020Z"
    asking.journal(JournalRecord(kind="event", at=at, ids=["ev_abc"], reason="first", data=data))
    done = ask(asking, "ai", "--model", event="ev_abc")
    assert (done.code, done.err) == (1, "alertd: ai: m wrote no note: the source's rights forbid it\n")
    assert model.asked == 0


@pytest.mark.parametrize(
    ("how", "told"),
    [
        (failing(401), "HTTP 401: look at `key`, and at the account it belongs to"),
        (failing(503), "HTTP 503"),
        (malicious(), "its answer is no note: "),
        (says(draft(INVENTED)), "nothing that the model wrote passed the check of its grounds"),
    ],
    ids=["refused", "down", "malicious", "ungrounded"],
)
def test_why_a_model_wrote_none_is_told_in_a_line_for_each_portfolio(
    asking: Desk, model: ModelServer, how: Any, told: str
) -> None:
    model.script(how)
    done = ask(asking, "ai", "--model")
    assert done.code == 1
    (line,) = done.err.splitlines()
    assert line.startswith("alertd: ai: m wrote no note: ")
    assert told in line
    assert KEY not in done.out + done.err


def test_a_budget_that_is_spent_is_said_before_anything_is_asked(asking: Desk, model: ModelServer) -> None:
    asking.settings(models=[configured(model, budget={"calls_per_day": 0})])
    done = ask(asking, "ai", "--model")
    assert done.code == 1
    assert done.err == "alertd: ai: m wrote no note: budget_spent: alertd status shows what was asked today\n"
    assert model.asked == 0


def test_the_next_model_is_asked_where_one_fails_and_it_is_said(asking: Desk, model: ModelServer) -> None:
    model.script(failing(401), says(draft(RISK)))
    asking.settings(models=[configured(model, id="first"), configured(model, id="second")])
    done = ask(asking, "ai", "--model")
    assert (done.code, done.err) == (0, "")
    assert "  Asked     first: " in done.out
    assert "HTTP 401" in done.out
    assert TEXT in done.out
    model.script(says(draft(RISK)))
    assert ask(asking, "ai", "--model-id", "second", "--json").json[0]["model"] == "second"


@pytest.mark.parametrize(
    ("models", "words", "code", "told"),
    [
        ([], ["--model"], 1, "alertd: no model is configured: write one into `models` of the settings"),
        (None, ["--model-id", "n"], 2, "alertd: there is no model n"),
        ("${NOWHERE_TO_BE_FOUND}", ["--model"], 1, "NOWHERE_TO_BE_FOUND"),
    ],
    ids=["no models", "unknown", "no secret"],
)
def test_what_is_missing_is_told_in_one_line(
    asking: Desk, model: ModelServer, models: Any, words: list[str], code: int, told: str
) -> None:
    if isinstance(models, str):
        models = [configured(model, key=models)]
    if models is not None:
        asking.settings(models=models)
    done = ask(asking, "ai", *words)
    assert (done.code, done.out, model.asked) == (code, "", 0)
    assert told in done.err
    assert done.err.count("\n") == 1


def test_without_the_daemon_s_store_nothing_is_asked(asking: Desk, model: ModelServer) -> None:
    asking.settings(models=[configured(model)], redis="embedded")
    done = ask(asking, "ai", "--model")
    assert (done.code, done.out, model.asked) == (1, "", 0)
    assert "alertd run" in done.err
