"""Whether two news items can be alike enough, at a glance. Pure.

In a storm each report stands beside thirty stories that have one word in common with it, and to weigh one pair takes
several times as long as to see that it cannot be enough. What is looked at is what costs little: the words that both
have, the names that only one has, companies, figures, the time. The rest is taken as if all of it spoke for the pair,
and nothing of it against; so no pair scores more than this says.
"""

from __future__ import annotations

from math import sqrt

from alertd.enrich.story_figures import shared_figures
from alertd.enrich.story_marks import likeness
from alertd.enrich.story_report import Report
from alertd.enrich.story_side import Side, side_of
from alertd.enrich.story_weights import BASE, COPY, DAY_MS, HALF, REPEATED, WEIGHTS
from alertd.enrich.story_words import NAME

ROUNDING = 0.001
"""A score is rounded: what is this much under a limit may still reach it."""
_COPIED = 0.5
"""How much the words of copies are alike at least (`Both.surely`)."""
_TEXT, _FIGURES = WEIGHTS["text"], WEIGHTS["figures"]
_TITLES, _LEAST, _DEEDS = WEIGHTS["titles told"], WEIGHTS["least told"], WEIGHTS["deeds told"] / 2
_LEAST_DEEDS, _SHORTER, _BOTH = WEIGHTS["least deeds told"], WEIGHTS["words of the shorter"], WEIGHTS["words of both"]
_HAPPENED, _NAMED = WEIGHTS["what happened"] / 30, WEIGHTS["names"] / 36
_STRANGERS, _STRANGER = WEIGHTS["strangers on both sides"] / 18, WEIGHTS["strangers"] / 27
_FOR_COMPANY = WEIGHTS["company"] + WEIGHTS["event"]


def may_reach(new: Report, known: Report, least: float) -> bool:
    """Whether two news items may score so much. What a report is called by are words of it, as `report_of` has it."""
    own, other = side_of(new), side_of(known)
    same_title = new.same_title and new.same_title == known.same_title
    if same_title or (own.address and own.address == other.address) or not own.dockets.isdisjoint(other.dockets):
        return True
    alike, said = _said(own, other)
    missing = least - ROUNDING - BASE - said - _against(new, known) - _company(new, own, known, other)
    if not own.sketch.isdisjoint(other.sketch) and (alike >= _COPIED or missing <= _TEXT + _FIGURES):
        copied = likeness(own.sketch, other.sketch)
        if copied >= COPY:
            return True
        missing -= _TEXT * copied
    if missing <= 0.0 or missing > _FIGURES:
        return missing <= 0.0
    return missing <= _FIGURES * min(len(shared_figures(new.numbers, known.numbers)), 3) / 3


def _said(own: Side, other: Side) -> tuple[float, float]:
    """Say how much the words are alike, and weigh those of both, and the names of which one says nothing."""
    words, theirs, title, their_title = own.words, other.words, own.title, other.title
    common = told = deeds = its_told = its_deeds = 0
    for word in words.keys() & theirs.keys():
        weight, its = words[word], theirs[word]
        common += weight if weight < its else its
        if word in title:
            told += weight
            if weight < NAME:
                deeds += weight
        if word in their_title:
            its_told += its
            if its < NAME:
                its_deeds += its
    covered, its_covered = _share(told, own.title_weight), _share(its_told, other.title_weight)
    done = _share(deeds, own.title_weight - own.names_weight)
    its_done = _share(its_deeds, other.title_weight - other.names_weight)
    strange, its_strange = own.names_weight - (told - deeds), other.names_weight - (its_told - its_deeds)
    alike = 2 * _share(common, own.weight + other.weight)
    return alike, (
        _TITLES * sqrt(covered * its_covered)
        + _LEAST * min(covered, its_covered)
        + _DEEDS * (done + its_done)
        + _LEAST_DEEDS * min(done, its_done)
        + _SHORTER * _share(common, min(own.weight, other.weight))
        + _BOTH * alike
        # a word tells what happened, or to whom, but not both
        + _HAPPENED * min(common, 30)
        + (_NAMED * min(common - 30, 36) if common > 30 else 0.0)
        + _STRANGERS * min(strange, its_strange, 18)
        + _STRANGER * min(max(strange, its_strange), 27)
    )


def _company(new: Report, own: Side, known: Report, other: Side) -> float:
    """Weigh companies, and what is only asked of those that have one in common."""
    main, its_main = own.main, other.main
    common = sum([company in known.companies for company in main])
    types = [kind for kind in new.types if kind in known.types]
    parties = bool(new.pairs) and not set(new.pairs).isdisjoint(known.pairs)
    most = WEIGHTS["parties"] if parties and types else 0.0
    if common:
        most += WEIGHTS["company"] + (0.0 if REPEATED.issuperset(types) else WEIGHTS["event"])
        most += WEIGHTS["companies"] if common > 1 else 0.0
    elif bool(main) != bool(its_main):
        most += HALF * _FOR_COMPANY
    elif main and set(main).isdisjoint(its_main):
        most += WEIGHTS["other company"]
    return most + (WEIGHTS["asset"] if (common or parties) and new.assets and known.assets else 0.0)


def _against(new: Report, known: Report) -> float:
    """Weigh what lies between them, and that one publisher seldom tells a thing twice."""
    days = abs(new.at_ms - known.at_ms) / DAY_MS
    most = WEIGHTS["days"] * min(max(days - 0.5, 0.0), 2.5) / 2.5
    return most + (WEIGHTS["publisher"] if new.publisher == known.publisher and not new.correction else 0.0)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
