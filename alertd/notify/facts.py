"""The rows of the message that enrichment fills: deal, money, the catch, the tone. A row without facts is not there.

The facts are JSON that other rooms and other people's filters write, so each is read leniently: what does not have
the shape is left out, and never costs the message.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

import msgspec

from alertd.model import Event, Struct
from alertd.notify.plain import one_line
from alertd.text.written import amount_text, tone_label

QUOTE_MAX = 200
_SHOWN = 3
"""Items of one kind in a row; a message is no database."""


class Quote(Struct, frozen=True):
    """Evidence as far as a message shows it."""

    quote: str = ""


class _Company(Struct, frozen=True):
    id: str = ""
    name: str = ""
    sentiment: float | None = None


class _Party(Struct, frozen=True):
    company: str = ""
    role: str = ""


class _EventType(Struct, frozen=True):
    type: str
    kind: str | None = None
    status: str = "announced"
    asset: str | None = None
    parties: tuple[_Party, ...] = ()


class _Amount(Struct, frozen=True):
    currency: str
    low: float | None = None
    high: float | None = None
    per: str | None = None
    role: str | None = None
    of: str | None = None
    derived: bool = False
    bound: str | None = None
    earlier: bool = False


class _Duration(Struct, frozen=True):
    low: float | None = None
    high: float | None = None
    unit: str = "year"
    until: str | None = None
    of: str | None = None


_SHORTER = ("notice", "option", "extension")
"""What lasts so long beside the deal itself."""


class _Term(Struct, frozen=True):
    type: str
    held_by: str | None = None
    evidence: tuple[Quote, ...] = ()


class _Sentiment(Struct, frozen=True):
    score: float
    label: str = ""


T = TypeVar("T", bound=Struct)


def _read(items: Iterable[Any], shape: type[T]) -> list[T]:
    found: list[T] = []
    for item in items:
        try:
            found.append(msgspec.convert(item, shape, from_attributes=True))
        except msgspec.ValidationError:
            continue
    return found


def _names(event: Event) -> dict[str, str]:
    return {c.id: one_line(c.name, 60) for c in _read(event.companies, _Company) if c.id and c.name}


def _words(code: str) -> str:
    return one_line(code.replace("_", " "), 60)


def deal(event: Event) -> str:
    """Say what kind of thing happened between whom: `compute lease · SpaceX (lessor) → Anthropic (lessee)`.

    With its kind, without which some say little: `rating change, downgrade`, `clinical result, failure`.
    """
    names = _names(event)
    parts: list[str] = []
    for found in _read(event.event_types, _EventType)[:_SHOWN]:
        what = ", ".join(_words(part) for part in (found.type, found.kind) if part)
        parts.append(what if found.status == "announced" else f"{what} ({_words(found.status)})")
        parties = [
            names.get(p.company, one_line(p.company, 60)) + (f" ({_words(p.role)})" if p.role else "")
            for p in found.parties[:4]
        ]
        if parties:
            parts.append(" → ".join(parties))
        if found.asset:
            parts.append(one_line(found.asset, 80))
        if found.type.endswith("lease"):
            parts.append(_length(event) or "length not stated")
    return " · ".join(parts)


def _length(event: Event) -> str:
    """Say how long what was agreed on runs: `15 years`, `until 2031`. Notices and options are other lengths."""
    for found in _read(event.durations, _Duration):
        if found.of in _SHORTER:
            continue
        if found.low is not None and found.high is not None and math.isfinite(found.low + found.high):
            low, high = f"{found.low:g}", f"{found.high:g}"
            return f"{low if low == high else f'{low}-{high}'} {found.unit}{'' if high == '1' else 's'}"
        if found.until:
            return f"until {one_line(found.until, 10)}"
    return ""


def unconfirmed(event: Event) -> str:
    """Say that nobody who would know has confirmed it; empty if it was announced, or if nothing is reported."""
    types = _read(event.event_types, _EventType)
    if not types or any(found.status == "announced" for found in types):
        return ""
    if types[0].status == "denied":
        return "denied"
    return "unconfirmed by either company" if len(types[0].parties) == 2 else "unconfirmed"


def money(event: Event) -> str:
    """Say how much: `$3-4bn a year, revenue of SpaceX`."""
    names = _names(event)
    parts: list[str] = []
    now = [found for found in _read(event.amounts, _Amount) if not found.earlier]
    for found in now[:_SHOWN]:
        text = amount_text(found.low, found.high, found.currency, found.bound, one_line(found.per or "", 20))
        if not text:
            continue
        role = _words(found.role) if found.role and found.role != "per_share" else ""
        of = names.get(found.of, one_line(found.of, 60)) if found.of else ""
        tail = f"{role} of {of}" if role and of else role or of
        parts.append(text + (f", {tail}" if tail else "") + (" (derived)" if found.derived else ""))
    return " · ".join(parts)


def catches(event: Event) -> list[tuple[str, str]]:
    """Give the deal terms found, each as (words, the source's own words): `reclaim right, held by SpaceX`."""
    names = _names(event)
    found = []
    for term in _read(event.terms, _Term)[:_SHOWN]:
        holder = names.get(term.held_by, one_line(term.held_by, 60)) if term.held_by else ""
        quote = one_line(term.evidence[0].quote, QUOTE_MAX) if term.evidence else ""
        found.append((_words(term.type) + (f", held by {holder}" if holder else ""), quote))
    return found


def _read_as(companies: Iterable[_Company]) -> Iterator[str]:
    """Give each company's score, with its name where that is neither neutral nor the one just said."""
    said = "neutral"
    for company in companies:
        label = tone_label(company.sentiment or 0.0)
        words = "" if label in ("neutral", said) else f" {label}"
        said = label
        yield f"{one_line(company.name or company.id, 60)} {company.sentiment:+.2f}{words}"


def tone(event: Event) -> str:
    """Say how it reads: for each company that has a score, else for the whole."""
    scored = [c for c in _read(event.companies, _Company) if c.sentiment is not None and (c.name or c.id)]
    parts = list(_read_as(scored[:_SHOWN]))
    overall = _read([event.sentiment] if event.sentiment else [], _Sentiment)
    if overall and not parts:
        parts = [f"{overall[0].score:+.2f} {_words(overall[0].label)}".rstrip()]
    return " · ".join(parts)
