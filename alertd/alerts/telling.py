"""Whom an event that is taken into an alert tells, with what, and when; who is not told, and why. Pure.

For each receiver in turn, the first that answers:

    is it there, may it hear of this at all      removed, another desk's, rights
    is anything of it routed to it               rules that name receivers of their own
    is it news to it                             first, rise, correction, withdrawal, material, second source, minor
    does it want such news                       `updates`, `min_severity`, `portfolios`, `event_types`, `only`
    when                                         `timing.when`: at once, in a window, or not at all

Every receiver gets one answer: the id of a delivery, or a text that begins with a reason of the closed list.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from alertd.alerts.background import Audience, Background, joined
from alertd.alerts.circumstances import News, View
from alertd.alerts.clocks import escalate_timer
from alertd.alerts.cooldown import marks_to_set
from alertd.alerts.deliver import AFTER_MS, Seen, as_seen, delivery, digest_item
from alertd.alerts.lanes import has_message, held, knows, lanes, missing, sources_of, told
from alertd.alerts.meaning import Meant
from alertd.alerts.note_life import AS_IT_WAS, Renewed, askable, kept_back, waited_for
from alertd.alerts.policy import ReceiverPolicy, severity_rank
from alertd.alerts.rights import closed_to, limits
from alertd.alerts.route import barred, below, filtered
from alertd.alerts.timing import Put, Withhold, when
from alertd.model import (
    AlertState,
    CoolMark,
    DigestKind,
    Event,
    Hold,
    NewDelivery,
    Reason,
    Timer,
    Told,
)
from alertd.rules.book import Portfolio

REMOVED = "receiver_removed"
FRESH: frozenset[News] = frozenset({"first", "rise", "correction", "withdrawal"})
"""What is to be noticed; the rest only adds to what was told."""
_ALONE: frozenset[DigestKind] = frozenset({"brief", "group"})
"""Windows from which a single alert goes out as itself."""


@dataclass(slots=True)
class Telling:
    """Goes through the receivers, and keeps what comes of it."""

    portfolio: Portfolio
    background: Background
    event: Event
    now: int
    state: AlertState
    """The alert with the event in it, at its new revision, with the lanes as they were."""
    audience: Callable[[str], Audience | None]
    """Gives what an event means for a receiver; None: nothing here names it any more."""
    reason: Reason
    """What the event means for the alert."""
    reopened: bool = False
    anew: Renewed = AS_IT_WAS
    """Its note."""
    is_shown: bool = True
    """The alert bears the headline of the event at hand."""
    answers: dict[str, str] = field(default_factory=dict)
    lanes: dict[str, Told] = field(default_factory=dict)
    deliveries: list[NewDelivery] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    timers: list[Timer] = field(default_factory=list)
    marks: list[CoolMark] = field(default_factory=list)
    waits: Reason | None = None
    """Why the first that waits does."""
    wanted: bool = False
    """It was withheld from somebody who wants every report, and hears of it with the next message."""
    withheld: Reason | None = None
    wants_model: bool = False
    """Somebody who is told wants a note that a language model has written."""
    _material: str | None = None
    _seen: dict[tuple[object, ...], Seen] = field(default_factory=dict)
    _partial: bool = False
    _by_name: bool = False

    @property
    def material(self) -> str:
        """What a model may be shown of the event that is to write the note; empty where none may be."""
        if self._material is None:
            self._material = self.background.material() if self.background.material is not None else ""
        return self._material

    def tell(self, receivers: Sequence[str]) -> None:
        """Decide for each receiver."""
        self._looked_at()
        self.lanes = dict(lanes(self.state))
        for receiver in receivers:
            self.answers[receiver] = self._answer(receiver, self.lanes.get(receiver))

    def _answer(self, receiver: str, before: Told | None) -> str:
        policy = self.background.policies.get(receiver)
        if policy is None:
            return REMOVED
        as_whom = (before.via if before is not None else "") or receiver
        audience = self.audience(as_whom)
        if as_whom != receiver:
            audience = joined(audience, self.audience(receiver))
        if audience is None:
            return f"{REMOVED}: nothing in the portfolio names it any more"
        if why := barred(policy, self.portfolio.desk):
            return why
        if why := closed_to(policy, limits(self.event)):
            self.lanes[receiver] = missing(before)
            return why
        if audience.meant is None:
            return "no_receiver: nothing of it is routed here"
        news = self._news(policy, before, audience.meant, as_whom)
        if not knows(before) and news != "first":
            return self._unknown(before, audience.meant)
        if not _wanted(policy, news):
            if before is not None and news == "second":  # what it does not want to hear is not kept for it
                self.lanes[receiver] = replace(before, sources=sources_of(self.event))
            self._note_alone(policy, before, audience, as_whom)
            return f"{audience.meant.reason}: its updates are {policy.updates}"
        seen = self._sight(policy, as_whom)
        if not knows(before) and (why := below(policy, seen.alert.severity)):
            return why
        view = self._view(policy, seen, news, audience)
        if not (knows(before) and view.corrects) and (why := filtered(policy, view)):
            return why
        return self._time(policy, view, before, seen)

    # --- what it is to the receiver ---------------------------------------------------------------------------

    def _news(self, policy: ReceiverPolicy, before: Told | None, meant: Meant, as_whom: str) -> News:
        """Say what kind of news it is to a receiver; `minor` where it is none to the alert."""
        missed = before is not None and before.missed and not self.event.withdrawn
        if not knows(before):
            first = meant.begins or missed or (meant.material and bool(self.state.alert.matches))
            return "first" if first and (meant.begins or not self.event.withdrawn) else "minor"
        assert before is not None
        if self.event.withdrawn:
            return "withdrawal" if meant.material else "minor"
        if meant.corrects and meant.material:
            return "correction"
        if severity_rank(self.state.alert.severity) > severity_rank(before.severity):
            seen = self._sight(policy, as_whom)
            if severity_rank(seen.alert.severity) > severity_rank(before.severity):
                return "rise"
        if meant.material or missed:
            return "correction" if missed and before.missed_loud else "material"
        return "second" if before.sources < 2 <= sources_of(self.event) else "minor"

    def _unknown(self, before: Told | None, meant: Meant) -> str:
        """Say why who was never told is not told now."""
        if before is not None and before.held:
            return f"{_held_reason(before.held)}: it waits already, and goes out as it is by then"
        return f"{meant.reason}: was never told of this alert"

    # --- what it sees -----------------------------------------------------------------------------------------

    def _sight(self, policy: ReceiverPolicy, as_whom: str) -> Seen:
        """Give the alert as a receiver sees it; made once for all that see the same."""
        own = (as_whom, policy.id if as_whom != policy.id else "") if self._partial else ()
        name = policy.id if self._by_name else ""
        key = (own, name, policy.accepts, policy.leaves, policy.show_weights, policy.note)
        seen = self._seen.get(key)
        if seen is None:
            seen = self._seen[key] = as_seen(self.state, policy, self.event, via=as_whom)
        return seen

    def _looked_at(self) -> None:
        """See once whether routing or rights show some receivers something else than the others."""
        alert = self.state.alert
        self._partial = any(match.receivers for match in alert.matches) or any(c.seen for c in alert.changes)
        rights = [limits(self.event), *(m.rights for m in alert.matches), *(c.rights for c in alert.changes)]
        self._by_name = any(one is not None and one.receivers for one in rights)

    def _view(self, policy: ReceiverPolicy, seen: Seen, news: News, audience: Audience) -> View:
        background = self.background
        return View(
            receiver=policy.id,
            alert=seen.alert,
            event=self.event,
            news=news,
            desk=self.portfolio.desk,
            portfolio=self.portfolio,
            matches=audience.matches,
            rules=background.rules,
            world=background.world,
        )

    # --- when -------------------------------------------------------------------------------------------------

    def _time(self, policy: ReceiverPolicy, view: View, before: Told | None, seen: Seen) -> str:
        timing = when(policy, view, self.background.circumstances, before, self.now)
        if isinstance(timing, Withhold):
            self.withheld = self.withheld or timing.reason
            self.wanted = self.wanted or policy.updates == "all"
            self.lanes[policy.id] = missing(before, corrects=knows(before) and view.corrects)
            return timing.text
        if isinstance(timing, Put):
            self.waits = self.waits or timing.reason
            return self._put(policy, view, timing, before, seen)
        made = self._message(policy, seen, before, loud=self._loud(view))
        self.deliveries.append(made)
        if self.anew.more or view.news == "first":
            self._add_note(policy, seen, before, seen.alert.revision)
        self.lanes[policy.id] = told(before, seen.alert, self.now, sources=sources_of(self.event))
        self.marks += marks_to_set(policy, view, self.background.circumstances, self.now)
        if seen.alert.status == "open" and (view.news in ("first", "rise") or self.reopened):
            timer = escalate_timer(policy, seen.alert, self.now)
            self.timers += [timer] if timer is not None else []
        return made.id

    def _add_note(self, policy: ReceiverPolicy, seen: Seen, before: Told | None, behind: int) -> None:
        """Let the note follow the alert's message of a revision; where a model is to write it, when that has."""
        note = seen.alert.note
        if note is None:
            return
        if policy.note == "model":
            if waited_for(self.state, note):
                return
            if askable(note, self.event) and self.material:
                self.wants_model = True
                return
        if policy.notes_apart:
            self.deliveries.append(self._message(policy, seen, before, loud=False, behind=behind))

    def _note_alone(self, policy: ReceiverPolicy, before: Told | None, audience: Audience, as_whom: str) -> None:
        """Tell the note to who knows of the alert, where nothing else is news."""
        if not self.anew.alone or before is None or not has_message(before):
            return
        seen = self._sight(policy, as_whom)
        view = self._view(policy, seen, "material", audience)
        if not kept_back(policy, view, self.background.circumstances, before, self.now):
            self._add_note(policy, seen, before, before.revision)

    def _put(self, policy: ReceiverPolicy, view: View, put: Put, before: Told | None, seen: Seen) -> str:
        portfolio = self.portfolio.id if put.kind == "budget" else ""
        window = window_name(policy.id, put.kind, portfolio, put.until_ms)
        lane = self.lanes[policy.id] = held(before, window, self.now, loud=self._loud(view))
        made = Hold(
            receiver=policy.id,
            kind=put.kind,
            portfolio=portfolio,
            until_ms=put.until_ms,
            since_ms=lane.held_since_ms,
            expires_ms=put.expires_ms,
            item=digest_item(
                self.state,
                policy,
                reason=put.reason,
                since=lane.held_since_ms,
                seen=seen if self.is_shown else as_seen(self.state, policy),
            ),
            message=self._message(policy, seen, before, loud=not lane.held_quiet) if put.kind in _ALONE else None,
        )
        self.holds.append(made)
        return put.text

    def _loud(self, view: View) -> bool:
        return view.news in FRESH or self.reopened

    def _message(
        self, policy: ReceiverPolicy, seen: Seen, before: Told | None, *, loud: bool, behind: int = 0
    ) -> NewDelivery:
        """Make a message about the alert, or of its note, which goes behind that of a revision."""
        return delivery(
            self.state,
            policy,
            after_ms=AFTER_MS if behind else 0,
            kind="note" if behind else "alert.updated" if knows(before) else "alert.fired",
            reason=self.reason,
            now=self.now,
            loud=loud,
            event=self.event,
            seen=seen,
            behind=behind,
        )


def _wanted(policy: ReceiverPolicy, news: News) -> bool:
    if news in FRESH or policy.updates == "all":
        return True
    return policy.updates == "material" and news != "minor"


def _held_reason(window: str) -> Reason:
    return "quiet_until" if window.split("/")[1] == "brief" else "folded_into"


def window_name(receiver: str, kind: DigestKind, portfolio: str, until_ms: int) -> str:
    """Name a window as `Hold.window` does."""
    return f"{receiver}/{kind}/{portfolio}/{until_ms}"
