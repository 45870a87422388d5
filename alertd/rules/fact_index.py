"""The facts index: what is remembered of every event about its companies, and about each pair of its parties.

    facts:<company>     facts:<a>+<b>     400 days, the newest 500 of each

It is kept for all events that report something, also where no rule asks, so that a sequence whose first step came
before the rule did is found.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import msgspec

from alertd.base.clock import parse_rfc3339, rfc3339
from alertd.model import Event, Observation, Row, Version
from alertd.rules.filing import base_form, canonical_item, form_fits
from alertd.rules.open_title import is_open, open_title
from alertd.rules.parties import is_party, named, pairs, parties_of
from alertd.rules.reported import ONLY_NAMED
from alertd.rules.state import Step

DAY_MS = 86_400_000
KEEP_MS = 400 * DAY_MS
MOST = 500
_TITLE = 100
_TEXT = 40
"""Characters of a title, and of a form or an item, that a fact keeps."""
MAX_READ = 8_000_000
"""Characters of facts that are kept as they were read."""
_MANY = 10
"""Event types, and items, that a fact keeps."""


class Fact(msgspec.Struct, frozen=True, array_like=True):
    """What is remembered of one event, as a short JSON array."""

    types: list[tuple[str, float, str]] = []
    """Event type, confidence, status."""
    kind: str = "news"
    form: str = ""
    items: list[str] = []
    source: str = ""
    title: str = ""
    met: dict[str, list[str]] = {}
    """Rules of which it is a last step that met what stands beside the sequence, each with the companies that it is
    bound to (`beside.py`)."""
    event_kinds: dict[str, str] = {}
    """Event type -> which of its kinds it is of, where it is of one."""
    open: bool = True
    """Its source lets anybody know of it, a language model outside the house too."""


_decoder = msgspec.json.Decoder(Fact)


def fact_of(row: Row | Version) -> Fact:
    """Read the fact in a row; what cannot be read says nothing."""
    return _READ.get(row.data) or _fact_from(row.data)


class _Read(dict[str, Fact]):
    """Facts that were read lately, because every rule that asks for a pair reads the same; all go when it is full."""

    size = 0
    """Characters of all of them: a fact that many rules have met is long."""


_READ = _Read()


def _fact_from(data: str) -> Fact:
    try:
        fact = _decoder.decode(data)
    except msgspec.DecodeError:
        fact = Fact()
    if _READ.size + len(data) > MAX_READ:
        _READ.clear()
        _READ.size = 0
    _READ[data] = fact
    _READ.size += len(data)
    return fact


def fact_key(by: str) -> str:
    """Name the set of facts about a company or a pair `a+b`."""
    return f"facts:{by}"


def is_of_pair(observation: Observation) -> bool:
    """Tell whether an observation is a fact about a pair of companies."""
    return observation.key.startswith("facts:") and "+" in observation.key


def event_ms(event: Event) -> int | None:
    """Give an event's own time in milliseconds; None if it states none that can be read."""
    for text in (event.event_at, event.published_at, event.seen_at):
        if text:
            try:
                return max(parse_rfc3339(text), 0)
            except ValueError:
                return None
    return None


def facts_of(event: Event) -> dict[str, Fact]:
    """Give what an event says of each of its companies and of each pair of its parties."""
    parties = parties_of(event)
    about = [*dict.fromkeys([*named(event), *parties]), *pairs(parties)]
    return {name: _fact(event, name.split("+")) for name in about}


def _fact(event: Event, companies: Collection[str]) -> Fact:
    reports = [reported for reported in event.event_types[:_MANY] if is_party(reported, companies)]
    return Fact(
        types=[(one.type[:_TITLE], one.confidence, one.status[:_TEXT]) for one in reports],
        event_kinds={one.type[:_TITLE]: one.kind[:_TEXT] for one in reports if one.kind},
        kind=event.kind,
        form=(event.form or "")[:_TEXT],
        items=[canonical_item(item)[:_TEXT] for item in event.items[:_MANY]],
        source=event.source,
        title=open_title(event, _TITLE),
        open=is_open(event),
    )


def fact_observations(
    event: Event, routine_forms: Collection[str] = (), facts: Mapping[str, Fact] | None = None
) -> list[Observation]:
    """Give what has to be remembered of an event, whoever asks: that it reports a type, or is a filing that counts.

    `facts` are those of the event, where they are known. Of an event that was taken back, nothing.
    """
    form = event.form or ""
    filed = event.kind == "filing" and bool(form) and base_form(form) not in routine_forms
    if event.withdrawn or not (filed or event.event_types) or event_ms(event) is None:
        return []
    facts = facts_of(event) if facts is None else facts
    worth = ((by, fact) for by, fact in facts.items() if filed or fact.types)
    return [observation for by, fact in worth if (observation := put_fact(event, by, fact, read=False))]


def put_fact(event: Event, by: str, fact: Fact, *, read: bool) -> Observation | None:
    """Make the observation of a fact; None if the event has no time."""
    at = event_ms(event)
    if at is None:
        return None
    return Observation(
        key=fact_key(by),
        event=event.id,
        revision=event.revision,
        at_ms=at,
        distinct=event.story.id if event.story is not None else "",
        data=msgspec.json.encode(fact).decode(),
        keep_ms=KEEP_MS,
        most=MOST,
        read=read,
    )


def read_facts(
    event: Event,
    steps: Collection[Step],
    facts: Mapping[str, Fact],
    groups: Iterable[str],
    made: dict[str, Observation],
) -> list[tuple[str, Observation]]:
    """Read what is remembered of these companies and pairs, where the event is one of the steps for them.

    `made` are the observations of the event so far: many rules ask for the same.
    """
    if event.withdrawn:
        return []
    wanted = [by for by in groups if any(fits(step, facts[by]) for step in steps)]
    for by in wanted:
        if by not in made and (observation := put_fact(event, by, facts[by], read=True)) is not None:
            made[by] = observation
    return [(by, made[by]) for by in wanted if by in made]


# --- steps ----------------------------------------------------------------------------------------------------


def fits(step: Step, fact: Fact) -> bool:
    """Whether a fact is of a step: everything that the step names fits."""
    return (
        (not step.types or any(_reports(step, fact, *reported) for reported in fact.types))
        and (not step.forms or any(form_fits(fact.form, form) for form in step.forms))
        and (not step.items or not set(step.items).isdisjoint(fact.items))
        and (not step.kinds or fact.kind in step.kinds)
        and (not step.sources or fact.source in step.sources)
    )


def _reports(step: Step, fact: Fact, name: str, confidence: float, status: str) -> bool:
    if step.event_kinds and fact.event_kinds.get(name) not in step.event_kinds:
        return False
    told = status in step.statuses if step.statuses else status not in ONLY_NAMED
    return name in step.types and confidence >= step.min_confidence and told


def line_of(row: Row, step: Step) -> str:
    """Say in one line what happened: `compute_lease 2026-01-03 · the headline · ev_…`."""
    fact = fact_of(row)
    types = [name for name, _, _ in fact.types if name in step.types]
    what = types[0] if types else fact.form or fact.kind
    return " · ".join(part for part in (f"{what} {rfc3339(row.at_ms)[:10]}", fact.title, row.event) if part)
