"""What a statement of a model may not have in it: what could be a link, a mention or markup somewhere, and advice.

Such a statement is dropped whole, never cleaned: what is left of an attack is still the attacker's sentence.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

from alertd.research.addressed import speaks_to_its_reader
from alertd.research.draft import MAX_TEXT

PlainReason = Literal["empty", "too_long", "characters", "link", "mention", "markup", "advice"]

_FORBIDDEN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
"""Controls and line ends, bidi and zero-width characters, surrogates, private and unassigned code points."""
_BLANK = frozenset("\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")
"""Characters that show nothing and are no blanks."""
_MAX_MARKS = 2
"""Combining marks in a row; more paint over what is beside them."""
_MOST_PLAIN = 2 * MAX_TEXT
"""Characters of the compatibility form that reach a pattern; for some signs it is ten times as long."""
_LINK = re.compile(
    r"[a-z][a-z0-9+.-]*:/|\b(?:mailto|tel|javascript|data):\S|\bwww\.\S|(?<![\w.])(?:[\w-]+\.)+[^\W\d_]{2,24}(?![\w])"
    r"|(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])|\bxn--",
    re.I,
)
_MENTION = re.compile(r"@|(?<![\w&])#\w|(?<!\w)!(?:here|channel|everyone|subteam)\b", re.I)
_MARKUP = re.compile(
    r"[<>`\\{}|]|\*\*|__|~~|\]\s?[(\[:]|!\[|&(?:#\w{1,8}|[a-z]\w{1,30});|:[a-z0-9_+-]{2,40}:"
    r"|(?<![\w])([*_~])(?=\S)[^\n]{0,280}?(?<=\S)\1(?!\w)|^\s*(?:[-*+•]|#{1,6}|\d{1,2}[.)])\s",
    re.I,
)


_ADVICE = re.compile(
    r"\b(?:holders|investors|desks?|funds?|we|one|clients) (?:must|should|ought to|need to|can safely)\b"
    r"|\b(?:buy|sell|short|accumulate|dump) (?:the |its |these |more |all |of )*(?:shares?|stock|holdings?)\b"
    r"|\bwe recommend\b|^(?:buy|sell|hold)\b",
    re.I,
)
"""What to do is for the desk to say."""


def fault_of(text: str) -> PlainReason | None:
    """Say why a statement is not plain text of at most 280 characters that tells nobody what to do; None: it is."""
    if len(text) > MAX_TEXT:
        return "too_long"
    if not any(character.isalpha() for character in text):
        return "empty"
    if _has_odd_characters(text):
        return "characters"
    # Compatibility forms (fullwidth letters, the ideographic full stop) work as links in browsers and messengers.
    plain = unicodedata.normalize("NFKC", text).replace("。", ".").replace("｡", ".")
    if len(plain) > _MOST_PLAIN:
        return "characters"
    if _LINK.search(plain):
        return "link"
    if _MENTION.search(plain):
        return "mention"
    if _MARKUP.search(plain) or _MARKUP.search(text):
        return "markup"
    return "advice" if _ADVICE.search(plain) or speaks_to_its_reader(plain) else None


def _has_odd_characters(text: str) -> bool:
    marks = 0
    for character in text:
        if character.isascii() and character.isprintable():
            marks = 0
            continue
        category = unicodedata.category(character)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if category in _FORBIDDEN or character in _BLANK or marks > _MAX_MARKS:
            return True
    return False
