"""The leaves on an event as a whole: `sentiment`, how it reads, and `novelty`, how new it is."""

from __future__ import annotations

from alertd.model import Evidence, Ground
from alertd.rules.grounds import short, sign_of, tone_ground
from alertd.rules.limits import Limit
from alertd.rules.logic import Clause, Leaf, Reading, Result, Scope, Truth
from alertd.text.quote import MAX_QUOTE


class Tone(Leaf, frozen=True, gc=False, tag="sentiment"):
    """The event's overall sentiment, from -1 to 1, is within a limit; unknown where none is given."""

    limit: Limit

    def label(self) -> str:
        """Say the condition in one line."""
        return f"sentiment: {self.limit}"

    def clauses(self) -> tuple[Clause, ...]:
        """Requires a sentiment."""
        return (frozenset(("has:sentiment",)),)

    def truth(self, reading: Reading, scope: Scope) -> Truth:
        """Compare it."""
        given = reading.event.sentiment
        return self.limit.holds(given.score) if given is not None else None

    def result(self, reading: Reading, scope: Scope) -> Result:
        """Compare it, and say how it reads."""
        given = reading.event.sentiment
        if given is None:
            return Result(None, (), "the event has no sentiment")
        said = f"{given.score:+.2f} {given.label}".strip()
        return _compared("sentiment", self.limit.holds(given.score), said, tone_ground("", given.score, self.limit))


class Novelty(Leaf, frozen=True, gc=False, tag="novelty"):
    """How new the event is to its story, 1 for its first report, is within a limit; unknown outside a story."""

    limit: Limit

    def label(self) -> str:
        """Say the condition in one line."""
        return f"novelty: {self.limit}"

    def clauses(self) -> tuple[Clause, ...]:
        """Requires a story."""
        return (frozenset(("has:story",)),)

    def truth(self, reading: Reading, scope: Scope) -> Truth:
        """Compare it."""
        story = reading.event.story
        return self.limit.holds(story.novelty) if story is not None else None

    def result(self, reading: Reading, scope: Scope) -> Result:
        """Compare it, and say which report of its story it is."""
        story = reading.event.story
        if story is None:
            return Result(None, (), "the event belongs to no story yet")
        said = f"{story.novelty:.2f}, report {story.position} of its story"
        least = f"{sign_of(self.limit)} {self.limit.value * 100:g} %"
        why = Ground("novelty", short(f"{story.novelty * 100:.0f} % new {least}"))
        return _compared("novelty", self.limit.holds(story.novelty), said, why)


def _compared(field: str, truth: bool, said: str, why: Ground) -> Result:
    said = said[:MAX_QUOTE]  # a score of a stranger may have hundreds of digits
    evidence = (Evidence(field=field, start=0, end=0, quote=said),) if truth else ()
    return Result(truth, evidence, f"{field} is {said}", grounds=(why,) if truth else ())
