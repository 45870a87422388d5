"""Events on the way to being understood, with companies where their names stand."""

from __future__ import annotations

from collections.abc import Callable

from alertd.companies.mentions import Mention
from alertd.enrich.draft import FIELDS, Draft, Field
from alertd.model import Event
from alertd.text.fold import Tokens

NAMES = {
    "SpaceX": "spacex",
    "Anthropic": "anthropic",
    "Harbor Robotics": "harbor",
    "Tidewater": "tidewater",
    "Northwind": "northwind",
}


def draft(title: str, body: str = "", **fields: object) -> Draft:
    """Begin to understand an event, with the companies of `NAMES` found in it."""
    event = Event(title=title, body=body, **{"event_at": "2026-03-02T14:30:00.000Z", **fields})  # type: ignore[arg-type]
    words: dict[Field, Tokens] = {"title": Tokens(title), "body": Tokens(body)}
    return Draft(event, words, tuple(_mentions(event)))


def understood(step: Callable[[Draft], None], title: str, body: str = "", **fields: object) -> Event:
    """Take an event through one step."""
    made = draft(title, body, **fields)
    step(made)
    return made.event


def _mentions(event: Event) -> list[Mention]:
    found = []
    for field in FIELDS:
        text = event.title if field == "title" else event.body
        for name, company in NAMES.items():
            at = text.find(name)
            while at >= 0:
                found.append(Mention(company=company, field=field, start=at, end=at + len(name), way="name"))
                at = text.find(name, at + 1)
    return sorted(found, key=lambda one: (one.field != "title", one.start))
