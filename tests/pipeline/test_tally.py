"""What is counted of an event for receivers that get a daily line: only what each of them may see."""

from __future__ import annotations

from typing import Any

import msgspec

from alertd.alerts.policy import ReceiverPolicy
from alertd.companies.model import Holding, Holdings
from alertd.model import CompanyMention, Decision, Event, Provenance, Rights
from alertd.pipeline.tally import Tally
from alertd.rules.book import Portfolio

PM = ReceiverPolicy("pm", covered=True)


def holding(name: str, *companies: str, receivers: tuple[str, ...] = ("pm",), desk: str | None = None) -> Portfolio:
    held = {company: Holding(company=company) for company in companies}
    return Portfolio(id=name, title=name, receivers=receivers, holdings=Holdings(positions=held), desk=desk)


def naming(*companies: str, **more: Any) -> Event:
    return Event(id="ev_a", source="wire", companies=[CompanyMention(id=company) for company in companies], **more)


def counts(event: Event, *decisions: Decision, policy: ReceiverPolicy = PM, **desks: str) -> dict[str, int]:
    tally = Tally([holding("ai", "vega", "lumen"), holding("more", "vega")], [policy], desks)
    return tally.counts(event, decisions)


def first(alert: str = "al_1", **receivers: str) -> Decision:
    return Decision(portfolio="ai", alert=alert, alert_revision=1, reason="first", receivers=receivers)


def test_an_item_is_counted_once_however_many_names_and_portfolios_it_touches() -> None:
    assert counts(naming("vega", "lumen")) == {"items:pm": 1, "names:pm": 1}
    assert counts(naming("orion")) == {"items:pm": 1}


def test_revisions_and_what_was_there_before_are_no_items() -> None:
    assert counts(naming("vega", revision=2)) == {}
    assert counts(naming("vega", baseline=True)) == {}


def test_alerts_are_those_that_were_first_told_to_the_receiver() -> None:
    told, other = first(pm="dl_1"), first("al_2", ops="dl_2")
    quiet, again = first("al_3", pm="no_receiver"), msgspec.structs.replace(first(pm="dl_4"), reason="duplicate")
    assert counts(naming("vega"), told, other, quiet, again)["alerts:pm"] == 1
    assert counts(naming("vega", revision=2), told) == {"alerts:pm": 1}, "a correction may be what raises it"


def test_another_desks_source_counts_for_that_desk_alone() -> None:
    assert counts(naming("vega"), wire="rates") == {}
    assert counts(naming("vega"), wire="rates", policy=ReceiverPolicy("pm", covered=True, desk="rates"))
    assert counts(naming("vega"), policy=ReceiverPolicy("pm", covered=True, desk="rates")), (
        "one of no desk is for all"
    )


def test_what_rights_keep_from_a_receiver_is_not_counted_for_it() -> None:
    others = naming("vega", provenance=Provenance(rights=Rights(receivers=["ops"])))
    assert counts(others) == {}
    internal = naming("vega", provenance=Provenance(classification="internal"))
    assert counts(internal, policy=ReceiverPolicy("pm", covered=True, accepts="public")) == {}
    assert counts(internal) == {"items:pm": 1, "names:pm": 1}


def test_nothing_is_counted_for_who_wants_no_line() -> None:
    assert counts(naming("vega"), first(pm="dl_1"), policy=ReceiverPolicy("pm")) == {}


def test_only_the_receivers_of_a_portfolio_have_its_names() -> None:
    tally = Tally([holding("ai", "vega", receivers=("ops",))], [PM], {})
    assert tally.counts(naming("vega"), []) == {"items:pm": 1}
