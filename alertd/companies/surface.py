"""Whether words that make a name are written as one, and whether they are part of a person's."""

from __future__ import annotations

import re
from collections.abc import Callable

from alertd.companies.gazetteer import Hit
from alertd.companies.ordinary import LEGAL_FORMS, is_only_a_name, is_ordinary
from alertd.companies.passages import FieldText

_APART = re.compile(r"[;:|()\[\]{}\"“”\n\r\t?]|[^\W\d_]{3}[.!] |, ?|[^\W\d_] [-–—] ")
_AMPERSAND = re.compile(r"&|\+")
_NUMBER_BEFORE = re.compile(r"(?:[0-9][.,:/-]|[$€£¥#+])\Z")
_NUMBER_AFTER = re.compile(r"[.,:/-]?[0-9]|[ \xa0]?(?:%|million|billion|percent|bps|points)")
_BYNAMES = frozenset({("oracle", "of", "omaha"), ("oracle", "of", "delphi")})
"""What people and shrines are called, whose first word is a company's name."""
POSSESSIVE = ("'s", "’s", "'S", "’S")


def has_form(hit: Hit) -> bool:
    """Whether a name is written with its legal form: then it is nobody else's."""
    return hit.first != hit.last and hit.name.words[-1] in LEGAL_FORMS


def is_one_name(field: FieldText, hit: Hit) -> bool:
    """Whether nothing between the words sets them apart, and the signs of the name are there: AT&T is not `at T`."""
    written = hit.name.written
    if hit.first == hit.last:
        if field.words[hit.first].isdigit() and _is_number(field, hit):
            return False
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


def _is_number(field: FieldText, hit: Hit) -> bool:
    """Whether digits are a part of a number: the 111 in 58,111, an amount, a percentage."""
    start, end = field.span(hit.first, hit.last)
    return bool(_NUMBER_BEFORE.search(field.text, max(start - 2, 0), start) or _NUMBER_AFTER.match(field.text, end))


def _is_possessive(field: FieldText, last: int) -> bool:
    end = field.end(last)
    return field.text[end : end + 2] in POSSESSIVE


def person(field: FieldText, hit: Hit, is_name: Callable[[str], bool]) -> str:
    """Give the person of whose name a word is part: Ajay Piramal, Tim Apple, FORD WILLIAM; else nothing.

    Before a name that few people know, any capital word will do that is neither of the language nor a name itself.
    """
    if hit.first != hit.last:
        return ""
    byname = field.words[hit.first : hit.first + 3]
    if tuple(byname) in _BYNAMES and field.gap(hit.first) == " " and field.word(hit.first + 2)[0].isupper():
        return field.surface(hit.first, hit.first + 2)
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
