"""The `push` source: whoever has its token sends events to `POST /v1/push/ID`. Its settings, its reader of batches.

    body -> JSON: an object, an array, or one object a line -> items, each made safe or refused -> Candidates

Pure: the parse worker runs it with limits. An item is named by the pusher's `id`: the same id again with the same
content is the same item, with other content a revision of it. Without an id its content names it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any, Final, Literal

import msgspec

from alertd.base.tokens import OneToken, Token
from alertd.errors import ParseFailed
from alertd.model import Candidate, ParsedFeed, Rejected, Struct
from alertd.sources.events import Seen, SourceFacts
from alertd.sources.feed_xml import NO_TIME
from alertd.sources.guard import FREE, Guard, OverTime
from alertd.sources.plain import cut_title, scrub
from alertd.sources.polled import StatedConfig
from alertd.sources.push_item import Made, read_item
from alertd.sources.push_values import Wrong

MAX_BYTES: Final = 5_000_000
"""Of a body."""
MAX_ITEMS: Final = 1_000
TOO_MANY: Final = f"a batch has at most {MAX_ITEMS:,} items"
LINES: Final = ("application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines")
"""Content types of one JSON value a line."""
_SHARE = 0.1
_FAR = 30
"""Digits of an integer that is certainly too large."""


class PushConfig(OneToken, StatedConfig):
    """An inbox that events are pushed to: an entry of `sources:` with `type: push`."""

    type: Literal["push"]
    token: Token | None = None
    """Bearer token of whoever pushes; for this source alone. At least 16 characters; or `token_sha256`."""

    @property
    def address(self) -> str:
        """Where it is pushed to."""
        return f"/v1/push/{self.id}"


class TakenItem(Struct, frozen=True, kw_only=True):
    """What became of an item."""

    index: int
    """Its place in the batch, from 0."""
    id: str
    """Of the event."""
    outcome: Literal["new", "revised", "known"]
    """`known`: it is there already with this content."""
    revision: int | None = None
    """Of what is new or revised."""


class RefusedItem(Struct, frozen=True, kw_only=True):
    """An item that is not taken."""

    index: int
    path: str
    """What in it is wrong, such as `companies[2].id`; empty for all of it."""
    error: str


class Receipt(Struct, frozen=True, kw_only=True):
    """What became of a batch, written down for good when it is given."""

    source: str
    taken: list[TakenItem]
    rejected: list[RefusedItem]


def parse_push(
    body: bytes,
    content_type: str | None,
    base_url: str,
    source: SourceFacts,
    seen_at_ms: int,
    http_date: str | None,
    guard: Guard = FREE,
) -> ParsedFeed:
    """Make candidates of a batch. Raises ParseFailed if it is no JSON or (TOO_MANY) has too many items.

    A bad item is in `rejected`, its reason beginning with the path of what is wrong; its neighbours are taken.
    """
    seen = Seen(source, base_url, seen_at_ms, hashlib.sha256(body).hexdigest(), http_date)
    candidates: list[Candidate] = []
    rejected: list[Rejected] = []
    duplicates: list[tuple[int, int]] = []
    first: dict[tuple[str, str], int] = {}
    for index, item in enumerate(_items(body, (content_type or "").partition(";")[0].strip().lower())):
        made = _made(index, item, seen, guard)
        if isinstance(made, Rejected):
            rejected.append(made)
            continue
        original = first.setdefault((made.identity, made.content_hash), index)
        if original != index:
            duplicates.append((index, original))
        else:
            candidates.append(_candidate(index, made))
    return ParsedFeed(format="push", candidates=candidates, rejected=rejected, duplicates=duplicates)


def fault_of(rejected: Rejected) -> RefusedItem:
    """Tell path and words of a rejected item apart."""
    path, colon, text = rejected.reason.partition(": ")
    if not colon or " " in path:
        path, text = "", rejected.reason
    return RefusedItem(index=rejected.position, path=path, error=text)


def _items(body: bytes, content_type: str) -> list[Any]:
    """Take a body apart. Raises ParseFailed."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ParseFailed(f"not UTF-8 at byte {error.start:,}") from None
    if not text.strip():
        raise ParseFailed("the body is empty")
    found = list(_lines(text)) if content_type in LINES else _document(text)
    if len(found) > MAX_ITEMS:
        raise ParseFailed(TOO_MANY)
    return found


def _document(text: str) -> list[Any]:
    document = _loaded(text)
    if isinstance(document, Wrong):
        raise ParseFailed(document.text)
    return document if isinstance(document, list) else [document]


def _lines(text: str) -> Iterator[Any]:
    """Give the value of each line, a fault for one that has none; stop where there are too many."""
    count = 0
    for line in text.split("\n"):
        if line.strip():
            count += 1
            yield _loaded(line)
            if count > MAX_ITEMS:
                return


def _loaded(text: str) -> Any:
    """Read JSON; a Wrong instead of an exception, because a bad line harms only itself."""
    try:
        return json.loads(text, parse_constant=_no_number, parse_int=_integer)
    except RecursionError:
        return Wrong("", "JSON that is nested too deep")
    except ValueError as error:
        return Wrong("", f"not JSON: {scrub(str(error))[:200]}")


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number in JSON (RFC 8259 section 6)")


def _integer(figures: str) -> int | float:
    # Python refuses to read thousands of digits at all; one such number must not cost its neighbours.
    return int(figures) if len(figures) <= _FAR else float("inf")


def _made(index: int, item: Any, seen: Seen, guard: Guard) -> Made | Rejected:
    title = _title(item)
    if index in guard.skip:
        return Rejected(position=index, reason="the parser was killed over it", title=title)
    if guard.spent():
        return Rejected(position=index, reason=NO_TIME, title=title)
    guard.starting(index)
    try:
        if isinstance(item, Wrong):
            raise item
        with guard.step(_SHARE):
            return read_item(item, seen)
    except Wrong as wrong:
        return Rejected(position=index, reason=str(wrong), title=title)
    except OverTime:
        return Rejected(position=index, reason=NO_TIME, title=title)


def _title(item: Any) -> str:
    title = item.get("title") if isinstance(item, dict) else None
    return cut_title(" ".join(scrub(title[:1_000]).split()), 200) if isinstance(title, str) else ""


def _candidate(index: int, made: Made) -> Candidate:
    """Make the candidate. Names narrower than the id, and marks of the text alone, would undo what the pusher says:
    two ids are two items, whatever they say."""
    return Candidate(
        position=index,
        event_id=made.event.id,
        identity=made.identity,
        strong="",
        weak="",
        content_hash=made.content_hash,
        withdrawn=made.event.withdrawn,
        title=made.event.title,
        published_ms=made.published_ms,
        event=msgspec.Raw(made.json),
    )
