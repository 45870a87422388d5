"""The keys of an event: by what it has, an index finds the rules that ask for that.

The keys of words (`text:…`, `title:…`) are not here: the engine takes them from the scan.
"""

from __future__ import annotations

from collections.abc import Iterator

from alertd.rules.facts import stated
from alertd.rules.filing import base_form, canonical_item
from alertd.rules.logic import Key, Reading


def event_keys(reading: Reading) -> Iterator[Key]:
    """Give every key of an event but those of its words; some may come twice."""
    event = reading.event
    yield f"kind:{event.kind}"
    yield f"trust:{event.trust}"
    if event.source:
        yield f"source:{event.source}"
    if event.form:
        yield f"form:{base_form(event.form)}"
    for item in event.items:
        yield f"item:{canonical_item(item)}"
    for report in event.event_types:
        yield f"type:{report.type}"
    for term in event.terms:
        yield f"deal:{term.type}"
    if event.amounts:
        yield "has:amount"
    if event.sentiment is not None:
        yield "has:sentiment"
    if event.story is not None:
        yield "has:story"
    if any(company.index is not None for company in event.companies):
        yield "has:index"
    for name in stated(event.facts):
        yield f"fact:{name}"


def keys_of(reading: Reading) -> set[Key]:
    """Give everything that an event has by which a rule may be found: `text:` keys without their prefix."""
    return {*reading.found.keys, *event_keys(reading)}
