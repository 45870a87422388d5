"""One pushed item -> Event: the fields of an event's JSON, as few of them as there are, made safe or refused by path.

What is the source's or ours to say is not taken from a pusher: `source`, `trust`, `revision`, `seen_at`, `event_at`,
`late`, `baseline`, `story`, `provenance`… An `id` names the item among those of its source, whatever its form.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from alertd.base.clock import rfc3339
from alertd.base.ids import event_id, mark
from alertd.model import Event, event_to_json
from alertd.rules.filing import canonical_form
from alertd.sources.dates import Stamp, parse_date
from alertd.sources.events import Seen, event_at, is_late, is_taken_back
from alertd.sources.identity import identity_mark
from alertd.sources.links import absolute, canonical
from alertd.sources.plain import cut_body, cut_title, first_sentence, plain_line, plain_text
from alertd.sources.push_claims import converted, read_claims
from alertd.sources.push_values import Wrong, safe

MAX_REST = 64 << 10
"""Bytes of an event's JSON beside its body."""
_MAX_ID = 500
_MAX_TITLE = 20_000
_MAX_NAMES, _MAX_NAME = 30, 200
_OURS = frozenset(
    {"v", "source", "trust", "revision", "revision_reason", "awaiting", "published_precision", "published_raw",
     "seen_at", "event_at", "late", "baseline", "story", "provenance"}
)  # fmt: skip
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_].*)?")


class _Plain(msgspec.Struct, frozen=True, kw_only=True):
    """The fields that are no findings, with the types that they must have."""

    id: str | int = ""
    kind: Literal["news", "filing"] | None = None
    url: str = ""
    language: str = ""
    title: str = ""
    body: str = ""
    truncated: bool = False
    published_at: str = ""
    accepted_at: str = ""
    updated_at: str = ""
    withdrawn: bool = False
    authors: list[str] = []
    categories: list[str] = []
    form: str = ""
    items: list[str] = []
    accession: str = ""
    filers: list[dict[str, Any]] = []
    facts: dict[str, Any] = {}


_PLAIN = frozenset(_Plain.__struct_fields__)
_EVENT = frozenset(Event.__struct_fields__)


@dataclass(frozen=True, slots=True)
class Made:
    """An item made ready: its event, what names it, what its content is known by."""

    event: Event
    json: bytes
    identity: str
    content_hash: str
    published_ms: int | None


def read_item(item: Any, seen: Seen) -> Made:
    """Make an event of one JSON value. Raises Wrong, with the path of what is wrong in it."""
    if not isinstance(item, dict):
        raise Wrong("", 'an item is a JSON object such as {"title": "…"}')
    fields = {name: value for name, value in item.items() if value is not None and name not in _OURS}
    texts = {name: fields.pop(name) for name in ("title", "body") if name in fields}
    plain: _Plain = converted(
        {name: safe(value, name) for name, value in fields.items() if name in _PLAIN} | texts, _Plain
    )
    extra = {name: value for name, value in fields.items() if name not in _EVENT}
    event = _event(plain, fields, safe(extra, ""), seen)
    return _named(event, plain, seen)


def _event(plain: _Plain, fields: Mapping[str, Any], extra: dict[str, Any], seen: Seen) -> Event:
    source = seen.source
    if len(plain.title) > _MAX_TITLE:
        raise Wrong("title", f"{len(plain.title):,} characters; {_MAX_TITLE:,} are read, and 500 kept")
    title = cut_title(plain_line(plain.title, literal=True))
    body, cut = cut_body(plain_text(plain.body, literal=True))
    url = absolute(plain.url, "")
    if plain.url and not url:
        raise Wrong("url", "no complete address over http or https")
    title = title or first_sentence(body) or cut_title(url)
    if not title:
        raise Wrong("title", "an item needs a title, a body or a url, one that is withdrawn too")
    published, accepted, updated = (_time(plain, name) for name in ("published_at", "accepted_at", "updated_at"))
    clock = accepted or published
    return Event(
        source=source.id,
        kind=plain.kind or source.kind,
        url=url,
        language=_language(plain.language) or source.language,
        trust=source.trust,
        title=title,
        body=body,
        truncated=plain.truncated or cut,
        published_at=rfc3339(published.ms) if published else None,
        published_precision=published.precision if published else None,
        published_raw=cut_title(plain_line(plain.published_at, literal=True), 120),
        accepted_at=rfc3339(accepted.ms) if accepted else None,
        updated_at=rfc3339(updated.ms) if updated else None,
        seen_at=rfc3339(seen.at_ms),
        event_at=rfc3339(event_at(clock, seen.at_ms)),
        late=is_late(clock, seen.at_ms),
        withdrawn=plain.withdrawn or is_taken_back(title),
        authors=_names(plain.authors),
        categories=_names(plain.categories),
        form=cut_title(canonical_form(plain.form), 40) or None if plain.form else None,
        items=_names(plain.items),
        accession=cut_title(plain.accession, 40) or None,
        filers=plain.filers,
        facts=plain.facts,
        provenance=seen.provenance(),
        extra=extra,
        **read_claims(fields, {"title": title, "body": body}),
    )


def _time(plain: _Plain, name: str) -> Stamp | None:
    text: str = getattr(plain, name)
    if not text:
        return None
    stamp = parse_date(text)
    if stamp is None:
        raise Wrong(name, "not a time: write it as 2026-01-12T12:41:56Z, from 1990 to 2099")
    return stamp


def _language(text: str) -> str:
    if text and not _LANGUAGE.fullmatch(text):
        raise Wrong("language", "two or three letters, such as en")
    return text[:3].rstrip("-_").lower()


def _names(names: list[str]) -> list[str]:
    clean = (cut_title(plain_line(name, literal=True), _MAX_NAME) for name in names[: 2 * _MAX_NAMES])
    return list(dict.fromkeys(name for name in clean if name))[:_MAX_NAMES]


def _named(event: Event, plain: _Plain, seen: Seen) -> Made:
    """Name the item: by the pusher's id, else by what it says.

    Its content is all that the pusher said, so that a corrected fact is a revision too; when it was seen is not.
    """
    published_ms = None
    if event.published_at is not None:
        stamp = parse_date(event.published_at)
        published_ms = stamp.ms if stamp is not None else None
    said = str(plain.id).strip()
    if len(said) > _MAX_ID:
        raise Wrong("id", f"{len(said):,} characters; {_MAX_ID} are taken")
    content = ("content", event.title, event.body, canonical(event.url), event.published_at or "")
    key = f"guid:{said}" if said else f"pushed:{mark(*content)}"
    event = replace(event, id=event_id(seen.source.id, key))
    whole = event_to_json(event)
    if len(whole) - len(event.body.encode()) > MAX_REST and len(event_to_json(replace(event, body=""))) > MAX_REST:
        raise Wrong("", f"all but the body is limited to {MAX_REST >> 10} KiB of JSON")
    timeless = replace(
        event, trust="medium", seen_at="", event_at="", late=False, provenance=type(event.provenance)()
    )
    return Made(event, whole, identity_mark(key), mark("hash", event_to_json(timeless).decode()), published_ms)
