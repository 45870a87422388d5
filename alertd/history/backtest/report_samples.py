"""Samples on the page: what happened, the proof, who would have been told, and why not by other rules. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from alertd.base.html import Html, element, joined
from alertd.history.backtest import report_words as words
from alertd.history.backtest.figures import Sample
from alertd.history.charts.page import badge, link


def samples_of(samples: Sequence[Sample]) -> Html:
    """Write samples one below the other."""
    return joined(*map(_sample, samples))


def _sample(one: Sample) -> Html:
    top = [badge(one.severity.upper(), one.severity)] if one.severity else []
    when = f"{one.at[:16].replace('T', ' ')} · {one.source} · {one.event}"
    parts = [element("p", *top, link(one.title, one.url)), element("p", when, class_="note")]
    if one.companies:
        parts.append(element("p", ", ".join(one.companies)))
    proof = [*one.grounds, *(f"“{quote}”" for quote in one.evidence if quote != one.title)]
    if proof:
        parts.append(element("p", " · ".join(proof), class_="note"))
    if one.told:
        parts.append(element("p", f"told: {words.told(one)}", class_="note"))
    parts += [element("p", why) for why in one.why]
    return element("div", *parts, class_="sample")
