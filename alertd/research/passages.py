"""Sentences of the text that say by themselves what can go wrong, what speaks against it, and what is left open.

The note's own sentence says only of which kind such a sentence is; what it says is the quote beneath it. Found by
what such sentences have in common (`subject to`, `rejects`, `did not say`), whatever the event is about. A sentence
that is part of a page or speaks to its reader is none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from alertd.model import Event, Evidence
from alertd.research.addressed import speaks_to_its_reader
from alertd.research.asides import is_caution, is_hidden
from alertd.research.cues import Cue
from alertd.text.sentences import sentences

READ = 4_000
"""Code points of a body that are looked through: what a report has to say stands in front."""
_MOST_SENTENCES = 40
_LEAST_WORDS, _MOST_WORDS = 4, 60
"""A line of fewer words is a heading, unless it lacks one and ends as a sentence does (`Vega will appeal.`); one of
more is no sentence."""
_SHOWN = 240


class Passage(NamedTuple):
    """A sentence of the text."""

    kind: str
    """What it does, in a sentence of the note."""
    evidence: Evidence


_PAGE = re.compile(r"\b(?:you|your|yours|subscribe|sign in|log in|cookies?)\b|[<>`|]|\]\(|https?:|\bwww\.|(?<!\w)@\w")
"""What is no prose: the furniture of a page."""
_TAG_EDGE = re.compile(r"(?<=[.!?])\s+(?=<)|(?<=>)\s+(?=[A-Z])")
_BOILERPLATE = re.compile(
    r"\bforward[- ]looking\b|\bresults (?:may|could|might) differ\b|\bsafe harbou?r\b|\bno obligation to\b"
    r"|\brisk factors\b|\brisks and uncertainties\b|\bpast performance\b|\bno (?:offer|advice)\b"
    r"|\binvestment advice\b|\bundertakes no\b|\binvest(?:ing|ments?) (?:involves?|carr(?:y|ies)) risks?\b"
    r"|\bcapital (?:is )?at risk\b|\bvalue of (?:your |an? |the )?investments? (?:can|may)\b"
    r"|\bprices can (?:fall|go down)\b"
    # of reports to the SEC
    r"|\bincorporated (?:herein )?by reference\b|\bshall not be deemed\b|\bqualified in (?:its|their) entirety\b"
    r"|\bliabilities of (?:that|such) section\b|\bcover page\b|\binteractive data\b|\b(?:i|inline )xbrl\b"
    r"|\bexhibits? (?:no\b|number\b|index\b|\d)|\bpress release,? (?:dated|issued)\b|\bform 8-k\b"
    r"|\bnot otherwise defined\b|\bnon-gaap\b|\bsubstitute for (?:gaap|measures)\b|\bpar value\b"
    r"|\bcustomary representations\b|\bpursuant to (?:an?|the|that certain) (?:\w+ ){0,4}indenture\b"
    r"|\bindependent director\b|\bage (?:[3-8]\d),|\btarget (?:annual )?bonus\b|\bannual bonus\b"
    r"|\bparachute payment\b",
)
"""What stands in every text of its kind, and says nothing about this one."""
_NONE_OF_IT = re.compile(r"(?:\b(?:no|without|free of|never)\s(?:\w+\s)?|\bnot\s)$", re.IGNORECASE)
_OPENS = re.compile(r"[\s\"'“‘(\[]*")
_NEXT = re.compile(r"[\s,.&/'’-]*(\w+)?")
_FREE = frozenset(("but", "however", "although", "though", "while", "whereas", "despite", "no", "not", "only"))
"""Cues that are never part of a name, even where what follows has a capital."""
_OFFICE = re.compile(
    r"\s(?:officers?|officials?|commission(?:er)?s?|departments?|minist(?:er|ry)|directors?|managers?|presidents?"
    r"|leaders?|analysts?|agency|agencies|regulators?|division|desk|traders?)\b",
    re.IGNORECASE,
)
"""What makes an office or a field of the word before it: `the debt department`."""

Fits = Callable[[Cue, int, int, int], bool]
"""Whether a cue means what it says: the cue, where its sentence begins and ends, and where it stands itself."""


def passages(
    event: Event, cues: Sequence[Cue], most: int, taken: Sequence[Evidence] = (), fits: Fits | None = None
) -> list[Passage]:
    """Give at most `most` sentences of an event's body that cues find, each once, and none that `taken` quotes."""
    found: list[tuple[int, int, Passage]] = []
    for start, end in _untold(event, taken):
        first = first_cue(event.body, start, end, cues, fits)
        if first is not None:
            rank, place = first
            found.append((rank, start, Passage(cues[rank].kind, _evidence(event.body, start, end, place))))
    return [one[-1] for one in sorted(found, key=lambda one: one[:2])[:most]]


def chosen(
    event: Event, kind: str, most: int, taken: Sequence[Evidence], holds: Callable[[int, int], bool]
) -> list[Passage]:
    """Give the first sentences of an event's body for which something holds, so many, and none that is `taken`."""
    places = islice((place for place in _untold(event, taken) if holds(*place)), most)
    return [Passage(kind, _evidence(event.body, start, end, start)) for start, end in places]


def _untold(event: Event, taken: Sequence[Evidence]) -> Iterator[tuple[int, int]]:
    """Give the sentences of an event's body that may be quoted and that nothing `taken` quotes yet."""
    for start, end in spoken(event.body):
        if any(one.field == "body" and one.start < end and start < one.end for one in taken):
            continue
        if not is_caution(event.body, start) and not is_hidden(event.body, start, end):
            yield start, end


def first_cue(
    text: str, start: int, end: int, cues: Sequence[Cue], fits: Fits | None = None
) -> tuple[int, int] | None:
    """Give which cue, the first of several, a sentence has, by its number, and where it stands in the text."""
    said = text[start:end]
    low = _small(said)
    if _any_of(tuple(cues)).search(low) is None:
        return None
    for rank, cue in enumerate(cues):
        place = _place(cue, said, low)
        if place is not None and (fits is None or fits(cue, start, end, start + place)):
            return rank, start + place
    return None


@lru_cache(maxsize=64)
def _any_of(cues: tuple[Cue, ...]) -> re.Pattern[str]:
    """Give what finds something wherever one of them does: most sentences are dismissed by it at once."""
    return re.compile("|".join(cue.pattern.pattern for cue in cues))


@lru_cache(maxsize=1024)
def _small(said: str) -> str:
    """Write a sentence in small letters, each at its place."""
    low = said.lower()
    return low if len(low) == len(said) else "".join(c if len(c.lower()) > 1 else c.lower() for c in said)


def spoken(text: str) -> tuple[tuple[int, int], ...]:
    """Give the sentences of a text that are prose and speak to nobody, as offsets."""
    return _spoken(text[:READ])


@lru_cache(maxsize=16)
def _spoken(text: str) -> tuple[tuple[int, int], ...]:
    return tuple(_prose(text))


def _prose(text: str) -> Iterator[tuple[int, int]]:
    for one in sentences(text, _MOST_SENTENCES):
        for start, end in _between_tags(text, one.start, one.end):
            said = text[start:end]
            count = len(said.split()) + said.endswith((".", "!"))
            if _LEAST_WORDS <= count <= _MOST_WORDS and not _is_page(said):
                yield start, end


def _between_tags(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut a sentence where markup begins after its point or ends before its first word: that is none of it."""
    for found in _TAG_EDGE.finditer(text, start, end):
        yield start, found.start()
        start = found.end()
    yield start, end


def _is_page(said: str) -> bool:
    low = _small(said)
    return _PAGE.search(low) is not None or _BOILERPLATE.search(low) is not None or speaks_to_its_reader(said)


def _place(cue: Cue, said: str, low: str) -> int | None:
    """Give where a cue stands that is not taken back by the word before it (`no debt`), and is part of no name."""
    if cue.unless is not None and cue.unless.search(low) is not None:
        return None
    for found in cue.pattern.finditer(low):
        place = found.start()
        taken_back = _NONE_OF_IT.search(said, max(place - 24, 0), place) is not None
        if not (taken_back or _OFFICE.match(said, found.end()) or _in_name(said, place, found.end())):
            return place
    return None


def _in_name(said: str, place: int, end: int) -> bool:
    """Whether a cue is part of a name or of a dateline: it has a capital where no sentence begins, or one follows."""
    if not said[place].isupper() or said.isupper() or said[place:end].lower() in _FREE:
        return False
    first = _OPENS.match(said)
    if first is None or first.end() != place:
        return True
    word = _NEXT.match(said, end)
    return word is not None and word[1] is not None and word[1][0].isupper()


def _evidence(text: str, start: int, end: int, cue: int) -> Evidence:
    """Give a sentence as evidence; of one too long to show, what is around its cue, cut between words."""
    if end - start > _SHOWN:
        start = max(start, min(cue - _SHOWN // 3, end - _SHOWN))
        end = min(end, start + _SHOWN)
        start = start if start == 0 or text[start - 1].isspace() else text.find(" ", start, cue) + 1 or start
        end = end if end == len(text) or text[end].isspace() else text.rfind(" ", cue, end)
    return Evidence(field="body", start=start, end=end, quote=text[start:end])
