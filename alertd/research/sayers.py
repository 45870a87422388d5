"""Who says what stands at a place of the text, where the text itself does not: a party's claim is told as that.

    before     Xyz says that the notice period is 90 days        Xyz says
    behind     the notice period is 90 days, Xyz claimed         Xyz claims
    around     according to Xyz, the notice period is 90 days    Xyz says
    a pronoun  It says that the notice period is 90 days         one side says

A clause that is set against what was said (`but`, `while`) is told by the text again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from alertd.model import Evidence
from alertd.research.grounds import is_plain
from alertd.research.study import Study

_MOST = 60
"""Characters of who says it; a longer one is none that can be told apart from the sentence."""
_LONGEST = 500
"""Characters of a place; what is longer is no find."""
_SAYS = (
    r"says?|said|tells?|told|states?|stated|explain(?:s|ed)|add(?:s|ed)|notes?|noted|confirm(?:s|ed)|report(?:s|ed)"
)
_CLAIMS = (
    r"claim(?:s|ed)?|argue[sd]?|alleg(?:es?|ed)|contend(?:s|ed)?|insist(?:s|ed)?|maintain(?:s|ed)?|assert(?:s|ed)?"
    r"|believe[sd]?|complain(?:s|ed)?"
)
_NAME = r"(?:[A-Z][\w&.’'-]*|\d[\w&]*[A-Z]\w*)(?:\s(?:(?:and|&|of|de)\s)?[A-Z][\w&.’'-]*){0,4}"
_OF_NAME = r"(?:['’]s?\s(?:[a-z-]+\s){0,2}[a-z-]+)?"
_SOME = (
    r"[Pp]eople (?:familiar with|close to|briefed on|with knowledge of) (?:[\w’'-]+ ){0,2}[\w’'-]+|[Ss]ources"
    r"|[Tt]he (?:complaint|suit|lawsuit|filing|plaintiffs?|claimants?|landlord|tenant|lessor|lessee|buyer|seller)"
)
_PRONOUN = r"[Ii]t|[Tt]hey|[Hh]e|[Ss]he|[Tt]he (?:company|group|firm)"
_WHO = rf"(?P<it>{_PRONOUN})|(?P<who>{_NAME}{_OF_NAME}|{_SOME})"
_VERB = rf"(?:(?P<says>{_SAYS})|(?P<claims>{_CLAIMS}))"
_FORE = re.compile(rf"(?<![\w’'])(?:{_WHO})\s(?:has\s|have\s|also\s|later\s)?{_VERB}\b(?!\s(?:goodbye|nothing|no\b))")
_ASIDE = re.compile(rf",\s(?:(?:{_WHO})\s{_VERB}|(?P<verb>said)\s(?P<name>{_NAME}{_OF_NAME}))\b")
_ACCORDING = re.compile(rf"(?i:according to)\s(?P<who>{_NAME}{_OF_NAME}|{_SOME})")
_TURNS = re.compile(r";\s|,\s(?:but|while|whereas|although|though|yet)\s")
_NOT_WHO = frozenset(
    ("on", "in", "at", "the", "this", "that", "monday", "tuesday", "wednesday", "thursday", "friday")
)
_SEVERAL = re.compile(r"^(?:people|sources|they)\b|\b\w+s$", re.IGNORECASE)


class Sayer(NamedTuple):
    """Who says it, in words, and the words of the text that show it."""

    who: str
    verb: str
    """`says`, or `claims` where the text tells it as no more."""
    several: bool
    """They are more than one: `say`."""

    @property
    def says(self) -> str:
        """Give both: `Anthropic says`."""
        return f"{self.who} {self.verb.removesuffix('s') if self.several else self.verb}"


def sayer_at(study: Study, spans: Sequence[Evidence]) -> Sayer | None:
    """Give who says what stands at the first of some places; None where the text says it itself."""
    one = next((span for span in spans if span.field in ("title", "body")), None)
    return _sayer(study, one, one.start, one.end) if one is not None else None


def _sayer(study: Study, one: Evidence, start: int, end: int) -> Sayer | None:
    text = study.text(one.field)
    if not 0 <= start < end <= len(text.said) or end - start > _LONGEST:
        return None
    first, last = text.around(start, end)
    said, at, until = text.said[first:last], start - first, end - first
    return next((sayer for found in _told(said, at, until) if (sayer := _read(study, found)) is not None), None)


def _told(said: str, at: int, until: int) -> Iterator[re.Match[str]]:
    """Give the words of a sentence that say who says what stands at a place of it, the nearest before it first."""
    turns = [turn.end() for turn in _TURNS.finditer(said)]
    begin = max((turn for turn in turns if turn <= at), default=0)
    close = min((turn for turn in turns if turn > until), default=len(said))
    half = at + (until - at) // 2  # the words that show a right may begin with who says that there is one
    yield from reversed([found for found in _FORE.finditer(said, begin, close) if found.start() <= half])
    yield from (found for found in _ACCORDING.finditer(said, begin, close))
    yield from (found for found in _ASIDE.finditer(said, begin, close) if found.start() >= at)


def _read(study: Study, found: re.Match[str]) -> Sayer | None:
    groups = found.groupdict()
    verb = "claims" if groups.get("claims") else "says"
    if groups.get("it"):
        sides = len({party.company for one in study.event.event_types for party in one.parties})
        return Sayer("one side" if sides > 1 else "the company", verb, several=False)
    who = " ".join((groups.get("who") or groups.get("name") or "").split()).rstrip(".,-")
    if not who or len(who) > _MOST or who.split()[0].lower() in _NOT_WHO - {"the"} or not is_plain(who):
        return None
    who = who[0].lower() + who[1:] if who.startswith(("The ", "People ", "Sources")) else who
    named = any(who == mention.name for mention in study.event.companies)
    return Sayer(who, verb, several=not named and (" and " in who or _of_several(who)))


def _of_several(who: str) -> bool:
    last = who.split()[-1]
    return who.startswith(("people ", "sources")) or (last.islower() and _SEVERAL.search(last) is not None)
