"""Who does not have to pay after all: whoever a verdict, a fine or the like was against, where a sentence lifts it.

overturns a $120 million verdict against Halden     Halden gains
asks a court to overturn it, partly overturned      nobody yet: standing.py
"""

from __future__ import annotations

import re

from alertd.model import Amount, Event
from alertd.research.standing import around, is_lifted

_BEFORE = r"(?:against|(?:fines?|penalt(?:y|ies))(?:\s[$€£]?[\w.,]+){0,4}\s(?:on|for|of))\s(?:the\s)?"


def freed_of(event: Event, company: str) -> Amount | None:
    """Give the amount that a company does not have to pay after all, by a sentence that names it behind what"
    " was lifted."""
    called = _called(event, company)
    if not called:
        return None
    named = re.compile(rf"\b{_BEFORE}(?:{'|'.join(map(re.escape, called))})(?!\w)")
    lifted = (
        one
        for one in event.amounts
        if one.role == "penalty" and not one.earlier and is_lifted(event, one.evidence[:1])
    )
    return next((one for one in lifted if any(map(named.search, around(event, one.evidence[:1])))), None)


def _called(event: Event, company: str) -> list[str]:
    texts = {"title": event.title, "body": event.body}
    found = set[str]()
    for mention in event.companies:
        if mention.id == company:
            found |= {texts.get(one.field, "")[one.start : one.end].strip() for one in mention.evidence}
            found.add(mention.name)
    return sorted((one for one in found if one), key=lambda one: (-len(one), one))
