"""What a company is called in texts, made from its name by rule.

BANK OF AMERICA CORP /DE/     Bank of America Corp · Bank of America
AMAZON COM INC                Amazon com Inc · Amazon com (Amazon.com) · Amazon
JOHNSON & JOHNSON             Johnson & Johnson · Johnson and Johnson
The Cigna Group               The Cigna Group · Cigna Group · Cigna
U.S. Bancorp                  U.S. Bancorp · US Bancorp
Palantir Technologies Inc.    … · Palantir (the line of business left out, if nobody else begins so)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from alertd.companies.mentions import Way
from alertd.companies.model import Company
from alertd.companies.names import without_state
from alertd.companies.ordinary import LEGAL_FORMS, TRADES, word_set
from alertd.text.fold import Tokens

_LEGAL = LEGAL_FORMS | word_set("co company companies se ab as com holdings holding group grp trust public pt")
_SPELT = {("s", "a"), ("n", "v"), ("a", "g"), ("l", "p"), ("s", "e"), ("a", "s"), ("b", "v"), ("p", "l", "c")}
"""Legal forms written with points: `S.A.` folds to two words."""
_MIN_BRAND = 5
"""Letters of what is left when the line of business is left out."""
_INITIALS = re.compile(r"(?<![A-Za-z.])(?:[A-Z]\.\s?){2,}")
_AMPERSAND = re.compile(r"\s*&\s*")
_MAX_WORDS = 12


class Alias(NamedTuple):
    """One way of writing a company's name."""

    words: tuple[str, ...]
    """Folded, as texts are."""
    written: str
    way: Way
    given: bool = True
    """As somebody wrote it; False if a rule made it by leaving more than the legal form out."""


def aliases_of(company: Company) -> Iterator[Alias]:
    """Give what a company is called: its names in full first; the same words may come twice."""
    yield from _names(company.name, "name", "short")
    for name in (*company.aliases, *company.former):
        yield from _names(name, "alias", "alias")


def _names(written: str, full: Way, short: Way) -> Iterator[Alias]:
    bare = without_state(written)
    for spelling in _spellings(bare):
        tokens = Tokens(spelling)
        words = tuple(tokens.words[:_MAX_WORDS])
        if not words:
            continue
        yield Alias(words, spelling, full)
        if words[0] == "the" and len(words) > 1:
            words = words[1:]
            yield Alias(words, spelling.partition(" ")[2], full)
        while (left := _without_form(words)) != words:
            words = left
            if words[-1] != "and":
                yield Alias(words, _begin(tokens, words), short)
        if len(words) > 1 and words[-1] in TRADES and len(words[0]) >= _MIN_BRAND and short == "short":
            brand = words[:-1]
            yield Alias(brand, _begin(tokens, brand), short, given=False)


def _without_form(words: tuple[str, ...]) -> tuple[str, ...]:
    """Leave out one legal form at the end."""
    for count in (3, 2):
        if len(words) > count and words[-count:] in _SPELT:
            return words[:-count]
    if len(words) > 1 and (words[-1] in _LEGAL or words[-1] == "and"):
        return words[:-1]
    return words


def _spellings(name: str) -> Iterator[str]:
    """Give a name with `&` and `and`, and with its initials apart and together."""
    yield name
    if "&" in name:
        yield _AMPERSAND.sub(" and ", name)
    elif " and " in name or " AND " in name:
        yield re.sub(r" and ", " & ", name, flags=re.IGNORECASE)
    if found := _INITIALS.search(name):
        joined = found[0].replace(".", "").replace(" ", "")
        yield f"{name[: found.start()]}{joined} {name[found.end() :]}".strip()


def _begin(tokens: Tokens, words: tuple[str, ...]) -> str:
    """Give the beginning of a written name that these are the words of."""
    skipped = int(tokens.words[0] == "the" and words[0] != "the")
    return tokens.text[tokens.span(skipped, skipped)[0] : tokens.span(0, skipped + len(words) - 1)[1]]
