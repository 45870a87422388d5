"""Sentences of the text that say by themselves what can go wrong, what speaks against it, and what is left open.

The note's own sentence says only of which kind such a sentence is; what it says is the quote beneath it. Found by
what such sentences have in common (`subject to`, `rejects`, `did not say`), whatever the event is about. A sentence
that is part of a page or speaks to its reader is none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import islice
from typing import NamedTuple

from alertd.model import Evidence
from alertd.research.cues import Cue, Cues
from alertd.research.prose import Spoken
from alertd.research.study import Study

_SHOWN = 240


class Passage(NamedTuple):
    """A sentence of the text."""

    kind: str
    """What it does, in a sentence of the note."""
    evidence: Evidence


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

Fits = Callable[[Cue, Spoken, int], bool]
"""Whether a cue means what it says: the cue, its sentence, and where it stands itself in the text."""


def passages(
    study: Study, cues: Cues, most: int, taken: Sequence[Evidence] = (), fits: Fits | None = None
) -> list[Passage]:
    """Give at most `most` sentences of an event's body that cues find, each once, and none that `taken` quotes."""
    found: list[tuple[int, int, Passage]] = []
    for one in study.body.spoken:
        first = first_cue(one, cues, fits)
        if first is not None and _is_untold(study, one, taken):
            cue, place = first
            said = _evidence(study.body.said, one.start, one.end, place)
            found.append((cues.index(cue), one.start, Passage(cue.kind, said)))
    return [one[-1] for one in sorted(found, key=lambda one: one[:2])[:most]]


def chosen(
    study: Study, kind: str, most: int, taken: Sequence[Evidence], holds: Callable[[Spoken], bool]
) -> list[Passage]:
    """Give the first sentences of an event's body for which something holds, so many, and none that is `taken`."""
    found = (one for one in study.body.spoken if holds(one) and _is_untold(study, one, taken))
    return [Passage(kind, _evidence(study.body.said, one.start, one.end, one.start)) for one in islice(found, most)]


def _is_untold(study: Study, one: Spoken, taken: Sequence[Evidence]) -> bool:
    """Whether a sentence may be quoted and nothing `taken` quotes it yet."""
    if study.body.is_caution(one.start) or study.body.is_hidden(one.start, one.end):
        return False
    return not any(span.field == "body" and span.start < one.end and one.start < span.end for span in taken)


def first_cue(sentence: Spoken, cues: Cues, fits: Fits | None = None) -> tuple[Cue, int] | None:
    """Give which cue, the first of several, a sentence has, and where it stands in the text."""
    if not cues.hint.fits(sentence.plain):
        return None
    for cue in cues:
        place = _place(cue, sentence.said, sentence.low)
        if place is not None and (fits is None or fits(cue, sentence, sentence.start + place)):
            return cue, sentence.start + place
    return None


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
