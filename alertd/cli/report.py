"""`alertd report`: what the news about a portfolio has been doing, on the terminal, as a page, as a mail."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from alertd.alerts.policy import ReceiverPolicy
from alertd.app.receivers import receiver_policies
from alertd.asking.reach import Reach
from alertd.asking.report import SINCE, asked_for, subject_named
from alertd.asking.report_mail import report_mail
from alertd.base.clock import system_clock
from alertd.cli.connect import command_store, reach_from, reach_of, settings_of
from alertd.cli.output import (
    USAGE,
    ConfigOption,
    DeskOption,
    JsonOption,
    fail,
    guarded,
    plain,
    print_json,
    quiet_logs,
    stdout,
)
from alertd.cli.rules import loaded_with
from alertd.errors import AlertdError, ConfigError, NotThere
from alertd.history.analytics.model import Report
from alertd.history.analytics.subject import Subject
from alertd.history.charts.text import has_blocks
from alertd.history.report.build import Asked, DeskReader, Operator, build_report
from alertd.history.report.html import report_page
from alertd.history.report.text import WIDTH, TextForm, report_lines
from alertd.rules.walls import may_see
from alertd.settings import Settings

_NARROW, _WIDE = 60, 140


def report(
    portfolio: Annotated[str, typer.Argument(metavar="PORTFOLIO", help="What it is about.")],
    since: Annotated[
        str, typer.Option(metavar="WHEN", help="From when on: so long ago (36h, 7d), a date, or a time with a zone.")
    ] = SINCE,
    until: Annotated[
        str | None, typer.Option(metavar="WHEN", help="Up to when, as --since.", show_default="now")
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write a page with charts that needs nothing else.")
    ] = None,
    mail: Annotated[
        str | None,
        typer.Option("--mail", metavar="RECEIVER", help="Let the daemon send it to a receiver of mail."),
    ] = None,
    desk: DeskOption = None,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Say what the news about a portfolio's holdings has been doing.

    Tone signed by position, volume, event types, the stories that mattered, holdings near to the news, alerts, how
    good each rule was, and how fast it all came. Dates are days of the portfolio's time zone.
    """
    quiet_logs()
    try:
        reach = reach_of(config)
        asked = _asked(reach, portfolio, desk, since, until)
        if mail is not None:
            _send(config, asked, mail, desk)
        if html is not None or mail is None:
            made = build_report(reach.history, asked, Operator() if desk is None else DeskReader())
            _show(made, html, json=json)
    except AlertdError as error:
        fail(error)


def _show(made: Report, html: Path | None, *, json: bool) -> None:
    if html is not None:
        _write(html, report_page(made))
        if not json:
            stdout().print(f"wrote {plain(html)}")
            return
    if json:
        print_json(made, pretty=True)
        return
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else WIDTH
    form = TextForm(width=max(_NARROW, min(_WIDE, width)), blocks=has_blocks(sys.stdout.encoding))
    for line in report_lines(made, form):
        stdout().print(plain(line))


def _asked(reach: Reach, name: str, desk: str | None, since: str, until: str | None) -> Asked:
    """Read what is asked about; ends the command if that is nothing. Raises ConfigError."""
    book = loaded_with(reach.rules, reach.state_dir).book
    try:
        return asked_for(subject_named(book, name, desk), since, until, system_clock(), "--")
    except (NotThere, ValueError) as error:
        fail(str(error), USAGE)


def _write(path: Path, page: str) -> None:
    """Write a page as a whole or not at all: who looks at the old one meanwhile sees that."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_text(page, "utf-8")
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        fail(f"{path}: cannot be written: {error.strerror or error}")


def _send(config: Path | None, asked: Asked, receiver: str, desk: str | None) -> None:
    """Put a report into the queue of a receiver of mail. Raises AlertdError."""
    settings = settings_of(config)
    policy = _policy(settings, asked.subject, receiver, desk)
    reach = reach_from(settings)
    message = report_mail(reach.history, reach.sources, asked, policy)

    async def queue() -> bool:
        async with command_store(reach) as store:
            return bool(await store.enqueue([message], asked.now_ms))

    queued = guarded(queue)
    stdout().print(f"{'queued' if queued else 'queued before'} for {plain(receiver)} as {message.id}")


def _policy(settings: Settings, subject: Subject, receiver: str, desk: str | None) -> ReceiverPolicy:
    """Give the receiver, if it takes mail and no wall stands before it; ends the command otherwise."""
    types = {one.id: one.type for one in settings.receivers if may_see(desk, one.desk)}
    if receiver not in types:
        mails = [name for name, kind in types.items() if kind == "email"]
        fail(f"there is no receiver {receiver}; of mail there are {', '.join(mails) or 'none'}", USAGE)
    if types[receiver] != "email":
        fail(f"receiver {receiver} is of type {types[receiver]}, and only mail can carry a report", USAGE)
    policy = receiver_policies(settings)[receiver]
    if subject.desk is not None and policy.desk != subject.desk:
        raise ConfigError.at(
            "alertd.yaml", f"reports of desk {subject.desk} go only to its own receivers, and {receiver} is none"
        )
    return policy
