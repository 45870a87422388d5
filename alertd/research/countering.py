"""Whether a sentence really speaks against an event: who denies, and what a contrast is set beside."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set

from alertd.model import Amount
from alertd.research.cues import UNSAID, Cue
from alertd.research.material import Material, Sign
from alertd.research.passages import Fits, first_cue
from alertd.research.prose import Spoken
from alertd.research.study import Study

_ACCUSING = frozenset((
    "litigation", "contract_dispute", "regulatory_action", "short_report", "law_firm_notice", "settlement",
    "sanctions", "export_control", "auditor_change", "restatement", "default", "proxy_fight", "activist_stake",
    "cyber_incident", "outage", "product_recall",
))  # fmt: skip
"""Types in which something is held against a company: its own `we have no…` is another side of it."""
_EARLIER = re.compile(r"reject(?:s|ed) (?:an? |the |its )?(?:earlier|first|initial|previous)")
_TONE = 0.4
"""How well or badly a text speaks of a party before that says whether the news is good, where nothing else does."""
_ACCUSERS = frozenset(("plaintiff", "claimant", "short_seller", "terminating", "holder", "sponsor"))
_ADDRESSED = frozenset(("target", "terminated", "respondent", "defendant", "subject", "victim"))
"""Roles of those to whom something is done."""


def speaks_against(study: Study, sizes: Sequence[Amount]) -> Fits:
    """Give the check of what cues alone cannot tell: a denial by whose news it is, a `but` that is about others.

    Where no kind of event is known, nobody's news it is: a denial counts by its words alone. A `but` is about the
    parties, or one of the `sizes` that are told.
    """
    main = study.main
    parties = [] if main is None else main.parties
    actors = {one.company for one in parties if main is not None and _acts(one.role, main.type)}
    sides = {one.company for one in parties}
    figures = [span for amount in sizes for span in amount.evidence if span.field == "body"]
    named = study.written

    def fits(cue: Cue, sentence: Spoken, place: int) -> bool:
        body = study.body.said
        if cue.name == "denied" and _EARLIER.match(sentence.low, place - sentence.start):
            return False
        if cue.name in ("denied", "says_not"):
            speaker = _last_named(named, body, sentence.start, place)
            if speaker:
                return speaker not in actors
            return cue.name == "denied" or main is None or main.type in _ACCUSING or main.status != "announced"
        if leaves_open(sentence):
            return False
        if cue.name == "contrast":
            said = body[place : sentence.end]
            return any(place <= one.start < sentence.end for one in figures) or any(
                word in said for company in sides for word in named.get(company, ())
            )
        return True

    return fits


def reading(material: Material) -> Sign | None:
    """Give what the news is at first sight for those whom it is about: good, bad, or nobody can tell."""
    main = material.study.main
    if main is None:
        return None
    parties = {one.company for one in main.parties}
    signs = {one.sign for one in material.exposures if one.sign and not one.hops and one.company in parties}
    if len(signs) == 1:
        return signs.pop()
    if main.type in _ACCUSING:
        return -1
    tones = [one.sentiment for one in material.event.companies if one.id in parties and one.sentiment is not None]
    if not tones or max(map(abs, tones)) < _TONE:
        return None
    return -1 if max(tones, key=abs) < 0 else 1


def leaves_open(sentence: Spoken) -> bool:
    """Whether a sentence says that something is not known."""
    return first_cue(sentence, UNSAID) is not None


def _acts(role: str, event_type: str) -> bool:
    """Whether who has a role is the one whose news it is."""
    return role in _ACCUSERS if event_type in _ACCUSING else role not in _ADDRESSED


def _last_named(named: Mapping[str, Set[str]], body: str, start: int, end: int) -> str:
    """Give the company that is named last in a stretch of the text; empty if none is."""
    places = [(body.rfind(word, start, end), company) for company, surfaces in named.items() for word in surfaces]
    place, company = max(places, default=(-1, ""))
    return company if place >= 0 else ""
