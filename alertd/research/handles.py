"""How the things that a note may rest on are named for a language model: `r1` a relation, `e1` an earlier event, `n1`
a number. A model that cites one cites what stands here, and cannot make one up.

What only one desk may know, and how much of anything is held, is not among them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from alertd.alerts.crowding import COUNTED
from alertd.companies.model import Relation
from alertd.model import Amount, Duration, NoteGround
from alertd.research.grounds import before, quote, related, words
from alertd.research.material import Material
from alertd.research.study import Study
from alertd.text.written import amount_text

Handles = Mapping[str, NoteGround]
"""Id -> what it stands for."""
MAX_RELATIONS, MAX_EARLIER, MAX_NUMBERS = 80, 20, 60
_NAME = 80


def handles(material: Material) -> Handles:
    """Name the relations, earlier events and numbers of the material, in its order.

    All relations on the ways of its exposures are named, held or not, so that the list says nothing about holdings.
    """
    labels = labels_of(material)
    relations = [related(one, labels) for one in _relations(material)][:MAX_RELATIONS]
    earlier = [before(one) for one in material.earlier[:MAX_EARLIER]]
    numbers = list(_numbers(material.study, labels))[:MAX_NUMBERS]
    named = (("r", relations), ("e", earlier), ("n", numbers))
    return {f"{letter}{i}": ground for letter, grounds in named for i, ground in enumerate(grounds, 1)}


def labels_of(material: Material) -> dict[str, str]:
    """Give what each company in the material is called on a desk: ticker or name."""
    mentioned = {one.id: one.ticker or one.name for one in material.event.companies if one.ticker or one.name}
    return {**material.names, **mentioned, **{one.company: one.label for one in material.exposures if one.label}}


def _relations(material: Material) -> list[Relation]:
    """Give each relation once; one that only a desk's portfolios see goes to nobody outside."""
    shared = (one for exposure in material.exposures for one in exposure.relations if one.desk is None)
    return list({(one.company, one.type, one.of): one for one in shared}.values())


def _numbers(study: Study, labels: Mapping[str, str]) -> Iterator[NoteGround]:
    event = study.event
    for amount in event.amounts:
        if text := _amount(amount, labels):
            yield _number(text, quote(study, amount.evidence))
    for duration in event.durations:
        if text := _duration(duration):
            yield _number(text, quote(study, duration.evidence))
    if event.story is not None:
        yield _number(f"novelty {event.story.novelty:.2f}", said=COUNTED)
        yield _number(f"independent sources: {event.story.sources}")
        yield _number(f"reports of this story so far: {event.story.position}")
    if event.sentiment is not None:
        label = event.sentiment.label
        tone = f"tone {event.sentiment.score:+.2f}, {label}".rstrip(", ")
        yield _number(tone, said=f"the tone of the text: {label}" if label else "the tone of the text")
    for mention in event.companies:
        if mention.sentiment is not None:
            name = labels.get(mention.id, mention.id)[:_NAME]
            yield _number(f"tone {mention.sentiment:+.2f} of {name}", said=f"the tone of the sentences about {name}")


def _number(text: str, shown: Sequence[NoteGround] = (), said: str = "") -> NoteGround:
    """Give a number with the words of the text that state it, or with what a reader is told in its place."""
    if shown:
        return replace(shown[0], kind="number", text=text)
    return NoteGround(kind="number", text=text, words=said)


def _amount(one: Amount, labels: Mapping[str, str]) -> str:
    text = amount_text(one.low, one.high, one.currency, one.bound, one.per)
    if not text:
        return ""
    role = f", {words(one.role)}" if one.role else ""
    whose = f" of {labels.get(one.of, one.of)[:_NAME]}" if one.of else ""
    how = ", before" if one.earlier else ", reckoned from a total over a term" if one.derived else ""
    return f"{text}{role}{whose}{how}"


def _duration(one: Duration) -> str:
    what = f", {one.of}" if one.of else ""
    if one.until:
        return f"until {one.until}{what}"
    low, high = one.low, one.high
    if low is None or high is None:
        single = low if low is not None else high
        return f"{'at least' if high is None else 'up to'} {single:g} {one.unit}s{what}" if single is not None else ""
    length = f"{low:g}" if low == high else f"{low:g} to {high:g}"
    return f"{length} {one.unit}{'' if low == high == 1 else 's'}{what}"
