"""Read what stands behind a number: its magnitude, the word or code of a currency."""

from __future__ import annotations

import re
from typing import NamedTuple

from alertd.enrich import money_words as words

_WORD = re.compile(r"([\s-]?)([^\W\d_]+)")
_NEXT = re.compile(r"\.?([\s-]?)([^\W\d_]+)")
_UNIT = re.compile(r"\.?([\s-]?)(?:d['’]|d[ei]\s)?(U\.S\.?(?=\W)|[^\W\d_]+)")
_MORE = re.compile(r"\s([^\W\d_]+)")
_SIGN_BEHIND = re.compile(rf"\.?\s?([{''.join(sorted(words.SIGNS))}])(?!\s?\d)")
_GROUP = r"(\d{1,4}|\d,\d{3})"
_COMPOUND = re.compile(
    rf"{_GROUP}([兆조億亿억万萬만])(?:\s?{_GROUP}([億亿억]))?(?:\s?{_GROUP}([万萬만]))?(?:\s?{_GROUP}(?=[^\W\d_千百十]))?"
)
_EAST_ASIAN = re.compile(r"\s?([十百千万萬億亿兆만억조]*)([^\W\d_]*)")
EAST_ASIAN = "\u2e80"
"""From this character on a text is written in another way."""
_SIXTY_BEFORE = 60
_SHARES = re.compile(r"share|dividend|price|target|offer|stock|pence|payout|eps|bid|\bcents?\b", re.I)
_SCREEN = words.word_set("240 360 480 720 1080 1440 2160 4320")
_WEIGHT = re.compile(
    r"\s(?:of\s(?!(?:new\s|annual\s|public\s|unpaid\s|cash|debt|profits?|revenues?|sales|savings?|fund|investment|shares"
    r"|assets|funding|costs?|fines|equity|capital|tax|spending|bonds|cuts|deals|contracts|orders)\b)"
    r"|per\ssquare|a\ssquare|heavier|lighter|overweight|lost\b)",
    re.I,
)
_ZONE = re.compile(r"[\s-](?:zone|area|bloc|store|tree|general)", re.I)
_YEAR = re.compile(r"(?:19|20)\d\d")


class Behind(NamedTuple):
    """What stands behind a number."""

    end: int
    power: int = 0
    """Of ten, of its magnitudes."""
    scaled: bool = False
    currency: str = ""
    home: str = ""
    """The kind of money where the text around must say whose it is: `crown`, `peso`."""
    cents: int = 0
    broken: bool = False
    """It runs on into letters that belong to something else: `5G`, `15th`."""


NO_UNIT = Behind(0)


def unit_behind(text: str, at: int, digits: str, *, marked: bool) -> Behind:
    """Read magnitude and currency behind a number that ends at a place; `marked` if a currency stands before it."""
    if at >= len(text):
        return Behind(at)
    if text[at] >= EAST_ASIAN or (text[at : at + 1].isspace() and text[at + 1 : at + 2] >= EAST_ASIAN):
        return _east_asian(text, at)
    end, power, scaled = _magnitude(text, at, marked=marked)
    found = None if marked else _currency(text, end, digits, scaled=scaled)
    if found is not None:
        return found._replace(power=power, scaled=scaled)
    if end == at and text[at].isalpha():
        return Behind(at, broken=True)
    if scaled and end < len(text) and (text[end].isalnum() and not text[end] >= EAST_ASIAN):
        return Behind(at, broken=True)
    if marked:  # US$5 million US dollars, A$5m AUD: the word repeats what the sign said
        again = _currency(text, end, digits, scaled=scaled)
        if again is not None and not again.cents and not again.broken:
            end = again.end
    return Behind(end, power, scaled)


def _magnitude(text: str, at: int, *, marked: bool) -> tuple[int, int, bool]:
    end, power, scaled = at, 0, False
    for pattern in (_WORD, _NEXT):
        found = pattern.match(text, end)
        if found is None:
            break
        word = found[2].lower()
        more = words.MAGNITUDES.get(word)
        if more is None or (scaled and (word in words.LETTERS or len(word) < 3)):
            break
        if word in words.LETTERS and found[1] and not _letter(text, found, marked=marked):
            break
        end, power, scaled = found.end(), power + more, True
    return end, power, scaled


def _letter(text: str, found: re.Match[str], *, marked: bool) -> bool:
    """Whether a letter behind a blank is a magnitude: `$5 M`, not `$20 M&A`."""
    after = text[found.end() : found.end() + 1]
    return marked and found[1] != "-" and found[2] in "MBmb" and after not in ("&", "-", "'", "’")


def _currency(text: str, at: int, digits: str, *, scaled: bool) -> Behind | None:
    if sign := _SIGN_BEHIND.match(text, at):
        return Behind(sign.end(), currency=words.SIGNS[sign[1]], home="dollar" if sign[1] == "$" else "")
    found = _UNIT.match(text, at)
    if found is None:
        return None
    whole = scaled or len(digits) > 4
    if not scaled and _YEAR.fullmatch(digits):  # in 2024 dollars
        return None
    said, end = found[2], found.end()
    word = said.lower().rstrip(".")
    if said in words.CODES:
        return Behind(end, currency=words.CODES[said]) if said in words.MAIN or whole else None
    if not found[1] and word in ("p", "c"):
        return _pence(text, at, end, digits, word) if not scaled else None
    if word in words.FIRST_ADJECTIVES and (named := _with_adjective(text, end, word)):
        return named
    if word == "cent" and (digits == "1" or found[1] == "-"):
        return Behind(end, currency="USD", cents=-2)
    unit = words.UNITS.get(word)
    if unit is None or (unit.careful and not whole and found[1] != "-"):
        return None
    if (word in ("pounds", "pound") and _WEIGHT.match(text, end)) or (
        word in ("euro", "dollar") and _ZONE.match(text, end)
    ):
        return None
    home = "" if unit.currency else words.STEMS[word]
    return Behind(end, currency=unit.currency, home=home or _may_be_elsewhere(word), cents=unit.power)


def _may_be_elsewhere(word: str) -> str:
    """Name the kind of money of words that several countries use, one of them first of all."""
    return {"rupees": "rupee", "rs": "rupee", "francs": "franc", "franc": "franc"}.get(word, "")


def _with_adjective(text: str, end: int, adjective: str) -> Behind | None:
    more = _MORE.match(text, end)
    if more is None:
        return None
    currency = _named(adjective, more[1].lower())
    if not currency and (last := _MORE.match(text, more.end())):
        currency = _named(f"{adjective} {more[1].lower()}", last[1].lower()) or _named(
            more[1].lower(), last[1].lower()
        )
        more = last
    cents = -2 if more[1].lower().startswith("cent") else 0
    return Behind(more.end(), currency=currency, cents=cents) if currency else None


def _named(adjective: str, word: str) -> str:
    return words.ADJECTIVES.get(words.STEMS.get(word, ""), {}).get(adjective, "")


def _pence(text: str, at: int, end: int, digits: str, letter: str) -> Behind:
    """Read `450p` or `25c`, where the words around speak of a share."""
    around = text[max(at - _SIXTY_BEFORE, 0) : at] + text[end : end + 25]
    if digits in _SCREEN or (end < len(text) and text[end].isalnum()) or not _SHARES.search(around):
        return Behind(at, broken=True)
    return Behind(end, currency="GBP" if letter == "p" else "USD", home="" if letter == "p" else "dollar", cents=-2)


def compound(text: str, start: int, end: int, digits: str) -> tuple[int, str]:
    """Read `3兆2000億` from where a number begins: where the last magnitude stands, and the digits counted in it."""
    found = _COMPOUND.match(text, start)
    if found is None or found.end(1) != end:
        return end, digits
    parts = [(found[i], words.EAST_ASIAN[found[i + 1]]) for i in (1, 3, 5) if found[i]]
    if found[7]:
        parts.append((found[7], 0))
    powers = [power for _, power in parts]
    if len(parts) < 2 or powers != sorted(set(powers), reverse=True):
        return end, digits
    total = sum(int(number.replace(",", "")) * 10 ** (power - powers[-1]) for number, power in parts)
    last = found.end(7) if found[7] else found.end(5 if found[6] else 3)
    return last, str(total)


def _east_asian(text: str, at: int) -> Behind:
    found = _EAST_ASIAN.match(text, at)
    assert found is not None
    power = words.EAST_ASIAN.get(found[1], 0)
    for word, currency in words.EAST_ASIAN_UNITS.items():
        if found[2].startswith(word):
            return Behind(found.start(2) + len(word), power, bool(power), currency)
    return Behind(found.end(1) if power else at, power, bool(power))
