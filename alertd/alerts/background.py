"""What deciding rests on beside the alert and the event, and who sees the same of them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from alertd.alerts.circumstances import NOTHING_KNOWN, Circumstances
from alertd.alerts.meaning import Meant
from alertd.alerts.policy import ReceiverPolicy
from alertd.model import Match, Note
from alertd.rules.book import Rule
from alertd.rules.world import World


@dataclass(frozen=True, slots=True)
class Audience:
    """Receivers that see the same matches."""

    meant: Meant | None
    """None: the event is of no concern to them."""
    matches: tuple[Match, ...] = ()
    """Of the event at hand."""


@dataclass(frozen=True, slots=True)
class Background:
    """What deciding rests on beside the alert and the event."""

    policies: Mapping[str, ReceiverPolicy]
    circumstances: Circumstances = NOTHING_KNOWN
    rules: Mapping[str, Rule] = field(default_factory=dict)
    """Those of the matches, by id."""
    world: World = field(default_factory=World)
    note: Callable[[], Note | None] = lambda: None
    """Writes what the event means for the portfolio; None: nothing worth a note."""
    material: Callable[[], str] | None = None
    """Writes what a language model may be shown for a better one; None: none may be."""


def joined(via: Audience | None, own: Audience | None) -> Audience | None:
    """Give what an event means for who was told in another's place, and is named itself perhaps."""
    if via is None or own is None or via is own:
        return via or own
    matches = (*via.matches, *(match for match in own.matches if match not in via.matches))
    meant = [one.meant for one in (via, own) if one.meant is not None]
    return Audience(max(meant, key=lambda one: (one.corrects, one.material), default=None), matches)
