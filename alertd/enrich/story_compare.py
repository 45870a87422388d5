"""How much two reports look like reports of the same thing, with the reasons in words. Pure.

    same accession or address   surely
    round-up, routine notice    only its own copy
    filing and filing           an amendment and what it amends
    filing and release          the company, and an item that fits what the release reports
    news and news               words, figures, companies, types, assets; a text that is copied

The scores are made by hand from what reports have in common, and measured on labelled pairs (docs/stories.md).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from alertd.enrich.story_filing import filing_and_news
from alertd.enrich.story_marks import likeness
from alertd.enrich.story_report import Report
from alertd.enrich.story_words import is_name

JOIN = 0.5
"""From this score on two reports are of the same thing."""
SURE = 1.0
COPY = 0.7
"""From this likeness of their texts on, one is a copy of the other."""
ENOUGH = 16
"""What shared words must weigh together at least: two names."""
DAY_MS = 86_400_000
HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Likeness:
    """What comparing two reports gave."""

    score: float
    """In [0, 1]."""
    why: tuple[str, ...] = ()
    """In words, what speaks most for it first."""


NOTHING = Likeness(0.0)


def compare(new: Report, known: Report) -> Likeness:
    """Compare a report with one that is known."""
    if new.accession() and new.accession() == known.accession():
        return Likeness(SURE, ("the same accession number",))
    if new.alone or known.alone:
        return _copies(new, known)
    if new.kind == "filing" and known.kind == "filing":
        return _filings(new, known)
    if new.kind != known.kind:
        filing, news = (new, known) if new.kind == "filing" else (known, new)
        found = filing_and_news(filing, news)
        if found is not None:
            return Likeness(*found)
    return _texts(new, known)


def _copies(new: Report, known: Report) -> Likeness:
    """A round-up or routine notice is only ever joined by itself: the same words, from the same day."""
    same = new.same_title == known.same_title and new.same_title != "" and abs(new.at_ms - known.at_ms) < DAY_MS
    if not same:
        return NOTHING
    if new.address() and new.address() == known.address():
        return Likeness(SURE, ("the same address",))
    if likeness(new.sketch, known.sketch) >= COPY and new.numbers == known.numbers:
        return Likeness(0.9, ("the same text",))
    return NOTHING


def _filings(new: Report, known: Report) -> Likeness:
    amends = new.form.endswith("/A") != known.form.endswith("/A")
    if amends and new.form.removesuffix("/A") == known.form.removesuffix("/A"):
        same = set(new.companies) & set(known.companies)
        if same and (set(new.items) & set(known.items) or not new.items):
            return Likeness(0.8, ("amends the filing of the same company",))
    return NOTHING


def _texts(new: Report, known: Report) -> Likeness:
    both = _Both(new, known)
    score, why = both.text()
    for one in (both.figures, both.structure, both.docket):
        more, said = one()
        score += more
        why += said
    score = min(max(score - both.doubt(), 0.0), both.ceiling())
    return Likeness(round(score, 3), tuple(why))


class _Both:
    """Two news items side by side."""

    def __init__(self, new: Report, known: Report) -> None:
        self.new, self.known = new, known
        self.same_language = not new.language or not known.language or new.language == known.language
        self.own, self.theirs = new.words(), known.words()
        self.shared = {w: min(self.own[w], self.theirs[w]) for w in self.own.keys() & self.theirs.keys()}
        self.copied = likeness(new.sketch, known.sketch)
        self.covered = self._covered(new.title, self.theirs), self._covered(known.title, self.own)
        self.titles = _dice(new.title, known.title)
        self.same_title = bool(new.same_title) and new.same_title == known.same_title
        self.bare = not new.lead or not known.lead
        """Of one there is only a title."""

    def _covered(self, title: dict[str, int], words: dict[str, int]) -> float:
        """Give the share of a title that the other report says too."""
        total = sum(title.values())
        return sum(weight for word, weight in title.items() if word in words) / total if total else 0.0

    def _same_page(self, lead: float) -> bool:
        """Whether both are one article at one address; many items may lead to one landing page."""
        if not self.new.address() or self.new.address() != self.known.address():
            return False
        return self.same_title or (not self.bare and (self.titles >= 0.5 or lead >= 0.5) and not self._filled_in())

    def text(self) -> tuple[float, list[str]]:
        """Compare the words."""
        if not self.same_language:
            return 0.0, []
        lead = _dice(self.own, self.theirs)
        if self._same_page(lead):
            return SURE, ["the same address"]
        if self.same_title:
            return 0.95, ["the same title"]
        score = 0.45 * math.sqrt(self.covered[0] * self.covered[1]) + 0.3 * self.titles + 0.35 * lead
        why = []
        if self.copied >= COPY and lead >= 0.4:
            score = max(score, 0.35 + 0.55 * self.copied)
            why.append(f"{self.copied:.0%} of the text is the same")
        told = sorted((word for word in self.shared if self.shared[word] > 2), key=lambda word: -self.shared[word])
        if told:
            why.append(f"both say {', '.join(told[:6])}")
        return score, why

    def figures(self) -> tuple[float, list[str]]:
        """Compare the figures."""
        same = [figure for figure in self.new.numbers if figure in self.known.numbers]
        if same:
            return min(0.08 * len(same), 0.2), [f"the same figures ({', '.join(same[:3])})"]
        return (-0.05, []) if self.new.numbers and self.known.numbers and not self.new.correction else (0.0, [])

    def structure(self) -> tuple[float, list[str]]:
        """Compare companies, parties, event types and assets."""
        score, why = 0.0, []
        pairs = set(self.new.pairs) & set(self.known.pairs)
        companies = [company for company in self.new.main() if company in self.known.companies]
        types = [kind for kind in self.new.types if kind in self.known.types]
        if types and pairs:
            score, why = 0.4, [f"{types[0]} between {pairs.pop().replace('+', ' and ')}"]
        elif types and companies:
            score, why = 0.2, [f"{types[0]} of {companies[0]}"]
        elif companies and not (self.new.types and self.known.types):
            score, why = 0.06, [f"about {companies[0]}"]
        if why and set(self.new.assets) & set(self.known.assets):
            score, why = score + 0.15, [*why, f"about {self.new.assets[0]}"]
        return score, why

    def docket(self) -> tuple[float, list[str]]:
        """Compare the numbers of suits."""
        same = set(self.new.dockets()) & set(self.known.dockets())
        return (0.3, [f"case {same.pop().removeprefix('doc:')}"]) if same else (0.0, [])

    def doubt(self) -> float:
        """What speaks against it: time that passed between them, other event types."""
        if self.same_title or self._same_page(_dice(self.own, self.theirs)):
            return 0.0
        days = abs(self.new.at_ms - self.known.at_ms) / DAY_MS
        doubt = min(0.06 * max(days - 0.5, 0.0), 0.2)
        if self.new.types and self.known.types and not set(self.new.types) & set(self.known.types):
            doubt += 0.25
        if self.new.publisher == self.known.publisher and self.copied < COPY and not self.new.correction:
            doubt += 0.08  # who told it once seldom tells it again
        return doubt

    def ceiling(self) -> float:
        """How high it may be at most: a form that is filled in for another company is not the same news."""
        if self.new.correction and self.titles >= 0.5:
            return 1.0
        if self.new.pairs and self.known.pairs and _between(self.new).isdisjoint(_between(self.known)):
            return 0.35
        main, theirs = self.new.main(), self.known.main()
        if (
            main
            and theirs
            and not set(main) & set(self.known.companies)
            and not set(theirs) & set(self.new.companies)
        ):
            return 0.3 if self.copied < 0.9 else 0.45
        if self._names_differ():
            return 0.35
        if self.new.publisher == self.known.publisher and not self.same_title and (self.bare or self._filled_in()):
            return 0.35
        enough = self.same_title or self.copied >= COPY or sum(self.shared.values()) >= ENOUGH
        return 1.0 if enough else 0.45

    def _names_differ(self) -> bool:
        """Whether each title names somebody of whom the other report says nothing, and both name nobody."""
        own = {word for word, weight in self.new.title.items() if is_name(weight)}
        theirs = {word for word, weight in self.known.title.items() if is_name(weight)}
        if not own or not theirs or own & theirs:
            return False
        return not own & self.theirs.keys() and not theirs & self.own.keys()

    def _filled_in(self) -> bool:
        """Whether both titles are one form with something else filled in: a publisher has such for many things."""
        one, other = self.new.skeleton, self.known.skeleton
        if self.same_title or not one or not other:
            return False
        same = set(one) & set(other)
        if len(same) < 0.5 * max(len(set(one)), len(set(other))):
            return False
        own, theirs = self._only(self.new, self.known), self._only(self.known, self.new)
        if own and theirs:
            return True
        return bool(own or theirs) and (not self.new.lead or not self.known.lead)

    @staticmethod
    def _only(one: Report, other: Report) -> set[str]:
        """Give what one title says that the other report does not: names and figures."""
        words = other.words()
        figures = {word for word in one.skeleton if word.isdigit()} - set(other.skeleton)
        return {word for word, weight in one.title.items() if is_name(weight) and word not in words} | figures


def _between(report: Report) -> set[str]:
    return {company for pair in report.pairs for company in pair.split("+")}


def _dice(one: dict[str, int], other: dict[str, int]) -> float:
    total = sum(one.values()) + sum(other.values())
    return 2 * sum(min(one[word], other[word]) for word in one.keys() & other.keys()) / total if total else 0.0
