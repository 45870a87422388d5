"""Whom an alert is told, and what of it each of them sees. Pure.

A rule may name receivers in place of its portfolio's; each receiver then sees only the matches that are routed to it,
the severity that these have, and the changes that concern them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from alertd.alerts.circumstances import View
from alertd.alerts.fits import fits
from alertd.alerts.policy import ReceiverPolicy, loudest, severity_rank
from alertd.model import Alert, Change, Match, Severity
from alertd.rules.reported import SURE


def sees(receiver: str, match: Match, own: Sequence[str]) -> bool:
    """Tell whether a match is routed to a receiver; `own` are the portfolio's receivers."""
    return receiver in (match.receivers or own)


def receivers_of(matches: Iterable[Match], own: Sequence[str]) -> list[str]:
    """Give whom matches are routed to: the portfolio's receivers first, then those that rules name."""
    matches = list(matches)
    named = dict.fromkeys(own) if any(not match.receivers for match in matches) else {}
    return list(named | dict.fromkeys(receiver for match in matches for receiver in match.receivers))


def eyes_of(receiver: str, via: str, alert: Alert, own: Sequence[str]) -> tuple[str, ...]:
    """Give as whom a receiver sees an alert: as itself, and as the one in whose place it was told (`via`).

    One that nothing here names sees as that one alone.
    """
    if not via or via == receiver:
        return (receiver,)
    named = receiver in own or any(receiver in match.receivers for match in alert.matches)
    return (via, receiver) if named else (via,)


def routed(alert: Alert, eyes: Sequence[str], own: Sequence[str]) -> Alert:
    """Give an alert as it is for a receiver, but for what rights hide: its matches, their severity, its changes.

    `eyes`: as whom it sees (`eyes_of`); `own`: the portfolio's receivers, for whom its rules wait for what comes.
    """
    changes, whole = alert.changes, any(eye in own for eye in eyes)
    if any(change.seen for change in changes):
        changes = _changes(changes, eyes)
    if whole and not any(match.receivers for match in alert.matches):
        return alert if changes is alert.changes else replace(alert, changes=changes)
    visible = [match for match in alert.matches if any(sees(eye, match, own) for eye in eyes)]
    matches = [replace(match, receivers=[]) if match.receivers else match for match in visible]
    armed = alert.armed if whole else []
    if len(matches) == len(alert.matches):
        return replace(alert, matches=matches, changes=changes, armed=armed)
    foreign = {match.event for match in alert.matches} - {match.event for match in matches}
    shown = [change for change in changes if change.event not in foreign]
    severity = loudest([match.severity for match in matches]) if matches else alert.severity
    return replace(alert, matches=matches, changes=shown, severity=severity, armed=armed)


def _changes(changes: Sequence[Change], eyes: Sequence[str]) -> list[Change]:
    """Give the changes as they read for a receiver, without those that do not concern it."""
    read = [(change, _read(change, eyes)) for change in changes]
    return [replace(change, text=text, seen={}) if change.seen else change for change, text in read if text]


def _read(change: Change, eyes: Sequence[str]) -> str:
    texts = [change.seen.get(eye, change.text) for eye in eyes]
    return change.text if change.text in texts else next((text for text in texts if text), "")


# --- whether a receiver hears of it ---------------------------------------------------------------------------


def barred(policy: ReceiverPolicy, desk: str | None) -> str:
    """Say why a receiver may hear nothing of a portfolio of a desk; empty if it may."""
    return "" if desk is None or policy.desk == desk else "restricted: the portfolio is another desk's"


def below(policy: ReceiverPolicy, severity: Severity) -> str:
    """Say why an alert is not loud enough for a receiver that knows nothing of it; empty if it is."""
    if severity_rank(severity) >= severity_rank(policy.min_severity):
        return ""
    return f"no_receiver: below its min_severity {policy.min_severity}"


def filtered(policy: ReceiverPolicy, view: View) -> str:
    """Say which filter of a receiver keeps an alert from it; empty if none does."""
    if policy.portfolios and view.alert.portfolio not in policy.portfolios:
        return "no_receiver: its portfolios are others"
    if policy.event_types:
        found = {reported.type for reported in view.event.event_types if reported.confidence >= SURE}
        if found.isdisjoint(policy.event_types):
            return "no_receiver: its event_types are others"
    if policy.only is not None and not fits(policy.only, view):
        return "no_receiver: it does not fit its `only`"
    return ""
