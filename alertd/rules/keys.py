"""The keys of an event: by what it has, an index finds the rules that ask for that.

Those of its words (`lease`, `title:lease`) follow from the scan, and the compiled core takes them from there. So they
are written out only for who asks for all.
"""

from __future__ import annotations

from collections.abc import Iterator, Set

from alertd.rules.facts import stated
from alertd.rules.filing import base_form, canonical_item
from alertd.rules.logic import Key, Reading
from alertd.text.scan import Found


class Keys:
    """Everything that an event has by which a rule may be found: `text:` keys without their prefix."""

    __slots__ = ("_all", "found", "others")

    def __init__(self, found: Found, others: Set[Key]) -> None:
        """`others` are all but those of its words."""
        self.found = found
        self.others = others
        self._all: set[Key] | None = None

    def all(self) -> Set[Key]:
        """Give them all."""
        if self._all is None:
            self._all = {*self.found.keys, *self.others}
        return self._all

    def __contains__(self, key: object) -> bool:
        return key in self.all()

    def __iter__(self) -> Iterator[Key]:
        return iter(self.all())

    def __len__(self) -> int:
        return len(self.all())


def keys_of(reading: Reading) -> Keys:
    """Give everything that an event has by which a rule may be found."""
    return Keys(reading.found, set(event_keys(reading)))


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
