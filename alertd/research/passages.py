"""Sentences of the text that say by themselves what can go wrong, what speaks against it, and what is left open.

The note's own sentence says only of which kind such a sentence is; what it says is the quote beneath it. Found by
what such sentences have in common (`subject to`, `rejects`, `did not say`), whatever the event is about. A sentence
that is part of a page or speaks to its reader is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from alertd.base.months import MONTHS
from alertd.model import Event, Evidence
from alertd.research.addressed import speaks_to_its_reader
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


class _Cue(NamedTuple):
    kind: str
    pattern: re.Pattern[str]
    """For words in small letters: without a flag for case each place is dismissed by its first letter."""


@dataclass(frozen=True, eq=False)
class Cues:
    """What sentences of one sort have in common, the first that fits being their kind."""

    all: tuple[_Cue, ...]
    any: re.Pattern[str]
    """Finds something wherever one of them does: most sentences are dismissed by it at once."""


def _cues(**patterns: str) -> Cues:
    cues = (_Cue(_KINDS[name], re.compile(rf"\b(?:{part})\b")) for name, part in patterns.items())
    return Cues(tuple(cues), re.compile(rf"\b(?:{'|'.join(patterns.values())})\b"))


_KINDS = {
    "condition": "It depends on something that is not settled yet.",
    "doubt": "It may not come as it is told.",
    "opposed": "Somebody is against it, or has not agreed.",
    "pressed": "Something is late, has stopped, or fails again.",
    "owed": "Money is owed, or has to be found.",
    "costly": "It costs more, or brings less.",
    "liable": "There are claims, charges or fines.",
    "leaning": "Much hangs on one thing.",
    "denied": "The other side tells it otherwise.",
    "unproven": "Nothing is decided by it.",
    "softened": "Something softens it.",
    "unchanged": "What it might have changed is as it was.",
    "planned": "It was planned, or known before.",
    "elsewhere": "Others do otherwise, or it was otherwise before.",
    "unsaid": "The text says that this is not known.",
}
_SHARE = r"(?:half|a third|one third|two thirds|a quarter|a fifth|\d+(?:\.\d+)? ?(?:%|per ?cent))"

RISKS = _cues(
    condition=r"subject to|depend(?:s|ing|ent)?|conditional"
    r"|must (?:\w+ )?(?:still|first|raise|double|find|agree|repay|prove)|has still to|ha(?:s|ve) yet to"
    r"|provided that|consent|unless|needs? (?:the )?(?:approval|permission)|covenants?"
    r"|still (?:has to|needs?)",
    doubt=r"come to nothing|early stage|no (?:assurance|guarantee)|faults?|differences over|does not know"
    r"|warn(?:s|ed)? (?:that|of)|risks?"
    r"|(?:may|might|could) (?:not|fail|lose|be forced|fall|cost|face|cut|leave|order up to|end|walk away)"
    r"|uncertain\w*",
    opposed=r"oppos(?:e|es|ed|ition)|thin|has not (?:said|joined|agreed|decided)|disput(?:e|es|ed|ing)"
    r"|vote[sd]? against|object(?:s|ed|ions?)|complain(?:s|ed|t|ts)?|critici[sz]\w+|unions?"
    r"|works council",
    pressed=r"(?:\w+ )?(?:days|weeks|months|years) late|delay(?:s|ed)?|late delivery|stopped|halt(?:s|ed)?|shut"
    r"|(?:second|third|fourth|fifth) (?:\w+ )?(?:time|outage|delay|recall|attack|warning)|put off"
    r"|postpone[sd]?|quality problems|data (?:were|was)|shortages?|customer had left|lost",
    owed=r"debts?|loans?|repa(?:y|id|yment)|borrow\w*|spends? about|cash (?:at|of)|bonds?|must pay|would pay"
    r"|raise funds|break fee|dilut\w+|below the last close",
    costly=r"cannot pass on|dearer|costs? (?:almost|it|more|about|up)|hedged only|fell \d+|down from"
    r"|less each year|\d+% less|margins? (?:fell|falls|shrank|under)|slow(?:s|ed|er|ing)?"
    r"|weak(?:er|ness)?|has hedged|loss(?:es)?",
    liable=r"damages|charge of|fin(?:e|es|ed)|lawsuits?|suits|claims? (?:for|of|by|against)|penalt(?:y|ies)"
    r"|pending|investigat\w+|subpoena\w*|default\w*",
    leaning=rf"{_SHARE} of (?:its|the|his|her|their|all|annual|group|total)\b[^.]*\b(?:sales|revenues?|profits?"
    r"|backlog|pipeline|price|shares|votes|costs?|capacity|needs|orders?|business|output)"
    rf"|or {_SHARE} of its|largest (?:customer|buyer|supplier)s?|only (?:customer|supplier|source|maker)"
    rf"|stood for|{_SHARE} of the (?:votes|shares|pipeline|capacity|price)",
)  # fmt: skip
"""The first that fits is a sentence's kind, and the first kinds come first."""

AGAINST = _cues(
    denied=r"reject(?:s|ed)?|den(?:y|ies|ied)|disput(?:es|ed)|no disagreement|no wrongdoing|complies|meets the"
    r"|will (?:appeal|fight|contest|defend)|sa(?:id|ys) (?:that )?(?:it|its|they|the) [^.]*\b(?:not|no)"
    r"|not (?:negotiating|in talks)|no basis|defend\w* (?:itself|against)",
    unproven=r"prejudge|examining|alleg(?:es|ed|ation\w*)|may come to nothing|early stage|no decision"
    r"|nothing has been (?:decided|agreed)",
    softened=r"insur(?:ance|er|ed)|covers?|from stock|restored|set aside|other work|hedged|no new trial"
    r"|fixed prices|only (?:a|one|half)|not affected|replacement|resum\w+",
    unchanged=r"unchanged|intact|kept|keeps?|maintain(?:s|ed)?|repeated|confirm(?:s|ed)|in line with|reaffirm\w+"
    r"|remains?|still (?:holds?|advise|expects?|owns?)|have held|no (?:order|effect|change)|not been"
    r"|does not change|will continue|rather than",
    planned=r"trading plan|10b5-1|as (?:planned|expected)|had (?:said|warned|expected|risen|announced)"
    r"|priced? in|already (?:\w+ )?(?:announced|disclosed|expected|flagged|known|planned|reported|said|told|warned)"
    rf"|since (?:{'|'.join(MONTHS)})",
    elsewhere=r"below the (?:last|offer|value)|sold shares|but|however|although|while|despite|yet|other brokers"
    r"|raised their own|had left",
)  # fmt: skip

UNSAID = _cues(
    unsaid=r"(?:did|does|has|have|had|would|could|do) not (?:yet )?(?:said?|say|name[d]?|know|give[n]?"
    r"|disclose[d]?|state[d]?|comment|specify|specified|identify|identified|explain(?:ed)?|put a figure"
    r"|tell|told)|not (?:been )?(?:disclosed|stated|known|named|given)|undisclosed"
    r"|without (?:naming|giving|saying)|(?:gave|named|give|set|sets) no|declined to"
    r"|no (?:reason|deadline|date|details?|figure)s? (?:was|were|is|are)|unclear|no court or",
)  # fmt: skip

_PAGE = re.compile(r"\b(?:you|your|yours|subscribe|sign in|log in|cookies?)\b|[<>`|]|\]\(|https?:|\bwww\.|(?<!\w)@\w")
"""What is no prose: the furniture of a page."""
_BOILERPLATE = re.compile(
    r"\bforward[- ]looking\b|\bresults (?:may|could|might) differ\b|\bsafe harbou?r\b|\bno obligation to\b"
    r"|\brisk factors\b|\brisks and uncertainties\b|\bpast performance\b|\bno (?:offer|advice)\b"
    r"|\binvestment advice\b|\bundertakes no\b"
)
"""What stands in every text of its kind, and says nothing about this one."""
_NONE_OF_IT = re.compile(r"\b(?:no|without|free of|never)\s(?:\w+\s)?$")


def passages(event: Event, cues: Cues, most: int, taken: Sequence[Evidence] = ()) -> list[Passage]:
    """Give at most `most` sentences of an event's body that cues find, each once; what `taken` quotes comes last."""
    quoted = [(one.start, one.end) for one in taken if one.field == "body"]
    found = [(any(a < end and start < b for a, b in quoted), rank, start, end, place)
             for rank, start, end, place in _found(event.body[:READ], cues)]  # fmt: skip
    return [
        Passage(cues.all[rank].kind, _evidence(event.body, start, end, place))
        for _, rank, start, end, place in sorted(found)[:most]
    ]


@lru_cache(maxsize=32)
def _found(text: str, cues: Cues) -> tuple[tuple[int, int, int, int], ...]:
    """Give for each sentence that a cue finds the cue's rank, its own offsets, and where the cue stands."""
    found = []
    for start, end, said in _spoken(text):
        if cues.any.search(said) is not None:
            places = ((rank, _place(cue.pattern, said)) for rank, cue in enumerate(cues.all))
            if first := next(((rank, place) for rank, place in places if place is not None), None):
                found.append((first[0], start, end, start + first[1]))
    return tuple(found)


def _small(said: str) -> str:
    """Write a sentence in small letters, each at its place."""
    low = said.lower()
    return low if len(low) == len(said) else "".join(c if len(c.lower()) > 1 else c.lower() for c in said)


def spoken(text: str) -> tuple[tuple[int, int], ...]:
    """Give the sentences of a text that are prose and speak to nobody, as offsets."""
    return tuple((start, end) for start, end, _ in _spoken(text[:READ]))


@lru_cache(maxsize=16)
def _spoken(text: str) -> tuple[tuple[int, int, str], ...]:
    return tuple(_prose(text))


def _prose(text: str) -> Iterator[tuple[int, int, str]]:
    """Give sentences as offsets, each with itself in small letters."""
    for one in sentences(text, _MOST_SENTENCES):
        said = text[one.start : one.end]
        low = _small(said)
        count = len(said.split()) + said.endswith((".", "!"))
        if _LEAST_WORDS <= count <= _MOST_WORDS and not _is_page(said, low):
            yield one.start, one.end, low


def _is_page(said: str, low: str) -> bool:
    return _PAGE.search(low) is not None or _BOILERPLATE.search(low) is not None or speaks_to_its_reader(said)


def _place(pattern: re.Pattern[str], said: str) -> int | None:
    """Give where a cue stands that is not taken back by the word before it: `no debt`."""
    places = (found.start() for found in pattern.finditer(said))
    return next((place for place in places if not _NONE_OF_IT.search(said, max(place - 24, 0), place)), None)


def _evidence(text: str, start: int, end: int, cue: int) -> Evidence:
    """Give a sentence as evidence; of one too long to show, what is around its cue, cut between words."""
    if end - start > _SHOWN:
        start = max(start, min(cue - _SHOWN // 3, end - _SHOWN))
        end = min(end, start + _SHOWN)
        start = start if start == 0 or text[start - 1].isspace() else text.find(" ", start, cue) + 1 or start
        end = end if end == len(text) or text[end].isspace() else text.rfind(" ", cue, end)
    return Evidence(field="body", start=start, end=end, quote=text[start:end])
