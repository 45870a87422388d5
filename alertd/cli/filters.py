"""Filters over JSON lines, without Redis or network: `parse` makes events of feed files, `match` finds rules that hold."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.progress import track

from alertd.base.clock import rfc3339, system_clock
from alertd.base.ids import USER_ID, event_id, mark
from alertd.cli.output import FAULTS, USAGE, fail, plain, print_json, stderr
from alertd.errors import AlertdError, ConfigError
from alertd.model import Event, event_from_json, event_to_dict
from alertd.rules.book import RuleBook
from alertd.rules.explain import explain, render
from alertd.rules.loader import load_rules
from alertd.rules.match import Matcher
from alertd.sources.feed import SourceFacts, parse_entries, parse_feed

STDIN = Path("-")
MAX_LINE = 16 << 20
"""Bytes of one JSON line; more is refused, not read into memory."""


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("parse")(parse)
    app.command("match")(match)


def parse(
    files: Annotated[list[Path] | None, typer.Argument(help="Feed files; - or none reads stdin.")] = None,
    raw: Annotated[bool, typer.Option("--raw", help="Print the entries as the source wrote them.")] = False,
    source: Annotated[str | None, typer.Option(help="The source's id; each file's name otherwise.")] = None,
    base_url: Annotated[str, typer.Option(help="What relative links are relative to.")] = "",
) -> None:
    """Print one JSON line for each event in feed files. What is no feed gets one line on stderr, and exit code 1."""
    if source is not None and not USER_ID.fullmatch(source):
        fail(f"a source id matches {USER_ID.pattern}, not {source}", USAGE)
    failed = False
    for path in _progress(files or [STDIN], "parsing"):
        try:
            body = sys.stdin.buffer.read() if path == STDIN else path.read_bytes()
            _parse(body, source or _source_id(path), base_url, raw=raw)
        except (AlertdError, OSError) as error:
            failed = True
            text = error.strerror if isinstance(error, OSError) else str(error)
            stderr().print(plain(f"{path}: {text}"), style="red")
    if failed:
        raise typer.Exit(FAULTS)


def _parse(body: bytes, source: str, base_url: str, *, raw: bool) -> None:
    if raw:
        for entry in parse_entries(body, None, base_url):
            print_json(entry)
        return
    facts = SourceFacts(id=source)
    parsed = parse_feed(body, None, base_url, facts, system_clock(), None)
    for candidate in parsed.candidates:
        sys.stdout.buffer.write(bytes(candidate.event) + b"\n")
    for rejected in parsed.rejected:
        stderr().print(plain(f"{source}: entry {rejected.position} rejected: {rejected.reason}"), style="yellow")


def _source_id(path: Path) -> str:
    """Make a source id of a file's name, as `feed-example` of `Feed.Example.xml`."""
    name = "".join(c if c.isalnum() and c.isascii() else "-" for c in path.stem.lower()).strip("-")
    return name[:63].strip("-") or "stdin"


def match(
    files: Annotated[list[Path] | None, typer.Argument(help="Files of JSON lines; - or none reads stdin.")] = None,
    rules: Annotated[Path, typer.Option(help="The rules directory.", file_okay=False)] = Path("rules"),
    all_events: Annotated[bool, typer.Option("--all", help="Print events without a match too.")] = False,
    explained: Annotated[
        bool, typer.Option("--explain", help="Print each rule's condition tree instead, for people.")
    ] = False,
) -> None:
    """Print `{event, matches}` for each event that a rule holds for. An event can be as short as `{"title": "…"}`."""
    try:
        book = load_rules(rules)
    except ConfigError as error:
        fail(error)
    matcher = Matcher(book)
    failed = False
    for where, line in _lines(files or [STDIN]):
        try:
            event = with_defaults(event_from_json(line))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            failed = True
            stderr().print(plain(f"{where}: not an event: {error}"), style="red")
            continue
        if explained:
            _explain(book, event)
            continue
        result = matcher.match(event)
        for failure in result.failures:
            failed = True
            stderr().print(plain(f"{where}: rule {failure.portfolio}/{failure.rule} failed: {failure.error}"))
        if result.matches or all_events:
            print_json({"event": event_to_dict(event), "matches": result.matches})
    if failed:
        raise typer.Exit(FAULTS)


def _explain(book: RuleBook, event: Event) -> None:
    sys.stdout.write(f"{event.id} “{event.title}”\n")
    for portfolio, rule in book.rules():
        sys.stdout.write(f"  {portfolio.id}\n")
        for line in render(explain(rule, event)):
            sys.stdout.write(f"    {line}\n")


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


def _lines(files: Iterable[Path]) -> Iterator[tuple[str, bytes]]:
    """Give the lines of all files with their place; blank ones are skipped."""
    for path in _progress(list(files), "matching"):
        try:
            stream = sys.stdin.buffer if path == STDIN else path.open("rb")
        except OSError as error:
            fail(f"{path}: {error.strerror}")
        with stream:
            number = 0
            while line := stream.readline(MAX_LINE + 1):
                number += 1
                if len(line) > MAX_LINE:
                    fail(f"{path}:{number}: the line is longer than {MAX_LINE >> 20} MiB")
                if line.strip():
                    yield f"{path}:{number}", line


def _progress(paths: list[Path], what: str) -> Iterable[Any]:
    """Show a progress bar on a terminal when there is enough to wait for."""
    if len(paths) < 10 or not sys.stderr.isatty() or sys.stdout.isatty():
        return paths
    return track(paths, what, console=stderr())
