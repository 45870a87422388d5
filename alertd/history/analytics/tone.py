"""How the news about holdings read over a time, by the formula that rules use (`indices`). Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from alertd.history.analytics.indices import IndexBook, Report
from alertd.history.analytics.model import Tone
from alertd.history.analytics.rows import Named
from alertd.model import CompanyIndex

Line = list[CompanyIndex | None]


def indices_at(
    reports: Sequence[Named], companies: Sequence[str], moments: Sequence[int], known_since_ms: int | None
) -> dict[str, Line]:
    """Give the indices of companies at moments (ms), both in their order.

    `reports` are of sources without a desk, the oldest first, under the names of the stories as they are now: what
    became one story later counts as one from its beginning.
    """
    book = IndexBook(known_since_ms)
    lines: dict[str, Line] = {company: [] for company in companies}
    place = 0
    for moment in moments:
        while place < len(reports) and reports[place].at_ms < moment:
            one = reports[place]
            book.add(Report(one.event, one.story, one.company, one.at_ms, one.tone, one.confidence, one.relevance))
            place += 1
        book.forget(moment)
        for company, line in lines.items():
            line.append(book.at(company, moment))
    return lines


def tone_of(line: Line) -> Tone:
    """Give a company's tone; the first of the moments is the beginning of the time, the others are ends of days."""
    values = [one.sentiment if one is not None else None for one in line]
    return Tone(now=values[-1], before=values[0], line=values[1:])


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
