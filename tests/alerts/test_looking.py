"""What whoever looks on for a desk may see of an alert: no more than the receivers of the desk."""

from __future__ import annotations

import msgspec
import pytest
from msgspec.structs import replace

from alertd.alerts.looking import as_a_desk_sees
from alertd.alerts.policy import ReceiverPolicy
from alertd.alerts.rows import in_full
from alertd.model import AlertState, Change, Event, Folded, Provenance, Rights
from tests.alerts.living import TITLE, match, state

PM = ReceiverPolicy("pm-mail", desk="ai")
SLACK = ReceiverPolicy("ai-slack", desk="ai", accepts="public")
NAMED = Rights(receivers=["pm-mail"])
INTERNAL = Rights(classification="internal")
SECRET = "CANARY secret headline"


def mixed(rights: Rights = NAMED) -> AlertState:
    """Make an alert about a public event, and one that only some may see, whose headline it bears."""
    whole = state(desk="ai", severity="critical", title=SECRET, first_title=SECRET, matches=[
        match(), match("secret", "critical", "ev_s", rights=rights),
    ])  # fmt: skip
    alert = whole.alert
    change = Change(at=alert.updated_at, revision=2, event="ev_s", event_revision=1, reason="update_material",
                    text=SECRET, rights=rights)  # fmt: skip
    provenance = Provenance(rights=rights, classification=rights.classification)
    event = Event(id="ev_s", title=SECRET, body=SECRET, source="vendor", provenance=provenance)
    folded = [*whole.folded, Folded(event="ev_s", revision=1, decision=whole.folded[0].decision, headline=SECRET)]
    return replace(whole, alert=replace(alert, changes=[*alert.changes, change]), event=event, folded=folded)


@pytest.mark.parametrize("rights", [NAMED, INTERNAL])
def test_what_no_receiver_of_the_desk_may_be_told_is_not_there(rights: Rights) -> None:
    others = [SLACK, replace_desk(PM, "energy")]
    seen = as_a_desk_sees(mixed(rights), "ai", others)
    assert seen is not None
    assert (seen.alert.title, seen.alert.severity, [one.event for one in seen.alert.matches]) == (
        TITLE, "high", ["ev_a"],
    )  # fmt: skip
    assert b"CANARY" not in msgspec.json.encode(seen)
    assert "CANARY" not in str(in_full(seen))


@pytest.mark.parametrize("rights", [NAMED, INTERNAL])
def test_a_desk_sees_as_that_of_its_receivers_which_may_see_most(rights: Rights) -> None:
    seen = as_a_desk_sees(mixed(rights), "ai", [SLACK, PM])
    assert seen is not None
    assert (seen.alert.title, seen.alert.severity, len(seen.alert.matches)) == (SECRET, "critical", 2)


def test_a_desk_sees_together_what_different_receivers_of_it_may_be_told() -> None:
    other = ReceiverPolicy("risk-mail", desk="ai", accepts="public")
    whole = mixed(Rights(receivers=["pm-mail"]))
    risk = match("risk", "high", "ev_r", rights=Rights(receivers=["risk-mail"]))
    nobody = match("nobody", "high", "ev_n", rights=Rights(receivers=["energy-mail"]))
    whole = replace(whole, alert=replace(whole.alert, matches=[*whole.alert.matches, risk, nobody]))
    for theirs in ([PM, other], [other, PM, SLACK]):
        seen = as_a_desk_sees(whole, "ai", theirs)
        assert seen is not None
        assert [one.event for one in seen.alert.matches] == ["ev_a", "ev_s", "ev_r"]
    alone = as_a_desk_sees(whole, "ai", [other])
    assert alone is not None
    assert [one.event for one in alone.alert.matches] == ["ev_a", "ev_r"]
    assert "CANARY" not in str(in_full(alone))


def test_an_alert_of_which_none_may_be_told_anything_is_not_there() -> None:
    whole = mixed()
    alone = replace(whole, alert=replace(whole.alert, matches=whole.alert.matches[1:]))
    assert as_a_desk_sees(alone, "ai", [SLACK]) is None
    assert as_a_desk_sees(alone, "ai", []) is None
    assert as_a_desk_sees(alone, "ai", [PM]) is not None


def test_of_a_text_that_may_not_be_shown_a_desk_sees_the_title_too() -> None:
    rights = Rights(show="title")
    event = Event(id="ev_a", title=TITLE, body="CANARY body", provenance=Provenance(rights=rights))
    seen = as_a_desk_sees(replace(state(desk="ai"), event=event), "ai", [])
    assert seen is not None
    assert seen.event is not None
    assert (seen.alert.title, seen.event.body) == (TITLE, "")


def test_what_nothing_limits_is_seen_as_it_is_whomever_a_rule_tells() -> None:
    public = state(desk="ai", matches=[match(receivers=["somebody"])])
    assert as_a_desk_sees(public, "ai", [SLACK]) is public


def replace_desk(policy: ReceiverPolicy, desk: str) -> ReceiverPolicy:
    return ReceiverPolicy(policy.id, desk=desk, accepts=policy.accepts)
