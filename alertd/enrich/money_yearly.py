"""What a total over a stated term comes to in a year: `$12 billion over four years`, `a 15-year, $30bn contract`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from alertd.enrich.lengths import Length
from alertd.enrich.money_amounts import Written

_OVER = re.compile(
    r"(?:\s[^\W\d_][\w'’-]*){0,6}?,?\s(?:over|across|during|for|spread\sover|throughout)\s(?:(?:a|the|its|an)\s)?"
    r"(?:(?:next|coming|following|initial|first|period\sof|term\sof|course\sof|span\sof|about|around|up\sto|at\sleast)\s){0,3}",
    re.I,
)
_LASTING = (
    r"lease|contract|deal|agreement|pact|order|commitment|term|licen[cs]e|ppa|offtake|partnership|arrangement|accord"
    r"|plan|programme|program|concession|subscription|supply|purchase|service|services|sponsorship|rental|tenancy"
)
_BEFORE = re.compile(
    rf"(?:,\s|\s|,\s?and\s)(?:(?:[\w-]+\s){{0,3}}(?:{_LASTING})\s(?:[\w'’-]+\s){{0,4}}?"
    r"(?:worth|valued\sat|for|of|at|totall?ing|with\sa\svalue\sof)\s(?:about\s|around\s|up\sto\s|over\s|nearly\s|more\sthan\s"
    r"|at\sleast\s|a\s|approximately\s|roughly\s|almost\s|some\s|an\sestimated\s|as\smuch\sas\s)?)?",
    re.I,
)
_BEHIND = re.compile(r",?\s(?:(?:and|[\w-]+)\s)?", re.I)
_THING = re.compile(rf"[,\s]{{1,2}}(?:[\w-]+\s){{0,4}}?(?:{_LASTING})s?\b", re.I)
_LENT = re.compile(
    r"\b(?:notes?|bonds?|loans?|debt|facility|debentures?|treasur(?:y|ies)|mortgages?|credit|gilts?)\b", re.I
)
_PAST = re.compile(r"\b(?:past|last|previous|prior)\s$", re.I)
_REACH = 90


class Yearly(NamedTuple):
    """What an amount comes to in a year, and the span that says so."""

    low: float
    high: float
    start: int
    end: int


def yearly(text: str, amount: Written, terms: Sequence[Length]) -> Yearly | None:
    """Divide a total by the term that is stated for it in its sentence; None if there is none of a year or more."""
    limit = amount.sentence
    for term in terms:
        if term.end < amount.start - _REACH or term.years < 1:
            continue
        if term.start > amount.end + _REACH:
            break
        if not (limit[0] <= term.start and term.end <= limit[1]):
            continue
        if _belongs(text, amount, term, limit[1]) and not _LENT.search(text, *_around(amount, term, limit)):
            longest, shortest = term.years, term.years * term.low / term.high
            start, end = min(amount.start, term.start), max(amount.end, term.end)
            return Yearly(amount.low / longest, amount.high / shortest, start, end)
    return None


def _around(amount: Written, term: Length, limit: tuple[int, int]) -> tuple[int, int]:
    return max(min(amount.start, term.start) - 12, limit[0]), min(max(amount.end, term.end) + 24, limit[1])


def _belongs(text: str, amount: Written, term: Length, limit: int) -> bool:
    if term.start >= amount.end:
        if _OVER.fullmatch(text, amount.end, term.start):
            return not _PAST.search(text, amount.end, term.start) and not text.startswith(" ago", term.end)
        return term.compound and bool(
            _BEHIND.fullmatch(text, amount.end, term.start) and _THING.match(text, term.end, limit)
        )
    if not term.compound or term.end > amount.start:
        return False
    between = _BEFORE.fullmatch(text, term.end, amount.start)
    if between is None:
        return False
    return amount.start - term.end > 3 or bool(_THING.match(text, amount.end, limit))
