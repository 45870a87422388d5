"""What an event means for those who see only a part of an alert, because rules name receivers of their own. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from alertd.alerts.background import Audience
from alertd.alerts.meaning import Meant
from alertd.alerts.route import routed, sees
from alertd.model import Alert, Match

Meaning = Callable[[Alert, Sequence[Match]], Meant]
"""Says what the event at hand means for an alert with the matches that are to be seen of both."""


class Audiences:
    """The event at hand as each receiver sees it; where all see the same, that is made out once."""

    def __init__(
        self, before: Alert | None, matches: Sequence[Match], event: str, own: Sequence[str], whole: Meant,
        meaning: Meaning,
    ) -> None:  # fmt: skip
        """`before` is the alert without the event, None where there is none yet; `own` are the portfolio's receivers.

        `whole` is what the event means for who sees everything, `meaning` makes that out for the others.
        """
        self._before = before
        self._matches = tuple(matches)
        self._event = event
        self._own = tuple(own)
        self.whole = whole
        """What it means for the alert."""
        self._meaning = meaning
        self._whole = Audience(whole, self._matches)
        earlier = before.matches if before is not None else []
        self._named = frozenset(name for match in (*earlier, *matches) for name in match.receivers)
        self._known: dict[str, Audience] = {}

    def of(self, receiver: str) -> Audience | None:
        """Give what the event means for a receiver; None: neither the portfolio nor a rule here names it."""
        if receiver not in self._own and receiver not in self._named:
            return None
        if not self._named:
            return self._whole
        key = receiver if receiver in self._named else ""
        if key not in self._known:
            self._known[key] = self._part(receiver)
        return self._known[key]

    def text(self, receiver: str) -> str | None:
        """Say how the change reads for a receiver that it reads otherwise for; empty: it does not concern it."""
        audience = self.of(receiver) if self._named else None
        if audience is None or audience is self._whole:
            return None
        return audience.meant.text if audience.meant is not None else ""

    def _part(self, receiver: str) -> Audience:
        visible = tuple(match for match in self._matches if sees(receiver, match, self._own))
        if self._before is None:
            return self._of_whole(visible)
        before = routed(self._before, (receiver,), self._own)
        if not visible and all(match.event != self._event for match in before.matches):
            return Audience(None)
        if len(visible) == len(self._matches) and len(before.matches) == len(self._before.matches):
            return self._whole
        if not before.matches:
            rules = dict.fromkeys(match.title or match.rule for match in visible)
            text = f"now also matches: {', '.join(rules)}"
            return Audience(Meant("update_material", text, begins=True), visible)
        return Audience(self._meaning(before, visible), visible)

    def _of_whole(self, visible: tuple[Match, ...]) -> Audience:
        if len(visible) == len(self._matches):
            return self._whole
        return Audience(self._whole.meant if visible else None, visible)
