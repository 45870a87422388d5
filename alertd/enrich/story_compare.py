"""How much two reports look like reports of the same thing, with the reasons in words. Pure.

    same accession or address   surely
    round-up, routine notice    only its own copy
    filing and filing           an amendment and what it amends
    filing and release          the company, and an item that fits what the release reports
    news and news               words, figures, companies, types, assets; a text that is copied

The weights of what reports have in common are fitted to labelled pairs, and measured on others (docs/stories.md).
"""

from __future__ import annotations

from collections.abc import Mapping

from alertd.enrich.story_bound import may_reach
from alertd.enrich.story_filing import filing_and_news
from alertd.enrich.story_marks import likeness
from alertd.enrich.story_pair import NOTHING, Both, Likeness
from alertd.enrich.story_report import Report
from alertd.enrich.story_weights import AMENDED, BASE, COPY, DAY_MS, FAR, SURE, WEIGHTS


def compare(new: Report, known: Report, least: float = 0.0) -> Likeness:
    """Compare a report with one that is known; what is less than `least` may be given as nothing."""
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
    return _texts(new, known, least)


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
    """An amendment joins what it amends. Of insiders' forms there are many about one company: they join nothing."""
    form = new.form.removesuffix("/A")
    amends = new.form.endswith("/A") != known.form.endswith("/A") and form == known.form.removesuffix("/A")
    fits = form in AMENDED or bool(set(new.items) & set(known.items))
    if amends and fits and set(new.companies) & set(known.companies):
        return Likeness(0.8, ("amends the filing of the same company",))
    return NOTHING


def _texts(new: Report, known: Report, least: float) -> Likeness:
    if least and not may_reach(new, known, least):
        return NOTHING
    both = Both(new, known)
    surely = both.surely()
    if surely is not None:
        return surely
    score = BASE + _weigh(both.seen_at_once())
    if round(score, 3) < least:
        return NOTHING
    score = max(score + _weigh(both.seen_against()), 0.0)
    if score > FAR:  # the lowest ceiling
        score = min(score, both.ceiling())
    return Likeness(round(score, 3), tuple(both.why()) if score >= FAR else ())


def _weigh(seen: Mapping[str, float]) -> float:
    return sum([WEIGHTS[name] * value for name, value in seen.items()])
