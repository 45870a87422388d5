"""What an alert has told its readers already, so that another report of the same is known from news. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from alertd.model import Alert, Amount, Event, Match, Said, SaidAmount
from alertd.text.written import amount_text

MOST = 60
"""Facts of a kind that are remembered; beyond them what is new is told once more."""
ABOUT = 0.05
"""Figures that are outside of what is known by less say the same: papers round."""
_FIRM = frozenset({"announced", "denied"})
"""Statuses that are news even where the event type is not: confirmed, or denied."""


def said_by(event: Event, story: str, before: Said | None = None) -> Said:
    """Give what has been said, an event among it, which belongs to a story."""
    known = before if before is not None else Said()
    types = [f"{reported.type} {reported.status}" for reported in event.event_types]
    amounts = [_amount(one) for one in event.amounts if not one.derived and not _is_known(one, known, 0.0)]
    return Said(
        types=_added(known.types, types),
        terms=_added(known.terms, [term.type for term in event.terms]),
        amounts=[*known.amounts, *amounts][:MOST],
        stories=_added(known.stories, [story]),
    )


def news_in(event: Event, story: str, matches: Sequence[Match], alert: Alert, said: Said | None) -> list[str] | None:
    """Say in words what an event adds to an alert; None if the alert was not about the event's story so far.

    An empty list: it is another report of what the readers know.
    """
    if said is None or story not in said.stories:
        return None
    rules = {match.rule for match in alert.matches}
    parts = [f"now also matches: {m.title or m.rule}" for m in matches if m.rule not in rules]
    return list(dict.fromkeys([*parts, *facts_beyond(event, said)]))


def facts_beyond(event: Event, said: Said, about: float = ABOUT) -> list[str]:
    """Say in words which facts of an event have not been said: event types, their status, terms, figures.

    Figures within `about` of known ones are those; what an event states as that of before is no news.
    """
    parts: list[str] = []
    known = {kind.partition(" ")[0] for kind in said.types}
    for reported in event.event_types:
        stated = f"{reported.type} {reported.status}"
        if reported.type not in known:
            parts.append(f"new: {reported.type}")
        elif reported.status in _FIRM and stated not in said.types:
            parts.append(f"{reported.type} is {reported.status}")
    parts += [f"new: {term.type}" for term in event.terms if term.type not in said.terms]
    stated_now = [one for one in event.amounts if not one.derived and not one.earlier]
    fresh = (one for one in stated_now if not _is_known(one, said, about))
    parts += [f"new: {_written(one)}" for one in fresh]
    return list(dict.fromkeys(parts))


def with_what_was(parts: Sequence[str], before: Event, event: Event) -> list[str]:
    """Put what an event stated before beside what it corrects it to, where that is one figure in place of another."""
    was, now = _stated(before), _stated(event)
    gone, new = [one for one in was if one not in now], [one for one in now if one not in was]
    if len(gone) != 1 or len(new) != 1 or (gone[0].currency, gone[0].per) != (new[0].currency, new[0].per):
        return list(parts)
    old, fresh = _written(gone[0]), _written(new[0])
    return [f"the source corrected the amount: {old} → {fresh}" if one == f"new: {fresh}" else one for one in parts]


def denies(event: Event, said: Said | None) -> bool:
    """Tell whether an event denies what an alert has told as being so."""
    if said is None:
        return False
    known = {kind.partition(" ")[0] for kind in said.types}
    return any(
        reported.status == "denied" and reported.type in known and f"{reported.type} denied" not in said.types
        for reported in event.event_types
    )


def _is_known(amount: Amount, said: Said, about: float = ABOUT) -> bool:
    return any(
        (known.currency, known.per) == (amount.currency, amount.per)
        and amount.low >= known.low - about * abs(known.low)
        and amount.high <= known.high + about * abs(known.high)
        for known in said.amounts
    )


def _stated(event: Event) -> list[Amount]:
    """Give the figures that an event states as those of now, without where and of whom."""
    return list({
        _written(one): Amount(low=one.low, high=one.high, bound=one.bound, currency=one.currency, per=one.per)
        for one in event.amounts if not one.derived and not one.earlier
    }.values())  # fmt: skip


def _written(amount: Amount) -> str:
    return amount_text(amount.low, amount.high, amount.currency, amount.bound, amount.per)


def _amount(amount: Amount) -> SaidAmount:
    return SaidAmount(low=amount.low, high=amount.high, currency=amount.currency, per=amount.per)


def _added(known: Sequence[str], more: Sequence[str]) -> list[str]:
    return list(dict.fromkeys([*known, *more]))[:MOST]


def united(one: Said | None, other: Said | None) -> Said | None:
    """Give what two alerts have said together; None if of one it is not known."""
    if one is None or other is None:
        return None
    fields = {name: [*getattr(one, name), *getattr(other, name)] for name in Said.__struct_fields__}
    return msgspec.structs.replace(
        one,
        **{name: [v for n, v in enumerate(values) if v not in values[:n]][:MOST] for name, values in fields.items()},
    )
