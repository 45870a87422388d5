"""A report as a receiver may see it: weights exactly, as a band, or not at all. Pure.

`none` takes away also what tells a long from a short, and the order by weight: what is signed by position is gone.
What the rights of a source keep from a receiver is left out when the report is made (`closed`).
"""

from __future__ import annotations

from msgspec.structs import replace

from alertd.alerts.weights import Shown, band
from alertd.history.analytics.model import HoldingLine, Report, StoryLine, Then, Tone


def narrowed(report: Report, how: Shown) -> Report:
    """Give the report with its weights as they may be shown."""
    if how == "exact":
        return report
    holdings = [_holding(one, how) for one in report.holdings]
    near = [replace(one, weight=None, band=_band(one.weight, how)) for one in report.near]
    report = replace(report, holdings=holdings, near=near, stories=[_story(one, how) for one in report.stories])
    if how == "band":
        return report
    empty = Tone(now=None, before=None, line=[None] * len(report.days))
    by_name = sorted(report.holdings, key=lambda one: (one.label, one.company))
    return replace(report, tone=empty, tone_of=0, holdings=by_name)


def _holding(one: HoldingLine, how: Shown) -> HoldingLine:
    one = replace(one, weight=None, band=_band(one.weight, how))
    return replace(one, signed=None) if how == "none" else one


def _story(one: StoryLine, how: Shown) -> StoryLine:
    held: list[Then] = [replace(then, weight=None, band=_band(then.weight, how)) for then in one.holdings]
    if how == "none":
        held.sort(key=lambda then: (bool(then.path), then.label))
    return replace(one, holdings=held)


def _band(weight: float | None, how: Shown) -> str:
    return band(weight) if how == "band" and weight is not None else ""
