"""The life of an alert that docs/alerts.md tells is what is decided."""

from __future__ import annotations

from alertd.alerts.outcome import Outcome
from alertd.alerts.policy import ReceiverPolicy
from alertd.model import Amount
from tests.alerts.making import Case, event, match
from tests.docs.pages import read

RECEIVERS = ("desk", "quiet-mail")


def _lived() -> list[Outcome]:
    case = Case(ReceiverPolicy("desk"), ReceiverPolicy("quiet-mail", updates="none"), own=RECEIVERS)
    named = [Amount(low=1e9, high=1e9)]
    wire, paper, third = event("wire"), event("paper", sources=2), event("third", sources=3)
    amount, loud = event("paper2", sources=2, amounts=named), event("loud", sources=3)
    corrected = event("wire", revision=2, revision_reason="correction", amounts=[Amount(low=2e9, high=2e9)])
    return [
        case.take(wire, match(wire)),
        case.take(paper, match(paper)),
        case.take(third, match(third)),
        case.take(amount, match(amount)),
        case.take(loud, match(loud, severity="critical")),
        case.take(corrected, match(corrected)),
        case.take(event("wire", revision=3, withdrawn=True)),
    ]


def _told(outcome: Outcome, receiver: str) -> str:
    for one in outcome.deliveries:
        if one.receiver == receiver:
            kind = one.message.type.removeprefix("alert.")
            return f"{kind}, {'loud' if one.message.loud else 'quiet'}"
    assert outcome.decision is not None
    return f"`{outcome.decision.receivers[receiver]}`"


def test_the_life_of_an_alert_that_is_told_is_the_one_that_it_has() -> None:
    _, _, after = read("alerts.md").partition("<!-- life -->")
    rows = [line.strip("| ").split(" | ") for line in after.partition("\n\n")[0].strip().splitlines()[2:]]
    assert [row[1:] for row in rows] == [[_told(one, name) for name in RECEIVERS] for one in _lived()]
