"""`alertd enrich`: what events are about; no Redis, no network, no configuration."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from alertd.asking.events import EventReader
from alertd.cli.events import events_of, lines_of
from alertd.cli.output import FAULTS, ConfigOption, fail, print_json, printable, quiet_logs, warn
from alertd.cli.progress import STDIN, Advance, progress, terminal_hint, total_bytes
from alertd.cli.rules import SHIPPED, RulesOption, loaded_rules, loaded_with, rules_of
from alertd.cli.understood import Naming, naming_of, understood_lines
from alertd.enrich.enricher import Enricher, broken_steps
from alertd.errors import ConfigError, ParseFailed
from alertd.model import event_to_dict
from alertd.rules.loaded import Loaded
from alertd.rules.match import Matcher
from alertd.ruletests.stream import Stream


def enrich(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="FILE…", help="Files of JSON lines; - or none is stdin.")
    ] = None,
    rules: RulesOption = None,
    explained: Annotated[
        bool, typer.Option("--explain", help="Print what was found, where, why, and what was not taken, for people.")
    ] = False,
    raw: Annotated[bool, typer.Option("--raw", help="The lines are headlines, no JSON.")] = False,
    config: ConfigOption = None,
) -> None:
    """Say what events are about: companies, types, money, terms, tone, story.

    Reads one JSON event a line, as `alertd parse` writes them or as short as {"title": "…"}, and prints the same
    events with what is found in their words. A field that an event brings with it is left as it is. Event types and
    companies are those of the rules; where there are none, those that alertd ships. A line that is no event is named
    on stderr and makes the exit code 1.
    """
    quiet_logs()
    try:
        loaded = _loaded(rules, config)
    except ConfigError as error:
        fail(error)
    paths = files or [STDIN]
    terminal_hint(paths)
    book = msgspec.structs.replace(loaded.book, portfolios=())
    matcher = Matcher(book, understanding=Enricher.of(book.event_types, loaded.table))
    with progress("enriching", total_bytes(paths)) as advance, Stream(matcher) as stream:
        reader = EventReader.of(loaded)
        naming = naming_of(loaded.table) if explained else None
        work = _Enriching(reader, stream, naming=naming, raw=raw)
        for path in paths:
            work.file(path, advance)
    if work.failed:
        raise typer.Exit(FAULTS)


def _loaded(rules: Path | None, config: Path | None) -> Loaded:
    """Load the rules that are named or there, else those that alertd ships. Raises ConfigError."""
    if rules is None and config is None and not rules_of(None, None).is_dir():
        warn("there are no rules here: event types and companies are those that alertd ships", "dim")
        return loaded_with(SHIPPED, None)
    loaded = loaded_rules(rules, config)
    if not loaded.book.event_types:
        warn("these rules define no event types; `alertd init --library` writes those that alertd ships", "yellow")
    return loaded


class _Enriching:
    """Takes files line by line; a line that is no event costs only itself."""

    def __init__(self, reader: EventReader, stream: Stream, *, naming: Naming | None, raw: bool) -> None:
        """With `naming`, write lines for people."""
        self._reader = reader
        self._stream = stream
        self._naming = naming
        self._raw = raw
        self._helped = False
        self.failed = False

    def file(self, path: Path, advance: Advance) -> None:
        """Enrich the events of one file."""
        given = lines_of if self._raw else events_of
        for where, line in given(path, advance, self._complain):
            try:
                event = self._reader.read(_as_event(line) if self._raw else line)
            except ParseFailed as error:
                self._complain(f"{where}: not an event: {error}{self._help(line)}")
                continue
            for remark in self._reader.remarks():
                warn(f"{where}: {remark}", "yellow")
            taken = self._stream.take(event)
            for failure in taken.failures:
                self._complain(f"{where}: event type {failure.rule} failed: {failure.error}")
            for step, why in broken_steps(taken.refused):
                self._complain(f"{where}: {step} failed: {why}")
            if self._naming is not None:
                lines = understood_lines(taken.event, taken.refused, self._naming)
                sys.stdout.write("".join(f"{printable(text)}\n" for text in lines))
                sys.stdout.flush()
            else:
                print_json(event_to_dict(taken.event))

    def _help(self, line: bytes) -> str:
        """Say once what is expected, to somebody who gives lines that are no JSON at all."""
        if self._helped or line.lstrip()[:1] in (b"{", b"["):
            return ""
        self._helped = True
        return "; one JSON object a line is expected, and `--raw` takes headlines"

    def _complain(self, text: str) -> None:
        self.failed = True
        warn(text)


def _as_event(line: bytes) -> bytes:
    return msgspec.json.encode({"title": line.decode("utf-8", "replace").strip()})
