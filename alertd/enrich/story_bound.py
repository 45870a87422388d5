"""How much alike two news items can be at most, at a glance. Pure.

In a storm each report stands beside thirty stories that have one word in common with it, and to weigh one pair takes
several times as long as to see that it cannot be enough. What is looked at is what costs little: the words that both
have, the names that only one has, companies, figures, the time. The rest is taken as if all of it spoke for the pair,
and nothing of it against; so no pair scores more than this says.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import sqrt

from alertd.enrich.story_figures import shared_figures
from alertd.enrich.story_marks import likeness
from alertd.enrich.story_report import Report
from alertd.enrich.story_weights import BASE, COPY, DAY_MS, HALF, REPEATED, WEIGHTS
from alertd.enrich.story_words import NAME

ROUNDING = 0.001
"""A score is rounded: what is this much under a limit may still reach it."""
_DEEDS = WEIGHTS["deeds told"] / 2
_FOR_COMPANY = WEIGHTS["company"] + WEIGHTS["event"]


class Bound:
    """A report that is held against many others. What it is called by are words of it, as `report_of` has it."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._words = report.words()
        self._all = sum(self._words.values())
        self._title = sum(report.title.values())
        self._deeds = _deeds(report.title.values())
        self._names = frozenset(report.names)
        self._sketch = frozenset(report.sketch)
        self._main = report.main()
        self._types = frozenset(report.types)

    def may_reach(self, known: Report, least: float) -> bool:
        """Whether comparing it with a report that is known may give so much, which is more than 0."""
        report = self._report
        if report.kind != "news" or known.kind != "news" or report.alone or known.alone:
            return True  # these are compared by other things, and fast
        return self._may(known, least - ROUNDING)

    def _may(self, known: Report, least: float) -> bool:
        report = self._report
        if not self._names.isdisjoint(known.names) or (report.same_title and report.same_title == known.same_title):
            return True  # the same page, docket or title
        copied = 0.0 if self._sketch.isdisjoint(known.sketch) else likeness(report.sketch, known.sketch)
        if copied >= COPY:
            return True
        missing = least - BASE - WEIGHTS["text"] * copied - self._against(known) - self._company(known)
        missing -= self._said(known)
        if missing <= 0.0 or missing > WEIGHTS["figures"]:
            return missing <= 0.0
        return missing <= WEIGHTS["figures"] * min(len(shared_figures(report.numbers, known.numbers)), 3) / 3

    def _said(self, known: Report) -> float:
        """Weigh the words of both, and the names of one of which the other says nothing."""
        title, their_title, theirs = self._report.title, known.title, known.words()
        shared = self._words.keys() & theirs.keys()
        common = told = deeds = its_told = its_deeds = 0
        for word in shared:
            common += min(self._words[word], theirs[word])
            weight, its = title.get(word, 0), their_title.get(word, 0)
            told += weight
            its_told += its
            deeds += weight if weight < NAME else 0
            its_deeds += its if its < NAME else 0
        every, its_every = sum(theirs.values()), sum(their_title.values())
        all_deeds = _deeds(their_title.values())
        covered, its_covered = _share(told, self._title), _share(its_told, its_every)
        done, its_done = _share(deeds, self._deeds), _share(its_deeds, all_deeds)
        # a word tells what happened, or to whom, but not both
        happened, named = min(common, 30), min(max(common - 30, 0), 36)
        strange = self._title - self._deeds - (told - deeds), its_every - all_deeds - (its_told - its_deeds)
        return (
            WEIGHTS["titles told"] * sqrt(covered * its_covered)
            + WEIGHTS["least told"] * min(covered, its_covered)
            + _DEEDS * (done + its_done)
            + WEIGHTS["least deeds told"] * min(done, its_done)
            + WEIGHTS["words of the shorter"] * _share(common, min(self._all, every))
            + WEIGHTS["words of both"] * 2 * _share(common, self._all + every)
            + WEIGHTS["what happened"] * happened / 30
            + WEIGHTS["names"] * named / 36
            + WEIGHTS["strangers on both sides"] * min(*strange, 18) / 18
            + WEIGHTS["strangers"] * min(max(strange), 27) / 27
        )

    def _company(self, known: Report) -> float:
        """Weigh companies, and what is only asked of those that have one in common."""
        report, its_main = self._report, known.main()
        common = sum(company in known.companies for company in self._main)
        types = not self._types.isdisjoint(known.types)
        parties = bool(report.pairs) and not set(report.pairs).isdisjoint(known.pairs)
        most = WEIGHTS["parties"] if parties and types else 0.0
        if common:
            same = not REPEATED.issuperset(self._types.intersection(known.types))
            most += WEIGHTS["company"] + (WEIGHTS["event"] if same else 0.0)
            most += WEIGHTS["companies"] if common > 1 else 0.0
        else:
            if bool(self._main) != bool(its_main):
                most += HALF * _FOR_COMPANY
            if self._main and its_main and set(self._main).isdisjoint(its_main):
                most += WEIGHTS["other company"]
        return most + (WEIGHTS["asset"] if (common or parties) and report.assets and known.assets else 0.0)

    def _against(self, known: Report) -> float:
        """Weigh what lies between them, and that one publisher seldom tells a thing twice."""
        report = self._report
        days = abs(report.at_ms - known.at_ms) / DAY_MS
        most = WEIGHTS["days"] * min(max(days - 0.5, 0.0), 2.5) / 2.5
        return most + (WEIGHTS["publisher"] if report.publisher == known.publisher and not report.correction else 0.0)


def _deeds(weights: Iterable[int]) -> int:
    """Add up the weights of words that are no names."""
    return sum([weight for weight in weights if weight < NAME])


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
