"""Whether the statements of a note rest on what they say they rest on. Written for measuring alone.

    quote     its span is there, and the words that are quoted, which are all that a reader sees, stand around it
    relation  it is declared, one way or the other, in force on the day, and with the source that was declared
    event     it is one of the earlier events, with its own date
    number    each of its numbers is one that the event carries

And the statement itself: each number, date and company in it must occur in its grounds. That says that a statement
can be traced, not that its ground entails it: for that the set has its forbidden statements.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from alertd.companies.model import INVERSE, Relation
from alertd.model import Event, Note, NoteGround, NoteStatement
from alertd.research.material import Material
from bench.quality.note_numbers import unfounded

CONVENTIONS = "3 to 12 months, 1 to 12 months"
"""How long a right or a contingency usually matters (docs/notes.md): a note may say so, as what it is."""
MOST = 280
"""Characters of a statement (`NoteStatement`)."""


def objections(
    statement: NoteStatement,
    note: Note,
    material: Material,
    relations: Sequence[Relation],
    called: Mapping[str, Iterable[str]],
) -> list[str]:
    """Say what is wrong with how a statement is grounded; nothing: it is. `called`: company -> its names."""
    found = [said for ground in statement.grounds for said in _of_ground(ground, material, relations)]
    if not statement.grounds:
        found.append("has no ground")
    if len(statement.text) > MOST:
        found.append(f"is {len(statement.text)} characters long")
    known = "\n".join(_words_of(statement.grounds))
    months = (note.horizon_low, note.horizon_high) if statement.section == "horizon" else (None, None)
    found += [
        f"says {one}, which its grounds do not"
        for one in unfounded(_without_names(statement.text, called), known, months=months)
    ]
    return found + [f"names {name}, whom its grounds do not" for name in _strangers(statement, known, called)]


def _of_ground(ground: NoteGround, material: Material, relations: Sequence[Relation]) -> Iterator[str]:
    match ground.kind:
        case "quote":
            yield from _of_quote(ground, material.event)
        case "relation":
            yield from _of_relation(ground, material.event.event_at[:10], relations)
        case "event":
            yield from _of_event(ground, material)
        case "number":
            yield from _of_number(ground, material)


def _of_quote(ground: NoteGround, event: Event) -> Iterator[str]:
    evidence = ground.evidence
    if evidence is None or evidence.field not in ("title", "body"):
        yield "quotes no place in the text"
        return
    text = event.title if evidence.field == "title" else event.body
    span = text[evidence.start : evidence.end]
    if evidence.start < 0 or not span.strip():
        yield f"quotes {evidence.field}[{evidence.start}:{evidence.end}], where nothing stands"
    elif not _stands_around(evidence.quote, text, evidence.start, evidence.end):
        yield f"quotes {evidence.quote!r}, which does not stand at {evidence.field}[{evidence.start}:{evidence.end}]"


def _stands_around(quote: str, text: str, start: int, end: int) -> bool:
    """Whether a quote stands in a text and shares a place with a span of it."""
    at = text.find(quote) if quote.strip() else -1
    while at >= 0:
        if at < end and start < at + len(quote):
            return True
        at = text.find(quote, at + 1)
    return False


def _of_relation(ground: NoteGround, day: str, relations: Sequence[Relation]) -> Iterator[str]:
    said = (ground.company, ground.relation, ground.of)
    declared = [
        relation
        for relation in relations
        if said
        in ((relation.company, relation.type, relation.of), (relation.of, INVERSE[relation.type], relation.company))
    ]
    if not declared:
        yield f"rests on a relation that nobody declared: {' '.join(said)}"
        return
    in_force = [one for one in declared if (one.since or "") <= day <= (one.until or "9")]
    if not in_force:
        yield f"rests on a relation that was not in force on {day}: {' '.join(said)}"
    elif all((one.since, one.source) != (ground.since, ground.source) for one in in_force):
        yield f"gives another source or date than was declared: {' '.join(said)}"


def _of_event(ground: NoteGround, material: Material) -> Iterator[str]:
    known = [one for one in material.earlier if one.event == ground.event]
    if not known:
        yield f"rests on an earlier event that is not there: {ground.event!r}"
    elif missing := unfounded(ground.text, f"{known[0].at[:10]} {known[0].title} {known[0].type}"):
        yield f"says of an earlier event what is not known of it: {', '.join(missing)}"


def _of_number(ground: NoteGround, material: Material) -> Iterator[str]:
    if not re.search(r"\d", ground.text):
        yield f"rests on a number that is none: {ground.text!r}"
    elif missing := unfounded(ground.text, _numbers_of(material)):
        yield f"rests on {', '.join(missing)}, which the event does not carry"


def _numbers_of(material: Material) -> str:
    """Write down every number that an event carries, found or stated."""
    event = material.event
    found: list[float | None] = [float(len(material.earlier))]
    if event.story is not None:
        found += [event.story.novelty, event.story.sources, event.story.position]
    if event.sentiment is not None:
        found += [event.sentiment.score, event.sentiment.confidence]
    found += [one.confidence for one in event.event_types]
    found += [one.sentiment for one in event.companies]
    for amount in event.amounts:
        found += [amount.low, amount.high]
    lengths = [f"{end:g} {one.unit}s" for one in event.durations for end in (one.low, one.high) if end is not None]
    ends = [one.until for one in event.durations if one.until]
    plain = [f"{abs(number):.10f}".rstrip("0").rstrip(".") for number in found if number is not None]
    return "\n".join([event.title, event.body, *plain, *lengths, *ends, CONVENTIONS])


def _words_of(grounds: Iterable[NoteGround]) -> Iterator[str]:
    for ground in grounds:
        yield ground.said
        yield ground.text
        if ground.evidence is not None:
            yield ground.evidence.quote
        if ground.kind == "relation":
            yield f"{ground.since or ''} {ground.source}"


def _strangers(statement: NoteStatement, known: str, called: Mapping[str, Iterable[str]]) -> Iterator[str]:
    """Name the companies in a statement that it does not rest on."""
    about = {statement.holding.company} if statement.holding is not None else set[str]()
    about |= {company for ground in statement.grounds for company in (ground.company, ground.of)}
    for company, names in called.items():
        if company in about or any(occurs(name, known) for name in names):
            continue
        yield from [name for name in names if occurs(name, statement.text)][:1]


def _without_names(text: str, called: Mapping[str, Iterable[str]]) -> str:
    """Take the names of companies out of a text: those with a digit in them state no number."""
    for name in sorted({name for names in called.values() for name in names}, key=len, reverse=True):
        if any(letter.isdigit() for letter in name):
            text = text.replace(name, "")
    return text


def occurs(name: str, text: str) -> bool:
    """Whether a name stands in a text, as written and as words of its own."""
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None
