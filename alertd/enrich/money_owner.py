"""Whose an amount of money is: the company whose revenue, value, fine or price it states."""

from __future__ import annotations

import re
from collections.abc import Sequence

from alertd.companies.mentions import Mention
from alertd.enrich.money_roles import LETTING

_POSSESSIVE = re.compile(r"['’]s?\s|['’]s?$")
_PRONOUN = re.compile(
    r"\b(?:the\s(?:company|group|firm|maker|bank|startup|start-up|business|carmaker|chipmaker|retailer)|it|its|we|our)\b",
    re.I,
)
_VALUING = re.compile(r"\bvalu(?:es|ing|e(?!d|\s(?:of|at)\b))\s", re.I)
_BUYS = re.compile(
    r"\b(?:buy|buys|buying|bought|acquire|acquires|acquiring|acquired|purchas\w+|sell|sells|selling|sold|takeover\sof"
    r"|acquisition\sof|merger\swith|bid\sfor|offer\sfor|offers?\sto\sbuy|purchase\sof|buyout\sof|sale\sof|stake\sin)"
    r"\s+(?:the\s|all\sof\s|rival\s|out\s|up\s|back\s)?(?:[\w%-]+\s){0,3}$",
    re.I,
)
_PUNISHES = re.compile(
    r"\b(?:fines|fining|fined|penali[sz]es|penali[sz]ed|orders|ordered|sues|sued)\s+(?:\w+\s){0,2}$", re.I
)
_ABOUT = re.compile(r"\b(?:of|on|for|in|at|by|from)\s+(?:the\s)?$", re.I)
_AT = re.compile(r"(?:\s[\w-]+){0,4}?\s(?:at|of)\s(?:the\s)?")
_FINE_ON = re.compile(r"(?:\s[\w-]+){0,4}?\s(?:for|on|against)\s(?:the\s)?")
_LETS_TO, _RENTS_FROM = re.compile(r"\bto\s+(?:\w+\s){0,2}$", re.I), re.compile(r"\bfrom\s+(?:\w+\s){0,2}$", re.I)
_VERB = re.compile("|".join(sorted(LETTING, key=len, reverse=True)), re.I)
_OPEN = ""
_FINES = frozenset(("penalty", "settlement"))
_TARGETS = frozenset(("deal_value", "per_share"))


def owner(text: str, start: int, end: int, sentence: tuple[int, int], role: str | None, named: Sequence[Mention],
          only: str | None, since: int) -> str | None:  # fmt: skip
    """Give the company whose an amount is that stands at a place of a sentence; None where the text leaves it open.

    `named` are the mentions in the sentence, in its order; `only` is the one company of the whole item, if it is one;
    `since` is where the amount before this one ends, or the sentence begins.
    """
    before = [m for m in named if m.end <= start]
    if before and (mine := _possessive(text, before, start)):
        return mine
    if role is None:
        return None
    if not named:
        return only if only and _PRONOUN.search(text, sentence[0], sentence[1]) else None
    if role in ("revenue", "deal_value", "cost") and (lessor := _lessor(text, before, start)):
        return lessor
    acted = _acted_on(text, before, start, sentence[0], role)
    if acted is not _OPEN:
        return acted
    if len({m.company for m in named}) == 1:
        return named[0].company
    if role in _TARGETS:
        return None
    after = _behind(text, [m for m in named if m.start >= end], end, fined=role in _FINES)
    if after:
        return after
    if role == "price_target":
        about = [m for m in before if _ABOUT.search(text, sentence[0], m.start)]
        return about[-1].company if about else before[-1].company if before else None
    return _subject(text, [m for m in before if m.start >= since], start) or _subject(text, before, start)


def _acted_on(text: str, before: Sequence[Mention], start: int, begin: int, role: str) -> str | None:
    """The company that is bought, fined or valued at the amount; `_OPEN` where no such verb tells."""
    if role in _TARGETS and (found := _object(text, before, _BUYS)):
        return found
    if role in _FINES and (found := _object(text, before, _PUNISHES)):
        return found
    if role == "valuation" and (values := _VALUING.search(text, begin, start)):
        inside = [m for m in before if m.start >= values.end()]
        if inside or not _PRONOUN.search(text, values.end(), start):
            return inside[0].company if inside else None
        return before[-1].company if before else _OPEN  # values the company at: the one just named
    return _OPEN


def _possessive(text: str, before: Sequence[Mention], start: int) -> str | None:
    """`SpaceX's revenue of $3bn`: the last company before the amount, if it is written as an owner near it."""
    last = before[-1]
    between = text[last.end : start]
    if len(between) < 60 and _POSSESSIVE.match(between) and not re.search(r"[,;:]|\b(?:by|from|with|and)\b", between):
        return last.company
    inside = text[last.end - 2 : last.end]
    return last.company if inside in ("'s", "’s") and len(between) < 50 else None


def _object(text: str, before: Sequence[Mention], verb: re.Pattern[str]) -> str | None:
    """The company behind a verb such as buys, values, fines."""
    for mention in reversed(before):
        if verb.search(text, max(mention.start - 60, 0), mention.start):
            return mention.company
    return None


def _lessor(text: str, before: Sequence[Mention], start: int) -> str | None:
    """Who lets: `X leases … to Y`, `Y rents … from X`; None if nothing is let."""
    if len(before) < 2:  # one of them stands behind the verb
        return None
    verb = _VERB.search(text, before[0].start, start)
    if verb is None:
        return None
    for mention in before:
        if mention.start > verb.end():
            if _RENTS_FROM.search(text, max(mention.start - 24, verb.start()), mention.start):
                return mention.company
            if _LETS_TO.search(text, max(mention.start - 24, verb.start()), mention.start):
                subject = [m for m in before if m.end <= verb.start()]
                return subject[0].company if subject else None
    return None


def _behind(text: str, after: Sequence[Mention], end: int, *, fined: bool) -> str | None:
    """`revenue of $3bn at SpaceX`, `a $5m fine for SpaceX`."""
    led = after and (_FINE_ON if fined else _AT).fullmatch(text, end, after[0].start)
    return after[0].company if led else None


def _subject(text: str, before: Sequence[Mention], start: int) -> str | None:
    """The company that the clause is about: the first one of it that no preposition leads."""
    clause = max(text.rfind(";", 0, start), text.rfind(" while ", 0, start), text.rfind(" whereas ", 0, start))
    inside = [m for m in before if m.start > clause]
    leading = [m for m in inside if not _ABOUT.search(text, max(m.start - 12, 0), m.start)]
    if not leading:
        return None
    return leading[0].company if len({m.company for m in inside}) == 1 or leading[0] is inside[0] else None
