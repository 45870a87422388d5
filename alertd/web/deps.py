"""What the web interface needs from the rest of the daemon."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from alertd.base.tokens import Digests
from alertd.sources.push import Receipt

if TYPE_CHECKING:  # settings load no HTTP library
    from collections.abc import Sequence

    from aiohttp.web import RouteDef

    from alertd.web.callers import Callers


class PushDoor(Protocol):
    """Who may push, and what takes it."""

    def opens(self, source: str, token: str) -> bool | None:
        """Tell whether a token opens a source; None where it is that of another and there is no such source."""
        ...

    async def take(self, source: str, body: bytes, content_type: str) -> Receipt:
        """Take a batch in, for good.

        Raises ParseFailed for what is no batch; Temporary, with `retry_after` where there is no room at present.
        """
        ...


@dataclass(frozen=True, slots=True)
class WebDeps:
    """Callables that the composition root hands to `build_app`."""

    status: Callable[[], Awaitable[dict[str, Any]]]
    """What `/v1/status` answers, ready for JSON. May raise Temporary, which is answered with 503."""
    ready: Callable[[], Awaitable[dict[str, Any]]]
    """What `/readyz` answers: `ready` (bool) decides between 200 and 503, the rest is detail for people."""
    metrics: Callable[[], bytes]
    """`telemetry.metrics_text`; called in a thread."""
    token: Digests
    """Bearer tokens of `/v1` and, where others can connect, of `/metrics`."""
    push: PushDoor | None = None
    """None: nothing is pushed here."""
    callers: Callers | None = None
    """Who has which token, beside `token`."""
    pages: Callable[[str], bool] | None = None
    """Tells whether a path is that of a page; None: there are none."""
    streams: Callable[[], int] = lambda: 0
    """How many connections stay open for hours."""
    routes: Sequence[RouteDef] = ()
    """Those about alerts and silences (`web/alerts.py`, `web/silences.py`), which ask `callers` who it is."""
