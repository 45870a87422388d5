"""When a receiver is told of an alert: at once, later, or not at all, always with the reason. Pure.

    silenced?  snoozed?  told of it lately?   -> Withhold   what was withheld is told with the next message
    wants digests?                            -> Put        by the clock, unless `pass`
    quiet hours?                              -> Put        until they are over, unless `pass`; or Withhold (`drop`)
    more than its rule's author expects?      -> Put        until the budget's window is over
    too much at once?  waits for others?      -> Put        until a window of the storm, of the group is over
    else                                      -> Send

A critical alert never waits for budget, storm and group. What is louder than the receiver was told, and what corrects
or withdraws it, passes snooze and cooldown.
"""

from __future__ import annotations

from dataclasses import dataclass

from alertd.alerts.circumstances import Circumstances, View
from alertd.alerts.cooldown import cooling
from alertd.alerts.digest_times import next_digest
from alertd.alerts.expected import over_budget
from alertd.alerts.fits import fits
from alertd.alerts.policy import Fitting, ReceiverPolicy, severity_rank
from alertd.alerts.quiet import quiet_until
from alertd.alerts.silences import silenced
from alertd.alerts.storm import is_storm, window_end
from alertd.base.clock import parse_rfc3339, rfc3339
from alertd.model import DigestKind, Reason, Told


@dataclass(frozen=True, slots=True)
class Send:
    """At once."""


@dataclass(frozen=True, slots=True)
class Put:
    """Later, with what else waits in the same window."""

    kind: DigestKind
    until_ms: int
    """The end of the window."""
    expires_ms: int
    """After that it is no news any more."""

    @property
    def reason(self) -> Reason:
        """Why it waits, of the closed list."""
        return "quiet_until" if self.kind == "brief" else "folded_into"

    @property
    def text(self) -> str:
        """Say it as a decision does: `quiet_until: 2026-…Z`, `folded_into: storm until 2026-…Z`."""
        until = rfc3339(self.until_ms)
        return f"quiet_until: {until}" if self.kind == "brief" else f"folded_into: {self.kind} until {until}"


@dataclass(frozen=True, slots=True)
class Withhold:
    """Not at all."""

    reason: Reason
    detail: str

    @property
    def text(self) -> str:
        """Say it as a decision does: `silenced: by si_… until 2026-…Z`."""
        return f"{self.reason}: {self.detail}"


Timing = Send | Put | Withhold
_REJOINED: frozenset[DigestKind] = frozenset({"budget", "storm", "group"})


def when(policy: ReceiverPolicy, view: View, circumstances: Circumstances, lane: Told | None, now: int) -> Timing:
    """Say when a receiver is told of an alert, as it sees it. `lane` is what it knows of it; `now` in ms."""
    return _withheld(policy, view, circumstances, lane, now) or _waits(policy, view, circumstances, lane, now)


def when_answered(policy: ReceiverPolicy, now: int) -> Timing:
    """Say when a receiver that knows of an alert is told that somebody answered it. `now` in ms.

    An answer passes neither quiet hours nor digests where a message about it disturbs, whatever the alert passes.
    """
    if not policy.answers_wait:
        return Send()
    return _rests(policy, now) or Send()


def _withheld(
    policy: ReceiverPolicy, view: View, circumstances: Circumstances, lane: Told | None, now: int
) -> Withhold | None:
    alert = view.alert
    by = silenced(
        circumstances.silences,
        portfolio=alert.portfolio,
        desk=view.desk,
        receiver=policy.id,
        event=view.event,
        matches=alert.matches,
        now=now,
    )
    if by is not None:
        return Withhold("silenced", by.detail)
    if view.corrects or _is_louder(view, lane):
        return None
    if alert.snoozed_until is not None and parse_rfc3339(alert.snoozed_until) > now:
        return Withhold("silenced", f"snoozed until {alert.snoozed_until}")
    told = cooling(policy, view, circumstances, lane, now)
    return Withhold("cooldown", told) if told else None


def _is_louder(view: View, lane: Told | None) -> bool:
    """Whether it is louder than the receiver was told. Who was told nothing yet was told nothing softer, either."""
    if view.news == "rise":
        return True
    return lane is not None and lane.revision > 0 and severity_rank(view.severity) > severity_rank(lane.severity)


def _waits(policy: ReceiverPolicy, view: View, circumstances: Circumstances, lane: Told | None, now: int) -> Timing:
    if (rests := _rests(policy, now, view)) is not None:
        return rests
    return Send() if view.severity == "critical" else _folds(policy, view, circumstances, lane, now)


def _rests(policy: ReceiverPolicy, now: int, view: View | None = None) -> Put | Withhold | None:
    """Say what its digests and quiet hours make of an alert, if they do not let it pass; without one: of any."""
    digest, quiet = policy.digest, policy.quiet
    if digest is not None and not _passes(digest.passes, view):
        until = next_digest(digest, now)
        return Put("digest", until, until + round(policy.expire_s * 1000))
    until = quiet_until(quiet, now) if quiet is not None else now
    if quiet is None or until <= now or _passes(quiet.passes, view):
        return None
    if quiet.release == "drop":
        return Withhold("quiet_until", f"{rfc3339(until)}, and `release: drop` tells nothing then")
    return Put("brief", until, now + round(quiet.expire_s * 1000))


def _passes(condition: Fitting | None, view: View | None) -> bool:
    return condition is not None and view is not None and fits(condition, view)


def _folds(policy: ReceiverPolicy, view: View, circumstances: Circumstances, lane: Told | None, now: int) -> Timing:
    expires = round(policy.expire_s * 1000)
    held = _window_of(lane) if not (view.corrects or _is_louder(view, lane)) else None
    if held is not None and held[1] > now:  # what is new of an alert waits where the alert waits
        return Put(held[0], held[1], held[1] + expires)
    if view.news == "first" and view.alert.revision <= 1 and (until := over_budget(view, circumstances, now)) > now:
        until = _awake(policy, until)
        return Put("budget", until, until + expires)
    if policy.storm is not None and is_storm(policy, circumstances, now):
        until = _awake(policy, window_end(policy.storm.every_s, now))
        return Put("storm", until, until + expires)
    if policy.group_s > 0:
        until = _awake(policy, window_end(policy.group_s, now))
        return Put("group", until, until + expires)
    return Send()


def _awake(policy: ReceiverPolicy, until: int) -> int:
    """Give the first moment from the end of a window on at which the receiver may be disturbed."""
    return quiet_until(policy.quiet, until) if policy.quiet is not None else until


def _window_of(lane: Told | None) -> tuple[DigestKind, int] | None:
    """Give kind and end of the window in which something of the alert waits for the receiver (`Hold.window`)."""
    if lane is None or not lane.held:
        return None
    _, kind, _, until = lane.held.split("/")
    return next(((known, int(until)) for known in _REJOINED if known == kind), None)
