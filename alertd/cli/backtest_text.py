"""A backtest for people at a terminal: figures, noisy rules, samples, near misses, differences, expectations."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

from alertd.cli.backtest_run import Result
from alertd.cli.output import plain, print_table, stdout
from alertd.history.backtest import report_words as words
from alertd.history.backtest.expectations import Verdict
from alertd.history.backtest.figures import Comparison, Heading, Sample, Summary
from alertd.history.charts.text import has_blocks, sparkline

MAX_RULES = 20
"""Rules in the table, unless they are named."""
SAMPLED = 3
"""Rules of which samples are shown, unless they are named."""
NEARLY = 5


def print_result(result: Result, verdicts: Sequence[Verdict], heading: Heading, *, whole: bool) -> None:
    """Print what came of it; `whole`: rules were named, so all is told of them."""
    summary = result.summary
    _print(_head(summary, heading))
    if result.comparison is not None:
        _comparison(result.comparison)
    else:
        _rules(summary, whole=whole)
        _receivers(summary)
        _print(_samples(summary, whole=whole))
        _print(_near(summary, whole=whole))
    _print(_verdicts(verdicts), "red" if any(not one.passed for one in verdicts) else "")
    rate = result.events / result.seconds if result.seconds else 0.0
    done = f"{words.counted(result.events, 'event')} read in {result.seconds:.1f} s, {rate:,.0f} a second"
    stdout().print(plain(done), style="dim")


def _print(lines: Iterator[str], style: str = "") -> None:
    for line in lines:
        stdout().print(plain(line).rstrip(), style=style or None)


def _head(summary: Summary, heading: Heading) -> Iterator[str]:
    events = ", ".join(heading.events)
    yield f"{heading.rules} over {events}"
    yield words.span(summary)
    yield words.headline(summary)
    if summary.by_day:
        blocks = has_blocks(sys.stdout.encoding)
        counts = [float(sum(day.values())) for day in summary.by_day.values()]
        line = sparkline(counts, blocks=blocks)
        yield f"  by day  {line}  most {max(counts):.0f}"
    for text in words.holes(summary.past):
        yield f"  not whole: {text}"
    for text in words.how(heading, summary):
        yield f"  {text}"
    yield ""


# --- one version --------------------------------------------------------------------------------------------------


def _rules(summary: Summary, *, whole: bool) -> None:
    fired = [rule for rule in summary.rules if rule.matches]
    shown = fired if whole else fired[:MAX_RULES]
    if shown:
        print_table(
            "Rules, the noisiest first",
            ["rule", "matches", "alerts", "/day", "p95", "hour", "messages", "useful", "share"],
            [
                [f"{r.portfolio}/{r.rule}", r.matches, words.alerts(r), f"{r.per_day:.1f}", r.p95, r.burst,
                 r.messages, words.precision(r), words.share(r.share)]
                for r in shown
            ],
        )  # fmt: skip
    lines = [f"and {len(fired) - len(shown)} more; --rule shows one, --json all"] if len(fired) > len(shown) else []
    if summary.silent:
        lines.append(f"never held: {words.names(summary.silent)}")
    lines += [f"over budget: {text}" for text in words.over_budget(summary)]
    lines += [f"switched off: {r.portfolio}/{r.rule} raised {r.failure}" for r in summary.rules if r.failure]
    _print(iter([*lines, ""]))


def _receivers(summary: Summary) -> None:
    if not summary.receivers:
        return
    print_table(
        "Who would have been told",
        ["receiver", "messages", "digests", "alerts in them", "reminders", "not told"],
        [
            [r.receiver, r.messages, r.digests, r.listed, r.reminders,
             ", ".join(f"{why} {count}" for why, count in r.untold.items()) or "–"]
            for r in summary.receivers
        ],
    )  # fmt: skip
    _print(iter([""]))


def _samples(summary: Summary, *, whole: bool) -> Iterator[str]:
    rules = [rule for rule in summary.rules if rule.samples]
    for rule in rules if whole else rules[:SAMPLED]:
        yield f"{rule.portfolio}/{rule.rule}: {rule.title}"
        for sample in rule.samples:
            yield from _sample(sample)
        yield ""


def _sample(sample: Sample) -> Iterator[str]:
    companies = f"  {', '.join(sample.companies)}" if sample.companies else ""
    severity = f"  {sample.severity}" if sample.severity else ""
    yield f"  {sample.at[:16].replace('T', ' ')}{severity}{companies}  {sample.event}"
    yield f"    “{sample.title}”"
    if sample.evidence or sample.grounds:
        proof = [*sample.grounds, *(f"“{quote}”" for quote in sample.evidence if quote != sample.title)]
        if proof:
            yield f"    {' · '.join(proof)}"
    if sample.told:
        yield f"    told: {words.told(sample)}"
    yield from (f"    {why}" for why in sample.why)


def _near(summary: Summary, *, whole: bool) -> Iterator[str]:
    found = [(rule, near) for rule in summary.rules for near in rule.near]
    found.sort(key=lambda one: -one[1].events)
    if not found:
        return
    yield "Nearly held: one condition failed"
    for rule, near in found if whole else found[:NEARLY]:
        yield f"  {near.events:>5,}  {rule.portfolio}/{rule.rule}  {near.condition}"
        for sample in near.samples if whole else near.samples[:1]:
            yield f"         {sample.event} “{sample.title}”: {'; '.join(sample.why)}"
    yield ""


# --- two versions -------------------------------------------------------------------------------------------------


def _comparison(made: Comparison) -> None:
    _print(iter([f"against {made.against}: {words.differences(made)}"]))
    if made.told_otherwise:
        _print(iter([f"  {words.counted(made.told_otherwise, 'event')} of which others are told, or otherwise"]))
    if not made.rules:
        _print(iter(["no rule holds for anything else", ""]))
    else:
        print_table(
            "Rules that differ",
            ["rule", "added", "lost", "changed", "same", "alerts"],
            [
                [words.called(r), r.added, r.lost, r.changed, r.same, f"{r.alerts_before} → {r.alerts}"]
                for r in made.rules[:MAX_RULES]
            ],
        )
        _print(iter([""]))
    _print(_differing(made))
    changed = [one for one in made.receivers if one.messages != one.before]
    _print(iter([f"{one.receiver}: {one.before:,} → {one.messages:,} messages" for one in changed]))
    _print(iter([""]))


def _differing(made: Comparison) -> Iterator[str]:
    for rule in made.rules[:MAX_RULES]:
        kinds: list[tuple[str, tuple[Sample, ...]]] = [
            ("added", rule.added_samples), ("lost", rule.lost_samples), ("changed", rule.changed_samples),
        ]  # fmt: skip
        if not any(samples for _, samples in kinds):
            continue
        useful = f", {rule.lost_useful} of the lost called useful" if rule.lost_useful else ""
        yield f"{words.called(rule)}{useful}"
        for kind, samples in kinds:
            for sample in samples:
                yield f"  {kind}  {sample.at[:16].replace('T', ' ')}  {sample.event} “{sample.title}”"
                yield from (f"      {why}" for why in sample.why)
        yield ""


# --- expectations -------------------------------------------------------------------------------------------------


def _verdicts(verdicts: Sequence[Verdict]) -> Iterator[str]:
    if not verdicts:
        return
    failed = [one for one in verdicts if not one.passed]
    for one in failed:
        file, line, column = one.expectation.place
        yield f"✗ {file}:{line}:{column}: {one.about}: expected {one.name}, got {one.got}"
        yield from (f"    {detail}" for detail in one.details)
    count = words.counted(len(verdicts), "expectation")
    yield f"{len(failed)} of {count} failed" if failed else f"✓ {count} met"
