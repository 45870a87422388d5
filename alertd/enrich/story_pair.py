"""Two news items side by side: what they have in common, what not, and what that weighs. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from alertd.enrich.story_marks import likeness
from alertd.enrich.story_report import Report
from alertd.enrich.story_weights import (
    BELOW,
    COPY,
    DAY_MS,
    ENOUGH,
    FAR,
    RELATED,
    REPEATED,
    SERIES,
    SURE,
    TOLD,
)
from alertd.enrich.story_words import NAME, ORDINARY, stem


@dataclass(frozen=True, slots=True)
class Likeness:
    """What comparing two reports gave."""

    score: float
    """In [0, 1]."""
    why: tuple[str, ...] = ()
    """In words, what speaks most for it first."""


NOTHING = Likeness(0.0)


class Both:
    """Two news items side by side."""

    def __init__(self, new: Report, known: Report) -> None:
        self.new, self.known = new, known
        self.own, self.theirs = new.words(), known.words()
        self.shared = {word: min(self.own[word], self.theirs[word]) for word in self.own.keys() & self.theirs.keys()}
        self.copied = likeness(new.sketch, known.sketch)
        self.titles = _dice(new.title, known.title)
        self.texts = _dice(self.own, self.theirs)
        self.same_title = bool(new.same_title) and new.same_title == known.same_title
        self.same_publisher = new.publisher == known.publisher
        self.bare = not new.lead or not known.lead
        """Of one there is only a title."""
        self.figures = [figure for figure in new.numbers if figure in known.numbers]
        self.companies = [company for company in new.main() if company in known.companies]
        self.given = set(new.called) & set(known.called) if self.companies else set()
        self.types = [kind for kind in new.types if kind in known.types]
        self.same_event = bool(self.companies) and not set(self.types) <= REPEATED
        self.pairs = [pair for pair in new.pairs if pair in known.pairs]
        self.told = sum(weight for weight in self.shared.values() if 1 < weight < NAME)
        """What the shared words tell that are no names: what happened, and not to whom."""

    def surely(self) -> Likeness | None:
        """Say what needs no weighing: the same page, the same title; None if it must be weighed."""
        differ = self._differs()
        if not differ and self._same_page():
            return Likeness(SURE, ("the same address",))
        if not differ and self.same_title:
            return Likeness(0.95 if self.same_publisher or not self._figures_differ() else 0.8, ("the same title",))
        form = self.same_publisher and (self._filled_in() or self._are_parts())
        if self.copied >= COPY and self.texts >= 0.5 and not (differ or form):
            return Likeness(0.6 + 0.35 * self.copied, (f"{self.copied:.0%} of the text is the same",))
        return None

    def seen(self) -> dict[str, float]:
        """Measure what they have in common and what not: the names are those of WEIGHTS, the values up to 1."""
        title, its_title = self._unnamed(self.new.title), self._unnamed(self.known.title)
        covered = _covered(title, self.theirs), _covered(its_title, self.own)
        deeds = _deeds(title, self.theirs), _deeds(its_title, self.own)
        least = min(sum(self.own.values()), sum(self.theirs.values()))
        strange = _strange(self.new, self.theirs), _strange(self.known, self.own)
        days = abs(self.new.at_ms - self.known.at_ms) / DAY_MS
        one, other = _kinds(self.new), _kinds(self.known)
        one, other = _kinds(self.new), _kinds(self.known)
        fixes = self.new.correction and self.titles >= 0.5
        return {
            "titles told": math.sqrt(covered[0] * covered[1]),
            "least told": min(covered),
            "deeds told": sum(deeds) / 2,
            "least deeds told": min(deeds),
            "words of the shorter": sum(self.shared.values()) / least if least else 0.0,
            "words of both": self.texts,
            "text": self.copied,
            "what happened": min(self.told, 30) / 30,
            "figures": min(len(self.figures), 3) / 3,
            "other figures": float(self._figures_differ() and not fixes),
            "strangers on both sides": min(*strange, 18) / 18,
            "strangers": min(max(strange), 27) / 27,
            "publisher": float(self.same_publisher and not fixes),
            "company": float(bool(self.companies)),
            "event": float(self.same_event),
            "parties": float(bool(self.pairs and self.types)),
            "asset": float(bool(set(self.new.assets) & set(self.known.assets) and (self.companies or self.pairs))),
            "other types": float(bool(one and other) and one.isdisjoint(other)),
            "docket": float(bool(set(self.new.dockets()) & set(self.known.dockets()))),
            "foreign": float(not _is_english(self.new) and not _is_english(self.known)),
            "days": min(max(days - 0.5, 0.0), 2.5) / 2.5,
        }

    def _unnamed(self, title: dict[str, int]) -> dict[str, int]:
        """Give a title without the names of companies that both are about: that they are is known already."""
        return {word: weight for word, weight in title.items() if word not in self.given} if self.given else title

    def why(self) -> list[str]:
        """Say in words what speaks for it."""
        told = sorted(self.shared, key=lambda word: (-self.shared[word], word))
        words = [word for word in told if self.shared[word] > 2][:6]
        why = [f"both say {', '.join(words)}"] if words else []
        why += [f"the same figures ({', '.join(self.figures[:3])})"] if self.figures else []
        if self.types and self.pairs:
            why.append(f"{self.types[0]} between {self.pairs[0].replace('+', ' and ')}")
        elif self.companies:
            why.append(f"{self.types[0]} of {self.companies[0]}" if self.types else f"about {self.companies[0]}")
        return why

    def ceiling(self) -> float:
        """How high the score may be: a form that is filled in for something else is not the same news."""
        if self.new.language and self.known.language and self.new.language != self.known.language:
            return 1.0 if self.pairs and self.types else BELOW
        if self.new.correction and self.titles >= 0.5:
            return 1.0
        if (
            self._differs()
            or self._names_differ()
            or self._are_parts()
            or (self.same_publisher and (self.bare or self._filled_in()))
        ):
            return FAR
        weighs = sum(self.shared.values()) >= ENOUGH and self._says_what()
        return 1.0 if weighs or (self.pairs and self.types) else BELOW

    def _says_what(self) -> bool:
        """Whether it is told what happened, and not only to whom."""
        if self.told >= TOLD or (self.told >= TOLD / 2 and self.titles >= 0.5) or self.figures or self.same_event:
            return True
        beside = sum(weight for word, weight in self.shared.items() if weight >= NAME and word not in self.given)
        return bool(self.companies) and beside >= ENOUGH

    def _same_page(self) -> bool:
        """Whether both are one article at one address; many items may lead to one landing page."""
        if not self.new.address() or self.new.address() != self.known.address():
            return False
        return self.same_title or (
            not self.bare and (self.titles >= 0.5 or self.texts >= 0.5) and not self._filled_in()
        )

    def _figures_differ(self) -> bool:
        return bool(self.new.numbers and self.known.numbers and not self.figures)

    def _about_others(self) -> bool:
        """Whether each is about companies of which the other says nothing."""
        new, known = self.new, self.known
        if new.pairs and known.pairs and _between(new).isdisjoint(_between(known)):
            return True
        main, theirs = new.main(), known.main()
        return (
            bool(main and theirs) and set(main).isdisjoint(known.companies) and set(theirs).isdisjoint(new.companies)
        )

    def _differs(self) -> bool:
        """Whether it is another matter for sure: other companies, or what is a story of its own."""
        return self._about_others() or self._is_a_turn()

    def _is_a_turn(self) -> bool:
        """Whether the headline of one reports what is a story of its own, and the other reports something else."""
        one, other = _kinds(self.new), _kinds(self.known)
        if not one or not other:
            return False
        turns = {RELATED.get(kind, kind) for kind in (*self.new.turns, *self.known.turns)}
        return not turns <= one & other

    def _names_differ(self) -> bool:
        """Whether each title names somebody of whom the other report says nothing, and both name nobody."""
        own = {word for word, weight in self.new.title.items() if weight >= NAME}
        theirs = {word for word, weight in self.known.title.items() if weight >= NAME}
        if not own or not theirs or own & theirs:
            return False
        return own.isdisjoint(self.theirs) and theirs.isdisjoint(self.own)

    def _filled_in(self) -> bool:
        """Whether both are one form with something else filled in: a publisher has such for many things."""
        one, other = set(self.new.skeleton), set(self.known.skeleton)
        same_form = self.copied >= 0.3 or self.texts >= 0.7
        if self.same_title or (len(one & other) < 0.4 * max(len(one), len(other), 1) and not same_form):
            return False
        own, theirs = _only(self.new, self.known), _only(self.known, self.new)
        return bool(own and theirs) or (bool(own or theirs) and self.bare)

    def _are_parts(self) -> bool:
        """Whether both are parts of a series: numbered, or with nothing in common behind its name and a colon."""
        one, other = _numbered(self.new.skeleton), _numbered(self.known.skeleton)
        if one and other and one.isdisjoint(other):
            return True
        cut = self.new.series
        if not cut or cut != self.known.series or self.new.skeleton[:cut] != self.known.skeleton[:cut]:
            return False
        return self.same_publisher and set(self.new.skeleton[cut:]).isdisjoint(_telling(self.known, cut))


def _only(one: Report, other: Report) -> set[str]:
    """Give what one title says that the other report does not: rare words and figures."""
    words = other.words()
    theirs = {word for word in other.skeleton if word.isdigit()}
    figures = {word for word in one.skeleton if word.isdigit()} - theirs if theirs else set()
    return {word for word, weight in one.title.items() if weight > ORDINARY and word not in words} | figures


def _is_english(report: Report) -> bool:
    """Whether the words have their weights: of another language it is not known which are common."""
    return report.language.startswith("en") or not report.language


def _kinds(report: Report) -> set[str]:
    """Give what a report is about."""
    return {RELATED.get(kind, kind) for kind in report.types}


def _telling(report: Report, cut: int) -> list[str]:
    """Give the words behind a place of a title that tell something."""
    return [word for word in report.skeleton[cut:] if report.title.get(stem(word), 0) > 1]


def _numbered(words: Sequence[str]) -> set[tuple[str, str]]:
    return {(before, number) for before, number in pairwise(words) if number.isdigit() and before in SERIES}


def _strange(one: Report, words: dict[str, int]) -> int:
    """Weigh the names of a title of which the other report says nothing."""
    return sum(weight for word, weight in one.title.items() if weight >= NAME and word not in words)


def _covered(title: dict[str, int], words: dict[str, int]) -> float:
    """Give the share of a title that the other report says too."""
    total = sum(title.values())
    return sum(weight for word, weight in title.items() if word in words) / total if total else 0.0


def _deeds(title: dict[str, int], words: dict[str, int]) -> float:
    """Give the share of a title, without its names, that the other report says too."""
    return _covered({word: weight for word, weight in title.items() if weight < NAME}, words) if title else 0.0


def _between(report: Report) -> set[str]:
    return {company for pair in report.pairs for company in pair.split("+")}


def _dice(one: dict[str, int], other: dict[str, int]) -> float:
    total = sum(one.values()) + sum(other.values())
    return 2 * sum(min(one[word], other[word]) for word in one.keys() & other.keys()) / total if total else 0.0
