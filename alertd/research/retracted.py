"""Whether a story takes itself back, or says that another company was meant: then nothing follows from it.

WITHDRAWN: Harbor recalls robots                               by its title
The story was withdrawn because it named the wrong company     by its own words
A correction of a figure                                       not: what is corrected is news
"""

from __future__ import annotations

import re

from alertd.model import Event, Evidence

_READ = 1_500
"""Code points of a body that are looked through."""
_TITLE = re.compile(
    r"^\W*(?:(?:story|report|news)\s)?(?:withdrawn|withdraws|withdrawal|retract(?:ed|ion|s)|killed|kill"
    r"|deleted?s?|removed)"
    r"\s?(?:story\b\s?)?[-:–—*\]]"
    r"|\b(?:story|report|article|headline|item)\s(?:is\s|was\s|has been\s)?(?:withdrawn|retracted|deleted|removed)\b"
    r"|\b(?:withdraws|retracts|deletes)\s(?:its\s|the\s|a\s)?(?:story|report|article)\b",
    re.IGNORECASE,
)
_THING = r"(?:story|report|article|headlines?|item|alerts?|version|snap|dispatch)"
_BODY = re.compile(
    rf"\b(?:this|the|our|an?|that|earlier|previous)\s(?:\w+\s){{0,3}}{_THING}\b[^.;]{{0,60}}\b(?:(?:is|was|were"
    rf"|has been|have been|be)\s"
    r"(?:\w+\s)?(?:withdrawn|retracted|wrong|incorrect|erroneous|deleted|removed|published in error"
    r"|sent in error|issued in error))"
    rf"|\b(?:withdr[ae]ws?|withdrew|retracts?|retracted|has withdrawn|is withdrawing)\s(?:its|the|this|an?"
    rf"|our)\s(?:\w+\s){{0,3}}{_THING}\b"
    rf"|\b(?:please\s)?(?:disregard|ignore)\s(?:the|this|our|an?)\s(?:\w+\s){{0,3}}{_THING}\b"
    r"|\b(?:wrongly|mistakenly|incorrectly|erroneously)\s(?:named|identified|attributed|linked|referred)\b"
    r"|\b(?:named|identified)\sthe\swrong\scompany\b|\bno substitute story\b"
    r"|\b(?:a different|another|an unrelated)\s(?:\w+\s){0,2}company\s(?:of|with|called|by)\s(?:the|a)\s(?:same"
    r"|similar)\b"
    r"|\b(?:refers?|referred|concerns?|concerned|relates?|is about|was about)\s(?:to\s)?(?:a different|another"
    r"|an unrelated)"
    r"\s(?:\w+\s){0,2}company\b",
    re.IGNORECASE,
)


def taken_back(event: Event) -> Evidence | None:
    """Give the words with which a story takes itself back; None where it stands."""
    if found := _TITLE.search(event.title):
        return Evidence(field="title", start=found.start(), end=found.end(), quote=found[0])
    if found := _BODY.search(event.body[:_READ]):
        return Evidence(field="body", start=found.start(), end=found.end(), quote=found[0])
    return None
