"""What `alertd replay` prints: how far it is, what happens, what it came to."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from alertd.asking.journal_text import line
from alertd.base.clock import rfc3339
from alertd.cli.output import counted, plain, print_table, printable, stderr, stdout
from alertd.history.replay.account import Account, Summary
from alertd.model import JournalRecord
from alertd.workers.replay import Course

SHOWN = 10
"""Differences that are printed; `--json` has a hundred."""
LONGEST = 300
"""Characters of a line: a digest can name a hundred alerts."""
_TOLD = frozenset({"delivery", "release", "timer", "answer", "silence", "dead_event"})
_QUIET = frozenset({"queued", "claimed", "superseded"})


def tail(record: JournalRecord) -> None:
    """Print a line of the journal, if anything came of what it is about."""
    matters = bool(record.data.get("decisions")) if record.kind == "event" else record.kind in _TOLD
    if matters and record.reason not in _QUIET:
        text = line(record)
        stdout().print(plain(text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"))


@contextmanager
def bar(course: Course, total: int, account: Account) -> Iterator[Callable[[int], None]]:
    """Show how far it is, by the clock of the past, on a terminal; gives what is told that time."""
    if not sys.stderr.isatty():
        yield lambda now: None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    when, how = (TextColumn(f"{{task.{what}}}", markup=False) for what in ("description", "fields[how]"))
    columns = (when, BarColumn(bar_width=20), how)
    shown = Progress(
        *columns, TimeElapsedColumn(), console=stderr(), transient=True, redirect_stdout=sys.stdout.isatty()
    )
    with shown:
        task = shown.add_task("starting …", total=total, how="")

        def told(now: int) -> None:
            far = f"{account.events:,} of {counted(total, 'event')}, {account.alerts} alerts, {account.told} told"
            shown.update(task, description=rfc3339(now)[:19] + "Z", completed=account.events, how=far)

        yield told


def show(summary: Summary, delivered: frozenset[str]) -> None:
    """Print what it came to."""
    console = stdout()
    console.print(
        f"events {summary.events} · answers {summary.answers} · alerts {summary.alerts}"
        f" · messages {sum(summary.told.values())}"
        f" · held back at the end {summary.held}"
        + (f" · events put aside {summary.dead_events}" if summary.dead_events else "")
    )
    receivers = sorted({*summary.told, *summary.failed})
    if receivers:
        rows = [
            (name, "really" if name in delivered else "only written", summary.told.get(name, 0),
             summary.failed.get(name, 0))
            for name in receivers
        ]  # fmt: skip
        print_table("Receivers", ("receiver", "sent", "messages", "not taken"), rows)
    console.print(
        f"taken in to delivered, real time: p50 {summary.latency_p50_s:.3f} s, p99 {summary.latency_p99_s:.3f} s, "
        f"max {summary.latency_max_s:.3f} s"
    )
    if not summary.compared:
        console.print("the past does not say what was decided then, so there is nothing to compare")
        return
    console.print(f"decided as then: {summary.same} of {summary.compared}, otherwise: {summary.differs}")
    for one in summary.differences[:SHOWN]:
        console.print(plain(f"  {one.at} “{printable(one.title)}” {one.event} revision {one.revision}"))
        console.print(plain(f"    then: {'; '.join(one.then) or 'nothing'}"))
        console.print(plain(f"    now:  {'; '.join(one.now) or 'nothing'}"))
    if summary.differs > SHOWN:
        console.print(f"  and {summary.differs - min(SHOWN, len(summary.differences))} more; --json has them")
