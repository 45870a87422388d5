"""For what an amount is paid or earned: `a year`, `per share`, `annual rent of`, `/month`. Read around the amount."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from alertd.enrich.money_words import word_set

_SAID = {
    "year": "year yr annum jahr", "quarter": "quarter qtr", "month": "month mo mth", "week": "week wk", "day": "day",
    "hour": "hour hr", "share": "share shr ads adr stock depositary aktie", "unit": "unit apiece device piece phone",
    "barrel": "barrel bbl boe", "ounce": "ounce oz", "tonne": "tonne", "ton": "ton", "gallon": "gallon",
    "pound": "pound lb", "bushel": "bushel", "kilogram": "kilogram kg", "gram": "gram", "litre": "litre liter",
    "MWh": "megawatt-hour mwh", "kWh": "kilowatt-hour kwh", "mmBtu": "mmbtu", "MW": "megawatt", "kW": "kilowatt",
    "person": "person head", "user": "user subscriber", "customer": "customer", "employee": "employee",
    "worker": "worker", "member": "member", "patient": "patient", "student": "student", "household": "household",
    "vehicle": "vehicle", "car": "car", "room": "room", "night": "night", "ticket": "ticket", "home": "home house",
    "square foot": "square", "acre": "acre", "hectare": "hectare", "coin": "coin", "token": "token", "seat": "seat",
    "minute": "minute", "container": "container teu", "dose": "dose", "package": "package", "course": "course",
    "warrant": "warrant", "bond": "bond", "note": "note", "word": "word",
}  # fmt: skip
_UNITS = {word: unit for unit, words in _SAID.items() for word in words.split()}
_NAMES = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
_KIND = r"(?:(?:common|ordinary|equity|diluted|basic|fully\sdiluted|preferred|american|class\s[a-c]|troy|metric)\s)?"
_WHAT = r"(?:\s(?:in|of)(?:\s[^\W\d_][\w-]*){1,3})?"
_BEHIND = re.compile(
    rf"{_WHAT}(?:[\s-](?:a|an|per|each|every)[\s-]|\s?/\s?){_KIND}({_NAMES})s?\b(?!['’])|[\s-](?:p\.a\.|p\.a\b|pa\b)"
    rf"|\sper[\s-](annum)\b",
    re.I,
)
_NAMED_SHARE = re.compile(
    rf"{_WHAT}\s(?:per|for\seach|for\severy)\s(?:(?-i:[A-Z])[\w&'’-]{{0,24}}\s){{1,2}}{_KIND}share\b",
    re.I,
)
"""`per Seagen share`."""
_NAMED = 90
"""Characters behind an amount in which such a share stands."""
_FOR_EACH_SHARE = re.compile(
    r"(?:[^$€£¥.;:()]|\.(?=\d)){0,90}?\bfor\s(?:each|every)\s(?:[\w&'’-]+\s){0,5}?"
    r"(?:shares?|stock|ads|adrs?|units?|series\s[a-z]|class\s[a-z])\b",
    re.I,
)
"""`$31, payable in cash, for each outstanding share`: further on in the clause, with no other money between."""
_SHARE_WITHIN = 150
"""Characters behind an amount in which that is looked for."""
_NO_PERIOD = re.compile(
    r"\s(?:ago|earlier|before|after|later|prior|from\snow|previously|since|old|when|in\sadvance)\b", re.I
)
_ADVERB = re.compile(
    rf"{_WHAT},?\s(?:(?:in|of)\s)?(annually|yearly|annual|annualized|annualised|monthly|weekly|daily|hourly)\b"
    rf"(?!\s(?:meeting|report|general|results|increase|growth))",
    re.I,
)
_QUARTERLY = re.compile(r"\squarterly\s(?:dividend|distribution|payment|payout|instal|rent|fee)", re.I)
_EACH = re.compile(r"\s(?:each|apiece)\b", re.I)
_ADVERBS = {"a": "year", "y": "year", "m": "month", "w": "week", "d": "day", "h": "hour"}
_ADJECTIVES = {
    "annual": "year", "yearly": "year", "annualized": "year", "annualised": "year", "annually": "year",
    "monthly": "month", "weekly": "week", "daily": "day", "hourly": "hour", "quarterly": "quarter",
}  # fmt: skip
_PAID_QUARTERLY = word_set("dividend dividends distribution payment payments payout rent fee instalment")
_NO_FIGURE = word_set("meeting report general conference letter survey results review filing growth increase")
_BREAKS = word_set("which that who because as but while after with before by from until since and where when")
_PER_SHARE = word_set("eps dps epads")
_REACH = 7
"""Words before an amount among which its `annual` may stand."""


class Period(NamedTuple):
    """For what an amount is, and where the words for it end (the amount's own end if they stand before it)."""

    end: int
    per: str | None = None


def period(text: str, end: int, before: Sequence[str]) -> Period:
    """Read for what an amount is that ends at a place; `before` are the words before it, lowered."""
    found = _BEHIND.match(text, end)
    if found is not None:
        name = found[1].lower() if found[1] else "year"
        if not (name in ("year", "quarter", "month", "week", "day", "hour") and _NO_PERIOD.match(text, found.end())):
            return Period(found.end(), _UNITS[name])
    elif (said := _ADVERB.match(text, end)) is not None:
        whole = said[1].lower() not in _ADJECTIVES or said[1].lower() == "annually"
        return Period(said.end() if whole else end, _ADVERBS[said[1][0].lower()])
    elif _QUARTERLY.match(text, end) is not None:
        return Period(end + len(" quarterly"), "quarter")
    elif (each := _EACH.match(text, end)) is not None:
        return Period(each.end(), "share" if {"share", "shares", "stock"} & set(before) else "unit")
    elif "share" in text[end : end + _NAMED] and (share := _NAMED_SHARE.match(text, end)) is not None:
        return Period(share.end(), "share")
    return Period(end, _adjective(before))


def is_for_each_share(text: str, end: int) -> bool:
    """Whether the clause goes on so that an amount is paid for each share."""
    near = text[end : end + _SHARE_WITHIN]
    return ("for each" in near or "for every" in near) and _FOR_EACH_SHARE.match(text, end) is not None


def _adjective(before: Sequence[str]) -> str | None:
    """Find an `annual` or `per share` before the amount that no clause separates from it."""
    for i in range(len(before) - 1, max(len(before) - 1 - _REACH, -1), -1):
        word = before[i]
        if word in _BREAKS:
            return None
        if word in _PER_SHARE or (word == "share" and i and before[i - 1] in ("per", "a", "each")):
            return "share"
        per = _ADJECTIVES.get(word)
        if per is not None:
            following = set(before[i + 1 :])
            paid = per != "quarter" or bool(following & _PAID_QUARTERLY)
            return per if paid and not following & _NO_FIGURE else None
    return None
