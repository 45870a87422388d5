"""Whether a text of which no kind of event is known is read all the same: its title is quoted, and its sentences that
name a risk, speak against something, leave something open or give a date are told as what they are.

Not a round-up of many kinds, a title that asks or advises, a text that names no company, or one in which any sentence
speaks to its reader: of a tip nothing is wanted.
"""

from __future__ import annotations

import re

from alertd.model import Event
from alertd.research.addressed import speaks_to_its_reader
from alertd.research.texts import Text
from alertd.rules.reported import SURE

_MOST = 60
"""Sentences that are looked through."""
_ADVISES = re.compile(
    r"\?\W*$|^\W*(?:why|how|should|what|when|where|who|here['’]?s?|watch|video|photos?|pictures?|podcast"
    r"|opinion|comment(?:ary)?"
    r"|factbox|insight|column|breakingviews|week ahead|table|timeline|explainer|analysis|graphic|preview|diary"
    r"|calendar)\b|\byou(?:r|rs)?\b|^\W*\d+ \w+"
    r"|\b(?:anniversary|years on|looks? back|remember\w*|history of|how \w+)\b|\b(?:best|top|hot"
    r"|undervalued) (?:\w+ ){0,2}stocks?\b|\bstocks? (?:to|picks?|watch)\b|\b(?:round-?up"
    r"|newsletter|digest)\b",
    re.IGNORECASE,
)


def is_read_plainly(event: Event, body: Text) -> bool:
    """Whether the sentences of a text may be told although no kind of event was recognised."""
    if any(found.confidence >= SURE for found in event.event_types) or not event.companies or event.withdrawn:
        return False
    if not event.title or _ADVISES.search(event.title) or not (event.language or "en").startswith("en"):
        return False
    said = (body.said[one.start : one.end] for one in body.front(_MOST))
    return not (speaks_to_its_reader(event.title) or any(speaks_to_its_reader(one) for one in said))
