"""What is asked of alerts over HTTP, and given: the types of `/v1/alerts`."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from alertd.alerts.rows import AlertRow
from alertd.model import Severity, Struct

LIMIT, MAX_LIMIT = 50, 500
SINCE = "7d"


class Which(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which alerts are listed."""

    portfolio: Annotated[str, msgspec.Meta(description="Of this portfolio.")] | None = None
    status: Literal["open", "acknowledged", "closed", "snoozed"] | None = None
    severity: Severity | None = None
    """At least so severe."""
    text: Annotated[
        str, msgspec.Meta(description='Words that stand in it: `lease`, `"a phrase"`, `begin*`, `-without`.')
    ] = ""
    sort: Annotated[
        Literal["time", "relevance"],
        msgspec.Meta(description="With `text`: `relevance` has what fits best first, on one page without a cursor."),
    ] = "time"
    event_type: Annotated[str, msgspec.Meta(description="With an event that reports this.")] | None = None
    company: Annotated[str, msgspec.Meta(description="About this one: id, ticker or a holding's label.")] | None = (
        None
    )
    source: Annotated[str, msgspec.Meta(description="With an event from there.")] | None = None
    rule: Annotated[str, msgspec.Meta(description="For which this rule held.")] | None = None
    receiver: Annotated[str, msgspec.Meta(description="Of which this one was told.")] | None = None
    since: Annotated[
        str,
        msgspec.Meta(
            description="Changed since: a time with a zone, or so long ago: 7d, and with `text` all there is."
        ),
    ] = ""
    until: Annotated[str, msgspec.Meta(description="First raised before: a time with a zone, or so long ago.")] = ""
    cursor: Annotated[str, msgspec.Meta(description="`next` of the page before.")] = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=MAX_LIMIT, description="So many at most.")] = LIMIT


class AlertFound(AlertRow, frozen=True, kw_only=True):
    """An alert of a list."""

    snippet: str = ""
    """Of a search: words around what was found."""
    hits: list[tuple[int, int]] = msgspec.field(default_factory=list)
    """Where in these it stands, ends exclusive."""


class AlertList(Struct, frozen=True, kw_only=True):
    """Alerts, the one that changed last first, or what fits best."""

    alerts: list[AlertFound]
    more: bool
    """There are more, or there may be."""
    next: str | None
    """What to put behind `cursor=` for what comes behind these; null on the last page, and by relevance."""


class Said(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of an answer."""

    who: str = ""
    note: str = ""
    until: str = ""
    """Of a snooze: a time with a zone, or so long: `2h`."""


class Taken(Struct, frozen=True, kw_only=True):
    """What came of an answer."""

    outcome: Literal["done", "already"]
    text: str
    """In words for a person."""
    alert: str
    """The alert that took it: where another carries it on, that one."""
    title: str
    status: Literal["", "open", "acknowledged", "closed"]
    severity: Severity
    snoozed_until: str | None
