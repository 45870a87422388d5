"""What deciding rests on beside the alerts: read once for a batch, kept right while the batch is decided.

    silences   all that are not over
    marks      cooldowns of the receivers that may be told
    counts     messages of these in the last minutes, alerts of rules with a budget

What a decision of the batch sets and counts is taken in at once, so that the next one sees it, and given back when
its commit conflicts. Another process sees it only once it is committed: a mark that changed meanwhile is a conflict,
and is read again; a count that did not arrive in time lets a message more through, never one less.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from alertd.alerts.budget import counter, expecting
from alertd.alerts.circumstances import Circumstances, View
from alertd.alerts.concern import Concern
from alertd.alerts.cooldown import marks_to_read
from alertd.alerts.lanes import lanes
from alertd.alerts.policy import ReceiverPolicy
from alertd.alerts.route import receivers_of, sees
from alertd.alerts.storm import flows_to_read
from alertd.model import Alert, Effects, Event, Silence, StoredAlert
from alertd.rules.book import Rule
from alertd.rules.match import Matcher


class StandingStore(Protocol):
    """What is read of a store."""

    async def silences(self, now: int) -> list[Silence]:
        """Give the silences that are not over."""

    async def marks(self, names: Sequence[str], now: int) -> dict[str, tuple[str, int]]:
        """Give value and end (ms) of the cooldown marks that are there."""

    async def counted(self, names: Sequence[str]) -> dict[str, int]:
        """Give counters."""


class Standing:
    """Silences, marks and counts as a batch knows them."""

    def __init__(self, matcher: Matcher, policies: Mapping[str, ReceiverPolicy]) -> None:
        self._matcher = matcher
        self._policies = policies
        self._silences: tuple[Silence, ...] = ()
        self._marks: dict[str, tuple[str, int]] = {}
        self._counts: dict[str, int] = {}

    async def read(
        self, concerns: Iterable[tuple[Event, Concern, str]], stored: Mapping[str, StoredAlert], store: StandingStore,
        now: int,
    ) -> None:  # fmt: skip
        """Read what deciding about these alerts rests on; each with the event and the story that it belongs to."""
        marks: dict[str, None] = {}
        counts: dict[str, None] = {}
        any_ = False
        for event, concern, story in concerns:
            any_ = True
            marks |= dict.fromkeys(self._marks_of(event, concern, story, stored.get(concern.alert)))
            counts |= dict.fromkeys(self._counts_of(concern, stored.get(concern.alert), now))
        if any_ and not marks and not counts:
            self._silences, self._marks, self._counts = tuple(await store.silences(now)), {}, {}
        elif any_:
            silences, known, counted = await asyncio.gather(
                store.silences(now), _marks(store, list(marks), now), _counts(store, list(counts))
            )
            self._silences, self._marks, self._counts = tuple(silences), known, counted

    async def read_again(self, effects: Effects, store: StandingStore, now: int) -> None:
        """Read the marks anew that a decision rested on whose commit was refused."""
        names = [mark.name for mark in effects.marks]
        known = await _marks(store, names, now)
        for name in names:
            self._marks.pop(name, None)
        self._marks |= known

    def circumstances(self) -> Circumstances:
        """Give what there is to decide by, as it is now."""
        return Circumstances(self._silences, self._marks, self._counts)

    def rules_of(self, concern: Concern, stored: StoredAlert | None) -> dict[str, Rule]:
        """Give the rules of the matches at hand, and of those that the alert has, by id."""
        earlier = stored.state.alert.matches if stored is not None and stored.state is not None else []
        return self._rules(concern, {match.rule for match in (*concern.matches, *earlier)})

    def _rules(self, concern: Concern, names: Iterable[str]) -> dict[str, Rule]:
        found = {name: self._matcher.rule(concern.portfolio.id, name) for name in names}
        return {name: rule for name, rule in found.items() if rule is not None}

    def take(self, effects: Effects) -> dict[str, tuple[str, int] | None]:
        """Take in what a decision counts and sets; gives what its marks were before."""
        before = {mark.name: self._marks.get(mark.name) for mark in effects.marks}
        for count in effects.counts:
            self._counts[count.name] = self._counts.get(count.name, 0) + count.by
        for mark in effects.marks:
            self._marks[mark.name] = (mark.value, mark.until_ms)
        return before

    def give_back(self, effects: Effects, before: Mapping[str, tuple[str, int] | None]) -> None:
        """Undo that, since it was not committed."""
        for count in effects.counts:
            self._counts[count.name] = self._counts.get(count.name, 0) - count.by
        for name, mark in before.items():
            if mark is None:
                self._marks.pop(name, None)
            else:
                self._marks[name] = mark

    def _whom(self, concern: Concern, stored: StoredAlert | None) -> Iterator[ReceiverPolicy]:
        """Give who may be told: those that the matches are routed to, and those that know of the alert."""
        named = receivers_of(concern.matches, concern.portfolio.receivers)
        known = lanes(stored.state) if stored is not None else {}
        names = dict.fromkeys([*named, *known])
        return (policy for name in names if (policy := self._policies.get(name)) is not None)

    def _counts_of(self, concern: Concern, stored: StoredAlert | None, now: int) -> Iterator[str]:
        portfolio = concern.portfolio
        for policy in self._whom(concern, stored):
            yield from flows_to_read(policy, now)
        rules = self._rules(concern, {match.rule for match in concern.matches})
        yield from (counter(portfolio, rule, now) for rule in expecting(concern.matches, rules))

    def _marks_of(self, event: Event, concern: Concern, story: str, stored: StoredAlert | None) -> Iterator[str]:
        portfolio, own = concern.portfolio, concern.portfolio.receivers
        for policy in self._whom(concern, stored):
            if policy.cooldown is None:
                continue
            matches = tuple(match for match in concern.matches if sees(policy.id, match, own))
            known = stored.state.alert if stored is not None and stored.state is not None else None
            alert = known if known is not None else _to_be(concern, story)
            rules = self.rules_of(concern, stored)
            view = View(policy.id, alert, event, "first", portfolio.desk, portfolio, matches, rules=rules)
            yield from marks_to_read(policy, view)


def _to_be(concern: Concern, story: str) -> Alert:
    """Give an alert that is not there yet, as far as cooldowns look at it."""
    return Alert(
        id=concern.alert,
        revision=0,
        portfolio=concern.portfolio.id,
        subject=concern.subject,
        severity="info",
        title="",
        matches=list(concern.matches),
        story=story,
        first_at="",
        updated_at="",
    )


async def _marks(store: StandingStore, names: Sequence[str], now: int) -> dict[str, tuple[str, int]]:
    return await store.marks(names, now) if names else {}


async def _counts(store: StandingStore, names: Sequence[str]) -> dict[str, int]:
    return await store.counted(names) if names else {}
