"""Two news items side by side: what they have in common, what not, and what that weighs. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

from alertd.enrich.story_figures import contradict, other_periods, periods, shared_figures
from alertd.enrich.story_form import are_parts, filled_in, has_another_head
from alertd.enrich.story_marks import likeness
from alertd.enrich.story_report import Report
from alertd.enrich.story_side import Title, disjoint, half_named, kinds, shared, side_of
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
    REPEATED,
    SURE,
    THREE_NAMES,
    TOLD,
    TURNS,
    TWO_NAMES,
)
from alertd.enrich.story_words import NAME


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
        self.one, self.other = one, other = side_of(new), side_of(known)
        self.copied = likeness(one.sketch, other.sketch)
        self.same_title = bool(new.same_title) and new.same_title == known.same_title
        self.same_publisher = new.publisher == known.publisher
        self.same_hours = abs(new.at_ms - known.at_ms) < DAY_MS / 2 and not self.same_publisher
        """Told by two within half a day."""
        self.bare = not new.lead or not known.lead
        """Of one there is only a title."""
        self.companies = [company for company in one.main if company in known.companies]
        self.half_named = not self.companies and (half_named(new, known) or half_named(known, new))
        self.given = one.called & other.called if self.companies else frozenset[str]()
        self.types = [kind for kind in new.types if kind in known.types]
        self.known_as = 1.0 if self.companies else HALF if self.half_named else 0.0
        """How surely both are about one company."""
        self.same_event = bool(self.known_as) and not set(self.types) <= REPEATED
        self.pairs = [pair for pair in new.pairs if pair in known.pairs]
        self._weigh_words()
        self.figures = self._shared_figures()

    def _weigh_words(self) -> None:
        """Weigh the words that both say, in one walk: an event is compared with thirty others."""
        own, theirs = self.one, self.other
        self.shared: dict[str, int] = {}
        self.told = self.named = 0
        """What the shared words tell that are no names: what happened, and not to whom. And what the shared names
        tell but those of companies that both are known to be about."""
        ours, its = Title(own, self.given), Title(theirs, self.given)
        titles = 0
        for word in own.words.keys() & theirs.words.keys():
            weight, other = own.words[word], theirs.words[word]
            self.shared[word] = least = min(weight, other)
            if weight >= NAME or other >= NAME:
                self.named += least if word not in self.given else 0
            elif least > 1:
                self.told += least
            if word in own.title:
                ours.say(word, weight)
                titles += least if word in theirs.title else 0
            if word in theirs.title:
                its.say(word, other)
        self.weight = sum(self.shared.values())
        self.titles = _dice(titles, own.title_weight + theirs.title_weight)
        self.texts = _dice(self.weight, own.weight + theirs.weight)
        self.said = ours, its

    def _shared_figures(self) -> list[str]:
        one, other = self.one, self.other
        if (
            one.numbers.isdisjoint(other.numbers)
            and one.numbers.isdisjoint(other.rounded)
            and one.rounded.isdisjoint(other.numbers)
        ):
            return []
        return shared_figures(self.new.numbers, self.known.numbers)

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
        return self.seen_at_once() | self.seen_against()

    def seen_at_once(self) -> dict[str, float]:
        """Measure all of it but what takes longest, which only speaks against it."""
        own, theirs = self.one, self.other
        ours, its = self.said
        covered, deeds = (ours.share(), its.share()), (ours.deeds(), its.deeds())
        least = min(own.weight, theirs.weight)
        strange = ours.strange(), its.strange()
        days = abs(self.new.at_ms - self.known.at_ms) / DAY_MS
        return {
            "titles told": math.sqrt(covered[0] * covered[1]),
            "least told": min(covered),
            "deeds told": sum(deeds) / 2,
            "least deeds told": min(deeds),
            "words of the shorter": self.weight / least if least else 0.0,
            "words of both": self.texts,
            "text": self.copied,
            "what happened": min(self.told, 30) / 30,
            "figures": min(len(self.figures), 3) / 3,
            "strangers on both sides": min(*strange, 18) / 18,
            "strangers": min(max(strange), 27) / 27,
            "publisher": float(self.same_publisher and not self._fixes),
            "company": self.known_as,
            "companies": float(len(self.companies) > 1 and self.same_hours),
            "event": self.known_as * self.same_event,
            "one of many": float(self._one_of_many()),
            "parties": float(bool(self.pairs and self.types)),
            "asset": float(bool(self.companies or self.pairs) and shared(own.assets, theirs.assets)),
            "other types": float(disjoint(own.kinds, theirs.kinds)),
            "docket": float(shared(own.dockets, theirs.dockets)),
            "foreign": float(not own.english and not theirs.english),
            "company alone": float(self._company_alone()),
            "other company": float(disjoint(own.main, theirs.main)),
            "names": min(self.named, 36) / 36,
            "other deeds": float(disjoint(own.titled, theirs.titled)),
            "days": min(max(days - 0.5, 0.0), 2.5) / 2.5,
        }

    def seen_against(self) -> dict[str, float]:
        """Measure the rest."""
        return {
            "other figures": self._other_figures() if not self._fixes else 0.0,
            "other periods": float(other_periods(self.new.periods, self.known.periods) and not self._fixes),
        }

    @property
    def _fixes(self) -> bool:
        """Whether the new one says that it corrects the other."""
        return self.new.correction and self.titles >= 0.5

    def _one_of_many(self) -> bool:
        """Whether only company and event type are the same, and it is a type that a company may see twice a day."""
        alike = self.figures or self.pairs or self.named >= NAME or shared(self.one.dockets, self.other.dockets)
        return bool(self.types and self.companies) and set(self.types) <= REPEATED and not alike

    def _company_alone(self) -> bool:
        """Whether the company is all that they have in common but for words of every day."""
        same = self.figures or self.same_event or self.pairs or self.named >= NAME or len(self.companies) > 1
        return bool(self.companies) and not same

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
        if self._fixes:
            return 1.0
        if (
            self._differs
            or self._names_differ()
            or are_parts(self.new, self.known)
            or (self.same_publisher and (self.bare or self._filled_in()))
        ):
            return FAR
        enough = ENOUGH_FIGURES if self.figures and self.same_hours else ENOUGH
        weighs = self.weight >= enough and self._says_what()
        return 1.0 if weighs or (self.pairs and self.types) else BELOW

    def _says_what(self) -> bool:
        """Whether it is told what happened, and not only to whom."""
        if self.told >= TOLD or self.figures or self.same_event:
            return True
        if self.named >= THREE_NAMES and self.same_hours:
            return True
        titles = self._unnamed_titles()
        names = (ONE_NAME if self.companies else TWO_NAMES) if self.same_hours else THREE_NAMES
        if self.told >= TOLD / 2 and (titles >= 0.5 or self.named >= names):
            return True
        return bool(self.companies) and self.named >= ENOUGH

    def _unnamed_titles(self) -> float:
        """Say how much the titles are alike without the names of companies that both are about."""
        if not self.given:
            return self.titles
        one, other = self.new.title, self.known.title
        both = one.keys() & other.keys() - self.given
        total = sum(title.known_weight for title in self.said)
        return _dice(sum(min(one[word], other[word]) for word in both), total)

    def _same_page(self) -> bool:
        """Whether both are one article at one address; many items may lead to one landing page."""
        if not self.one.address or self.one.address != self.other.address:
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
        main, theirs = self.one.main, self.other.main
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
        one, other = self.one.kinds, self.other.kinds
        if not one or not other:
            return False
        turns = kinds(kind for kind in (*self.new.titled, *self.known.titled) if kind in TURNS)
        return not turns <= one & other

    def _names_differ(self) -> bool:
        """Whether each title names somebody of whom the other report says nothing, and both name nobody."""
        own, theirs = self.one, self.other
        return disjoint(own.names, theirs.words) and disjoint(theirs.names, own.words)

    def _filled_in(self) -> bool:
        """Whether both are one form with something else filled in: a publisher has such for many things."""
        if self.same_title:
            return False
        alike = self.copied >= 0.3 or self.texts >= 0.7
        return has_another_head(self.new, self.known) or filled_in(self.new, self.known, alike=alike, bare=self.bare)


def _between(report: Report) -> set[str]:
    return {company for pair in report.pairs for company in pair.split("+")}


def _dice(both: int, total: int) -> float:
    return 2 * both / total if total else 0.0
