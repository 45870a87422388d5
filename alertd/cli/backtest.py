"""`alertd backtest`: what rules would have done with the events of an archive, and what other rules would have."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Literal

import typer

from alertd.cli.backtest_asked import asked_of, expected_of, heading_of, plan_of, read_anything, run, write
from alertd.cli.backtest_sides import ground_of, other_side
from alertd.cli.backtest_text import print_result
from alertd.cli.output import FAULTS, USAGE, ConfigOption, DeskOption, JsonOption, fail, print_json, quiet_logs
from alertd.cli.rules import RulesOption
from alertd.errors import AlertdError
from alertd.history.backtest.expectations import Judging
from alertd.history.backtest.report_html import report
from alertd.history.backtest.report_json import as_json
from alertd.ruletests.junit import document

MAX_SAMPLES = 50
Enrich = Literal["stored", "fresh"]


def backtest(
    rules: RulesOption = None,
    events: Annotated[
        list[Path] | None,
        typer.Option(
            "--events",
            metavar="PATH",
            help="An archive, an export of one, or a file of events. Repeatable.",
            show_default="the archive of the settings",
        ),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(
            metavar="WHEN",
            help="From when on: so long ago (2h, 30d), or a date or time.",
            show_default="30d; with --events the first event",
        ),
    ] = None,
    until: Annotated[str | None, typer.Option(metavar="WHEN", help="Until before.", show_default="now")] = None,
    against: Annotated[
        str | None,
        typer.Option(metavar="DIR|REVISION", help="Compare with the rules of a directory, or of a git revision."),
    ] = None,
    enrich: Annotated[
        Enrich, typer.Option(help="What is known of an event: as stored, or understood afresh by these rules.")
    ] = "stored",
    warm_up: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="How long before --since to begin.",
            show_default="as far as these rules can look back",
        ),
    ] = None,
    no_people: Annotated[
        bool, typer.Option("--no-people", help="Leave out what people answered and silenced then.")
    ] = False,
    no_near: Annotated[bool, typer.Option("--no-near", help="Do not look for rules that nearly held.")] = False,
    portfolio: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Report only this portfolio. Repeatable.")
    ] = None,
    rule: Annotated[
        list[str] | None, typer.Option(metavar="RULE", help="Report only RULE or PORTFOLIO/RULE. Repeatable.")
    ] = None,
    samples: Annotated[
        int, typer.Option(metavar="N", min=0, max=MAX_SAMPLES, help="Events to show of each rule.")
    ] = 3,
    jobs: Annotated[
        int | None, typer.Option(metavar="N", min=1, max=256, help="Processes.", show_default="one for each core")
    ] = None,
    expect: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Hold the result against what this file expects.")
    ] = None,
    junit: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write what was expected as JUnit's XML, for a CI server.")
    ] = None,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a report with charts, one page.")] = None,
    config: ConfigOption = None,
    json: JsonOption = False,
    desk: DeskOption = None,
) -> None:
    """Say what rules would have done with the events of an archive, on the archive's clock.

    Stories, rules over time, cooldowns, quiet hours and digests run as they would have then; nothing is sent. With
    --against it tells what other rules would have found that these do not, and the other way round. Exit 1 if
    something that --expect asks for did not come so.
    """
    quiet_logs()
    if expect is not None and (rule or portfolio):
        fail("--expect looks at all rules: leave --rule and --portfolio out", USAGE)
    try:
        ground = ground_of(rules, config)
        with ExitStack() as stack:
            side = ground.side(ground.rules)
            other = stack.enter_context(other_side(ground, against)) if against is not None else None
            asked = asked_of(since, until, events, samples, desk, side, other, portfolio, rule)
            judging = Judging(expected_of(expect, junit, side, other, desk))
            plan = plan_of(
                ground, side, asked, events, enrich=enrich, warm_up=warm_up, people=not no_people, near=not no_near,
                jobs=jobs, every=judging.names_events,
            )  # fmt: skip
            result = run(plan, other, asked, judging)
            read_anything(result)
            verdicts = judging.verdicts(result.summary, result.comparison)
    except AlertdError as error:
        fail(error)
    if junit is not None:
        write(junit, document("alertd backtest", [verdict.case() for verdict in verdicts]))
    if html is not None:
        write(html, report(result.summary, result.comparison, verdicts, heading_of(side, plan, other)))
    if json:
        print_json(as_json(result.summary, result.before, result.comparison, verdicts), pretty=True)
    else:
        print_result(result, verdicts, heading_of(side, plan, other), whole=bool(rule))
    if any(not verdict.passed for verdict in verdicts):
        raise typer.Exit(FAULTS)
