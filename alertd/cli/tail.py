"""`alertd tail`: the journal as it is written."""

from __future__ import annotations

import re
from typing import Annotated

import msgspec
import typer

from alertd.asking.desk_view import DeskView
from alertd.asking.journal_text import line
from alertd.asking.past_rules import Books
from alertd.base.clock import system_clock
from alertd.base.config import parse_duration
from alertd.cli.connect import command_store, reach_of
from alertd.cli.output import (
    USAGE,
    ConfigOption,
    DeskOption,
    JsonOption,
    fail,
    guarded,
    plain,
    print_json,
    stdout,
    told,
)
from alertd.store.redis import RedisStore

BATCH = 200
WAIT_MS = 1000
_ID = re.compile(r"[0-9]{1,19}(-[0-9]{1,19})?")


def tail(
    config: ConfigOption = None,
    json: JsonOption = False,
    follow: Annotated[bool, typer.Option("--follow/--no-follow", "-f", help="Wait for more.")] = True,
    since: Annotated[
        str | None,
        typer.Option(
            metavar="WHEN", help="Begin so long ago (30s, 10m, 24h), behind a journal id, or at 0, the oldest.",
            show_default="now",
        ),
    ] = None,
    desk: DeskOption = None,
) -> None:  # fmt: skip
    """Show the journal: what is decided and sent, as it happens.

    One line for each event with what was decided about it, for each delivery, and for what happened to entries and
    sources. Ctrl-C ends.
    """
    begin = _begin(since)

    async def work() -> None:
        reach = reach_of(config)
        async with command_store(reach) as store:
            await _tail(store, begin, DeskView(desk, Books(reach, told), store.load_alerts), follow=follow, json=json)

    guarded(work)


def _begin(since: str | None) -> str:
    """Make a journal id of what was asked for; empty means the end."""
    if since is None or since == "$":
        return ""
    if _ID.fullmatch(since):
        return since
    try:
        return f"{max(0, system_clock() - int(parse_duration(since) * 1000))}-0"
    except (ValueError, OverflowError):
        fail(f"--since takes a time such as 10m, or the id of a journal record, not {since}", USAGE)


async def _tail(store: RedisStore, begin: str, view: DeskView, *, follow: bool, json: bool) -> None:
    console = stdout()
    after = begin or await store.journal_end()
    while True:
        records = await store.read_journal(after, BATCH, WAIT_MS if follow else 0)
        for journal_id, whole in records:
            after = journal_id
            record = await view.of(whole)
            if record is None:
                continue
            if json:
                print_json({"id": journal_id, **msgspec.to_builtins(record)})
            else:
                console.print(plain(line(record)))
        if not records and not follow:
            return
