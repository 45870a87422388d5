"""`alertd explain`: why a rule holds for an event, or does not, leaf by leaf; no Redis, no network."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from alertd.asking.events import EventReader
from alertd.asking.explain import document, explained, named
from alertd.cli.events import MAX_LINE, is_json
from alertd.cli.output import (
    FAULTS,
    USAGE,
    ConfigOption,
    JsonOption,
    fail,
    plain,
    print_json,
    quiet_logs,
    reason,
    stdout,
    warn,
)
from alertd.cli.progress import STDIN, terminal_hint
from alertd.cli.rules import RulesOption, loaded_rules
from alertd.cli.understood import Naming, facts_lines, naming_of
from alertd.errors import ConfigError, NotThere, ParseFailed, Permanent
from alertd.rules.explanation import Explanation
from alertd.rules.explanation_text import lines

MAX_BYTES = 4 * MAX_LINE
"""Of all events of a timeline together."""
_SUCH = """an event is a file, -, or JSON such as '{"title": "…"}'"""
BY_ID = """an event is its id (ev_…), a file, -, or JSON such as '{"title": "…"}'"""
"""Where a daemon is asked, too."""


def explain(
    rule: Annotated[str, typer.Argument(metavar="RULE", help="RULE, PORTFOLIO/RULE or an event type.")],
    event: Annotated[
        str, typer.Argument(metavar="EVENT", help='A file of JSON, - for stdin, or JSON itself: \'{"title": "…"}\'.')
    ],
    rules: RulesOption = None,
    config: ConfigOption = None,
    json: JsonOption = False,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit 1 if the rule does not hold.")] = False,
) -> None:
    """Say why a rule holds for an event, or does not, leaf by leaf.

    The event is JSON, as short as {"title": "…"}, or a line that `alertd match` printed. Several lines, or a list,
    are a timeline: rules over time remember the earlier ones, and the last is explained. `at: 120d` says when one
    comes, counted from the start.
    """
    quiet_logs()
    try:
        loaded = loaded_rules(rules, config)
    except ConfigError as error:
        fail(error)
    try:
        asked = named(loaded.book, rule)
    except NotThere as error:
        fail(error, USAGE)
    reader = EventReader.of(loaded)
    try:
        events = reader.timeline(content_of(event))
    except ParseFailed as error:
        fail(f"{_named(event)}: not an event: {error}")
    for remark in reader.remarks():
        warn(f"{_named(event)}: {remark}", "yellow")
    try:
        found = explained(loaded, asked, events)
    except Permanent as error:
        fail(error)
    if json:
        print_json(document(found), pretty=True)
    else:
        for line in (*lines(found), *_understood(found, naming_of(loaded.table))):
            stdout().print(plain(line))
    if exit_code and not found.truth:
        raise typer.Exit(FAULTS)


# --- the events -----------------------------------------------------------------------------------------------


def content_of(event: str, such: str = _SUCH) -> bytes:
    """Give the text of the events; `such` says what may be written. Ends the command if it cannot be read."""
    if is_json(event):
        return event.encode()
    if not event.strip():
        fail(f"EVENT is empty; {such}", USAGE)
    path = Path(event)
    if path == STDIN:
        terminal_hint([path])
    elif not path.exists():
        fail(f"{event}: there is no such file; {such}", USAGE)
    try:
        with sys.stdin.buffer if path == STDIN else path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        fail(f"{event}: {reason(error)}")
    if len(data) > MAX_BYTES:
        fail(f"{_named(event)}: more than {MAX_BYTES >> 20} MiB; `alertd match` takes files of any length")
    return data


def _named(event: str) -> str:
    return "stdin" if event == "-" else "EVENT" if is_json(event) else event


# --- the answer -----------------------------------------------------------------------------------------------


def _understood(found: Explanation, naming: Naming) -> Iterator[str]:
    """Tell what the event is about, as far as that was found."""
    known = list(facts_lines(found.understood, found.refused, naming)) if found.understood is not None else []
    if known:
        yield from ("", "understood", *known)
