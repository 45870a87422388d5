"""What deciding needs to know of a receiver."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from alertd.model import SEVERITIES, Severity


@dataclass(frozen=True, slots=True)
class ReceiverPolicy:
    """One configured receiver, as far as deciding is concerned."""

    id: str
    mode: Literal["every", "latest"] = "latest"
    """`latest`: an unsent older message may be skipped (Slack, mail). `every`: each one, in order (webhooks)."""
    min_severity: Severity = "info"
    updates: Literal["material", "none", "all"] = "material"
    """Which later revisions of an alert it is told."""
    expire_s: float = 86_400.0
    """Seconds after which a message that could not be sent is given up."""
    accepts: Literal["public", "internal"] = "internal"
    """`public`: items of internal sources are not for it."""
    desk: str | None = None
    """Items of other desks' sources do not reach it."""
    covered: bool = False
    """It gets a daily line about what was seen for it, so that is counted."""
    leaves: bool = False
    """A machine of others reads its messages: they carry no text whose rights forbid to export it."""


def severity_rank(severity: Severity) -> int:
    """Give the place of a severity in the order of loudness, from 0."""
    return SEVERITIES.index(severity)


def loudest(severities: Sequence[Severity]) -> Severity:
    """Give the loudest of at least one severity."""
    return max(severities, key=severity_rank)
