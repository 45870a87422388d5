"""The text of an event with its evidence marked: what rules held for stands out, the rest is as the source wrote it.

Of a long text the passages with evidence are shown, and the whole of it behind them, folded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from alertd.base.html import Html, element, flow
from alertd.model import Event, Match
from alertd.notify.plain import printable

LONG = 3_000
"""Characters from which on only passages are shown at first."""
MOST_PASSAGES = 12
_PARAGRAPH = re.compile(r"[^\n]+")


@dataclass(frozen=True, slots=True)
class Span:
    """A place in a text, end exclusive, with what it is evidence of."""

    start: int
    end: int
    why: str


def spans(matches: Iterable[Match], event: Event, field: str) -> list[Span]:
    """Give where the evidence of matches stands in a field of their event, `title` or `body`; overlaps are one."""
    text = event.title if field == "title" else event.body
    found = sorted(
        (one.start, one.end, match.title or match.rule)
        for match in matches
        if (match.event, match.event_revision) == (event.id, event.revision)
        for one in match.evidence
        if one.field == field and 0 <= one.start < one.end <= len(text)
    )
    merged: list[Span] = []
    for start, end, why in found:
        last = merged[-1] if merged else None
        if last is not None and start < last.end:
            reasons = last.why if why in last.why.split(" · ") else f"{last.why} · {why}"
            merged[-1] = Span(last.start, max(last.end, end), reasons)
        else:
            merged.append(Span(start, end, why))
    return merged


def marked(text: str, places: Sequence[Span], start: int = 0, end: int | None = None) -> Html:
    """Write a stretch of a text with the places in it marked."""
    end, at, parts = len(text) if end is None else end, start, list[Html]()
    for place in places:
        first, last = max(place.start, at), min(place.end, end)
        if first >= last:
            continue
        words = element("mark", printable(text[first:last]), title=place.why)
        parts += [flow(printable(text[at:first])), words]
        at = last
    return flow(*parts, printable(text[at:end]))


def text_of(event: Event, matches: Iterable[Match]) -> Html | None:
    """Write an event's body; None where there is none that may be shown."""
    body, places = event.body, spans(matches, event, "body")
    paragraphs = [found.span() for found in _PARAGRAPH.finditer(body) if found[0].strip()]
    if not paragraphs:
        return None
    whole = [element("p", marked(body, places, *one)) for one in paragraphs]
    cut = [element("p", "The text goes on at its source.", class_="small")] if event.truncated else []
    if len(body) <= LONG:
        return element("div", *whole, *cut, class_="text")
    shown = _passages(paragraphs, places)
    parts: list[Html] = []
    for number, index in enumerate(shown):
        gap = index - shown[number - 1] > 1 if number else index > 0
        parts += [element("p", "…", class_="small")] if gap else []
        parts.append(whole[index])
    more = element("details", element("summary", f"The whole text, {len(body):,} characters"), *whole, *cut)
    return element("div", *parts, element("p", "…", class_="small"), more, class_="text")


def _passages(paragraphs: Sequence[tuple[int, int]], places: Sequence[Span]) -> list[int]:
    """Choose the paragraphs in which evidence stands, the first ones; without any the first of all."""
    held = [
        index
        for index, (start, end) in enumerate(paragraphs)
        if any(place.start < end and place.end > start for place in places)
    ]
    return held[:MOST_PASSAGES] or [0]
