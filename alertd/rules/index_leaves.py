"""The conditions on what the news about a company has been doing: `sentiment_index` and `volume_z`.

The values stand in the event (`companies[].index`) as they were when it was matched, so the answer is that of then
whenever it is asked. What is not known is unknown: no history yet, too few stories, nobody wrote about the company.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from alertd.model import CompanyIndex, CompanyMention, Evidence, Ground
from alertd.rules.company_reading import label_of, whom
from alertd.rules.grounds import met, short
from alertd.rules.leaves import PER_LEAF, absent, missing
from alertd.rules.limits import Limit
from alertd.rules.logic import Clause, Leaf, Reading, Result, Scope, Truth

NEAR_DAYS, FAR_DAYS = 30, 90
"""How many days before `volume_z` may compare the last one with."""
MAX_SEEN = 80
"""Characters of the evidence: what a source's rights let pass of what is no passage of its text."""


class OnIndex(Leaf, frozen=True, gc=False):
    """What the two share: they are about a company that the event names."""

    limit: Limit

    def clauses(self) -> tuple[Clause, ...]:
        """Requires an index."""
        return (frozenset(("has:index",)),)

    def candidates(self, reading: Reading, scope: Scope) -> Iterable[str]:
        """Give the named companies, unless their value is another."""
        return [one.id for one in _named(reading, scope) if self._answer(one) is not False]

    def truth(self, reading: Reading, scope: Scope) -> Truth:
        """Compare the value; unknown where none is known."""
        answers = [self._answer(one) for one in _named(reading, scope)]
        if True in answers:
            return True
        return None if None in answers else False if answers else absent(reading)

    def result(self, reading: Reading, scope: Scope) -> Result:
        """Compare the value, and say of when it is."""
        named = list(_named(reading, scope))
        if not named:
            return missing(reading, f"{whom(scope)} is not named")
        truth = self.truth(reading, scope)
        shown = [one for one in named if self._answer(one) is truth][:PER_LEAF]
        seen = [self._seen(one, scope) for one in shown]
        if not truth:
            return Result(truth, (), "; ".join(seen))
        proof = tuple([Evidence(field="index", start=0, end=0, quote=text) for text in seen])
        why = tuple([self._ground(one, scope) for one in shown])
        return Result(True, proof, "; ".join(seen), grounds=why)

    def value(self, index: CompanyIndex) -> float | None:
        """Give the value that is compared."""
        raise NotImplementedError

    def name(self) -> str:
        """Say what the value is, in two or three words."""
        raise NotImplementedError

    def measure(self, index: CompanyIndex) -> str:
        """Say what the value is of."""
        raise NotImplementedError

    def _answer(self, mention: CompanyMention) -> Truth:
        value = self.value(mention.index) if mention.index is not None else None
        return None if value is None else self.limit.holds(value)

    def _seen(self, mention: CompanyMention, scope: Scope) -> str:
        who, index = label_of(mention, scope)[:20], mention.index
        value = self.value(index) if index is not None else None
        if index is None or value is None:
            return f"no index known of {who}" if index is None else f"{who}: no {self.name()} known yet"
        as_of = f", as of {index.as_of[:16].replace('T', ' ')} UTC" if index.as_of else ""
        return (f"{who} {value:+.2f}" + (f", {self.measure(index)}{as_of}" if as_of else ""))[:MAX_SEEN]

    def _ground(self, mention: CompanyMention, scope: Scope) -> Ground:
        value = self.value(mention.index) if mention.index is not None else None
        written = f"{value or 0.0:+.2f}".replace("-", "−", 1)
        return Ground("index", short(f"{label_of(mention, scope)[:30]} {self.name()} {written} {met(self.limit)}"))


class SentimentIndex(OnIndex, frozen=True, gc=False, tag="sentiment_index"):
    """The mean tone of a company's stories of the last 30 days is within a limit from -1 to 1."""

    def label(self) -> str:
        """Say the condition in one line."""
        return f"sentiment_index: {self.limit}"

    def value(self, index: CompanyIndex) -> float | None:
        """Give the mean tone."""
        return index.sentiment

    def name(self) -> str:
        """Say what the value is."""
        return "sentiment index"

    def measure(self, index: CompanyIndex) -> str:
        """Say of how many stories it is."""
        return f"{index.stories} {'story' if index.stories == 1 else 'stories'} in 30 days"


class VolumeZ(OnIndex, frozen=True, gc=False, tag="volume_z"):
    """A company's stories of the last day, against 30 or 90 days before, are so many standard deviations off."""

    days: int = NEAR_DAYS

    def label(self) -> str:
        """Say the condition in one line."""
        return f"volume_z: {self.limit}" + (f", days: {self.days}" if self.days == FAR_DAYS else "")

    def value(self, index: CompanyIndex) -> float | None:
        """Give the deviation."""
        return index.volume_z90 if self.days == FAR_DAYS else index.volume_z

    def name(self) -> str:
        """Say what the value is."""
        return f"news volume z ({self.days} d)"

    def measure(self, index: CompanyIndex) -> str:
        """Say how many stories the day had."""
        return f"{index.day} {'story' if index.day == 1 else 'stories'} in a day"


def _named(reading: Reading, scope: Scope) -> Iterator[CompanyMention]:
    """Go through the companies that the event names; only the bound one if one is bound."""
    if scope.company is None:
        yield from reading.companies.values()
    elif scope.company in reading.companies:
        yield reading.companies[scope.company]


def is_on_index(node: object) -> bool:
    """Whether a condition asks for an index."""
    return isinstance(node, OnIndex)
