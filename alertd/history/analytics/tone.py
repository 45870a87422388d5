"""How the news about holdings read over a time, by the formula that rules use (`indices`). Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from alertd.history.analytics.indices import IndexBook, Report
from alertd.history.analytics.model import Tone
from alertd.history.analytics.rows import Named
from alertd.history.analytics.usual import DAY_MS
from alertd.model import CompanyIndex

_FORGET_MS = 7 * DAY_MS
"""How often what counts no more is dropped: to look for it costs as much as a day."""


@dataclass(frozen=True, slots=True)
class Course:
    """How the indices of companies went."""

    tones: Mapping[str, Tone]
    at_end: Mapping[str, CompanyIndex | None]


def course_of(
    reports: Sequence[Named], companies: Sequence[str], moments: Sequence[int], known_since_ms: int | None
) -> Course:
    """Give the indices of companies over a time: of the moments (ms) the first is its beginning, the others end days.

    `reports` are what everybody may be told of, the oldest first, under the names that their stories have now: what
    became one story later counts as one from its beginning.
    """
    book = IndexBook(known_since_ms)
    lines: dict[str, list[float | None]] = {company: [] for company in companies}
    place, forgot_ms = 0, 0
    for moment in moments:
        while place < len(reports) and reports[place].at_ms < moment:
            one = reports[place]
            book.add(Report(one.event, one.story, one.company, one.at_ms, one.tone, one.confidence, one.relevance))
            place += 1
            if one.at_ms - forgot_ms >= _FORGET_MS:
                book.forget(one.at_ms)
                forgot_ms = one.at_ms
        for company, line in lines.items():
            line.append(book.tone(company, moment))
    tones = {name: Tone(now=line[-1], before=line[0], line=line[1:]) for name, line in lines.items()}
    return Course(tones, {company: book.at(company, moments[-1]) for company in companies})


def weights_of(weights: Mapping[str, float | None]) -> dict[str, float]:
    """Give what each holding counts in the portfolio's index: its weight, or the same for all if none is known."""
    known = {company: weight for company, weight in weights.items() if weight is not None}
    return known or dict.fromkeys(weights, 1.0)


def portfolio_tone(tones: Mapping[str, Tone], weights: Mapping[str, float]) -> tuple[Tone, int]:
    """Give the portfolio's index: the mean of its holdings' by weight, that of a short with the other sign.

    Also how many count in what it is now. A holding without an index or without a weight counts for nothing.
    """
    now, of = _mean({company: tone.now for company, tone in tones.items()}, weights)
    before, _ = _mean({company: tone.before for company, tone in tones.items()}, weights)
    length = max((len(tone.line) for tone in tones.values()), default=0)
    days = [{company: tone.line[at] for company, tone in tones.items()} for at in range(length)]
    return Tone(now=now, before=before, line=[_mean(values, weights)[0] for values in days]), of


def _mean(values: Mapping[str, float | None], weights: Mapping[str, float]) -> tuple[float | None, int]:
    known = [
        (weight, value) for company, value in values.items() if value is not None and (weight := weights.get(company))
    ]
    whole = sum(abs(weight) for weight, _ in known)
    if not whole:
        return None, 0
    return round(sum(weight * value for weight, value in known) / whole, 4) + 0.0, len(known)
