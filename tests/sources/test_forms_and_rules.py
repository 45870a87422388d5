"""What forms say is what rules ask for: the conditions of the shipped rules, on real shapes of forms."""

from __future__ import annotations

import msgspec
import pytest

from alertd.model import Event
from alertd.rules.state_rules import filer_of
from alertd.sources.forms import read_form
from tests.rules.make import tree
from tests.sources.form_documents import holding, owner, ownership, person_13d, schedule_13d, schedule_13g, trade

PLAN = {"F1": "Sold under a Rule 10b5-1 plan."}
_GROUP = (person_13d("A", "4.5", "450"), person_13d("B", "3", "300"))


def event(form: str, body: bytes) -> Event:
    found = read_form(form, body)
    return Event(id="ev_1", kind="filing", form=form, title=found.title, facts=found.facts)


@pytest.mark.parametrize(
    ("asked", "form", "body", "truth"),
    [
        ("{code: S, plan_10b5_1: false}", "4", ownership(trade()), True),
        ("{code: S, plan_10b5_1: false}", "4", ownership(trade(), box="1"), False),
        ("{code: S, plan_10b5_1: false}", "4", ownership(trade(), box=None), None),
        ("{code: S, plan_10b5_1: true}", "4", ownership(trade(notes=["F1"]), box=None, footnotes=PLAN), True),
        ("{code: S, value: '>= 1M USD'}", "4", ownership(trade(shares="9000", price="100"), trade("P")), False),
        ("{code: S, value: '>= 1M USD'}", "4", ownership(trade(shares="90000", price="100")), True),
        ("{code: S, value: '>= 1M USD'}", "4", ownership(trade(price=None)), None),
        ("{code: G, price: '<= 0'}", "4", ownership(trade("G", price="0")), True),
        ("{insider: doe, insider_is: officer, officer_title: CFO}", "4", ownership(trade()), True),
        ("{insider: [irongate, doe]}", "4", ownership(trade(), owners=[owner("X LP"), owner("DOE JANE")]), True),
        ("{shares: '>= 5000', direct: true}", "3", ownership(holding(), form="3"), True),
        ("{shares: '>= 50000'}", "4", ownership(trade(), holding("99999")), False),
        ("{amendment: true, issuer: vega grid}", "4/A", ownership(trade(), form="4/A"), True),
        ("{percent: '> 5', amendment: false}", "SCHEDULE 13D", schedule_13d(), True),
        ("{percent: '> 5', amendment: false}", "SCHEDULE 13D/A", schedule_13d(form="SCHEDULE 13D/A"), False),
        ("{percent: '> 5'}", "SC 13D", schedule_13d(*_GROUP), True),
        ("{percent: '> 5', filer: A}", "SC 13D", schedule_13d(*_GROUP), True),
        ("{purpose: [seats, board], filer: irongate}", "SC 13D", schedule_13d(purpose="Seats, they want."), True),
        ("{purpose: board}", "SCHEDULE 13G", schedule_13g(), None),
        ("{change: '<= -1'}", "SC 13D/A", schedule_13d(form="SCHEDULE 13D/A", stake="from 9% to 6.2%"), True),
    ],
)
def test_a_rule_finds_in_a_form_what_it_asks_for(asked: str, form: str, body: bytes, truth: bool | None) -> None:
    assert tree(f"facts: {asked}", event(form, body)).truth is truth


def test_one_insider_who_files_twice_is_one_filer() -> None:
    first = event("4", ownership(trade()))
    second = event("4", ownership(trade("P"), owners=[owner("Doe Jane")]))
    other = event("4", ownership(trade(), owners=[owner("Lund Ada", "0001999002")]))
    assert filer_of(first) == filer_of(second) != filer_of(other)


def test_an_insider_is_one_filer_before_and_after_the_form_is_read() -> None:
    read = event("4", ownership(trade()))
    roles = [("issuer", "0001999100"), ("reporting", "0001999001")]
    filers = [{"id": f"cik-{cik}", "cik": cik, "role": role} for role, cik in roles]
    assert filer_of(msgspec.structs.replace(read, facts={}, filers=filers)) == filer_of(read)
