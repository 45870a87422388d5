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
    r"\s+(?:the\s|all\sof\s|rival\s|out\s|up\s|back\s)?(?:(?!by\s)[\w%-]+\s){0,3}$",
    re.I,
)
_BOUGHT = re.compile(
    r"(?:\s(?:is|was|are|were|be|being|been|to|will|has|have|agreed|agrees|set|set\sto)){0,4}"
    r"\s(?:bought|acquired|purchased|sold|taken\sprivate)\s(?:out\s)?(?:by|to)\s",
    re.I,
)
"""Behind who is bought: `Kestrel to be acquired by`."""
_BUYER = re.compile(
    r"\b(?:bought|acquired|purchased|taken\sprivate)\s(?:out\s)?by\s(?:[^.;]{0,60}\s)?(?:the\s)?$", re.I
)
_BUYING = re.compile(
    r"\b(?:(?<!be\s)(?<!is\s)(?<!was\s)(?<!been\s)(?<!being\s)(?:bought|acquired|purchased)|buy|buys|buying|acquires?"
    r"|acquiring|purchas(?:e|es|ing)|acquisition\sof|takeover\sof|buyout\sof)\b(?!\sback\b)",
    re.I,
)
"""Behind the buyer."""
_FOR_BOUGHT = re.compile(
    r"(?:\s(?!order|contract)[\w-]+){0,6}?\s(?:for|(?:acquisition|takeover|purchase|buyout|sale)\sof|to\s(?:buy|acquire|purchase))"
    r"\s(?:the\s|rival\s|all\sof\s|each\s)?(?:[\w-]+\s){0,2}?"
)
"""From an amount to who is bought: `$43 billion acquisition of`."""
_FOR_FIRM = re.compile(
    r"(?:\s[\w-]+){0,2}?\s(?:acquisition|takeover|purchase|buyout|deal|bid|offer)\s(?:of|for|to\s(?:buy|acquire))\s(?:[\w-]+\s){0,5}?"
    r"(?:start-?up|maker|developer|company|firm|rival|biotech|drugmaker|chipmaker|business|unit|group|chain|operator"
    r"|bank|lender|insurer|miner|producer|provider|retailer|broker|division)\b",
    re.I,
)
"""Behind an amount: who is bought is no company that is known."""
_OFFERS = re.compile(r"\b(?:offer(?:s|ed|ing)?|bids?|bidding|pays?|paid|paying)\b", re.I)
_FOR_NAME = re.compile(r"(?:\s[\w-]+){0,5}?\sfor\s(?:the\s)?[A-Z]")
"""Behind what is offered: the company bought would stand here, were it known."""
_HOLDERS = re.compile(r"(?:['’]s?)?\s(?:share|stock)holders\s(?:\w+\s){0,2}(?:receive|get)\s", re.I)
_WARES = re.compile(
    r"(?:['’]s?)?\s(?:[\w-]+\s){0,2}?(?:aircraft|jets|planes|airliners|helicopters|chips|gpus|processors|servers|engines|trucks"
    r"|vehicles|cars|shares|stock)\b",
    re.I,
)
"""Behind a company whose goods are bought, and not the company."""
_DEAL_OF = re.compile(r"\b(?:acquisition|purchase|takeover|buyout|bid|offer)\s(?:of|for)\b", re.I)
_PUNISHES = re.compile(
    r"\b(?:fines|fining|fined|penali[sz]es|penali[sz]ed|orders|ordered|sues|sued)\s+(?:(?!to\b|by\b)\w+\s){0,2}$",
    re.I,
)
_WINS = re.compile(r"\b(?:wins?|won|winning|awarded|secures?|secured)\b", re.I)
_ABOUT = re.compile(r"\b(?:of|on|for|in|at|by|from)\s+(?:the\s)?$", re.I)
_AT = re.compile(r"(?:\s[\w-]+){0,4}?\s(?:at|of)\s(?:the\s)?")
_FINE_ON = re.compile(r"(?:\s[\w-]+){0,4}?\s(?:for|on|against|of)\s(?:the\s)?")
_WON_FROM = re.compile(r"(?:\s[\w-]+){0,4}?\s(?:from|against|of|on)\s(?:the\s)?")
_LETS_TO, _RENTS_FROM = re.compile(r"\bto\s+(?:\w+\s){0,2}$", re.I), re.compile(r"\bfrom\s+(?:\w+\s){0,2}$", re.I)
_VERB = re.compile("|".join(sorted(LETTING, key=len, reverse=True)), re.I)
_OPEN = ""
_FINES = frozenset(("penalty", "settlement"))
_TARGETS = frozenset(("deal_value", "per_share"))
_OWN = frozenset(("revenue", "profit", "loss", "charge", "dividend"))
"""What an item about one company states of that company, though the sentence does not name it."""
_OTHERS = re.compile(
    r"\b(?:industry|industry-wide|sector|global|worldwide|nationwide|national|peers?|rivals?|competitors?|market|country"
    r"|government|economy|consumers?|customers?)\b",
    re.I,
)
"""The sentence may be about others."""


def owner(text: str, start: int, end: int, sentence: tuple[int, int], role: str | None, named: Sequence[Mention],
          only: str | None, since: int) -> str | None:  # fmt: skip
    """Give the company whose an amount is that stands at a place of a sentence; None where the text leaves it open.

    `named` are the mentions in the sentence, in its order; `only` is the one company of the whole item, if it is one;
    `since` is where the amount before this one ends, or the sentence begins.
    """
    before = [m for m in named if m.end <= start]
    if before and (mine := _possessive(text, before, start, deal=role in _TARGETS)):
        return mine
    if role is None:
        return None
    if not named:
        said = only and (_PRONOUN.search(text, *sentence) or (role in _OWN and not _OTHERS.search(text, *sentence)))
        return only if said else None
    if role in ("revenue", "deal_value", "cost") and (lessor := _lessor(text, before, start)):
        return lessor
    acted = _bought(text, named, start, end, sentence[0]) if role in _TARGETS else _OPEN
    if acted is _OPEN:
        acted = _acted_on(text, named, start, end, sentence[0], role)
    if acted is not _OPEN:
        return acted
    if len({m.company for m in named}) == 1:
        return named[0].company
    if role in _TARGETS:
        return None
    if (
        role == "valuation"
        and before
        and (bought := _object(text, [m for m in before if m.company == before[-1].company], _BUYS))
    ):
        return bought  # to buy Kestrel for $157 per share, representing $28 billion in equity value
    after = _behind(text, [m for m in named if m.start >= end], end, fined=role in _FINES)
    if after:
        return after
    if role == "price_target":
        about = [m for m in before if _ABOUT.search(text, sentence[0], m.start)]
        return about[-1].company if about else before[-1].company if before else None
    return _subject(text, [m for m in before if m.start >= since], start) or _subject(text, before, start)


def _bought(text: str, named: Sequence[Mention], start: int, end: int, begin: int) -> str | None:
    """Who is bought at the amount; None where somebody is who is not known, `_OPEN` where no such verb tells."""
    before = [m for m in named if m.end <= start]
    if bought := next((m for m in reversed(before) if _BOUGHT.match(text, m.end, start)), None):
        return bought.company
    if found := _object(text, before, _BUYS):
        return found
    if holders := next((m for m in reversed(before) if _HOLDERS.match(text, m.end, start)), None):
        return holders.company
    after = next((m for m in named if m.start >= end), None)
    if after and _FOR_BOUGHT.fullmatch(text, end, after.start) and not _WARES.match(text, after.end):
        return after.company
    if before and (_BUYER.search(text, begin, before[-1].start) or _BUYING.search(text, before[-1].end, start)):
        return None
    if before and _OFFERS.search(text, before[-1].end, start) and _FOR_NAME.match(text, end):
        return None
    return None if _FOR_FIRM.match(text, end) else _OPEN


def _acted_on(text: str, named: Sequence[Mention], start: int, end: int, begin: int, role: str) -> str | None:
    """The company that is fined or valued at the amount; `_OPEN` where no such verb tells."""
    before = [m for m in named if m.end <= start]
    if role in _FINES and before and _WINS.search(text, before[0].end, start):
        return _won_from(text, [m for m in named if m.start >= end], end)
    if role in _FINES and (found := _object(text, before, _PUNISHES)):
        return found
    if role == "valuation" and (values := _VALUING.search(text, begin, start)):
        inside = [m for m in before if m.start >= values.end()]
        if inside or not _PRONOUN.search(text, values.end(), start):
            return inside[0].company if inside else None
        return before[-1].company if before else _OPEN  # values the company at: the one just named
    return _OPEN


def _won_from(text: str, after: Sequence[Mention], end: int) -> str | None:
    """Who pays what another one wins: `$634 million verdict against`; None where that is not said."""
    return after[0].company if after and _WON_FROM.fullmatch(text, end, after[0].start) else None


def _possessive(text: str, before: Sequence[Mention], start: int, *, deal: bool) -> str | None:
    """`SpaceX's revenue of $3bn`: the last company before the amount, if it is written as an owner near it."""
    last = before[-1]
    between = text[last.end : start]
    if deal and _DEAL_OF.search(between):  # Pfizer's takeover of a start-up
        return None
    if len(between) < 60 and _POSSESSIVE.match(between) and not re.search(r"[,;:]|\b(?:by|from|with|and)\b", between):
        return last.company
    inside = text[last.end - 2 : last.end]
    return last.company if inside in ("'s", "’s") and len(between) < 50 else None


def _object(text: str, before: Sequence[Mention], verb: re.Pattern[str]) -> str | None:
    """The company behind a verb such as buys, values, fines."""
    for mention in reversed(before):
        if verb is _BUYS and _WARES.match(text, mention.end):
            continue
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
