"""What happened, how large it is, whether it is new, and what the same parties did before."""

from __future__ import annotations

import re

from alertd.model import Amount, Event, NoteStatement, ReportedType
from alertd.research.grounds import before, naming, number, quote, words
from alertd.research.material import ONE_SIDED, Material, is_talk, sure_types
from alertd.research.standing import around
from alertd.text.written import amount_text

TYPES, AMOUNTS, EARLIER = 2, 4, 3
_BESIDE = frozenset(("per_share", "funding", "debt"))
"""What an amount may be without saying how large the thing is: a price of the day, what a company owes or needs."""
_REGULAR = ("year", "quarter", "month")
"""What is paid over time is of the deal, whatever it is."""
_POSSIBLE = re.compile(r"\b(?:could|might|may|would)\b|\b[Ii]f\b")  # in small letters: May is a month
_RECKONED = re.compile(
    r"\b(?:analysts?|brokers?|economists?|consultants?|researchers?|observers?|critics?)\b[^.;]{0,60}"
    r"\b(?:reckon|estimat|expect|think|believe|say|said|put|see|predict|forecast)\w*",
    re.IGNORECASE,
)
"""What those say who stand outside."""
OPINIONS = ("price_target", "rating_change")
"""Types of what an analyst says: his figure is what happened."""
LOUD = 2.0
"""Standard deviations above the usual number of stories from which a company is called crowded."""


def implications(material: Material) -> list[NoteStatement]:
    """Say what happened between whom, and what money is stated."""
    event = material.event
    types = sure_types(event)[:TYPES]
    said = [_happened(found, material) for found in types]
    if event.withdrawn:
        said.insert(0, NoteStatement(section="implication", text="The source has taken it back.", grounds=[
            number("withdrawn in revision", str(event.revision))]))  # fmt: skip
    return said + [_stated(amount, material) for amount in told(material)[:AMOUNTS]]


def _happened(found: ReportedType, material: Material) -> NoteStatement:
    what = words(found.type) + (f" ({words(found.kind)})" if found.kind else "")
    talk = "only talked of" if found.status == "reported" and is_talk(material.event, found) else found.status
    status = "" if found.status == "announced" else f", {talk}"
    parties = [
        material.name(party.company) + (f" ({words(party.role)})" if party.role else "")
        for party in found.parties[:4]
    ]
    who = f": {' → '.join(parties)}" if parties else ""
    asset = f", {' '.join(found.asset.split())[:80]}" if found.asset else ""
    text = f"{what[:1].upper()}{what[1:]}{status}{who}{asset}."
    grounds = quote(material.event, found.evidence)
    named = (
        [one for party in found.parties[:4] for one in naming(material.event, party.company, grounds)]
        if grounds
        else []
    )
    return NoteStatement(section="implication", text=text[:280], grounds=[*grounds, *named])


def told(material: Material) -> list[Amount]:
    """Give the amounts that say how large it is: those of now that are known to be something, each sum once.

    Of what is denied there are none, and none where it is not known what the text is about; nor is what those reckon
    who stand outside, unless it is an analyst's opinion that is told.
    """
    main = material.main
    if main is None or main.status == "denied":
        return []
    found: dict[tuple[object, ...], Amount] = {}
    for amount in material.event.amounts:
        known = amount.role is not None or amount.per in _REGULAR
        reckoned = main.type not in OPINIONS and _RECKONED.search(_sentence(material, amount))
        if not amount.earlier and known and amount.role not in _BESIDE and not reckoned:
            found.setdefault((amount.low, amount.high, amount.currency, amount.per), amount)
    return list(found.values())


def _stated(amount: Amount, material: Material) -> NoteStatement:
    event = material.event
    figure = _figure(amount)
    role = f", {words(amount.role)}" if amount.role else ""
    of = f" of {material.name(amount.of)}" if amount.of and amount.role else ""
    derived = " (reckoned from a total over its term)" if amount.derived else ""
    before_it = _earlier(amount, event)
    earlier = f", before {_figure(before_it)}" if before_it else ""
    grounds = quote(event, amount.evidence)
    lead = _lead(material, amount)
    text = f"{lead}: {figure}{role}{of}{derived}{earlier}."
    if grounds and of:
        grounds += naming(event, amount.of or "", grounds)
    if grounds and before_it:
        grounds += [one for one in quote(event, before_it.evidence) if one not in grounds]
    return NoteStatement(section="implication", text=text[:280], grounds=grounds)


def _lead(material: Material, amount: Amount) -> str:
    """Say how a figure is given: what is claimed, talked of, or only possible, is not stated."""
    main = material.main
    if main is None or main.type in ONE_SIDED:
        return "Claimed"
    if is_talk(material.event, main):
        return "Talked of"
    return "Possible" if _POSSIBLE.search(_sentence(material, amount)) else "Stated"


def _sentence(material: Material, amount: Amount) -> str:
    return " ".join(around(material.event, amount.evidence[:1]))


def _figure(amount: Amount) -> str:
    return amount_text(amount.low, amount.high, amount.currency, amount.bound, amount.per)


def _earlier(amount: Amount, event: Event) -> Amount | None:
    """Give what it was before, where that is stated beside it."""
    whose = (amount.role, amount.of, amount.currency)
    same = (one for one in event.amounts if one.earlier and (one.role, one.of, one.currency) == whose)
    return next((one for one in same if quote(event, one.evidence)), None)


def precedents(material: Material) -> list[NoteStatement]:
    """Say what the same parties did before, the newest first."""
    newest = sorted(material.earlier, key=lambda one: (one.at, one.event), reverse=True)[:EARLIER]
    return [
        NoteStatement(
            section="precedent",
            text=f"The same parties before: {words(one.type)}, {one.at[:10]}.",
            grounds=[before(one)],
        )
        for one in newest
    ]


def crowding(material: Material) -> list[NoteStatement]:
    """Say how new it is, and how much is written about its companies."""
    event, said = material.event, []
    if event.story is not None:
        story = event.story
        place = "First report of its story" if story.position == 1 else f"Report {story.position} of its story"
        sources = "1 source" if story.sources == 1 else f"{story.sources} independent sources"
        grounds = [number("novelty", f"{story.novelty:.2f}"), number("position", str(story.position)),
                   number("sources", str(story.sources))]  # fmt: skip
        said.append(NoteStatement(section="crowding", text=f"{place}, {sources}.", grounds=grounds))
    for company in event.companies:
        index = company.index
        if index is not None and index.volume_z is not None and index.volume_z >= LOUD:
            text = (
                f"{material.names.get(company.id, company.name)} is in {index.day} stories of the last day,"
                f" {index.volume_z:.1f} standard deviations above its 30 days."
            )
            grounds = [number("stories of the last day", str(index.day)), number("volume_z", f"{index.volume_z:.1f}")]
            said.append(NoteStatement(section="crowding", text=text, grounds=grounds))
    return said[:3]
