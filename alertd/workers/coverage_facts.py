"""What a coverage line says of sources: how many are fine, and when one of them was not seen. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from alertd.alerts.policy import ReceiverPolicy
from alertd.alerts.rights import closed_to
from alertd.base.clock import rfc3339
from alertd.model import Blind, Coverage, Rights, SourceState, Spell, Standing
from alertd.sources.polled import AnyConfig
from alertd.sources.spells import became_in_words, told_spells
from alertd.sources.standing import shown

MOST_BLIND = 5
MOST_NOT_FINE = 5
_WORST = ("gone", "failing", "silent", "late", "new")
_BAD = {"missed": 0, "open": 1, "filled": 2, "covered": 3}


@dataclass(frozen=True, slots=True)
class Seen:
    """How a source that a receiver may see is, and when it was not seen."""

    source: str
    state: SourceState
    health: str


def may_reach(policy: ReceiverPolicy, source: AnyConfig) -> bool:
    """Say whether items of a source may reach a receiver: no wall and no right keeps them out."""
    if source.desk not in (None, policy.desk):
        return False
    terms = source.terms()
    if terms is None and source.classification == "public":
        return True
    limited = msgspec.structs.replace(terms or Rights(), classification=source.classification)
    return not closed_to(policy, limited)


def seen_of(
    sources: Iterable[AnyConfig],
    states: Mapping[str, SourceState],
    standings: Mapping[str, Standing],
    policy: ReceiverPolicy,
) -> list[Seen]:
    """Give the sources whose items may reach a receiver, as they are."""
    found = []
    for source in sources:
        if may_reach(policy, source):
            state = states.get(source.id) or SourceState(source=source.id)
            found.append(Seen(source.id, state, shown(state, standings.get(source.id))))
    return found


def coverage_of(
    seen: Sequence[Seen], since_ms: int, until_ms: int, *, items: int, names: int, alerts: int
) -> Coverage:
    """Put together what a receiver is told of a day."""
    blind = sorted(_blind(seen, since_ms, until_ms), key=_badness)
    named = sorted(blind[:MOST_BLIND], key=lambda pair: pair[1].since_ms)
    others = [one for one in seen if one.health != "fine"]
    others.sort(key=lambda one: _WORST.index(one.health) if one.health in _WORST else len(_WORST))
    return Coverage(
        since=rfc3339(since_ms),
        until=rfc3339(until_ms),
        sources=len(seen),
        fine=len(seen) - len(others),
        not_fine={one.source: one.health for one in others[:MOST_NOT_FINE]},
        items=items,
        names=names,
        alerts=alerts,
        blind=[_told(source, spell) for source, spell in named],
        more_blind=len(blind) - len(named),
    )


def _blind(seen: Iterable[Seen], since_ms: int, until_ms: int) -> list[tuple[str, Spell]]:
    """Give the spells that touch the day; one that lasts still ends at 0."""
    found = []
    for one in seen:
        spells = told_spells(one.state)
        found += [(one.source, s) for s in spells if s.until_ms > since_ms and s.since_ms < until_ms]
        last = one.state.last_success_ms
        if one.health in ("failing", "gone") and 0 < last < until_ms:
            found.append((one.source, Spell(since_ms=last, until_ms=0, became="open")))
    return found


def _badness(pair: tuple[str, Spell]) -> tuple[int, int]:
    """Order by what may be lost, then by length."""
    spell = pair[1]
    lasts = spell.until_ms == 0
    return (-1 if lasts else _BAD[spell.became], spell.since_ms if lasts else spell.since_ms - spell.until_ms)


def _told(source: str, spell: Spell) -> Blind:
    if spell.until_ms == 0:
        return Blind(source=source, since=rfc3339(spell.since_ms))
    since, until = rfc3339(spell.since_ms), rfc3339(spell.until_ms)
    return Blind(source=source, since=since, until=until, became=became_in_words(spell))
