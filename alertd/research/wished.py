"""Whether a date is one that somebody wishes for, or speaks of in a quotation of his own: nobody has set it.

customers ask for delivery by June 2027                 wished
"Everybody wants a slot before 2028," she said          wished
"We will open in June," the company said                set: it speaks of itself
"""

from __future__ import annotations

import re

_QUOTES = re.compile(r"[\"“”]")
_OTHERS = (
    r"(?:customers?|clients?|buyers?|tenants?|people|everyone|everybody|users?|others|rivals?|competitors?|they)"
)
_WISHES = re.compile(rf"\b{_OTHERS}\b[^.;]{{0,40}}\b(?:want|ask|wish|demand)\w*\b", re.IGNORECASE)
_OF_OTHERS = re.compile(rf"\b{_OTHERS}\b", re.IGNORECASE)
_OWN = re.compile(r"\b(?:we|I|our|us|ours)\b(?:['’](?:ll|re|ve|m|d))?", re.IGNORECASE)
_ASKED = re.compile(
    r"\b(?:ask(?:s|ed|ing)?|call(?:s|ed|ing)?|want(?:s|ed)?) (?:me|us|if|whether|about)\b",
    re.IGNORECASE,
)


def is_wished(said: str, place: int) -> bool:
    """Whether what stands at a place of a sentence is wished for, or part of a quotation that speaks of others."""
    if _WISHES.search(said, 0, place) is not None:
        return True
    marks = [one.start() for one in _QUOTES.finditer(said)]
    before = [mark for mark in marks if mark < place]
    if len(before) % 2 == 0:
        return False
    end = next((mark for mark in marks if mark > place), len(said))
    quoted = said[before[-1] : end]
    own = _OWN.search(quoted) is not None and _ASKED.search(quoted) is None
    return not own and _OF_OTHERS.search(quoted) is not None
