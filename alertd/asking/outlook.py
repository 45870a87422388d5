"""What lies ahead of a portfolio: dates that the texts of its alerts say are to come, each in its own words. Pure.

Read are the text that an alert carries and the quotes of its note. Of the rest of a text nothing is known here.
"""

from __future__ import annotations

from calendar import monthrange
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from msgspec.structs import replace

from alertd.alerts.rights import shown
from alertd.model import AlertState, Event, Struct
from alertd.research.ahead import ahead
from alertd.research.study import Study
from alertd.text.written import counted

DAYS = 730
"""So far ahead a calendar goes."""
MOST = 40
MOST_KNOWN = 5_000
"""Alerts of which it is remembered what was found in them."""
_EACH = 6
"""Of one text."""
_QUOTE = 300


class Coming(Struct, frozen=True):
    """Something that is stated to come."""

    first: date
    last: date
    """The same for a single day."""
    what: str
    """In the words of the text: `April 17`, `within six months`."""
    quote: str
    """The sentence that says so."""
    alert: str
    title: str
    """Of the alert."""

    @property
    def when(self) -> str:
        """Write it: a day, or from when to when."""
        return (
            self.first.isoformat()
            if self.first == self.last
            else f"{self.first.isoformat()} to {self.last.isoformat()}"
        )


class Known:
    """What was found in alerts, so that an alert is read again only when it has changed."""

    def __init__(self) -> None:
        self._found: OrderedDict[tuple[str | None, str, str, str], list[Coming]] = OrderedDict()

    def of(self, state: AlertState, desk: str | None) -> list[Coming]:
        """Give it for an alert as a desk sees it; None: whole."""
        alert, note = state.alert, state.alert.note
        key = (desk, alert.id, alert.updated_at, note.at if note is not None else "")
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = list(_of(state))
            while len(self._found) > MOST_KNOWN:
                self._found.popitem(last=False)
        return found


def calendar(
    states: Iterable[AlertState], today: date, known: Known | None = None, desk: str | None = None
) -> list[Coming]:
    """Give what is ahead by the texts of alerts, the soonest first; what several say in the same words once.

    The alerts are as `desk` sees them; None: whole.
    """
    known = known or Known()
    found: dict[tuple[date, date, str], Coming] = {}
    for state in states:
        for one in known.of(state, desk):
            if today <= one.last <= today + timedelta(days=DAYS):
                found.setdefault((one.first, one.last, one.quote), one)
    return sorted(found.values(), key=lambda one: (one.last, one.first, one.quote))[:MOST]


def in_words(one: Coming, today: date) -> str:
    """Say how far away it is: `in 12 days`, `today`."""
    days = (one.last - today).days
    return "today" if days == 0 else f"in {counted(days, 'day')}"


def _of(state: AlertState) -> Iterator[Coming]:
    alert = state.alert
    if state.event is None or state.event.withdrawn:
        return
    event = shown(state.event)
    try:
        day = date.fromisoformat(event.event_at[:10])
    except ValueError:
        return
    for text in _texts(state, event):
        for one in ahead(Study(replace(event, body=text)), _EACH):
            first, last = day + timedelta(days=round(one.low)), day + timedelta(days=round(one.high))
            quote = " ".join(one.evidence.quote.split())[:_QUOTE]
            yield Coming(first, last, one.told, quote, alert.id, alert.title)
    for length in event.durations:
        for found in length.evidence[:1] if length.until else ():
            end = _end(length.until or "")
            if end is not None:
                what = f"{(length.of or 'it').replace('_', ' ')} runs until {length.until}"
                yield Coming(end, end, what, " ".join(found.quote.split())[:_QUOTE], alert.id, alert.title)


def _texts(state: AlertState, event: Event) -> Iterator[str]:
    """Give the texts of an alert that a reader may be shown: its excerpt, and what its note quotes beyond that."""
    yield event.body
    note, rights = state.alert.note, event.provenance.rights
    if note is None or (rights is not None and rights.show != "full"):
        return
    quotes = [one.evidence for statement in note.statements for one in statement.grounds if one.evidence is not None]
    yield from dict.fromkeys(one.quote for one in quotes if one.field == "body" and one.quote not in event.body)


def _end(until: str) -> date | None:
    """Give the last day of what is written as `2031`, `2031-06` or a day; None for what is no date."""
    year, _, rest = until.partition("-")
    try:
        if not rest:
            return date(int(year), 12, 31)
        if "-" in rest:
            return date.fromisoformat(until)
        month = int(rest)
        return date(int(year), month, monthrange(int(year), month)[1])
    except ValueError:
        return None
