"""A rule or event type that raised: it is switched off until it changes, and harms no other."""

from __future__ import annotations

import structlog

from alertd.model import Event
from alertd.rules.outcome import RuleFailure
from alertd.rules.slot import Slot

_log = structlog.get_logger(__name__)


def switch_off(slot: Slot, event: Event, error: Exception) -> RuleFailure:
    """Switch it off, and say so."""
    slot.off = True
    text = f"{type(error).__name__}: {error}"[:500]
    name, version = slot.place[0], ""
    if slot.rule is not None:
        name, version = slot.rule.id, slot.rule.hash
    elif slot.type is not None:
        name, version = slot.type.id, slot.type.hash
    portfolio = slot.portfolio.id if slot.portfolio is not None else ""
    _log.error("rule_switched_off", portfolio=portfolio, rule=name, event_id=event.id, error=text)
    return RuleFailure(portfolio, name, version, event.id, text, slot.desk)
