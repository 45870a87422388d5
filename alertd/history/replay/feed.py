"""From an event of the past to what a source brings: the same item once more, under an id of its own. Pure.

What the daemon of the replay finds out by itself is taken off: companies, types, money, tone, story. So it has the
work that the live one had. An event of a plain file keeps what it brings, as in `alertd match`.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from alertd.base.clock import rfc3339
from alertd.base.ids import USER_ID, event_id, mark
from alertd.history.past import PastEvent
from alertd.model import Candidate, CompanyIndex, Event, IngestItem, event_to_json
from alertd.sources.identity import identity_mark

NAMELESS = "replayed"
"""The source of an event whose own is no id that a user could give."""
_PART = "0"
"""A hash that begins so is that of a part: the next revision completes the item and corrects nothing."""
_FOUND = Event()


def source_of(event: Event) -> str:
    """Give the source that an event comes from again."""
    return event.source if USER_ID.fullmatch(event.source) else NAMELESS


def item_of(past: PastEvent, now: int, *, completed: bool) -> IngestItem:
    """Make the item that is taken in at `now` (ms, of the past).

    `completed`: it came without its full text at first, and the text came later.
    """
    event = past.event
    source = source_of(event)
    key = f"replayed:{event.id}"
    again = msgspec.structs.replace(
        _bare(event) if past.decided else event,
        id=event_id(source, key),
        source=source,
        revision=1,
        revision_reason=None,
        awaiting=None,
        baseline=False,
        seen_at=rfc3339(now),
        event_at=event.event_at or rfc3339(now),
        story=None,
    )
    content = mark("hash", event.id, str(event.revision))
    candidate = Candidate(
        position=0,
        event_id=again.id,
        identity=identity_mark(key),
        strong="",
        weak="",
        content_hash=_PART + content if completed and event.revision == 1 else content,
        withdrawn=event.withdrawn,
        title=event.title,
        published_ms=None,
        event=msgspec.Raw(event_to_json(again)),
    )
    return IngestItem(candidate=candidate, verdict="baseline" if event.baseline else "new")


def indices_of(pasts: Iterable[PastEvent]) -> dict[str, CompanyIndex]:
    """Give the indices of companies that events were matched with then: a replay's daemon has no archive to work them
    out from.
    """
    named = (company for past in pasts if past.decided for company in past.event.companies)
    return {company.id: company.index for company in named if company.index is not None}


def _bare(event: Event) -> Event:
    """Take off what understanding has found."""
    return msgspec.structs.replace(
        event,
        companies=_FOUND.companies,
        parties=_FOUND.parties,
        event_types=_FOUND.event_types,
        amounts=_FOUND.amounts,
        durations=_FOUND.durations,
        terms=_FOUND.terms,
        sentiment=None,
    )
