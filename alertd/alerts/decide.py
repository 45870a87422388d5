"""Deciding what one event means for one alert: pure, and the same again for the same input.

    of rules on trial only -> a decision, no alert
    seen before?     -> the decision of that time, again
    new to the alert -> baseline: a decision, no alert
                        first (or no_receiver), or one more event of an alert that there is (update_material, or
                        update_minor if it adds nothing to what the alert has told), unless a revision withdraws the
                        event; one that says "withdrawn" from the start is a notice about something else, and news
    older revision   -> duplicate: what is newer has been told
    else             -> update_material or update_minor

An alert is about its subject: a story, and where a rule's `key` says so a company, the parties or the rule itself. So
it may be about several events, each with revisions of its own.

The caller commits the new state and the deliveries together, under the version it read; on conflict it decides
again from the state that won. Delivery ids come from receiver, alert and revision, so deciding twice queues once.
"""

from __future__ import annotations

from collections.abc import Sequence

from alertd.alerts.background import Background
from alertd.alerts.outcome import Outcome, alert_of, decision_on, subject_of
from alertd.alerts.policy import ReceiverPolicy
from alertd.alerts.rights import marked
from alertd.alerts.step import Step
from alertd.model import Decision, Event, Match, StoredAlert
from alertd.rules.book import Portfolio


def decide(
    stored: StoredAlert,
    matches: Sequence[Match],
    event: Event,
    portfolio: Portfolio,
    receivers: Sequence[ReceiverPolicy] | Background,
    now: int,
    *,
    newest: int = 0,
    subject: str = "",
    story: str = "",
) -> Outcome:
    """Decide what an event means for an alert, given the alert and the matches about it. `now` in milliseconds.

    `receivers` are all that there are, with what else deciding rests on. `story` is the one that the event belongs to
    by now, empty for the one that it carries; `subject` is what the alert is about, empty for that story. `newest` is
    the newest revision of the event that was ingested: an alert begins with that one, never with one that is
    corrected or taken back already.
    """
    story = story or subject_of(event)
    subject = subject or story
    alert = alert_of(portfolio, subject)
    if matches and all(match.experimental for match in matches):
        return Outcome(_on_trial(portfolio, alert, matches))
    live = marked([match for match in matches if not match.experimental], event)
    background = receivers if isinstance(receivers, Background) else background_of(receivers, portfolio, live)
    step = Step(portfolio, background, event, now, subject, stored.state, story)
    before = [f for f in stored.state.folded if f.event == event.id] if stored.state is not None else []
    if not before:
        if not live:
            return Outcome(None)
        refused = _refused(portfolio, alert, live, event, newest)
        return Outcome(refused) if refused is not None else step.begin(alert, live)
    for folded in before:
        if folded.revision == event.revision:
            return Outcome(folded.decision)
    known = max(folded.revision for folded in before)
    if event.revision < known:
        detail = f"revision {known} is known already"
        rules = [match.rule for match in live]
        return Outcome(decision_on(portfolio, alert, step.revision, "duplicate", rules, detail=detail))
    return step.update(live)


def background_of(receivers: Sequence[ReceiverPolicy], portfolio: Portfolio, matches: Sequence[Match]) -> Background:
    """Give a background where nothing is silenced, nothing was counted, and no mark is set."""
    named = {match.rule for match in matches}
    rules = {rule.id: rule for rule in portfolio.rules if rule.id in named}
    return Background({policy.id: policy for policy in receivers}, rules=rules)


def _on_trial(portfolio: Portfolio, alert: str, matches: Sequence[Match]) -> Decision:
    detail = "only experimental rules hold"
    return decision_on(portfolio, alert, 0, "experimental", [match.rule for match in matches], detail=detail)


def _refused(
    portfolio: Portfolio, alert: str, matches: Sequence[Match], event: Event, newest: int
) -> Decision | None:
    """Say why an event that is new to an alert is not told; None if it is."""
    rules = [match.rule for match in matches]
    if event.revision < newest:
        detail = f"revision {newest} is there already and is decided in its place"
        return decision_on(portfolio, alert, 0, "duplicate", rules, detail=detail)
    if event.withdrawn and event.revision > 1:
        return decision_on(portfolio, alert, 0, "expired", rules, detail="withdrawn before anybody was told")
    if event.baseline:
        detail = "was there when its source was first read"
        return decision_on(portfolio, alert, 0, "baseline", rules, detail=detail)
    return None
