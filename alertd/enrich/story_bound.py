"""How much alike two news items can be at most, at a glance. Pure.

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
from alertd.enrich.story_weights import BASE, COPY, DAY_MS, HALF, REPEATED, WEIGHTS
from alertd.enrich.story_words import NAME

ROUNDING = 0.001
"""A score is rounded: what is this much under a limit may still reach it."""
REMEMBERED = 1_000
"""Sides that are kept made ready: the reports of open stories, which one event after the other stands beside."""
_DEEDS = WEIGHTS["deeds told"] / 2
_FOR_COMPANY = WEIGHTS["company"] + WEIGHTS["event"]


class Side:
    """A report made ready to be held against others. What it is called by are words of it, as `report_of` has it."""

    __slots__ = ("all", "deeds", "main", "names", "report", "sketch", "title", "types", "words")

    def __init__(self, report: Report) -> None:
        self.report = report
        self.words = report.words()
        self.all = sum(self.words.values())
        self.title = sum(report.title.values())
        self.deeds = sum([weight for weight in report.title.values() if weight < NAME])
        """Of the title, without names."""
        self.names = frozenset(report.names)
        self.sketch = frozenset(report.sketch)
        self.main = report.main()
        self.types = frozenset(report.types)


class _Sides(dict[int, Side]):
    """Sides by the identity of their reports, which stay as long as they stand here: a report has no hash."""

    def of(self, report: Report) -> Side:
        side = self.get(id(report))
        if side is None:
            if len(self) >= REMEMBERED:
                self.clear()
            side = self[id(report)] = Side(report)
        return side


_sides = _Sides()


class Bound:
    """A new report that is held against many that are known."""

    __slots__ = ("_side",)

    def __init__(self, report: Report) -> None:
        self._side = Side(report)

    def may_reach(self, known: Report, least: float) -> bool:
        """Whether comparing it with a report that is known may give so much, which is more than 0."""
        report = self._side.report
        if report.kind != "news" or known.kind != "news" or report.alone or known.alone:
            return True  # these are compared by other things, and fast
        if report.same_title and report.same_title == known.same_title:
            return True
        return self._may(_sides.of(known), least - ROUNDING)

    def _may(self, known: Side, least: float) -> bool:
        own, report, other = self._side, self._side.report, known.report
        if not own.names.isdisjoint(known.names):
            return True  # the same page or docket
        copied = 0.0 if own.sketch.isdisjoint(known.sketch) else likeness(report.sketch, other.sketch)
        if copied >= COPY:
            return True
        missing = least - BASE - WEIGHTS["text"] * copied - _company(own, known) - _against(report, other)
        missing -= _said(own, known)
        if missing <= 0.0 or missing > WEIGHTS["figures"]:
            return missing <= 0.0
        return missing <= WEIGHTS["figures"] * min(len(shared_figures(report.numbers, other.numbers)), 3) / 3


def _said(own: Side, known: Side) -> float:
    """Weigh the words of both, and the names of one of which the other says nothing."""
    words, theirs = own.words, known.words
    title, their_title = own.report.title, known.report.title
    common = told = deeds = its_told = its_deeds = 0
    for word in words.keys() & theirs.keys():
        weight, its = words[word], theirs[word]
        common += weight if weight < its else its
        if word in title:
            weight = title[word]
            told += weight
            if weight < NAME:
                deeds += weight
        if word in their_title:
            its = their_title[word]
            its_told += its
            if its < NAME:
                its_deeds += its
    covered, its_covered = _share(told, own.title), _share(its_told, known.title)
    done, its_done = _share(deeds, own.deeds), _share(its_deeds, known.deeds)
    # a word tells what happened, or to whom, but not both
    happened, named = min(common, 30), min(max(common - 30, 0), 36)
    strange = own.title - own.deeds - (told - deeds), known.title - known.deeds - (its_told - its_deeds)
    return (
        WEIGHTS["titles told"] * sqrt(covered * its_covered)
        + WEIGHTS["least told"] * min(covered, its_covered)
        + _DEEDS * (done + its_done)
        + WEIGHTS["least deeds told"] * min(done, its_done)
        + WEIGHTS["words of the shorter"] * _share(common, min(own.all, known.all))
        + WEIGHTS["words of both"] * 2 * _share(common, own.all + known.all)
        + WEIGHTS["what happened"] * happened / 30
        + WEIGHTS["names"] * named / 36
        + WEIGHTS["strangers on both sides"] * min(*strange, 18) / 18
        + WEIGHTS["strangers"] * min(max(strange), 27) / 27
    )


def _company(own: Side, known: Side) -> float:
    """Weigh companies, and what is only asked of those that have one in common."""
    report, other = own.report, known.report
    common = sum([company in other.companies for company in own.main])
    types = not own.types.isdisjoint(known.types)
    parties = bool(report.pairs) and not set(report.pairs).isdisjoint(other.pairs)
    most = WEIGHTS["parties"] if parties and types else 0.0
    if common:
        same = types and not REPEATED.issuperset(own.types & known.types)
        most += WEIGHTS["company"] + (WEIGHTS["event"] if same else 0.0)
        most += WEIGHTS["companies"] if common > 1 else 0.0
    elif bool(own.main) != bool(known.main):
        most += HALF * _FOR_COMPANY
    elif own.main and set(own.main).isdisjoint(known.main):
        most += WEIGHTS["other company"]
    return most + (WEIGHTS["asset"] if (common or parties) and report.assets and other.assets else 0.0)


def _against(report: Report, other: Report) -> float:
    """Weigh what lies between them, and that one publisher seldom tells a thing twice."""
    days = abs(report.at_ms - other.at_ms) / DAY_MS
    most = WEIGHTS["days"] * min(max(days - 0.5, 0.0), 2.5) / 2.5
    return most + (WEIGHTS["publisher"] if report.publisher == other.publisher and not report.correction else 0.0)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
