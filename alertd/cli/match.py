"""`alertd match`: which rules hold for events, with the evidence; no Redis, no network."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from alertd.asking.events import EventReader
from alertd.cli.events import events_of, is_json, written_out
from alertd.cli.output import FAULTS, ConfigOption, fail, print_json, printable, quiet_logs, warn
from alertd.cli.progress import progress, terminal_hint, total_bytes
from alertd.cli.rules import RulesOption, loaded_rules
from alertd.cli.understood import naming_of, understood_lines
from alertd.enrich.enricher import Enricher
from alertd.errors import ConfigError, ParseFailed
from alertd.model import event_to_dict
from alertd.rules.explanation import Explainer
from alertd.rules.explanation_text import brief
from alertd.rules.loaded import Loaded
from alertd.rules.match import Matcher
from alertd.ruletests.stream import Stream, Taken, told


def match(
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="FILE…", help="Files of JSON lines, or JSON itself; - or none is stdin."),
    ] = None,
    rules: RulesOption = None,
    all_events: Annotated[bool, typer.Option("--all", help="Print events without a match too.")] = False,
    explained: Annotated[
        bool, typer.Option("--explain", help="Print each rule's condition tree instead, for people.")
    ] = False,
    config: ConfigOption = None,
) -> None:
    """Find the rules that hold for events, with the evidence.

    Reads one JSON event a line, as `alertd parse` writes them or as short as {"title": "…"}, and prints {event,
    matches} for each event that a rule holds for. Rules over time remember the events that came before in the same
    run, by the times that the events state. A line that is no event is named on stderr and makes the exit code 1;
    the others are matched all the same.
    """
    quiet_logs()
    try:
        loaded = loaded_rules(rules, config)
    except ConfigError as error:
        fail(error)
    given = [one if is_json(one) else Path(one) for one in files or ["-"]]
    paths = [one for one in given if isinstance(one, Path)]
    terminal_hint(paths)
    matcher = Matcher(loaded.book, understanding=Enricher.of(loaded.book.event_types, loaded.table))
    with progress("matching", total_bytes(paths)) as advance, Stream(matcher) as stream:
        work = _Matching(loaded, stream, all_events=all_events, explained=explained)
        for one in given:
            work.take(events_of(one, advance, work.complain) if isinstance(one, Path) else written_out(one))
    if work.failed:
        raise typer.Exit(FAULTS)


class _Matching:
    """Takes files line by line; a line that is no event costs only itself."""

    def __init__(self, loaded: Loaded, stream: Stream, *, all_events: bool, explained: bool) -> None:
        self._book = loaded.book
        self._reader = EventReader.of(loaded)
        self._stream = stream
        self._all = all_events
        self._explainer = Explainer(loaded.book) if explained else None
        self._naming = naming_of(loaded.table)
        self._broken: set[tuple[str, str]] = set()
        self.failed = False

    def take(self, lines: Iterable[tuple[str, bytes]]) -> None:
        """Match events, each with its place."""
        for where, line in lines:
            try:
                event = self._reader.read(line)
            except ParseFailed as error:
                self.complain(f"{where}: not an event: {error}")
                continue
            for remark in self._reader.remarks():
                warn(f"{where}: {remark}", "yellow")
            taken = self._stream.take(event)
            for failure in taken.failures:
                self._broken.add((failure.portfolio, failure.rule))
                name = f"{failure.portfolio}/{failure.rule}".lstrip("/")
                self.complain(f"{where}: rule {name} failed: {failure.error}")
            if self._explainer is not None:
                sys.stdout.write("".join(f"{printable(text)}\n" for text in self._explained(taken, self._explainer)))
                sys.stdout.flush()
            elif taken.matches or self._all:
                print_json({"event": event_to_dict(taken.event), "matches": taken.matches})

    def _explained(self, taken: Taken, explainer: Explainer) -> Iterator[str]:
        yield from understood_lines(taken.event, taken.refused, self._naming)
        for portfolio in self._book.portfolios:
            yield f"  {portfolio.id}"
            for rule in portfolio.rules:
                if (portfolio.id, rule.id) in self._broken:
                    yield f"    ✗ {rule.id}: it failed, and is not asked any more"
                    continue
                before = told(taken, portfolio.id, rule.id)
                found = explainer.rule(portfolio, rule, taken.event, over_time=before, refused=taken.refused)
                yield from (f"    {text}" for text in brief(found))

    def complain(self, text: str) -> None:
        """Say what is wrong; the exit code says it too."""
        self.failed = True
        warn(text)
