"""Whether a date is one that somebody wishes for, reckons with from outside, or speaks of in a quotation of his own:
nobody has set it; or one of something that goes on beside the news.

customers ask for delivery by June 2027                 wished
"Everybody wants a slot before 2028," she said          wished
"We will open in June," the company said                set: it speaks of itself
analysts expect sales to double by 2029                 reckoned
the market is to reach $90bn by 2030                    a market
the trade fair in May, its lease, which is not affected beside it
"""

from __future__ import annotations

import re

from alertd.research.another import is_of_market

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
_RECKONED = re.compile(
    r"\b(?:analysts?|brokers?|economists?|consultants?|researchers?|forecasters?|observers?|strategists?|critics?)\b"
    r"[^.;]{0,60}\b(?:expect|see|forecast|predict|estimat|reckon|project|think|believe|put|say|said)\w*",
    re.IGNORECASE,
)
_BESIDE = re.compile(
    r"\b(?:conference(?! call)|exhibition|trade (?:show|fair)|festival|museum|anniversary|olympics|world cup|savings"
    r"|synergies|carbon|net[- ]zero|climate|emissions)\b"
    r"|\b(?:not|un)\s?(?:\w+\s)?(?:affected|touched|involved)\b|\b(?:is|are) (?:separate|unrelated)\b",
    re.IGNORECASE,
)


def is_beside(said: str, place: int) -> bool:
    """Whether a date at a place of a sentence is of a market, of what is reckoned outside, or of another thing."""
    before = said[:place]
    return is_of_market(before) or _BESIDE.search(said) is not None or _RECKONED.search(before) is not None


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
