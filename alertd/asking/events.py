"""Events that people and pipes hand over: JSON, as short as {"title": "…"}, companies by ticker or name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from msgspec.structs import replace

from alertd.asking.event_slips import Slips
from alertd.base.clock import rfc3339, system_clock
from alertd.base.config import parse_duration
from alertd.base.ids import event_id, mark
from alertd.companies.table import CompanyTable
from alertd.errors import ParseFailed
from alertd.model import Event, event_from_dict
from alertd.rules.given import Problem, in_json, problems
from alertd.rules.loaded import Loaded
from alertd.sources.plain import MAX_BODY, MAX_TITLE, cut_body

BOM = b"\xef\xbb\xbf"
_ESCAPE = re.compile(rb"\\(?:u[dD][89abAB]..\\u[dD][c-fC-F]..|u([dD][89a-fA-F])..|.)", re.DOTALL)
"""An escape of JSON: both halves of a surrogate pair, one half alone (the group), or another."""
_REGISTRANT = re.compile(r"cik-[0-9]{10}")
"""An id that is one also where the table of registrants is older."""


@dataclass(slots=True)
class EventReader:
    """Reads events for rules that know these companies."""

    table: CompanyTable
    slips: Slips = field(default_factory=lambda: Slips(frozenset()))
    """Which event types there are, and what of slips has been told."""
    _ids: dict[str, str] = field(default_factory=dict)
    """Company as written -> its id."""
    _remarks: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, loaded: Loaded) -> EventReader:
        """Read for rules that are loaded, and tell of slips in what these know."""
        return cls(loaded.table, Slips(frozenset(kind.id for kind in loaded.book.event_types)))

    def read(self, data: bytes) -> Event:
        """Read one event and fill in what it leaves out. Raises ParseFailed."""
        return self._event(_decoded(data), system_clock())

    def timeline(self, data: bytes) -> list[Event]:
        """Read one event, a list of them, or lines as `alertd match` takes and prints them. Raises ParseFailed.

        As in a rule's tests each is an event of its own, also with the same words as another, and `at: 120d` says
        when one comes, counted from the start; the last comes now.
        """
        given = _given(data.removeprefix(BOM))
        offsets = [_offset(fields) for fields in given]
        start = system_clock() - max(offsets, default=0)
        made = [self._event(fields, start + at) for fields, at in zip(given, offsets, strict=True)]
        return [
            _numbered(event, number, fields) for number, (event, fields) in enumerate(zip(made, given, strict=True))
        ]

    def _event(self, fields: dict[str, Any], now: int) -> Event:
        if found := list(problems(fields, in_json)):
            raise ParseFailed("; ".join(map(_worded, found)))
        self._remarks += self.slips.of(fields)
        try:
            return with_defaults(self._cut(self._resolved(event_from_dict(fields))), now, _said(fields))
        except msgspec.ValidationError as error:
            raise ParseFailed(str(error)) from None

    def _resolved(self, event: Event) -> Event:
        """Put ids where companies are written by ticker or name; one that nobody knows stays as it is."""
        if not (event.companies or event.parties or event.event_types or event.amounts or event.terms):
            return event
        types = [
            replace(found, parties=[replace(party, company=self._id(party.company)) for party in found.parties])
            for found in event.event_types
        ]
        return replace(
            event,
            companies=[replace(mention, id=self._id(mention.id)) for mention in event.companies],
            parties=[self._id(party) for party in event.parties],
            event_types=types,
            amounts=[replace(amount, of=amount.of and self._id(amount.of)) for amount in event.amounts],
            terms=[replace(term, held_by=term.held_by and self._id(term.held_by)) for term in event.terms],
        )

    def _id(self, written: str) -> str:
        if written not in self._ids:
            found = self.table.resolve(written)
            self._ids[written] = found.id if found is not None else written
            if found is None and written and not _REGISTRANT.fullmatch(written):
                hint = self.table.suggest(written)
                self._remarks.append(f"no company is called `{written[:60]}`" + (f" ({hint})" if hint else ""))
        return self._ids[written]

    def _cut(self, event: Event) -> Event:
        """Cut a title and a body to what an event carries; the places of what was found before stay right."""
        body, cut = cut_body(event.body)
        if cut:
            self._remarks.append(
                f"the body is cut to {MAX_BODY >> 10} KiB, from {len(event.body.encode()) >> 10:,} KiB"
            )
        if len(event.title) > MAX_TITLE:
            self._remarks.append(f"the title is cut to {MAX_TITLE} characters, from {len(event.title):,}")
            cut = True
        return replace(event, title=event.title[:MAX_TITLE], body=body, truncated=True) if cut else event

    def remarks(self) -> list[str]:
        """Say what there is to say of what was read since the last time: cuts, slips, companies that nobody knows.

        Each slip and each company is told once.
        """
        told, self._remarks = self._remarks, []
        return told


def with_defaults(event: Event, now: int, said: str) -> Event:
    """Fill in what a short event leaves out: an id made of all that it says, times."""
    source = event.source or "stdin"
    at = event.event_at or event.accepted_at or event.published_at
    seen_at = event.seen_at or rfc3339(now)
    return replace(
        event,
        source=source,
        id=event.id or event_id(source, f"said:{said}"),
        seen_at=seen_at,
        event_at=at or seen_at,
    )


def _worded(problem: Problem) -> str:
    where = problem.path[0] if len(problem.path) > 1 else ""
    where = f"{where}[{problem.path[1]}]: " if where and isinstance(problem.path[1], int) else ""
    return f"{where}{problem.message}" + (f" ({problem.hint})" if problem.hint else "")


def _said(fields: Mapping[str, Any]) -> str:
    """Fingerprint all that an event says: who says the same in every field again, tells of the same event again.

    Of what is written, without defaults: a later version with more fields makes the same ids.
    """
    return mark(msgspec.json.encode(fields, order="deterministic").decode())


def _numbered(event: Event, number: int, fields: Mapping[str, Any]) -> Event:
    """Make the id that an event of a timeline was not given of its place in it."""
    return replace(event, id=event_id(event.id, str(number))) if number and not fields.get("id") else event


def _given(data: bytes) -> Sequence[dict[str, Any]]:
    """Take a document apart: one event, a list of events, or a line for each."""
    try:
        whole = _json(data)
    except ParseFailed:
        lines = [line for line in data.split(b"\n") if line.strip()]
        if len(lines) < 2:
            raise
        return [_unwrapped(_decoded(line, f"line {number}: ")) for number, line in enumerate(lines, 1)]
    items = whole if isinstance(whole, list) else [whole]
    if not items:
        raise ParseFailed("the list is empty")
    return [_unwrapped(_mapping(item)) for item in items]


def _unwrapped(fields: dict[str, Any]) -> dict[str, Any]:
    """Take the event out of a line that `alertd match` printed."""
    inner = fields.get("event")
    return inner if isinstance(inner, dict) and "matches" in fields else fields


def _offset(fields: dict[str, Any]) -> int:
    try:
        return round(parse_duration(fields.pop("at")) * 1000) if "at" in fields else 0
    except ValueError as error:
        raise ParseFailed(f"`at`: {error}") from None


def _decoded(data: bytes, where: str = "") -> dict[str, Any]:
    try:
        return _mapping(_json(data))
    except ParseFailed as error:
        raise ParseFailed(f"{where}{error}") from None


def _json(data: bytes) -> Any:
    try:
        return msgspec.json.decode(data)
    except msgspec.DecodeError as error:
        whole = _ESCAPE.sub(_without_halves, data)  # other programs write half a character without a thought
        if whole == data:
            raise ParseFailed(str(error)) from None
        return _json(whole)
    except UnicodeDecodeError as error:
        raise ParseFailed(str(error)) from None
    except RecursionError:
        raise ParseFailed("nested too deeply") from None


def _without_halves(found: re.Match[bytes]) -> bytes:
    return rb"\ufffd" if found[1] else found[0]


def _mapping(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        kind = "array" if isinstance(value, list) else type(value).__name__
        hint = "; `jq -c '.[]'` makes a line of each" if isinstance(value, list) else ""
        raise ParseFailed(f"Expected `object`, got `{kind}`{hint}")
    return value
