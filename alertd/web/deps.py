"""What the web interface needs from the rest of the daemon."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from alertd.base.secrets import Secret

MIN_TOKEN = 16
"""Shortest token taken, in characters: long enough that guessing it over HTTP is hopeless."""


@dataclass(frozen=True, slots=True)
class WebDeps:
    """Callables that the composition root hands to `build_app`. Raises ValueError for a token that is too short."""

    status: Callable[[], Awaitable[dict[str, Any]]]
    """What `/v1/status` answers, ready for JSON. May raise Temporary, which is answered with 503."""
    ready: Callable[[], Awaitable[dict[str, Any]]]
    """What `/readyz` answers: `ready` (bool) decides between 200 and 503, the rest is detail for people."""
    metrics: Callable[[], bytes]
    """`telemetry.metrics_text`; called in a thread."""
    token: Secret
    """Bearer token of `/v1` and, where others can connect, of `/metrics`."""

    def __post_init__(self) -> None:
        if len(self.token.reveal()) < MIN_TOKEN:
            raise ValueError(f"the web token has fewer than {MIN_TOKEN} characters")
