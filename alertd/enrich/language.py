"""In which language an event is written, where its source does not say so.

Asked of CLD2 (`pycld2`; docs/decisions.md says why that one). Headlines are short and full of names, and a name is of
no language: what is written in the letters of English is English unless it is surely something else. In a short text
words that are plainly of one language (`senkt`, `rachète`; `beats`) count before what CLD2 makes of its letters.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from msgspec.structs import replace

from alertd.enrich.draft import FIELDS, Draft
from alertd.enrich.language_words import ENGLISH, telling, told
from alertd.model import ReportedType

READ = 400
"""Characters that are looked at."""
SURE = 400.0
"""CLD2's score (per 1,024 bytes) from which it is believed of a short text in the letters of English."""
SHORT = 200
"""Characters below which a text is short."""

_SAME = {"iw": "he", "jw": "jv", "zh-Hant": "zh", "nb": "no", "nn": "no", "mo": "ro", "sr-ME": "sr"}
_NAMED = """
    af ar az be bg bn ca cs cy da de el en es et eu fa fi fr ga gl gu he hi hr hu hy id is it ja ka kk km kn ko lo lt
    lv mk ml mn mr ms mt my ne nl no pa pl ps pt ro ru si sk sl sq sr sv sw ta te th tl tr uk ur uz vi zh
"""
LANGUAGES = frozenset(_NAMED.split())
"""What is told apart (ISO 639-1). CLD2 knows more, but what it takes for Latin or Samoan in a headline is neither."""
_OF_BUSINESS = "ca cs da de es fi fr hu id it nl no pl pt ro sv tr"
_BUSINESS = frozenset(_OF_BUSINESS.split())
"""Languages of which a short text in the letters of English may be, if CLD2 is sure."""
# What CLD2 takes for broken text, and refuses: controls, halves of surrogate pairs, noncharacters.
_NO_CHARACTERS = "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
_CONTROLS = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f"
_ODD_ASCII = re.compile(f"[{_CONTROLS}]+")  # a set of few is searched three times faster
_ODD = re.compile(f"[{_CONTROLS}-\x9f\ud800-\udfff\ufdd0-\ufdef{_NO_CHARACTERS}]+")
_LETTER = re.compile(r"[^\W\d_]")
_BEYOND = re.compile(r"[\u0250-\u1dff\u2c00-\uffff\U00010000-\U0010ffff]")
"""Letters that no language in the letters of English has."""
_FOREIGN = re.compile(r"[^\W\d_A-Za-z]")


def add_language(draft: Draft) -> None:
    """Fill in the language, where the event does not state it: a primary tag (BCP 47), `de`; empty if unknown."""
    if not draft.event.language:
        found = language_of("\n".join(draft.text(name)[:READ] for name in FIELDS))
        if found:
            draft.event = replace(draft.event, language=found)


def drop_unread(draft: Draft) -> None:
    """Take no event type from the words of a language whose words are not understood."""
    if is_understood(draft.event.language):
        return
    why = f"the language `{draft.event.language[:20]}` is not understood"
    draft.refused += [(kind.type, why) for kind in draft.reported if _by_words(kind)]
    draft.reported = [kind for kind in draft.reported if not _by_words(kind)]


def is_understood(language: str) -> bool:
    """Whether words of a language mean something to the steps after this one; of none stated they do."""
    return language[:2].lower() in ("", "en")


def language_of(text: str) -> str:
    """Say in which language a text is (ISO 639-1); empty if that cannot be told."""
    text = text[:READ]
    text = (_ODD_ASCII if text.isascii() else _ODD).sub(" ", text)
    if _LETTER.search(text) is None:
        return ""
    code, score = _asked(text)
    if len(text) < SHORT and (text.isascii() or _BEYOND.search(text) is None):
        weights = told(text)
        plainly = telling(weights, code)
        if plainly:
            return plainly
        if len(weights) == 1 and ENGLISH in weights:
            return ENGLISH
    if text.isascii() or _FOREIGN.search(text) is None:
        sure = len(text) >= SHORT or (score >= SURE and code in _BUSINESS)
        return code if code in LANGUAGES and sure else "en"
    return code if code in LANGUAGES else ""


def _by_words(kind: ReportedType) -> bool:
    return any(found.field in FIELDS for found in kind.evidence)


def _asked(text: str) -> tuple[str, float]:
    """Ask CLD2 for a language and its score."""
    cld2 = _cld2()
    try:
        _, _, (first, *_) = cld2.detect(text.encode(), bestEffort=True)
    except cld2.error:  # characters that it has not heard of yet
        return "", 0.0
    _, code, _, score = first
    return _SAME.get(code, code), score


@cache
def _cld2() -> Any:
    import pycld2  # 14 MB that a command without events does not need

    return pycld2
