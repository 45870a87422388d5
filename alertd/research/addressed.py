"""Whether words of a text are meant for whoever reads it, person or program, and report nothing.

Such words may be in a text that reports something else, so they cost it only what rests on them.
"""

from __future__ import annotations

import re

from alertd.research.hints import Hint, plain_of

_STRUCTURE = re.compile(r"[{}]|\"\w{1,30}\"\s?:|<<|>>|\[/?(?:INST|SYSTEM|ASSISTANT|USER)\b", re.IGNORECASE)
"""Structure in place of prose."""
_READERS = r"(?:an? )?(?:ai|llms?|language models?|models?|assistants?|analysts?|readers?|systems?|bots?|agents?)"
_ORDER = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass)\b[^.]{0,40}\b(?:instructions?|rules?|prompts?|above"
    r"|previous|prior)\b"
    r"|\b(?:system|assistant|user|developer)\s?:|\b(?:system|developer) (?:prompt|message)\b|\blanguage models?\b"
    rf"|\b(?:note|message|instructions?) (?:to|for) (?:all )?{_READERS}\b"
    rf"|\b{_READERS} (?:must|should|shall|that (?:reads?|omits?))\b"
    r"|\b(?:mark|rate|classify|label|score|treat)\b[^.]{0,60}\bas\b[^.]{0,24}"
    r"\b(?:positive|negative|bullish|bearish|buy|sell|neutral|winners?|high|safe|urgent)\b"
    r"|\b(?:llms?|assistants?|bots?|models?|ai (?:agents?|readers?|systems?|tools?))\b[^.]{0,30}"
    r"\b(?:reading|summari[sz]ing|processing|parsing|that (?:reads?|summari[sz]es?|process(?:es)?"
    r"|parses?)) (?:this|it|the)\b"
    r"|^\W*(?:describe|list|present|flag|name)\b[^.]{0,60}\bas (?:an?|the)\b[^.]{0,24}\b(?:winner|beneficiary)\b"
    r"|\byou (?:are|must|should|will|have)\b|\bdo not (?:mention|tell|cite|quote)\b"
    r"|\backnowledge this\b|\bclick here\b"
    r"|\byour (?:\w+ ){0,2}(?:position|portfolio|weight|holdings?|instructions?|colleague|answer|note|output|task)\b"
    r"|\bdear (?:\w+ )?(?:reader|manager|analyst|assistant|model|client|investor)\b"
    r"|^\W*(?:repeat|reply|respond|answer|output|print|copy|forward)\b",
    re.IGNORECASE,
)
"""Words that tell somebody what to do or to say."""
_PUFFED = re.compile(
    r"\bstrong buy\b|\b(?:must|should) buy\b|\b(?:buy|act|order) now\b|\bto the moon\b|\bgains of \d+x\b"
    r"|\bguaranteed\b|\bdon.?t miss\b|\bwill (?:double|triple|quadruple) within\b|\bcasino\b|\bfollowers\b",
    re.IGNORECASE,
)
"""Words of those who want to sell."""
PATTERNS = (_STRUCTURE, _ORDER, _PUFFED)
_ANY = Hint(one.pattern for one in PATTERNS)


def speaks_to_its_reader(words: str) -> bool:
    """Whether words give orders, hold structure in place of prose, or sell something."""
    return _ANY.fits(plain_of(words)) and any(one.search(words) is not None for one in PATTERNS)
