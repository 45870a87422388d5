"""Who plays which role in what an event reports, and what thing it is about.

The frames of the type are read in the title first, then in the lead, then in the sentences that hold the type's
evidence; what an earlier one has said, a later one only adds to. Where no frame says anything, the companies of the
sentence that holds the evidence are parties without a role, if they are few: that something happened between them
is known, who did what is not. Of a type with one role it is the company whose verb the evidence is. In a filing whose
text names nobody it is the filer, or whom the form is about.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice

from msgspec.structs import replace

from alertd.enrich.draft import Draft, Field
from alertd.enrich.frames import Frames, Matched
from alertd.enrich.frames_line import Line, lines
from alertd.enrich.frames_side import subject
from alertd.enrich.roles_filer import party_of_filing
from alertd.model import Event, Party, ReportedType
from alertd.rules.book import EventTypeRule
from alertd.rules.frames import Slot
from alertd.text.sentences import Sentence

LEAD = 3
"""Sentences of the body that are always read."""
MAX_SENTENCES = 8
"""Sentences that are read for one type."""
MAX_PARTIES = 12
MAX_ASSET = 80
"""Characters of what a thing is called; a longer one is no name."""
FEW = 3
"""So many companies in a sentence are its parties where no frame says who does what."""
_Place = tuple[Field, Sentence]
_CURRENCIES = frozenset("$€£¥₹")
_FIGURE = re.compile(
    r"^[\d.,]+(?:[\s-]?(?:thousand|million|billion|trillion|crore|lakh|mn|bn|tn|m|k))?[\s-]?\b", re.I
)
_WORTH = re.compile(r"\s(?:worth|valued)\b.*", re.S)
"""From here on it is said what a thing costs."""


class Roles:
    """The frames of all event types, ready to be read."""

    def __init__(self, event_types: Mapping[str, EventTypeRule], frames: Mapping[str, Frames]) -> None:
        self._types = event_types
        self._frames = frames

    def __call__(self, draft: Draft) -> None:
        """Fill in the parties and the asset of each type just found, the event's parties, the companies' roles."""
        if not draft.reported:
            return
        read = _Read(draft)
        draft.reported = [self._with_roles(draft, read, reported) for reported in draft.reported]
        draft.event = _with_parties(draft.event, draft.types)

    def _with_roles(self, draft: Draft, read: _Read, reported: ReportedType) -> ReportedType:
        rule, frames = self._types.get(reported.type), self._frames.get(reported.type)
        if rule is None or reported.parties:
            return reported
        places = list(_places(draft, reported))
        parties: dict[str, str] = {}
        asset = reported.asset
        for place in places if frames else ():
            for matched in _matches(frames, read, place):
                _add(parties, matched)
                asset = asset or _called(draft.text(place[0]), matched)
            if asset is not None and len(set(parties.values())) >= len(rule.roles):
                break
        if not parties:
            parties = _unsaid(draft, read, rule, reported, places)
        for company, role in party_of_filing(draft.event, rule.roles).items():
            if role not in parties.values() and not parties.get(company):
                parties[company] = role
        made = [Party(company=company, role=role) for company, role in list(parties.items())[:MAX_PARTIES]]
        return replace(reported, parties=_giver_first(made, rule.roles), asset=asset)


def _giver_first(parties: Iterable[Party], roles: Sequence[str]) -> list[Party]:
    """Put parties in the order of the type's roles, whatever order a sentence tells them in; the others after these.

    Two reports of one lease tell it from either side, and whoever reads both wants one arrow.
    """
    places = {role: place for place, role in enumerate(roles)}
    return sorted(parties, key=lambda party: places.get(party.role, len(places)))


def frames_of(event_types: Mapping[str, EventTypeRule]) -> dict[str, Frames]:
    """Make the frames of event types ready, by the name of the type."""
    return {name: Frames(rule.frames, rule.roles) for name, rule in event_types.items()}


class _Read:
    """The sentences of an event as frames read them, each once for all types."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._lines: dict[tuple[Field, Sentence], list[Line]] = {}

    def has(self, place: _Place, words: Container[str]) -> bool:
        """Whether a sentence has one of these words: only then is it worth to read its line."""
        return any(unit.low in words for unit in self._draft.units(*place))

    def lines(self, field: Field, sentence: Sentence) -> list[Line]:
        known = self._lines.get((field, sentence))
        if known is None:
            read = self._draft.units(field, sentence)
            known = self._lines[field, sentence] = lines(self._draft.text(field), read)
        return known


def _places(draft: Draft, reported: ReportedType) -> Iterator[_Place]:
    """Give the sentences to read, those that say it best first."""
    body = draft.sentences["body"]
    starts = sorted(e.start for e in reported.evidence if e.field == "body")
    holding = [body[max(bisect_right(body, start, key=_start) - 1, 0)] for start in starts if body]
    found = dict.fromkeys([*body[:LEAD], *holding])
    titles = draft.sentences["title"]
    return islice(chain((("title", one) for one in titles), (("body", one) for one in found)), MAX_SENTENCES)


def _start(sentence: Sentence) -> int:
    return sentence.start


def _matches(frames: Frames | None, read: _Read, place: _Place) -> list[Matched]:
    if frames is None or not read.has(place, frames.words):
        return []
    found = [matched for line in read.lines(*place) for matched in frames.match(line)]
    return sorted(found, key=lambda matched: matched.rank)


def _add(parties: dict[str, str], matched: Matched) -> None:
    """Add the parties of one frame: a company keeps its first role, and a role that is taken is not given again."""
    taken = set(parties.values()) - {""}
    for company, role in matched.parties:
        if (role not in taken and company not in parties) or (
            role and parties.get(company) == "" and role not in taken
        ):
            parties[company] = role


def _called(text: str, matched: Matched) -> str | None:
    """Give what a thing is called, without what it costs."""
    if matched.asset is None or matched.asset[1] - matched.asset[0] > MAX_ASSET:
        return None
    start, end = matched.asset
    called = _WORTH.sub("", text[start:end])
    if text[start - 1 : start] in _CURRENCIES:  # $1.3 billion offering
        called = _FIGURE.sub("", called)
    return " ".join(called.split()) or None


def _unsaid(
    draft: Draft, read: _Read, rule: EventTypeRule, reported: ReportedType, places: Sequence[_Place]
) -> dict[str, str]:
    """Give the companies of the sentence that holds the evidence; of a type with one role, whose verb it is."""
    for field, sentence in places:
        starts = [e.start for e in reported.evidence if e.field == field and sentence.start <= e.start < sentence.end]
        if not starts:
            continue
        if len(rule.roles) == 1:
            return _doer(read.lines(field, sentence), min(starts), rule.roles[0])
        named = list(dict.fromkeys(m.company for m in draft.mentions_in(field, *sentence)))
        if 0 < len(named) <= FEW:
            return dict.fromkeys(named, "")
    return {}


def _doer(read: Iterable[Line], start: int, role: str) -> dict[str, str]:
    """Give the company left of the evidence that it is the verb, or the noun, of."""
    for line in read:
        at = next((i for i, unit in enumerate(line) if unit.start <= start < unit.end), None)
        if at is not None:
            found = subject(line, at - 1, Slot(role), loose=True)
            return dict.fromkeys(found.companies, role) if found is not None else {}
    return {}


def _with_parties(event: Event, types: Sequence[ReportedType]) -> Event:
    """Give the event its parties, and each company the role it plays in the surest type."""
    roles: dict[str, str] = {}
    for reported in sorted(types, key=lambda one: -one.confidence):
        for party in reported.parties:
            if party.role:
                roles.setdefault(party.company, party.role)
    parties = list(dict.fromkeys(party.company for reported in types for party in reported.parties))
    companies = [
        replace(company, role=roles[company.id]) if company.role is None and company.id in roles else company
        for company in event.companies
    ]
    return replace(event, parties=event.parties or _in_order(parties, event), companies=companies)


def _in_order(parties: list[str], event: Event) -> list[str]:
    """Put parties in the order in which the title names them; the others after these."""
    first = {
        company.id: min((e.start for e in company.evidence if e.field == "title"), default=len(event.title))
        for company in event.companies
    }
    return sorted(parties, key=lambda company: first.get(company, len(event.title) + 1))
