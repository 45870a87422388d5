"""What understanding events says of itself: it is handed to the enricher, which knows no metrics.

Filters do without: `alertd enrich` and `alertd match` then do not load the metrics' library.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from prometheus_client import Counter

from alertd.model import Event
from alertd.telemetry import metrics

_SHOWN = "ar de el en es fr he hi id it ja ko nl pl pt ru sv tr zh"
LANGUAGES = frozenset(_SHOWN.split())
"""Languages with a figure of their own: what a feed states may be anything."""
STATUSES = ("announced", "reported", "rumoured", "denied")


class EnrichMeter:
    """Counts events as they are understood."""

    def __init__(self, event_types: Iterable[str]) -> None:
        self._types = frozenset(event_types)
        self._steps: dict[str, Counter] = {}

    def took(self, step: str, seconds: float) -> None:
        """Note the time of a step."""
        if step not in self._steps:
            self._steps[step] = metrics.ENRICH_STEP_SECONDS.labels(step=step)
        self._steps[step].inc(seconds)

    def failed(self, step: str) -> None:
        """Note that a step raised."""
        metrics.ENRICH_FAILURES.labels(step=step).inc()

    def understood(self, event: Event, refused: Sequence[tuple[str, str]], seconds: float) -> None:
        """Note what came of an event."""
        metrics.ENRICH_SECONDS.observe(seconds)
        language = event.language[:2].lower() or "unknown"
        metrics.ENRICH_EVENTS.labels(language if language in (*LANGUAGES, "unknown") else "other").inc()
        metrics.ENRICH_COMPANIES.inc(len(event.companies))
        for kind in event.event_types:
            if kind.type in self._types:  # an event that somebody pushes may name any
                outcome = kind.status if kind.status in STATUSES else "other"
                metrics.EVENT_TYPES.labels(type=kind.type, outcome=outcome).inc()
        for what, _ in refused:
            if what in self._types:
                metrics.EVENT_TYPES.labels(type=what, outcome="refused").inc()
