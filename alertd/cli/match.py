"""`alertd match`: which rules hold for events, with the evidence; no Redis, no network."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from alertd.base.clock import rfc3339, system_clock
from alertd.base.ids import event_id, mark
from alertd.cli.output import FAULTS, ConfigOption, fail, print_json, printable, quiet_logs, reason, warn
from alertd.cli.progress import STDIN, Advance, progress, terminal_hint, total_bytes
from alertd.errors import ConfigError
from alertd.model import Event, event_from_json, event_to_dict
from alertd.rules.book import RuleBook
from alertd.rules.explain import explain, render
from alertd.rules.loader import load_rules
from alertd.rules.match import Matcher

MAX_LINE = 16 << 20
"""Bytes of one JSON line; a longer one is refused without being kept in memory."""
BOM = b"\xef\xbb\xbf"


def match(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="FILE…", help="Files of JSON lines; - or none is stdin.")
    ] = None,
    rules: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="The rules.", show_default="what --config names, or ./rules"),
    ] = None,
    all_events: Annotated[bool, typer.Option("--all", help="Print events without a match too.")] = False,
    explained: Annotated[
        bool, typer.Option("--explain", help="Print each rule's condition tree instead, for people.")
    ] = False,
    config: ConfigOption = None,
) -> None:
    """Find the rules that hold for events, with the evidence.

    Reads one JSON event a line, as `alertd parse` writes them or as short as {"title": "…"}, and prints {event,
    matches} for each event that a rule holds for. A line that is no event is named on stderr and makes the exit code
    1; the others are matched all the same.
    """
    quiet_logs()
    try:
        book = load_rules(_rules(rules, config)).book
    except ConfigError as error:
        fail(error)
    paths = files or [STDIN]
    terminal_hint(paths)
    work = _Matching(book, all_events=all_events, explained=explained)
    with progress("matching", total_bytes(paths)) as advance:
        for path in paths:
            work.file(path, advance)
    if work.failed:
        raise typer.Exit(FAULTS)


def _rules(rules: Path | None, config: Path | None) -> Path:
    if rules is not None or config is None:
        return rules or Path("rules")
    from alertd.cli.connect import settings_of

    return settings_of(config).rules


class _Matching:
    """Takes files line by line; a line that is no event costs only itself."""

    def __init__(self, book: RuleBook, *, all_events: bool, explained: bool) -> None:
        self._book = book
        self._matcher = Matcher(book)
        self._all = all_events
        self._explained = explained
        self.failed = False

    def file(self, path: Path, advance: Advance) -> None:
        """Match the events of one file."""
        name = "stdin" if path == STDIN else str(path)
        for number, line in enumerate(self._lines(path, name, advance), 1):
            self._line(f"{name}:{number}", line)

    def _lines(self, path: Path, name: str, advance: Advance) -> Iterator[bytes | None]:
        """Give a file's lines; None stands for one that is too long."""
        try:
            with sys.stdin.buffer if path == STDIN else path.open("rb") as stream:
                while line := stream.readline(MAX_LINE + 1):
                    advance(len(line))
                    whole = len(line) <= MAX_LINE
                    yield line if whole else None
                    while not whole and line and not line.endswith(b"\n"):
                        line = stream.readline(MAX_LINE)
                        advance(len(line))
        except OSError as error:
            self._complain(f"{name}: {reason(error)}")

    def _line(self, where: str, line: bytes | None) -> None:
        if line is None:
            self._complain(f"{where}: the line is longer than {MAX_LINE >> 20} MiB")
            return
        if not line.strip():
            return
        try:
            event = with_defaults(event_from_json(line.removeprefix(BOM)))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            self._complain(f"{where}: not an event: {error}")
            return
        except RecursionError:
            self._complain(f"{where}: not an event: nested too deeply")
            return
        if self._explained:
            _explain(self._book, event)
            return
        result = self._matcher.match(event)
        for failure in result.failures:
            self._complain(f"{where}: rule {failure.portfolio}/{failure.rule} failed: {failure.error}")
        if result.matches or self._all:
            print_json({"event": event_to_dict(event), "matches": result.matches})

    def _complain(self, text: str) -> None:
        self.failed = True
        warn(text)


def _explain(book: RuleBook, event: Event) -> None:
    lines = [f"{event.id} “{event.title}”"]
    for portfolio in book.portfolios:
        lines.append(f"  {portfolio.id}")
        for rule in portfolio.rules:
            lines += (f"    {line}" for line in render(explain(rule, event)))
    sys.stdout.write("".join(f"{printable(line)}\n" for line in lines))
    sys.stdout.flush()


def with_defaults(event: Event) -> Event:
    """Fill in what a short event leaves out: ids, times."""
    source = event.source or "stdin"
    now = rfc3339(system_clock())
    seen_at = event.seen_at or now
    return msgspec.structs.replace(
        event,
        source=source,
        id=event.id or event_id(source, f"text:{mark(event.title, event.body)}"),
        seen_at=seen_at,
        event_at=event.event_at or event.published_at or seen_at,
    )
