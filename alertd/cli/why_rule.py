"""`alertd why --rule`: what a rule made of the events since a time: held, nearly held, or not, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from alertd.asking.desk_view import DeskView
from alertd.asking.journal_text import outcome
from alertd.asking.moments import since_ms
from alertd.asking.past_rules import Books
from alertd.asking.why_rule import GROUPS, Made, made_of, rule_named
from alertd.base.clock import system_clock
from alertd.cli.connect import command_store, reach_of
from alertd.cli.output import USAGE, counted, fail, guarded, plain, print_json, stdout, told
from alertd.errors import NotThere
from alertd.rules.explain import one_line


@dataclass(frozen=True, slots=True)
class RuleAsked:
    """What was asked for on the command line."""

    rule: str
    portfolio: str | None
    since: str
    limit: int
    desk: str | None
    json: bool


def tell_rule(asked: RuleAsked, config: Path | None) -> None:
    """Do what `alertd why --rule` is for."""
    try:
        since = since_ms(asked.since, system_clock())
    except (ValueError, OverflowError):
        fail(f"--since takes a time such as 2h or 3d, a date, or a time with a zone, not {asked.since}", USAGE)

    async def work() -> Made:
        reach = reach_of(config)
        async with command_store(reach) as store:
            view = DeskView(asked.desk, Books(reach, told), store.load_alerts)
            try:
                portfolio, rule = rule_named(view, asked.rule, asked.portfolio)
            except NotThere as error:
                fail(error, USAGE)
            return await made_of(store, view, portfolio, rule, since, asked.limit)

    made = guarded(work)
    if asked.json:
        print_json(made.document(), pretty=True)
        return
    for text in _lines(made):
        stdout().print(plain(text))


def _lines(made: Made) -> Iterator[str]:
    total = made.counts.total()
    yield f"rule {made.name} since {made.since}: {counted(total, 'event')}"
    yield "  " + ", ".join(f"{name} {made.counts[name]}" for name in GROUPS)
    if total and made.then < total - made.counts["held"]:
        yield "  where the rules of the time are not kept, the rule was asked as it is today"
    if made.held:
        yield "held, the newest last:"
    for row in made.held:
        yield f"  {row['at']}  {row['event']} “{one_line(row['title'])}”: {', '.join(row['reasons']) or 'held'}"
        yield from (f"      {receiver}: {outcome(what)}" for receiver, what in row["receivers"].items())
    rows = made.missed.rows()
    if rows:
        yield "not held, the nearest first:"
    for row in rows:
        yield f"  {row['at']}  {row['event']} “{one_line(row['title'])}”"
        yield f"      {row['because']}"
