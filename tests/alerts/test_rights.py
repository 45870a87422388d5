"""What the terms of a source allow: how much is shown, to whom, and that no later message tells more."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from alertd.alerts.decide import decide
from alertd.alerts.outcome import Outcome
from alertd.alerts.policy import ReceiverPolicy
from alertd.alerts.rights import keeps_body, may_model, shown, without_body
from alertd.base.clock import rfc3339
from alertd.model import (
    Alert,
    Amount,
    CompanyMention,
    DealTerm,
    Duration,
    Event,
    Evidence,
    Match,
    Message,
    Provenance,
    ReportedType,
    Rights,
    Severity,
    StoredAlert,
)
from alertd.notify.catalog import RECEIVER_MODELS
from alertd.notify.message import compose
from alertd.notify.payload import payload
from alertd.notify.slack_blocks import blocks, plain
from tests.rules.make import portfolio

NOW = 1_800_000_000_000
BODY = "Vega Grid leases its Orion machine. The lease holds a secret harm clause that nobody may read about here."
CLAUSE = BODY.index("secret harm clause")
DESK, MAIL, HOOK = (
    ReceiverPolicy("desk", accepts="public"),
    ReceiverPolicy("mail"),
    ReceiverPolicy("hook", leaves=True),
)
PORTFOLIO = replace(portfolio("text: lease"), receivers=("desk", "mail", "hook"))


def event(rights: Rights | None = None, name: str = "ev_a", classification: str = "public", **fields: Any) -> Event:
    provenance = Provenance(rights=rights, classification=classification)  # type: ignore[arg-type]
    known = Event(
        id=name,
        title="Vega Grid leases Orion",
        body=BODY,
        provenance=provenance,
        facts={"percent": 5.1, "purpose": "A secret harm clause of the vendor's own words. " * 4, "code": "P"},
        extra={"vendor_note": "secret harm clause"},
        companies=[CompanyMention(id="vega", name="Vega Grid", evidence=[span("secret harm clause")])],
        terms=[DealTerm(type="reclaim_right", evidence=[span("secret harm clause")])],
    )
    return replace(known, **fields)


def span(words: str) -> Evidence:
    start = BODY.index(words)
    return Evidence(field="body", start=start, end=start + len(words), quote=words)


def match(name: str = "ev_a", severity: Severity = "high") -> Match:
    evidence = [Evidence(field="title", start=0, end=4, quote="Vega"), span("secret harm clause"), span("leases")]
    return Match(
        rule="lease",
        rule_hash="h",
        portfolio="desk-a",
        event=name,
        event_revision=1,
        severity=severity,
        title="Lease",
        evidence=evidence,
    )


class Alerts:
    """The store of one alert."""

    def __init__(self, *receivers: ReceiverPolicy) -> None:
        self.receivers = receivers or (DESK, MAIL, HOOK)
        self.stored = StoredAlert(version=0, state=None)
        self.now = NOW

    def take(self, one: Event, *matches: Match) -> Outcome:
        found = matches or [match(one.id)]
        outcome = decide(self.stored, found, one, PORTFOLIO, self.receivers, self.now, story="st_a")
        if outcome.state is not None:
            self.stored = StoredAlert(version=self.stored.version + 1, state=outcome.state)
        return outcome

    @property
    def alert(self) -> Alert:
        assert self.stored.state is not None
        return self.stored.state.alert


def message(outcome: Outcome, receiver: str) -> Message:
    return next(one.message for one in outcome.deliveries if one.receiver == receiver)


def told(outcome: Outcome) -> list[str]:
    return sorted(one.receiver for one in outcome.deliveries)


def written(one: Message) -> list[str]:
    """Give a message in every form that a receiver gets."""
    lines = compose(one, NOW)
    return [repr(lines), plain(lines), msgspec.json.encode(blocks(lines)).decode(), payload(one).decode()]


@pytest.mark.parametrize("show", [Rights(show="title"), Rights(show="snippet", snippet=40)])
def test_what_may_not_be_shown_is_in_no_form_of_any_message(show: Rights) -> None:
    outcome = Alerts().take(event(show))
    assert told(outcome) == ["desk", "hook", "mail"]
    for delivery in outcome.deliveries:
        for text in written(delivery.message):
            assert "secret" not in text
            assert "Vega Grid leases Orion" in text
            assert "reclaim" in text  # what we found stays


def test_a_snippet_ends_between_words_and_quotes_within_it_stay() -> None:
    told_of = shown(event(Rights(show="snippet", snippet=40)))
    assert told_of.body == "Vega Grid leases its Orion machine. The"
    assert told_of.truncated
    outcome = Alerts().take(event(Rights(show="snippet", snippet=40)))
    alert = message(outcome, "mail").alert
    assert alert is not None
    assert [one.quote for one in alert.matches[0].evidence] == ["Vega", "", "leases"]
    assert [one.start for one in alert.matches[0].evidence] == [0, CLAUSE, BODY.index("leases")]


WIDE = BODY[: BODY.index(" that nobody")]
"""A quote as rules and enrichment write it: the words around what was found, with some behind the snippet."""


def wide(words: str) -> Evidence:
    return replace(span(words), quote=WIDE)


def test_a_quote_that_begins_in_the_snippet_ends_with_it_in_every_field() -> None:
    found = [wide("Vega Grid")]
    one = event(
        Rights(show="snippet", snippet=40),
        companies=[CompanyMention(id="vega", name="Vega Grid", evidence=found)],
        event_types=[ReportedType(type="lease", evidence=found)],
        amounts=[Amount(low=1, high=1, evidence=found)],
        durations=[Duration(low=1, high=1, evidence=found)],
        terms=[DealTerm(type="reclaim_right", evidence=found)],
    )
    outcome = Alerts().take(one, replace(match(), evidence=found))
    for name in ("mail", "hook", "desk"):
        told_of = message(outcome, name)
        assert told_of.alert is not None
        assert [e.quote for e in told_of.alert.matches[0].evidence] == ["Vega Grid leases its Orion machine. The"]
        for text in written(told_of):
            assert "lease holds" not in text
            assert "secret" not in text


def test_a_correction_of_what_may_not_be_shown_is_told_without_its_words() -> None:
    alerts = Alerts()
    snippet = Rights(show="snippet", snippet=40)
    alerts.take(event(snippet), replace(match(), evidence=[wide("leases")]))
    body = BODY.replace("leases", "rents")
    start = body.index("rents")
    quoted = Evidence(field="body", start=start, end=start + 5, quote=body)
    again = event(snippet, body=body, revision=2, revision_reason="correction")
    outcome = alerts.take(again, replace(match(), event_revision=2, evidence=[quoted]))
    assert alerts.alert.changes[-1].text == "corrected: “Vega Grid rents its Orion machine. The”"
    assert "secret" not in "".join(written(message(outcome, "mail")))


def test_a_line_of_changes_about_what_is_not_exported_quotes_nothing_of_its_text() -> None:
    alerts = Alerts()
    alerts.take(event(Rights(export=False)))
    body = BODY.replace("secret harm clause", "hidden harm clause")
    found = [Evidence(field="body", start=CLAUSE, end=CLAUSE + 18, quote="hidden harm clause")]
    again = event(Rights(export=False), body=body, terms=[], revision=2, revision_reason="correction")
    outcome = alerts.take(again, replace(match(), event_revision=2, evidence=found))
    assert "hidden harm" not in payload(message(outcome, "hook")).decode()
    alert = message(outcome, "hook").alert
    assert alert is not None
    assert alert.changes[-1].text == "corrected: the words that matched are others"


def test_facts_stay_but_for_passages_and_unknown_fields_go() -> None:
    passage = "secret harm clause " * 5
    found = [CompanyMention(id="vega", how=f"alias Vega: {passage}"), CompanyMention(id="lumen", how="alias Lumen")]
    types = [ReportedType(type="lease", asset=passage), ReportedType(type="dispute", asset="the Orion machine")]
    told_of = shown(event(Rights(show="title"), companies=found, event_types=types))
    assert told_of.facts == {"percent": 5.1, "code": "P"}
    assert told_of.extra == {}
    assert [one.how for one in told_of.companies] == ["", "alias Lumen"]
    assert [one.asset for one in told_of.event_types] == [None, "the Orion machine"]


@pytest.mark.parametrize("words", ["", "x" * 500, "word " * 200, "\U0001f600" * 300, "a\nb\n" * 200])
def test_a_snippet_is_never_longer_than_it_may_be_and_never_empty_for_nothing(words: str) -> None:
    body = shown(event(Rights(show="snippet", snippet=100), body=words)).body
    assert len(body) <= 100
    assert words.startswith(body)
    assert bool(body) == bool(words)


def test_what_is_not_exported_reaches_a_webhook_without_its_words() -> None:
    outcome = Alerts().take(event(Rights(export=False)))
    hook, mail = payload(message(outcome, "hook")).decode(), payload(message(outcome, "mail")).decode()
    assert "secret" not in hook
    assert '"excerpt":""' in hook
    assert "Vega Grid leases Orion" in hook
    assert "secret harm clause" in mail


def test_the_next_message_about_an_alert_exports_no_quotes_of_an_earlier_event_either() -> None:
    alerts = Alerts()
    alerts.take(event(Rights(export=False)))
    outcome = alerts.take(event(name="ev_b", title="Vega Grid denies", body="Nothing."), match("ev_b", "critical"))
    assert "secret harm clause" not in [
        quote.quote
        for found in message(outcome, "hook").alert.matches  # type: ignore[union-attr]
        if found.event == "ev_a"
        for quote in found.evidence
    ]


def test_only_the_named_receivers_are_told_and_the_others_have_the_reason() -> None:
    outcome = Alerts().take(event(Rights(receivers=["mail"])))
    assert told(outcome) == ["mail"]
    assert outcome.decision is not None
    assert outcome.decision.reason == "first"
    assert outcome.decision.receivers["desk"] == "restricted: the source's rights name other receivers"


def test_where_nobody_may_be_told_the_decision_says_restricted_and_the_alert_is_there() -> None:
    alerts = Alerts()
    outcome = alerts.take(event(Rights(receivers=["elsewhere"])))
    assert told(outcome) == []
    assert outcome.decision is not None
    assert outcome.decision.reason == "restricted"
    assert alerts.alert.revision == 1


def test_internal_items_go_only_to_receivers_that_accept_them() -> None:
    outcome = Alerts().take(event(classification="internal"))
    assert told(outcome) == ["hook", "mail"]
    assert outcome.decision is not None
    assert outcome.decision.receivers["desk"].startswith("restricted: the item is internal")


def test_internal_items_go_to_whom_the_rights_name_whatever_it_accepts() -> None:
    assert told(Alerts().take(event(Rights(receivers=["desk"]), classification="internal"))) == ["desk"]


def test_what_leads_outside_the_house_accepts_public_items_only_unless_told_otherwise() -> None:
    accepts = {name: model.model_fields["accepts"].default for name, model in RECEIVER_MODELS.items()}
    assert accepts == {"slack": "public", "webhook": "public", "email": "internal", "console": "internal"}
    assert [name for name, model in RECEIVER_MODELS.items() if model.leaves] == ["webhook"]


def test_a_later_message_tells_nothing_of_an_event_that_was_withheld() -> None:
    alerts = Alerts()
    alerts.take(event(title="Public: Vega Grid leases"), match(severity="low"))
    hidden = event(Rights(receivers=["mail"]), "ev_b", title="SECRET TITLE", body="Other words.")
    withheld = alerts.take(hidden, match("ev_b", "critical"))
    assert told(withheld) == ["mail"]
    assert "SECRET TITLE" in payload(message(withheld, "mail")).decode()
    outcome = alerts.take(event(name="ev_c", title="Public again", body="No."), match("ev_c", "low"))
    desk = message(outcome, "desk")
    assert desk.alert is not None
    assert "SECRET TITLE" not in "".join(written(desk))
    assert "ev_b" not in payload(desk).decode()
    assert desk.alert.severity == "low"
    assert desk.alert.title == "Public again"


def test_an_alert_that_a_withheld_event_raised_begins_for_others_with_what_they_may_see() -> None:
    alerts = Alerts()
    alerts.take(event(Rights(receivers=["mail"])))
    alerts.now += 60_000
    outcome = alerts.take(event(name="ev_b"))
    desk, mail = message(outcome, "desk").alert, alerts.alert
    assert desk is not None
    assert desk.first_at == rfc3339(NOW + 60_000)
    assert mail.first_at == rfc3339(NOW)


def test_what_was_withheld_is_news_when_a_public_source_says_it_too() -> None:
    alerts = Alerts(DESK, MAIL)
    assert told(alerts.take(event(Rights(receivers=["mail"])))) == ["mail"]
    outcome = alerts.take(event(name="ev_b"))
    assert told(outcome) == ["desk"]  # mail knows it all
    assert message(outcome, "desk").type == "alert.fired"
    assert told(alerts.take(event(name="ev_c"))) == []  # and now so does the desk


def test_a_body_that_may_not_be_kept_as_long_as_the_journal_is_left_out_with_its_quotes() -> None:
    one = event(Rights(keep_body_s=86_400))
    assert keeps_body(one, 86_400)
    assert not keeps_body(one, 86_401)
    assert keeps_body(event(), 1e9)
    bare, matches = without_body(one, [match()])
    assert (bare.body, bare.truncated, bare.title, bare.facts) == ("", True, one.title, one.facts)
    assert [quote.quote for quote in matches[0].evidence] == ["Vega", "", ""]
    assert bare.terms[0].evidence[0].quote == ""


def test_whether_a_model_may_read_it_is_asked_of_each_event() -> None:
    assert may_model(event())
    assert not may_model(event(Rights(model=False)))


def test_an_event_without_rights_is_shown_as_it_is() -> None:
    one = event()
    assert shown(one, leaves=True) is one
    assert message(Alerts().take(one), "mail").event == one
