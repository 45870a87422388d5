"""Whether words that make a name are written as one, and whether they are part of another organisation's."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from alertd.companies import clues
from alertd.companies.gazetteer import Hit
from alertd.companies.ordinary import LEGAL_FORMS, TRADES, is_only_a_name, is_ordinary
from alertd.companies.passages import FieldText

_APART = re.compile(r"[;:|()\[\]{}\"“”\n\r\t?]|[^\W\d_]{3}[.!] |, ?|[^\W\d_] [-–—] ")
_AMPERSAND = re.compile(r"&|\+")
_HOUSES = frozenset({"bank", "securities", "mutual"})
_STEM = 4
"""Letters by which `Sugar` and `Sugars`, `Lab` and `Laboratories` are one."""
POSSESSIVE = ("'s", "’s", "'S", "’S")


def is_one_name(field: FieldText, hit: Hit) -> bool:
    """Whether nothing between the words sets them apart, and the signs of the name are there: AT&T is not `at T`."""
    written = hit.name.written
    if hit.first == hit.last:
        return not written.endswith(POSSESSIVE) or _is_possessive(field, hit.last)
    surface = field.surface(hit.first, hit.last)
    if surface == written:
        return True
    if "&" in written and not _AMPERSAND.search(surface):
        return False
    if written.endswith(POSSESSIVE) and not _is_possessive(field, hit.last):
        return False
    apart = _APART.search(surface)
    return apart is None or apart[0].strip() in written


def _is_possessive(field: FieldText, last: int) -> bool:
    end = field.end(last)
    return field.text[end : end + 2] in POSSESSIVE


def person(field: FieldText, hit: Hit, is_name: Callable[[str], bool]) -> str:
    """Give the person of whose name a word is part: Ajay Piramal, Tim Apple, FORD WILLIAM; else nothing.

    Before a name that few people know, any capital word will do that is neither of the language nor a name itself.
    """
    if hit.first != hit.last:
        return ""
    for near, gap in ((hit.first - 1, field.gap(hit.first - 1)), (hit.last + 1, field.gap(hit.last))):
        if gap in (" ", "\xa0") and field.word(near)[0].isupper() and is_only_a_name(field.words[near]):
            return field.surface(min(near, hit.first), max(near, hit.last))
    before = field.word(hit.first - 1)
    if hit.name.known or field.gap(hit.first - 1) != " " or not before[0].isupper() or before.isupper():
        return ""
    word = field.words[hit.first - 1]
    if is_ordinary(word) or word in LEGAL_FORMS or is_name(word) or field.style(hit.first) != "sentence":
        return ""
    return field.surface(hit.first - 1, hit.last)


def sister(field: FieldText, hit: Hit, own: Callable[[], Collection[str]]) -> str:
    """Give the longer name of a sister company: Essar Energy is not Essar Ports, though both are called Essar.

    A line of business after the name makes another company, unless it is in one of its own names (`own`).
    """
    after = hit.last + 1
    if hit.name.known or after >= len(field) or field.gap(hit.last) not in (" ", "\xa0"):
        return ""
    word, folded = field.word(after), field.words[after]
    if folded not in TRADES or not word[0].isupper() or field.style(hit.first) != "sentence":
        return ""
    stem = folded[:_STEM].rstrip("s")
    return "" if any(mine.startswith(stem) for mine in own()) else f"{field.surface(hit.first, hit.last)} {word}"


def other_organisation(field: FieldText, hit: Hit) -> str:
    """Give the longer name of which a name is part, if a word after it makes another organisation; else nothing."""
    after = hit.last + 1
    if after >= len(field) or field.gap(hit.last) not in (" ", "\xa0") or hit.name.words[-1] in clues.ORGANISATIONS:
        return ""
    word = field.word(after)
    if hit.name.known and hit.name.kind == "distinct" and field.words[after] in _HOUSES:
        return ""
    if field.words[after] in clues.ORGANISATIONS and word[0].isupper() and field.style(hit.first) == "sentence":
        return f"{field.surface(hit.first, hit.last)} {word}"
    return ""
