"""Whether a name is the end of somebody else's: Metal Box is not Box, Twenty-First Century Fox is not Fox.

A word with a capital directly before a name belongs to it, unless such words stand before companies anyhow: verbs,
roles, days, nationalities. Where capitals say nothing (at the beginning of a sentence, in headlines) it must be a
word with which names begin, and in headlines the name must have its legal form or be no distinct one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from alertd.companies import clues
from alertd.companies.gazetteer import Hit
from alertd.companies.ordinary import (
    LEGAL_FORMS,
    heads_names,
    is_abbreviation,
    is_only_a_name,
    is_ordinary,
    word_set,
)
from alertd.companies.passages import FieldText
from alertd.companies.surface import has_form
from alertd.text.common import common_words

_PREFIXES = word_set("""
    royal imperial new old great north south east west northern southern eastern western upper lower fort port mount
    lake grand saint st san los
    """)
_STRONG = word_set("royal imperial fort mount lake saint los")
"""At the beginning of a sentence and in headlines, too, these are part of a name."""
_SPACES = (" ", "\xa0")
_PEOPLES = word_set("""
    african american asian australian belgian brazilian british canadian chinese danish dutch european finnish french
    german greek indian indonesian irish israeli italian japanese korean mexican norwegian polish portuguese russian
    saudi scottish spanish swedish swiss taiwanese thai turkish vietnamese
    """)
_KINDS = word_set("""
    airlines airline bank biotech brewer builder carmaker chain chipmaker client conglomerate contractor developer
    driller drugmaker exchange exporter founder group insurer lender lessor manufacturer miner operator owner partner
    producer provider publisher refiner retailer shipper supplier tenant trader utility vendor
    """)
_APART = (
    clues.BEFORE | clues.NOUNS | clues.ACTS | clues.MOVES | clues.ACTED_ON | clues.SAID | clues.SUFFERED
    | clues.PREPOSITIONS | clues.TITLES | clues.BACKING | clues.TIES | LEGAL_FORMS | _PEOPLES | _KINDS
    | word_set("co ex non mr jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri sat sun")
)  # fmt: skip
"""Words that stand before companies and are no part of their names."""
_ENDINGS = ("s", "ed", "ing", "ly", "er", "est")
"""A word of a headline that ends so may be a verb, or says what kind of company follows."""


def name_before(
    field: FieldText, hit: Hit, own: Callable[[], Collection[str]], is_distinct: Callable[[str], bool]
) -> str:
    """Give the longer name that ends with a name; empty if there is none.

    `own` gives the words of the company's own names; `is_distinct` says whether a word is somebody's distinct name.
    """
    return _prefixed(field, hit) or _joined(field, hit) or _led(field, hit, own, is_distinct)


def _prefixed(field: FieldText, hit: Hit) -> str:
    """Find `New Tidewater`, `Royal Apple`: an adjective with a capital before a name of one word."""
    before = hit.first - 1
    if before < 0 or hit.first != hit.last or field.gap(before) not in _SPACES or hit.name.kind == "common":
        return ""
    word, written = field.words[before], field.word(before)
    if word not in _PREFIXES or not written[0].isupper() or not written[1:].islower():
        return ""
    trusted = bool(hit.name.known) and hit.name.kind == "distinct"
    if word not in _STRONG and (trusted or field.style(hit.first) != "sentence"):
        return ""
    said = hit.last + 1 < len(field) and field.words[hit.last + 1] in clues.SAID and not field.gap(hit.last).strip()
    return field.surface(before, hit.last) if word in _STRONG or said or not field.is_initial(before) else ""


def _joined(field: FieldText, hit: Hit) -> str:
    """Find `Barnes & Noble`, `E-Tron`: a name that hangs on a word that is none itself."""
    before = hit.first - 1
    if before < 0 or hit.first != hit.last or hit.name.known:
        return ""
    gap, word = field.gap(before), field.word(before)
    if gap in ("-", "‑") and len(word) == 1 and word.isupper():
        return field.surface(before, hit.last)
    return field.surface(before, hit.last) if _hangs(gap, word, field.words[before]) else ""


def _hangs(gap: str, word: str, folded: str) -> bool:
    """Whether an `&` joins a family name to another: not after an initial, a word, or a legal form."""
    return gap == " & " and len(word) > 1 and word[0].isupper() and word[1:].islower() and not is_ordinary(folded)


def _led(field: FieldText, hit: Hit, own: Callable[[], Collection[str]], is_distinct: Callable[[str], bool]) -> str:
    """Find `Metal Box`, `Colonial Bancorp Inc`, `KKR Capstone`: a word with a capital before a name."""
    before = hit.first - 1
    if before < 0 or field.gap(before) not in _SPACES or hit.name.kind == "common":
        return ""
    word, written, form = field.words[before], field.word(before), _has_form_after(field, hit)
    distinct = hit.name.kind == "distinct"
    if (hit.name.known and (distinct or not form)) or not written[0].isupper() or _is_apart(word):
        return ""
    style, heads = field.style(hit.first), heads_names(word)
    if style == "sentence" and not field.is_initial(before):
        part = heads or word not in common_words()
        if distinct and not form and is_ordinary(word):  # the Loan Capstone gave
            part = heads
    elif style == "sentence":
        part = heads and (form or not distinct)
    else:
        verb = word.endswith(_ENDINGS) or word in common_words()
        part = (heads or not verb) if form else heads and not distinct
    part = part or (not hit.name.known and style in ("sentence", "title") and is_distinct(word))
    return field.surface(before, hit.last) if part and word not in own() else ""


def _is_apart(word: str) -> bool:
    return word in _APART or is_only_a_name(word) or (is_abbreviation(word) and not heads_names(word))


def _has_form_after(field: FieldText, hit: Hit) -> bool:
    """Whether a name has its legal form, which stands in it or behind it."""
    if has_form(hit):
        return True
    after = hit.last + 1
    follows = after < len(field) and field.gap(hit.last) in (*_SPACES, ", ") and field.word(after)[0].isupper()
    return follows and field.words[after] in LEGAL_FORMS
