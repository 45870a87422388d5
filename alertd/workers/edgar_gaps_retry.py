"""When what failed is tried again: a gap's submissions, the index of a day. Pure but for the log."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import structlog

from alertd import telemetry
from alertd.errors import AlertdError, Temporary

log = structlog.get_logger(__name__)

FIRST_PAUSE_S, LONGEST_PAUSE_S = 60.0, 3_600.0
"""The pause doubles with each failure."""
NOT_THERE_S = 900.0
"""How soon an index that should be there by now is asked for again."""


@dataclass(slots=True)
class _Later:
    failures: int = 0
    at_ms: int = 0


class Retries:
    """What has failed of one source. Keys are gaps and days."""

    def __init__(self, source_id: str) -> None:
        self._source = source_id
        self._later: dict[object, _Later] = {}

    def may(self, what: object, now: int) -> bool:
        """Say whether something may be tried now, in ms."""
        return what not in self._later or self._later[what].at_ms <= now

    def done(self, what: object) -> None:
        """Forget the failures of what is done."""
        self._later.pop(what, None)

    def moments(self) -> Iterable[int]:
        """Give the moments at which something is tried again, in ms."""
        return [one.at_ms for one in self._later.values()]

    def not_there(self, what: object, now: int) -> None:
        """Set when something is looked for again that is not there yet."""
        self._set(what, now + int(NOT_THERE_S * 1000))

    def failed(self, what: object, error: AlertdError, now: int) -> None:
        """Set when something is tried again that failed; not before the moment that EDGAR named."""
        failures = self._later[what].failures if what in self._later else 0
        pause_s = min(FIRST_PAUSE_S * 2 ** min(failures, 10), LONGEST_PAUSE_S)
        wanted_s = error.retry_after if isinstance(error, Temporary) else None
        pause_s = max(pause_s, wanted_s or 0.0)
        named = what.isoformat() if isinstance(what, date) else "submissions"
        why = telemetry.safe_text(str(error))
        log.warning("edgar_gap_waits", source=self._source, what=named, error=why, seconds=pause_s)
        self._set(what, now + int(pause_s * 1000))

    def _set(self, what: object, at_ms: int) -> None:
        later = self._later.setdefault(what, _Later())
        later.failures += 1
        later.at_ms = at_ms
