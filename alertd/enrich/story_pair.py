"""Two news items side by side: what they have in common, what not, and what that weighs. Pure."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property

from alertd.enrich.story_figures import contradict, other_periods, periods, shared_figures
from alertd.enrich.story_form import are_parts, filled_in, has_another_head
from alertd.enrich.story_marks import likeness
from alertd.enrich.story_report import Report
from alertd.enrich.story_weights import (
    BELOW,
    BESIDE,
    COPY,
    DAY_MS,
    ENOUGH,
    ENOUGH_FIGURES,
    FAR,
    HALF,
    ONE_NAME,
    RELATED,
    REPEATED,
    SURE,
    THREE_NAMES,
    TOLD,
    TURNS,
    TWO_NAMES,
)
from alertd.enrich.story_words import NAME, UNSURE


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
        self.same_hours = abs(new.at_ms - known.at_ms) < DAY_MS / 2 and not self.same_publisher
        """Told by two within half a day."""
        self.bare = not new.lead or not known.lead
        """Of one there is only a title."""
        self.figures = shared_figures(new.numbers, known.numbers)
        self.main, self.its_main = new.main(), known.main()
        self.companies = [company for company in self.main if company in known.companies]
        self.half_named = not self.companies and (_half_named(new, known) or _half_named(known, new))
        self.given = set(new.called) & set(known.called) if self.companies else set()
        self.types = [kind for kind in new.types if kind in known.types]
        self.known_as = 1.0 if self.companies else HALF if self.half_named else 0.0
        """How surely both are about one company."""
        self.same_event = bool(self.known_as) and not set(self.types) <= REPEATED
        self.pairs = [pair for pair in new.pairs if pair in known.pairs]
        names = {word for word in self.shared if self.own[word] >= NAME or self.theirs[word] >= NAME}
        self.told = sum(weight for word, weight in self.shared.items() if weight > 1 and word not in names)
        """What the shared words tell that are no names: what happened, and not to whom."""
        self.named = sum(self.shared[word] for word in names - self.given)
        """What the shared names tell but those of companies that both are known to be about."""

    def surely(self) -> Likeness | None:
        """Say what needs no weighing: the same page, the same title; None if it must be weighed."""
        copied, same_page = self.copied >= COPY and self.texts >= 0.5, self._same_page()
        differ = (copied or self.same_title or same_page) and self._differs
        if not differ and same_page:
            return Likeness(SURE, ("the same address",))
        if not differ and self.same_title:
            return Likeness(0.95 if self.same_publisher or not self._figures_differ else 0.8, ("the same title",))
        if not copied or differ or (self.same_publisher and (self._filled_in() or are_parts(self.new, self.known))):
            return None
        return Likeness(0.6 + 0.35 * self.copied, (f"{self.copied:.0%} of the text is the same",))

    def seen(self) -> dict[str, float]:
        """Measure what they have in common and what not: the names are those of WEIGHTS, the values up to 1."""
        title, its_title = self._unnamed(self.new.title), self._unnamed(self.known.title)
        covered = _covered(title, self.theirs), _covered(its_title, self.own)
        deeds = _deeds(title, self.theirs), _deeds(its_title, self.own)
        least = min(sum(self.own.values()), sum(self.theirs.values()))
        strange = _strange(self.new, self.theirs), _strange(self.known, self.own)
        days = abs(self.new.at_ms - self.known.at_ms) / DAY_MS
        one, other = _kinds(self.new.types), _kinds(self.known.types)
        said, its = _kinds(self.new.titled), _kinds(self.known.titled)
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
            "other figures": self._other_figures() if not fixes else 0.0,
            "other periods": float(other_periods(self.new.periods, self.known.periods) and not fixes),
            "strangers on both sides": min(*strange, 18) / 18,
            "strangers": min(max(strange), 27) / 27,
            "publisher": float(self.same_publisher and not fixes),
            "company": self.known_as,
            "companies": float(len(self.companies) > 1 and self.same_hours),
            "event": self.known_as * self.same_event,
            "one of many": float(self._one_of_many()),
            "parties": float(bool(self.pairs and self.types)),
            "asset": float(_shared(self.new.assets, self.known.assets) and bool(self.companies or self.pairs)),
            "other types": float(_disjoint(one, other)),
            "docket": float(_shared(self.new.dockets(), self.known.dockets())),
            "foreign": float(not _is_english(self.new) and not _is_english(self.known)),
            "company alone": float(self._company_alone()),
            "other company": float(_disjoint(self.main, self.its_main)),
            "names": min(self.named, 36) / 36,
            "other deeds": float(_disjoint(said, its)),
            "days": min(max(days - 0.5, 0.0), 2.5) / 2.5,
        }

    def _one_of_many(self) -> bool:
        """Whether only company and event type are the same, and it is a type that a company may see twice a day."""
        alike = self.figures or self.pairs or self.named >= NAME or _shared(self.new.dockets(), self.known.dockets())
        return bool(self.types and self.companies) and set(self.types) <= REPEATED and not alike

    def _company_alone(self) -> bool:
        """Whether the company is all that they have in common but for words of every day."""
        same = self.figures or self.same_event or self.pairs or self.named >= NAME or len(self.companies) > 1
        return bool(self.companies) and not same

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
            self._differs
            or self._names_differ()
            or are_parts(self.new, self.known)
            or (self.same_publisher and (self.bare or self._filled_in()))
        ):
            return FAR
        enough = ENOUGH_FIGURES if self.figures and self.same_hours else ENOUGH
        weighs = sum(self.shared.values()) >= enough and self._says_what()
        return 1.0 if weighs or (self.pairs and self.types) else BELOW

    def _says_what(self) -> bool:
        """Whether it is told what happened, and not only to whom."""
        if self.told >= TOLD or self.figures or self.same_event:
            return True
        if self.named >= THREE_NAMES and self.same_hours:
            return True
        titles = _dice(self._unnamed(self.new.title), self._unnamed(self.known.title))
        names = (ONE_NAME if self.companies else TWO_NAMES) if self.same_hours else THREE_NAMES
        if self.told >= TOLD / 2 and (titles >= 0.5 or self.named >= names):
            return True
        return bool(self.companies) and self.named >= ENOUGH

    def _same_page(self) -> bool:
        """Whether both are one article at one address; many items may lead to one landing page."""
        if not self.new.address() or self.new.address() != self.known.address():
            return False
        return self.same_title or (
            not self.bare and (self.titles >= 0.5 or self.texts >= 0.5) and not self._filled_in()
        )

    def _other_figures(self) -> float:
        """Say how much their figures differ: what both headlines say counts in full."""
        if not self._figures_differ:
            return 0.0
        return 1.0 if self.new.headline and self.known.headline else BESIDE

    @cached_property
    def _figures_differ(self) -> bool:
        one, other = self.new.numbers, self.known.numbers
        return bool(one and other and not self.figures and contradict(one, other))

    def _about_others(self) -> bool:
        """Whether each is about companies of which the other says nothing."""
        new, known = self.new, self.known
        if new.pairs and known.pairs and _between(new).isdisjoint(_between(known)):
            return True
        main, theirs = self.main, self.its_main
        return (
            bool(main and theirs) and set(main).isdisjoint(known.companies) and set(theirs).isdisjoint(new.companies)
        )

    @cached_property
    def _differs(self) -> bool:
        """Whether it is another matter for sure: other companies, a story of its own, titles of other quarters."""
        if self._about_others() or self._is_a_turn():
            return True
        return other_periods(periods(self.new.skeleton, ()), periods(self.known.skeleton, ()))

    def _is_a_turn(self) -> bool:
        """Whether the headline of one reports what is a story of its own, and the other reports something else."""
        one, other = _kinds(self.new.types), _kinds(self.known.types)
        if not one or not other:
            return False
        turns = _kinds(kind for kind in (*self.new.titled, *self.known.titled) if kind in TURNS)
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
        if self.same_title:
            return False
        alike = self.copied >= 0.3 or self.texts >= 0.7
        return has_another_head(self.new, self.known) or filled_in(self.new, self.known, alike=alike, bare=self.bare)


def _half_named(one: Report, other: Report) -> bool:
    """Whether one names a company that is known, and the title of the other, which knows of none, its first word."""
    if other.main() or not one.main():
        return False
    name = next((word for word in one.called if one.title.get(word, 0) >= NAME), "")
    return bool(name) and other.title.get(name, 0) >= UNSURE


def _shared(one: Collection[str], other: Collection[str]) -> bool:
    return not set(one).isdisjoint(other)


def _disjoint(one: Collection[str], other: Collection[str]) -> bool:
    """Whether both say something and nothing is the same."""
    return bool(one and other) and set(one).isdisjoint(other)


def _is_english(report: Report) -> bool:
    """Whether the words have their weights: of another language it is not known which are common."""
    return report.language.startswith("en") or not report.language


def _kinds(types: Iterable[str]) -> set[str]:
    """Give what a report is about, by the families of its event types."""
    return {RELATED.get(kind, kind) for kind in types}


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
