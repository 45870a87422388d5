"""`alertd explain`: why a rule holds for an event, or does not, leaf by leaf; no Redis, no network."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from alertd.alerts.severity import weighing
from alertd.base import suggest
from alertd.cli.events import MAX_LINE, EventReader
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
from alertd.enrich.enricher import Enricher
from alertd.errors import ConfigError, ParseFailed
from alertd.model import Event, event_to_dict
from alertd.rules.book import EventTypeRule, Portfolio, Rule, RuleBook
from alertd.rules.explanation import Explainer, Explanation
from alertd.rules.explanation_text import lines
from alertd.rules.explanation_type import TypeExplainer
from alertd.rules.loaded import Loaded
from alertd.rules.match import Matcher
from alertd.ruletests.stream import Stream, told

MAX_BYTES = 4 * MAX_LINE
"""Of all events of a timeline together."""
_SUCH = """an event is a file, -, or JSON such as '{"title": "…"}'"""
MAX_NAMED = 10
"""Rules that are named to somebody who asks for one that there is not."""


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
    asked = _asked(loaded.book, rule)
    reader = EventReader.of(loaded)
    try:
        events = reader.timeline(content_of(event))
    except ParseFailed as error:
        fail(f"{_named(event)}: not an event: {error}")
    for remark in reader.remarks():
        warn(f"{_named(event)}: {remark}", "yellow")
    found = _explained(loaded, asked, events)
    if json:
        print_json(_document(found), pretty=True)
    else:
        for line in (*lines(found), *_understood(found, naming_of(loaded.table))):
            stdout().print(plain(line))
    if exit_code and not found.truth:
        raise typer.Exit(FAULTS)


# --- the rule -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is to be explained: a rule of a portfolio, or an event type."""

    rule: tuple[Portfolio, Rule] | None = None
    event_type: EventTypeRule | None = None


def _asked(book: RuleBook, name: str) -> _Asked:
    """Find what was named. Ends the command if that is nothing, or more than one thing."""
    found = {f"{p.id}/{r.id}": _Asked((p, r)) for p, r in book.rules() if name in (r.id, f"{p.id}/{r.id}")}
    found |= {kind.id: _Asked(event_type=kind) for kind in book.event_types if kind.id == name}
    if len(found) > 1:
        fail(f"there are several: {', '.join(sorted(found))}; name one of them", USAGE)
    if not found:
        fail(f"there is no rule {name}" + _meant(book, name), USAGE)
    return next(iter(found.values()))


def _meant(book: RuleBook, name: str) -> str:
    whole = [f"{p.id}/{r.id}" for p, r in book.rules()]
    if not whole and not book.event_types:
        return ": there are no rules"
    kinds = [kind.id for kind in book.event_types]
    near = suggest.closest(name, [*whole, *kinds]) or suggest.closest(name, [r.rpartition("/")[2] for r in whole])
    if near:
        return f" (did you mean {near}?)"
    known = [*whole, *kinds]
    more = f" and {len(known) - MAX_NAMED} more" if len(known) > MAX_NAMED else ""
    return f"; there are {', '.join(known[:MAX_NAMED])}{more}"


# --- the events -----------------------------------------------------------------------------------------------


def content_of(event: str) -> bytes:
    """Give the text of the events. Ends the command if it cannot be read."""
    if event.lstrip().startswith(("{", "[")):
        return event.encode()
    if not event.strip():
        fail(f"EVENT is empty; {_SUCH}", USAGE)
    path = Path(event)
    if path == STDIN:
        terminal_hint([path])
    elif not path.exists():
        fail(f"{event}: there is no such file; {_SUCH}", USAGE)
    try:
        with sys.stdin.buffer if path == STDIN else path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        fail(f"{event}: {reason(error)}")
    if len(data) > MAX_BYTES:
        fail(f"{_named(event)}: more than {MAX_BYTES >> 20} MiB; `alertd match` takes files of any length")
    return data


def _named(event: str) -> str:
    return "stdin" if event == "-" else "EVENT" if event.lstrip().startswith(("{", "[")) else event


# --- the answer -----------------------------------------------------------------------------------------------


def _explained(loaded: Loaded, asked: _Asked, events: Sequence[Event]) -> Explanation:
    understanding = Enricher.of(loaded.book.event_types, loaded.table)
    if asked.event_type is not None:
        return TypeExplainer(loaded.book, understanding).event_type(asked.event_type, events[-1])
    assert asked.rule is not None
    portfolio, rule = asked.rule
    matcher = Matcher(loaded.book, understanding=understanding)
    with Stream(matcher, only=(portfolio.id, rule.id)) as stream:
        taken = [stream.take(event) for event in events]
    for failure in (failure for one in taken for failure in one.failures):
        if (failure.portfolio, failure.rule) == (portfolio.id, rule.id):
            fail(f"rule {portfolio.id}/{rule.id} failed: {failure.error}")
    why = matcher.why_candidate(portfolio.id, rule.id, taken[-1].event)
    candidate = f"{'yes' if why.asked else 'no'}, {why.reason}"
    before = told(taken[-1], portfolio.id, rule.id, {event.id: event.title for event in events})
    last, explainer = taken[-1], Explainer(loaded.book)
    found = explainer.rule(portfolio, rule, last.event, over_time=before, candidate=candidate, refused=last.refused)
    own = [match for match in last.matches if (match.portfolio, match.rule) == (portfolio.id, rule.id)]
    return replace(found, weighed=tuple(line for match in own[:1] for line in weighing(match)))


def _understood(found: Explanation, naming: Naming) -> Iterator[str]:
    """Tell what the event is about, as far as that was found."""
    known = list(facts_lines(found.understood, found.refused, naming)) if found.understood is not None else []
    if known:
        yield from ("", "understood", *known)


def _document(found: Explanation) -> dict[str, Any]:
    document: dict[str, Any] = msgspec.to_builtins(found)
    if found.understood is not None:
        document["understood"] = event_to_dict(found.understood)
    return document
