"""Sentences that the terminal and the page have in common. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from alertd.history.backtest.figures import (
    Comparison,
    Heading,
    PastFigures,
    RuleDifference,
    RuleFigures,
    Sample,
    Summary,
)

_SKIPPED = {
    "removed": "removed by retention",
    "redacted": "without their text, as their source's rights want it",
    "unreadable": "damaged or no events",
    "no_time": "without a time",
}
MAX_NAMED = 8
EPOCH = "1970-01-02"


def counted(number: int, thing: str, things: str = "") -> str:
    """Write `1 alert`, `1,204 alerts`."""
    return f"{number:,} {thing if number == 1 else things or thing + 's'}"


def span(summary: Summary) -> str:
    """Say of which time it is: `2026-10-30 to 2026-11-29, 30 days`."""
    since, until = summary.since, summary.until
    if until <= EPOCH:  # no time was asked for, and there is none in what was read
        return "no time: no events"
    whole = since[11:19] == until[11:19] == "00:00:00"
    shown = (since[:10], until[:10]) if whole or summary.days >= 3 else (since[:16], until[:16])
    length = f", {summary.days:.3g} days" if 1 <= summary.days < 100 else ""
    length = f", {summary.days:,.0f} days" if summary.days >= 100 else length
    return f"{shown[0]} to {shown[1]}".replace("T", " ") + length


def headline(summary: Summary) -> str:
    """Say what came of it in one sentence."""
    per_day = summary.alerts / max(summary.days, 1.0)
    merged = f", of these {summary.merged:,} merged into others" if summary.merged else ""
    return (
        f"{counted(summary.alerts, 'alert')} ({per_day:.1f} a day){merged}, {counted(summary.updates, 'update')},"
        f" {counted(summary.matches, 'match', 'matches')} in {counted(summary.past.events, 'event')}"
    )


def alerts(rule: RuleFigures) -> str:
    """Write how many alerts a rule has, and how many of them became part of others: `36 (5 merged)`."""
    merged = f" ({rule.merged:,} merged)" if rule.merged else ""
    return f"{rule.alerts:,}{merged}"


def holes(past: PastFigures) -> Iterator[str]:
    """Say where the past is not whole: there, no alerts mean nothing."""
    if not past.events:
        yield "there are no events in this time: nothing is shown by what did not fire"
    if past.begins:
        yield f"the archive begins {past.begins[:16].replace('T', ' ')}: days and rates are counted from there"
    for why, count in past.skipped.items():
        if why == "gap":
            yield f"{counted(count, 'gap')}: what the journal lost before it was archived"
        else:
            yield f"{counted(count, 'line')} {_SKIPPED.get(why, why)}"
    if past.empty_days:
        more = past.more_empty_days + max(len(past.empty_days) - MAX_NAMED, 0)
        number = len(past.empty_days) + past.more_empty_days
        named = ", ".join(past.empty_days[:MAX_NAMED]) + (f" and {more} more" if more else "")
        yield f"{counted(number, 'day')} without any event: {named}"
    if past.no_text:
        yield f"{counted(past.no_text, 'event')} without body: words that stood there cannot be found"
    if past.errors:
        yield f"{counted(past.errors, 'event')} could not be processed, the first: {past.error}"


def how(heading: Heading, summary: Summary) -> Iterator[str]:
    """Say how it was run."""
    if heading.enrich == "fresh":
        differs = ", ".join(f"{what} of {count:,}" for what, count in summary.differs.items() if count) or "nothing"
        yield f"understood afresh by these rules; otherwise than stored came out: {differs}"
    if not heading.people:
        yield "without what people answered and silenced then"
    if plain := summary.past.events - summary.past.decided:
        yield f"{counted(plain, 'event')} not from an archive: taken at the times that they state"
    if summary.past.warmed:
        yield f"{counted(summary.past.warmed, 'event')} before it, for what rules and alerts remember; not counted"
    if summary.past.near_every > 1:
        yield f"near misses: 1 event of {summary.past.near_every} was looked at"


def over_budget(summary: Summary) -> Iterator[str]:
    """Name the rules with more alerts than their authors expect."""
    for rule in summary.rules:
        budget = rule.budget
        if budget is not None and budget.over:
            times = counted(budget.over, budget.per)
            yield (
                f"{rule.portfolio}/{rule.rule}: over at_most {budget.at_most} per {budget.per} in {times},"
                f" at most {budget.worst} (from {budget.worst_at[:16].replace('T', ' ')})"
            )


def names(rules: Sequence[RuleFigures], most: int = 10) -> str:
    """Name rules, and say how many more there are."""
    more = len(rules) - most
    return ", ".join(f"{one.portfolio}/{one.rule}" for one in rules[:most]) + (
        f" and {more} more" if more > 0 else ""
    )


def precision(rule: RuleFigures) -> str:
    """Say what people thought of a rule's alerts: `3 of 4`."""
    return f"{rule.useful} of {rule.useful + rule.noise}" if rule.precision is not None else "–"


def share(part: float) -> str:
    """Write a share as a percentage."""
    return f"{part * 100:.0f} %" if part >= 0.01 or not part else "< 1 %"


def told(sample: Sample) -> str:
    """Say who would have been told of a sample."""
    return ", ".join(f"{receiver} {what}" for receiver, what in sample.told.items())


def called(rule: RuleDifference) -> str:
    """Name a rule that differs, and say what became of it."""
    name = f"{rule.portfolio}/{rule.rule}"
    was = rule.was.removeprefix(f"{rule.portfolio}/")
    return name + (" (new)" if rule.is_new else " (gone)" if rule.is_gone else f" (was {was})" if was else "")


def differences(comparison: Comparison) -> str:
    """Say in one sentence how the rules differ from the others."""
    return (
        f"{counted(comparison.added, 'match', 'matches')} added, {comparison.lost:,} lost,"
        f" {comparison.changed:,} changed, {comparison.same:,} the same;"
        f" alerts {comparison.alerts_before:,} → {comparison.alerts:,}"
    )
