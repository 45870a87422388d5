"""Who holds a term of a deal: `SpaceX can take it back`, `allows SpaceX to reclaim`, `terminable by SpaceX`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from alertd.companies.mentions import Mention
from alertd.enrich.money_words import word_set

_BOTH = re.compile(
    r"\b(?:either|both|each)\s(?:part(?:y|ies)|sides?|compan(?:y|ies)|of\s(?:them|the))|\bthe\sparties\b", re.I
)
_GRANTS = re.compile(
    r"\b(?:allow(?:s|ed|ing)?|lets?|letting|giv(?:es|ing)|gave|grant(?:s|ed|ing)?|permit(?:s|ted|ting)?|enabl(?:es|ed|ing)"
    r"|entitl(?:es|ed|ing)|rights?\sfor|options?\sfor|award(?:s|ed|ing)?|hand(?:s|ed|ing))\s(?:the\s)?$",
    re.I,
)
_BY = re.compile(
    r"[^.;]{0,40}?\b(?:by|held\sby|exercisable\sby|in\sfavou?r\sof|granted\sto|belongs?\sto|at\sthe\s(?:option|discretion"
    r"|election)\sof)\s(?:the\s)?$",
    re.I,
)
_ELECTS = re.compile(r"['’]s?\s(?:sole\s)?(?:option|discretion|election|choice|request)", re.I)
_LEADS = re.compile(r"\b(?:with|to|from|of|by|for|between|under|against|at|in|on|than)\s(?:the\s)?$", re.I)
_PAYS = re.compile(r"\b(?:pay(?:s|ing)?|paid|owe[sd]?|compensate[sd]?|owing)\s(?:the\s)?$", re.I)
_PAID_TO = re.compile(r"[^.;]{0,50}?\bto\s(?:the\s)?$", re.I)
_FILLERS = word_set("""
    also then still now would will has have had having retain retains retained retaining keep keeps kept keeping
    hold holds held holding reserve reserves reserved got get gets secured secures win wins won winning obtained
    obtains negotiated negotiates a an the its their unilateral sole immediate early and contractual be in
    become becomes became as been is are was were remain remains to global worldwide any at time s for exclusive
    received receives receive gain gains gained acquired acquires with broad full two three both enjoy enjoys
    given granted awarded certain
""")
_WORD = re.compile(r"[^\W\d_]+")
_ITSELF = re.compile(r"\b(it|they|which|who|that|the\s(?:company|group|firm))\b", re.I)


def holder(
    text: str,
    sentence: tuple[int, int],
    start: int,
    end: int,
    named: Sequence[Mention],
    only: str | None,
    *,
    subject: bool,
) -> str | None:
    """Give the company that holds a term written at a place of a sentence; None where it is not said.

    `named` are the mentions in the sentence, in its order; `only` is the one company of the item, if it is one.
    """
    near = text[max(start - 40, sentence[0]) : min(end + 40, sentence[1])]
    if _BOTH.search(near):
        return None
    behind = next((m for m in named if m.start >= end), None)
    if behind and (_BY.fullmatch(text, end, behind.start) or _ELECTS.match(text, behind.end)):
        return behind.company
    inside = [m for m in named if start <= m.start and m.end <= end]
    if inside and _GRANTS.search(text, sentence[0], inside[0].start):
        return inside[0].company
    if not subject:
        return None
    return _before(text, sentence, start, named, only)


def paid_to(text: str, start: int, end: int, named: Sequence[Mention]) -> str | None:
    """Give the company to which a fee or penalty would be paid; None where it is not said."""
    for mention in reversed([m for m in named if m.end <= start]):
        if _PAYS.search(text, max(mention.start - 24, 0), mention.start):
            return mention.company
    after = next((m for m in named if m.start >= end), None)
    return after.company if after and _PAID_TO.fullmatch(text, end, after.start) else None


def _before(
    text: str, sentence: tuple[int, int], start: int, named: Sequence[Mention], only: str | None
) -> str | None:
    before = [m for m in named if m.end <= start]
    last = before[-1] if before else None
    begin = max(start - 70, last.end if last else sentence[0])
    meant = list(_ITSELF.finditer(text, begin, start))
    if meant:
        return _meant(text, meant[-1], before, start, only)
    if last is None or not _filled(text[last.end : start]):
        return None
    if _LEADS.search(text, max(last.start - 12, 0), last.start) and not _GRANTS.search(text, sentence[0], last.start):
        return None
    return last.company


def _meant(text: str, said: re.Match[str], before: Sequence[Mention], start: int, only: str | None) -> str | None:
    """Whom `it`, `which` or `the company` means: what was just named, or what the sentence is about."""
    if not _filled(text[said.end() : start]):
        return None
    if not before:
        return only
    if said[1].lower() in ("which", "who", "that"):
        return before[-1].company
    free = [m for m in before if not _LEADS.search(text, max(m.start - 12, 0), m.start)]
    return free[0].company if free else before[0].company if len(before) == 1 else None


def _filled(between: str) -> bool:
    """Whether only words stand between that keep subject and term together."""
    if len(between) > 70 or any(sign in between for sign in ";:()"):
        return False
    return all(word.lower() in _FILLERS for word in _WORD.findall(between))
