"""Judges a whole history: what was published, what the ledger says, what came, what is left over. Pure.

published = ledger = delivered        else something is lost
repeats <= bound                      a repeat is the same message again, under the same id
one id, one body for one revision     else a receiver cannot tell a repeat from news
nothing left over                     else something waits for ever
the store never went back             else it lost what it had acknowledged, though a feed showed it again
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol


class Message(Protocol):
    """What counts of a message that came."""

    @property
    def id(self) -> str:
        """The id by which the receiver folds repeats."""
        ...

    @property
    def subject(self) -> str:
        """What it is about: for one subject there is one id and one body."""
        ...

    @property
    def tokens(self) -> frozenset[str]:
        """The published items that it names."""
        ...

    @property
    def digest(self) -> str:
        """Of its bytes."""
        ...

    @property
    def accepted(self) -> bool:
        """Whether the receiver took it."""
        ...


@dataclass(frozen=True, slots=True)
class Ledger:
    """What the journal says, as far as it counts here."""

    events: Mapping[str, str]
    """Token -> event."""
    twice: int = 0
    """Event revisions with more than one record."""
    open: int = 0
    """Deliveries whose last record is no end."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a history stands against the promise."""

    published: int
    recorded: int
    delivered: int
    lost: int
    """Published, and not in the ledger or not delivered."""
    repeats: int
    bound: int
    other_ids: int
    """Subjects that came under two ids or in two versions, and events that are in the ledger twice."""
    orphans: Mapping[str, int]
    """What is left over, by its kind; nothing that is zero."""
    made_up: int = 0
    """Delivered, though nobody published it."""
    went_back: str = ""
    """What tells that the store lost what it had acknowledged, where it may not."""
    missing: tuple[str, ...] = ()
    """Some of what is lost, for the one who looks for it."""

    @property
    def faults(self) -> list[str]:
        """Say what is wrong; nothing if the promise held."""
        found = []
        if self.lost:
            found.append(f"{self.lost} lost ({', '.join(self.missing)})")
        if self.repeats > self.bound:
            found.append(f"{self.repeats} repeats, {self.bound} allowed")
        if self.other_ids:
            found.append(f"{self.other_ids} under another id or with another body")
        if self.made_up:
            found.append(f"{self.made_up} made up")
        if self.went_back:
            found.append(f"the store went back: {self.went_back}")
        if self.orphans:
            found.append("left over: " + ", ".join(f"{count} {kind}" for kind, count in self.orphans.items()))
        return found

    @property
    def verdict(self) -> str:
        """`held`, or what is wrong."""
        return "; ".join(self.faults) or "held"


def check(
    published: Collection[str],
    ledger: Ledger,
    came: Collection[Message],
    left: Mapping[str, int],
    *,
    bound: int = 0,
    untold: Collection[str] = (),
    rewritten: bool = False,
    went_back: str = "",
) -> Verdict:
    """Judge. `bound`: repeats that the faults allow; `untold`: published, and rightly in the ledger alone.

    `rewritten`: the store may have gone back, so that a message may have been written twice, with other clocks in it.
    Then it is known by its id alone. `went_back`: what tells that it did.
    """
    accepted = [message for message in came if message.accepted]
    told = {token for message in accepted for token in message.tokens}
    known = set(published)
    lost = sorted((known - ledger.events.keys()) | (known - told - set(untold)))
    times = Counter((message.id, "" if rewritten else message.digest) for message in accepted)
    return Verdict(
        published=len(known),
        recorded=len(known & ledger.events.keys()),
        delivered=len(known & told),
        lost=len(lost),
        repeats=sum(count - 1 for count in times.values()),
        bound=bound,
        other_ids=_changed(came, rewritten) + ledger.twice,
        orphans={kind: count for kind, count in {**left, "open in the ledger": ledger.open}.items() if count},
        made_up=len(told - known),
        went_back="" if rewritten else went_back,
        missing=tuple(lost[:3]),
    )


def _changed(came: Collection[Message], rewritten: bool) -> int:
    """Count subjects that came under more than one id, and, where none was rewritten, ids with more than one body."""
    ids: dict[str, set[str]] = {}
    bodies: dict[str, set[str]] = {}
    for message in came:
        ids.setdefault(message.subject, set()).add(message.id)
        bodies.setdefault(message.id, set()).add(message.digest)
    return sum(len(found) > 1 for found in (*ids.values(), *(() if rewritten else bodies.values())))
