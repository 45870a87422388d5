"""Which sentences of a text are prose, and speak to nobody: no furniture of a page, and none that stands in each text
of its kind.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from alertd.research.addressed import PATTERNS, speaks_to_its_reader
from alertd.research.hints import Hint, plain_of
from alertd.text.sentences import Sentence

_LEAST_WORDS, _MOST_WORDS = 4, 60
"""A line of fewer words is a heading, unless it lacks one and ends as a sentence does (`Vega will appeal.`); one of
more is no sentence."""
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
_NO_REPORT = Hint(one.pattern for one in (_PAGE, _BOILERPLATE, *PATTERNS))


class Spoken:
    """A sentence of a text."""

    __slots__ = ("end", "low", "plain", "said", "start")

    def __init__(self, said: str, start: int, end: int) -> None:
        self.said, self.start, self.end = said, start, end
        self.low = _small(said)
        """In small letters, each at its place."""
        self.plain = plain_of(said)
        """For hints."""


def _small(said: str) -> str:
    """Write a sentence in small letters, each at its place."""
    low = said.lower()
    return low if len(low) == len(said) else "".join(c if len(c.lower()) > 1 else c.lower() for c in said)


def prose(text: str, cut: Iterable[Sentence]) -> Iterator[Spoken]:
    """Give of the sentences of a text those that are prose and speak to nobody."""
    has_tags = "<" in text or ">" in text
    for one in cut:
        for start, end in _between_tags(text, one.start, one.end) if has_tags else (one,):
            said = text[start:end]
            count = len(said.split()) + said.endswith((".", "!"))
            if _LEAST_WORDS <= count <= _MOST_WORDS:
                spoken = Spoken(said, start, end)
                if not _is_page(spoken):
                    yield spoken


def _between_tags(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut a sentence where markup begins after its point or ends before its first word: that is none of it."""
    for found in _TAG_EDGE.finditer(text, start, end):
        yield start, found.start()
        start = found.end()
    yield start, end


def _is_page(spoken: Spoken) -> bool:
    if not _NO_REPORT.fits(spoken.plain):
        return False
    found = _PAGE.search(spoken.low) or _BOILERPLATE.search(spoken.low)
    return found is not None or speaks_to_its_reader(spoken.said)
