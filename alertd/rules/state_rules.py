"""Conditions over time: what a rule asks the store to remember, and the answer as a pure function of what it gives.

    event, open rule -> observations -> [store: put in and read, in one idempotent step] -> rows -> settle -> verdict

An answer looks only at what was there when the event was put in (`Row.order`), so it is the same when it is given
again, and two workers at once get the answers of one after the other. Where a newer revision said something else, the
event is asked about as of each time at which it changed: a rule fires if at one of them it completed what it had not
completed as it was before, and if it still does as it is now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from alertd.base.clock import rfc3339
from alertd.companies.names import registrant_id
from alertd.model import Event, Evidence, Ground, GroundKind, Observation, Row
from alertd.rules.beside import Beside, groups_of
from alertd.rules.book import Portfolio, Rule
from alertd.rules.episodes import (
    Episode,
    change_episodes,
    count_episodes,
    in_time,
    is_quiet,
    new_episode,
    spike_episodes,
)  # fmt: skip
from alertd.rules.fact_index import Fact, event_ms, facts_of, read_facts
from alertd.rules.logic import Truth
from alertd.rules.open_title import open_title
from alertd.rules.parties import named, pairs, parties_of, usable
from alertd.rules.state import Change, Count, Distinct, Spike, State, written
from alertd.rules.state import Sequence as Steps
from alertd.rules.steps import completed
from alertd.text.quote import MAX_QUOTE

LATENESS_MS = 86_400_000
"""How late an event may come and still be counted where it belongs."""
COUNT_MOST = 500
VOLUME_MOST = 2_000
"""Events that a set keeps, the newest: of a count, and of a change or a spike."""
PROOF = 5
"""Earlier events that a verdict names."""
_TITLE = 100
_FILES = ("reporting", "filed by")
"""Roles of those who file about another company; the issuer of a Form 4 is named first, and files nothing."""
_WHAT: Mapping[Distinct, tuple[str, str]] = {
    "event": ("event", "events"), "story": ("story", "stories"), "source": ("source", "sources"),
    "filer": ("filer", "filers"),
}  # fmt: skip
"""What is counted: one of them, and more."""
_TAGS: Mapping[type[Count | Change | Spike], GroundKind] = {Count: "count", Change: "change", Spike: "spike"}


class StateVerdict(msgspec.Struct, frozen=True):
    """What a condition over time says of an event."""

    truth: Truth
    evidence: tuple[Evidence, ...] = ()
    seen: str = ""
    """In words, what was remembered."""
    grounds: tuple[Ground, ...] = ()
    last: Row | None = None
    """Where another event met what stands beside the sequence."""


class _Counted(msgspec.Struct, frozen=True, array_like=True):
    """What is remembered of an event that is counted, as a short JSON array."""

    title: str = ""
    baseline: bool = False


_encoder, _decoder = msgspec.json.Encoder(), msgspec.json.Decoder(_Counted)


def _counted_in(row: Row) -> _Counted:
    try:
        return _decoder.decode(row.data)
    except msgspec.DecodeError:
        return _Counted()


# --- what is asked --------------------------------------------------------------------------------------------


def observations(
    rule: Rule,
    portfolio: Portfolio,
    event: Event,
    companies: Sequence[str],
    facts: Mapping[str, Fact] | None = None,
    made: dict[str, Observation] | None = None,
) -> list[tuple[str, Observation]]:
    """Give the sets that decide a rule, and what of the event goes into them; `companies`: those it is bound to.

    `facts` are those of the event, and `made` the observations of them so far, where many rules ask.

    Empty where the event has no part in it: it has no time, was taken back, names no company to count by.
    """
    state = rule.state
    at = event_ms(event)
    if state is None or event.withdrawn or at is None:
        return []
    if isinstance(state, Steps):
        facts = facts_of(event) if facts is None else facts
        return read_facts(event, state.steps, facts, groups_of(state, companies, facts), {} if made is None else made)
    prefix = f"rule:{portfolio.identity or portfolio.id}/{rule.identity or rule.id}:{_kind(state)}:"
    found = []
    for by in _groups(state, rule, event, companies):
        value = _value(state, event, by)
        if value is not None:
            found.append((by, _counted(state, prefix + by, event, at, value)))
    return found


def _kind(state: Count | Change | Spike) -> str:
    """Name what its sets remember: where a rule asks for another kind of thing now, it begins anew."""
    if isinstance(state, Count):
        return f"count-{state.distinct}-{state.by}"
    return f"{'change' if isinstance(state, Change) else 'spike'}-{state.by}"


def _groups(state: Count | Change | Spike, rule: Rule, event: Event, companies: Sequence[str]) -> list[str]:
    if state.by == "rule":
        return [""]
    if state.by == "source":
        return [event.source] if usable(event.source) else []
    if state.by == "parties":
        return pairs(parties_of(event, rule.types))
    return [c for c in companies if usable(c)] if companies else named(event)


def _value(state: Count | Change | Spike, event: Event, by: str) -> float | None:
    """Give the value that is remembered: for a change the tone, of the company if it has its own."""
    if not isinstance(state, Change):
        return 0.0
    own = next((mention.sentiment for mention in event.companies if mention.id == by), None)
    if own is None and event.sentiment is not None:
        own = event.sentiment.score
    return max(-1.0, min(1.0, own)) if own is not None else None


def _counted(state: Count | Change | Spike, key: str, event: Event, at: int, value: float) -> Observation:
    if isinstance(state, Count):
        distinct, keep, most = _distinct(state, event), state.within_ms, COUNT_MOST
    else:
        distinct = event.story.id if isinstance(state, Change) and event.story is not None else ""
        keep, most = state.within_ms + state.baseline_ms, VOLUME_MOST
    return Observation(
        key=key,
        event=event.id,
        revision=event.revision,
        at_ms=at,
        distinct=distinct[:100],
        value=value,
        data=_encoder.encode(
            _Counted("" if isinstance(state, Spike) else open_title(event, _TITLE), event.baseline)
        ).decode(),
        keep_ms=keep + LATENESS_MS,
        most=most,
    )


def _distinct(state: Count, event: Event) -> str:
    if state.distinct == "story":
        return event.story.id if event.story is not None else ""
    if state.distinct == "source":
        return event.source
    return filer_of(event) if state.distinct == "filer" else ""


def filer_of(event: Event) -> str:
    """Say who filed: of a form about insiders the insider, of others about a company who files; else the first filer.

    The same before and after the form's fields are read. Empty if it is not stated.
    """
    cik, name = event.facts.get("insider_cik"), event.facts.get("insider")
    if isinstance(cik, str) and cik:
        return registrant_id(cik)[:100]
    if filing := _named([filer for filer in event.filers if filer.get("role") in _FILES]):
        return filing
    if isinstance(name, (str, int)) and name:
        return f"insider {name}"[:100]
    return _named(event.filers)


def _named(filers: Iterable[dict[str, Any]]) -> str:
    for filer in filers:
        for key in ("id", "cik", "name"):
            if (who := filer.get(key)) and isinstance(who, (str, int)):
                return str(who)[:100]
    return ""


# --- the verdict ----------------------------------------------------------------------------------------------


def settle(state: State, rows: Sequence[Row], event: Event, beside: Beside | None = None) -> StateVerdict:
    """Say whether an event completes what a rule waits for, given the rows of its set.

    `beside` stands for what the rule asks of the last step of its sequence, if it asks anything.
    """
    me = next((row for row in rows if row.event == event.id), None)
    if me is None:
        return StateVerdict(False, (), "this event is older than what is remembered, or has been replaced")
    before: Row | None = None
    for order in _turns(me):
        others = [known for row in rows if row is not me and (known := _as_of(row, order)) is not None]
        verdict = _settle(state, others, me, before, beside)
        if verdict.truth:
            return verdict
        before = _as_of(me, order)
    return verdict


def _turns(me: Row) -> list[int]:
    """Give the places in the order at which an event was put in and changed."""
    return [*(version.order for version in me.earlier), me.changed if me.earlier else me.order]


def _as_of(row: Row, order: int) -> Row | None:
    """Give a row as it was at a place in the order; None if it was not there yet."""
    if not row.earlier or row.changed <= order:
        return row if row.order <= order else None
    known = [version for version in row.earlier if version.order <= order]
    if not known:
        return None
    then = known[-1]
    return msgspec.structs.replace(
        row, at_ms=then.at_ms, distinct=then.distinct, value=then.value, data=then.data, earlier=[]
    )


def _settle(state: State, others: Sequence[Row], me: Row, before: Row | None, beside: Beside | None) -> StateVerdict:
    """Judge what an event completes that it did not complete as it was before; None: as it was not there yet."""
    known = in_time([*others, me])
    without = in_time([*others, before]) if before is not None else [row for row in known if row is not me]
    if isinstance(state, Steps):
        found = completed(state, known, without, me, beside)
        last = found.last if beside is not None and found.last is not me else None
        why = Ground("sequence", f"{len(state.steps)} steps within {written(state.within_ms)}")
        grounds = (why,) if found.lines else ()
        return StateVerdict(bool(found.lines), _evidence("sequence", found.lines), found.seen, grounds, last)
    full = len(known) >= VOLUME_MOST
    find = _finder(state, full=full)
    if known[-1] is me and is_quiet(state, known, full=full):
        return _tell(state, known, me, None, [])
    # What ended before it knows nothing of it.
    with_me = [episode for episode in find(known) if episode[1] > me.at_ms]
    episode = new_episode(with_me, _told(state, find(without), without, me)) if with_me else None
    return _tell(state, known, me, episode, with_me)


def _told(state: Count | Change | Spike, episodes: Sequence[Episode], rows: Sequence[Row], me: Row) -> list[Episode]:
    """Leave out episodes of which nobody heard: all in them was there at the first look, and this is news."""
    if not episodes or _counted_in(me).baseline:
        return list(episodes)
    live = [row.at_ms for row in rows if not _counted_in(row).baseline]
    return [(start, end) for start, end in episodes if any(start - state.within_ms < at < end for at in live)]


def _finder(state: Count | Change | Spike, *, full: bool) -> Callable[[Sequence[Row]], list[Episode]]:
    if isinstance(state, Count):
        return lambda rows: count_episodes(state, rows)
    if isinstance(state, Change):
        return lambda rows: change_episodes(state, rows)
    return lambda rows: spike_episodes(state, rows, full=full)


def _tell(
    state: Count | Change | Spike, known: Sequence[Row], me: Row, episode: Episode | None, all_: Sequence[Episode]
) -> StateVerdict:
    """Put a verdict into words; what proves it are the events within the time, this one aside."""
    at = max(me.at_ms, episode[0]) if episode else me.at_ms
    near = [row for row in known if at - state.within_ms < row.at_ms <= at]
    names = len({row.distinct or row.event for row in near})
    what = _WHAT["story" if isinstance(state, Change) else state.distinct if isinstance(state, Count) else "event"]
    counted = f"{names} {what[names != 1]} within {written(state.within_ms)}"
    seen = f"{counted} up to {_clock(at)}"
    if episode is None:
        told = any(start <= me.at_ms < end for start, end in all_)
        return StateVerdict(False, (), seen + ("; told already, it holds since an earlier one" if told else ""))
    others = [row for row in reversed(near) if row.event != me.event]
    lines = [" · ".join(filter(None, (_clock(row.at_ms), _counted_in(row).title, row.event))) for row in others]
    tag = _TAGS[type(state)]
    proof = _evidence(tag, [seen, *lines[: PROOF if not isinstance(state, Spike) else 0]])
    return StateVerdict(True, proof, seen, (Ground(tag, counted),))


def _evidence(tag: str, lines: Iterable[str]) -> tuple[Evidence, ...]:
    return tuple(Evidence(field=tag, start=0, end=0, quote=line[:MAX_QUOTE]) for line in lines)


def _clock(ms: int) -> str:
    return rfc3339(ms)[:16].replace("T", " ")
