"""Whether a story takes itself back, or says that another company was meant: then nothing follows from it.

WITHDRAWN: Harbor recalls robots                               by its title
The story was withdrawn because it named the wrong company     by its own words
A correction of a figure                                       not: what is corrected is news
"""

from __future__ import annotations

import re

from alertd.model import Event, Evidence
from alertd.research.hints import Quick

_READ = 1_500
"""Code points of a body that are looked through."""
_THING = r"(?:story|article|headlines?|news item|dispatch)"
_DONE = r"(?:withdrawn|retracted|deleted)"
_TITLE = Quick(re.compile(
    r"^\W*(?:story\s)?(?:withdrawn|withdraws|withdrawal|retract(?:ed|ion|s)|kill|deletes?"
    r"|deleted)\s?(?:story\b\s?)?[-:–—*\]]"
    rf"|\b{_THING}\s(?:is\s|was\s|has been\s)?{_DONE}\b"
    rf"|\b(?:withdraws|retracts|deletes)\s(?:its\s|the\s|a\s)?{_THING}\b",
    re.IGNORECASE,
))  # fmt: skip
_ERR = r"(?:published|sent|issued|filed) in error"
_BODY = Quick(re.compile(
    rf"\b(?:this|the|our|an?|that)\s(?:\w+\s){{0,3}}{_THING}\b[^.;]{{0,60}}\b(?:is|was|were|has been|have been|be)\s"
    rf"(?:\w+\s)?(?:{_DONE}|{_ERR})"
    rf"|\b(?:this|our)\s(?:\w+\s){{0,3}}{_THING}\b[^.;]{{0,60}}\b(?:is|was|were)\s(?:\w+\s)?(?:wrong|incorrect"
    rf"|erroneous)"
    rf"|\b(?:withdraws?|withdrew|withdrawn|withdrawing|retracts?|retracted)\s(?:its|the|this|an?"
    rf"|our)\s(?:\w+\s){{0,3}}{_THING}\b"
    rf"|\b(?:disregard|ignore)\s(?:the|this|our|an?)\s(?:\w+\s){{0,3}}{_THING}\b|\bno substitute story\b"
    r"|\b(?:story|article|report|headline|item|version)\b[^.;]{0,60}\b(?:wrongly|mistakenly|incorrectly|erroneously)"
    r"\s(?:named|identified|said|stated|reported|attributed|linked|referred)\b"
    r"|\b(?:named|identified)\sthe\swrong\scompany\b"
    r"|\b(?:a different|another|an unrelated)\s(?:\w+\s){0,2}company\s(?:of|with|called|by)\s(?:the|a)\s(?:same"
    r"|similar)\b"
    r"|\b(?:refers?|referred|concerns?|concerned|relates?|is about|was about)\s(?:to\s)?(?:a different|another"
    r"|an unrelated)"
    r"\s(?:\w+\s){0,2}company\b",
    re.IGNORECASE,
))  # fmt: skip


def taken_back(event: Event) -> Evidence | None:
    """Give the words with which a story takes itself back; None where it stands."""
    if found := _TITLE.search(event.title):
        return Evidence(field="title", start=found.start(), end=found.end(), quote=found[0])
    if found := _BODY.search(event.body[:_READ]):
        return Evidence(field="body", start=found.start(), end=found.end(), quote=found[0])
    return None
